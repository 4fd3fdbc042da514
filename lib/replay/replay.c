#include "lib/replay/replay.h"

#include "lib/db/db.h"
#include "lib/json/json.h"
#include "lib/replay/inside.h"
#include "lib/text/text.h"

#define TITLE_MAX_POINTS 200
#define SLUG_MAX 80
#define ADJUST_MAX_MS 86400000

static struct replay replay_of(const struct row *row)
{
	return (struct replay){
		.id = { row_uuid(row, "id") },
		.live = { row_uuid(row, "live_id") },
		.creator = { row_uuid(row, "creator_id") },
		.title = row_str(row, "title"),
		.slug = row_str(row, "slug"),
		.thumb_url = row_str(row, "thumb_url"),
		.state = row_str(row, "state"),
		.creator_name = row_str(row, "creator_name"),
		.creator_handle = row_str(row, "creator_handle"),
		.started_ms = row_int(row, "started_ms"),
		.ended_ms = row_int(row, "ended_ms"),
		.published_ms = row_int(row, "published_ms"),
		.created_ms = row_int(row, "created_ms"),
		.moments = row_int(row, "moments"),
		.views = row_int(row, "views"),
		.clicks = row_int(row, "clicks"),
		.revision = row_int(row, "revision"),
	};
}

static void replays_of(struct ctx *c, const struct rows *rows, struct replay **out, size_t *n)
{
	*n = (size_t)rows->n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows->n; i++) {
		struct row row = rows_at(rows, i);

		(*out)[i] = replay_of(&row);
	}
}

enum err replay_list(struct ctx *c, struct replay_id after, int limit, struct replay **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(replay_list), PARAMS(p_uuid(c->creator.u), p_uuid_or_null(after.u), p_int(limit)), &rows));
	replays_of(c, &rows, out, n);
	return OK;
}

struct db_ask replay_latest_ask(struct creator_id creator, int most)
{
	return db_ask(SQL(replay_latest), PARAMS(p_uuid(creator.u), p_int(most)));
}

void replay_latest_read(struct ctx *c, const struct rows *answer, struct replay **out, size_t *n)
{
	replays_of(c, answer, out, n);
}

enum err replay_by_id(struct ctx *c, struct replay_id id, struct replay *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(replay_by_id), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "no such replay of hers");
	*out = replay_of(&row);
	return OK;
}

enum err replay_by_key(struct ctx *c, struct str key, struct replay *out)
{
	struct replay_id id = { 0 };
	struct row row;

	if (!ID_READ(replay, key, &id) && (key.n > SLUG_MAX || !str_utf8(key)))
		return FAIL(c, ERR_NOT_FOUND, "neither an id nor a slug");
	TRY(db_maybe(c, SQL(replay_by_key), PARAMS(p_uuid_or_null(id.u), p_str(key)), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "no such replay");
	*out = replay_of(&row);
	return OK;
}

static struct db_ask videos_ask(struct replay_id id)
{
	return db_ask(SQL(replay_videos), PARAMS(p_uuid(id.u)));
}

static void videos_read(struct ctx *c, const struct rows *rows, struct replay_video **out, size_t *n)
{
	*n = (size_t)rows->n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows->n; i++) {
		struct row row = rows_at(rows, i);

		(*out)[i] = (struct replay_video){
			.id = { row_uuid(&row, "id") }, .platform = row_str(&row, "platform"), .external_id = row_str(&row, "external_id"),
			.page_url = row_str(&row, "page_url"), .title = row_str(&row, "title"), .thumb_url = row_str(&row, "thumb_url"),
			.state = row_str(&row, "state"), .recorded_from_ms = row_int(&row, "recorded_from_ms"),
			.adjust_ms = row_int(&row, "adjust_ms"), .duration_s = row_null(&row, "duration_s") ? -1 : row_int(&row, "duration_s"),
			.embeddable = row_bool(&row, "embeddable"), .by_hand = row_bool(&row, "by_hand"),
			.awaited = row_bool(&row, "awaited"),
		};
	}
}

static struct db_ask moments_ask(struct replay_id id)
{
	return db_ask(SQL(replay_moments), PARAMS(p_uuid(id.u)));
}

static void moments_read(struct ctx *c, const struct rows *rows, struct replay_moment **out, size_t *n)
{
	*n = (size_t)rows->n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows->n; i++) {
		struct row row = rows_at(rows, i);

		(*out)[i] = (struct replay_moment){
			.id = { row_uuid(&row, "id") }, .title = row_str(&row, "title"), .product = row_str(&row, "product_title"),
			.variant = row_str(&row, "variant_title"), .image_url = row_str(&row, "image_url"), .code = row_str(&row, "code"),
			.at_ms = row_int(&row, "at_ms"), .variants = row_int(&row, "variants"), .is_from = row_int(&row, "variants") > 1, .limited = row_bool(&row, "limited"),
			.left = row_int(&row, "remaining"), .open = row_bool(&row, "open"),
		};
		if (!row_null(&row, "price_minor")) {
			(*out)[i].list = row_money(&row, "list_minor", "currency");
			(*out)[i].price = row_money(&row, "price_minor", "currency");
		}
	}
}

enum err replay_videos(struct ctx *c, struct replay_id id, struct replay_video **out, size_t *n)
{
	struct db_ask ask = videos_ask(id);

	TRY(db_all_of(c, &ask, 1));
	videos_read(c, &ask.rows, out, n);
	return OK;
}

enum err replay_moments(struct ctx *c, struct replay_id id, struct replay_moment **out, size_t *n)
{
	struct db_ask ask = moments_ask(id);

	TRY(db_all_of(c, &ask, 1));
	moments_read(c, &ask.rows, out, n);
	return OK;
}

enum err replay_shown(struct ctx *c, const struct replay *replay, struct replay_shown *out)
{
	struct db_ask asks[] = { videos_ask(replay->id), moments_ask(replay->id), live_now_ask(replay->creator) };

	TRY(db_all_of(c, asks, COUNT(asks)));
	videos_read(c, &asks[0].rows, &out->videos, &out->videos_n);
	moments_read(c, &asks[1].rows, &out->moments, &out->moments_n);
	return live_now_read(c, &asks[2].rows, &out->now);
}

int64_t replay_second(const struct replay_video *video, int64_t at_ms)
{
	int64_t second = (at_ms - video->recorded_from_ms + video->adjust_ms) / 1000;

	if (second < 0)
		return 0;
	return video->duration_s > 0 && second > video->duration_s ? video->duration_s : second;
}

static bool is_slug(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];
		bool plain = (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9');

		if (!plain && (ch != '-' || i == 0 || i == s.n - 1))
			return false;
	}
	return s.n >= 3 && s.n <= SLUG_MAX;
}

enum err replay_update(struct ctx *c, const struct replay *now, const struct replay_ask *ask)
{
	struct str title = str_trim(ask->title), slug = str_lower(c->mem, str_trim(ask->slug));
	struct row row;

	if (!title.n || !text_is_name(title) || str_points(title) > TITLE_MAX_POINTS)
		field_bad(c, "title", "1 to %d characters", TITLE_MAX_POINTS);
	if (slug.n && !is_slug(slug))
		field_bad(c, "slug", "3 to %d of a-z, 0-9 and '-', or none", SLUG_MAX);
	if (ask->thumb_url.n && !(text_is_web_url(ask->thumb_url) && str_starts(ask->thumb_url, S("https://"))))
		field_bad(c, "thumb_url", "an address that begins with https://, or none");
	TRY(fields_must_be_good(c));
	TRY(db_maybe(c, SQL(replay_update), PARAMS(
		p_uuid(c->creator.u), p_uuid(now->id.u), p_int(now->revision), p_str(title), p_str(slug), p_str(ask->thumb_url)), &row));
	if (!row.found)
		return FAIL(c, ERR_EDIT_CONFLICT, "another revision");
	if (row_bool(&row, "taken"))
		return FAIL(c, ERR_SLUG_TAKEN, "taken");
	return OK;
}

static enum err state_put(struct ctx *c, struct replay_id id, struct str state, enum event_type type)
{
	struct replay replay;
	struct row row;

	TRY(replay_by_id(c, id, &replay));
	TRY(db_maybe(c, SQL(replay_state_put), PARAMS(p_uuid(c->creator.u), p_uuid(id.u), p_str(state)), &row));
	return row.found ? event_emit(c, &(struct event){ .type = type, .creator = c->creator, .subject = id.u }) : OK;
}

enum err replay_publish(struct ctx *c, struct replay_id id)
{
	return state_put(c, id, S("published"), EVENT_REPLAY_PUBLISHED);
}

enum err replay_unpublish(struct ctx *c, struct replay_id id)
{
	return state_put(c, id, S("unpublished"), EVENT_REPLAY_UNPUBLISHED);
}

enum err replay_video_add(struct ctx *c, struct replay_id replay, struct str url, struct video_id *id)
{
	struct str address = str_trim(url), platform, external;
	struct replay now;
	struct row row;

	TRY(replay_by_id(c, replay, &now));
	if (!text_is_web_url(address) || !str_starts(address, S("https://")))
		field_bad(c, "url", "an address that begins with https://");
	TRY(fields_must_be_good(c));
	replay_video_of_url(c, address, &platform, &external);
	*id = ID_NEW(video, c->now_ms);
	TRY(db_one(c, SQL(replay_video_add), PARAMS(
		p_uuid(id->u), p_uuid(c->creator.u), p_uuid(replay.u), p_str(platform), p_str(external), p_str(address)), &row));
	id->u = row_uuid(&row, "id");
	return replay_publish_first(c, replay);
}

enum err replay_video_adjust(struct ctx *c, struct replay_id replay, struct video_id id, int64_t adjust_ms)
{
	struct row row;

	if (adjust_ms < -ADJUST_MAX_MS || adjust_ms > ADJUST_MAX_MS)
		field_bad(c, "adjust_ms", "at most a day either way");
	TRY(fields_must_be_good(c));
	TRY(db_maybe(c, SQL(replay_video_adjust), PARAMS(
		p_uuid(c->creator.u), p_uuid(replay.u), p_uuid(id.u), p_int(adjust_ms)), &row));
	return row.found ? OK : FAIL(c, ERR_NOT_FOUND, "no such video of hers");
}

enum err replay_video_remove(struct ctx *c, struct replay_id replay, struct video_id id)
{
	struct row row;

	TRY(db_maybe(c, SQL(replay_video_remove), PARAMS(p_uuid(c->creator.u), p_uuid(replay.u), p_uuid(id.u)), &row));
	return row.found ? OK : FAIL(c, ERR_NOT_FOUND, "no such video of hers");
}

void replay_viewed(struct ctx *c, struct replay_id id, struct creator_id creator, struct str who)
{
	note(c, SQL(replay_viewed), PARAMS(p_uuid(id.u), p_uuid(creator.u), p_str(who)));
}
