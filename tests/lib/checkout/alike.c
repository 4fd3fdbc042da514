/* The click alone and the click in a batch, held against each other: plain asks of a batch are answered together by a
 * statement of their own (sql/functions/20_checkout.sql), and must be told, promised and kept the same.
 */
#include "lib/checkout/checkout.h"
#include "lib/db/db.h"
#include "tests/suite.h"
#include "tests/world.h"

#define QUARTER_MS (15 * 60 * 1000 + 1)
#define NO_VARIANT (-1)
/* For so many seconds more one is thought there who waits for the first item. */
#define WAITS(seconds) \
	"with there as (insert into u.waitlist (id, creator_id, shop_id, item_id, link_id, variant_id, visitor, units, present_until, ends_at)" \
	" select gen_random_uuid(), l.creator_id, v.shop_id, v.item_id, l.id, v.id, gen_random_uuid(), 1," \
	"        u.clock() + interval '" seconds " s', u.clock() + interval '1 hour'" \
	"   from u.short_link l, u.variant v where l.code = 'annalink1' and v.id = (select min(id::text)::uuid from u.variant))" \
	" update u.inventory set waited_until = u.clock() + interval '5 minutes'"

static const struct kind {
	const char *name;
	const char *sql;      /* what is special; NULL: nothing */
	const char *code;     /* NULL: anna's */
	int variant;          /* index, or NO_VARIANT */
	int units;
	int held;             /* units that the same visitor holds already; 0: none */
	bool lapsed;          /* ... whose time is over */
	const char *word;
} kinds[] = {
	{ "plain", NULL, NULL, 0, 1, 0, false, "started" },
	{ "all there is", NULL, NULL, 0, 5, 0, false, "started" },
	{ "more than there is", NULL, NULL, 0, 6, 0, false, "sold_out" },
	{ "other case", NULL, "ANNALINK1", 0, 1, 0, false, "started" },
	{ "a choice", NULL, NULL, NO_VARIANT, 1, 0, false, "choose" },
	{ "a link to one variant", "update u.short_link set variant_id = (select id from u.variant order by id limit 1)",
		NULL, NO_VARIANT, 1, 0, false, "started" },
	{ "the only variant left", "update u.variant set deleted_at = u.clock() where id <> (select min(id::text)::uuid from u.variant)",
		NULL, NO_VARIANT, 1, 0, false, "started" },
	{ "a deleted variant", "update u.variant set deleted_at = u.clock()", NULL, 0, 1, 0, false, "variant_unknown" },
	{ "a variant beside the one it leads to", "update u.short_link set variant_id = (select max(id::text)::uuid from u.variant)",
		NULL, 0, 1, 0, false, "started" },
	{ "a draft", "update u.product set status = 'draft'", NULL, 0, 1, 0, false, "variant_unknown" },
	{ "unlisted", "update u.product set status = 'unlisted'", NULL, 0, 1, 0, false, "started" },
	{ "unknown", NULL, "nosuchlink", 0, 1, 0, false, "link_unknown" },
	{ "revoked", "update u.short_link set revoked_at = u.clock()", NULL, 0, 1, 0, false, "link_closed" },
	{ "expired", "update u.short_link set expires_at = u.clock()", NULL, 0, 1, 0, false, "link_expired" },
	{ "paused", "update u.offer set state = 'paused'", NULL, 0, 1, 0, false, "offer_closed" },
	{ "activating", "update u.offer set state = 'activating'", NULL, 0, 1, 0, false, "offer_not_ready" },
	{ "ended", "update u.offer set ends_at = u.clock()", NULL, 0, 1, 0, false, "offer_closed" },
	{ "early", "update u.offer set starts_at = u.clock() + interval '1 hour'", NULL, 0, 1, 0, false, "offer_early" },
	{ "a new list price", "update u.variant set price_minor = price_minor + 1", NULL, 0, 1, 0, false, "offer_not_ready" },
	{ "a code that is not placed", "update u.offer_discount set state = 'wanted'", NULL, 0, 1, 0, false, "offer_not_ready" },
	{ "a code without it", "update u.offer_price set covered = false", NULL, 0, 1, 0, false, "offer_not_ready" },
	{ "no discount at all", "update u.offer_price set discount_id = null, price_minor = list_minor", NULL, 0, 1, 0, false, "started" },
	{ "a limited offer", "update u.offer set redemptions_max = 3", NULL, 0, 1, 0, false, "started" },
	{ "a used up offer", "update u.offer set redemptions_max = 3, redemptions_used = 3", NULL, 0, 1, 0, false, "offer_exhausted" },
	{ "a capped link", "update u.short_link set clicks_max = 3", NULL, 0, 1, 0, false, "started" },
	{ "a used up link", "update u.short_link set clicks_max = 3, clicks_used = 3", NULL, 0, 1, 0, false, "link_exhausted" },
	{ "untracked", "update u.inventory set tracked = false", NULL, 0, 20, 0, false, "started" },
	{ "sold on", "update u.variant set policy = 'continue'", NULL, 0, 20, 0, false, "started" },
	{ "a buffer", "update u.inventory set buffer = 3", NULL, 0, 3, 0, false, "sold_out" },
	{ "sold, not yet told", "update u.inventory set sold_unsynced = 5", NULL, 0, 1, 0, false, "sold_out" },
	{ "a shop that left", "update u.shop set status = 'uninstalled'", NULL, 0, 1, 0, false, "shop_closed" },
	{ "a seat given up", "update u.connection set status = 'disconnected'", NULL, 0, 1, 0, false, "shop_closed" },
	{ "no storefront", "update u.shop set storefront_url = ''", NULL, 0, 1, 0, false, "offer_not_ready" },
	{ "one waits in line", WAITS("1"), NULL, 0, 4, 0, false, "started" },
	{ "one waits in line for the last", WAITS("1"), NULL, 0, 5, 0, false, "sold_out" },
	{ "one waited in line and went away", WAITS("-1"), NULL, 0, 5, 0, false, "started" },
	{ "a repeat", NULL, NULL, 0, 2, 2, false, "repeated" },
	{ "another number", NULL, NULL, 0, 5, 2, false, "started" },
	{ "another variant", NULL, NULL, 1, 1, 2, false, "started" },
	{ "a lapsed hold of one's own", NULL, NULL, 0, 5, 5, true, "started" },
	{ "a look at what one holds", NULL, NULL, NO_VARIANT, 1, 2, false, "choose" },
};

static struct checkout_ask ask_of(struct world *w, struct ctx *c, const struct kind *kind, struct uuid visitor)
{
	struct checkout_ask ask = { .code = kind->code ? str_of(kind->code) : w->anna.code, .visitor = visitor, .units = kind->units,
		.navigates = true };

	if (kind->variant != NO_VARIANT)
		ask.variant = w->variants[kind->variant];
	checkout_ask_mint(c, &ask);
	return ask;
}

static void hold_first(struct world *w, const struct kind *kind, struct uuid visitor)
{
	struct kind earlier = { .variant = 0, .units = kind->held };
	struct ctx *c = world_ctx(w, NOBODY);
	struct checkout_ask ask = ask_of(w, c, &earlier, visitor);
	struct checkout_outcome out;

	EXPECT_ERR(checkout_start(c, &ask, &out), OK);
	EXPECT_ERR(out.refused, OK);
	if (kind->lapsed)
		world_clock_advance(w, QUARTER_MS);
}

/* What the ask alone comes to, and then with ben's beside it; nothing is kept. told: events and rows it wrote. */
static struct checkout_outcome answer(struct world *w, const struct checkout_ask *ask, bool batched, struct str *told)
{
	struct ctx *c = world_ctx(w, NOBODY);
	struct kind plain = { .code = "benlink1", .variant = 2, .units = 1 };
	struct checkout_ask beside = ask_of(w, c, &plain, uuid_new(c->now_ms));
	const struct checkout_ask *list[] = { &beside, ask };
	struct checkout_outcome outs[2];

	EXPECT_ERR(db_begin(c, DB_WRITE), OK);
	if (batched)
		EXPECT_ERR(checkout_start_many(c, list, COUNT(list), outs), OK);
	else
		EXPECT_ERR(checkout_start(c, ask, &outs[1]), OK);
	*told = world_text(w, "select concat_ws(' / ',"
		" (select string_agg(type || ' ' || shop_id || ' ' || payload, ', ' order by type)"
		"    from u.event_log where subject in (%s, %s)),"
		" (select to_jsonb(s) - 'created_at' - 'expires_at' || jsonb_build_object('s', s.expires_at - s.created_at) from u.checkout_session s where id = %s),"
		" (select to_jsonb(r) - 'created_at' - 'expires_at' || jsonb_build_object('s', r.expires_at - r.created_at) from u.reservation r where id = %s),"
		" (select string_agg(held::text, ' ' order by item_id) from u.inventory where item_id <> %s),"
		" (select redemptions_held from u.offer where id = %s), (select clicks_used from u.short_link where id = %s))",
		world_uuid(w, ask->session.u), world_uuid(w, ask->hold.u), world_uuid(w, ask->session.u), world_uuid(w, ask->hold.u),
		world_uuid(w, w->items[2].u), world_uuid(w, w->anna.offer.u), world_uuid(w, w->anna.link.u));
	db_rollback(c);
	return outs[1];
}

static void expect_alike(const struct kind *kind, const struct checkout_outcome *a, const struct checkout_outcome *b)
{
	suite_expect_str(a->word, str_of(kind->word), kind->name, __FILE__, __LINE__);
	suite_expect_str(b->word, str_of(kind->word), kind->name, __FILE__, __LINE__);
	EXPECT_SAME(a->mark, b->mark);
	EXPECT_SAME(a->discount_code, b->discount_code);
	EXPECT_SAME(a->storefront_url, b->storefront_url);
	EXPECT_SAME(a->product_title, b->product_title);
	EXPECT_SAME(a->product_handle, b->product_handle);
	EXPECT_SAME(a->variant_title, b->variant_title);
	EXPECT_SAME(a->image_url, b->image_url);
	EXPECT_SAME(a->creator_name, b->creator_name);
	EXPECT_SAME(a->creator_handle, b->creator_handle);
	EXPECT_SAME(a->code, b->code);
	EXPECT_SAME(a->platform, b->platform);
	EXPECT_SAME(a->surface, b->surface);
	EXPECT_INT(a->units, b->units);
	EXPECT_INT(a->list.minor, b->list.minor);
	EXPECT_INT(a->price.minor, b->price.minor);
	EXPECT_SAME(currency_str(&a->price.currency), currency_str(&b->price.currency));
	EXPECT_INT(a->variant_external, b->variant_external);
	EXPECT(uuid_eq(a->variant.u, b->variant.u) && uuid_eq(a->session.u, b->session.u) && uuid_eq(a->stream.u, b->stream.u));
	EXPECT_INT((int64_t)a->choices_n, (int64_t)b->choices_n);
}

static void each_kind_of_ask_is_answered_alike(void)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct world w = world(.stock = 5, .variants = 3, .ben = true);
		struct uuid visitor = uuid_new(1);
		struct str alone_told, batch_told;
		struct checkout_outcome alone, batched;
		struct checkout_ask ask;

		if (kinds[i].held)
			hold_first(&w, &kinds[i], visitor);
		if (kinds[i].sql)
			world_sql(&w, "%s", kinds[i].sql);
		ask = ask_of(&w, world_ctx(&w, NOBODY), &kinds[i], visitor);
		alone = answer(&w, &ask, false, &alone_told);
		batched = answer(&w, &ask, true, &batch_told);
		expect_alike(&kinds[i], &alone, &batched);
		suite_expect_str(batch_told, alone_told, kinds[i].name, __FILE__, __LINE__);
	}
}

static const CU_TestInfo tests[] = { T(each_kind_of_ask_is_answered_alike), CU_TEST_INFO_NULL };
const struct suite suite_lib_checkout_alike = { "lib/checkout: alone and in a batch", tests };
