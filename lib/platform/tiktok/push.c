/* push.c: what TikTok posts to the one address of the app. Of its events one concerns us: a grant that was taken back. */
#include "lib/crypto/crypto.h"
#include "lib/platform/tiktok/tiktok.h"
#include "lib/text/text.h"

#define AGE_MAX_S 300
#define TIME_MAX_S INT64_C(253402300799)

static enum err check(struct ctx *c, const struct broadcaster_push_in *in)
{
	struct str rest = in->header_of(in->from, "HTTP_TIKTOK_SIGNATURE"), at = S(""), sign = S(""), secret = c->config->tiktok_client_secret;
	struct digest digest;
	int64_t at_s;

	while (rest.n) {
		struct str value = str_trim(str_cut(&rest, ',')), name = str_cut(&value, '=');

		if (str_eq(name, S("t")))
			at = value;
		else if (str_eq(name, S("s")))
			sign = value;
	}
	if (!secret.n || !str_int(at, &at_s) || at_s < 0 || at_s > TIME_MAX_S)
		return FAIL(c, ERR_SIGNATURE, "no signature, or nothing to check it with");
	digest = crypto_hmac(secret, str_fmt(c->mem, STR_FMT "." STR_FMT, STR_ARG(at), STR_ARG(in->body)));
	if (!crypto_same(crypto_hex(c->mem, crypto_digest_str(&digest)), str_lower(c->mem, sign)))
		return FAIL(c, ERR_SIGNATURE, "not signed by TikTok");
	if (at_s < in->now_ms / 1000 - AGE_MAX_S || at_s > in->now_ms / 1000 + AGE_MAX_S)
		return FAIL(c, ERR_SIGNATURE, "signed too long ago");
	return OK;
}

static struct str reason_of(struct ctx *c, struct json body)
{
	static const char *const reasons[] = { "unknown", "user-disconnected", "account-deleted", "age-changed", "account-banned", "developer" };
	struct net_answer content = { .body = json_str(json_get(body, "content")) };
	int64_t number;

	if (!json_int(json_get(shared_object(c, &content), "reason"), &number) || number < 0 || number >= (int64_t)COUNT(reasons))
		return S("unknown");
	return str_of(reasons[number]);
}

enum err tiktok_receive(struct ctx *c, const struct broadcaster_push_in *in, struct broadcaster_push *out)
{
	struct net_answer raw = { .body = in->body };
	struct digest digest;
	struct json body;
	struct str event;
	int64_t at_s;

	*out = (struct broadcaster_push){ .kind = PUSH_NONE };
	if (in->method != PUSH_POST)
		return FAIL(c, ERR_BAD_REQUEST, "TikTok posts");
	TRY(check(c, in));
	body = shared_object(c, &raw);
	event = json_str(json_get(body, "event"));
	out->account = json_str(json_get(body, "user_openid"));
	if (!text_is_platform_name(event) || !str_eq(json_str(json_get(body, "client_key")), c->config->tiktok_client_key))
		return FAIL(c, ERR_BAD_REQUEST, "no event of our app");
	if (!text_is_platform_id(out->account))
		out->account = S("");
	if (json_int(json_get(body, "create_time"), &at_s) && at_s > 0 && at_s <= TIME_MAX_S)
		out->at_ms = at_s * 1000;
	out->topic = event;
	digest = crypto_sha256(str_fmt(c->mem, STR_FMT "\n" STR_FMT "\n%lld", STR_ARG(event), STR_ARG(out->account), (long long)out->at_ms));
	out->delivery = crypto_hex(c->mem, crypto_digest_str(&digest));
	if (str_eq(event, S("authorization.removed")) && out->account.n) {
		out->kind = PUSH_ACCOUNT_GONE;
		out->reason = reason_of(c, body);
	}
	return OK;
}
