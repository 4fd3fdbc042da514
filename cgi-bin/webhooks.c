/* webhooks.c: /webhooks
 *
 * What platforms push to us. Verified over the raw bytes, stored, answered 200 only after the
 * commit; cron/webhooks_apply does the rest.
 */
#include "lib/core/config.h"
#include "lib/core/time.h"
#include "lib/crypto/crypto.h"
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

static enum err shopify(struct ctx *c, const struct req *q, struct res *r)
{
	struct delivery delivery;
	struct str with;
	bool fresh;

	if (req_body(q).n > (size_t)c->config->webhook_max_bytes)
		return FAIL(c, ERR_BODY_TOO_LARGE, "%zu bytes", req_body(q).n);
	TRY(signature_must_match(c, q, &with));
	TRY(read_delivery(c, q, &delivery));
	delivery.signed_with = with;
	TRY(inbox_store(c, &delivery, &fresh));
	return res_text(r, 200, "text/plain", fresh ? S("stored\n") : S("known\n"));
}

/* Storing is one statement, which is a transaction by itself: no trip for begin and commit. */
static const struct route routes[] = {
	{ POST, "/webhooks/shopify", shopify, .who = PLATFORM, .tx = TX_NONE, .body_max = 8388608 },
};

const struct app webhooks_app = { "webhooks", "hook", routes, COUNT(routes) };
