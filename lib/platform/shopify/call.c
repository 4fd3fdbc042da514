#include "lib/platform/shopify/shopify.h"

#include "lib/core/config.h"
#include "lib/core/time.h"

#define SECURITY_WAIT_MS 60000
#define RATE_WAIT_MS 2000
#define URL_MAX 2048
#define BODY_MAX 262144

struct str shopify_url(struct ctx *c, struct str shop, const char *path)
{
	struct str origin = c->config->shopify_origin;
	size_t at = str_find(origin, 0, S("{shop}"));
	struct buf url = buf_new(c->mem, URL_MAX);

	buf_put(&url, str_slice(origin, 0, at));
	if (at < origin.n) {
		buf_put(&url, shop);
		buf_put(&url, str_slice(origin, at + S("{shop}").n, origin.n));
	}
	buf_put(&url, str_of(path));
	return buf_str(&url);
}

static int two_digits(struct str s, size_t at)
{
	int64_t v;

	return str_int(str_slice(s, at, at + 2), &v) ? (int)v : -1;
}

/* IMF-fixdate, "Mon, 23 Nov 2026 05:41:42 GMT" (RFC 9110 5.6.7), by way of RFC 3339; 0: not one */
static int64_t read_date(struct ctx *c, struct str s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	size_t month = 0;
	int64_t ms;

	if (s.n != 29)
		return 0;
	while (month < 12 && !str_eq(str_slice(s, 8, 11), (struct str){ months + 3 * month, 3 }))
		month++;
	if (!time_read(str_fmt(c->mem, STR_FMT "-%02zu-%02dT" STR_FMT "Z", STR_ARG(str_slice(s, 12, 16)), month + 1,
			two_digits(s, 5), STR_ARG(str_slice(s, 17, 25))), &ms))
		return 0;
	return ms;
}

/* What a shop's refusal by status means: reauth is DENIED, throttled is SLOW, again later is AWAY, never is REFUSED. All other
 * 4xx are the request's own fault, all other statuses an answer of something that is not the API. */
static const struct {
	int status;
	enum err refusal;
	const char *reason;
	int64_t wait_ms;
} statuses[] = {
	{ 401, ERR_PLATFORM_DENIED, "token", 0 },
	{ 402, ERR_PLATFORM_AWAY, "frozen", 0 },
	{ 403, ERR_PLATFORM_DENIED, "forbidden", 0 },
	{ 404, ERR_PLATFORM_AWAY, "shop-gone", 0 },
	{ 408, ERR_PLATFORM_AWAY, "http-408", 0 },
	{ 410, ERR_PLATFORM_AWAY, "shop-gone", 0 },
	{ 423, ERR_PLATFORM_AWAY, "locked", 0 },
	{ 429, ERR_PLATFORM_SLOW, "throttled", RATE_WAIT_MS },
	{ 430, ERR_PLATFORM_SLOW, "security", SECURITY_WAIT_MS },
};

static int64_t retry_after_ms(const struct net_answer *answer)
{
	int64_t seconds;

	return str_int(net_header_of(answer, "retry-after"), &seconds) && seconds > 0 && seconds < 3600 ? seconds * 1000 : 0;
}

enum err shopify_classify(struct ctx *c, struct platform_call *call, const struct net_answer *answer)
{
	enum err refusal = answer->status >= 400 && answer->status < 500 ? ERR_PLATFORM_REFUSED : ERR_PLATFORM_AWAY;

	call->wait_ms = retry_after_ms(answer);
	call->reason = str_fmt(c->mem, "http-%d", answer->status);
	for (size_t i = 0; i < COUNT(statuses); i++) {
		if (statuses[i].status != answer->status)
			continue;
		refusal = statuses[i].refusal;
		call->reason = str_of(statuses[i].reason);
		if (!call->wait_ms)
			call->wait_ms = statuses[i].wait_ms;
	}
	return FAIL(c, refusal, "the shop answered %d: " STR_FMT, answer->status, STR_ARG(call->reason));
}

/* 0: as configured; a visit that has been too long already gets no call more. */
static enum err time_left(struct ctx *c, struct platform_call *call, int64_t *total_ms)
{
	int64_t left_ms = call->until_ms - time_monotonic_ms();

	*total_ms = 0;
	if (!call->until_ms || left_ms >= c->config->net_total_ms)
		return OK;
	*total_ms = left_ms;
	call->reason = S("slow");
	return left_ms > 0 ? OK : FAIL(c, ERR_PLATFORM_AWAY, "the shop has let us wait for too long");
}

enum err shopify_post(struct ctx *c, struct platform_call *call, struct str url, struct str body, struct net_answer *out)
{
	const struct net_header headers[] = {
		{ S("Accept"), S("application/json") },
		{ S("User-Agent"), S("Unifyed/1") },
		{ S("X-Shopify-Access-Token"), call->token },
	};
	int64_t start_ms = time_monotonic_ms(), date_ms, total_ms;
	enum err e;

	call->wait_ms = call->began_ms = 0;
	call->version = S("");
	TRY(time_left(c, call, &total_ms));
	call->reason = S("");
	e = net_call(c, &(struct net_ask){
		.method = "POST", .url = url, .body = body, .content_type = S("application/json"),
		.headers = headers, .headers_n = call->token.n ? 3 : 2, .total_ms = total_ms }, out);
	if (e != OK) {
		call->reason = S("no-answer");
		return e;
	}
	call->version = net_header_of(out, "x-shopify-api-version");
	date_ms = read_date(c, net_header_of(out, "date"));
	if (date_ms)
		call->began_ms = date_ms - (time_monotonic_ms() - start_ms);
	if ((out->status >= 200 && out->status < 300) || out->status == 400 || out->status == 422)
		return OK;
	return shopify_classify(c, call, out);
}

enum err shopify_garbage(struct ctx *c, struct platform_call *call, const char *what)
{
	call->reason = S("garbage");
	return FAIL(c, ERR_PLATFORM_AWAY, "the shop's answer lacks %s", what);
}

/* The time that the bucket needs to hold what was asked for. */
static int64_t throttle_ms(struct json body)
{
	struct json cost = json_path(body, "extensions.cost");
	int64_t asked = 1000, have = 0, rate = 50, ms;

	(void)json_int(json_get(cost, "requestedQueryCost"), &asked);
	(void)json_int(json_path(cost, "throttleStatus.currentlyAvailable"), &have);
	if (!json_int(json_path(cost, "throttleStatus.restoreRate"), &rate) || rate < 1)
		rate = 50;
	ms = (asked - have) * 1000 / rate;
	return ms < 1000 ? 1000 : ms > 60000 ? 60000 : ms;
}

static enum err read_errors(struct ctx *c, struct platform_call *call, struct json body)
{
	struct json errors = json_get(body, "errors");
	struct str code = json_str_at(json_at(errors, 0), "extensions.code");

	call->reason = code.n ? code : S("graphql");
	if (str_eq(code, S("THROTTLED"))) {
		call->wait_ms = throttle_ms(body);
		call->reason = S("throttled");
		return FAIL(c, ERR_PLATFORM_SLOW, "throttled for %lld ms", (long long)call->wait_ms);
	}
	if (str_eq(code, S("ACCESS_DENIED"))) {
		call->reason = S("scope");
		return FAIL(c, ERR_PLATFORM_DENIED, "a scope is missing");
	}
	if (str_eq(code, S("INTERNAL_SERVER_ERROR")) || str_eq(code, S("TIMEOUT")))
		return FAIL(c, ERR_PLATFORM_AWAY, "the shop failed: " STR_FMT, STR_ARG(code));
	return FAIL(c, ERR_PLATFORM_REFUSED, "GraphQL refused: " STR_FMT " " STR_FMT, STR_ARG(call->reason),
		STR_ARG(str_slice(json_str_at(json_at(errors, 0), "message"), 0, 200)));
}

enum err shopify_ask(struct ctx *c, struct platform_call *call, struct str document, struct str variables, struct json *data)
{
	struct str url = shopify_url(c, call->shop, "/admin/api/");
	struct jw w = jw_new(c->mem, BODY_MAX);
	struct net_answer answer;
	struct json body;

	url = str_fmt(c->mem, STR_FMT STR_FMT "/graphql.json", STR_ARG(url), STR_ARG(c->config->shopify_api_version));
	jw_object(&w);
	jw_kstr(&w, "query", document);
	jw_key(&w, "variables");
	jw_raw(&w, variables.n ? variables : S("{}"));
	jw_end(&w);
	TRY(shopify_post(c, call, url, jw_done(&w), &answer));
	if (answer.status >= 400)
		return shopify_classify(c, call, &answer);
	if (json_read(c, answer.body, &body) != OK)
		return shopify_garbage(c, call, "JSON");
	if (json_type(json_get(body, "errors")) != JSON_ABSENT)
		return read_errors(c, call, body);
	*data = json_get(body, "data");
	return json_type(*data) == JSON_OBJECT ? OK : shopify_garbage(c, call, "data");
}

enum err shopify_change(struct ctx *c, struct platform_call *call, struct str document, struct str variables, struct json *answer)
{
	struct json data, error;
	struct str code;

	TRY(shopify_ask(c, call, document, variables, &data));
	*answer = json_get(data, "answer");
	if (json_type(*answer) != JSON_OBJECT)
		return shopify_garbage(c, call, "answer");
	if (json_length(json_get(*answer, "userErrors")) == 0)
		return OK;
	error = json_at(json_get(*answer, "userErrors"), 0);
	code = json_str_at(error, "code");
	call->reason = code.n ? code : S("user-error");
	return FAIL(c, ERR_PLATFORM_REFUSED, "the shop refused: " STR_FMT " " STR_FMT, STR_ARG(call->reason),
		STR_ARG(str_slice(json_str_at(error, "message"), 0, 200)));
}

bool shopify_number(struct str gid, int64_t *out)
{
	size_t start = 0, next, end = str_find(gid, 0, S("?"));
	struct str path = str_slice(gid, 0, end);

	if (!str_starts(gid, S("gid://shopify/")))
		return false;
	while ((next = str_find(path, start, S("/"))) != SIZE_MAX)
		start = next + 1;
	return str_int(str_slice(path, start, path.n), out) && *out > 0;
}

struct str shopify_gid(struct arena *mem, const char *type, int64_t number)
{
	return str_fmt(mem, "gid://shopify/%s/%lld", type, (long long)number);
}

struct str shopify_more(struct json connection)
{
	if (!json_bool(json_path(connection, "pageInfo.hasNextPage"), false))
		return S("");
	return json_str_at(connection, "pageInfo.endCursor");
}

struct str shopify_vars_page(struct ctx *c, const char *name, struct str value, struct str cursor)
{
	struct jw w = jw_new(c->mem, 8192);

	jw_object(&w);
	if (name)
		jw_kstr(&w, name, value);
	jw_key(&w, "after");
	if (cursor.n)
		jw_str(&w, cursor);
	else
		jw_null(&w);
	jw_end(&w);
	return jw_done(&w);
}

struct str shopify_since(struct ctx *c, int64_t since_ms)
{
	if (!since_ms)
		return S("");
	return str_fmt(c->mem, "updated_at:>='" STR_FMT "'", STR_ARG(time_text(c->mem, since_ms / 1000 * 1000)));
}

struct str shopify_vars_id(struct ctx *c, struct str gid)
{
	struct jw w = jw_new(c->mem, 1024);

	jw_object(&w);
	jw_kstr(&w, "id", gid);
	jw_end(&w);
	return jw_done(&w);
}
