/* call.c: one question to Helix, and what its refusals mean. It has no machine words: status, and for a 401 the message's beginning. */
#include "lib/platform/twitch/twitch.h"

#define RATE_LEAST_MS 1000
#define RATE_MOST_MS 60000 /* a window is a minute; a clock that differs by more is not believed */

static int64_t rate_wait_ms(const struct ctx *c, const struct net_answer *answer)
{
	int64_t reset_s, wait_ms;

	if (!str_int(net_header_of(answer, "ratelimit-reset"), &reset_s) || reset_s < 0 || reset_s > INT64_MAX / 1000)
		return shared_wait_ms(answer, RATE_MOST_MS);
	wait_ms = reset_s * 1000 - c->now_ms;
	return wait_ms < RATE_LEAST_MS ? RATE_LEAST_MS : wait_ms > RATE_MOST_MS ? RATE_MOST_MS : wait_ms;
}

static bool has(struct ctx *c, struct str message, struct str word)
{
	return str_find(str_lower(c->mem, message), 0, word) != SIZE_MAX;
}

/* "Client ID and OAuth token do not match", "Client ID is missing": our own configuration. */
static enum err unauthorized(struct ctx *c, struct broadcaster_call *call, const struct net_answer *answer, struct str message)
{
	if (has(c, message, S("missing scope")))
		return shared_fail(c, call, ERR_PLATFORM_DENIED, S("scope"), answer->status, S("scope"), 0);
	if (has(c, message, S("client id")) || has(c, message, S("client-id")))
		return shared_fail(c, call, ERR_PLATFORM_REFUSED, S("config"), answer->status, S("client-id"), 0);
	if (answer->status == 401)
		return shared_fail(c, call, ERR_PLATFORM_DENIED, S("token"), answer->status, S("token"), 0);
	return shared_fail(c, call, ERR_PLATFORM_REFUSED, S("forbidden"), answer->status, S("forbidden"), 0);
}

static enum err refused(struct ctx *c, struct broadcaster_call *call, const struct net_answer *answer)
{
	struct str message = json_str(json_get(shared_object(c, answer), "message"));
	struct str reason = answer->status == 404 ? S("not-found") : answer->status == 409 ? S("conflict") : S("bad-request");

	if (answer->status == 401 || answer->status == 403)
		return unauthorized(c, call, answer, message);
	if (answer->status == 429)
		return shared_fail(c, call, ERR_PLATFORM_SLOW, S("rate"), answer->status, S("rate"), rate_wait_ms(c, answer));
	if (answer->status >= 500 || answer->status < 400)
		return shared_fail(c, call, ERR_PLATFORM_AWAY, S("away"), answer->status, S("away"), shared_wait_ms(answer, 0));
	return shared_fail(c, call, ERR_PLATFORM_REFUSED, reason, answer->status, reason, 0);
}

enum err twitch_ask(struct ctx *c, struct broadcaster_call *call, const char *method, struct str what, struct str body,
	struct net_answer *out)
{
	struct str token = call->token.n ? call->token : call->app_token;
	struct shared_ask ask = { .method = method, .body = body, .content_type = body.n ? JSON_TYPE : S(""),
		.url = str_fmt(c->mem, STR_FMT "/helix/" STR_FMT, STR_ARG(c->config->twitch_api_origin), STR_ARG(what)),
		.headers = { { S("Authorization"), shared_bearer(c, "Bearer", token) }, { S("Client-Id"), c->config->twitch_client_id } } };

	if (!token.n)
		return shared_fail(c, call, ERR_PLATFORM_DENIED, S("token"), 0, S("token"), 0);
	TRY(shared_call(c, call, &ask, out));
	return out->status >= 200 && out->status < 300 ? OK : refused(c, call, out);
}

enum err twitch_get(struct ctx *c, struct broadcaster_call *call, struct str what, struct json *data, struct str *more)
{
	struct net_answer answer;
	struct json body;

	TRY(twitch_ask(c, call, "GET", what, S(""), &answer));
	body = shared_object(c, &answer);
	*data = json_get(body, "data");
	if (more)
		*more = json_str_at(body, "pagination.cursor");
	return json_type(*data) == JSON_LIST ? OK : shared_garbage(c, call, "data");
}

/* Replaces `from`, once. */
static struct str replaced(struct ctx *c, struct str s, struct str from, struct str to)
{
	size_t at = str_find(s, 0, from);

	if (at == SIZE_MAX)
		return s;
	return str_fmt(c->mem, STR_FMT STR_FMT STR_FMT, STR_ARG(str_slice(s, 0, at)), STR_ARG(to), STR_ARG(str_slice(s, at + from.n, s.n)));
}

struct str twitch_picture(struct ctx *c, struct json v)
{
	struct str url = json_str(v), origin = shared_origin(c->config->twitch_image_origin);

	if (url.n > 2048 || !str_eq(shared_origin(url), origin))
		return S("");
	url = replaced(c, replaced(c, url, S("%{width}"), S("640")), S("%{height}"), S("360"));
	url = replaced(c, replaced(c, url, S("{width}"), S("640")), S("{height}"), S("360"));
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~')
			return S("");
	return url;
}
