/* key.c: unifyedctl key status | rotate
 *
 * Which key has sealed what, and the sealing of everything by the ring's first key. It may run while all of it serves, and again
 * after it was stopped: what was done stays done. Nothing that cannot be opened is touched; it is counted, and told.
 */
#include <stdio.h>

#include "ctl/ctl.h"
#include "lib/channel/channel.h"
#include "lib/core/config.h"
#include "lib/crypto/crypto.h"
#include "lib/inbox/inbox.h"
#include "lib/shop/shop.h"

#define BATCH 50

static const struct {
	const char *what;
	enum err (*reseal)(struct ctx *c, struct uuid *after, int limit, struct crypto_resealed *out);
	enum err (*count)(struct ctx *c, struct crypto_sealed_count **out, size_t *n);
} holders[] = {
	{ "shop", shop_reseal, shop_sealed_count },
	{ "channel", channel_reseal, channel_sealed_count },
	{ "webhook_inbox", inbox_reseal, inbox_sealed_count },
};

/* Prints each count; *unknown: texts that no key of the ring opens. */
static enum err print_counts(struct ctx *c, bool quiet, int64_t *unknown, int64_t *others)
{
	*unknown = *others = 0;
	for (size_t h = 0; h < COUNT(holders); h++) {
		struct crypto_sealed_count *list;
		size_t n;

		TRY(holders[h].count(c, &list, &n));
		for (size_t i = 0; i < n; i++) {
			bool known = crypto_ring_has(c, list[i].key_id), first = str_eq(list[i].key_id, crypto_ring_first(c));

			*unknown += known ? 0 : list[i].n;
			*others += first ? 0 : list[i].n;
			if (!quiet || !known)
				printf("%-32.*s key " STR_FMT ": %lld%s\n", (int)list[i].what.n, list[i].what.p, STR_ARG(list[i].key_id),
					(long long)list[i].n, first ? " (current)" : known ? "" : " NOT IN THE RING");
		}
	}
	return OK;
}

int key_check(struct ctx *c)
{
	int64_t unknown, others;
	enum err e = print_counts(c, true, &unknown, &others);

	if (e != OK)
		return ctl_failed(c, e);
	if (!unknown)
		return 0;
	fprintf(stderr, "unifyedctl: key_ring lacks a key that %lld texts are sealed by; put it back, then run key rotate\n", (long long)unknown);
	return CTL_FAILED;
}

int key_status_run(struct ctx *c, int argc, char **argv)
{
	int64_t unknown, others;
	enum err e;

	(void)argv;
	if (argc)
		return ctl_usage("key status takes no word");
	e = print_counts(c, false, &unknown, &others);
	if (e != OK)
		return ctl_failed(c, e);
	if (!others)
		printf("all is sealed by key " STR_FMT "; no other key is needed\n", STR_ARG(crypto_ring_first(c)));
	return unknown ? CTL_FAILED : 0;
}

/* Each batch has an arena of its own. */
static enum err rotate_all(struct ctx *c, size_t holder, struct crypto_resealed *out)
{
	struct uuid after = { 0 };
	enum err e;

	do {
		struct ctx own = *c;

		own.mem = arena_new((size_t)c->config->arena_max_bytes);
		e = holders[holder].reseal(&own, &after, BATCH, out);
		if (e != OK)
			e = FAIL(c, e, STR_FMT, STR_ARG(own.failed_detail));
		arena_free(own.mem);
	} while (e == OK && !uuid_is_nil(after));
	return e;
}

int key_rotate_run(struct ctx *c, int argc, char **argv)
{
	struct crypto_resealed all = { 0 };

	(void)argv;
	if (argc)
		return ctl_usage("key rotate takes no word: the first key of key_ring is the one to seal by");
	for (size_t h = 0; h < COUNT(holders); h++) {
		struct crypto_resealed out = { 0 };
		enum err e = rotate_all(c, h, &out);

		printf("%s: %lld sealed by key " STR_FMT ", %lld cannot be opened\n", holders[h].what, (long long)out.done,
			STR_ARG(crypto_ring_first(c)), (long long)out.left);
		if (e != OK)
			return ctl_failed(c, e);
		all.left += out.left;
	}
	return key_status_run(c, 0, NULL) != 0 || all.left ? CTL_FAILED : 0;
}
