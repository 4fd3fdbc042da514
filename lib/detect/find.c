/* find.c: asking for accounts one by one. */
#include "lib/detect/inside.h"

#define RETRY_FIRST_MS 60000
#define RETRY_MOST_MS 7200000
#define NO_UNITS_MS 60000
#define FINDS_MOST 5 /* a round; each is a call of its own */

static enum live_state most_of(const struct broadcaster_live *lives, size_t n)
{
	enum live_state state = LIVE_NONE;

	for (size_t i = 0; i < n; i++)
		if (lives[i].state == LIVE_ON || (lives[i].state == LIVE_UPCOMING && state == LIVE_NONE))
			state = lives[i].state;
	return state;
}

/* Spread by up to a tenth either way, so that those who came together do not stay together. */
static int64_t spread(const struct account *account, int64_t every_ms)
{
	return every_ms - every_ms / 10 + every_ms / 5 * account->channel.u.b[15] / 255;
}

static bool is_among(const struct broadcaster_live *lives, size_t n, struct str id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(lives[i].external_id, id))
			return true;
	return false;
}

/* What runs by former words, and neither the public nor its owner sees now. */
static enum err vanished(struct ctx *c, const struct account *account, const struct broadcaster_live *lives, size_t n)
{
	struct cast *casts;
	size_t casts_n;

	TRY(casts_known(c, &account->channel.u, 1, NULL, 0, &casts, &casts_n));
	for (size_t i = 0; i < casts_n; i++) {
		struct word word = { .absent = true, .live = { .state = LIVE_NONE, .external_id = casts[i].external_id, .viewers = -1 } };

		if (known_runs(&casts[i].known) && casts[i].known.misses >= DECIDE_MISSES_GONE && !is_among(lives, n, casts[i].external_id))
			TRY(word_apply_alone(c, account, &word));
	}
	return OK;
}

static enum err found(struct ctx *c, const struct round *r, const struct account *account, const struct broadcaster_live *lives, size_t n)
{
	struct str state = str_of(live_state_name(most_of(lives, n)));
	int64_t now_ms;

	for (size_t i = 0; i < n; i++) {
		struct word word = word_fit((struct word){ .live = lives[i] });

		if (word.live.external_id.n)
			TRY(word_apply_alone(c, account, &word));
	}
	TRY(vanished(c, account, lives, n));
	TRY(clock_read(c, &now_ms));
	now_ms += spread(account, r->pace.find_ms);
	return channels_told(c, &account->channel.u, &state, &now_ms, 1);
}

static enum err find_one(struct ctx *c, const struct round *r, struct account *account)
{
	struct broadcaster_live *lives = NULL;
	struct broadcaster_call call = { 0 };
	bool granted;
	size_t n = 0;
	enum err e = OK;

	for (int tries = 0; tries < 2; tries++) { /* a token that was refused is replaced, and used once more */
		TRY(round_allowed(c, r, VERB_LIVE_FIND, 1, &granted));
		if (!granted)
			return channels_failed(c, &account->channel.u, 1, NO_UNITS_MS, NO_UNITS_MS, 0);
		++*r->done;
		e = r->doors->find(c, r->platform, &call, account->channel, false, &lives, &n);
		if (e == OK)
			return found(c, r, account, lives, n);
		if (e != ERR_RETRY)
			break;
		c->failed = OK;
	}
	TRY(round_heard(c, r, VERB_LIVE_FIND, &call, e));
	return channels_failed(c, &account->channel.u, 1, RETRY_FIRST_MS, RETRY_MOST_MS, call.wait_ms);
}

static bool is_news(struct ctx *c, const struct account *account, const struct broadcaster_live *live, int64_t now_ms)
{
	return live->state == LIVE_ENDED && live->started_ms >= account->connected_ms && live->ended_ms > now_ms - rules_of(c, account).unknown_ms;
}

/* What began and ended between two looks, and was not pushed either. */
static enum err past(struct ctx *c, const struct round *r, const struct account *account)
{
	struct broadcaster_live *lives = NULL;
	struct broadcaster_call call = { 0 };
	int64_t now_ms;
	bool granted;
	size_t n = 0;
	enum err e;

	if (!r->platform->live_past)
		return OK;
	TRY(round_allowed(c, r, VERB_LIVE_FIND, 1, &granted));
	if (!granted)
		return OK;
	++*r->done;
	e = r->doors->find(c, r->platform, &call, account->channel, true, &lives, &n);
	if (e != OK)
		return round_heard(c, r, VERB_LIVE_FIND, &call, e);
	TRY(clock_read(c, &now_ms));
	for (size_t i = 0; i < n; i++) {
		struct word word = word_fit((struct word){ .live = lives[i] });

		if (word.live.external_id.n && is_news(c, account, &word.live, now_ms))
			TRY(word_apply_alone(c, account, &word));
	}
	return db_run(c, SQL(detect_past_told), PARAMS(p_uuid(account->channel.u)));
}

enum err round_find(struct ctx *c, const struct round *r)
{
	struct rows rows;

	if (r->platform->watch_by_account || !r->platform->live_find || !r->pace.find)
		return OK;
	TRY(db_all(c, SQL(detect_finds_due), PARAMS(p_str(str_of(r->platform->name)), p_int(FINDS_MOST)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);
		struct account account = account_read(r, &row, "id", "external_id");

		TRY(find_one(c, r, &account));
		if (row_bool(&row, "past_due"))
			TRY(past(c, r, &account));
	}
	return OK;
}
