#include "lib/quota/quota.h"

#include "lib/db/db.h"

enum err quota_take(struct ctx *c, const struct broadcaster_cost *cost, bool *granted)
{
	struct row row;

	*granted = !cost->bucket || cost->units <= 0;
	if (*granted)
		return OK;
	TRY(db_one(c, SQL(quota_take), PARAMS(
		p_str(str_of(cost->bucket)), p_int(cost->units), p_int(cost->allowed), p_int(cost->window_s), p_str(str_of(cost->zone))), &row));
	*granted = row_bool(&row, "granted");
	return OK;
}

enum err quota_spent(struct ctx *c, const struct broadcaster_cost *cost)
{
	if (!cost->bucket)
		return OK;
	return db_run(c, SQL(quota_spent), PARAMS(
		p_str(str_of(cost->bucket)), p_int(cost->allowed), p_int(cost->window_s), p_str(str_of(cost->zone))));
}

enum err quota_left(struct ctx *c, const struct broadcaster_cost *cost, struct quota_left *out)
{
	struct row row;

	*out = (struct quota_left){ .allowed = INT64_MAX, .left_ms = INT64_C(86400000) };
	if (!cost->bucket)
		return OK;
	TRY(db_one(c, SQL(quota_left), PARAMS(p_str(str_of(cost->bucket)), p_int(cost->window_s), p_str(str_of(cost->zone))), &row));
	*out = (struct quota_left){
		.used = row_int(&row, "used"),
		.allowed = cost->allowed,
		.left_ms = row_int(&row, "left_ms"),
		.spent = row_bool(&row, "spent"),
	};
	return OK;
}
