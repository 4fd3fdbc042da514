/* push.c: EventSub. Each message is signed with the secret of its subscription; "offline" names neither stream nor time, so the
 * message's own time stands for it. */
#include "lib/core/time.h"
#include "lib/crypto/crypto.h"
#include "lib/platform/twitch/twitch.h"
#include "lib/text/text.h"

#define AGE_MAX_MS INT64_C(600000)
#define BODY_MAX 8192
#define ID_MAX 128
#define CHALLENGE_MAX 1024

static struct str subscription_body(struct ctx *c, const char *topic, struct str account, struct str callback, struct str secret)
{
	struct jw w = jw_new(c->mem, BODY_MAX);

	jw_object(&w);
	jw_kstr(&w, "type", str_of(topic));
	jw_kstr(&w, "version", S("1"));
	jw_key(&w, "condition");
	jw_object(&w);
	jw_kstr(&w, "broadcaster_user_id", account);
	jw_end(&w);
	jw_key(&w, "transport");
	jw_object(&w);
	jw_kstr(&w, "method", S("webhook"));
	jw_kstr(&w, "callback", callback);
	jw_kstr(&w, "secret", secret);
	jw_end(&w);
	jw_end(&w);
	return jw_done(&w);
}

static void read_subscription(struct json item, struct broadcaster_subscription *out)
{
	out->external_id = json_str(json_get(item, "id"));
	out->state = str_eq(json_str(json_get(item, "status")), S("enabled")) ? S("active") : S("asked");
}

/* A conflict: one of that type and account exists. Ours is the one with our callback. */
static enum err adopt(struct ctx *c, struct broadcaster_call *call, const char *topic, struct str account, struct str callback,
	struct broadcaster_subscription *out)
{
	struct json data;

	TRY(twitch_get(c, call, str_fmt(c->mem, "eventsub/subscriptions?user_id=" STR_FMT, STR_ARG(account)), &data, NULL));
	for (size_t i = 0; i < json_length(data); i++) {
		struct json item = json_at(data, i);

		if (!str_eq(json_str(json_get(item, "type")), str_of(topic)) || !str_eq(json_str_at(item, "transport.callback"), callback) ||
		    !str_eq(json_str_at(item, "condition.broadcaster_user_id"), account))
			continue;
		read_subscription(item, out);
		return OK;
	}
	return shared_fail(c, call, ERR_PLATFORM_REFUSED, S("conflict"), 409, S("conflict"), 0);
}

/* The app's token is wanted here, whatever account it is about. */
static struct broadcaster_call as_app(const struct broadcaster_call *call)
{
	struct broadcaster_call app = *call;

	app.token = S("");
	return app;
}

static enum err told(struct broadcaster_call *call, const struct broadcaster_call *app, enum err e)
{
	call->wait_ms = app->wait_ms;
	call->reason = app->reason;
	return e;
}

enum err twitch_subscribe(struct ctx *c, struct broadcaster_call *call, const char *topic, struct str account, struct str callback,
	struct str secret, struct broadcaster_subscription *out)
{
	struct broadcaster_call app = as_app(call);
	struct net_answer answer;
	struct json item;
	enum err e;

	*out = (struct broadcaster_subscription){ 0 };
	if (!text_is_number(account) || secret.n < 10 || secret.n > 100)
		return shared_fail(c, call, ERR_PLATFORM_REFUSED, S("account"), 0, S("account"), 0);
	e = twitch_ask(c, &app, "POST", S("eventsub/subscriptions"), subscription_body(c, topic, account, callback, secret), &answer);
	if (e == ERR_PLATFORM_REFUSED && str_eq(app.reason, S("conflict"))) {
		c->failed = OK;
		return told(call, &app, adopt(c, &app, topic, account, callback, out));
	}
	if (e != OK)
		return told(call, &app, e);
	item = json_at(json_get(shared_object(c, &answer), "data"), 0);
	read_subscription(item, out);
	return out->external_id.n && out->external_id.n <= ID_MAX ? OK : shared_garbage(c, call, "a subscription");
}

enum err twitch_unsubscribe(struct ctx *c, struct broadcaster_call *call, const char *topic, struct str account, struct str callback,
	struct str external_id)
{
	struct buf query = buf_new(c->mem, BODY_MAX);
	struct broadcaster_call app = as_app(call);
	struct net_answer answer;
	enum err e;

	(void)topic;
	(void)account;
	(void)callback;
	if (!external_id.n)
		return OK;
	buf_put(&query, S("eventsub/subscriptions?id="));
	buf_url_part(&query, external_id);
	e = twitch_ask(c, &app, "DELETE", buf_str(&query), S(""), &answer);
	if (e == ERR_PLATFORM_REFUSED && str_eq(app.reason, S("not-found"))) {
		c->failed = OK;
		return OK;
	}
	return told(call, &app, e);
}

static struct str header(const struct broadcaster_push_in *in, const char *cgi_name)
{
	return in->header_of(in->from, cgi_name);
}

static enum err check(struct ctx *c, const struct broadcaster_push_in *in, struct str id, struct str at, int64_t *at_ms)
{
	struct str sign = header(in, "HTTP_TWITCH_EVENTSUB_MESSAGE_SIGNATURE"), bytes;
	struct digest digest;

	if (!in->secret.n || !id.n || id.n > ID_MAX || !str_starts(sign, S("sha256=")) ||
	    !crypto_hex_read(c->mem, str_slice(sign, 7, sign.n), &bytes))
		return FAIL(c, ERR_SIGNATURE, "no signature, or nothing to check it with");
	digest = crypto_hmac(in->secret, str_fmt(c->mem, STR_FMT STR_FMT STR_FMT, STR_ARG(id), STR_ARG(at), STR_ARG(in->body)));
	if (!crypto_same(crypto_digest_str(&digest), bytes))
		return FAIL(c, ERR_SIGNATURE, "not signed by Twitch");
	if (!time_read(at, at_ms) || *at_ms < in->now_ms - AGE_MAX_MS || *at_ms > in->now_ms + AGE_MAX_MS)
		return FAIL(c, ERR_SIGNATURE, "signed too long ago");
	return OK;
}

static enum err read_event(struct ctx *c, struct json body, struct broadcaster_push *out)
{
	struct json event = json_get(body, "event");
	struct str id = shared_id(c, json_get(event, "id"));

	out->account = shared_id(c, json_get(event, "broadcaster_user_id"));
	if (!text_is_number(out->account))
		return FAIL(c, ERR_BAD_REQUEST, "an event of nobody");
	if (str_eq(out->topic, S("stream.offline"))) {
		out->kind = PUSH_LIVE_OFF;
		return OK;
	}
	/* A rerun, a playlist, a premiere is not her, live. */
	if (!str_eq(out->topic, S("stream.online")) || !str_eq(json_str(json_get(event, "type")), S("live")) || !text_is_number(id))
		return OK;
	out->kind = PUSH_LIVE_ON;
	out->external_id = id;
	out->at_ms = shared_time(json_get(event, "started_at"));
	return OK;
}

static enum err read_challenge(struct ctx *c, struct json body, struct broadcaster_push *out)
{
	out->kind = PUSH_VERIFY;
	out->reason = S("subscribe");
	out->reply = json_str(json_get(body, "challenge"));
	if (!out->reply.n || out->reply.n > CHALLENGE_MAX)
		return FAIL(c, ERR_BAD_REQUEST, "no challenge");
	for (size_t i = 0; i < out->reply.n; i++)
		if (out->reply.p[i] <= ' ' || out->reply.p[i] > '~')
			return FAIL(c, ERR_BAD_REQUEST, "a challenge that is no token");
	return OK;
}

enum err twitch_receive(struct ctx *c, const struct broadcaster_push_in *in, struct broadcaster_push *out)
{
	struct str type = header(in, "HTTP_TWITCH_EVENTSUB_MESSAGE_TYPE");
	struct net_answer raw = { .body = in->body };
	struct json body;

	*out = (struct broadcaster_push){ .kind = PUSH_NONE, .delivery = header(in, "HTTP_TWITCH_EVENTSUB_MESSAGE_ID") };
	if (in->method != PUSH_POST)
		return FAIL(c, ERR_BAD_REQUEST, "Twitch posts");
	TRY(check(c, in, out->delivery, header(in, "HTTP_TWITCH_EVENTSUB_MESSAGE_TIMESTAMP"), &out->at_ms));
	body = shared_object(c, &raw);
	out->topic = json_str_at(body, "subscription.type");
	if (!text_is_platform_name(out->topic) || (in->topic.n && !str_eq(out->topic, in->topic)))
		return FAIL(c, ERR_BAD_REQUEST, "not the topic that was asked for");
	if (str_eq(type, S("notification")))
		return read_event(c, body, out);
	out->account = shared_id(c, json_path(body, "subscription.condition.broadcaster_user_id"));
	if (!text_is_number(out->account))
		out->account = S("");
	if (str_eq(type, S("webhook_callback_verification")))
		return read_challenge(c, body, out);
	if (!str_eq(type, S("revocation")))
		return OK;
	out->kind = PUSH_DENIED;
	out->reason = shared_reason(c, json_str_at(body, "subscription.status"));
	return OK;
}
