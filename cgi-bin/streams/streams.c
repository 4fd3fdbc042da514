/* streams.c: /streams
 *
 * The lives of a creator: planned, started and ended by hand or found at their platforms; the sessions they are parts of, and the
 * moments of those.
 */
#include "cgi-bin/streams/streams.h"

#include "lib/core/config.h"
#include "lib/stream/stream.h"
#include "lib/view/list_view.h"
#include "lib/view/stream_view.h"

static enum err answer(struct ctx *c, struct res *r, struct stream_id id, bool created)
{
	struct str text = ID_TEXT(c->mem, stream, id);
	struct jw w = jw_new(c->mem, 16384);
	struct stream stream;

	TRY(stream_by_id(c, id, &stream));
	stream_json(&w, &stream);
	res_etag(r, stream.revision);
	if (created)
		return res_created(r, str_fmt(c->mem, STR_FMT "/streams/" STR_FMT, STR_ARG(c->config->base_url), STR_ARG(text)),
			jw_done(&w));
	return res_json(r, 200, jw_done(&w));
}

static enum err create(struct ctx *c, const struct req *q, struct res *r)
{
	struct stream_ask ask = { .delay_s = STREAM_DELAY_USUAL };
	struct stream_id id;

	TRY(stream_ask_read(c, req_body(q), true, &ask));
	TRY(stream_create(c, &ask, &id));
	return answer(c, r, id, true);
}

static enum err list(struct ctx *c, const struct req *q, struct res *r)
{
	struct stream *streams;
	struct page page;
	struct jw w;
	size_t n;

	TRY(req_page(c, q, ID_stream, &page));
	TRY(stream_list(c, (struct stream_id){ page.after }, page.limit + 1, &streams, &n));
	w = list_begin(c);
	for (size_t i = 0; i < n && i < (size_t)page.limit; i++)
		stream_json(&w, &streams[i]);
	return res_json(r, 200, list_end(&w, ID_stream, n > (size_t)page.limit ? streams[page.limit - 1].id.u : (struct uuid){ 0 }));
}

static enum err show(struct ctx *c, const struct req *q, struct res *r)
{
	struct stream_id id;

	TRY(req_id(c, q, "id", ID_stream, &id.u));
	return answer(c, r, id, false);
}

static enum err change(struct ctx *c, const struct req *q, struct res *r)
{
	struct stream_ask ask;
	struct stream stream;
	struct stream_id id;

	TRY(req_id(c, q, "id", ID_stream, &id.u));
	TRY(stream_by_id(c, id, &stream));
	TRY(req_if_match(c, q, stream.revision));
	ask = (struct stream_ask){ stream.platform, stream.title, stream.url, stream.scheduled_ms, stream.delay_s };
	TRY(stream_ask_read(c, req_body(q), false, &ask));
	TRY(stream_update(c, id, stream.revision, &ask));
	return answer(c, r, id, false);
}

static enum err start(struct ctx *c, const struct req *q, struct res *r)
{
	struct stream_id id;

	TRY(req_id(c, q, "id", ID_stream, &id.u));
	TRY(stream_start(c, id));
	return answer(c, r, id, false);
}

static enum err end(struct ctx *c, const struct req *q, struct res *r)
{
	struct stream_id id;

	TRY(req_id(c, q, "id", ID_stream, &id.u));
	TRY(stream_end(c, id));
	return answer(c, r, id, false);
}

static enum err cancel(struct ctx *c, const struct req *q, struct res *r)
{
	struct stream_id id;

	TRY(req_id(c, q, "id", ID_stream, &id.u));
	TRY(stream_cancel(c, id));
	return answer(c, r, id, false);
}

static const struct route routes[] = {
	{ POST,  "/streams",            create, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ GET,   "/streams",            list,   .who = CREATOR, .tx = TX_READ },
	{ GET,   "/streams/sessions",                streams_sessions,       .who = CREATOR, .tx = TX_READ },
	{ GET,   "/streams/sessions/:id",            streams_session,        .who = CREATOR, .tx = TX_READ },
	{ PATCH, "/streams/sessions/:id",            streams_session_rename, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST,  "/streams/sessions/:id/link",       streams_session_link,   .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST,  "/streams/sessions/:id/spotlight",  streams_spotlight,      .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ DELETE, "/streams/sessions/:id/spotlight", streams_spotlight_off,  .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ GET,   "/streams/sessions/:id/moments",    streams_moments,        .who = CREATOR, .tx = TX_READ },
	{ POST,  "/streams/sessions/:id/moments",    streams_moment_add,     .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ GET,   "/streams/sessions/:id/suggestions", streams_suggestions,   .who = CREATOR, .tx = TX_READ },
	{ POST,  "/streams/sessions/:id/suggestions", streams_suggest,       .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ GET,   "/streams/moments/:id",             streams_moment,         .who = CREATOR, .tx = TX_READ },
	{ PATCH, "/streams/moments/:id",             streams_moment_change,  .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ DELETE, "/streams/moments/:id",            streams_moment_delete,  .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST,  "/streams/moments/:id/merge",       streams_moment_merge,   .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST,  "/streams/moments/:id/accept",      streams_moment_accept,  .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST,  "/streams/moments/:id/dismiss",     streams_moment_dismiss, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ GET,   "/streams/:id",        show,   .who = CREATOR, .tx = TX_READ },
	{ POST,  "/streams/:id/session", streams_session_of, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ PATCH, "/streams/:id",        change, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST,  "/streams/:id/start",  start,  .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST,  "/streams/:id/end",    end,    .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST,  "/streams/:id/cancel", cancel, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
};

const struct app streams_app = { "streams", "api", routes, COUNT(routes) };
