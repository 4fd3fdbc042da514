/* The line, by chance: whoever gets a unit leaves enough for all who came before her, are there, and could have had
 * theirs. One deed after the other, the same in each run; what must be left is counted apart from what decides.
 */
#include <stdio.h>

#include "tests/suite.h"
#include "tests/world.h"

#define STEPS 800
#define TOGETHER 3

static const char *const names[] = { "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7" };

struct chance {
	struct world *w;
	uint32_t seed;
	int served, refused_for_others;
};

static size_t pick(struct chance *s, size_t of)
{
	s->seed = s->seed * 1664525 + 1013904223;
	return (s->seed >> 8) % of;
}

static const char *path(struct chance *s, const char *end, size_t variant, size_t units)
{
	return str_z(s->w->mem, str_fmt(s->w->mem, "/go/%s%s?v=" STR_FMT "&units=%zu", pick(s, 4) ? "annalink1" : "benlink1", end,
		STR_ARG(ID_TEXT(s->w->mem, variant, s->w->variants[variant])), units));
}

/* Units of the variant's item that are free, or would be once what lapsed is tidied up. */
static int64_t left_of(struct world *w, size_t variant)
{
	return world_int(w, "select i.free + coalesce((select sum(r.units) from u.reservation r where r.item_id = i.item_id"
		" and r.state = 'pending'"
		" and r.expires_at <= u.clock()), 0) from u.inventory i join u.variant v on v.item_id = i.item_id where v.id = %s",
		world_uuid(w, w->variants[variant].u));
}

#define WAITS_FOR_IT "select %s from u.waitlist w join u.variant v on v.item_id = w.item_id where v.id = %s and w.state = 'waiting'"

/* How many are waited for by those before `place` (0: all) who are there and want no more than there is. */
static int64_t before(struct world *w, size_t variant, const char *place, int64_t left)
{
	return world_int(w, WAITS_FOR_IT " and w.present_until > u.clock() and w.units <= %lld and (%s is null or w.id < %s)",
		"coalesce(sum(w.units), 0)", world_uuid(w, w->variants[variant].u), (long long)left, place, place);
}

static int64_t sessions(struct world *w)
{
	return world_int(w, "select count(*) from u.checkout_session");
}

/* The visitor of the checkout that began last waited for it where? Found again by her place, which has it. */
static void clicks(struct chance *s, const char *name, size_t variant)
{
	struct world *w = s->w;
	int64_t was = sessions(w), left = left_of(w, variant), waited, need;
	struct got got = tap_at(w, name, path(s, "", variant, 1 + pick(s, 2)));
	const char *place;

	if (sessions(w) == was) {
		s->refused_for_others += got.status == 409 && left > 0;
		return;
	}
	s->served++;
	place = str_z(w->mem, world_text(w, "select coalesce((select quote_literal(w.id) || '::uuid' from u.waitlist w where"
		" w.session_id ="
		" (select id from u.checkout_session order by created_at desc, id desc limit 1)), 'null::uuid')"));
	waited = before(w, variant, place, left);
	need = left_of(w, variant);
	if (need < waited)
		fprintf(stderr, "%s took one of %lld: %lld left, %lld waited for by those before %s\n", name,
			(long long)left, (long long)need,
			(long long)waited, place);
	EXPECT(need >= waited);
}

static void click_together(struct chance *s, size_t variant)
{
	struct world *w = s->w;
	struct asking askings[TOGETHER];
	struct got gots[TOGETHER];
	int64_t was = sessions(w), left = left_of(w, variant), waited = before(w, variant, "null::uuid", left);

	for (size_t i = 0; i < TOGETHER; i++)
		askings[i] = (struct asking){ .path = path(s, "", variant, 1), .page = true };
	ask_many(w, askings, TOGETHER, gots);
	if (sessions(w) > was)
		EXPECT(left_of(w, variant) >= waited);
}

static void looks(struct chance *s, const char *name, size_t variant)
{
	struct world *w = s->w;
	int64_t was = world_int(w, "select count(*) from u.waitlist where state = 'offered'"), lefts[2] = { left_of(w, 0),
		left_of(w, 2) };
	const char *place, *item;
	size_t of;

	(void)tap_at(w, name, path(s, "/wait", variant, 1));
	if (world_int(w, "select count(*) from u.waitlist where state = 'offered'") <= was)
		return;
	s->served++;
	place = str_z(w->mem, world_text(w, "select quote_literal(id) || '::uuid' from u.waitlist where state = 'offered'"
		" order by session_id desc limit 1"));
	item = str_z(w->mem, world_text(w, "select item_id from u.waitlist where id = %s", place));
	of = str_eq(str_of(item), world_text(w, "select item_id from u.variant where id = %s", world_uuid(w,
		w->variants[2].u))) ? 2 : 0;
	EXPECT(left_of(w, of) >= before(w, of, place, lefts[of / 2]));
}

static void goes_on(struct chance *s)
{
	static const int64_t ms[] = { 1000, 5000, 11000, 31000, 301000, 901000 };
	const char *name = names[pick(s, COUNT(names))];
	size_t variant = pick(s, 3);
	struct asking asking = { .method = POST, .form = "", .page = true, .visitor = name };

	switch (pick(s, 13)) {
	case 0: case 1: clicks(s, name, variant); return;
	case 2: click_together(s, variant); return;
	case 3: case 4: case 5: looks(s, name, variant); return;
	case 6: case 7:
		asking.path = path(s, "/wait", variant, 1 + pick(s, 2));
		break;
	case 8:
		asking.path = path(s, "/leave", variant, 1);
		break;
	case 9:
		world_clock_advance(s->w, ms[pick(s, COUNT(ms))]);
		return;
	case 10:
		world_sql(s->w, "with level as (update u.inventory_level set available = %d where item_id = (select item_id"
			" from u.variant where id = %s)"
			" returning item_id, available) update u.inventory i set shop_available = l.available from level l"
				" where i.item_id = l.item_id",
			1 + (int)pick(s, 5), world_uuid(s->w, s->w->variants[variant].u));
		return;
	default:
		asking.path = pick(s, 2) ? "/go/annalink1/release" : "/go/benlink1/release";
	}
	EXPECT(ask(s->w, asking).status < 500);
}

static void whoever_is_served_leaves_enough_for_all_before_her(void)
{
	struct world w = world(.stock = 2, .variants = 3, .ben = true);
	struct chance s = { .w = &w, .seed = 22 };

	w.config->holds_per_visitor = 0;
	w.config->unproven_percent = 100;
	world_sql(&w, "update u.variant set item_id = %s where id = %s", world_uuid(&w, w.items[0].u), world_uuid(&w,
		w.variants[1].u));
	world_sql(&w, "update u.offer_price set item_id = %s where variant_id = %s", world_uuid(&w, w.items[0].u),
		world_uuid(&w, w.variants[1].u));
	for (size_t i = 0; i < COUNT(names); i++)
		(void)tap_at(&w, names[i], "/go/nosuchlink");
	for (int i = 0; i < STEPS; i++)
		goes_on(&s);
	EXPECT(s.served > 20);
	EXPECT(s.refused_for_others > 3);
	expect_sql(&w, 0, "select count(*) from u.invariants() where broken <> 0");
}

static const CU_TestInfo tests[] = {
	T(whoever_is_served_leaves_enough_for_all_before_her), CU_TEST_INFO_NULL,
};
const struct suite suite_go_line_fair = { "cgi-bin/go_line_fair", tests };
