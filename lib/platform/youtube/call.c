/* call.c: one question to the Data API, and what its refusals mean. The reason decides, never the message. */
#include "lib/platform/youtube/youtube.h"

#define RATE_MS 1000 /* it never says for how long */

static const struct shared_word words[] = {
	{ "authError", ERR_PLATFORM_DENIED, "token" },
	{ "insufficientPermissions", ERR_PLATFORM_DENIED, "scope" },
	{ "insufficientLivePermissions", ERR_PLATFORM_DENIED, "scope" },
	{ "quotaExceeded", ERR_PLATFORM_SLOW, "quota" },
	{ "dailyLimitExceeded", ERR_PLATFORM_SLOW, "quota" },
	{ "rateLimitExceeded", ERR_PLATFORM_SLOW, "rate" },
	{ "userRateLimitExceeded", ERR_PLATFORM_SLOW, "rate" },
	{ "userRequestsExceedRateLimit", ERR_PLATFORM_SLOW, "rate" },
	{ "accessNotConfigured", ERR_PLATFORM_REFUSED, "config" },
	{ "keyInvalid", ERR_PLATFORM_REFUSED, "config" },
	{ "keyExpired", ERR_PLATFORM_REFUSED, "config" },
	{ "ipRefererBlocked", ERR_PLATFORM_REFUSED, "config" },
	{ "API_KEY_INVALID", ERR_PLATFORM_REFUSED, "config" },
	/* a refresh cures none of these, though some are 401 */
	{ "youtubeSignupRequired", ERR_PLATFORM_DENIED, "account" },
	{ "authenticatedUserAccountClosed", ERR_PLATFORM_DENIED, "account" },
	{ "authenticatedUserAccountSuspended", ERR_PLATFORM_DENIED, "account" },
	{ "accountDelegationForbidden", ERR_PLATFORM_DENIED, "account" },
	{ "backendError", ERR_PLATFORM_AWAY, NULL },
	{ "internalError", ERR_PLATFORM_AWAY, NULL },
	{ NULL, OK, NULL },
};

static int64_t wait_of(enum err e, struct str reason, const struct net_answer *answer)
{
	if (e == ERR_PLATFORM_SLOW && !str_eq(reason, S("quota")))
		return shared_wait_ms(answer, RATE_MS);
	return e == ERR_PLATFORM_AWAY ? shared_wait_ms(answer, 0) : 0;
}

static enum err refused(struct ctx *c, struct broadcaster_call *call, const struct net_answer *answer)
{
	struct json error = json_get(shared_object(c, answer), "error");
	struct str word = json_str(json_get(json_at(json_get(error, "errors"), 0), "reason"));
	struct str detail = json_str(json_get(json_at(json_get(error, "details"), 0), "reason"));
	const struct shared_word *known;
	struct str reason = shared_reason(c, word);
	enum err e = ERR_PLATFORM_REFUSED;

	if (answer->status >= 500)
		e = ERR_PLATFORM_AWAY;
	else if (shared_word_find(words, detail, &known) || shared_word_find(words, word, &known)) {
		e = known->err;
		reason = known->reason ? str_of(known->reason) : str_of(known->word);
	} else if (answer->status == 401) {
		e = ERR_PLATFORM_DENIED;
		reason = S("token");
	} else if (answer->status == 429) {
		e = ERR_PLATFORM_SLOW;
		reason = S("rate");
	}
	return shared_fail(c, call, e, reason, answer->status, word, wait_of(e, reason, answer));
}

enum err youtube_get(struct ctx *c, struct broadcaster_call *call, const char *what, struct str query, struct json *body)
{
	struct str origin = c->config->youtube_api_origin, key = c->config->youtube_api_key;
	struct shared_ask ask = { .method = "GET", .url = str_fmt(c->mem, STR_FMT "/youtube/v3/%s?" STR_FMT, STR_ARG(origin), what, STR_ARG(query)) };
	struct net_answer answer;

	/* The key goes into a header, so that no log on the way keeps it. */
	if (call->token.n)
		ask.headers[0] = (struct net_header){ S("Authorization"), shared_bearer(c, "Bearer", call->token) };
	else if (key.n)
		ask.headers[0] = (struct net_header){ S("X-Goog-Api-Key"), key };
	else
		return shared_fail(c, call, ERR_PLATFORM_REFUSED, S("config"), 0, S("youtube_api_key"), 0);
	TRY(shared_call(c, call, &ask, &answer));
	if (answer.status != 200)
		return refused(c, call, &answer);
	*body = shared_object(c, &answer);
	return str_starts(json_str(json_get(*body, "kind")), S("youtube#")) ? OK : shared_garbage(c, call, "its kind");
}

bool youtube_cannot_stream(enum err e, const struct broadcaster_call *call)
{
	return e == ERR_PLATFORM_REFUSED && str_eq(call->reason, S("liveStreamingNotEnabled"));
}
