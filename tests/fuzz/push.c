/* push: what the three platforms push, whoever sends it. The first byte chooses the platform and how it came; half of the messages are
 * signed as the platform would, so that what stands behind the signature is read too. Whatever comes out can be stored and sent back. */
#include <stdlib.h>
#include <string.h>

#include "lib/core/config.h"
#include "lib/crypto/crypto.h"
#include "lib/platform/broadcaster.h"

#define ARENA_BYTES 16777216
#define INPUT_BYTES_MAX 70000
#define SECRET S("a secret of ten")
#define NOW_MS INT64_C(1795204000000)
#define NOW_TEXT "2026-11-20T19:46:40Z"
#define TOPIC S("https://www.youtube.com/xml/feeds/videos.xml?channel_id=UCa")

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct signs {
	const char *type;
	struct str sha1, twitch, tiktok;
};

static struct str header_of(const void *from, const char *cgi_name)
{
	const struct signs *s = from;

	if (strcmp(cgi_name, "HTTP_X_HUB_SIGNATURE") == 0)
		return s->sha1;
	if (strcmp(cgi_name, "HTTP_TIKTOK_SIGNATURE") == 0)
		return s->tiktok;
	if (strcmp(cgi_name, "HTTP_TWITCH_EVENTSUB_MESSAGE_SIGNATURE") == 0)
		return s->twitch;
	if (strcmp(cgi_name, "HTTP_TWITCH_EVENTSUB_MESSAGE_TYPE") == 0)
		return str_of(s->type);
	return str_of(strcmp(cgi_name, "HTTP_TWITCH_EVENTSUB_MESSAGE_TIMESTAMP") == 0 ? NOW_TEXT : "id-1");
}

static struct str hex_hmac(struct arena *mem, struct str message)
{
	struct digest digest = crypto_hmac(SECRET, message);

	return crypto_hex(mem, crypto_digest_str(&digest));
}

static struct signs sign(struct arena *mem, struct str body, uint8_t how)
{
	static const char *const types[] = { "notification", "webhook_callback_verification", "revocation", "" };

	return (struct signs){ .type = types[how >> 4 & 3],
		.sha1 = str_fmt(mem, "sha1=" STR_FMT, STR_ARG(crypto_hex(mem, crypto_hmac_sha1(mem, SECRET, body)))),
		.twitch = str_fmt(mem, "sha256=" STR_FMT, STR_ARG(hex_hmac(mem, str_fmt(mem, "id-1" NOW_TEXT STR_FMT, STR_ARG(body))))),
		.tiktok = str_fmt(mem, "t=1795204000,s=" STR_FMT, STR_ARG(hex_hmac(mem, str_fmt(mem, "1795204000." STR_FMT, STR_ARG(body))))) };
}

static void must_be_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			abort();
}

static void check(const struct broadcaster_push *push, enum err e)
{
	if (e != OK) {
		if (e != ERR_SIGNATURE && e != ERR_BAD_REQUEST)
			abort();
		return;
	}
	must_be_plain(push->account);
	must_be_plain(push->external_id);
	must_be_plain(push->delivery);
	must_be_plain(push->reply);
	if (!push->delivery.n || push->reply.n > 1024 || push->lease_s < 0 || (push->kind == PUSH_VIDEO && !push->external_id.n))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct config config = { .tiktok_client_secret = SECRET, .tiktok_client_key = S("awTESTclientkey") };
	struct str body = { (const char *)data + 1, size - 1 };
	struct broadcaster_push push;
	struct arena *mem;
	struct signs signs;

	if (size < 1 || size > INPUT_BYTES_MAX)
		return 0;
	mem = arena_new(ARENA_BYTES);
	signs = sign(mem, data[0] & 64 ? S("another") : body, data[0]);
	check(&push, broadcasters[data[0] % 3]->receive(&(struct ctx){ .mem = mem, .config = &config, .now_ms = NOW_MS },
		&(struct broadcaster_push_in){ .method = data[0] & 128 ? PUSH_GET : PUSH_POST, .query = body, .body = body, .header_of = header_of,
			.from = &signs, .secret = SECRET, .topic = data[0] & 128 ? TOPIC : S(""), .now_ms = NOW_MS }, &push));
	arena_free(mem);
	return 0;
}
