#include "lib/core/config.h"
#include "lib/db/db.h"
#include "lib/event/event.h"
#include "lib/json/json.h"
#include "lib/stream/inside.h"
#include "lib/text/text.h"

#define TITLE_MAX_POINTS 200

static const struct str platforms[] = {
	{ "youtube", 7 }, { "tiktok", 6 }, { "twitch", 6 }, { "instagram", 9 }, { "other", 5 } };

bool stream_platform_known(struct str platform)
{
	for (size_t i = 0; i < COUNT(platforms); i++)
		if (str_eq(platform, platforms[i]))
			return true;
	return false;
}

static enum err check(struct ctx *c, const struct stream_ask *ask)
{
	struct str title = str_trim(ask->title);

	if (!stream_platform_known(ask->platform))
		field_bad(c, "platform", "youtube, tiktok, twitch, instagram or other");
	if (!title.n || !text_is_name(title) || str_points(title) > TITLE_MAX_POINTS)
		field_bad(c, "title", "1 to %d characters", TITLE_MAX_POINTS);
	if (ask->url.n && !text_is_web_url(ask->url))
		field_bad(c, "url", "an address that begins with https://");
	if (ask->delay_s < STREAM_DELAY_USUAL || ask->delay_s > STREAM_DELAY_MAX_S)
		field_bad(c, "delay_s", "0 to %d seconds", STREAM_DELAY_MAX_S);
	return fields_must_be_good(c);
}

int64_t stream_usual_delay_s(const struct ctx *c, struct str platform)
{
	if (str_eq(platform, S("youtube")))
		return c->config->delay_youtube_s;
	if (str_eq(platform, S("tiktok")))
		return c->config->delay_tiktok_s;
	return str_eq(platform, S("twitch")) ? c->config->delay_twitch_s : c->config->delay_other_s;
}

enum err stream_join(struct ctx *c, struct stream_id id)
{
	struct row row;

	return db_one(c, SQL(stream_join), PARAMS(p_uuid(id.u), p_uuid(uuid_new(c->now_ms)), p_int(c->config->live_gap_s)), &row);
}

enum err stream_tell(struct ctx *c, enum event_type type, struct stream_id id)
{
	struct stream stream;
	struct jw w = jw_new(c->mem, 256);

	TRY(stream_by_id(c, id, &stream));
	jw_object(&w);
	jw_kstr(&w, "platform", stream.platform);
	event_put_id(&w, "live", stream.live.u);
	jw_end(&w);
	return event_emit(c, &(struct event){ .type = type, .creator = c->creator, .subject = id.u, .payload = jw_done(&w) });
}

/* Normalising can lengthen a text. */
static enum err title_too_long(struct ctx *c)
{
	field_bad(c, "title", "1 to %d characters", TITLE_MAX_POINTS);
	return fields_must_be_good(c);
}

enum err stream_create(struct ctx *c, const struct stream_ask *ask, struct stream_id *id)
{
	struct row row;

	TRY(check(c, ask));
	*id = ID_NEW(stream, c->now_ms);
	TRY(db_maybe(c, SQL(stream_insert), PARAMS(
		p_uuid(id->u), p_uuid(c->creator.u), p_str(ask->platform), p_str(str_trim(ask->title)), p_str(ask->url),
		p_int(ask->scheduled_ms), p_int(ask->delay_s >= 0 ? ask->delay_s : stream_usual_delay_s(c, ask->platform))), &row));
	if (!row.found)
		return title_too_long(c);
	TRY(stream_join(c, *id));
	return stream_tell(c, EVENT_STREAM_CREATED, *id);
}

enum err stream_update(struct ctx *c, struct stream_id id, int64_t revision, const struct stream_ask *ask)
{
	struct stream now;
	struct row row;

	TRY(stream_by_id(c, id, &now));
	TRY(check(c, ask));
	TRY(db_maybe(c, SQL(stream_update), PARAMS(
		p_uuid(c->creator.u), p_uuid(id.u), p_int(revision ? revision : now.revision), p_str(str_trim(ask->title)),
		p_str(ask->url), p_int(ask->scheduled_ms),
		p_int(ask->delay_s >= 0 ? ask->delay_s : stream_usual_delay_s(c, now.platform))), &row));
	if (!row.found)
		return FAIL(c, ERR_EDIT_CONFLICT, "another revision");
	return row_bool(&row, "title_ok") ? OK : title_too_long(c);
}

struct stream stream_of(const struct row *row)
{
	return (struct stream){
		.id = { row_uuid(row, "id") },
		.platform = row_str(row, "platform"),
		.title = row_str(row, "title"),
		.url = row_str(row, "url"),
		.state = row_str(row, "state"),
		.scheduled_ms = row_int(row, "scheduled_ms"),
		.started_ms = row_int(row, "started_ms"),
		.ended_ms = row_int(row, "ended_ms"),
		.created_ms = row_int(row, "created_ms"),
		.live = { row_uuid(row, "live_id") },
		.detected = row_bool(row, "detected"),
		.delay_s = row_int(row, "delay_s"),
		.revision = row_int(row, "revision"),
	};
}

enum err stream_list(struct ctx *c, struct stream_id after, int limit, struct stream **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(stream_list), PARAMS(p_uuid(c->creator.u), p_uuid_or_null(after.u), p_int(limit)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = stream_of(&row);
	}
	return OK;
}

enum err stream_by_id(struct ctx *c, struct stream_id id, struct stream *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(stream_by_id), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "no such stream of hers");
	*out = stream_of(&row);
	return OK;
}

static enum err move(struct ctx *c, struct stream_id id, struct str to, struct str from, enum event_type type)
{
	struct stream now;
	struct row row;

	TRY(stream_by_id(c, id, &now));
	if (str_eq(now.state, to))
		return OK;
	TRY(db_maybe(c, SQL(stream_move), PARAMS(p_uuid(c->creator.u), p_uuid(id.u), p_str(to), p_strs(c, &from, 1)), &row));
	if (!row.found)
		return FAIL(c, ERR_STREAM_STATE, "from " STR_FMT " to " STR_FMT, STR_ARG(now.state), STR_ARG(to));
	TRY(stream_join(c, id));
	return stream_tell(c, type, id);
}

enum err stream_start(struct ctx *c, struct stream_id id)
{
	return move(c, id, S("live"), S("scheduled"), EVENT_STREAM_STARTED);
}

enum err stream_end(struct ctx *c, struct stream_id id)
{
	return move(c, id, S("ended"), S("live"), EVENT_STREAM_ENDED);
}

enum err stream_cancel(struct ctx *c, struct stream_id id)
{
	return move(c, id, S("cancelled"), S("scheduled"), EVENT_STREAM_CANCELLED);
}
