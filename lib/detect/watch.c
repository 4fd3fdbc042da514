/* watch.c: looking at many at once. */
#include "lib/detect/inside.h"

#define TOGETHER_MS 20000          /* what is due so soon goes along */
#define RETRY_FIRST_MS 30000
#define RETRY_MOST_MS 120000       /* what is on the air does not wait longer for a platform that was away */
#define NO_UNITS_MS 60000

struct due {
	struct account *accounts;
	struct broadcaster_look *looks;
	struct word *words;
	size_t n;
};

struct account account_read(const struct round *r, const struct row *row, const char *channel, const char *external_id)
{
	return (struct account){
		.platform = str_of(r->platform->name),
		.by_account = r->platform->watch_by_account,
		.channel = { row_uuid(row, channel) },
		.creator = { row_uuid(row, "creator_id") },
		.external_id = row_str(row, external_id),
		.connected_ms = row_int(row, "connected_ms"),
	};
}

static void due_read(struct ctx *c, const struct round *r, const struct rows *rows, struct due *out)
{
	bool any = false, by_account = r->platform->watch_by_account;
	size_t n = (size_t)rows->n;

	*out = (struct due){ arena_array(c->mem, n + 1, sizeof(struct account)), arena_array(c->mem, n + 1, sizeof(struct broadcaster_look)),
		arena_array(c->mem, n + 1, sizeof(struct word)), n };
	for (size_t i = 0; i < n; i++) {
		struct row row = rows_at(rows, (int)i);

		out->accounts[i] = by_account ? account_read(r, &row, "id", "external_id") : account_read(r, &row, "channel_id", "account");
		out->looks[i].account = out->accounts[i].external_id;
		if (!by_account)
			out->looks[i].external_id = row_str(&row, "external_id");
		any |= row_bool(&row, "due");
	}
	if (!any)
		out->n = 0;
}

static enum err due_accounts(struct ctx *c, const struct round *r, struct due *out)
{
	struct rows rows;

	TRY(db_all(c, SQL(detect_accounts_due), PARAMS(
		p_str(str_of(r->platform->name)), p_int((int64_t)r->platform->watch_max), p_int(TOGETHER_MS)), &rows));
	due_read(c, r, &rows, out);
	return OK;
}

static enum err due_broadcasts(struct ctx *c, const struct round *r, struct due *out)
{
	struct rows rows;

	TRY(db_all(c, SQL(detect_watch_due), PARAMS(
		p_str(str_of(r->platform->name)), p_int((int64_t)r->platform->watch_max), p_int(TOGETHER_MS)), &rows));
	due_read(c, r, &rows, out);
	return OK;
}

enum err channels_failed(struct ctx *c, const struct uuid *ids, size_t n, int64_t first_ms, int64_t most_ms, int64_t wait_ms)
{
	return db_run(c, SQL(detect_channels_failed), PARAMS(p_uuids(c, ids, n), p_int(first_ms), p_int(most_ms), p_int(wait_ms)));
}

static enum err broadcasts_failed(struct ctx *c, const struct round *r, const struct due *due, int64_t wait_ms)
{
	struct str *ids = arena_array(c->mem, due->n + 1, sizeof *ids);

	for (size_t i = 0; i < due->n; i++)
		ids[i] = due->looks[i].external_id;
	return db_run(c, SQL(detect_broadcasts_failed), PARAMS(p_str(str_of(r->platform->name)), p_strs(c, ids, due->n),
		p_int(RETRY_FIRST_MS), p_int(RETRY_MOST_MS), p_int(wait_ms)));
}

static enum err watch_failed(struct ctx *c, const struct round *r, const struct due *due, int64_t wait_ms)
{
	struct uuid *ids = arena_array(c->mem, due->n + 1, sizeof *ids);

	if (!r->platform->watch_by_account)
		return broadcasts_failed(c, r, due, wait_ms);
	for (size_t i = 0; i < due->n; i++)
		ids[i] = due->accounts[i].channel.u;
	return channels_failed(c, ids, due->n, RETRY_FIRST_MS, RETRY_MOST_MS, wait_ms);
}

enum err channels_told(struct ctx *c, const struct uuid *ids, const struct str *states, const int64_t *looks, size_t n)
{
	return db_run(c, SQL(detect_channels_told), PARAMS(p_uuids(c, ids, n), p_strs(c, states, n), p_ints(c, looks, n)));
}

static enum err accounts_told(struct ctx *c, const struct round *r, const struct due *due)
{
	struct uuid *ids = arena_array(c->mem, due->n + 1, sizeof *ids);
	struct str *states = arena_array(c->mem, due->n + 1, sizeof *states);
	int64_t *looks = arena_array(c->mem, due->n + 1, sizeof *looks), now_ms;

	TRY(clock_read(c, &now_ms));
	for (size_t i = 0; i < due->n; i++) {
		enum live_state state = due->words[i].live.state;

		ids[i] = due->accounts[i].channel.u;
		states[i] = state == LIVE_UNKNOWN ? S("") : str_of(live_state_name(state));
		looks[i] = look_tick(now_ms, r->pace.watch_ms);
	}
	return channels_told(c, ids, states, looks, due->n);
}

/* What an answer about broadcasts lacks was missed. */
static void words_of(const struct round *r, const struct broadcaster_live *lives, struct due *due)
{
	for (size_t i = 0; i < due->n; i++) {
		due->words[i].live = lives[i];
		due->words[i].missed = lives[i].state == LIVE_UNKNOWN;
		if (!r->platform->watch_by_account)
			due->words[i].live.external_id = due->looks[i].external_id;
		due->words[i] = word_fit(due->words[i]);
	}
}

enum err round_watch(struct ctx *c, const struct round *r)
{
	struct broadcaster_live *lives;
	struct broadcaster_call call = { 0 };
	struct due due;
	bool granted;
	enum err e;

	if (r->platform->watch_by_account)
		TRY(due_accounts(c, r, &due));
	else
		TRY(due_broadcasts(c, r, &due));
	if (!due.n)
		return OK;
	TRY(round_allowed(c, r, VERB_LIVE_WATCH, due.n, &granted));
	if (!granted)
		return watch_failed(c, r, &due, NO_UNITS_MS);
	++*r->done;
	lives = arena_array(c->mem, due.n + 1, sizeof *lives);
	e = r->doors->watch(c, r->platform, &call, due.looks, due.n, lives);
	if (e != OK) {
		TRY(round_heard(c, r, VERB_LIVE_WATCH, &call, e));
		return watch_failed(c, r, &due, call.wait_ms);
	}
	words_of(r, lives, &due);
	TRY(words_apply_many(c, due.accounts, due.words, due.n, r->pace.watch_ms));
	return r->platform->watch_by_account ? accounts_told(c, r, &due) : OK;
}
