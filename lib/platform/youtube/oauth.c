/* oauth.c: Google's grants. A refresh token comes with the first consent, or with prompt=consent, and stays good after use. */
#include "lib/platform/youtube/youtube.h"

#define FORM_MAX 16384

static const struct shared_word words[] = {
	{ "invalid_grant", ERR_PLATFORM_DENIED, "grant" },
	{ "invalid_client", ERR_PLATFORM_REFUSED, "config" },
	{ "unauthorized_client", ERR_PLATFORM_REFUSED, "config" },
	{ "redirect_uri_mismatch", ERR_PLATFORM_REFUSED, "config" },
	{ NULL, OK, NULL },
};

struct str youtube_authorize_url(struct ctx *c, struct str redirect_uri, struct str state, struct str challenge)
{
	struct buf query = buf_new(c->mem, FORM_MAX);

	shared_pair(&query, "client_id", c->config->youtube_client_id);
	shared_pair(&query, "redirect_uri", redirect_uri);
	shared_pair(&query, "response_type", S("code"));
	shared_pair(&query, "scope", shared_scopes(c, c->config->youtube_scopes, ',', ' '));
	shared_pair(&query, "state", state);
	shared_pair(&query, "access_type", S("offline"));
	shared_pair(&query, "prompt", S("consent"));
	shared_pair(&query, "include_granted_scopes", S("true"));
	if (challenge.n) {
		shared_pair(&query, "code_challenge", challenge);
		shared_pair(&query, "code_challenge_method", S("S256"));
	}
	return str_fmt(c->mem, STR_FMT "/o/oauth2/v2/auth?" STR_FMT, STR_ARG(c->config->google_accounts_origin), STR_ARG(buf_str(&query)));
}

static enum err refused(struct ctx *c, struct broadcaster_call *call, const struct net_answer *answer, struct str word)
{
	const struct shared_word *known;

	if (answer->status >= 500)
		return shared_fail(c, call, ERR_PLATFORM_AWAY, shared_reason(c, word), answer->status, word, shared_wait_ms(answer, 0));
	if (answer->status == 429)
		return shared_fail(c, call, ERR_PLATFORM_SLOW, S("rate"), answer->status, word, shared_wait_ms(answer, 1000));
	if (shared_word_find(words, word, &known))
		return shared_fail(c, call, known->err, str_of(known->reason), answer->status, word, 0);
	return shared_fail(c, call, ERR_PLATFORM_REFUSED, shared_reason(c, word), answer->status, word, 0);
}

static enum err post(struct ctx *c, struct broadcaster_call *call, const char *path, const struct buf *form, struct net_answer *out)
{
	return shared_call(c, call, &(struct shared_ask){ .method = "POST", .body = buf_str(form), .content_type = FORM_TYPE,
		.url = str_fmt(c->mem, STR_FMT "%s", STR_ARG(c->config->google_oauth_origin), path) }, out);
}

static enum err token_ask(struct ctx *c, struct broadcaster_call *call, struct buf *form, struct broadcaster_tokens *out)
{
	struct net_answer answer;
	struct json body;

	*out = (struct broadcaster_tokens){ 0 };
	shared_pair(form, "client_id", c->config->youtube_client_id);
	shared_pair(form, "client_secret", c->config->youtube_client_secret);
	TRY(post(c, call, "/token", form, &answer));
	body = shared_object(c, &answer);
	if (answer.status != 200)
		return refused(c, call, &answer, json_str(json_get(body, "error")));
	if (!shared_token(body, "access_token", &out->access) || !shared_life(body, "expires_in", &out->access_s))
		return shared_garbage(c, call, "a token that expires");
	if (!shared_token(body, "refresh_token", &out->refresh))
		out->refresh = S("");
	if (!shared_life(body, "refresh_token_expires_in", &out->refresh_s))
		out->refresh_s = 0;
	out->scopes = shared_scopes(c, json_str(json_get(body, "scope")), ' ', ',');
	return OK;
}

enum err youtube_exchange(struct ctx *c, struct broadcaster_call *call, struct str code, struct str redirect_uri, struct str verifier,
	struct broadcaster_tokens *out)
{
	struct buf form = buf_new(c->mem, FORM_MAX);

	shared_pair(&form, "grant_type", S("authorization_code"));
	shared_pair(&form, "code", code);
	shared_pair(&form, "redirect_uri", redirect_uri);
	if (verifier.n)
		shared_pair(&form, "code_verifier", verifier);
	return token_ask(c, call, &form, out);
}

enum err youtube_refresh(struct ctx *c, struct broadcaster_call *call, struct str refresh, struct broadcaster_tokens *out)
{
	struct buf form = buf_new(c->mem, FORM_MAX);

	shared_pair(&form, "grant_type", S("refresh_token"));
	shared_pair(&form, "refresh_token", refresh);
	return token_ask(c, call, &form, out);
}

enum err youtube_revoke(struct ctx *c, struct broadcaster_call *call, struct str token)
{
	struct buf form = buf_new(c->mem, FORM_MAX);
	struct net_answer answer;
	struct str word;

	shared_pair(&form, "token", token);
	TRY(post(c, call, "/revoke", &form, &answer));
	word = json_str(json_get(shared_object(c, &answer), "error"));
	if (answer.status == 200 || (answer.status == 400 && str_eq(word, S("invalid_token"))))
		return OK;
	return refused(c, call, &answer, word);
}
