/* /dashboard/items: what is kept back, set by a form. */
#include "tests/desk.h"
#include "tests/suite.h"

static const char *path_of(struct world *w)
{
	return fmt(w, "/dashboard/items/" STR_FMT, STR_ARG(ID_TEXT(w->mem, item, w->item)));
}

static struct got save(struct world *w, enum person as, const char *form)
{
	return ask(w, (struct asking){ .path = path_of(w), .as = as, .page = true, .form = form });
}

static void a_form_keeps_units_back_and_shows_the_effect(void)
{
	struct world w = world(.stock = 7);
	struct got got;

	expect_body_has(ask(&w, (struct asking){ .path = fmt(&w, "/dashboard/products/" STR_FMT, STR_ARG(ID_TEXT(w.mem, product, w.product))), .as = ANNA, .page = true }),
		path_of(&w));
	expect_status(save(&w, ANNA, "units=&percent=30&idempotency_key=a"), 303);
	expect_sql(&w, 4, "select free from u.inventory where buffer = 3");
	got = ask(&w, (struct asking){ .path = path_of(&w), .as = ANNA, .page = true });
	expect_status(got, 200);
	expect_body_has(got, "value=\"30\"");
	expect_body_has(got, "Kept back");
	expect_status(save(&w, ANNA, "units=&percent=&idempotency_key=b"), 303);
	expect_sql(&w, 7, "select free from u.inventory");
}

static void what_is_wrong_is_said_beside_it(void)
{
	struct world w = world(.stock = 7);

	expect_status(save(&w, ANNA, "units=-1&percent=&idempotency_key=a"), 422);
	expect_body_has(save(&w, ANNA, "units=&percent=101&idempotency_key=b"), "0 to 100");
	expect_status(save(&w, ANNA, "units=2&percent=3&idempotency_key=c"), 422);
	expect_status(save(&w, ANNA, "units=99999999999999999999&percent=&idempotency_key=d"), 422);
	expect_sql(&w, 7, "select free from u.inventory");
}

static void only_the_owner_sets_it(void)
{
	struct world w = world(.stock = 7);

	expect_status(save(&w, BEN, "units=2&percent=&idempotency_key=a"), 403);
	expect_body_lacks(ask(&w, (struct asking){ .path = path_of(&w), .as = BEN, .page = true }), "<button>Save");
	world_sql(&w, "update u.connection set status = 'disconnected' where creator_id = %s", world_uuid(&w, w.ben.creator.u));
	expect_status(ask(&w, (struct asking){ .path = path_of(&w), .as = BEN, .page = true }), 404);
	expect_sql(&w, 7, "select free from u.inventory");
}

static const CU_TestInfo tests[] = {
	T(a_form_keeps_units_back_and_shows_the_effect),
	T(what_is_wrong_is_said_beside_it),
	T(only_the_owner_sets_it),
	CU_TEST_INFO_NULL,
};
const struct suite suite_cgi_bin_dashboard_items = { "cgi-bin/dashboard_items", tests };
