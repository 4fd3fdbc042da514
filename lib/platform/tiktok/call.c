/* call.c: one question to the Display API; its code decides, whatever the status. */
#include "lib/platform/tiktok/tiktok.h"

#define RATE_MS 60000 /* a sliding minute, of whose end it does not tell */

static const struct shared_word words[] = {
	{ "access_token_invalid", ERR_PLATFORM_DENIED, "token" },
	{ "access_token_expired", ERR_PLATFORM_DENIED, "token" },
	{ "scope_not_authorized", ERR_PLATFORM_DENIED, "scope" },
	{ "scope_permission_missed", ERR_PLATFORM_DENIED, "scope" },
	{ "rate_limit_exceeded", ERR_PLATFORM_SLOW, "rate" },
	{ "internal_error", ERR_PLATFORM_AWAY, NULL },
	{ NULL, OK, NULL },
};

static enum err refused(struct ctx *c, struct broadcaster_call *call, const struct net_answer *answer, struct str word)
{
	const struct shared_word *known;
	struct str reason = shared_reason(c, word);
	enum err e = answer->status < 400 && !word.n ? ERR_PLATFORM_AWAY : ERR_PLATFORM_REFUSED;

	if (shared_word_find(words, word, &known)) {
		e = known->err;
		reason = known->reason ? str_of(known->reason) : reason;
	} else if (answer->status >= 500)
		e = ERR_PLATFORM_AWAY;
	else if (answer->status == 429) {
		e = ERR_PLATFORM_SLOW;
		reason = S("rate");
	} else if (answer->status == 401) {
		e = ERR_PLATFORM_DENIED;
		reason = S("token");
	}
	return shared_fail(c, call, e, reason, answer->status, word,
		e == ERR_PLATFORM_SLOW ? shared_wait_ms(answer, RATE_MS) : e == ERR_PLATFORM_AWAY ? shared_wait_ms(answer, 0) : 0);
}

enum err tiktok_ask(struct ctx *c, struct broadcaster_call *call, const char *path, struct str body, struct json *data)
{
	struct shared_ask ask = { .method = body.n ? "POST" : "GET", .body = body, .content_type = body.n ? JSON_TYPE : S(""),
		.url = str_fmt(c->mem, STR_FMT "%s", STR_ARG(c->config->tiktok_api_origin), path),
		.headers = { { S("Authorization"), shared_bearer(c, "Bearer", call->token) } } };
	struct net_answer answer;
	struct json all;
	struct str code;

	if (!call->token.n)
		return shared_fail(c, call, ERR_PLATFORM_DENIED, S("token"), 0, S("token"), 0);
	TRY(shared_call(c, call, &ask, &answer));
	all = shared_object(c, &answer);
	code = json_str_at(all, "error.code");
	if (answer.status != 200 || !str_eq(code, S("ok")))
		return code.n || answer.status != 200 ? refused(c, call, &answer, code) : shared_garbage(c, call, "its code");
	*data = json_get(all, "data");
	return json_type(*data) == JSON_OBJECT ? OK : shared_garbage(c, call, "data");
}
