/* analytics.c: /analytics
 *
 * What a creator earned: net of refunds, per currency, credited orders only.
 */
#include "lib/analytics/analytics.h"
#include "lib/core/time.h"
#include "lib/view/list_view.h"
#include "lib/web/web.h"

static const struct split {
	const char *by;
	enum id_kind kind; /* of what the rows name, when they name a thing */
	bool by_id;
} splits[] = {
	{ "platform", ID_event, false }, { "surface", ID_event, false }, { "stream", ID_stream, true }, { "replay", ID_replay, true },
};

static const struct split *split_of(struct str by)
{
	for (size_t i = 0; i < COUNT(splits); i++)
		if (str_eq(by, str_of(splits[i].by)))
			return &splits[i];
	return NULL;
}

static void read_time(struct ctx *c, const struct req *q, const char *name, int64_t *out)
{
	struct str text = req_arg(q, name);

	if (text.n && !time_read(text, out))
		field_bad(c, name, "a time as in RFC 3339");
}

static void sums_json(struct jw *w, int64_t orders, int64_t units, struct money net)
{
	jw_kint(w, "orders", orders);
	jw_kint(w, "units", units);
	jw_kmoney(w, "net", net);
}

static void revenue_json(struct jw *w, const struct revenue *revenue, const struct split *split)
{
	jw_object(w);
	if (split->by_id) {
		jw_kid(w, split->by, split->kind, revenue->subject);
		jw_kstr(w, "title", revenue->title);
	} else {
		jw_kstr(w, "name", revenue->name);
	}
	sums_json(w, revenue->orders, revenue->units, revenue->net);
	jw_end(w);
}

static void moment_json(struct jw *w, const struct moment_revenue *m)
{
	jw_object(w);
	jw_kid(w, "moment", ID_moment, m->moment.u);
	jw_kid(w, "session", ID_live, m->live.u);
	jw_kid(w, "replay", ID_replay, m->replay.u);
	jw_kid(w, "product", ID_product, m->product.u);
	jw_kstr(w, "title", m->title);
	jw_key(w, "second");
	if (m->second >= 0)
		jw_int(w, m->second);
	else
		jw_null(w);
	sums_json(w, m->orders, m->units, m->net);
	jw_end(w);
}

static enum err by_moment(struct ctx *c, struct jw *w, int64_t from_ms, int64_t before_ms)
{
	struct moment_revenue *list;
	size_t n;

	TRY(analytics_moments(c, from_ms, before_ms, (struct live_id){ 0 }, &list, &n));
	for (size_t i = 0; i < n; i++)
		moment_json(w, &list[i]);
	return OK;
}

static enum err by_split(struct ctx *c, struct jw *w, const struct split *split, int64_t from_ms, int64_t before_ms)
{
	struct revenue *list;
	size_t n;

	TRY(analytics_revenue(c, str_of(split->by), from_ms, before_ms, &list, &n));
	for (size_t i = 0; i < n; i++)
		revenue_json(w, &list[i], split);
	return OK;
}

static enum err revenue(struct ctx *c, const struct req *q, struct res *r)
{
	struct str by = req_arg(q, "by");
	const struct split *split = split_of(by.n ? by : S("platform"));
	int64_t from_ms = 0, before_ms = 0;
	struct jw w = list_begin(c);

	if (!split && !str_eq(by, S("moment")))
		field_bad(c, "by", "platform, surface, stream, replay or moment");
	read_time(c, q, "from", &from_ms);
	read_time(c, q, "before", &before_ms);
	TRY(fields_must_be_good(c));
	TRY(split ? by_split(c, &w, split, from_ms, before_ms) : by_moment(c, &w, from_ms, before_ms));
	return res_json(r, 200, list_end(&w, ID_event, (struct uuid){ 0 }));
}

static const struct route routes[] = {
	{ GET, "/analytics/revenue", revenue, .who = CREATOR, .tx = TX_READ },
};

const struct app analytics_app = { "analytics", "api", routes, COUNT(routes) };
