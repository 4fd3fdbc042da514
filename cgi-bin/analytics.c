/* analytics.c: /analytics
 *
 * What a creator earned: net of refunds, per currency, credited orders only.
 */
#include "lib/analytics/analytics.h"
#include "lib/core/time.h"
#include "lib/view/list_view.h"
#include "lib/web/web.h"

static bool known_split(struct str by)
{
	return str_eq(by, S("platform")) || str_eq(by, S("surface")) || str_eq(by, S("stream"));
}

static void read_time(struct ctx *c, const struct req *q, const char *name, int64_t *out)
{
	struct str text = req_arg(q, name);

	if (text.n && !time_read(text, out))
		field_bad(c, name, "a time as in RFC 3339");
}

static void revenue_json(struct jw *w, const struct revenue *revenue, bool by_stream)
{
	jw_object(w);
	if (by_stream) {
		jw_kid(w, "stream", ID_stream, revenue->stream.u);
		jw_kstr(w, "title", revenue->stream_title);
	} else {
		jw_kstr(w, "name", revenue->name);
	}
	jw_kint(w, "orders", revenue->orders);
	jw_kint(w, "units", revenue->units);
	jw_kmoney(w, "net", revenue->net);
	jw_end(w);
}

static enum err revenue(struct ctx *c, const struct req *q, struct res *r)
{
	struct str by = req_arg(q, "by");
	int64_t from_ms = 0, before_ms = 0;
	struct revenue *list;
	struct jw w;
	size_t n;

	if (!by.n)
		by = S("platform");
	if (!known_split(by))
		field_bad(c, "by", "platform, surface or stream");
	read_time(c, q, "from", &from_ms);
	read_time(c, q, "before", &before_ms);
	TRY(fields_must_be_good(c));
	TRY(analytics_revenue(c, by, from_ms, before_ms, &list, &n));
	w = list_begin(c);
	for (size_t i = 0; i < n; i++)
		revenue_json(&w, &list[i], str_eq(by, S("stream")));
	return res_json(r, 200, list_end(&w, ID_event, (struct uuid){ 0 }));
}

static const struct route routes[] = {
	{ GET, "/analytics/revenue", revenue, .who = CREATOR, .tx = TX_READ },
};

const struct app analytics_app = { "analytics", "api", routes, COUNT(routes) };
