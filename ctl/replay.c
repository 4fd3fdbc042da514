/* replay.c: unifyedctl webhook replay
 *
 * Runs deliveries once more through the appliers of cron/webhooks_apply, each in a transaction of its own, tells what that
 * changed, and rolls back unless it is to be kept. What it tells is read from the rows, through a second connection that still
 * sees them as they were.
 */
#include "ctl/webhook.h"

#include <stdio.h>

#include "cron/webhooks_apply.h"
#include "lib/core/config.h"
#include "lib/db/db.h"
#include "lib/inbox/replay.h"
#include "lib/json/json.h"

#define PAGE 100
#define VALUE_MAX 80

struct run {
	struct ctx *c;
	struct ctx eyes;      /* outside the transaction */
	bool keep;
	int64_t replayed, refused;
};

/* A value as one may see it on a terminal: short, and nothing that was sealed. */
static void print_value(struct ctx *c, struct str column, struct json value)
{
	struct str text = json_text(c, value);
	size_t end = text.n < VALUE_MAX ? text.n : VALUE_MAX;

	if (json_type(value) != JSON_NULL && (str_ends(column, S("_sealed")) || str_ends(column, S("_hash"))))
		text = S("(sealed)"), end = text.n;
	while (end < text.n && end && ((unsigned char)text.p[end] & 0xc0) == 0x80)
		end--;
	printf(STR_FMT "%s", STR_ARG(str_slice(text, 0, end)), end < text.n ? "..." : "");
}

static enum err print_columns(struct ctx *c, const struct row_change *change)
{
	struct json before = { 0 }, after = { 0 }, whole;
	const char *column, *comma = ": ";

	if (change->before.n)
		TRY(json_read(c, change->before, &before));
	if (change->after.n)
		TRY(json_read(c, change->after, &after));
	whole = change->after.n ? after : before;
	for (size_t i = 0; (column = json_key_at(whole, i)); i++) {
		struct json was = json_get(before, column), is = json_get(after, column);

		if (change->kind == '~' ? str_eq(json_text(c, was), json_text(c, is)) : json_type(json_get(whole, column)) == JSON_NULL)
			continue;
		printf("%s%s ", comma, column);
		if (change->kind == '~') {
			print_value(c, str_of(column), was);
			printf(" -> ");
		}
		print_value(c, str_of(column), change->kind == '-' ? was : is);
		comma = ", ";
	}
	return OK;
}

static enum err print_changes(struct run *run, const struct delivery *d, struct str mark)
{
	struct ctx *c = run->c;
	struct row_change *changes;
	struct replay_event *events;
	char own[37], subject[37];
	size_t n, events_n;
	bool none = true;

	uuid_text(d->id.u, own);
	TRY(replay_changes(c, &run->eyes, mark, &changes, &n));
	TRY(replay_events(c, &events, &events_n));
	for (size_t i = 0; i < n; i++) {
		if (str_eq(changes[i].table, S("webhook_inbox")) && str_find(changes[i].key, 0, str_of(own)) != SIZE_MAX)
			continue; /* the delivery itself, told above */
		none = false;
		printf("  %c " STR_FMT " " STR_FMT, changes[i].kind, STR_ARG(changes[i].table), STR_ARG(changes[i].key));
		TRY(print_columns(c, &changes[i]));
		printf("\n");
	}
	for (size_t i = 0; i < events_n; i++) {
		uuid_text(events[i].subject, subject);
		printf("  ! " STR_FMT " %s " STR_FMT "\n", STR_ARG(events[i].type), subject, STR_ARG(events[i].payload));
	}
	if (none && !events_n)
		printf("  nothing %s\n", run->keep ? "changed" : "would change");
	return OK;
}

static void print_head(struct ctx *c, const struct delivery *d, const char *state, struct str says)
{
	printf(STR_FMT " " STR_FMT " " STR_FMT ": " STR_FMT " -> %s", STR_ARG(ID_TEXT(c->mem, delivery, d->id)), STR_ARG(d->topic),
		STR_ARG(d->shop_domain), STR_ARG(d->state), state);
	printf(says.n ? "  " STR_FMT "\n" : "%.*s\n", STR_ARG(says));
}

/* In the open transaction. *why: the delivery's own refusal, which is no failure of the replay. */
static enum err replay(struct run *run, struct delivery_id id, enum err *why)
{
	struct ctx *c = run->c;
	struct verdict verdict;
	struct delivery d;
	struct str mark;
	bool found;

	*why = OK;
	TRY(replay_mark(c, &mark));
	TRY(inbox_take(c, id, true, &d, &found));
	if (!found)
		return FAIL(c, ERR_NOT_FOUND, "no such delivery");
	*why = webhook_apply(c, &d, &verdict);
	if (*why != OK) {
		print_head(c, &d, "refused", webhook_refusal(c, *why));
		return *why;
	}
	print_head(c, &d, verdict.state, str_of(verdict.says));
	TRY(inbox_reclose(c, id, str_of(verdict.state), str_of(verdict.says), verdict.waits_for));
	return print_changes(run, &d, mark);
}

static enum err replay_one(struct run *run, struct delivery_id id)
{
	struct ctx *c = run->c;
	enum err e, why;

	TRY(db_begin(c, DB_WRITE));
	e = replay(run, id, &why);
	if (e == OK && run->keep)
		e = db_commit(c);
	else
		db_rollback(c);
	if (why != OK && why != ERR_DB_AWAY) {
		c->failed = OK;
		run->refused++;
		return OK;
	}
	run->replayed += e == OK;
	return e;
}

static enum err replay_range(struct run *run, const struct inbox_filter *filter)
{
	struct arena *whole = run->c->mem;
	struct delivery_id *ids, after = { 0 };
	size_t n;
	enum err e = OK;

	do {
		run->c->mem = whole;
		TRY(inbox_range(run->c, filter, after, PAGE, &ids, &n));
		run->c->mem = run->eyes.mem = arena_new((size_t)run->c->config->arena_max_bytes);
		for (size_t i = 0; i < n && e == OK; i++) {
			arena_reset(run->c->mem);
			after = ids[i];
			e = replay_one(run, ids[i]);
		}
		if (e != OK)
			run->c->failed_detail = str_copy(whole, run->c->failed_detail);
		arena_free(run->c->mem);
		run->c->mem = run->eyes.mem = whole;
	} while (n == PAGE && e == OK);
	return e;
}

static int finish(struct run *run, enum err e)
{
	db_free(run->eyes.db);
	fflush(stdout);
	if (e != OK)
		return ctl_failed(run->c, e);
	printf("%lld replayed, %lld refused; %s\n", (long long)run->replayed, (long long)run->refused,
		run->keep ? "kept" : "nothing was kept (--keep applies)");
	return run->refused ? CTL_FAILED : 0;
}

int webhook_replay_run(struct ctx *c, int argc, char **argv)
{
	struct ctl_option options[] = { WEBHOOK_FILTERS("--from", "--to"), { .name = "--keep" } };
	struct run run = { .c = c, .eyes = *c };
	struct str words[CTL_WORDS_MAX];
	struct inbox_filter filter;
	struct delivery_id id;
	size_t words_n;

	if (ctl_read(argc, argv, options, COUNT(options), words, &words_n) || webhook_filter(options, &filter))
		return CTL_USAGE;
	if (words_n > 1 || (words_n == 1 && !webhook_id(words[0], &id)))
		return ctl_usage("webhook replay takes the id of one delivery, or a range");
	if (!words_n && !(filter.since_ms && filter.until_ms))
		return ctl_usage("a range needs --from and --to");
	run.keep = options[COUNT(options) - 1].given;
	run.eyes.db = db_new(c->config, "helper");
	return finish(&run, words_n ? replay_one(&run, id) : replay_range(&run, &filter));
}
