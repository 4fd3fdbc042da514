/* connections.c: /connections
 *
 * Which shops a creator sells from, and how she comes to: auth-url sends the browser to the shop's consent page,
 * the shop sends it back to callback, and the connection is there. Leaving closes her links at once.
 */
#include "lib/catalog/catalog.h"
#include "lib/channel/channel.h"
#include "lib/connection/connection.h"
#include "lib/core/config.h"
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"
#include "lib/inbox/compliance.h"
#include "lib/view/channel_view.h"
#include "lib/view/compliance_view.h"
#include "lib/view/connection_view.h"
#include "lib/view/list_view.h"
#include "lib/web/web.h"

#define COOKIE "connect" /* the browser where an attempt began */
#define COOKIE_CHARS 43
#define COOKIE_S 600

/* Attempts in several tabs share the cookie. */
static struct str browser_of(struct ctx *c, const struct req *q, struct res *r)
{
	struct str secret = req_cookie_of(c, q, COOKIE);

	if (secret.n != COOKIE_CHARS)
		secret = crypto_token(c->mem, COOKIE_CHARS);
	res_cookie(r, COOKIE, secret, COOKIE_S);
	return secret;
}

static enum err auth_url(struct ctx *c, const struct req *q, struct res *r)
{
	struct jw w = jw_new(c->mem, 8192);
	struct str url;

	if (broadcaster_of(req_param(q, "platform")))
		TRY(channel_begin(c, req_param(q, "platform"), browser_of(c, q, r), &url));
	else
		TRY(connection_begin(c, req_param(q, "platform"), req_arg(q, "shop"), browser_of(c, q, r), &url));
	res_header(r, "Cache-Control", S("no-store"));
	if (q->is_browser)
		return res_redirect(r, 302, url);
	jw_object(&w);
	jw_kstr(&w, "url", url);
	jw_end(&w);
	return res_json(r, 200, jw_done(&w));
}

static enum err keep(struct ctx *c, void *arg)
{
	const struct connection_grant *grant = arg;
	struct connection_id id;
	bool fresh;

	TRY(connection_keep(c, grant, &id, &fresh));
	return fresh ? catalog_sync_want(c, grant->lease.shop) : catalog_sync_want_first(c, grant->lease.shop);
}

static enum err keep_channel(struct ctx *c, void *arg)
{
	struct channel_id id;

	return channel_keep(c, arg, &id);
}

static enum err connected(struct ctx *c, struct res *r)
{
	res_cookie(r, COOKIE, S(""), -1);
	return res_redirect(r, 303, str_fmt(c->mem, STR_FMT "/dashboard/connections", STR_ARG(c->config->base_url)));
}

static enum err channel_callback(struct ctx *c, const struct req *q, struct res *r)
{
	const struct channel_answer answer = { req_arg(q, "code"), req_arg(q, "state"), req_arg(q, "error") };
	struct channel_grant grant;

	TRY(channel_ask(c, req_param(q, "platform"), &answer, req_cookie_of(c, q, COOKIE), &grant));
	TRY(db_in_tx(c, keep_channel, &grant));
	return connected(c, r);
}

static enum err callback(struct ctx *c, const struct req *q, struct res *r)
{
	struct connection_grant grant;

	if (broadcaster_of(req_param(q, "platform")))
		return channel_callback(c, q, r);
	TRY(connection_ask(c, req_param(q, "platform"), q->query, req_cookie_of(c, q, COOKIE), &grant));
	TRY(db_in_tx(c, keep, &grant));
	return connected(c, r);
}

static enum err list(struct ctx *c, const struct req *q, struct res *r)
{
	struct connection *connections;
	struct page page;
	struct jw w;
	size_t n;

	TRY(req_page(c, q, ID_connection, &page));
	TRY(connection_list(c, (struct connection_id){ page.after }, page.limit + 1, &connections, &n));
	w = list_begin(c);
	for (size_t i = 0; i < n && i < (size_t)page.limit; i++)
		connection_json(&w, &connections[i]);
	return res_json(r, 200, list_end(&w, ID_connection,
		n > (size_t)page.limit ? connections[page.limit - 1].id.u : (struct uuid){ 0 }));
}

static enum err channels(struct ctx *c, const struct req *q, struct res *r)
{
	struct channel *list_of;
	struct page page;
	struct jw w;
	size_t n;

	TRY(req_page(c, q, ID_channel, &page));
	TRY(channel_list(c, (struct channel_id){ page.after }, page.limit + 1, &list_of, &n));
	w = list_begin(c);
	for (size_t i = 0; i < n && i < (size_t)page.limit; i++)
		channel_json(&w, &list_of[i]);
	return res_json(r, 200, list_end(&w, ID_channel, n > (size_t)page.limit ? list_of[page.limit - 1].id.u : (struct uuid){ 0 }));
}

static enum err channel(struct ctx *c, const struct req *q, struct res *r)
{
	struct jw w = jw_new(c->mem, 16384);
	struct channel channel;
	struct channel_id id;

	TRY(req_id(c, q, "id", ID_channel, &id.u));
	TRY(channel_by_id(c, id, &channel));
	channel_json(&w, &channel);
	return res_json(r, 200, jw_done(&w));
}

static enum err channel_leave(struct ctx *c, const struct req *q, struct res *r)
{
	struct channel_id id;

	TRY(req_id(c, q, "id", ID_channel, &id.u));
	TRY(channel_end(c, id));
	return res_no_content(r);
}

static enum err show(struct ctx *c, const struct req *q, struct res *r)
{
	struct connection connection;
	struct connection_id id;

	TRY(req_id(c, q, "id", ID_connection, &id.u));
	TRY(connection_by_id(c, id, &connection));
	return res_json(r, 200, connection_one_json(c, &connection));
}

/* For the owner alone: they name her customers. */
static enum err compliance(struct ctx *c, const struct req *q, struct res *r)
{
	struct compliance_seen *list_of;
	struct connection connection;
	struct connection_id id;
	struct page page;
	struct jw w;
	size_t n;

	TRY(req_id(c, q, "id", ID_connection, &id.u));
	TRY(connection_by_id(c, id, &connection));
	if (!str_eq(connection.role, S("owner")))
		return FAIL(c, ERR_NOT_FOUND, "not the owner of that shop");
	TRY(req_page(c, q, ID_request, &page));
	TRY(compliance_list(c, connection.domain, c->creator, false, page.after, page.limit + 1, &list_of, &n));
	w = list_begin(c);
	for (size_t i = 0; i < n && i < (size_t)page.limit; i++)
		compliance_json(&w, &list_of[i]);
	return res_json(r, 200, list_end(&w, ID_request, n > (size_t)page.limit ? list_of[page.limit - 1].id : (struct uuid){ 0 }));
}

static enum err leave(struct ctx *c, const struct req *q, struct res *r)
{
	struct connection_id id;

	TRY(req_id(c, q, "id", ID_connection, &id.u));
	TRY(connection_end(c, id));
	return res_no_content(r);
}

static const struct route routes[] = {
	{ GET,    "/connections",                    list,     .who = CREATOR, .tx = TX_READ },
	{ GET,    "/connections/:platform/auth-url", auth_url, .who = CREATOR, .tx = TX_WRITE },
	{ GET,    "/connections/:platform/callback", callback, .who = MAYBE,   .tx = TX_NONE },
	{ GET,    "/connections/channels",           channels, .who = CREATOR, .tx = TX_READ },
	{ GET,    "/connections/channels/:id",       channel,  .who = CREATOR, .tx = TX_READ },
	{ DELETE, "/connections/channels/:id",       channel_leave, .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
	{ GET,    "/connections/:id",                show,     .who = CREATOR, .tx = TX_READ },
	{ GET,    "/connections/:id/compliance",     compliance, .who = CREATOR, .tx = TX_READ },
	{ DELETE, "/connections/:id",                leave,    .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT },
};

const struct app connections_app = { "connections", "api", routes, COUNT(routes) };
