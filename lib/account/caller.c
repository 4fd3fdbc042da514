#include "lib/account/account.h"
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"

#define SHOWN_BYTES 8

static struct str hash_of(struct ctx *c, struct str token)
{
	struct digest digest = crypto_sha256(token);

	return str_copy(c->mem, crypto_digest_str(&digest));
}

enum err account_by_session(struct ctx *c, struct str token, struct account_caller *out)
{
	struct str hash = hash_of(c, token);
	struct str name;
	struct row row;

	*out = (struct account_caller){ 0 };
	TRY(db_maybe(c, SQL(account_by_session), PARAMS(p_bytes(c, hash)), &row));
	if (!row.found)
		return OK;
	name = crypto_hex(c->mem, str_slice(hash, 0, SHOWN_BYTES));
	*out = (struct account_caller){
		.creator = { row_uuid(&row, "creator_id") },
		.caller = str_fmt(c->mem, "session:" STR_FMT, STR_ARG(name)),
		.csrf = row_str(&row, "csrf"),
		.found = true,
	};
	if (row_bool(&row, "stale"))
		note(c, SQL(account_session_seen), PARAMS(p_bytes(c, hash)));
	return OK;
}

enum err account_by_key(struct ctx *c, struct str key, struct account_caller *out)
{
	struct str name;
	struct row row;

	*out = (struct account_caller){ 0 };
	TRY(db_maybe(c, SQL(account_by_key), PARAMS(p_bytes(c, hash_of(c, key))), &row));
	if (!row.found)
		return OK;
	name = id_text(c->mem, ID_key, row_uuid(&row, "id"));
	*out = (struct account_caller){
		.creator = { row_uuid(&row, "creator_id") },
		.caller = str_fmt(c->mem, "key:" STR_FMT, STR_ARG(name)),
		.csrf = S(""),
		.found = true,
	};
	if (row_bool(&row, "stale"))
		note(c, SQL(account_key_used), PARAMS(p_uuid(row_uuid(&row, "id"))));
	return OK;
}
