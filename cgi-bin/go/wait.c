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
static struct str own_path(struct ctx *c, struct str code, struct uuid visitor)
{
	return str_fmt(c->mem, "/go/" STR_FMT "/wait?w=" STR_FMT, STR_ARG(code), STR_ARG(visitor_token(c, wait_use(c, code), visitor)));
}

static enum err to_link(struct ctx *c, struct res *r, const struct checkout_ask *ask)
{
	return res_redirect(r, 303, go_ask_path(c, ask));
}

enum err wait_join(struct ctx *c, const struct req *q, struct res *r)
{
	struct who_asks who = who_asks(c, q);
	struct checkout_ask ask = { 0 };
	struct str code;

	TRY(ask_read(c, q, &ask));
	if (!who.by_cookie && !who.by_token)
		return to_link(c, r, &ask); /* not from a page of ours */
	ask.visitor = who.visitor;
	ask.address = guard_address(c, q->address);
	TRY(waitlist_join(c, &ask, &code));
	if (!who.by_cookie)
		res_cookie(r, VISITOR_COOKIE, visitor_token(c, S("cookie"), ask.visitor), VISITOR_COOKIE_S);
	return code.n ? res_redirect(r, 303, own_path(c, code, ask.visitor)) : to_link(c, r, &ask);
}

/* Somebody who may have a place here. */
static bool may_wait(struct ctx *c, const struct req *q, const struct who_asks *who)
{
	struct gate_facts shown = facts(c, q, who);
	enum gate gate = gate_of(&shown);

	return gate != GATE_PREVIEW && gate != GATE_PREFETCH && (who->by_own_link || who->by_cookie);
}

enum err wait_page(struct ctx *c, const struct req *q, struct res *r)
{
	struct who_asks who = who_asks(c, q);
	struct checkout_ask ask = { .code = req_param(q, "code"), .units = 1 };
	struct waitlist_place place;
	struct checkout_look seen;
	struct str own;

	if (!text_is_code(ask.code))
		return FAIL(c, ERR_LINK_UNKNOWN, "not the look of a code");
	if (!may_wait(c, q, &who))
		return to_link(c, r, &ask);
	ask.visitor = who.visitor;
	checkout_ask_mint(c, &ask);
	TRY(waitlist_look(c, &ask, &place));
	if (place.state == WAITLIST_NONE)
		return to_link(c, r, &ask);
	ask.variant = place.variant;
	ask.units = place.units;
	ask.has_second = place.has_second;
	ask.second = place.second;
	if (checkout_look(c, &ask, &seen) != OK)
		return to_link(c, r, &ask); /* the offer was changed meanwhile */
	own = own_path(c, seen.code, ask.visitor);
	if (place.state == WAITLIST_WAITING || place.state == WAITLIST_OFFERED)
		res_header(r, "Refresh", str_fmt(c->mem, "%d; url=" STR_FMT, place.again_s, STR_ARG(own)));
	res_header(r, "Referrer-Policy", S("no-referrer")); /* the address is the place */
	return page(r, 200, go_wait_page(c, &seen, &place, &ask, own, visitor_token(c, wait_use(c, seen.code), ask.visitor)));
}

enum err wait_leave(struct ctx *c, const struct req *q, struct res *r)
{
	struct who_asks who = who_asks(c, q);
	struct str code = req_param(q, "code");

	if (!text_is_code(code))
		return FAIL(c, ERR_LINK_UNKNOWN, "not the look of a code");
	if (!who.by_own_link && !who.by_cookie)
		return res_redirect(r, 303, str_fmt(c->mem, "/go/" STR_FMT, STR_ARG(code)));
	TRY(waitlist_leave(c, code, who.visitor));
	return res_redirect(r, 303, own_path(c, code, who.visitor));
}
