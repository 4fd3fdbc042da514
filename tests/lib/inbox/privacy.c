/* Personal data comes in with bodies and stays there, sealed: no table, no event and no log line ever holds it. */
#include <stdio.h>
#include <unistd.h>

#include "lib/cron/cron.h"
#include "tests/suite.h"
#include "tests/told.h"

extern const struct helper events_deliver_helper;

/* All that a shop may know of a buyer; each place says Quimby, or one of the needles. */
#define PERSON                                                                                                              \
	"\"email\":\"quimby@example.com\",\"contact_email\":\"quimby@example.com\",\"phone\":\"+306900000001\","              \
	"\"browser_ip\":\"203.0.113.77\",\"client_details\":{\"browser_ip\":\"203.0.113.77\",\"user_agent\":\"Quimby/1.0\"},"     \
	"\"customer\":{\"id\":7300000000501,\"first_name\":\"Quimby\",\"email\":\"quimby@example.com\"},"                       \
	"\"billing_address\":{\"name\":\"Quimby\",\"address1\":\"7 Quimby Road\",\"latitude\":37.9838}," \
	"\"shipping_address\":{\"name\":\"Quimby\",\"phone\":\"+306900000001\"},\"tags\":\"vip, Quimby\",\"po_number\":\"Quimby\","   \
	"\"note\":\"call Quimby at +306900000001\",\"order_status_url\":\"https://shop.example/o/quimby\","                         \
	"\"referring_site\":\"https://mail.example/?u=quimby\",\"landing_site\":\"/?utm_source=x&email=quimby%40example.com\","     \
	"\"customer_locale\":\"el\",\"user_id\":\"Quimby\",\"company\":{\"name\":\"Quimby\"},\"shop_owner\":\"Quimby\","               \
	"\"note_attributes\":[{\"name\":\"gift_for\",\"value\":\"Quimby\"},{\"name\":\"quimby\",\"value\":\"x\"}]"

static const char *const needles[] = { "quimby", "306900000001", "203.0.113.77", "37.9838" };

/* The members of PERSON in front of the body's own; note_attributes and others that stand there again go. */
static struct str of_person(struct world *w, struct str body)
{
	static const char *const twice[] = { "\"note\":null,", "\"note_attributes\":[],", "\"note_attributes\":[]" };

	for (size_t i = 0; i < COUNT(twice); i++) {
		struct str needle = str_of(twice[i]);
		size_t at = str_find(body, 0, needle);

		if (at != SIZE_MAX)
			body = str_fmt(w->mem, STR_FMT STR_FMT, STR_ARG(str_slice(body, 0, at)), STR_ARG(str_slice(body, at + needle.n, body.n)));
	}
	body = str_slice(body, 1, body.n);
	return str_fmt(w->mem, "{%s%s" STR_FMT, PERSON, body.n > 1 ? "," : "", STR_ARG(body));
}

/* Tables of which any row holds the needle, but for what is sealed. */
static struct str tables_with(struct world *w, const char *needle)
{
	return world_text(w, "select coalesce(string_agg(t.tablename, ' '), '') from pg_tables t where t.schemaname = 'u'"
		" and query_to_xml(format('select to_jsonb(r)::text from u.%%I r', t.tablename), true, false, '')::text ilike '%%%s%%'", needle);
}

static void push_all(struct world *w)
{
	static const char *const orders[] = { "orders/create", "orders/paid", "orders/updated", "orders/cancelled", "orders/edited" };
	static const struct { const char *topic, *body; } others[] = {
		{ "inventory_levels/update", "{\"inventory_item_id\":7201,\"location_id\":31,\"available\":3,\"updated_at\":\"2026-11-20T10:00:00Z\"}" },
		{ "inventory_levels/connect", "{\"inventory_item_id\":7201,\"location_id\":31}" },
		{ "inventory_levels/disconnect", "{\"inventory_item_id\":7201,\"location_id\":31}" },
		{ "inventory_items/update", "{\"id\":7201}" }, { "products/create", "{\"id\":7001}" },
		{ "products/update", "{\"id\":7001}" }, { "bulk_operations/finish", "{\"status\":\"completed\"}" },
		{ "shop/update", "{\"id\":1}" }, { "carts/vanish", "{\"id\":1}" }, { "products/delete", "{\"id\":7009}" },
		{ "app/scopes_update", "{\"current\":[\"read_products\"],\"updated_at\":\"2020-11-20T10:00:00Z\"}" },
		{ "customers/data_request", "{\"data_request\":{\"id\":1},\"orders_requested\":[5001]}" },
	};

	for (size_t i = 0; i < COUNT(orders); i++)
		expect_status(push(w, orders[i], orders[i], of_person(w, told_order(w, .id = 5001, .updated_s = (int64_t)i, .cancelled = i == 3,
			.property = i ? S("Quimby engraved") : newest_mark(w), .refund = 70, .refund_units = 1, .refund_minor = 100))), 200);
	expect_status(push(w, "refunds/create", "r", of_person(w, told_refund_body(w, 5001, 71, 1, 100))), 200);
	for (size_t i = 0; i < COUNT(others); i++)
		expect_status(push(w, others[i].topic, others[i].topic, of_person(w, str_of(others[i].body))), 200);
}

/* What cannot be read is parked with a reason, and the reason is ours. */
static void push_unreadable(struct world *w)
{
	static const char *const bodies[] = {
		"{\"id\":12,\"email\":\"quimby@example.com\"", "{\"quimby@example.com\":1,\"quimby@example.com\":2}",
		"{\"id\":\"quimby@example.com\"}", "{\"id\":1,\"created_at\":\"quimby\"}", "quimby",
		"{\"id\":1,\"created_at\":\"2026-01-01T00:00:00Z\",\"updated_at\":\"2026-01-01T00:00:00Z\",\"currency\":\"QUIMBY\"}",
		"{\"order_id\":\"quimby\"}", "{\"inventory_item_id\":\"quimby\"}", "{\"current\":\"quimby\"}", "{\"orders_to_redact\":[\"quimby\"]}",
	};
	static const char *const topics[] = { "orders/create", "refunds/create", "inventory_levels/update", "products/delete",
		"app/scopes_update", "customers/redact" };

	for (size_t i = 0; i < COUNT(bodies); i++)
		for (size_t k = 0; k < COUNT(topics); k++)
			expect_status(push(w, topics[k], str_z(w->mem, str_fmt(w->mem, "bad-%zu-%zu", i, k)), str_of(bodies[i])), 200);
}

static void apply(struct world *w)
{
	int64_t done = 1;

	push_all(w);
	push_unreadable(w);
	apply_all(w);
	for (int i = 0; i < 20 && done; i++)
		EXPECT_ERR(events_deliver_helper.step(world_ctx(w, NOBODY), &done), OK);
	push(w, "app/uninstalled", "gone", of_person(w, S("{\"id\":1}")));
	push(w, "shop/redact", "erase", of_person(w, S("{\"shop_id\":1}")));
	apply_all(w);
}

static void no_table_and_no_log_line_holds_a_persons_data(void)
{
	struct world w = world(.stock = 9);
	int err = dup(STDERR_FILENO);
	FILE *log = tmpfile();
	char *text = arena_alloc(w.mem, 1 << 20);
	struct str said;

	expect_status(tap(&w, "vera"), 303);
	fflush(NULL);
	dup2(fileno(log), STDERR_FILENO);
	apply(&w);
	fflush(NULL);
	dup2(err, STDERR_FILENO);
	close(err);
	rewind(log);
	said = str_lower(w.mem, (struct str){ text, fread(text, 1, 1 << 20, log) });
	fclose(log);

	EXPECT(said.n > 1000); /* there was something to say */
	for (size_t i = 0; i < COUNT(needles); i++) {
		EXPECT(str_find(said, 0, str_of(needles[i])) == SIZE_MAX);
		EXPECT_STR(tables_with(&w, needles[i]), "");
	}
	EXPECT_STR(tables_with(&w, "order/5001 or anything"), "");
	EXPECT(tables_with(&w, "annalink1").n > 0); /* the search does find */
	expect_sql(&w, 1, "select count(*) from u.shop_order where external_id = 5001");
	expect_sql(&w, 0, "select count(*) from u.webhook_inbox where topic not like 'bad%%' and state = 'new' and waits_for = ''"
		" and topic not in ('orders/create', 'refunds/create')");
	expect_sql(&w, 1, "select (count(*) > 40)::int from u.webhook_inbox where state = 'parked'");
}

static const CU_TestInfo tests[] = {
	T(no_table_and_no_log_line_holds_a_persons_data),
	CU_TEST_INFO_NULL
};
const struct suite suite_lib_inbox_privacy = { "lib/inbox/privacy", tests };
