/* oauth.c: grants of accounts, and the app's own token, which has no refresh token. No PKCE is documented. */
#include "lib/platform/twitch/twitch.h"

#define FORM_MAX 16384

/* Detection and videos need no scope, so none is asked for. */
struct str twitch_authorize_url(struct ctx *c, struct str redirect_uri, struct str state, struct str challenge)
{
	struct buf query = buf_new(c->mem, FORM_MAX);

	(void)challenge;
	shared_pair(&query, "client_id", c->config->twitch_client_id);
	shared_pair(&query, "redirect_uri", redirect_uri);
	shared_pair(&query, "response_type", S("code"));
	shared_pair(&query, "scope", S(""));
	shared_pair(&query, "state", state);
	return str_fmt(c->mem, STR_FMT "/oauth2/authorize?" STR_FMT, STR_ARG(c->config->twitch_id_origin), STR_ARG(buf_str(&query)));
}

static enum err post(struct ctx *c, struct broadcaster_call *call, const char *path, const struct buf *form, struct net_answer *out)
{
	return shared_call(c, call, &(struct shared_ask){ .method = "POST", .body = buf_str(form), .content_type = FORM_TYPE,
		.url = str_fmt(c->mem, STR_FMT "%s", STR_ARG(c->config->twitch_id_origin), path) }, out);
}

/* "invalid client", "invalid client secret" are ours; "Invalid refresh token", "Invalid authorization code" end a grant. */
static enum err refused(struct ctx *c, struct broadcaster_call *call, const struct net_answer *answer)
{
	struct str message = str_lower(c->mem, json_str(json_get(shared_object(c, answer), "message")));

	if (answer->status == 429)
		return shared_fail(c, call, ERR_PLATFORM_SLOW, S("rate"), answer->status, S("rate"), shared_wait_ms(answer, 60000));
	if (answer->status >= 500 || answer->status < 400)
		return shared_fail(c, call, ERR_PLATFORM_AWAY, S("away"), answer->status, S("away"), shared_wait_ms(answer, 0));
	if (str_find(message, 0, S("client")) != SIZE_MAX || str_find(message, 0, S("redirect")) != SIZE_MAX)
		return shared_fail(c, call, ERR_PLATFORM_REFUSED, S("config"), answer->status, S("client"), 0);
	if (str_find(message, 0, S("refresh token")) != SIZE_MAX || str_find(message, 0, S("authorization code")) != SIZE_MAX)
		return shared_fail(c, call, ERR_PLATFORM_DENIED, S("grant"), answer->status, S("grant"), 0);
	return answer->status == 401 ? shared_fail(c, call, ERR_PLATFORM_DENIED, S("grant"), answer->status, S("grant"), 0)
		: shared_fail(c, call, ERR_PLATFORM_REFUSED, S("bad-request"), answer->status, S("bad-request"), 0);
}

static struct str scopes_of(struct ctx *c, struct json list)
{
	struct buf out = buf_new(c->mem, FORM_MAX);

	for (size_t i = 0; i < json_length(list); i++) {
		if (out.n)
			buf_char(&out, ',');
		buf_put(&out, json_str(json_at(list, i)));
	}
	return buf_str(&out);
}

static enum err token_ask(struct ctx *c, struct broadcaster_call *call, struct buf *form, struct broadcaster_tokens *out)
{
	struct net_answer answer;
	struct json body;

	*out = (struct broadcaster_tokens){ 0 };
	shared_pair(form, "client_id", c->config->twitch_client_id);
	shared_pair(form, "client_secret", c->config->twitch_client_secret);
	TRY(post(c, call, "/oauth2/token", form, &answer));
	if (answer.status != 200)
		return refused(c, call, &answer);
	body = shared_object(c, &answer);
	if (!shared_token(body, "access_token", &out->access) || !shared_life(body, "expires_in", &out->access_s))
		return shared_garbage(c, call, "a token that expires");
	if (!shared_token(body, "refresh_token", &out->refresh))
		out->refresh = S("");
	out->scopes = scopes_of(c, json_get(body, "scope"));
	return OK;
}

enum err twitch_exchange(struct ctx *c, struct broadcaster_call *call, struct str code, struct str redirect_uri, struct str verifier,
	struct broadcaster_tokens *out)
{
	struct buf form = buf_new(c->mem, FORM_MAX);

	(void)verifier;
	shared_pair(&form, "grant_type", S("authorization_code"));
	shared_pair(&form, "code", code);
	shared_pair(&form, "redirect_uri", redirect_uri);
	TRY(token_ask(c, call, &form, out));
	return out->refresh.n ? OK : shared_garbage(c, call, "a refresh token");
}

enum err twitch_refresh(struct ctx *c, struct broadcaster_call *call, struct str refresh, struct broadcaster_tokens *out)
{
	struct buf form = buf_new(c->mem, FORM_MAX);

	shared_pair(&form, "grant_type", S("refresh_token"));
	shared_pair(&form, "refresh_token", refresh);
	return token_ask(c, call, &form, out);
}

enum err twitch_app_token(struct ctx *c, struct broadcaster_call *call, struct broadcaster_tokens *out)
{
	struct buf form = buf_new(c->mem, FORM_MAX);

	shared_pair(&form, "grant_type", S("client_credentials"));
	return token_ask(c, call, &form, out);
}

enum err twitch_revoke(struct ctx *c, struct broadcaster_call *call, struct str token)
{
	struct buf form = buf_new(c->mem, FORM_MAX);
	struct net_answer answer;
	struct str message;

	shared_pair(&form, "client_id", c->config->twitch_client_id);
	shared_pair(&form, "token", token);
	TRY(post(c, call, "/oauth2/revoke", &form, &answer));
	message = json_str(json_get(shared_object(c, &answer), "message"));
	if (answer.status == 200 || (answer.status == 400 && str_eq_nocase(message, S("Invalid token"))))
		return OK;
	return refused(c, call, &answer);
}

enum err twitch_validate(struct ctx *c, struct broadcaster_call *call)
{
	struct net_answer answer;

	TRY(shared_call(c, call, &(struct shared_ask){ .method = "GET",
		.url = str_fmt(c->mem, STR_FMT "/oauth2/validate", STR_ARG(c->config->twitch_id_origin)),
		.headers = { { S("Authorization"), shared_bearer(c, "OAuth", call->token) } } }, &answer));
	if (answer.status == 401)
		return shared_fail(c, call, ERR_PLATFORM_DENIED, S("token"), 401, S("token"), 0);
	return answer.status == 200 ? OK : refused(c, call, &answer);
}
