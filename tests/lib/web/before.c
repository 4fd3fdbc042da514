/* before.c: slow work of a route, done before its transaction. */
#include "tests/suite.h"
#include "tests/world.h"

static int befores, handled;

static enum err look(struct ctx *c, const struct req *q, void **out)
{
	bool *was_open = NEW(c->mem, bool);

	befores += 1;
	*was_open = db_tx_open(c->db);
	*out = was_open;
	if (str_eq(req_body(q), S("{}")))
		field_bad(c, "name", "something");
	return fields_must_be_good(c);
}

static enum err handle(struct ctx *c, const struct req *q, struct res *r)
{
	const bool *was_open = q->before;

	handled += 1;
	EXPECT(was_open && !*was_open);
	EXPECT(db_tx_open(c->db));
	return handled == 2 ? FAIL(c, ERR_RETRY, "a deadlock") : res_no_content(r);
}

static const struct route routes[] = {
	{ POST, "/slow", handle, .who = ANYONE, .tx = TX_WRITE, .key = IDEMPOTENT, .before = look },
};
static const struct app slow_app = { "slow", "api", routes, COUNT(routes) };

static struct got post_slow(struct world *w, const char *body, const char *key)
{
	return ask(w, (struct asking){ .path = "/slow", .body = body, .key = key, .app = &slow_app });
}

static void it_runs_once_with_no_transaction_open(void)
{
	struct world w = world(.bare = true);

	befores = handled = 0;
	expect_status(post_slow(&w, "{\"a\":1}", NULL), 204);
	EXPECT_INT(befores, 1);
	expect_status(post_slow(&w, "{\"a\":2}", NULL), 204); /* begun again after a deadlock */
	EXPECT_INT(befores, 2);
	EXPECT_INT(handled, 3);
}

static void its_refusal_is_the_answer_and_takes_no_key(void)
{
	struct world w = world(.bare = true);

	befores = handled = 0;
	expect_field(post_slow(&w, "{}", "k1"), "name");
	EXPECT_INT(handled, 0);
	expect_status(post_slow(&w, "{\"a\":1}", "k1"), 204);
	expect_header(post_slow(&w, "{\"a\":1}", "k1"), "Idempotent-Replayed", "true");
	EXPECT_INT(handled, 1);
}

static const CU_TestInfo tests[] = {
	T(it_runs_once_with_no_transaction_open),
	T(its_refusal_is_the_answer_and_takes_no_key),
	CU_TEST_INFO_NULL,
};
const struct suite suite_lib_web_before = { "lib/web before", tests };
