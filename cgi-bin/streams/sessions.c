/* sessions.c: live sessions: the streams of one show, what stands in the light, and the links that follow it. */
#include "cgi-bin/streams/streams.h"

#include "lib/core/config.h"
#include "lib/link/link.h"
#include "lib/view/link_view.h"
#include "lib/view/list_view.h"
#include "lib/view/live_view.h"
#include "lib/view/stream_view.h"

#define ANSWER_MAX (1 << 20)

enum err streams_sessions(struct ctx *c, const struct req *q, struct res *r)
{
	struct live *list;
	struct page page;
	struct jw w;
	size_t n;

	TRY(req_page(c, q, ID_live, &page));
	TRY(live_list(c, (struct live_id){ page.after }, page.limit + 1, &list, &n));
	w = list_begin(c);
	for (size_t i = 0; i < n && i < (size_t)page.limit; i++) {
		jw_object(&w);
		live_fields_json(&w, &list[i]);
		jw_end(&w);
	}
	return res_json(r, 200, list_end(&w, ID_live, n > (size_t)page.limit ? list[page.limit - 1].id.u : (struct uuid){ 0 }));
}

static enum err streams_json(struct ctx *c, struct jw *w, struct live_id id)
{
	struct stream *streams;
	size_t n;

	TRY(live_streams(c, id, &streams, &n));
	jw_key(w, "streams");
	jw_list(w);
	for (size_t i = 0; i < n; i++)
		stream_json(w, &streams[i]);
	jw_end(w);
	return OK;
}

static enum err links_json(struct ctx *c, struct jw *w, struct live_id id)
{
	struct link *links;
	size_t n;

	TRY(link_pins(c, id, &links, &n));
	jw_key(w, "links");
	jw_list(w);
	for (size_t i = 0; i < n; i++)
		link_json(c, w, &links[i]);
	jw_end(w);
	return OK;
}

static enum err answer(struct ctx *c, struct res *r, struct live_id id)
{
	struct jw w = jw_new(c->mem, ANSWER_MAX);
	struct moment moment;
	struct live live;
	bool lit;

	TRY(live_by_id(c, id, &live));
	TRY(moment_in_light(c, id, &moment, &lit));
	jw_object(&w);
	live_fields_json(&w, &live);
	jw_key(&w, "spotlight");
	if (lit)
		moment_json(&w, &moment);
	else
		jw_null(&w);
	TRY(streams_json(c, &w, id));
	TRY(links_json(c, &w, id));
	jw_end(&w);
	res_etag(r, live.revision);
	return res_json(r, 200, jw_done(&w));
}

enum err streams_session(struct ctx *c, const struct req *q, struct res *r)
{
	struct live_id id;

	TRY(req_id(c, q, "id", ID_live, &id.u));
	return answer(c, r, id);
}

enum err streams_session_rename(struct ctx *c, const struct req *q, struct res *r)
{
	static const char *const known[] = { "title", NULL };
	struct json from;
	struct live_id id;
	struct live live;

	TRY(req_id(c, q, "id", ID_live, &id.u));
	TRY(live_by_id(c, id, &live));
	TRY(req_if_match(c, q, live.revision));
	TRY(json_read_object(c, req_body(q), &from));
	json_only(c, from, known);
	json_want_text(c, from, "title", 1, 200, &live.title);
	TRY(live_rename(c, id, live.revision, live.title));
	return answer(c, r, id);
}

enum err streams_session_of(struct ctx *c, const struct req *q, struct res *r)
{
	static const char *const known[] = { "session", NULL };
	struct live_id to = { 0 }, now_in;
	struct stream_id stream;
	struct json from;

	TRY(req_id(c, q, "id", ID_stream, &stream.u));
	TRY(json_read_object(c, req_body(q), &from));
	json_only(c, from, known);
	json_want_id(c, from, "session", ID_live, &to.u);
	TRY(fields_must_be_good(c));
	TRY(live_move(c, stream, to, &now_in));
	return answer(c, r, now_in);
}

enum err streams_session_link(struct ctx *c, const struct req *q, struct res *r)
{
	static const char *const known[] = { "platform", "code", NULL };
	struct jw w = jw_new(c->mem, 16384);
	struct str platform = { 0 }, code = { 0 };
	struct link_id id;
	struct json from;
	struct link link;
	struct live_id live;

	TRY(req_id(c, q, "id", ID_live, &live.u));
	TRY(json_read_object(c, req_body(q), &from));
	json_only(c, from, known);
	json_want_text(c, from, "platform", 1, 20, &platform);
	json_want_text(c, from, "code", 3, 32, &code);
	TRY(link_pin(c, live, platform, code, &id));
	TRY(link_by_id(c, id, &link));
	link_json(c, &w, &link);
	return res_created(r, str_fmt(c->mem, STR_FMT "/links/" STR_FMT, STR_ARG(c->config->base_url),
		STR_ARG(ID_TEXT(c->mem, link, id))), jw_done(&w));
}
