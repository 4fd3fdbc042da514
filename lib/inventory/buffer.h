/* inventory/buffer: one stock row as its creator sees it, what moved it, and the safety buffer kept back from it.
 * A buffer is units, or per cent of what the shop has, rounded up; an item without a rule of its own follows its shop's. It follows
 * each change of the shop's figure in the same statement. Raising one never takes a held unit; `free` may then be negative.
 */
#ifndef UNIFYED_INVENTORY_BUFFER_H
#define UNIFYED_INVENTORY_BUFFER_H
#include "lib/core/ctx.h"

#define BUFFER_UNITS_MAX 1000000

struct buffer_rule {
	bool has_units, has_percent; /* neither: none */
	int64_t units, percent;
};

struct stock_item {
	struct item_id id;
	struct shop_id shop;
	struct str domain;
	bool owns;                   /* c->creator may change it */
	bool tracked;                /* false: the shop does not count it */
	int64_t available, held, sold_unsynced, buffer, free;
	int64_t read_ms, short_ms;   /* 0: not yet; short_ms: free is negative since then */
	bool own_rule;               /* false: `rule` is the shop's */
	struct buffer_rule rule;
	int64_t revision;            /* of the item's own rule */
};

struct stock_shop {
	struct shop_id id;
	struct str domain;
	bool owns, settling;         /* settling: some items do not follow the rule yet */
	struct buffer_rule rule;
	int64_t revision;
};

struct stock_moved {
	struct snapshot_id id;
	int64_t at_ms;
	struct str cause;            /* full_read level_webhook order location buffer repair */
	int64_t available, held, sold_unsynced, buffer, free;
};

/* {"buffer": {"units": 3}}, {"buffer": {"percent": 10}}, {"buffer": null}. fails BAD_JSON, BAD_INPUT */
enum err buffer_rule_read(struct ctx *c, struct str body, struct buffer_rule *out);

/* The same as typed into a form, both empty: none. Collects what is wrong. */
enum err buffer_rule_typed(struct ctx *c, struct str units, struct str percent, struct buffer_rule *out);

/* fails NOT_FOUND  an item of no shop that c->creator sells from */
enum err stock_item_by_id(struct ctx *c, struct item_id id, struct stock_item *out);
/* Over the revision in `item`, which is brought up to date; *free_before: what was free. A rule of neither kind: the shop's.
 * fails OWNER_ONLY, EDIT_CONFLICT */
enum err stock_item_buffer_set(struct ctx *c, struct stock_item *item, const struct buffer_rule *rule, int64_t *free_before);
enum err stock_history(struct ctx *c, const struct stock_item *item, struct snapshot_id after, int limit, struct stock_moved **out, size_t *n);

enum err stock_shop_by_id(struct ctx *c, struct shop_id id, struct stock_shop *out);
/* Its items follow in small batches, the first at once. fails OWNER_ONLY, EDIT_CONFLICT */
enum err stock_shop_buffer_set(struct ctx *c, struct stock_shop *shop, const struct buffer_rule *rule);

#endif
