/* webhooks.c: /webhooks
 *
 * What platforms push to us. Verified over the raw bytes, stored, answered 200 only after the
 * commit; cron/webhooks_apply does the rest.
 */
#include "lib/channel/channel.h"
#include "lib/core/config.h"
#include "lib/core/time.h"
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"
#include "lib/inbox/inbox.h"
#include "lib/text/text.h"
#include "lib/web/web.h"

#define HEADER_MAX 255

static bool signed_with(struct str secret, struct str body, struct str mac)
{
	struct digest digest = crypto_hmac(secret, body);

	return secret.n && crypto_same(crypto_digest_str(&digest), mac);
}

/* During a rotation of the client secret either may have signed. */
static enum err signature_must_match(struct ctx *c, const struct req *q, struct str *with)
{
	struct str mac;

	if (!crypto_base64_read(c->mem, req_header(q, "HTTP_X_SHOPIFY_HMAC_SHA256"), &mac) || mac.n != 32)
		return FAIL(c, ERR_SIGNATURE, "no signature of 32 bytes");
	*with = S("current");
	if (signed_with(c->config->shopify_client_secret, req_body(q), mac))
		return OK;
	*with = S("previous");
	if (signed_with(c->config->shopify_client_secret_previous, req_body(q), mac))
		return OK;
	return FAIL(c, ERR_SIGNATURE, "the signature does not match");
}

static struct str want_header(struct ctx *c, const struct req *q, const char *cgi_name, const char *field)
{
	struct str value = req_header(q, cgi_name);

	if (!value.n || value.n > HEADER_MAX || !str_utf8(value))
		field_bad(c, field, "1 to %d bytes", HEADER_MAX);
	return value;
}

/* One that may be missing: left out when it is too long or no text. */
static struct str take_header(const struct req *q, const char *cgi_name)
{
	struct str value = req_header(q, cgi_name);

	return value.n <= HEADER_MAX && str_utf8(value) ? value : S("");
}

static enum err read_delivery(struct ctx *c, const struct req *q, struct delivery *out)
{
	*out = (struct delivery){
		.id = ID_NEW(delivery, c->now_ms),
		.platform = S("shopify"),
		.shop_domain = str_lower(c->mem, want_header(c, q, "HTTP_X_SHOPIFY_SHOP_DOMAIN", "X-Shopify-Shop-Domain")),
		.topic = want_header(c, q, "HTTP_X_SHOPIFY_TOPIC", "X-Shopify-Topic"),
		.webhook_id = want_header(c, q, "HTTP_X_SHOPIFY_WEBHOOK_ID", "X-Shopify-Webhook-Id"),
		.api_version = want_header(c, q, "HTTP_X_SHOPIFY_API_VERSION", "X-Shopify-API-Version"),
		.event_id = take_header(q, "HTTP_X_SHOPIFY_EVENT_ID"),
		.name = take_header(q, "HTTP_X_SHOPIFY_NAME"),
		.signature = req_header(q, "HTTP_X_SHOPIFY_HMAC_SHA256"), /* matched, so base64 of 32 bytes */
		.body = req_body(q),
	};
	if (!time_read(req_header(q, "HTTP_X_SHOPIFY_TRIGGERED_AT"), &out->triggered_ms))
		out->triggered_ms = 0;
	if (!text_is_shop(out->shop_domain))
		field_bad(c, "X-Shopify-Shop-Domain", "a myshopify.com name");
	if (!out->body.n)
		field_bad(c, "body", "not empty");
	if (c->fields_n)
		return FAIL(c, ERR_BAD_REQUEST, "a header is missing or malformed");
	return OK;
}

static enum err delivery_read(struct ctx *c, const struct req *q, struct delivery *out)
{
	struct str with;

	if (req_body(q).n > (size_t)c->config->webhook_max_bytes)
		return FAIL(c, ERR_BODY_TOO_LARGE, "%zu bytes", req_body(q).n);
	TRY(signature_must_match(c, q, &with));
	TRY(read_delivery(c, q, out));
	out->signed_with = with;
	return OK;
}

static enum err stored(struct res *r, bool fresh)
{
	return res_text(r, 200, "text/plain", fresh ? S("stored\n") : S("known\n"));
}

/* Alone: what is wrong with it is said, or it is large. */
static enum err shopify(struct ctx *c, const struct req *q, struct res *r)
{
	struct delivery delivery;
	bool fresh;

	TRY(delivery_read(c, q, &delivery));
	TRY(inbox_store(c, &delivery, &fresh));
	return stored(r, fresh);
}

/* All bodies of a batch stay within a tenth of its arena. */
static bool is_small(const struct ctx *c, struct str body)
{
	return body.n <= (size_t)(c->config->arena_max_bytes / 30 / c->config->batch_max);
}

static enum ask shopify_ask(struct ctx *c, const struct req *q, struct res *r, void **out)
{
	struct delivery *delivery = NEW(c->mem, struct delivery);

	(void)r;
	*out = delivery;
	if (is_small(c, req_body(q)) && delivery_read(c, q, delivery) == OK)
		return ASK_JOIN;
	c->fields_n = 0;
	c->failed = OK;
	return ASK_ALONE;
}

static enum err shopify_many(struct ctx *c, void *const asks[], size_t n, void **outcomes)
{
	const struct delivery **list = arena_array(c->mem, n, sizeof *list);
	bool *fresh = arena_array(c->mem, n, sizeof *fresh);

	for (size_t i = 0; i < n; i++) {
		list[i] = asks[i];
		outcomes[i] = &fresh[i];
	}
	return n == 1 ? inbox_store(c, list[0], &fresh[0]) : inbox_store_many(c, list, n, fresh);
}

static enum err shopify_answer(struct ctx *c, const struct req *q, struct res *r, const void *ask, const void *outcome)
{
	(void)c;
	(void)q;
	(void)ask;
	return stored(r, *(const bool *)outcome);
}

static const struct batch shopify_batch = { shopify_ask, shopify_many, shopify_answer, .one_statement = true };

/* What was verified, told in few words beside the raw body: kind|account|id there|ms. */
static struct str push_words(struct ctx *c, const struct broadcaster_push *push)
{
	return str_fmt(c->mem, "%d|" STR_FMT "|" STR_FMT "|%lld", (int)push->kind, STR_ARG(push->account), STR_ARG(push->external_id),
		(long long)push->at_ms);
}

static enum err push_store(struct ctx *c, const struct req *q, const char *platform, struct str place, struct str topic,
	const struct broadcaster_push *push)
{
	const struct delivery delivery = {
		.id = ID_NEW(delivery, c->now_ms), .platform = str_of(platform), .shop_domain = place, .topic = topic,
		.webhook_id = push->delivery, .name = push_words(c, push), .signed_with = S("current"), .triggered_ms = push->at_ms,
		.body = req_body(q) };
	bool fresh;

	return inbox_store(c, &delivery, &fresh);
}

struct pushed {
	const struct req *q;
	const char *platform;
	struct channel_push to;
	struct broadcaster_push push;
	struct str key;
};

static enum err push_keep(struct ctx *c, void *arg)
{
	struct pushed *p = arg;

	switch (p->push.kind) {
	case PUSH_VERIFY:
		return channel_push_begun(c, p->to.id, p->push.lease_s);
	case PUSH_DENIED:
		return channel_push_refused(c, p->to.id, p->push.reason);
	case PUSH_NONE:
		return OK;
	default:
		TRY(push_store(c, p->q, p->platform, p->key, p->to.topic, &p->push));
		return channel_push_told(c, p->to.id);
	}
}

static enum err push(struct ctx *c, const struct req *q, struct res *r, const char *platform)
{
	struct broadcaster_push_in in = { .method = q->method == GET ? PUSH_GET : PUSH_POST, .query = q->query, .body = req_body(q),
		.header_of = q->header_of, .from = q->from, .now_ms = c->now_ms };
	struct pushed p = { .q = q, .platform = platform, .key = req_param(q, "key") };
	enum err e;
	bool found;

	TRY(channel_push_by_key(c, str_of(platform), p.key, &p.to, &found));
	if (!found || (!p.to.wanted && q->method != GET))
		return FAIL(c, ERR_NOT_FOUND, "no such subscription");
	in.secret = p.to.secret;
	in.topic = p.to.topic;
	in.account = p.to.account;
	e = p.to.platform->receive(c, &in, &p.push);
	if (e == ERR_BAD_REQUEST && q->method == GET) /* a question about something else than what we asked for */
		return FAIL(c, ERR_NOT_FOUND, "not what we want");
	TRY(e);
	if (q->method == GET && p.to.wanted == (p.push.kind == PUSH_VERIFY && str_eq(p.push.reason, S("unsubscribe"))))
		return FAIL(c, ERR_NOT_FOUND, "we did not ask for that");
	if (p.to.wanted)
		TRY(db_in_tx(c, push_keep, &p));
	return res_text(r, 200, "text/plain", p.push.reply);
}

/* A forged WebSub delivery is answered like any other and changes nothing (W3C WebSub 7.1.2). */
static enum err youtube(struct ctx *c, const struct req *q, struct res *r)
{
	enum err e = push(c, q, r, "youtube");

	return e == ERR_SIGNATURE && q->method == POST ? res_text(r, 202, "text/plain", S("")) : e;
}

static enum err twitch(struct ctx *c, const struct req *q, struct res *r)
{
	return push(c, q, r, "twitch");
}

/* One address for all accounts, signed with the app's own secret. */
static enum err tiktok(struct ctx *c, const struct req *q, struct res *r)
{
	const struct broadcaster_push_in in = { .method = PUSH_POST, .query = q->query, .body = req_body(q), .header_of = q->header_of,
		.from = q->from, .now_ms = c->now_ms, .secret = c->config->tiktok_client_secret };
	struct broadcaster_push told;

	if (!tiktok_broadcaster.configured(c->config) || !tiktok_broadcaster.receive)
		return FAIL(c, ERR_NOT_FOUND, "not connected to TikTok");
	TRY(tiktok_broadcaster.receive(c, &in, &told));
	if (told.kind != PUSH_NONE)
		TRY(push_store(c, q, "tiktok", told.account, S("account"), &told));
	return res_text(r, 200, "text/plain", S("stored\n"));
}

/* Storing is one statement, which is a transaction by itself: no trip for begin and commit. What a shop pushes in a rush shares one. */
static const struct route routes[] = {
	{ POST, "/webhooks/shopify",      shopify, .who = PLATFORM, .tx = TX_NONE, .batch = &shopify_batch, .body_max = 8388608 },
	{ GET,  "/webhooks/youtube/:key", youtube, .who = PLATFORM, .tx = TX_NONE },
	{ POST, "/webhooks/youtube/:key", youtube, .who = PLATFORM, .tx = TX_NONE, .body_max = 65536 },
	{ POST, "/webhooks/twitch/:key",  twitch,  .who = PLATFORM, .tx = TX_NONE, .body_max = 65536 },
	{ POST, "/webhooks/tiktok",       tiktok,  .who = PLATFORM, .tx = TX_NONE, .body_max = 65536 },
};

const struct app webhooks_app = { "webhooks", "hook", routes, COUNT(routes) };
