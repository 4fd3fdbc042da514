/* wait.c: the line for what is sold out
 *
 * The page of one who waits looks again by itself, and her look is what keeps her place and takes her turn; so it writes,
 * though it is a GET, and whoever only previews or prefetches is sent to the link instead.
 */
#include "cgi-bin/go/go.h"
#include "lib/checkout/guard.h"
#include "lib/checkout/visitor.h"
#include "lib/core/config.h"
#include "lib/text/text.h"
#include "lib/view/go_view.h"

struct str wait_use(struct ctx *c, struct str code)
{
	return str_fmt(c->mem, "wait:" STR_FMT, STR_ARG(str_lower(c->mem, code)));
}

/* The link of her own, which is her place wherever she opens it. */
static struct str own_path(struct ctx *c, const struct checkout_ask *ask, struct str token)
{
	struct str path = str_fmt(c->mem, "/go/" STR_FMT "/wait?w=" STR_FMT, STR_ARG(ask->code), STR_ARG(token));

	return uuid_is_nil(ask->variant.u) ? path :
		str_fmt(c->mem, STR_FMT "&v=" STR_FMT, STR_ARG(path), STR_ARG(ID_TEXT(c->mem, variant, ask->variant)));
}

static struct str fresh_token(struct ctx *c, const struct checkout_ask *ask)
{
	return visitor_token(c, wait_use(c, ask->code), ask->visitor);
}

static enum err to_link(struct ctx *c, struct res *r, const struct checkout_ask *ask)
{
	return res_redirect(r, 303, go_ask_path(c, ask));
}

enum err wait_join(struct ctx *c, const struct req *q, struct res *r)
{
	struct who_asks who = who_asks(c, q);
	struct gate_facts shown = facts(c, q, &who);
	struct checkout_ask ask = { 0 };
	struct str code;

	TRY(ask_read(c, q, &ask));
	if (gate_of(&shown) != GATE_PASS || (!who.by_cookie && !who.by_token))
		return to_link(c, r, &ask); /* not from a page of ours */
	ask.visitor = who.visitor;
	ask.address = guard_address(c, q->address);
	TRY(waitlist_join(c, &ask, &code));
	if (!who.by_cookie && !who.by_own_link)
		res_cookie(r, VISITOR_COOKIE, visitor_token(c, S("cookie"), ask.visitor), VISITOR_COOKIE_S);
	if (!code.n)
		return to_link(c, r, &ask);
	ask.code = code;
	return res_redirect(r, 303, own_path(c, &ask, fresh_token(c, &ask)));
}

/* Somebody who may have a place here. */
static bool may_wait(struct ctx *c, const struct req *q, const struct who_asks *who)
{
	struct gate_facts shown = facts(c, q, who);
	enum gate gate = gate_of(&shown);

	return gate != GATE_PREVIEW && gate != GATE_PREFETCH && (who->by_own_link || who->by_cookie);
}

/* The token that came stays, so that her page has one address and leaves no trail of them behind her. */
static struct str token_for(struct ctx *c, const struct req *q, const struct who_asks *who, const struct checkout_ask *ask)
{
	bool same_link = str_eq_nocase(req_param(q, "code"), ask->code);
	bool young = c->now_ms - who->own_ms < WAIT_TOKEN_S / 2 * INT64_C(1000);

	return who->by_own_link && same_link && young ? asked(q, "w") : fresh_token(c, ask);
}

/* What she holds is shown as it was promised to her, whatever the offer says by now; of what it has no more only whose link
 * it is. */
static enum err seen_of(struct ctx *c, const struct checkout_ask *ask, const struct waitlist_place *place,
	struct checkout_look *seen)
{
	struct checkout_held held = { 0 };
	enum err e = checkout_look(c, ask, seen);

	if (e != OK && e != ERR_VARIANT_UNKNOWN)
		return e;
	if (place->hold_ms)
		TRY(checkout_held(c, ask->code, ask->visitor, &held));
	if (uuid_is_nil(held.session.u) || !uuid_eq(held.variant.u, ask->variant.u))
		return OK;
	seen->product_title = held.product_title;
	seen->variant_title = held.variant_title;
	seen->image_url = held.image_url;
	seen->list = held.list;
	seen->price = held.price;
	return OK;
}

/* Nobody is sent to the shop by a link that is over, even with what is set aside. */
static void closed_with_its_link(struct waitlist_place *place, enum err refused)
{
	if (refused != ERR_LINK_CLOSED && refused != ERR_LINK_EXPIRED && refused != ERR_OFFER_CLOSED && refused != ERR_SHOP_GONE)
		return;
	place->hold_ms = 0;
	if (place->state == WAITLIST_OFFERED)
		place->state = WAITLIST_OVER;
}

enum err wait_page(struct ctx *c, const struct req *q, struct res *r)
{
	struct who_asks who = who_asks(c, q);
	struct checkout_ask ask = { .code = req_param(q, "code"), .units = 1 };
	struct waitlist_place place;
	struct checkout_look seen;
	struct str token, own;

	if (!text_is_code(ask.code))
		return FAIL(c, ERR_LINK_UNKNOWN, "not the look of a code");
	if (!may_wait(c, q, &who))
		return to_link(c, r, &ask);
	(void)ID_READ(variant, req_arg(q, "v"), &ask.variant);
	ask.visitor = who.visitor;
	checkout_ask_mint(c, &ask);
	TRY(waitlist_look(c, &ask, &place));
	if (place.state == WAITLIST_NONE)
		return to_link(c, r, &ask);
	ask.code = place.code;
	ask.variant = place.variant;
	ask.units = place.units;
	ask.has_second = place.has_second;
	ask.second = place.second;
	TRY(seen_of(c, &ask, &place, &seen));
	closed_with_its_link(&place, seen.refused);
	token = token_for(c, q, &who, &ask);
	own = own_path(c, &ask, token);
	if (place.state == WAITLIST_WAITING || place.state == WAITLIST_OFFERED)
		res_header(r, "Refresh", str_fmt(c->mem, "%d; url=" STR_FMT, place.again_s, STR_ARG(own)));
	res_header(r, "Referrer-Policy", S("no-referrer")); /* the address is the place */
	return page(r, 200, go_wait_page(c, &seen, &place, &ask, own, token));
}

enum err wait_leave(struct ctx *c, const struct req *q, struct res *r)
{
	struct who_asks who = who_asks(c, q);
	struct checkout_ask ask = { 0 };

	TRY(ask_read(c, q, &ask));
	if (!who.by_own_link && !who.by_cookie)
		return to_link(c, r, &ask);
	ask.visitor = who.visitor;
	TRY(waitlist_leave(c, &ask));
	return res_redirect(r, 303, own_path(c, &ask, fresh_token(c, &ask)));
}
