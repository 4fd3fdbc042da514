/* sealed.c: the secrets of shops, when the key ring turns. */
#include "lib/shop/shop.h"

#include "lib/db/db.h"
#include "lib/shop/inside.h"

/* Null where a text stays. */
static enum err reseal_one(struct ctx *c, const struct row *row, struct crypto_resealed *out)
{
	struct shop_id id = { row_uuid(row, "id") };
	struct str access, refresh, before;
	int64_t changed;

	crypto_reseal(c, row_str(row, "access_sealed"), shop_bound(c, id, "access"), out, &access);
	crypto_reseal(c, row_str(row, "refresh_sealed"), shop_bound(c, id, "refresh"), out, &refresh);
	crypto_reseal(c, row_str(row, "refresh_before_sealed"), shop_bound(c, id, "refresh"), out, &before);
	TRY(db_count(c, SQL(shop_sealed_put), PARAMS(p_uuid(id.u),
		p_str_or_null(access.n ? row_str(row, "access_sealed") : access), p_str_or_null(access),
		p_str_or_null(refresh.n ? row_str(row, "refresh_sealed") : refresh), p_str_or_null(refresh),
		p_str_or_null(before.n ? row_str(row, "refresh_before_sealed") : before), p_str_or_null(before)), &changed));
	if (changed)
		out->done += (access.n > 0) + (refresh.n > 0) + (before.n > 0);
	return OK;
}

enum err shop_reseal(struct ctx *c, struct uuid *after, int limit, struct crypto_resealed *out)
{
	struct rows rows;

	TRY(db_all(c, SQL(shop_sealed_list), PARAMS(p_str(crypto_ring_first(c)), p_uuid(*after), p_int(limit)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		TRY(reseal_one(c, &row, out));
		*after = row_uuid(&row, "id");
	}
	if (rows.n < limit)
		*after = (struct uuid){ 0 };
	return OK;
}

enum err shop_sealed_count(struct ctx *c, struct crypto_sealed_count **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(shop_sealed_count), NO_PARAMS, &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct crypto_sealed_count){ row_str(&row, "what"), row_str(&row, "key_id"), row_int(&row, "n") };
	}
	return OK;
}
