#include "lib/stream/live.h"

#include "lib/db/db.h"
#include "lib/json/json.h"
#include "lib/platform/broadcaster.h"
#include "lib/stream/inside.h"
#include "lib/text/text.h"

#define TITLE_MAX_POINTS 200

static struct live live_of(const struct row *row)
{
	return (struct live){
		.id = { row_uuid(row, "id") },
		.title = row_str(row, "title"),
		.state = row_str(row, "state"),
		.started_ms = row_int(row, "started_ms"),
		.ended_ms = row_int(row, "ended_ms"),
		.created_ms = row_int(row, "created_ms"),
		.revision = row_int(row, "revision"),
	};
}

enum err live_list(struct ctx *c, struct live_id after, int limit, struct live **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(live_list), PARAMS(p_uuid(c->creator.u), p_uuid_or_null(after.u), p_int(limit)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = live_of(&row);
	}
	return OK;
}

enum err live_by_id(struct ctx *c, struct live_id id, struct live *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(live_by_id), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "no such live session of hers");
	*out = live_of(&row);
	return OK;
}

enum err live_streams(struct ctx *c, struct live_id id, struct stream **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(live_streams), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = stream_of(&row);
	}
	return OK;
}

enum err live_rename(struct ctx *c, struct live_id id, int64_t revision, struct str title)
{
	struct str trimmed = str_trim(title);
	struct live now;
	struct row row;

	TRY(live_by_id(c, id, &now));
	if (!trimmed.n || !text_is_name(trimmed) || str_points(trimmed) > TITLE_MAX_POINTS)
		field_bad(c, "title", "1 to %d characters", TITLE_MAX_POINTS);
	TRY(fields_must_be_good(c));
	TRY(db_maybe(c, SQL(live_rename), PARAMS(
		p_uuid(c->creator.u), p_uuid(id.u), p_int(revision ? revision : now.revision), p_str(trimmed)), &row));
	if (!row.found)
		return FAIL(c, ERR_EDIT_CONFLICT, "another revision");
	if (!row_bool(&row, "title_ok"))
		field_bad(c, "title", "1 to %d characters", TITLE_MAX_POINTS);
	return fields_must_be_good(c);
}

enum err live_move(struct ctx *c, struct stream_id stream, struct live_id to, struct live_id *now_in)
{
	struct row row;

	TRY(db_maybe(c, SQL(live_move), PARAMS(
		p_uuid(c->creator.u), p_uuid(stream.u), p_uuid_or_null(to.u), p_uuid(uuid_new(c->now_ms))), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "the stream or the session is not hers");
	now_in->u = row_uuid(&row, "live_id");
	return OK;
}

/* As its adapter has it; empty for one whose address names no broadcast. */
static struct str poster_of(struct ctx *c, const struct live_now_stream *stream)
{
	const struct broadcaster *platform = broadcaster_of(stream->platform);
	struct broadcaster_embed_ask ask = { .live = true };
	struct broadcaster_embed embed;

	if (!platform || !platform->video_in_url || !platform->video_in_url(c, stream->url, &ask.external_id))
		return S("");
	if (platform->embed(c, &ask, &embed) == OK)
		return embed.poster;
	c->failed = OK; /* the platform shows a live by its account */
	return S("");
}

static enum err streams_read(struct ctx *c, struct str text, struct live_now *out)
{
	struct json list;

	TRY(json_read(c, text, &list));
	out->streams_n = json_length(list);
	out->streams = arena_array(c->mem, out->streams_n + 1, sizeof *out->streams);
	for (size_t i = 0; i < out->streams_n; i++) {
		struct json at = json_at(list, i);

		out->streams[i].platform = json_str_at(at, "platform");
		out->streams[i].title = json_str_at(at, "title");
		out->streams[i].url = json_str_at(at, "url");
		if (!out->poster.n)
			out->poster = poster_of(c, &out->streams[i]);
	}
	return OK;
}

struct db_ask live_now_ask(struct creator_id creator)
{
	return db_ask(SQL(live_now), PARAMS(p_uuid(creator.u)));
}

enum err live_now_read(struct ctx *c, const struct rows *answer, struct live_now *out)
{
	struct row row;

	*out = (struct live_now){ 0 };
	if (!answer->n)
		return OK;
	row = rows_at(answer, 0);
	out->id.u = row_uuid(&row, "id");
	out->title = row_str(&row, "title");
	out->started_ms = row_int(&row, "started_ms");
	out->pin = row_str(&row, "pin");
	out->product = row_str(&row, "product");
	out->image_url = row_str(&row, "image_url");
	return streams_read(c, row_str(&row, "streams"), out);
}

enum err live_now(struct ctx *c, struct creator_id creator, struct live_now *out)
{
	struct db_ask ask = live_now_ask(creator);

	TRY(db_all_of(c, &ask, 1));
	return live_now_read(c, &ask.rows, out);
}
