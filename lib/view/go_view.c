#include "lib/view/go_view.h"

#include "lib/core/buf.h"
#include "lib/core/config.h"
#include "lib/core/time.h"
#include "lib/core/utf8.h"
#include "lib/view/live_banner.h"
#include "templates/go_confirm.h"
#include "templates/go_hold.h"
#include "templates/go_picker.h"
#include "templates/go_refused.h"
#include "templates/go_wait.h"

#define PAGE_MAX (1 << 20)
#define HUES 8
#define FEW 5

static struct tpl_layout_public look_of(struct ctx *c, struct creator_id creator, struct str name, struct str handle)
{
	struct str first = { name.p, name.n ? utf8_step(name.p, name.n) : 0 };

	if (first.n == 1 && first.p[0] >= 'a' && first.p[0] <= 'z')
		first = str_fmt(c->mem, "%c", first.p[0] - 'a' + 'A');
	return (struct tpl_layout_public){
		.creator_name = name, .creator_handle = handle, .monogram = first, .hue = creator.u.b[15] % HUES };
}

/* Shopify's name for the only variant of a product. */
static struct str variant_name(struct str title)
{
	return str_eq(title, S("Default Title")) ? S("") : title;
}

static int64_t save_percent(struct money list, struct money price)
{
	if (list.minor <= 0 || price.minor >= list.minor)
		return 0;
	return (list.minor - price.minor) * 100 / list.minor;
}

/* The way back to a link, with all that was asked for: with NULL: no argument more. */
static struct str go_path(struct ctx *c, struct str code, struct variant_id variant, const struct checkout_ask *ask, const char *with)
{
	struct buf b = buf_new(c->mem, 256);
	char sign = '?';

	buf_put(&b, S("/go/"));
	buf_url_part(&b, code);
	if (!uuid_is_nil(variant.u)) {
		buf_fmt(&b, "%cv=" STR_FMT, sign, STR_ARG(ID_TEXT(c->mem, variant, variant)));
		sign = '&';
	}
	if (ask->units > 1) {
		buf_fmt(&b, "%cunits=%d", sign, ask->units);
		sign = '&';
	}
	if (ask->has_second) {
		buf_fmt(&b, "%ct=%d", sign, ask->second);
		sign = '&';
	}
	if (with)
		buf_fmt(&b, "%c%s=1", sign, with);
	return buf_str(&b);
}

/* The product that all choices are of; empty when they differ. */
static struct str common_product(const struct checkout_outcome *o)
{
	for (size_t i = 1; i < o->choices_n; i++) {
		if (!str_eq(o->choices[i].product, o->choices[0].product))
			return S("");
	}
	return o->choices_n ? o->choices[0].product : S("");
}

static const struct tpl_part_choice *choices_of(struct ctx *c, const struct checkout_outcome *o, const struct checkout_ask *ask)
{
	struct tpl_part_choice *out = arena_array(c->mem, o->choices_n, sizeof *out);
	bool is_one = common_product(o).n > 0;

	for (size_t i = 0; i < o->choices_n; i++) {
		const struct checkout_choice *choice = &o->choices[i];

		out[i] = (struct tpl_part_choice){
			.url = go_path(c, o->code, choice->id, ask, NULL),
			.product = choice->product, .variant = variant_name(choice->title), .named = !is_one,
			.image = choice->image_url,
			.list = choice->list, .price = choice->price,
			.save_percent = save_percent(choice->list, choice->price),
			.few = choice->limited && choice->left <= FEW ? choice->left : 0,
			.gone = o->result == CHECKOUT_CHOOSE && choice->limited && choice->left < ask->units,
		};
	}
	return out;
}

/* What a card of the link is called elsewhere. */
static struct str card_title(struct ctx *c, struct str product, struct str creator)
{
	return str_fmt(c->mem, STR_FMT "%s" STR_FMT, STR_ARG(product), product.n ? " · " : "", STR_ARG(creator));
}

static struct str go_url(struct ctx *c, struct str code)
{
	return str_fmt(c->mem, STR_FMT "/go/" STR_FMT, STR_ARG(c->config->base_url), STR_ARG(code));
}

static struct str live_of(const struct live_now *now, struct str name)
{
	return live_banner_n(now) ? live_title(now, name) : S("");
}

struct str go_look_page(struct ctx *c, const struct checkout_look *look, const struct live_now *now, const struct checkout_ask *ask,
	struct str token)
{
	struct buf b = buf_new(c->mem, PAGE_MAX);
	bool chosen = look->variants == 1;

	tpl_go_confirm(&b, &(struct tpl_go_confirm){
		.title = card_title(c, look->product_title, look->creator_name), .url = go_url(c, look->code), .sold_out = look->sold_out,
		.code = look->code, .product = look->product_title,
		.variant = chosen ? variant_name(look->variant_title) : S(""),
		.image = look->image_url, .list = look->list, .price = look->price,
		.amount = money_decimal(c->mem, look->price), .currency = currency_str(&look->price.currency),
		.save_percent = save_percent(look->list, look->price), .is_from = !chosen, .token = token,
		.variant_id = chosen ? ID_TEXT(c->mem, variant, look->variant) : S(""),
		.units = ask->units, .several = ask->units > 1, .has_second = ask->has_second, .second = ask->second,
		.live = live_of(now, look->creator_name),
		.layout = look_of(c, look->creator, look->creator_name, look->creator_handle),
	});
	return buf_str(&b);
}

struct str go_confirm_page(struct ctx *c, const struct checkout_outcome *o, const struct checkout_ask *ask, struct str token)
{
	const struct live_now nobody = { 0 };
	struct checkout_look look = {
		.link = o->link, .creator = o->creator, .code = o->code, .creator_name = o->creator_name,
		.creator_handle = o->creator_handle, .storefront_url = o->storefront_url, .variants = 1, .variant = o->variant,
		.product_title = o->product_title, .product_handle = o->product_handle, .variant_title = o->variant_title,
		.image_url = o->image_url, .list = o->list, .price = o->price,
	};

	return go_look_page(c, &look, &nobody, ask, token);
}

struct str go_again_path(struct ctx *c, const struct checkout_outcome *o, const struct checkout_ask *ask, const char *with)
{
	return go_path(c, o->code, o->variant, ask, with);
}

struct str go_picker_page(struct ctx *c, const struct checkout_outcome *o, const struct checkout_ask *ask)
{
	struct buf b = buf_new(c->mem, PAGE_MAX);
	bool holds = !uuid_is_nil(o->session.u);
	struct str product = common_product(o);
	struct checkout_ask held = *ask;

	held.units = o->units;
	tpl_go_picker(&b, &(struct tpl_go_picker){
		.title = str_fmt(c->mem, STR_FMT "%s" STR_FMT, STR_ARG(product), product.n ? " · " : "", STR_ARG(o->creator_name)),
		.product = product, .choices = choices_of(c, o, ask), .choices_n = o->choices_n, .code = o->code,
		.held_until = holds ? o->expires_ms : 0, .held_product = o->product_title,
		.held_variant = variant_name(o->variant_title), .held_units = o->units,
		.held_url = go_path(c, o->code, o->variant, &held, NULL),
		.layout = look_of(c, o->creator, o->creator_name, o->creator_handle),
	});
	return buf_str(&b);
}

/* The product's own page at the shop, or the shop. */
static struct str shop_page(struct ctx *c, const struct checkout_outcome *o)
{
	struct buf b = buf_new(c->mem, 4096);

	if (!o->storefront_url.n)
		return S("");
	buf_put(&b, o->storefront_url);
	if (o->product_handle.n) {
		buf_put(&b, S("/products/"));
		buf_url_part(&b, o->product_handle);
	}
	return b.full ? S("") : buf_str(&b);
}

/* What each refusal says and offers. */
struct shown {
	bool sold_out, over, used_up, early, soon, no_variant, yet;
	bool cooling, visitor_full, address_full, moment, busy; /* the guard's */
	bool again; /* asking again may help */
	bool shop;  /* the shop sells it still, at its own price */
};

static struct shown shown_of(enum err refused)
{
	static const struct {
		enum err refused;
		struct shown shown;
	} table[] = {
		{ ERR_SOLD_OUT, { .sold_out = true, .again = true } },
		{ ERR_LINK_CLOSED, { .over = true, .shop = true } },
		{ ERR_LINK_EXPIRED, { .over = true, .shop = true } },
		{ ERR_OFFER_CLOSED, { .over = true, .shop = true } },
		{ ERR_SHOP_GONE, { .over = true } },
		{ ERR_LINK_EXHAUSTED, { .used_up = true, .shop = true } },
		{ ERR_OFFER_EXHAUSTED, { .used_up = true, .again = true, .shop = true } },
		{ ERR_OFFER_EARLY, { .early = true } },
		{ ERR_NOTHING_YET, { .yet = true } },
		{ ERR_OFFER_NOT_READY, { .soon = true, .again = true } },
		{ ERR_HOLD_COOLING, { .cooling = true, .shop = true } },
		{ ERR_VISITOR_CAPPED, { .visitor_full = true, .again = true, .shop = true } },
		{ ERR_ADDRESS_CAPPED, { .address_full = true, .again = true, .shop = true } },
		{ ERR_UNPROVEN_CAPPED, { .moment = true, .again = true } },
		{ ERR_HIGH_DEMAND, { .busy = true, .again = true, .shop = true } },
		{ ERR_VARIANT_UNKNOWN, { .no_variant = true, .again = true } },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		if (table[i].refused == refused)
			return table[i].shown;
	}
	return (struct shown){ 0 };
}

struct str go_refused_page(struct ctx *c, enum err refused, const struct checkout_outcome *o, const struct checkout_ask *ask,
	struct str token, const struct live_now *now)
{
	struct variant_id again = refused == ERR_VARIANT_UNKNOWN ? (struct variant_id){ 0 } : o->variant;
	struct shown shown = shown_of(refused);
	struct buf b = buf_new(c->mem, PAGE_MAX);

	tpl_go_refused(&b, &(struct tpl_go_refused){
		.title = str_of(err_row(refused)->title), .card = card_title(c, o->product_title, o->creator_name), .url = go_url(c, o->code),
		.live = live_of(now, o->creator_name), .code = o->code, .product = o->product_title,
		.variant = variant_name(o->variant_title), .image = o->image_url,
		.sold_out = shown.sold_out, .over = shown.over, .used_up = shown.used_up, .soon = shown.soon,
		.cooling = shown.cooling, .visitor_full = shown.visitor_full, .address_full = shown.address_full,
		.moment = shown.moment, .busy = shown.busy, .yet = shown.yet,
		.again_at = shown.cooling || shown.visitor_full || shown.address_full ? o->expires_ms : 0,
		.faded = shown.sold_out || shown.over || shown.used_up || shown.no_variant, .plain_title = !shown.sold_out && !shown.soon && !shown.yet,
		.no_variant = shown.no_variant, .starts = shown.early ? o->expires_ms : 0,
		.begins = shown.early ? time_human(c->mem, o->expires_ms) : S(""),
		.choices = choices_of(c, o, ask), .choices_n = shown.sold_out ? o->choices_n : 0,
		.all_gone = uuid_is_nil(o->variant.u),
		.token = shown.sold_out && !uuid_is_nil(o->variant.u) ? token : S(""),
		.variant_id = ID_TEXT(c->mem, variant, o->variant), .units = ask->units,
		.second = ask->has_second ? str_fmt(c->mem, "%d", ask->second) : S(""),
		.again_url = shown.again ? go_path(c, o->code, again, ask, NULL) : S(""),
		.shop_url = shown.shop ? shop_page(c, o) : S(""),
		.layout = look_of(c, o->creator, o->creator_name, o->creator_handle),
	});
	return buf_str(&b);
}

struct str go_ask_path(struct ctx *c, const struct checkout_ask *ask)
{
	return go_path(c, ask->code, ask->variant, ask, NULL);
}

/* What a tab in the background can tell. */
static const char *wait_word(enum waitlist_state state)
{
	return state == WAITLIST_OFFERED ? "Your turn" : state == WAITLIST_WAITING ? "In line" : "The line";
}

struct str go_wait_page(struct ctx *c, const struct checkout_look *look, const struct waitlist_place *place, const struct checkout_ask *ask,
	struct str own, struct str token)
{
	bool again = place->state == WAITLIST_PASSED || place->state == WAITLIST_LEFT || place->state == WAITLIST_OVER;
	struct buf b = buf_new(c->mem, PAGE_MAX);

	tpl_go_wait(&b, &(struct tpl_go_wait){
		.title = str_fmt(c->mem, "%s · " STR_FMT, wait_word(place->state),
			STR_ARG(look->product_title.n ? look->product_title : look->creator_name)),
		.code = look->code, .product = look->product_title, .variant = variant_name(look->variant_title), .image = look->image_url,
		.list = look->list, .price = look->price, .save_percent = save_percent(look->list, look->price),
		.token = token, .own = own, .variant_id = ID_TEXT(c->mem, variant, ask->variant),
		.units = ask->units, .several = ask->units > 1, .second = ask->has_second ? str_fmt(c->mem, "%d", ask->second) : S(""),
		.waiting = place->state == WAITLIST_WAITING, .held_up = place->held_up, .first = place->ahead == 0, .ahead = place->ahead,
		.ends = place->ends_ms, .offered = place->state == WAITLIST_OFFERED, .until = place->hold_ms,
		.taken = place->state == WAITLIST_TAKEN, .passed = place->state == WAITLIST_PASSED, .left = place->state == WAITLIST_LEFT,
		.over = place->state == WAITLIST_OVER, .again = again,
		.layout = look_of(c, look->creator, look->creator_name, look->creator_handle),
	});
	return buf_str(&b);
}

struct str go_hold_page(struct ctx *c, const struct checkout_held *held)
{
	struct checkout_ask same = { .units = held->units };
	bool holds = !uuid_is_nil(held->session.u);
	struct buf b = buf_new(c->mem, PAGE_MAX);

	tpl_go_hold(&b, &(struct tpl_go_hold){
		.title = holds ? held->product_title : held->creator_name, .code = held->code,
		.product = held->product_title, .variant = variant_name(held->variant_title), .image = held->image_url,
		.list = held->list, .price = held->price, .save_percent = save_percent(held->list, held->price),
		.units = held->units, .until = holds ? held->expires_ms : 0,
		.checkout_url = go_path(c, held->code, held->variant, &same, NULL),
		.layout = look_of(c, held->creator, held->creator_name, held->creator_handle),
	});
	return buf_str(&b);
}

struct checkout_outcome go_look_refused(const struct checkout_look *look)
{
	struct checkout_outcome o = {
		.result = CHECKOUT_REFUSED, .refused = look->refused, .expires_ms = look->starts_ms, .units = 1,
		.storefront_url = look->storefront_url, .product_title = look->product_title,
		.product_handle = look->product_handle, .image_url = look->image_url, .code = look->code,
		.creator_name = look->creator_name, .creator_handle = look->creator_handle,
	};

	o.creator = look->creator;
	o.link = look->link;
	if (look->variants == 1)
		o.variant = look->variant;
	return o;
}
