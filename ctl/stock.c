/* stock.c: unifyedctl stock repair
 *
 * Rewrites the sums of stock rows that contradict the rows behind them. Prints what would change and rolls back; --keep applies.
 */
#include <stdio.h>

#include "ctl/ctl.h"
#include "lib/core/ids.h"
#include "lib/db/db.h"
#include "lib/inventory/audit.h"

#define PAGE 500

static enum err repair(struct ctx *c, const struct stock_broken *item, int *changed)
{
	struct str name = ID_TEXT(c->mem, item, item->item);
	struct stock_repaired *list;
	size_t n;

	TRY(stock_repair(c, item, &list, &n));
	*changed += n > 0;
	for (size_t i = 0; i < n; i++)
		printf(STR_FMT " " STR_FMT " " STR_FMT ": %lld, its rows say %lld\n", STR_ARG(item->domain), STR_ARG(name),
			STR_ARG(list[i].invariant), (long long)list[i].found, (long long)list[i].expected);
	return OK;
}

/* Each item in a transaction of its own; a dry run takes the same way and goes back. */
static enum err repair_page(struct ctx *c, const struct stock_broken *list, size_t n, bool keep, int *changed)
{
	for (size_t i = 0; i < n; i++) {
		if (!list[i].broken)
			continue;
		TRY(db_begin(c, DB_WRITE));
		if (repair(c, &list[i], changed) != OK) {
			db_rollback(c);
			return c->failed;
		}
		if (keep)
			TRY(db_commit(c));
		else
			db_rollback(c);
	}
	return OK;
}

int stock_repair_run(struct ctx *c, int argc, char **argv)
{
	struct ctl_option options[] = { { .name = "--shop", .has_value = true }, { .name = "--item", .has_value = true }, { .name = "--keep" } };
	struct str words[CTL_WORDS_MAX];
	struct stock_broken *list;
	struct item_id item = { 0 }, after = { 0 };
	size_t n, words_n;
	int changed = 0;
	enum err e;

	if (ctl_read(argc, argv, options, COUNT(options), words, &words_n))
		return CTL_USAGE;
	if (words_n)
		return ctl_usage("stock repair takes no word");
	if (options[1].given && !id_read(ID_item, options[1].value, &item.u))
		return ctl_usage("--item wants an id like item_01...");
	do {
		e = stock_broken_list(c, options[0].value, item, after, PAGE, &list, &n);
		if (e == OK)
			e = repair_page(c, list, n, options[2].given, &changed);
		if (e != OK)
			return ctl_failed(c, e);
		after = n ? list[n - 1].item : after;
	} while (n == PAGE);
	printf("%d items %s\n", changed, options[2].given ? "repaired" : "would be repaired; --keep does it");
	return 0;
}
