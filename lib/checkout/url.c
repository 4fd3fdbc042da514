/* url.c: the buyer's way from a checkout of ours to the shop's. Source: shopify.md 3.1 */
#include "lib/checkout/checkout.h"
#include "lib/checkout/mark.h"
#include "lib/core/buf.h"
#include "lib/core/config.h"
#include "lib/crypto/crypto.h"
#include "lib/json/json.h"
#include "lib/text/text.h"

#define URL_MAX 4096

static void put_arg(struct buf *b, const char *name, struct str value)
{
	if (!value.n)
		return;
	buf_fmt(b, "&%s=", name);
	buf_url_part(b, value);
}

static struct str properties(struct ctx *c, struct str mark)
{
	struct jw w = jw_new(c->mem, 256);

	jw_object(&w);
	jw_kstr(&w, CHECKOUT_PROPERTY, mark);
	jw_end(&w);
	return crypto_base64url(c->mem, jw_done(&w));
}

/* The permalink form that every shop understands. A shop's newer one (shopify.md 3.2) would be chosen here. */
static struct str cart_permalink(struct ctx *c, const struct checkout_outcome *o)
{
	struct buf b = buf_new(c->mem, URL_MAX);

	buf_put(&b, o->storefront_url);
	buf_fmt(&b, "/cart/%lld:%d?attributes%%5B" CHECKOUT_ATTRIBUTE "%%5D=", (long long)o->variant_external, o->units);
	buf_url_part(&b, o->mark);
	put_arg(&b, "properties", properties(c, o->mark));
	put_arg(&b, "ref", o->mark);
	put_arg(&b, "discount", o->discount_code);
	put_arg(&b, "utm_source", o->platform);
	put_arg(&b, "utm_medium", o->surface);
	put_arg(&b, "utm_campaign", o->code);
	return b.full ? (struct str){ 0 } : buf_str(&b);
}

enum err checkout_url(struct ctx *c, const struct checkout_outcome *outcome, struct str *out)
{
	bool is_safe = str_starts(outcome->storefront_url, S("https://")) ||
		(c->config->allow_http && str_starts(outcome->storefront_url, S("http://")));

	if (!is_safe || !text_is_web_url(outcome->storefront_url))
		return FAIL(c, ERR_INTERNAL, "the shop's storefront is no address to send a buyer to");
	*out = cart_permalink(c, outcome);
	return out->n ? OK : FAIL(c, ERR_INTERNAL, "the permalink does not fit");
}
