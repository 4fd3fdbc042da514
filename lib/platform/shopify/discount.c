#include "lib/platform/shopify/shopify.h"

#include "graphql.h"
#include "lib/core/time.h"

#define PAGES_MAX 9 /* of 250 variants: a product has 2048 at most, an offer may name several */
#define INPUT_MAX 65536

static void put_ids(struct jw *w, struct arena *mem, const char *key, const int64_t *ids, size_t n)
{
	if (!n)
		return;
	jw_key(w, key);
	jw_list(w);
	for (size_t i = 0; i < n; i++)
		jw_str(w, shopify_gid(mem, "ProductVariant", ids[i]));
	jw_end(w);
}

static void put_gets(struct ctx *c, struct jw *w, const struct platform_discount *want, const int64_t *add, size_t add_n,
	const int64_t *remove, size_t remove_n)
{
	jw_key(w, "customerGets");
	jw_object(w);
	jw_key(w, "value");
	jw_object(w);
	jw_key(w, "discountAmount");
	jw_object(w);
	jw_kstr(w, "amount", money_decimal(c->mem, want->amount));
	jw_kbool(w, "appliesOnEachItem", true);
	jw_end(w);
	jw_end(w);
	if (add_n || remove_n) {
		jw_key(w, "items");
		jw_object(w);
		jw_key(w, "products");
		jw_object(w);
		put_ids(w, c->mem, "productVariantsToAdd", add, add_n);
		put_ids(w, c->mem, "productVariantsToRemove", remove, remove_n);
		jw_end(w);
		jw_end(w);
	}
	jw_end(w);
}

static void put_terms(struct jw *w, const struct platform_discount *want)
{
	jw_kstr(w, "title", want->title);
	jw_kstr(w, "code", want->code);
	jw_ktime(w, "startsAt", want->starts_ms);
	jw_ktime(w, "endsAt", want->ends_ms);
	jw_key(w, "usageLimit");
	if (want->usage_max)
		jw_int(w, want->usage_max);
	else
		jw_null(w);
	jw_kbool(w, "appliesOncePerCustomer", want->once_per_customer);
	jw_key(w, "context");
	jw_object(w);
	jw_kstr(w, "all", S("ALL"));
	jw_end(w);
	jw_key(w, "combinesWith");
	jw_object(w);
	jw_kbool(w, "productDiscounts", false);
	jw_kbool(w, "orderDiscounts", false);
	jw_kbool(w, "shippingDiscounts", false);
	jw_end(w);
}

/* One input: the terms, and a slice of what is added and removed. */
static struct str input(struct ctx *c, struct str id, const struct platform_discount *want, const int64_t *add, size_t add_n,
	const int64_t *remove, size_t remove_n)
{
	struct jw w = jw_new(c->mem, INPUT_MAX);

	jw_object(&w);
	if (id.n)
		jw_kstr(&w, "id", id);
	jw_key(&w, "discount");
	jw_object(&w);
	put_terms(&w, want);
	put_gets(c, &w, want, add, add_n, remove, remove_n);
	jw_end(&w);
	jw_end(&w);
	return jw_done(&w);
}

struct ids {
	const int64_t *p; /* NULL: none */
	size_t n;
};

/* The page of a list that begins at `from`. */
static struct ids page_of(const int64_t *list, size_t n, size_t from)
{
	if (from >= n)
		return (struct ids){ 0 };
	return (struct ids){ list + from, n - from < PLATFORM_PAGE_MAX ? n - from : PLATFORM_PAGE_MAX };
}

/* Shopify takes 250 ids a call; the terms go with each, and are the same. */
static enum err change_rest(struct ctx *c, struct platform_call *call, struct str id, const struct platform_discount *want,
	const int64_t *add, size_t add_n, const int64_t *remove, size_t remove_n, size_t from)
{
	struct json answer;

	do {
		struct ids adds = page_of(add, add_n, from), removes = page_of(remove, remove_n, from);

		TRY(shopify_change(c, call, graphql_discount_update,
			input(c, id, want, adds.p, adds.n, removes.p, removes.n), &answer));
		from += PLATFORM_PAGE_MAX;
	} while (from < add_n || from < remove_n);
	return OK;
}

enum err shopify_discount_create(struct ctx *c, struct platform_call *call, const struct platform_discount *want, struct str *external_id)
{
	struct json answer;

	TRY(shopify_change(c, call, graphql_discount_create,
		input(c, S(""), want, want->variants, page_of(want->variants, want->variants_n, 0).n, NULL, 0), &answer));
	*external_id = json_str_at(answer, "codeDiscountNode.id");
	if (!external_id->n)
		return shopify_garbage(c, call, "the discount's id");
	if (want->variants_n <= PLATFORM_PAGE_MAX)
		return OK;
	return change_rest(c, call, *external_id, want, want->variants, want->variants_n, NULL, 0, PLATFORM_PAGE_MAX);
}

static enum err add_variants(struct ctx *c, struct platform_call *call, struct json connection, struct platform_discount_found *out)
{
	struct json nodes = json_get(connection, "nodes");
	int64_t *all = arena_array(c->mem, out->variants_n + json_length(nodes) + 1, sizeof(*all));

	for (size_t i = 0; i < out->variants_n; i++)
		all[i] = out->variants[i];
	out->variants = all;
	for (size_t i = 0; i < json_length(nodes); i++) {
		if (!shopify_number(json_str_at(json_at(nodes, i), "id"), &all[out->variants_n++]))
			return shopify_garbage(c, call, "a variant's id");
	}
	return OK;
}

static void read_found(struct json node, struct platform_discount_found *out)
{
	struct json discount = json_get(node, "codeDiscount"), value = json_path(discount, "customerGets.value");
	struct currency currency;

	out->external_id = json_str_at(node, "id");
	out->found = out->external_id.n > 0;
	out->title = json_str_at(discount, "title");
	out->code = json_str_at(json_at(json_path(discount, "codes.nodes"), 0), "code");
	out->each_item = json_bool(json_get(value, "appliesOnEachItem"), false);
	if (!currency_read(json_str_at(value, "amount.currencyCode"), &currency) ||
	    !money_read(json_str_at(value, "amount.amount"), currency, &out->amount))
		out->amount = (struct money){ 0 };
}

enum err shopify_discount_find(struct ctx *c, struct platform_call *call, struct str code, struct platform_discount_found *out)
{
	struct str cursor = S("");

	*out = (struct platform_discount_found){ 0 };
	for (int page = 0; page < PAGES_MAX; page++) {
		struct json data, node, connection;

		TRY(shopify_ask(c, call, graphql_discount_find, shopify_vars_page(c, "code", code, cursor), &data));
		node = json_get(data, "codeDiscountNodeByCode");
		if (!page)
			read_found(node, out);
		connection = json_path(node, "codeDiscount.customerGets.items.productVariants");
		TRY(add_variants(c, call, connection, out));
		cursor = shopify_more(connection);
		if (!cursor.n)
			break;
	}
	return OK;
}

static bool holds(const int64_t *list, size_t n, int64_t v)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i] == v)
			return true;
	}
	return false;
}

/* The elements of `a` that are not in `b`. */
static size_t without(struct ctx *c, const int64_t *a, size_t a_n, const int64_t *b, size_t b_n, int64_t **out)
{
	size_t n = 0;

	*out = arena_array(c->mem, a_n + 1, sizeof(**out));
	for (size_t i = 0; i < a_n; i++) {
		if (!holds(b, b_n, a[i]))
			(*out)[n++] = a[i];
	}
	return n;
}

enum err shopify_discount_update(struct ctx *c, struct platform_call *call, const struct platform_discount_found *found,
	const struct platform_discount *want)
{
	int64_t *add, *remove;
	size_t add_n = without(c, want->variants, want->variants_n, found->variants, found->variants_n, &add);
	size_t remove_n = without(c, found->variants, found->variants_n, want->variants, want->variants_n, &remove);

	return change_rest(c, call, found->external_id, want, add, add_n, remove, remove_n, 0);
}

/* Shopify answers INVALID for a discount that somebody deleted there. */
enum err shopify_discount_end(struct ctx *c, struct platform_call *call, struct str external_id)
{
	struct json answer;
	enum err e = shopify_change(c, call, graphql_discount_end, shopify_vars_id(c, external_id), &answer);

	if (e == ERR_PLATFORM_REFUSED && (str_eq(call->reason, S("INVALID")) || str_eq(call->reason, S("NOT_FOUND"))))
		return OK;
	return e;
}
