/* webhook.c: unifyedctl webhook list | show
 *
 * The flight recorder: what platforms pushed, what came of it, and (replay.c) what it would come to now.
 */
#include "ctl/webhook.h"

#include <stdio.h>

#include "ctl/ctl.h"
#include "lib/core/time.h"
#include "lib/db/db.h"

#define LIMIT 50
#define LIMIT_MAX 1000

static bool read_time(struct str text, int64_t *ms)
{
	return !text.n || time_read(text, ms);
}

int webhook_filter(const struct ctl_option *shop, struct inbox_filter *out)
{
	static const char *const states[] = { "", "new", "done", "ignored", "parked" };
	const struct ctl_option *topic = shop + 1, *state = shop + 2, *since = shop + 3, *until = shop + 4;
	bool known = false;

	*out = (struct inbox_filter){ .shop = shop->value, .topic = topic->value, .state = state->value };
	for (size_t i = 0; i < COUNT(states); i++)
		known = known || str_eq(state->value, str_of(states[i]));
	if (!known)
		return ctl_usage("%s is one of new, done, ignored, parked", state->name);
	if (!read_time(since->value, &out->since_ms) || !read_time(until->value, &out->until_ms))
		return ctl_usage("times are written like 2026-11-23T10:00:00Z");
	return 0;
}

bool webhook_id(struct str text, struct delivery_id *out)
{
	return ID_READ(delivery, text, out) || uuid_read(text, &out->u);
}

static struct str when(struct ctx *c, int64_t ms)
{
	return ms ? time_text(c->mem, ms) : S("-");
}

static void print_line(struct ctx *c, const struct delivery_seen *seen)
{
	printf(STR_FMT " " STR_FMT " " STR_FMT " %d " STR_FMT " " STR_FMT, STR_ARG(ID_TEXT(c->mem, delivery, seen->d.id)),
		STR_ARG(when(c, seen->d.received_ms)), STR_ARG(seen->d.state), seen->d.attempts, STR_ARG(seen->d.topic),
		STR_ARG(seen->d.shop_domain));
	if (seen->problem.n)
		printf("  " STR_FMT, STR_ARG(seen->problem));
	if (!seen->has_body)
		printf("  (body " STR_FMT ")", STR_ARG(seen->d.body_gone.n ? seen->d.body_gone : S("gone")));
	printf("\n");
}

int webhook_list_run(struct ctx *c, int argc, char **argv)
{
	struct ctl_option options[] = { WEBHOOK_FILTERS("--since", "--until"), { .name = "--limit", .has_value = true }, { .name = "--after", .has_value = true } };
	struct ctl_option *limit_option = &options[COUNT(options) - 2], *after = &options[COUNT(options) - 1];
	struct delivery_id before = { 0 };
	struct inbox_filter filter;
	struct delivery_seen *list;
	struct str words[CTL_WORDS_MAX];
	int64_t limit = LIMIT;
	size_t n, words_n;
	enum err e;

	if (ctl_read(argc, argv, options, COUNT(options), words, &words_n) || webhook_filter(options, &filter))
		return CTL_USAGE;
	if (words_n || (limit_option->given && (!str_int(limit_option->value, &limit) || limit < 1 || limit > LIMIT_MAX)))
		return ctl_usage("--limit is 1 to %d; see unifyedctl --help", LIMIT_MAX);
	if (after->given && !webhook_id(after->value, &before))
		return ctl_usage("--after takes the id of a delivery");
	e = inbox_list(c, &filter, before, (int)limit + 1, &list, &n);
	if (e != OK)
		return ctl_failed(c, e);
	for (size_t i = 0; i < n && i < (size_t)limit; i++)
		print_line(c, &list[i]);
	if (n > (size_t)limit)
		printf("more: --after " STR_FMT "\n", STR_ARG(ID_TEXT(c->mem, delivery, list[limit - 1].d.id)));
	return 0;
}

static void print_seen(struct ctx *c, const struct delivery_seen *s)
{
	const struct { const char *name; struct str value; } rows[] = {
		{ "delivery", ID_TEXT(c->mem, delivery, s->d.id) },
		{ "state", s->d.state },
		{ "problem", s->problem },
		{ "waits for", s->waits_for },
		{ "tries", str_fmt(c->mem, "%d", s->d.attempts) },
		{ "received", when(c, s->d.received_ms) },
		{ "next try", str_eq(s->d.state, S("new")) ? when(c, s->retry_ms) : S("-") },
		{ "ended", when(c, s->done_ms) },
		{ "replayed", when(c, s->replayed_ms) },
		{ "platform", s->d.platform },
		{ "X-Shopify-Shop-Domain", s->d.shop_domain },
		{ "X-Shopify-Topic", s->d.topic },
		{ "X-Shopify-Webhook-Id", s->d.webhook_id },
		{ "X-Shopify-Event-Id", s->d.event_id },
		{ "X-Shopify-API-Version", s->d.api_version },
		{ "X-Shopify-Triggered-At", when(c, s->d.triggered_ms) },
		{ "X-Shopify-Name", s->d.name },
		{ "X-Shopify-Hmac-Sha256", s->d.signature },
		{ "signature", str_fmt(c->mem, "good, with the " STR_FMT " secret", STR_ARG(s->d.signed_with)) },
		{ "same bytes", str_fmt(c->mem, "%lld other deliveries", (long long)s->copies) },
		{ "body", s->has_body ? str_fmt(c->mem, "%lld bytes, sealed", (long long)s->body_bytes) : s->d.body_gone },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].value.n)
			printf("%-23s " STR_FMT "\n", rows[i].name, STR_ARG(rows[i].value));
}

static enum err take(struct ctx *c, void *arg)
{
	struct delivery *d = arg;
	bool found;

	TRY(inbox_take(c, d->id, true, d, &found));
	return found ? OK : FAIL(c, ERR_NOT_FOUND, "no such delivery");
}

int webhook_show_run(struct ctx *c, int argc, char **argv)
{
	struct ctl_option body = { .name = "--body" };
	struct str words[CTL_WORDS_MAX];
	struct delivery_seen seen;
	struct delivery d = { 0 };
	size_t words_n;
	enum err e;

	if (ctl_read(argc, argv, &body, 1, words, &words_n))
		return CTL_USAGE;
	if (words_n != 1 || !webhook_id(words[0], &d.id))
		return ctl_usage("webhook show takes the id of a delivery");
	e = inbox_seen(c, d.id, &seen);
	if (e == OK && body.given)
		e = db_in_tx(c, take, &d);
	if (e != OK)
		return ctl_failed(c, e);
	print_seen(c, &seen);
	if (body.given && d.body.n) {
		fprintf(stderr, "unifyedctl: what follows may hold personal data; keep it nowhere\n");
		printf("\n" STR_FMT "\n", STR_ARG(d.body));
	}
	return 0;
}
