/* A random code that is taken by chance; chance is played by a trigger. */
#include "lib/link/link.h"
#include "tests/suite.h"
#include "tests/world.h"

/* The first `times` links that are inserted get the code of anna's. */
static void chance(struct world *w, int times)
{
	world_sql(w, "create sequence public.chance; create function public.chance() returns trigger language plpgsql as $$ begin"
		" if nextval('public.chance') <= %d then new.code := 'AnnaLink1'; end if; return new; end $$;"
		" create trigger chance before insert on u.short_link for each row execute function public.chance()", times);
}

static void chance_is_over(struct world *w)
{
	world_sql(w, "drop trigger chance on u.short_link; drop function public.chance(); drop sequence public.chance");
}

static enum err create(struct world *w, struct link_id *id)
{
	const struct link_ask asking = { .offer = w->anna.offer, .attribution = { .platform = S("other"), .surface = S("direct") } };

	return link_create(world_ctx(w, ANNA), &asking, id);
}

static void a_random_code_that_is_taken_is_drawn_again(void)
{
	struct world w = world(.stock = 5);
	struct link_id id;

	chance(&w, 3);
	EXPECT_ERR(create(&w, &id), OK);
	chance_is_over(&w);
	expect_sql(&w, 2, "select count(*) from u.short_link");
	expect_sql(&w, 1, "select count(*) from u.short_link where code ~ '^[A-Za-z0-9]{10}$'");
	expect_events(&w, "LINK_CREATED");
}

static void it_gives_up_when_chance_has_no_end(void)
{
	struct world w = world(.stock = 5);
	struct link_id id;

	chance(&w, 1000);
	EXPECT_ERR(create(&w, &id), ERR_CODE_TAKEN);
	chance_is_over(&w);
	expect_sql(&w, 1, "select count(*) from u.short_link");
}

static const CU_TestInfo tests[] = {
	T(a_random_code_that_is_taken_is_drawn_again),
	T(it_gives_up_when_chance_has_no_end),
	CU_TEST_INFO_NULL,
};
const struct suite suite_link_code = { "lib/link/code", tests };
