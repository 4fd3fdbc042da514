/* apply.c: what was told becomes rows, streams and events, once. */
#include "lib/core/log.h"
#include "lib/detect/inside.h"
#include "lib/stream/stream.h"

#define VANISHED_LOOK_MS 300000
#define ANNOUNCED_LATE_MS INT64_C(86400000) /* what should have begun a day ago is not announced any more */

struct scene {
	const struct account *account;
	struct detect_rules rules;
	int64_t now_ms;
	struct cast *casts;
	size_t casts_n;
};

static struct stream_found found_of(const struct scene *s, const struct broadcaster_live *live, int64_t started_ms)
{
	return (struct stream_found){
		.platform = s->account->platform,
		.title = live->title,
		.url = live->url,
		.channel = s->account->channel,
		.scheduled_ms = live->scheduled_ms,
		.started_ms = started_ms,
	};
}

/* She ended it here by hand although it runs there: it stays ended. What she cancelled and then began is another one. */
static enum err start(struct ctx *c, const struct stream_found *found, struct cast *cast)
{
	struct stream_id known = cast->stream;
	enum err e;

	if (str_eq(cast->stream_state, S("cancelled")))
		known = (struct stream_id){ 0 };
	e = stream_found_on(c, found, known, &cast->stream);
	if (e != ERR_STREAM_STATE)
		return e;
	c->failed = OK;
	return OK;
}

static enum err over(struct ctx *c, const struct cast *cast, int64_t ended_ms)
{
	return uuid_is_nil(cast->stream.u) ? OK : stream_found_over(c, cast->stream, ended_ms);
}

static enum err put(struct ctx *c, const struct scene *s, struct cast *cast, const struct broadcaster_live *live, const char *ended_by,
	bool *taken)
{
	const struct known *k = &cast->known;
	int64_t scheduled_ms = live->scheduled_ms ? live->scheduled_ms : cast->scheduled_ms;
	struct row row;

	TRY(db_maybe(c, SQL(detect_put), PARAMS(
		p_uuid(uuid_is_nil(cast->id.u) ? uuid_new(c->now_ms) : cast->id.u), p_uuid(s->account->channel.u), p_str(cast->external_id),
		p_str(str_of(live_state_name(k->state))), p_uuid_or_null(cast->stream.u), p_str(live->title), p_str(live->url),
		p_str(live->thumb_url), p_int(scheduled_ms), p_int(k->started_ms), p_int(k->ended_ms), p_int(k->off_ms),
		p_bool(k->off_pushed), p_int(k->told_ms), p_int(k->misses),
		p_int(look_next(s->account, k, scheduled_ms, s->now_ms, c->config->detect_watch_s * 1000)), p_str(str_of(ended_by)),
		p_int(live->state == LIVE_ON ? live->viewers : -1)), &row));
	*taken = !row.found;
	if (row.found)
		cast->id.u = row_uuid(&row, "id");
	return OK;
}

enum err word_refused(struct ctx *c, const struct account *account, struct str external_id, const char *why)
{
	log_line(LOG_WARN, "a platform said what cannot be", LOG_FIELDS(LOG_S("platform", account->platform),
		LOG_S("channel", ID_TEXT(c->mem, channel, account->channel)), LOG_S("broadcast", external_id), LOG_S("why", str_of(why))));
	return db_run(c, SQL(detect_refused), PARAMS(p_uuid(account->channel.u), p_str(external_id), p_str(str_of(why))));
}

static enum err act(struct ctx *c, const struct scene *s, const struct decision *d, const struct broadcaster_live *live, struct cast *cast)
{
	struct stream_found found = found_of(s, live, d->now.started_ms);

	switch (d->deed) {
	case DEED_NONE: return OK;
	case DEED_ANNOUNCE:
		if (live->scheduled_ms && live->scheduled_ms < s->now_ms - ANNOUNCED_LATE_MS)
			return OK;
		return stream_found_upcoming(c, &found, &cast->stream);
	case DEED_START: return start(c, &found, cast);
	case DEED_PASS: TRY(start(c, &found, cast)); return over(c, cast, d->now.ended_ms);
	case DEED_END: break;
	}
	return over(c, cast, d->now.ended_ms);
}

static enum err told(struct ctx *c, const struct scene *s, const struct word *word, struct cast *cast)
{
	struct told t = told_of(s->account, word, s->now_ms);
	struct decision d = decide(&cast->known, &t, &s->rules);
	struct stream_id before = cast->stream;
	bool taken;

	if (d.refused)
		return word_refused(c, s->account, cast->external_id, d.refused);
	if (cast->known.state == LIVE_ENDED)
		return OK;
	cast->known = d.now;
	if (cast->known.misses == DECIDE_MISSES_GONE && word->missed && known_runs(&cast->known))
		TRY(account_look_soon(c, s->account, VANISHED_LOOK_MS));
	TRY(put(c, s, cast, &word->live, d.ended_by, &taken));
	if (taken)
		return word_refused(c, s->account, cast->external_id, "another channel's broadcast");
	TRY(act(c, s, &d, &word->live, cast));
	if (!cast->titled && word->live.title.n && d.deed == DEED_NONE && !uuid_is_nil(cast->stream.u))
		TRY(stream_found_titled(c, cast->stream, word->live.title));
	if (!uuid_eq(before.u, cast->stream.u))
		TRY(put(c, s, cast, &word->live, NULL, &taken));
	if (d.ended_by && str_eq(str_of(d.ended_by), S("unknown")))
		log_line(LOG_WARN, "a broadcast ends: nothing was heard of it for too long", LOG_FIELDS(
			LOG_S("channel", ID_TEXT(c->mem, channel, s->account->channel)), LOG_S("broadcast", cast->external_id)));
	return OK;
}

/* Something else is on the air of an account that shows one thing at a time: the one before goes on in it, or is over. */
static enum err replace(struct ctx *c, const struct scene *s, struct cast *before, struct cast *cast, int64_t began_ms)
{
	const struct broadcaster_live nothing = { .state = LIVE_UNKNOWN, .viewers = -1 };
	struct known *k = &before->known;
	bool taken, goes_on = !cast->known.streamed && decide_continues(k, began_ms, &s->rules);

	if (goes_on) {
		cast->stream = before->stream;
		cast->stream_state = before->stream_state;
		cast->known = (struct known){ .state = LIVE_ON, .streamed = true, .started_ms = began_ms, .told_ms = s->now_ms };
	}
	k->ended_ms = k->off_ms ? k->off_ms : k->told_ms < began_ms ? k->told_ms : began_ms;
	if (k->ended_ms < k->started_ms)
		k->ended_ms = k->started_ms;
	k->state = LIVE_ENDED;
	if (!goes_on)
		TRY(over(c, before, k->ended_ms));
	return put(c, s, before, &nothing, goes_on ? "replaced" : "off", &taken);
}

/* Where one thing is on the air at a time: a word on something that began before what runs now is old. */
static bool is_old(const struct scene *s, const struct cast *cast, int64_t began_ms)
{
	for (size_t i = 0; s->rules.off_ends && i < s->casts_n; i++)
		if (&s->casts[i] != cast && known_runs(&s->casts[i].known) && began_ms < s->casts[i].known.started_ms)
			return true;
	return false;
}

static enum err channel_live(struct ctx *c, const struct scene *s, enum live_state state)
{
	return db_run(c, SQL(detect_channel_live), PARAMS(p_uuid(s->account->channel.u), p_str(str_of(live_state_name(state)))));
}

static enum err one(struct ctx *c, const struct scene *s, const struct word *word)
{
	struct cast fresh = { .channel = s->account->channel, .external_id = word->live.external_id };
	struct cast *cast = cast_of(s->casts, s->casts_n, fresh.channel, fresh.external_id);
	struct told t = told_of(s->account, word, s->now_ms);
	struct decision d;
	int64_t began_ms;

	if (!cast)
		cast = &fresh;
	d = decide(&cast->known, &t, &s->rules);
	began_ms = d.now.started_ms;
	if (d.deed == DEED_START && is_old(s, cast, began_ms))
		return OK;
	if (s->rules.off_ends && d.deed == DEED_START)
		for (size_t i = 0; i < s->casts_n; i++)
			if (&s->casts[i] != cast && known_runs(&s->casts[i].known))
				TRY(replace(c, s, &s->casts[i], cast, began_ms));
	TRY(told(c, s, word, cast));
	if (!d.refused && word->live.state != LIVE_UNKNOWN)
		return channel_live(c, s, word->live.state);
	return OK;
}

/* Nothing of the account is on the air. */
static enum err all_off(struct ctx *c, const struct scene *s, const struct word *word)
{
	for (size_t i = 0; i < s->casts_n; i++)
		if (known_runs(&s->casts[i].known))
			TRY(told(c, s, word, &s->casts[i]));
	if (word->pushed)
		return OK;
	return channel_live(c, s, LIVE_NONE);
}

enum err creator_lock(struct ctx *c, struct creator_id creator, int64_t *now_ms)
{
	struct row row;

	TRY(db_one(c, SQL(detect_lock), PARAMS(p_uuid(creator.u)), &row));
	*now_ms = row_int(&row, "clock_ms");
	return OK;
}

static enum err scene_set(struct ctx *c, const struct account *account, const struct word *words, size_t n, struct scene *out)
{
	struct str *ids = arena_array(c->mem, n + 1, sizeof *ids);

	for (size_t i = 0; i < n; i++)
		ids[i] = words[i].live.external_id;
	*out = (struct scene){ .account = account, .rules = rules_of(c, account) };
	TRY(creator_lock(c, account->creator, &out->now_ms));
	return casts_known(c, &account->channel.u, 1, ids, n, &out->casts, &out->casts_n);
}

enum err words_apply(struct ctx *c, const struct account *account, const struct word *words, size_t n)
{
	struct creator_id asker = c->creator;
	struct scene s;
	enum err e;

	c->creator = account->creator;
	e = scene_set(c, account, words, n, &s);
	for (size_t i = 0; e == OK && i < n; i++) {
		if (words[i].live.external_id.n)
			e = one(c, &s, &words[i]);
		else if (words[i].live.state == LIVE_NONE)
			e = all_off(c, &s, &words[i]);
	}
	c->creator = asker;
	return e;
}
