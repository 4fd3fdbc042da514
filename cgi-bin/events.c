/* events.c: /events
 *
 * A creator's part of the event log, newest first, by type and time.
 */
#include "lib/core/time.h"
#include "lib/event/event.h"
#include "lib/view/event_view.h"
#include "lib/view/list_view.h"
#include "lib/web/web.h"

static void read_time(struct ctx *c, const struct req *q, const char *name, int64_t *out)
{
	struct str text = req_arg(q, name);

	if (text.n && !time_read(text, out))
		field_bad(c, name, "a time as in RFC 3339");
}

static enum err list(struct ctx *c, const struct req *q, struct res *r)
{
	int64_t from_ms = 0, before_ms = 0;
	struct event_seen *events;
	struct str type = req_arg(q, "type");
	enum event_type known;
	struct page page;
	struct jw w;
	size_t n;

	if (type.n && !event_type_read(type, &known))
		field_bad(c, "type", "a type of docs/events.md, as OFFER_CREATED");
	read_time(c, q, "from", &from_ms);
	read_time(c, q, "before", &before_ms);
	TRY(fields_must_be_good(c));
	TRY(req_page(c, q, ID_event, &page));
	TRY(event_list(c, (struct event_id){ page.after }, type, from_ms, before_ms, page.limit + 1, &events, &n));
	w = list_begin(c);
	for (size_t i = 0; i < n && i < (size_t)page.limit; i++)
		TRY(event_json(c, &w, &events[i]));
	return res_json(r, 200, list_end(&w, ID_event,
		n > (size_t)page.limit ? events[page.limit - 1].id.u : (struct uuid){ 0 }));
}

static const struct route routes[] = {
	{ GET, "/events", list, .who = CREATOR, .tx = TX_READ },
};

const struct app events_app = { "events", "api", routes, COUNT(routes) };
