#include "lib/account/account.h"
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"
#include "lib/text/text.h"

#define SECRET_BYTES 32
#define SHOWN_BYTES 10
#define NAME_MAX_POINTS 80

enum err account_key_create(struct ctx *c, struct str name, struct account_key *out, struct str *secret)
{
	char random[SECRET_BYTES];
	struct str tail;
	struct digest hash;
	struct row row;

	name = str_trim(name);
	if (!text_is_name(name) || !name.n || str_points(name) > NAME_MAX_POINTS)
		field_bad(c, "name", "1 to %d characters", NAME_MAX_POINTS);
	TRY(fields_must_be_good(c));
	crypto_random(random, sizeof(random));
	tail = crypto_base64url(c->mem, (struct str){ random, sizeof(random) });
	*secret = str_fmt(c->mem, "ufy_" STR_FMT, STR_ARG(tail));
	hash = crypto_sha256(*secret);
	*out = (struct account_key){
		.id = ID_NEW(key, c->now_ms), .shown = str_slice(*secret, 0, SHOWN_BYTES), .created_ms = c->now_ms };
	TRY(db_maybe(c, SQL(account_key_insert), PARAMS(
		p_uuid(out->id.u), p_uuid(c->creator.u), p_str(name), p_bytes(c, crypto_digest_str(&hash)), p_str(out->shown)), &row));
	if (!row.found)
		field_bad(c, "name", "1 to %d characters", NAME_MAX_POINTS);
	else
		out->name = row_str(&row, "name");
	return fields_must_be_good(c);
}

enum err account_key_list(struct ctx *c, struct key_id after, int limit, struct account_key **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(account_key_list), PARAMS(p_uuid(c->creator.u), p_uuid_or_null(after.u), p_int(limit)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct account_key){
			.id = { row_uuid(&row, "id") },
			.name = row_str(&row, "name"),
			.shown = row_str(&row, "shown"),
			.created_ms = row_int(&row, "created_ms"),
			.used_ms = row_int(&row, "used_ms"),
		};
	}
	return OK;
}

enum err account_key_revoke(struct ctx *c, struct key_id id)
{
	struct row row;

	TRY(db_maybe(c, SQL(account_key_revoke), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "no such key of hers");
	return OK;
}
