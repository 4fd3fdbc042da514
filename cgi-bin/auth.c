/* auth.c: /auth
 *
 * Accounts of creators: sign-up, login, logout, who am I, and API keys.
 */
#include "lib/account/account.h"
#include "lib/core/config.h"
#include "lib/creator/creator.h"
#include "lib/crypto/crypto.h"
#include "lib/view/creator_view.h"
#include "lib/view/list_view.h"
#include "lib/web/web.h"

#define LOGIN_SLOW_S 900

static enum err me_answer(struct ctx *c, struct res *r, int status)
{
	struct creator me;

	TRY(creator_me(c, &me));
	return res_json(r, status, creator_json(c, &me));
}

struct joining {
	struct creator_ask ask;
	struct str password_hash;
};

static enum err signup_before(struct ctx *c, const struct req *q, void **out)
{
	static const char *const known[] = { "email", "password", "name", "handle", "zone", NULL };
	struct joining *j = NEW(c->mem, struct joining);
	struct str password = { 0 };
	struct json from;

	TRY(json_read_object(c, req_body(q), &from));
	json_only(c, from, known);
	json_want_text(c, from, "email", 3, 254, &j->ask.email);
	json_want_text(c, from, "password", 1, 1000, &password);
	json_want_text(c, from, "name", 1, 80, &j->ask.name);
	json_want_text(c, from, "handle", 1, 30, &j->ask.handle);
	json_want_text(c, from, "zone", 1, 64, &j->ask.zone);
	account_password_check(c, password);
	TRY(creator_check(c, &j->ask, true));
	j->password_hash = crypto_password_hash(c, password);
	*out = j;
	return OK;
}

static enum err signup(struct ctx *c, const struct req *q, struct res *r)
{
	const struct joining *j = q->before;

	TRY(creator_create(c, &j->ask, j->password_hash, &c->creator));
	return me_answer(c, r, 201);
}

static enum err login(struct ctx *c, const struct req *q, struct res *r)
{
	struct account_try try = { .address = q->address, .device = req_cookie_of(c, q, ACCOUNT_DEVICE_COOKIE) };
	struct account_entry entry;
	struct json from;
	enum err e;

	TRY(json_read_object(c, req_body(q), &from));
	json_want_text(c, from, "email", 1, 254, &try.email);
	json_want_text(c, from, "password", 1, 1000, &try.password);
	TRY(fields_must_be_good(c));
	e = account_login(c, &try, &entry);
	if (e == ERR_LOGIN_SLOW)
		res_header(r, "Retry-After", str_fmt(c->mem, "%d", LOGIN_SLOW_S));
	TRY(e);
	c->creator = entry.creator;
	res_cookie(r, ACCOUNT_COOKIE, entry.session, ACCOUNT_SESSION_S);
	res_cookie(r, ACCOUNT_DEVICE_COOKIE, entry.device, ACCOUNT_DEVICE_S);
	return me_answer(c, r, 200);
}

static enum err logout(struct ctx *c, const struct req *q, struct res *r)
{
	TRY(account_logout(c, req_cookie_of(c, q, ACCOUNT_COOKIE)));
	res_cookie(r, ACCOUNT_COOKIE, S(""), -1);
	return res_no_content(r);
}

static enum err me(struct ctx *c, const struct req *q, struct res *r)
{
	(void)q;
	return me_answer(c, r, 200);
}

static enum err change(struct ctx *c, const struct req *q, struct res *r)
{
	static const char *const known[] = { "name", "handle", "zone", NULL };
	struct creator_ask ask;
	struct creator now;
	struct json from;

	TRY(creator_me(c, &now));
	ask = (struct creator_ask){ .name = now.name, .handle = now.handle, .zone = now.zone };
	TRY(json_read_object(c, req_body(q), &from));
	json_only(c, from, known);
	json_want_text(c, from, "name", 1, 80, &ask.name);
	json_want_text(c, from, "handle", 1, 30, &ask.handle);
	json_want_text(c, from, "zone", 1, 64, &ask.zone);
	TRY(creator_check(c, &ask, false));
	TRY(creator_update(c, &ask));
	return me_answer(c, r, 200);
}

static enum err key_create(struct ctx *c, const struct req *q, struct res *r)
{
	static const char *const known[] = { "name", NULL };
	struct jw w = jw_new(c->mem, 4096);
	struct account_key key;
	struct str name = { 0 }, secret, text;
	struct json from;

	TRY(json_read_object(c, req_body(q), &from));
	json_only(c, from, known);
	json_want_text(c, from, "name", 1, 80, &name);
	TRY(account_key_create(c, name, &key, &secret));
	account_key_json(&w, &key, secret);
	r->secret = true;
	text = ID_TEXT(c->mem, key, key.id);
	return res_created(r, str_fmt(c->mem, STR_FMT "/auth/keys/" STR_FMT, STR_ARG(c->config->base_url), STR_ARG(text)), jw_done(&w));
}

static enum err key_list(struct ctx *c, const struct req *q, struct res *r)
{
	struct account_key *keys;
	struct page page;
	struct jw w;
	size_t n;

	TRY(req_page(c, q, ID_key, &page));
	TRY(account_key_list(c, (struct key_id){ page.after }, page.limit + 1, &keys, &n));
	w = list_begin(c);
	for (size_t i = 0; i < n && i < (size_t)page.limit; i++)
		account_key_json(&w, &keys[i], S(""));
	return res_json(r, 200, list_end(&w, ID_key, n > (size_t)page.limit ? keys[page.limit - 1].id.u : (struct uuid){ 0 }));
}

static enum err key_revoke(struct ctx *c, const struct req *q, struct res *r)
{
	struct key_id id;

	TRY(req_id(c, q, "id", ID_key, &id.u));
	TRY(account_key_revoke(c, id));
	return res_no_content(r);
}

static const struct route routes[] = {
	{ POST,   "/auth/signup",   signup,     .who = ANYONE,  .tx = TX_WRITE, .key = IDEMPOTENT, .before = signup_before },
	{ POST,   "/auth/login",    login,      .who = ANYONE,  .tx = TX_NONE },
	{ POST,   "/auth/logout",   logout,     .who = MAYBE,   .tx = TX_WRITE },
	{ GET,    "/auth/me",       me,         .who = CREATOR, .tx = TX_READ },
	{ PATCH,  "/auth/me",       change,     .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ POST,   "/auth/keys",     key_create, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ GET,    "/auth/keys",     key_list,   .who = CREATOR, .tx = TX_READ },
	{ DELETE, "/auth/keys/:id", key_revoke, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
};

const struct app auth_app = { "auth", "api", routes, COUNT(routes) };
