#include "lib/analytics/analytics.h"

#include "lib/db/db.h"

static const enum event_type clicks[] = { EVENT_LINK_CLICKED, EVENT_LINK_PREVIEWED, EVENT_HOLD_REFUSED };
static const enum event_type revenues[] = { EVENT_PURCHASE_COMPLETED, EVENT_ORDER_UPDATED, EVENT_ORDER_REFUNDED,
	EVENT_ORDER_CANCELLED };

static const enum event_type visits[] = { EVENT_REPLAY_VIEW, EVENT_REPLAY_CLICK, EVENT_LINK_IN_BIO_VIEW, EVENT_LINK_IN_BIO_CLICK };

static enum err clicks_apply(struct ctx *c, struct str events)
{
	return db_run(c, SQL(analytics_clicks_apply), PARAMS(p_str(S("clicks")), p_str(events)));
}

static enum err clicks_drop(struct ctx *c)
{
	return db_run(c, SQL(analytics_clicks_drop), NO_PARAMS);
}

static enum err revenue_apply(struct ctx *c, struct str events)
{
	return db_run(c, SQL(analytics_revenue_apply), PARAMS(p_str(S("revenue")), p_str(events)));
}

static enum err revenue_drop(struct ctx *c)
{
	return db_run(c, SQL(analytics_revenue_drop), NO_PARAMS);
}

static enum err visits_apply(struct ctx *c, struct str events)
{
	return db_run(c, SQL(analytics_visits_apply), PARAMS(p_str(S("visits")), p_str(events)));
}

static enum err visits_drop(struct ctx *c)
{
	return db_run(c, SQL(analytics_visits_drop), NO_PARAMS);
}

const struct consumer analytics_consumers[] = {
	{ "clicks",  clicks,   COUNT(clicks),   clicks_apply,  clicks_drop },
	{ "revenue", revenues, COUNT(revenues), revenue_apply, revenue_drop },
	{ "visits",  visits,   COUNT(visits),   visits_apply,  visits_drop },
};
const size_t analytics_consumers_n = COUNT(analytics_consumers);

enum err analytics_revenue(struct ctx *c, struct str by, int64_t from_ms, int64_t before_ms, struct revenue **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(analytics_revenue), PARAMS(p_uuid(c->creator.u), p_str(by), p_int(from_ms), p_int(before_ms)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct revenue){
			.name = row_str(&row, "name"),
			.subject = row_uuid(&row, "subject_id"),
			.title = row_str(&row, "title"),
			.orders = row_int(&row, "orders"),
			.units = row_int(&row, "units"),
			.net = row_money(&row, "net_minor", "currency"),
		};
	}
	return OK;
}

enum err analytics_moments(struct ctx *c, int64_t from_ms, int64_t before_ms, struct live_id live, struct moment_revenue **out,
	size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(analytics_moments), PARAMS(p_uuid(c->creator.u), p_int(from_ms), p_int(before_ms), p_uuid_or_null(live.u)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct moment_revenue){
			.moment = { row_uuid(&row, "moment_id") },
			.live = { row_uuid(&row, "live_id") },
			.replay = { row_uuid(&row, "replay_id") },
			.product = { row_uuid(&row, "product_id") },
			.title = row_str(&row, "title"),
			.second = row_bool(&row, "has_second") ? row_int(&row, "second") : -1,
			.orders = row_int(&row, "orders"),
			.units = row_int(&row, "units"),
			.net = row_money(&row, "net_minor", "currency"),
		};
	}
	return OK;
}
