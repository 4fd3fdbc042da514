/* follow.c: what a show leaves behind: its replay when a stream ends, and the links of its moments as they are. */
#include "lib/db/db.h"
#include "lib/json/json.h"
#include "lib/link/link.h"
#include "lib/replay/inside.h"

static const enum event_type types[] = { EVENT_STREAM_ENDED, EVENT_MOMENT_CREATED, EVENT_MOMENT_UPDATED, EVENT_MOMENT_DELETED };

static enum err tell(struct ctx *c, enum event_type type, struct replay_id id, struct live_id live)
{
	struct jw w = jw_new(c->mem, 256);

	jw_object(&w);
	event_put_id(&w, "live", live.u);
	jw_end(&w);
	return event_emit(c, &(struct event){ .type = type, .creator = c->creator, .subject = id.u, .payload = jw_done(&w) });
}

/* A button for each moment that lacks one. What can no longer be sold gets none. */
static enum err link_add(struct ctx *c, struct replay_id replay, const struct row *row)
{
	struct moment_id moment = { row_uuid(row, "moment_id") };
	struct link_ask ask = {
		.offer = { row_uuid(row, "offer_id") }, .product = { row_uuid(row, "product_id") }, .variant = { row_uuid(row, "variant_id") },
		.attribution = { row_str(row, "platform"), S("replay"), { row_uuid(row, "stream_id") }, replay, moment },
	};
	struct link_id id;
	enum err e = link_create(c, &ask, &id);

	if (e == ERR_BAD_INPUT) {
		c->fields_n = 0;
		c->failed = OK;
		return OK;
	}
	TRY(e);
	return db_run(c, SQL(replay_link_put), PARAMS(p_uuid(c->creator.u), p_uuid(replay.u), p_uuid(moment.u), p_uuid(id.u)));
}

/* Buttons of moments that are gone, or sell something else now, are closed. */
static enum err links_close(struct ctx *c, struct replay_id replay)
{
	struct rows rows;

	TRY(db_all(c, SQL(replay_links_over), PARAMS(p_uuid(replay.u)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);
		enum err e = link_revoke(c, (struct link_id){ row_uuid(&row, "link_id") });

		TRY(e);
	}
	return OK;
}

static enum err links_follow(struct ctx *c, struct replay_id replay)
{
	struct rows rows;

	TRY(links_close(c, replay));
	TRY(db_all(c, SQL(replay_links_wanted), PARAMS(p_uuid(replay.u)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		TRY(link_add(c, replay, &row));
	}
	return OK;
}

/* The replay of a show whose first stream has ended; again it is a no-op. Its videos are those of the streams that have ended. */
static enum err make(struct ctx *c, struct live_id live, struct replay_id *id, bool *there)
{
	struct row row;

	TRY(db_maybe(c, SQL(replay_make), PARAMS(p_uuid(uuid_new(c->now_ms)), p_uuid(live.u)), &row));
	*there = row.found;
	if (!row.found) /* nothing of the show has ended yet */
		return OK;
	id->u = row_uuid(&row, "id");
	if (row_bool(&row, "fresh"))
		TRY(tell(c, EVENT_REPLAY_CREATED, *id, live));
	return OK;
}

static enum err videos_make(struct ctx *c, struct replay_id id)
{
	struct rows rows;

	TRY(db_all(c, SQL(replay_streams), PARAMS(p_uuid(id.u)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);
		struct str platform, external;

		replay_video_of_url(c, row_str(&row, "url"), &platform, &external);
		if (!str_eq(platform, row_str(&row, "platform")))
			external = S("");
		TRY(db_run(c, SQL(replay_video_make), PARAMS(
			p_uuid(uuid_new(c->now_ms)), p_uuid(id.u), p_uuid(row_uuid(&row, "stream_id")), p_str(external))));
	}
	return OK;
}

enum err replay_publish_first(struct ctx *c, struct replay_id id)
{
	struct row row;

	TRY(db_one(c, SQL(replay_has_something), PARAMS(p_uuid(id.u)), &row));
	return row_bool(&row, "first") ? replay_publish(c, id) : OK;
}

static enum err follow(struct ctx *c, struct creator_id creator, struct live_id live)
{
	struct ctx own = *c;
	struct replay_id id;
	bool there;

	own.creator = creator;
	TRY(make(&own, live, &id, &there));
	if (!there)
		return OK;
	TRY(videos_make(&own, id));
	TRY(links_follow(&own, id));
	return replay_publish_first(&own, id);
}

static enum err apply(struct ctx *c, struct str events)
{
	struct rows rows;

	TRY(db_all(c, SQL(replay_shows_of), PARAMS(p_str(events)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		TRY(follow(c, (struct creator_id){ row_uuid(&row, "creator_id") }, (struct live_id){ row_uuid(&row, "live_id") }));
	}
	return OK;
}

const struct consumer replay_consumer = { "replays", types, COUNT(types), apply, NULL };

enum err replay_videos_due(struct ctx *c, struct str platform, int most, struct replay_video_due **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(replay_videos_due), PARAMS(p_str(platform), p_int(most)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct replay_video_due){
			.id = { row_uuid(&row, "id") }, .creator = { row_uuid(&row, "creator_id") }, .channel = { row_uuid(&row, "channel_id") },
			.external_id = row_str(&row, "external_id"), .broadcast = row_str(&row, "broadcast"), .started_ms = row_int(&row, "started_ms"),
		};
	}
	return OK;
}

enum err replay_video_seen(struct ctx *c, struct video_id id, const struct broadcaster_video *seen)
{
	struct ctx own = *c;
	struct row row;

	if (!seen->found || !seen->ready)
		return replay_video_missed(c, id);
	TRY(db_maybe(c, SQL(replay_video_seen), PARAMS(
		p_uuid(id.u), p_str(seen->external_id), p_str(seen->page_url), p_str(seen->title), p_str(seen->thumb_url),
		p_int(seen->recorded_from_ms), p_int(seen->duration_s), p_bool(seen->embeddable), p_bool(seen->is_public), p_int(seen->expires_ms),
		p_int(seen->thumb_expires_ms)), &row));
	if (!row.found)
		return OK;
	own.creator.u = row_uuid(&row, "creator_id");
	if (row_bool(&row, "first"))
		TRY(event_emit(&own, &(struct event){ .type = EVENT_REPLAY_AUTO_IMPORTED, .creator = own.creator, .subject = row_uuid(&row, "replay_id") }));
	return replay_publish_first(&own, (struct replay_id){ row_uuid(&row, "replay_id") });
}

enum err replay_video_missed(struct ctx *c, struct video_id id)
{
	return db_run(c, SQL(replay_video_missed), PARAMS(p_uuid(id.u)));
}
