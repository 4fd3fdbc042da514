/* oauth.c: Login Kit for web pages, which has no PKCE, and who the account is. The code that comes back is percent-encoded once, as
 * any query is; who read the query has decoded it. */
#include "lib/platform/tiktok/tiktok.h"
#include "lib/text/text.h"

#define FORM_MAX 16384

static const struct shared_word words[] = {
	{ "invalid_grant", ERR_PLATFORM_DENIED, "grant" },
	{ "invalid_client", ERR_PLATFORM_REFUSED, "config" },
	{ "unauthorized_client", ERR_PLATFORM_REFUSED, "config" },
	{ "internal_error", ERR_PLATFORM_AWAY, NULL },
	{ "server_error", ERR_PLATFORM_AWAY, NULL },
	{ "temporarily_unavailable", ERR_PLATFORM_AWAY, NULL },
	{ "rate_limit_exceeded", ERR_PLATFORM_SLOW, "rate" },
	{ NULL, OK, NULL },
};

struct str tiktok_authorize_url(struct ctx *c, struct str redirect_uri, struct str state, struct str challenge)
{
	struct buf query = buf_new(c->mem, FORM_MAX);

	(void)challenge;
	shared_pair(&query, "client_key", c->config->tiktok_client_key);
	shared_pair(&query, "response_type", S("code"));
	shared_pair(&query, "scope", c->config->tiktok_scopes);
	shared_pair(&query, "redirect_uri", redirect_uri);
	shared_pair(&query, "state", state);
	return str_fmt(c->mem, STR_FMT "/v2/auth/authorize/?" STR_FMT, STR_ARG(c->config->tiktok_authorize_origin), STR_ARG(buf_str(&query)));
}

static enum err refused(struct ctx *c, struct broadcaster_call *call, const struct net_answer *answer, struct str word)
{
	const struct shared_word *known;
	int64_t wait_ms = shared_wait_ms(answer, 0);

	if (answer->status == 429)
		return shared_fail(c, call, ERR_PLATFORM_SLOW, S("rate"), answer->status, word, wait_ms ? wait_ms : 60000);
	if (shared_word_find(words, word, &known))
		return shared_fail(c, call, known->err, known->reason ? str_of(known->reason) : str_of(known->word), answer->status, word,
			known->err == ERR_PLATFORM_SLOW && !wait_ms ? 60000 : wait_ms);
	if (answer->status >= 500)
		return shared_fail(c, call, ERR_PLATFORM_AWAY, shared_reason(c, word), answer->status, word, wait_ms);
	return shared_fail(c, call, ERR_PLATFORM_REFUSED, shared_reason(c, word), answer->status, word, 0);
}

static enum err post(struct ctx *c, struct broadcaster_call *call, const char *path, struct buf *form, struct net_answer *answer,
	struct json *body)
{
	struct str word;

	shared_pair(form, "client_key", c->config->tiktok_client_key);
	shared_pair(form, "client_secret", c->config->tiktok_client_secret);
	TRY(shared_call(c, call, &(struct shared_ask){ .method = "POST", .body = buf_str(form), .content_type = FORM_TYPE,
		.url = str_fmt(c->mem, STR_FMT "%s", STR_ARG(c->config->tiktok_api_origin), path) }, answer));
	*body = shared_object(c, answer);
	word = json_str(json_get(*body, "error"));
	if (!word.n)
		word = json_str_at(*body, "error.code");
	if (str_eq(word, S("ok")))
		word = S("");
	return answer->status != 200 || word.n ? refused(c, call, answer, word) : OK;
}

static enum err token_ask(struct ctx *c, struct broadcaster_call *call, struct buf *form, struct broadcaster_tokens *out)
{
	struct net_answer answer;
	struct json body;

	*out = (struct broadcaster_tokens){ 0 };
	TRY(post(c, call, "/v2/oauth/token/", form, &answer, &body));
	if (!shared_token(body, "access_token", &out->access) || !shared_token(body, "refresh_token", &out->refresh) ||
	    !shared_life(body, "expires_in", &out->access_s) || !shared_life(body, "refresh_expires_in", &out->refresh_s))
		return shared_garbage(c, call, "a pair of expiring tokens");
	out->scopes = shared_scopes(c, json_str(json_get(body, "scope")), ',', ',');
	out->subject = json_str(json_get(body, "open_id"));
	return text_is_platform_id(out->subject) ? OK : shared_garbage(c, call, "open_id");
}

enum err tiktok_exchange(struct ctx *c, struct broadcaster_call *call, struct str code, struct str redirect_uri, struct str verifier,
	struct broadcaster_tokens *out)
{
	struct buf form = buf_new(c->mem, FORM_MAX);

	(void)verifier;
	shared_pair(&form, "grant_type", S("authorization_code"));
	shared_pair(&form, "code", code);
	shared_pair(&form, "redirect_uri", redirect_uri);
	return token_ask(c, call, &form, out);
}

enum err tiktok_refresh(struct ctx *c, struct broadcaster_call *call, struct str refresh, struct broadcaster_tokens *out)
{
	struct buf form = buf_new(c->mem, FORM_MAX);

	shared_pair(&form, "grant_type", S("refresh_token"));
	shared_pair(&form, "refresh_token", refresh);
	return token_ask(c, call, &form, out);
}

/* A token that is no good any more is what was wanted. */
enum err tiktok_revoke(struct ctx *c, struct broadcaster_call *call, struct str token)
{
	struct buf form = buf_new(c->mem, FORM_MAX);
	struct net_answer answer;
	struct json body;
	enum err e;

	shared_pair(&form, "token", token);
	e = post(c, call, "/v2/oauth/revoke/", &form, &answer, &body);
	if ((e == ERR_PLATFORM_DENIED && str_eq(call->reason, S("grant"))) ||
	    (e == ERR_PLATFORM_REFUSED && (str_eq(call->reason, S("access_token_invalid")) || str_eq(call->reason, S("invalid_token"))))) {
		c->failed = OK;
		return OK;
	}
	return e;
}

/* Name and address need a scope that she may have left out; without it there is still somebody. */
enum err tiktok_identify(struct ctx *c, struct broadcaster_call *call, struct broadcaster_identity *out)
{
	struct json data, user;
	enum err e;

	*out = (struct broadcaster_identity){ 0 };
	e = tiktok_ask(c, call, "/v2/user/info/?fields=open_id,union_id,avatar_url,display_name,username,profile_deep_link", S(""), &data);
	if (e == ERR_PLATFORM_DENIED && str_eq(call->reason, S("scope"))) {
		c->failed = OK;
		e = tiktok_ask(c, call, "/v2/user/info/?fields=open_id,union_id,avatar_url,display_name", S(""), &data);
	}
	TRY(e);
	user = json_get(data, "user");
	out->external_id = json_str(json_get(user, "open_id"));
	if (!text_is_platform_id(out->external_id))
		return shared_garbage(c, call, "open_id");
	out->handle = json_str(json_get(user, "username"));
	if (!text_is_platform_name(out->handle))
		out->handle = S("");
	out->name = shared_title(c, json_get(user, "display_name"));
	out->avatar_url = shared_web_url(json_get(user, "avatar_url"));
	out->profile_url = out->handle.n ? str_fmt(c->mem, STR_FMT "/@" STR_FMT, STR_ARG(c->config->tiktok_embed_origin), STR_ARG(out->handle))
		: shared_web_url(json_get(user, "profile_deep_link"));
	return OK;
}
