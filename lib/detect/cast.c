/* cast.c: rows of broadcast, and what was told as decide.h wants it. */
#include "lib/detect/inside.h"

static const char *const states[] = {
	[LIVE_UNKNOWN] = "unknown", [LIVE_UPCOMING] = "upcoming", [LIVE_ON] = "on", [LIVE_ENDED] = "ended", [LIVE_NONE] = "none" };

const char *live_state_name(enum live_state state)
{
	return states[state];
}

enum live_state live_state_of(struct str name)
{
	for (size_t i = 0; i < COUNT(states); i++)
		if (str_eq(name, str_of(states[i])))
			return (enum live_state)i;
	return LIVE_UNKNOWN;
}

enum err clock_read(struct ctx *c, int64_t *now_ms)
{
	struct row row;

	TRY(db_one(c, SQL(detect_clock), NO_PARAMS, &row));
	*now_ms = row_int(&row, "clock_ms");
	return OK;
}

static struct cast cast_read(const struct row *row)
{
	struct cast cast = {
		.id = { row_uuid(row, "id") },
		.channel = { row_uuid(row, "channel_id") },
		.external_id = row_str(row, "external_id"),
		.stream_state = row_str(row, "stream_state"),
		.stream = { row_uuid(row, "stream_id") },
		.scheduled_ms = row_int(row, "scheduled_ms"),
		.titled = row_bool(row, "titled"),
		.known = {
			.state = live_state_of(row_str(row, "state")),
			.started_ms = row_int(row, "started_ms"),
			.ended_ms = row_int(row, "ended_ms"),
			.off_ms = row_int(row, "off_ms"),
			.off_pushed = row_bool(row, "off_pushed"),
			.told_ms = row_int(row, "told_ms"),
			.misses = (int)row_int(row, "misses"),
		},
	};

	cast.known.streamed = !uuid_is_nil(cast.stream.u);
	return cast;
}

enum err casts_known(struct ctx *c, const struct uuid *channels, size_t channels_n, const struct str *ids, size_t ids_n,
	struct cast **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(detect_known), PARAMS(p_uuids(c, channels, channels_n), p_strs(c, ids, ids_n)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = cast_read(&row);
	}
	return OK;
}

struct cast *cast_of(struct cast *casts, size_t n, struct channel_id channel, struct str external_id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(casts[i].external_id, external_id) && uuid_eq(casts[i].channel.u, channel.u))
			return &casts[i];
	return NULL;
}

static struct str text_of(struct str s)
{
	return str_utf8(s) ? s : S("");
}

struct word word_fit(struct word word)
{
	struct broadcaster_live *live = &word.live;

	live->title = text_of(live->title);
	live->url = text_of(live->url);
	live->thumb_url = text_of(live->thumb_url);
	if (str_utf8(live->external_id) && live->external_id.n <= EXTERNAL_ID_MAX_BYTES)
		return word;
	return (struct word){ .live = { .state = LIVE_UNKNOWN, .viewers = -1 } };
}

struct detect_rules rules_of(const struct ctx *c, const struct account *account)
{
	return (struct detect_rules){
		.off_ends = account->by_account,
		.grace_ms = c->config->detect_grace_s * 1000,
		.unknown_ms = c->config->detect_unknown_hours * INT64_C(3600000),
		.since_ms = account->connected_ms,
	};
}

struct told told_of(const struct account *account, const struct word *word, int64_t now_ms)
{
	const struct broadcaster_live *live = &word->live;

	return (struct told){
		.state = live->state,
		.missed = word->missed,
		.pushed = word->pushed,
		.absent = word->absent,
		.stranger = live->account.n && !str_eq(live->account, account->external_id),
		.started_ms = live->started_ms,
		.ended_ms = live->ended_ms,
		.off_ms = word->off_ms,
		.now_ms = now_ms,
	};
}
