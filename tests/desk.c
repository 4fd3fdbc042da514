#include "tests/desk.h"

#include <stdarg.h>
#include <stdio.h>

#include "tests/suite.h"

#define VASE "01900000-0000-7000-8000-000000000502"
#define VASE_VARIANT "01900000-0000-7000-8000-000000000503"
#define RUG "01900000-0000-7000-8000-000000000602"
#define RUG_VARIANT "01900000-0000-7000-8000-000000000603"

const char *fmt(struct world *w, const char *format, ...)
{
	struct buf b = buf_new(w->mem, 1 << 20);
	char text[16384];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	buf_put(&b, str_of(text));
	return str_z(w->mem, buf_str(&b));
}

static struct uuid fixed(const char *text)
{
	struct uuid u = { 0 };

	EXPECT(uuid_read(str_of(text), &u));
	return u;
}

static struct str named(struct world *w, struct str name)
{
	const struct {
		const char *name;
		enum id_kind kind;
		struct uuid u;
	} ids[] = {
		{ "product", ID_product, w->product.u },
		{ "variant", ID_variant, w->variant.u },
		{ "variant2", ID_variant, w->variants[1].u },
		{ "shop", ID_shop, w->shop.u },
		{ "connection", ID_connection, w->anna.connection.u },
		{ "ben_connection", ID_connection, w->ben.connection.u },
		{ "offer", ID_offer, w->anna.offer.u },
		{ "ben_offer", ID_offer, w->ben.offer.u },
		{ "stream", ID_stream, w->anna.stream.u },
		{ "ben_stream", ID_stream, w->ben.stream.u },
		{ "link", ID_link, w->anna.link.u },
		{ "ben_link", ID_link, w->ben.link.u },
		{ "vase", ID_product, fixed(VASE) },
		{ "vase_variant", ID_variant, fixed(VASE_VARIANT) },
		{ "rug", ID_product, fixed(RUG) },
		{ "rug_variant", ID_variant, fixed(RUG_VARIANT) },
	};

	for (size_t i = 0; i < COUNT(ids); i++)
		if (str_eq(name, str_of(ids[i].name)))
			return id_text(w->mem, ids[i].kind, ids[i].u);
	fprintf(stderr, "no $" STR_FMT " in a world\n", STR_ARG(name));
	EXPECT(false);
	return S("");
}

static bool in_name(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '_';
}

const char *filled(struct world *w, const char *text)
{
	struct buf b = buf_new(w->mem, 1 << 20);

	while (*text) {
		struct str name = { text + 1, 0 };

		if (*text != '$') {
			buf_char(&b, *text++);
			continue;
		}
		while (in_name(name.p[name.n]))
			name.n++;
		buf_put(&b, named(w, name));
		text = name.p + name.n;
	}
	return str_z(w->mem, buf_str(&b));
}

struct got api(struct world *w, enum person as, enum method method, const char *path, const char *body)
{
	return ask(w, (struct asking){ .method = method, .path = filled(w, path), .body = body ? filled(w, body) : NULL, .as = as });
}

struct got get(struct world *w, enum person as, const char *path)
{
	return api(w, as, GET, path, NULL);
}

struct got post(struct world *w, enum person as, const char *path, const char *body)
{
	return api(w, as, POST, path, body);
}

const char *id_in(struct world *w, struct got got)
{
	return str_z(w->mem, got_json(w, got, "id"));
}

void desk_vase(struct world *w)
{
	world_sql(w, "insert into u.product (id, shop_id, external_id, title, handle, status) values ('" VASE "', %s, 7002, 'Vase', 'vase', 'active');"
		"insert into u.inventory (shop_id, item_id, external_id, shop_available) values (%s, '01900000-0000-7000-8000-000000000504', 7290, 5);"
		"insert into u.variant (id, shop_id, product_id, item_id, external_id, title, price_minor, currency, policy)"
		" values ('" VASE_VARIANT "', %s, '" VASE "', '01900000-0000-7000-8000-000000000504', 7190, 'Default Title', 5000, 'USD', 'deny')",
		world_uuid(w, w->shop.u), world_uuid(w, w->shop.u), world_uuid(w, w->shop.u));
}

void desk_rug(struct world *w)
{
	world_sql(w, "insert into u.shop (id, domain, name, currency, storefront_url, status, access_sealed)"
		" values ('01900000-0000-7000-8000-000000000601', 'y.myshopify.com', 'Y', 'EUR', 'https://y.example', 'active', 'sealed');"
		"insert into u.connection (id, creator_id, shop_id, role, status)"
		" values ('01900000-0000-7000-8000-000000000605', %s, '01900000-0000-7000-8000-000000000601', 'owner', 'active');"
		"insert into u.product (id, shop_id, external_id, title, handle, status)"
		" values ('" RUG "', '01900000-0000-7000-8000-000000000601', 8001, 'Rug', 'rug', 'active');"
		"insert into u.inventory (shop_id, item_id, external_id, shop_available)"
		" values ('01900000-0000-7000-8000-000000000601', '01900000-0000-7000-8000-000000000604', 8201, 5);"
		"insert into u.variant (id, shop_id, product_id, item_id, external_id, title, price_minor, currency, policy)"
		" values ('" RUG_VARIANT "', '01900000-0000-7000-8000-000000000601', '" RUG "', '01900000-0000-7000-8000-000000000604', 8101,"
		" 'Default Title', 9000, 'EUR', 'deny')",
		world_uuid(w, w->ben.creator.u));
}

struct got offer_ask_for(struct world *w, enum person as, const char *terms)
{
	return post(w, as, "/offers", fmt(w, "{\"name\":\"Friday\",\"lines\":[{\"product\":\"$product\"}],%s}", terms));
}

const char *offer_made(struct world *w, enum person as, const char *terms)
{
	struct got got = offer_ask_for(w, as, terms);

	expect_status(got, 201);
	return id_in(w, got);
}

struct offer_discount_work claimed(struct world *w, bool *found)
{
	struct offer_discount_work work = { 0 };

	EXPECT_ERR(offer_discount_claim(world_ctx(w, NOBODY), 60, &work, found), OK);
	return work;
}

void shop_did(struct world *w, const struct offer_discount_work *work)
{
	struct ctx *c = world_ctx(w, NOBODY);

	if (str_eq(work->state, S("ending")))
		EXPECT_ERR(offer_discount_ended(c, work), OK);
	else
		EXPECT_ERR(offer_discount_placed(c, work, str_fmt(w->mem, "gid://shopify/DiscountCodeNode/" STR_FMT, STR_ARG(work->code))), OK);
}

int shop_obeys(struct world *w)
{
	struct offer_discount_work work;
	bool found;
	int n = 0;

	for (work = claimed(w, &found); found && n < 100; work = claimed(w, &found)) {
		shop_did(w, &work);
		n++;
	}
	return n;
}

const char *offer_selling(struct world *w, enum person as, const char *terms)
{
	const char *id = offer_made(w, as, terms);

	expect_status(post(w, as, fmt(w, "/offers/%s/activate", id), NULL), 200);
	shop_obeys(w);
	EXPECT_SAME(got_json(w, get(w, as, fmt(w, "/offers/%s", id)), "state"), S("active"));
	return id;
}
