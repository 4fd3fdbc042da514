/* sealed.c: the bodies of deliveries, when the key ring turns. */
#include "lib/inbox/inbox.h"

#include "lib/core/config.h"
#include "lib/db/db.h"

static enum err put(struct ctx *c, const struct row *row, struct crypto_resealed *out)
{
	struct delivery_id id = { row_uuid(row, "id") };
	struct str body;
	int64_t changed;

	crypto_reseal(c, row_str(row, "body_sealed"), inbox_bound(c, id), out, &body);
	if (!body.n)
		return OK;
	TRY(db_count(c, SQL(inbox_sealed_put), PARAMS(p_uuid(id.u), p_str(row_str(row, "body_sealed")), p_str(body)), &changed));
	out->done += changed;
	return OK;
}

/* A body may be large: an arena for each. */
static enum err reseal_one(struct ctx *c, const struct row *row, struct crypto_resealed *out)
{
	struct ctx own = *c;
	enum err e;

	own.mem = arena_new((size_t)c->config->arena_max_bytes);
	e = put(&own, row, out);
	if (e != OK)
		e = FAIL(c, e, "a body could not be stored");
	arena_free(own.mem);
	return e;
}

enum err inbox_reseal(struct ctx *c, struct uuid *after, int limit, struct crypto_resealed *out)
{
	struct rows rows;

	TRY(db_all(c, SQL(inbox_sealed_list), PARAMS(p_str(crypto_ring_first(c)), p_uuid(*after), p_int(limit)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		TRY(reseal_one(c, &row, out));
		*after = row_uuid(&row, "id");
	}
	if (rows.n < limit)
		*after = (struct uuid){ 0 };
	return OK;
}

enum err inbox_sealed_count(struct ctx *c, struct crypto_sealed_count **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(inbox_sealed_count), NO_PARAMS, &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct crypto_sealed_count){ S("webhook_inbox.body_sealed"), row_str(&row, "key_id"), row_int(&row, "n") };
	}
	return OK;
}
