/* caller.c: who asks, and whether the asking was theirs (cross-site request forgery).
 * Source  Fetch Metadata (W3C), the OWASP CSRF cheat sheet, RFC 6750
 */
#include "lib/account/account.h"
#include "lib/crypto/crypto.h"
#include "lib/web/inside.h"

static bool is_unsafe(const struct req *q)
{
	return q->method != GET && q->method != HEAD && q->method != OPTIONS;
}

/* What the browser says about where a request came from. */
enum origin { ORIGIN_UNTOLD, ORIGIN_OURS, ORIGIN_FOREIGN };

static enum origin origin_of(struct ctx *c, const struct req *q)
{
	struct str site = req_header(q, "HTTP_SEC_FETCH_SITE"), origin = req_header(q, "HTTP_ORIGIN");

	if (site.n > 0)
		return str_eq(site, S("same-origin")) || str_eq(site, S("none")) ? ORIGIN_OURS : ORIGIN_FOREIGN;
	if (origin.n > 0)
		return str_eq(origin, c->config->base_url) ? ORIGIN_OURS : ORIGIN_FOREIGN;
	return ORIGIN_UNTOLD;
}

/* A form proves itself by the session's token; a script's call by its origin or by a header no form can send. */
static enum err session_must_mean_it(struct ctx *c, const struct req *q)
{
	enum origin origin = origin_of(c, q);

	if (!is_unsafe(q))
		return OK;
	if (origin == ORIGIN_FOREIGN)
		return FAIL(c, ERR_CSRF, "asked from another site");
	if (str_eq(q->content_type, S("application/x-www-form-urlencoded"))) {
		if (c->csrf.n > 0 && crypto_same(req_form(q, "csrf"), c->csrf))
			return OK;
		return FAIL(c, ERR_CSRF, "the form's token is not the session's");
	}
	if (origin == ORIGIN_OURS || (c->csrf.n > 0 && crypto_same(req_header(q, "HTTP_X_CSRF"), c->csrf)))
		return OK;
	return FAIL(c, ERR_CSRF, "nothing says that our page asked");
}

/* Without a session there is still a login to forge. */
static enum err stranger_must_mean_it(struct ctx *c, const struct req *q)
{
	if (is_unsafe(q) && origin_of(c, q) == ORIGIN_FOREIGN)
		return FAIL(c, ERR_CSRF, "asked from another site");
	return OK;
}

static struct str bearer_of(const struct req *q)
{
	struct str header = str_trim(req_header(q, "HTTP_AUTHORIZATION"));
	struct str scheme = str_cut(&header, ' ');

	return str_eq_nocase(scheme, S("bearer")) ? str_trim(header) : (struct str){ 0 };
}

static void take(struct ctx *c, const struct account_caller *found)
{
	c->creator = found->creator;
	c->caller = found->caller;
	c->csrf = found->csrf;
}

/* A key that is wrong is nobody, even beside a good cookie: the caller meant the key. */
static enum err identify(struct ctx *c, const struct req *q)
{
	struct account_caller found = { 0 };
	struct str bearer = bearer_of(q), session = req_cookie_of(c, q, ACCOUNT_COOKIE);

	if (bearer.n > 0) {
		TRY(account_by_key(c, bearer, &found));
		if (found.found)
			take(c, &found);
		return OK;
	}
	if (session.n > 0)
		TRY(account_by_session(c, session, &found));
	if (!found.found)
		return stranger_must_mean_it(c, q);
	take(c, &found);
	return session_must_mean_it(c, q);
}

enum err caller_find(struct ctx *c, const struct req *q, const struct route *route)
{
	switch (route->who) {
	case WHO_UNSTATED:
		return FAIL(c, ERR_INTERNAL, "%s does not say who may call", route->path);
	case PLATFORM:
		return OK;
	case ANYONE:
		return stranger_must_mean_it(c, q);
	case MAYBE:
		return identify(c, q);
	case CREATOR:
		TRY(identify(c, q));
		return uuid_is_nil(c->creator.u) ? FAIL(c, ERR_LOGIN_NEEDED, "nobody we know") : OK;
	}
	return FAIL(c, ERR_INTERNAL, "who is %d", (int)route->who);
}
