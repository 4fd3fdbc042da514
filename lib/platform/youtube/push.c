/* push.c: WebSub. The hub asks whether we want a feed, and then posts what changed in it. What fires it is an upload or a changed
 * title; that a live began it says at best, that one ended never. So a push only names a video to look at.
 */
#include <string.h>

#include "lib/core/time.h"
#include "lib/crypto/crypto.h"
#include "lib/platform/youtube/youtube.h"
#include "lib/text/text.h"
#include "lib/xml/xml.h"

#define FORM_MAX 8192
#define CHALLENGE_MAX 1024
#define REASON_MAX 200
#define LEASE_MAX_S (366 * INT64_C(86400))
#define LEASE_WISH S("864000")
#define LEASE_USUAL_S 432000 /* there is none without end */
#define FIELD_BYTES 128

#define ATOM "http://www.w3.org/2005/Atom "
#define YT "http://www.youtube.com/xml/schemas/2015 "
#define TOMBSTONES "http://purl.org/atompub/tombstones/1.0 "

static struct str topic_of(struct ctx *c, struct str account)
{
	struct str pattern = c->config->youtube_feed_topic;
	size_t at = str_find(pattern, 0, S("{channel}"));

	if (at == SIZE_MAX)
		return pattern;
	return str_fmt(c->mem, STR_FMT STR_FMT STR_FMT, STR_ARG(str_slice(pattern, 0, at)), STR_ARG(account),
		STR_ARG(str_slice(pattern, at + 9, pattern.n)));
}

static enum err hub_ask(struct ctx *c, struct broadcaster_call *call, const char *mode, struct str account, struct str callback,
	struct str secret, int *status)
{
	struct buf form = buf_new(c->mem, FORM_MAX);
	struct net_answer answer;

	if (!text_is_platform_id(account))
		return shared_fail(c, call, ERR_PLATFORM_REFUSED, S("account"), 0, S("account"), 0);
	shared_pair(&form, "hub.mode", str_of(mode));
	shared_pair(&form, "hub.callback", callback);
	shared_pair(&form, "hub.topic", topic_of(c, account));
	shared_pair(&form, "hub.verify", S("async"));
	shared_pair(&form, "hub.lease_seconds", LEASE_WISH);
	if (secret.n)
		shared_pair(&form, "hub.secret", secret);
	TRY(shared_call(c, call, &(struct shared_ask){ .method = "POST", .body = buf_str(&form), .content_type = FORM_TYPE,
		.url = str_fmt(c->mem, STR_FMT "/subscribe", STR_ARG(c->config->youtube_hub_origin)) }, &answer));
	*status = answer.status;
	if (answer.status >= 200 && answer.status < 300)
		return OK;
	if (answer.status >= 500)
		return shared_fail(c, call, ERR_PLATFORM_AWAY, S("hub"), answer.status, S("hub"), shared_wait_ms(&answer, 0));
	if (answer.status == 429)
		return shared_fail(c, call, ERR_PLATFORM_SLOW, S("rate"), answer.status, S("hub"), shared_wait_ms(&answer, 60000));
	return shared_fail(c, call, ERR_PLATFORM_REFUSED, S("hub"), answer.status, S("hub"), 0);
}

enum err youtube_subscribe(struct ctx *c, struct broadcaster_call *call, const char *topic, struct str account, struct str callback,
	struct str secret, struct broadcaster_subscription *out)
{
	int status = 0;

	(void)topic;
	*out = (struct broadcaster_subscription){ 0 };
	TRY(hub_ask(c, call, "subscribe", account, callback, secret, &status));
	out->state = status == 204 ? S("active") : S("asked");
	return OK;
}

enum err youtube_unsubscribe(struct ctx *c, struct broadcaster_call *call, const char *topic, struct str account, struct str callback,
	struct str external_id)
{
	int status = 0;

	(void)topic;
	(void)external_id;
	return hub_ask(c, call, "unsubscribe", account, callback, S(""), &status);
}

/* What we may send back as plain text to whoever calls. */
static bool is_challenge(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n > 0 && s.n <= CHALLENGE_MAX;
}

static enum err read_question(struct ctx *c, const struct broadcaster_push_in *in, struct broadcaster_push *out)
{
	struct str mode = shared_query(c, in->query, "hub.mode"), wanted = in->account.n ? topic_of(c, in->account) : in->topic;

	out->topic = shared_query(c, in->query, "hub.topic");
	if (!wanted.n || !str_eq(out->topic, wanted))
		return FAIL(c, ERR_BAD_REQUEST, "not the topic that was asked for");
	if (str_eq(mode, S("denied"))) {
		out->kind = PUSH_DENIED;
		out->reason = str_slice(shared_query(c, in->query, "hub.reason"), 0, REASON_MAX);
		if (!text_is_name(out->reason))
			out->reason = S("denied");
		return OK;
	}
	if (!str_eq(mode, S("subscribe")) && !str_eq(mode, S("unsubscribe")))
		return FAIL(c, ERR_BAD_REQUEST, "no mode that we know");
	out->kind = PUSH_VERIFY;
	out->reason = mode;
	out->reply = shared_query(c, in->query, "hub.challenge");
	if (!is_challenge(out->reply))
		return FAIL(c, ERR_BAD_REQUEST, "no challenge");
	if (!str_int(shared_query(c, in->query, "hub.lease_seconds"), &out->lease_s) || out->lease_s <= 0 || out->lease_s > LEASE_MAX_S)
		out->lease_s = LEASE_USUAL_S;
	return OK;
}

static bool is_signed(struct ctx *c, const struct broadcaster_push_in *in)
{
	struct str header = in->header_of(in->from, "HTTP_X_HUB_SIGNATURE"), method = str_cut(&header, '=');
	struct digest digest;
	struct str bytes;

	if (!in->secret.n || !crypto_hex_read(c->mem, header, &bytes))
		return false;
	if (str_eq(method, S("sha1")))
		return crypto_same(crypto_hmac_sha1(c->mem, in->secret, in->body), bytes);
	digest = crypto_hmac(in->secret, in->body);
	return str_eq(method, S("sha256")) && crypto_same(crypto_digest_str(&digest), bytes);
}

struct field {
	char bytes[FIELD_BYTES];
	size_t n;
	bool whole; /* not cut off */
};

/* The first entry of a feed: the hub sends one for each change. */
struct feed {
	int entries;
	bool gone;
	struct field video, channel, updated, reference, uri;
};

static struct field *field_of(struct feed *f, struct str name)
{
	if (f->gone)
		return str_eq(name, S(ATOM "uri")) ? &f->uri : NULL;
	if (str_eq(name, S(YT "videoId")))
		return &f->video;
	if (str_eq(name, S(YT "channelId")))
		return &f->channel;
	return str_eq(name, S(ATOM "updated")) ? &f->updated : NULL;
}

static void put(struct field *field, struct str piece)
{
	if (field->n == 0)
		field->whole = true;
	if (piece.n > sizeof(field->bytes) - field->n) {
		field->whole = false;
		return;
	}
	if (piece.n)
		memcpy(field->bytes + field->n, piece.p, piece.n);
	field->n += piece.n;
}

static struct str text_of(struct ctx *c, const struct field *field)
{
	return field->whole ? str_trim(str_copy(c->mem, (struct str){ field->bytes, field->n })) : S("");
}

struct atom {
	struct feed feed;
	struct field *at;
};

static void on_open(void *to, struct str name, const char *const *attributes)
{
	struct atom *a = to;

	a->at = NULL;
	if (str_eq(name, S(ATOM "entry")))
		a->feed.entries++;
	else if (str_eq(name, S(TOMBSTONES "deleted-entry")) && ++a->feed.entries == 1) {
		a->feed.gone = true;
		put(&a->feed.reference, xml_attribute(attributes, "ref"));
		put(&a->feed.updated, xml_attribute(attributes, "when"));
	} else if (a->feed.entries == 1)
		a->at = field_of(&a->feed, name);
	if (a->at && a->at->n)
		a->at = NULL;
}

static void on_text(void *to, struct str piece)
{
	struct atom *a = to;

	if (a->at)
		put(a->at, piece);
}

static void on_close(void *to, struct str name)
{
	struct atom *a = to;

	(void)name;
	a->at = NULL;
}

static enum err read_feed(struct ctx *c, const struct broadcaster_push_in *in, struct broadcaster_push *out)
{
	struct atom a = { 0 };
	struct xml_reader reader = { on_open, on_text, on_close, &a };

	if (!xml_read(in->body, &reader))
		return FAIL(c, ERR_BAD_REQUEST, "no feed that can be read");
	if (!time_read(text_of(c, &a.feed.updated), &out->at_ms))
		out->at_ms = 0;
	if (a.feed.gone) {
		struct str uri = text_of(c, &a.feed.uri);
		size_t at = str_find(uri, 0, S("/channel/"));

		out->external_id = shared_after(text_of(c, &a.feed.reference), S("yt:video:"));
		out->account = at == SIZE_MAX ? S("") : shared_after(str_slice(uri, at, uri.n), S("/channel/"));
	} else {
		out->external_id = text_of(c, &a.feed.video);
		out->account = text_of(c, &a.feed.channel);
	}
	if (!text_is_youtube_id(out->external_id))
		out->external_id = S("");
	if (!text_is_platform_id(out->account))
		out->account = S("");
	if (out->external_id.n)
		out->kind = a.feed.gone ? PUSH_VIDEO_GONE : PUSH_VIDEO;
	return OK;
}

enum err youtube_receive(struct ctx *c, const struct broadcaster_push_in *in, struct broadcaster_push *out)
{
	struct digest digest = crypto_sha256(in->method == PUSH_GET ? in->query : in->body);

	*out = (struct broadcaster_push){ .kind = PUSH_NONE, .topic = in->topic };
	out->delivery = crypto_hex(c->mem, crypto_digest_str(&digest));
	if (in->method == PUSH_GET)
		return read_question(c, in, out);
	if (!is_signed(c, in))
		return FAIL(c, ERR_SIGNATURE, "a feed that the hub did not sign");
	return read_feed(c, in, out);
}
