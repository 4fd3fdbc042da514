/* step.c: one round of looking. No transaction is open while a platform is asked. */
#include "lib/core/log.h"
#include "lib/detect/inside.h"
#include "lib/quota/quota.h"
#include "lib/stream/stream.h"

static enum err pace_set(struct ctx *c, struct round *r)
{
	const struct broadcaster *p = r->platform;
	struct broadcaster_cost watch = { 0 }, find = { 0 };
	struct quota_left left;
	struct row load;

	if (p->cost) {
		watch = p->cost(c, VERB_LIVE_WATCH, 1);
		find = p->cost(c, VERB_LIVE_FIND, 1);
	}
	TRY(quota_left(c, &watch, &left));
	TRY(db_one(c, SQL(detect_load), PARAMS(p_str(str_of(p->name))), &load));
	r->pace = pace_of(&(struct pace_of){
		.used = left.spent ? left.allowed : left.used,
		.allowed = left.allowed,
		.left_ms = left.left_ms,
		.watch_units = watch.units,
		.find_units = find.units,
		.watched = row_int(&load, p->watch_by_account ? "channels" : "watched"),
		.watch_max = (int64_t)p->watch_max,
		.channels = row_int(&load, "channels"),
		.watch_wish_ms = c->config->detect_watch_s * 1000,
	});
	return OK;
}

enum err round_allowed(struct ctx *c, const struct round *r, enum broadcaster_verb verb, size_t n, bool *granted)
{
	struct broadcaster_cost cost = r->platform->cost ? r->platform->cost(c, verb, n) : (struct broadcaster_cost){ 0 };

	return quota_take(c, &cost, granted);
}

enum err round_heard(struct ctx *c, const struct round *r, enum broadcaster_verb verb, const struct broadcaster_call *call, enum err e)
{
	struct broadcaster_cost cost = r->platform->cost ? r->platform->cost(c, verb, 1) : (struct broadcaster_cost){ 0 };

	if (e == ERR_DB_AWAY || e == ERR_INTERNAL)
		return e;
	log_line(LOG_WARN, "a platform does not tell", LOG_FIELDS(LOG_S("platform", str_of(r->platform->name)),
		LOG_S("refusal", str_of(err_row(e)->name)), LOG_S("reason", call->reason)));
	c->failed = OK;
	return e == ERR_PLATFORM_SLOW && str_eq(call->reason, S("quota")) ? quota_spent(c, &cost) : OK;
}

/* Nothing was heard for so long that what runs by their word is taken for over. */
static enum err silent(struct ctx *c, const struct detect_doors *doors)
{
	struct rows rows;

	TRY(db_all(c, SQL(detect_silent), PARAMS(p_int(c->config->detect_unknown_hours * 3600)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);
		struct word word = { .live = { .state = LIVE_UNKNOWN, .external_id = row_str(&row, "external_id"), .viewers = -1 } };
		struct round r = { .doors = doors };
		struct account account;

		for (size_t k = 0; k < doors->platforms_n; k++)
			if (str_eq(row_str(&row, "platform"), str_of(doors->platforms[k]->name)))
				r.platform = doors->platforms[k];
		if (!r.platform)
			continue;
		account = account_read(&r, &row, "channel_id", "account");
		TRY(word_apply_alone(c, &account, &word));
	}
	return OK;
}

struct untouched {
	struct creator_id creator;
	struct stream_id stream;
	int64_t touched_ms;
};

static enum err untouched_end(struct ctx *c, void *arg)
{
	const struct untouched *u = arg;
	int64_t now_ms;

	c->creator = u->creator;
	TRY(creator_lock(c, u->creator, &now_ms));
	return stream_found_over(c, u->stream, u->touched_ms);
}

/* Whom no platform speaks for ends her show by hand, and may forget to. */
static enum err untouched(struct ctx *c)
{
	struct creator_id asker = c->creator;
	struct rows rows;
	enum err e = OK;

	TRY(db_all(c, SQL(detect_untouched), PARAMS(p_int(c->config->detect_unknown_hours * 3600)), &rows));
	for (int i = 0; e == OK && i < rows.n; i++) {
		struct row row = rows_at(&rows, i);
		struct untouched u = { { row_uuid(&row, "creator_id") }, { row_uuid(&row, "id") }, row_int(&row, "touched_ms") };

		log_line(LOG_WARN, "a stream ends: its creator has not touched it for too long", LOG_FIELDS(
			LOG_S("stream", ID_TEXT(c->mem, stream, u.stream))));
		e = db_in_tx(c, untouched_end, &u);
	}
	c->creator = asker;
	return e;
}

enum err detect_step(struct ctx *c, const struct detect_doors *doors, int64_t *done)
{
	*done = 0;
	for (size_t i = 0; i < doors->platforms_n; i++) {
		struct round r = { .doors = doors, .platform = doors->platforms[i], .done = done };

		if (!r.platform->sees_live || (r.platform->configured && !r.platform->configured(c->config)))
			continue;
		TRY(pace_set(c, &r));
		TRY(round_watch(c, &r));
		TRY(round_find(c, &r));
	}
	TRY(silent(c, doors));
	return untouched(c);
}
