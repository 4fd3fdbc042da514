/* exchange.c: one HTTP exchange, and the failures it may end in. */
#include "lib/core/config.h"
#include "lib/core/time.h"
#include "lib/platform/shared/shared.h"
#include "lib/text/text.h"

#define ANSWER_BYTES 4194304
#define WAIT_MOST_MS INT64_C(3600000)

/* 0: as configured; a visit that has been too long already gets no call more. */
static enum err time_left(struct ctx *c, struct broadcaster_call *call, int64_t *total_ms)
{
	int64_t left_ms = call->until_ms - time_monotonic_ms();

	*total_ms = 0;
	if (!call->until_ms || left_ms >= c->config->net_total_ms)
		return OK;
	*total_ms = left_ms;
	if (left_ms > 0)
		return OK;
	call->reason = S("slow");
	return FAIL(c, ERR_PLATFORM_AWAY, "the platform has let us wait for too long");
}

enum err shared_call(struct ctx *c, struct broadcaster_call *call, const struct shared_ask *ask, struct net_answer *out)
{
	struct net_header headers[COUNT(ask->headers) + 1] = { { S("Accept"), S("application/json") } };
	size_t n = 1;
	int64_t total_ms;
	enum err e;

	call->wait_ms = 0;
	call->reason = S("");
	TRY(time_left(c, call, &total_ms));
	for (size_t i = 0; i < COUNT(ask->headers); i++)
		if (ask->headers[i].name.n)
			headers[n++] = ask->headers[i];
	e = net_call(c, &(struct net_ask){
		.method = ask->method, .url = ask->url, .body = ask->body, .content_type = ask->content_type, .headers = headers,
		.headers_n = n, .answer_max_bytes = ANSWER_BYTES, .total_ms = total_ms }, out);
	if (e != OK)
		call->reason = S("no-answer");
	return e;
}

struct json shared_object(struct ctx *c, const struct net_answer *answer)
{
	struct ctx quiet = *c; /* what a platform wrote wrong is no failure of this request */
	struct json body;

	if (json_read_object(&quiet, answer->body, &body) != OK)
		return (struct json){ 0 };
	return body;
}

enum err shared_garbage(struct ctx *c, struct broadcaster_call *call, const char *what)
{
	call->reason = S("garbage");
	return FAIL(c, ERR_PLATFORM_AWAY, "the platform's answer lacks %s", what);
}

bool shared_word_find(const struct shared_word *words, struct str word, const struct shared_word **out)
{
	for (*out = words; (*out)->word; ++*out)
		if (str_eq(word, str_of((*out)->word)))
			return true;
	return false;
}

enum err shared_fail(struct ctx *c, struct broadcaster_call *call, enum err e, struct str reason, int status, struct str word, int64_t wait_ms)
{
	call->reason = reason;
	call->wait_ms = wait_ms;
	return FAIL(c, e, "the platform answered %d " STR_FMT, status, STR_ARG(shared_reason(c, word)));
}

struct str shared_reason(struct ctx *c, struct str word)
{
	return text_is_platform_name(word) ? str_copy(c->mem, word) : S("refused");
}

int64_t shared_wait_ms(const struct net_answer *answer, int64_t fallback)
{
	int64_t s;

	if (!str_int(net_header_of(answer, "retry-after"), &s) || s < 1)
		return fallback;
	return s > WAIT_MOST_MS / 1000 ? WAIT_MOST_MS : s * 1000;
}

struct str shared_bearer(struct ctx *c, const char *scheme, struct str token)
{
	return str_fmt(c->mem, "%s " STR_FMT, scheme, STR_ARG(token));
}

void shared_pair(struct buf *form, const char *name, struct str value)
{
	if (form->n)
		buf_char(form, '&');
	buf_put(form, str_of(name));
	buf_char(form, '=');
	buf_url_part(form, value);
}
