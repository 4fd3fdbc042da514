/* sealed.c: the secrets of channels, when the key ring turns. */
#include "lib/channel/inside.h"

static enum err reseal_one(struct ctx *c, const struct row *row, struct crypto_resealed *out)
{
	struct str what = row_str(row, "what"), sealed = row_str(row, "sealed"), fresh;
	struct uuid id = row_uuid(row, "id");
	struct str bound = str_eq(what, S("push_subscription.secret_sealed")) ? channel_push_bound(c, (struct push_id){ id })
		: channel_bound(c, (struct channel_id){ id }, str_eq(what, S("channel.access_sealed")) ? "access" : "refresh");
	int64_t changed;

	crypto_reseal(c, sealed, bound, out, &fresh);
	if (!fresh.n)
		return OK;
	TRY(db_count(c, SQL(channel_sealed_put), PARAMS(p_uuid(id), p_str(what), p_str(sealed), p_str(fresh)), &changed));
	out->done += changed;
	return OK;
}

enum err channel_reseal(struct ctx *c, struct uuid *after, int limit, struct crypto_resealed *out)
{
	struct rows rows;

	TRY(db_all(c, SQL(channel_sealed_list), PARAMS(p_str(crypto_ring_first(c)), p_uuid(*after), p_int(limit)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		TRY(reseal_one(c, &row, out));
		*after = row_uuid(&row, "id");
	}
	if (rows.n < limit) {
		*after = (struct uuid){ 0 };
		TRY(db_run(c, SQL(channel_app_drop_old), PARAMS(p_str(crypto_ring_first(c)))));
	}
	return OK;
}

enum err channel_sealed_count(struct ctx *c, struct crypto_sealed_count **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(channel_sealed_count), NO_PARAMS, &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct crypto_sealed_count){ row_str(&row, "what"), row_str(&row, "key_id"), row_int(&row, "n") };
	}
	return OK;
}
