/* many.c: the words of one big answer. Most say what was known already, and cost one statement together. */
#include "lib/core/log.h"
#include "lib/detect/inside.h"

struct one_tx {
	const struct account *account;
	const struct word *word;
};

static enum err in_tx(struct ctx *c, void *arg)
{
	const struct one_tx *tx = arg;

	return words_apply(c, tx->account, tx->word, 1);
}

enum err word_apply_alone(struct ctx *c, const struct account *account, const struct word *word)
{
	struct one_tx tx = { account, word };
	enum err e = db_in_tx(c, in_tx, &tx);

	if (e == OK || e == ERR_DB_AWAY || e == ERR_RETRY)
		return e;
	c->failed = OK;
	return word_refused(c, account, word->live.external_id, err_row(e)->name);
}

struct touched {
	struct uuid *ids;
	int64_t *told, *look, *viewers;
	size_t n;
};

static bool any_runs(const struct cast *casts, size_t n, struct channel_id channel)
{
	for (size_t i = 0; i < n; i++)
		if (uuid_eq(casts[i].channel.u, channel.u) && known_runs(&casts[i].known))
			return true;
	return false;
}

/* It is on or to come, as it was. */
static bool is_quiet(const struct cast *cast, const struct decision *d, const struct word *word)
{
	const struct known *was = &cast->known, *now = &d->now;

	return d->deed == DEED_NONE && !d->refused && (now->state == LIVE_ON || now->state == LIVE_UPCOMING) && now->state == was->state &&
		word->live.state == now->state && now->off_ms == was->off_ms && !was->misses && now->told_ms > was->told_ms &&
		(cast->titled || !word->live.title.n) && (now->state == LIVE_ON || word->live.scheduled_ms == cast->scheduled_ms);
}

static void touch(struct touched *t, const struct account *account, const struct cast *cast, const struct decision *d, const struct word *word,
	int64_t now_ms, int64_t watch_ms)
{
	t->ids[t->n] = cast->id.u;
	t->told[t->n] = d->now.told_ms;
	t->look[t->n] = look_next(account, &d->now, cast->scheduled_ms, now_ms, watch_ms);
	t->viewers[t->n++] = word->live.viewers;
}

#define CROWD 5                          /* so many do not stop in one moment, and nobody else is on */
#define CROWD_DOUBT_MS INT64_C(900000)   /* unless it stays so */

/* An answer without anybody, where many were on just before, is doubted for a while: it says nothing. */
static bool is_doubtful(const struct account *accounts, const struct word *words, size_t n, const struct cast *casts, size_t casts_n,
	int64_t now_ms)
{
	size_t were_on = 0;

	for (size_t i = 0; i < n; i++)
		if (!accounts[i].by_account || words[i].live.state == LIVE_ON)
			return false;
	for (size_t i = 0; i < casts_n; i++)
		were_on += known_runs(&casts[i].known) && !casts[i].known.off_ms && casts[i].known.told_ms > now_ms - CROWD_DOUBT_MS;
	return were_on >= CROWD;
}

enum err words_apply_many(struct ctx *c, const struct account *accounts, struct word *words, size_t n, int64_t watch_ms)
{
	struct uuid *channels = arena_array(c->mem, n + 1, sizeof *channels);
	struct str *ids = arena_array(c->mem, n + 1, sizeof *ids);
	struct touched t = { arena_array(c->mem, n + 1, sizeof(struct uuid)), arena_array(c->mem, n + 1, 8), arena_array(c->mem, n + 1, 8),
		arena_array(c->mem, n + 1, 8), 0 };
	struct cast *casts;
	size_t casts_n;
	int64_t now_ms;

	for (size_t i = 0; i < n; i++) {
		channels[i] = accounts[i].channel.u;
		ids[i] = words[i].live.external_id;
	}
	TRY(clock_read(c, &now_ms));
	TRY(casts_known(c, channels, n, ids, n, &casts, &casts_n));
	if (is_doubtful(accounts, words, n, casts, casts_n, now_ms)) {
		log_line(LOG_WARN, "a platform shows nobody of many", LOG_FIELDS(LOG_S("platform", accounts->platform), LOG_I("accounts", (int64_t)n)));
		for (size_t i = 0; i < n; i++)
			words[i].live.state = LIVE_UNKNOWN;
		return OK;
	}
	for (size_t i = 0; i < n; i++) {
		const struct word *word = &words[i];
		struct cast *cast = cast_of(casts, casts_n, accounts[i].channel, word->live.external_id);
		struct detect_rules rules = rules_of(c, &accounts[i]);
		struct told told = told_of(&accounts[i], word, now_ms);
		struct decision d;

		if (!word->live.external_id.n && (word->live.state != LIVE_NONE || !any_runs(casts, casts_n, accounts[i].channel)))
			continue;
		if (cast && (d = decide(&cast->known, &told, &rules), is_quiet(cast, &d, word)))
			touch(&t, &accounts[i], cast, &d, word, now_ms, watch_ms);
		else
			TRY(word_apply_alone(c, &accounts[i], word));
	}
	if (!t.n)
		return OK;
	return db_run(c, SQL(detect_touch), PARAMS(
		p_uuids(c, t.ids, t.n), p_ints(c, t.told, t.n), p_ints(c, t.look, t.n), p_ints(c, t.viewers, t.n)));
}
