/* moments.c: what was shown when: the spotlight, moments by hand, and those that the crowd suggests. */
#include "cgi-bin/streams/streams.h"

#include "lib/core/config.h"
#include "lib/view/list_view.h"
#include "lib/view/live_view.h"

static enum err answer(struct ctx *c, struct res *r, struct moment_id id, bool created)
{
	struct jw w = jw_new(c->mem, 16384);
	struct moment moment;

	TRY(moment_by_id(c, id, &moment));
	moment_json(&w, &moment);
	res_etag(r, moment.revision);
	if (created)
		return res_created(r, str_fmt(c->mem, STR_FMT "/streams/moments/" STR_FMT, STR_ARG(c->config->base_url),
			STR_ARG(ID_TEXT(c->mem, moment, id))), jw_done(&w));
	return res_json(r, 200, jw_done(&w));
}

enum err streams_spotlight(struct ctx *c, const struct req *q, struct res *r)
{
	struct moment_ask ask = { 0 };
	struct moment_id id;
	struct live_id live;

	TRY(req_id(c, q, "id", ID_live, &live.u));
	TRY(moment_ask_read(c, req_body(q), false, &ask));
	TRY(moment_spotlight(c, live, &ask, &id));
	return answer(c, r, id, true);
}

enum err streams_spotlight_off(struct ctx *c, const struct req *q, struct res *r)
{
	struct live_id live;

	TRY(req_id(c, q, "id", ID_live, &live.u));
	TRY(moment_spotlight_off(c, live));
	return res_no_content(r);
}

static enum err list_answer(struct ctx *c, struct res *r, const struct moment *list, size_t n)
{
	struct jw w = list_begin(c);

	for (size_t i = 0; i < n; i++)
		moment_json(&w, &list[i]);
	return res_json(r, 200, list_end(&w, ID_moment, (struct uuid){ 0 }));
}

enum err streams_moments(struct ctx *c, const struct req *q, struct res *r)
{
	struct moment *list;
	struct live_id live;
	struct live session;
	size_t n;

	TRY(req_id(c, q, "id", ID_live, &live.u));
	TRY(live_by_id(c, live, &session));
	TRY(moment_list(c, live, &list, &n));
	return list_answer(c, r, list, n);
}

enum err streams_moment_add(struct ctx *c, const struct req *q, struct res *r)
{
	struct moment_ask ask = { 0 };
	struct moment_id id;
	struct live_id live;

	TRY(req_id(c, q, "id", ID_live, &live.u));
	TRY(moment_ask_read(c, req_body(q), true, &ask));
	TRY(moment_add(c, live, &ask, &id));
	return answer(c, r, id, true);
}

enum err streams_moment(struct ctx *c, const struct req *q, struct res *r)
{
	struct moment_id id;

	TRY(req_id(c, q, "id", ID_moment, &id.u));
	return answer(c, r, id, false);
}

enum err streams_moment_change(struct ctx *c, const struct req *q, struct res *r)
{
	struct moment_ask ask;
	struct moment moment;
	struct moment_id id;

	TRY(req_id(c, q, "id", ID_moment, &id.u));
	TRY(moment_by_id(c, id, &moment));
	TRY(req_if_match(c, q, moment.revision));
	ask = (struct moment_ask){ moment.title, moment.at_ms, moment.until_ms, moment.offer, moment.product, moment.variant };
	TRY(moment_ask_read(c, req_body(q), true, &ask));
	TRY(moment_update(c, &moment, &ask));
	return answer(c, r, id, false);
}

enum err streams_moment_delete(struct ctx *c, const struct req *q, struct res *r)
{
	struct moment_id id;

	TRY(req_id(c, q, "id", ID_moment, &id.u));
	TRY(moment_delete(c, id));
	return res_no_content(r);
}

enum err streams_moment_merge(struct ctx *c, const struct req *q, struct res *r)
{
	static const char *const known[] = { "into", NULL };
	struct moment_id id, into = { 0 };
	struct json from;

	TRY(req_id(c, q, "id", ID_moment, &id.u));
	TRY(json_read_object(c, req_body(q), &from));
	json_only(c, from, known);
	if (!json_want_id(c, from, "into", ID_moment, &into.u))
		field_bad(c, "into", "the id of a moment of the same session");
	TRY(fields_must_be_good(c));
	TRY(moment_merge(c, id, into));
	return answer(c, r, into, false);
}

enum err streams_suggestions(struct ctx *c, const struct req *q, struct res *r)
{
	struct moment *list;
	struct live_id live;
	struct live session;
	size_t n;

	TRY(req_id(c, q, "id", ID_live, &live.u));
	TRY(live_by_id(c, live, &session));
	TRY(moment_suggestions(c, live, &list, &n));
	return list_answer(c, r, list, n);
}

/* Looks once more, and shows all there are. */
enum err streams_suggest(struct ctx *c, const struct req *q, struct res *r)
{
	struct live_id live;
	int64_t n;

	TRY(req_id(c, q, "id", ID_live, &live.u));
	TRY(moment_suggest(c, live, &n));
	return streams_suggestions(c, q, r);
}

enum err streams_moment_accept(struct ctx *c, const struct req *q, struct res *r)
{
	struct moment_id id;

	TRY(req_id(c, q, "id", ID_moment, &id.u));
	TRY(moment_accept(c, id));
	return answer(c, r, id, false);
}

enum err streams_moment_dismiss(struct ctx *c, const struct req *q, struct res *r)
{
	struct moment_id id;

	TRY(req_id(c, q, "id", ID_moment, &id.u));
	TRY(moment_dismiss(c, id));
	return res_no_content(r);
}
