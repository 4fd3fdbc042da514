/* go.c: /go
 *
 * The moment link. A person who means it is sent on to the shop's checkout with a unit held; whoever only looks gets a
 * page. The click is batched: all that wait together share one transaction (DESIGN 5).
 */
#include "cgi-bin/go/go.h"

#include "lib/checkout/guard.h"
#include "lib/checkout/visitor.h"
#include "lib/core/config.h"
#include "lib/stream/live.h"
#include "lib/text/text.h"
#include "lib/view/go_view.h"

#define BOUNCED "b" /* argument of an address that a click was sent back to with our cookie */
#define WAIT_S 5
#define PLACE_MAX 12 /* bytes of ?t= */

struct str form_use(struct ctx *c, struct str code)
{
	return str_fmt(c->mem, "form:" STR_FMT, STR_ARG(str_lower(c->mem, code)));
}

struct str asked(const struct req *q, const char *name)
{
	struct str value = q->method == POST ? req_form(q, name) : (struct str){ 0 };

	return value.n ? value : req_arg(q, name);
}

struct who_asks who_asks(struct ctx *c, const struct req *q)
{
	struct str code = req_param(q, "code"), use = form_use(c, code);
	struct who_asks who = { 0 };
	struct uuid by_token, by_own;

	who.by_cookie = visitor_read(c, S("cookie"), req_cookie_of(c, q, VISITOR_COOKIE), VISITOR_COOKIE_S, &who.visitor,
		&who.seen_ms);
	who.by_token = q->method == POST && visitor_read(c, use, req_form(q, "token"), VISITOR_FORM_S, &by_token, NULL);
	who.self = who.by_cookie ? who.visitor : who.by_token ? by_token : visitor_first(c);
	if (visitor_read(c, wait_use(c, code), asked(q, "w"), WAIT_TOKEN_S, &by_own, &who.own_ms)) {
		who.by_own_link = true;
		who.by_token |= q->method == POST;
		if (!uuid_eq(who.visitor, by_own))
			who.seen_ms = 0; /* the age of somebody else's cookie proves nothing for her */
		who.visitor = by_own;
		return who;
	}
	who.visitor = who.self;
	return who;
}

struct gate_facts facts(struct ctx *c, const struct req *q, const struct who_asks *who)
{
	return (struct gate_facts){
		.is_head = q->method == HEAD, .is_post = q->method == POST,
		.has_visitor = who->by_cookie, .has_token = who->by_token,
		.user_agent = req_header(q, "HTTP_USER_AGENT"),
		.sec_purpose = req_header(q, "HTTP_SEC_PURPOSE"), .purpose = req_header(q, "HTTP_PURPOSE"),
		.x_moz = req_header(q, "HTTP_X_MOZ"), .x_purpose = req_header(q, "HTTP_X_PURPOSE"),
		.fetch_site = req_header(q, "HTTP_SEC_FETCH_SITE"), .fetch_mode = req_header(q, "HTTP_SEC_FETCH_MODE"),
		.fetch_dest = req_header(q, "HTTP_SEC_FETCH_DEST"),
		.origin = req_header(q, "HTTP_ORIGIN"), .own_origin = c->config->base_url,
	};
}

/* "95", "95s", "1m35s", "1h2m3s"; what is anything else says nothing about a place. */
static bool place_read(struct str text, int *second)
{
	int64_t total = 0, n = 0;
	bool digits = false;

	if (!text.n || text.n > PLACE_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char ch = text.p[i];

		if (ch >= '0' && ch <= '9') {
			n = n * 10 + (ch - '0');
			digits = true;
			continue;
		}
		if (!digits || (ch != 'h' && ch != 'm' && ch != 's'))
			return false;
		total += n * (ch == 'h' ? 3600 : ch == 'm' ? 60 : 1);
		n = 0;
		digits = false;
	}
	total += n;
	*second = total > CHECKOUT_SECOND_MAX ? 0 : (int)total;
	return total <= CHECKOUT_SECOND_MAX;
}

enum err ask_read(struct ctx *c, const struct req *q, struct checkout_ask *ask)
{
	struct str variant = asked(q, "v"), units = asked(q, "units");
	int64_t n = 1;

	ask->code = req_param(q, "code");
	if (!text_is_code(ask->code))
		return FAIL(c, ERR_LINK_UNKNOWN, "not the look of a code");
	if (units.p && (!str_int(units, &n) || n < 1 || n > CHECKOUT_UNITS_MAX))
		field_bad(c, "units", "1 to %d", CHECKOUT_UNITS_MAX);
	TRY(fields_must_be_good(c));
	if (variant.n && !ID_READ(variant, variant, &ask->variant))
		return FAIL(c, ERR_VARIANT_UNKNOWN, "not the look of a variant's id");
	ask->units = (int)n;
	ask->has_second = place_read(asked(q, "t"), &ask->second);
	return OK;
}

enum err page(struct res *r, int status, struct str html)
{
	bool http = r->c->config->allow_http;

	res_header(r, "Content-Security-Policy", str_fmt(r->c->mem,
		"default-src 'none'; style-src 'self'; img-src 'self' data: https:%s; form-action 'self' https:%s; base-uri 'none'; "
		"frame-ancestors 'none'", http ? " http:" : "", http ? " http:" : ""));
	return res_html(r, status, html);
}

/* When asking again may help; a page that only has to wait a moment goes on by itself. */
static void come_back(struct ctx *c, struct res *r, enum err why, const struct checkout_outcome *o, const struct checkout_ask *ask)
{
	int64_t seconds = o->expires_ms > c->now_ms ? (o->expires_ms - c->now_ms + 999) / 1000 : WAIT_S;

	if (why == ERR_OFFER_NOT_READY || why == ERR_NOTHING_YET)
		seconds = WAIT_S;
	else if (err_row(why)->status != 429)
		return;
	res_header(r, "Retry-After", str_fmt(c->mem, "%lld", (long long)seconds));
	if (why == ERR_UNPROVEN_CAPPED || why == ERR_HIGH_DEMAND || why == ERR_NOTHING_YET)
		res_header(r, "Refresh", str_fmt(c->mem, "%lld; url=" STR_FMT, (long long)seconds,
			STR_ARG(go_again_path(c, o, ask, NULL))));
}

/* A browser reads a page in the creator's look; a program reads the problem. */
static enum err refuse(struct ctx *c, const struct req *q, struct res *r, enum err why, const struct checkout_outcome *o,
	const struct checkout_ask *asked_for, const struct live_now *now)
{
	struct str token = visitor_token(c, form_use(c, o->code), who_asks(c, q).self);
	struct checkout_ask ask = *asked_for;
	bool wants_json = !q->is_browser && str_find(req_header(q, "HTTP_ACCEPT"), 0, S("json")) != SIZE_MAX;

	if (why == ERR_NOTHING_YET)
		ask.has_second = false; /* nothing will ever have been shown by then; something may be now */
	come_back(c, r, why, o, &ask);
	if (wants_json || uuid_is_nil(o->creator.u))
		return why;
	return page(r, err_row(why)->status, go_refused_page(c, why, o, &ask, token, now));
}

static enum err prefetch(struct res *r)
{
	res_header(r, "Cache-Control", S("no-store"));
	return res_text(r, 503, "text/plain", S(""));
}

static enum ask go_ask(struct ctx *c, const struct req *q, struct res *r, void **out)
{
	struct checkout_ask *ask = NEW(c->mem, struct checkout_ask);
	struct who_asks who = who_asks(c, q);
	struct gate_facts shown = facts(c, q, &who);

	switch (gate_of(&shown)) {
	case GATE_PREFETCH:
		(void)prefetch(r);
		return ASK_DONE;
	case GATE_PREVIEW:
	case GATE_CONFIRM:
		return ASK_ALONE;
	case GATE_PASS:
		break;
	}
	if (ask_read(c, q, ask) != OK) {
		c->fields_n = 0; /* the page for looking says it */
		return ASK_ALONE;
	}
	ask->visitor = who.visitor;
	ask->address = guard_address(c, q->address);
	ask->navigates = gate_navigates(&shown);
	ask->pressed = who.by_token;
	ask->seen_ms = who.seen_ms;
	checkout_ask_mint(c, ask);
	*out = ask;
	return ASK_JOIN;
}

static enum err go_many(struct ctx *c, void *const asks[], size_t n, void **outcomes)
{
	struct checkout_outcome *outs = arena_array(c->mem, n, sizeof *outs);
	const struct checkout_ask **list = arena_array(c->mem, n, sizeof *list);

	for (size_t i = 0; i < n; i++) {
		list[i] = asks[i];
		outcomes[i] = &outs[i];
	}
	TRY(n == 1 ? checkout_start(c, list[0], &outs[0]) : checkout_start_many(c, list, n, outs));
	checkout_clicked(c, outs, n);
	return OK;
}

/* A cookie keeps its age, which speaks for its visitor, until it is time for a new one. Whoever was sent the link of somebody's own
 * becomes nobody else by it. */
static void remember(struct ctx *c, const struct req *q, struct res *r, const struct checkout_ask *ask)
{
	if (who_asks(c, q).by_own_link)
		return;
	if (!ask->seen_ms || c->now_ms - ask->seen_ms > VISITOR_RENEW_S * INT64_C(1000))
		res_cookie(r, VISITOR_COOKIE, visitor_token(c, S("cookie"), ask->visitor), VISITOR_COOKIE_S);
}

/* The button, for a click that the guard did not let through. */
static enum err confirm(struct ctx *c, const struct req *q, struct res *r, const struct checkout_outcome *o,
	const struct checkout_ask *ask)
{
	struct str token = visitor_token(c, form_use(c, ask->code), who_asks(c, q).self);

	return page(r, 200, go_confirm_page(c, o, ask, token));
}

static enum err go_answer(struct ctx *c, const struct req *q, struct res *r, const void *ask_made, const void *outcome_made)
{
	const struct checkout_outcome *o = outcome_made;
	const struct checkout_ask *ask = ask_made;
	const struct live_now unasked = { 0 };
	struct str url;

	remember(c, q, r, ask);
	switch (o->result) {
	case CHECKOUT_STARTED:
	case CHECKOUT_REPEATED:
		TRY(checkout_url(c, o, &url));
		return res_redirect(r, 303, url);
	case CHECKOUT_CHOOSE:
		return page(r, 200, go_picker_page(c, o, ask));
	case CHECKOUT_BOUNCE:
		if (!req_arg(q, BOUNCED).n)
			return res_redirect(r, 303, go_again_path(c, o, ask, BOUNCED));
		return confirm(c, q, r, o, ask); /* a browser that keeps no cookies */
	case CHECKOUT_CONFIRM:
		return confirm(c, q, r, o, ask);
	case CHECKOUT_REFUSED:
		break;
	}
	return refuse(c, q, r, FAIL(c, o->refused, "the click was refused"), o, ask, &unasked);
}

/* Whoever only looks, or asked for what cannot be. */
static enum err look(struct ctx *c, const struct req *q, struct res *r)
{
	struct who_asks who = who_asks(c, q);
	struct gate_facts shown = facts(c, q, &who);
	bool button = gate_of(&shown) == GATE_CONFIRM;
	struct checkout_ask ask = { 0 };
	struct checkout_outcome refused;
	struct checkout_look seen;
	struct live_now now = { 0 };

	TRY(ask_read(c, q, &ask));
	ask.visitor = who.visitor;
	TRY(checkout_look(c, &ask, &seen));
	if (!button)
		checkout_previewed(c, &seen);
	if (seen.refused == OK && !seen.variants)
		seen.refused = ERR_OFFER_NOT_READY;
	if (seen.on_air)
		TRY(live_now(c, seen.creator, &now));
	if (seen.refused != OK) {
		refused = go_look_refused(&seen);
		return refuse(c, q, r, FAIL(c, seen.refused, "seen, and not open"), &refused, &ask, &now);
	}
	return page(r, 200, go_look_page(c, &seen, &now, &ask,
		button ? visitor_token(c, form_use(c, ask.code), who.self) : S("")));
}

static enum err held(struct ctx *c, const struct req *q, struct checkout_held *out, struct uuid *visitor)
{
	struct str code = req_param(q, "code");

	*visitor = (struct uuid){ 0 };
	if (!text_is_code(code))
		return FAIL(c, ERR_LINK_UNKNOWN, "not the look of a code");
	(void)visitor_read(c, S("cookie"), req_cookie_of(c, q, VISITOR_COOKIE), VISITOR_COOKIE_S, visitor, NULL);
	return checkout_held(c, code, *visitor, out);
}

static enum err hold(struct ctx *c, const struct req *q, struct res *r)
{
	struct checkout_held what;
	struct uuid visitor;

	TRY(held(c, q, &what, &visitor));
	return page(r, 200, go_hold_page(c, &what));
}

static enum err release(struct ctx *c, const struct req *q, struct res *r)
{
	struct checkout_held what;
	struct uuid visitor;
	bool released;

	TRY(held(c, q, &what, &visitor));
	if (!uuid_is_nil(what.session.u))
		TRY(checkout_release(c, what.session, visitor, &released));
	return res_redirect(r, 303, str_fmt(c->mem, "/go/" STR_FMT "/hold", STR_ARG(what.code)));
}

static const struct batch click = { go_ask, go_many, go_answer, .one_statement = true };

static const struct route routes[] = {
	{ GET,  "/go/:code",         look,    .who = ANYONE, .tx = TX_READ,  .page = true, .batch = &click },
	{ POST, "/go/:code",         look,    .who = ANYONE, .tx = TX_READ,  .page = true, .batch = &click },
	{ GET,  "/go/:code/hold",    hold,    .who = ANYONE, .tx = TX_READ,  .page = true },
	{ POST, "/go/:code/release", release, .who = ANYONE, .tx = TX_WRITE, .page = true },
	{ GET,  "/go/:code/wait",    wait_page, .who = ANYONE, .tx = TX_WRITE, .page = true, .again_s = 10 },
	{ POST, "/go/:code/wait",    wait_join, .who = ANYONE, .tx = TX_WRITE, .page = true },
	{ POST, "/go/:code/leave",   wait_leave, .who = ANYONE, .tx = TX_WRITE, .page = true },
};

const struct app go_app = { "go", "go", routes, COUNT(routes) };
