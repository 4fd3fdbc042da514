/* compliance.c: unifyedctl compliance list
 *
 * What shops asked about personal data, by when, and what was done: ids only.
 */
#include <stdio.h>

#include "ctl/ctl.h"
#include "lib/core/time.h"
#include "lib/inbox/compliance.h"

#define PAGE 200

static void print_one(struct ctx *c, const struct compliance_seen *s)
{
	printf(STR_FMT " " STR_FMT " " STR_FMT " due " STR_FMT, STR_ARG(time_text(c->mem, s->requested_ms)), STR_ARG(s->kind),
		STR_ARG(s->shop_domain), STR_ARG(time_text(c->mem, s->due_ms)));
	if (s->customer)
		printf(" customer %lld", (long long)s->customer);
	if (s->request)
		printf(" request %lld", (long long)s->request);
	if (s->orders.n)
		printf(" orders " STR_FMT, STR_ARG(s->orders));
	if (!s->done_ms) {
		printf("  %s\n", s->overdue ? "OVERDUE" : "open");
		return;
	}
	printf("  done " STR_FMT ", %lld bodies, %lld orders: " STR_FMT "\n", STR_ARG(time_text(c->mem, s->done_ms)),
		(long long)s->bodies, (long long)s->orders_known, STR_ARG(s->outcome));
}

int compliance_list_run(struct ctx *c, int argc, char **argv)
{
	struct ctl_option options[] = { { .name = "--shop", .has_value = true }, { .name = "--open" } };
	struct str words[CTL_WORDS_MAX];
	struct compliance_seen *list;
	struct uuid before = { 0 };
	size_t n, words_n;
	enum err e;

	if (ctl_read(argc, argv, options, COUNT(options), words, &words_n))
		return CTL_USAGE;
	if (words_n)
		return ctl_usage("compliance list takes no word");
	do {
		e = compliance_list(c, options[0].value, (struct creator_id){ 0 }, options[1].given, before, PAGE, &list, &n);
		if (e != OK)
			return ctl_failed(c, e);
		for (size_t i = 0; i < n; i++)
			print_one(c, &list[i]);
		before = n ? list[n - 1].id : before;
	} while (n == PAGE);
	return 0;
}
