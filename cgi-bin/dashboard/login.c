/* login.c: the door: logging in, making an account, logging out. Passwords are hashed outside any transaction. */
#include "cgi-bin/dashboard/dashboard.h"

#include "lib/account/account.h"
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"
#include "templates/dashboard/login.h"
#include "templates/dashboard/signup.h"

#define NEXT_MAX 2000

/* Where somebody was going: a page of ours, and nothing a browser could read as another host. */
static struct str next_of(struct str next)
{
	if (next.n < 2 || next.n > NEXT_MAX || next.p[0] != '/' || next.p[1] == '/')
		return S("/dashboard");
	for (size_t i = 0; i < next.n; i++) {
		if (next.p[i] <= ' ' || next.p[i] >= 0x7f || next.p[i] == '\\')
			return S("/dashboard");
	}
	return next;
}

static enum err enter(struct res *r, struct str session, struct str next)
{
	res_cookie(r, ACCOUNT_COOKIE, session, ACCOUNT_SESSION_S);
	return res_redirect(r, 303, next);
}

static enum err login_show(struct ctx *c, struct res *r, struct str email, struct str next, enum err refused)
{
	struct buf b = dash_buf(c);

	tpl_dashboard_login(&b, &(struct tpl_dashboard_login){
		.email = email, .next = next, .problem = dash_problem(refused) });
	return res_html(r, dash_status(refused), buf_str(&b));
}

enum err dash_login_page(struct ctx *c, const struct req *q, struct res *r)
{
	struct str next = next_of(req_arg(q, "next"));

	if (!uuid_is_nil(c->creator.u))
		return res_redirect(r, 303, next);
	return login_show(c, r, S(""), next, OK);
}

enum err dash_login(struct ctx *c, const struct req *q, struct res *r)
{
	struct account_try try = { .email = req_form(q, "email"), .password = req_form(q, "password"), .address = q->address,
		.device = req_cookie_of(c, q, ACCOUNT_DEVICE_COOKIE) };
	struct str next = next_of(req_form(q, "next"));
	struct account_entry entry;
	enum err e = account_login(c, &try, &entry);

	if (e == ERR_LOGIN_WRONG || e == ERR_LOGIN_SLOW)
		return login_show(c, r, req_form(q, "email"), next, e);
	TRY(e);
	res_cookie(r, ACCOUNT_DEVICE_COOKIE, entry.device, ACCOUNT_DEVICE_S);
	return enter(r, entry.session, next);
}

static enum err signup_show(struct ctx *c, const struct req *q, struct res *r, enum err refused)
{
	static const char *const shown[] = { "name", "handle", "email", "password", NULL };
	struct buf b = dash_buf(c);
	size_t others_n;
	const struct tpl_part_dash_wrong *others = dash_others(c, shown, &others_n);

	tpl_dashboard_signup(&b, &(struct tpl_dashboard_signup){
		.name = req_form(q, "name"), .handle = req_form(q, "handle"), .email = req_form(q, "email"),
		.problem = dash_problem(refused), .others = others, .others_n = others_n,
		.wrong_name = dash_wrong(c, "name"), .wrong_password = dash_wrong(c, "password"),
		.wrong_handle = dash_wrong_or(c, "handle", refused, ERR_HANDLE_TAKEN),
		.wrong_email = dash_wrong_or(c, "email", refused, ERR_EMAIL_TAKEN),
	});
	return res_html(r, dash_status(refused), buf_str(&b));
}

enum err dash_signup_page(struct ctx *c, const struct req *q, struct res *r)
{
	if (!uuid_is_nil(c->creator.u))
		return res_redirect(r, 303, S("/dashboard"));
	return signup_show(c, q, r, OK);
}

struct joining {
	struct creator_ask ask;
	struct str password_hash, token;
};

static enum err join(struct ctx *c, void *arg)
{
	struct joining *j = arg;
	struct creator_id id;

	TRY(creator_create(c, &j->ask, j->password_hash, &id));
	return account_session_open(c, id, &j->token);
}

static enum err join_with(struct ctx *c, const struct req *q, struct joining *j)
{
	struct str password = req_form(q, "password");

	*j = (struct joining){ .ask = {
		.email = req_form(q, "email"), .handle = req_form(q, "handle"), .name = req_form(q, "name") } };
	account_password_check(c, password);
	TRY(creator_check(c, &j->ask, true));
	TRY(fields_must_be_good(c));
	j->password_hash = crypto_password_hash(c, password);
	return db_in_tx(c, join, j);
}

enum err dash_signup(struct ctx *c, const struct req *q, struct res *r)
{
	struct joining j;
	enum err e = join_with(c, q, &j);

	if (e == ERR_BAD_INPUT || e == ERR_EMAIL_TAKEN || e == ERR_HANDLE_TAKEN)
		return signup_show(c, q, r, e);
	TRY(e);
	return enter(r, j.token, S("/dashboard"));
}

enum err dash_logout(struct ctx *c, const struct req *q, struct res *r)
{
	TRY(account_logout(c, req_cookie_of(c, q, ACCOUNT_COOKIE)));
	res_cookie(r, ACCOUNT_COOKIE, S(""), -1);
	return res_redirect(r, 303, S("/dashboard/login"));
}
