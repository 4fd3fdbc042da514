#include "lib/checkout/visitor.h"

#include <string.h>

#include "lib/checkout/guard.h"
#include "lib/crypto/crypto.h"

#define SECONDS_BYTES 6
#define SAID_BYTES (16 + SECONDS_BYTES)
#define TOKEN_BYTES (SAID_BYTES + 32)
#define AHEAD_S 60

static struct digest signature(struct ctx *c, struct str use, struct str said)
{
	struct digest key = crypto_subkey(c, "visitor");
	char *message = arena_alloc(c->mem, said.n + use.n);

	memcpy(message, said.p, said.n);
	if (use.n)
		memcpy(message + said.n, use.p, use.n);
	return crypto_hmac(crypto_digest_str(&key), (struct str){ message, said.n + use.n });
}

struct str visitor_token(struct ctx *c, struct str use, struct uuid visitor)
{
	uint64_t seconds = (uint64_t)c->now_ms / 1000;
	struct digest mac;
	char raw[TOKEN_BYTES];

	memcpy(raw, visitor.b, 16);
	for (int i = 0; i < SECONDS_BYTES; i++)
		raw[16 + i] = (char)(uint8_t)(seconds >> (8 * (SECONDS_BYTES - 1 - i)));
	mac = signature(c, use, (struct str){ raw, SAID_BYTES });
	memcpy(raw + SAID_BYTES, mac.b, sizeof mac.b);
	return crypto_base64url(c->mem, (struct str){ raw, TOKEN_BYTES });
}

bool visitor_read(struct ctx *c, struct str use, struct str token, int64_t max_age_s, struct uuid *out, int64_t *made_ms)
{
	int64_t seconds = 0, age;
	struct digest mac;
	struct str raw;

	if (token.n != TOKEN_BYTES / 3 * 4 || !crypto_base64url_read(c->mem, token, &raw) || raw.n != TOKEN_BYTES)
		return false;
	mac = signature(c, use, str_slice(raw, 0, SAID_BYTES));
	if (!crypto_same(crypto_digest_str(&mac), str_slice(raw, SAID_BYTES, TOKEN_BYTES)))
		return false;
	for (int i = 0; i < SECONDS_BYTES; i++)
		seconds = seconds << 8 | (uint8_t)raw.p[16 + i];
	age = c->now_ms / 1000 - seconds;
	if (age > max_age_s || age < -AHEAD_S)
		return false;
	memcpy(out->b, raw.p, 16);
	if (made_ms)
		*made_ms = seconds * 1000;
	return true;
}

struct uuid visitor_first(struct ctx *c)
{
	struct digest key = crypto_subkey(c, "visitor of a first request");
	struct digest d = crypto_hmac(crypto_digest_str(&key), c->request_id);
	struct uuid u;

	memcpy(u.b, d.b, sizeof u.b);
	return u;
}

struct str visitor_who(struct ctx *c, struct str cookie, struct str address, struct str user_agent)
{
	struct digest agent = crypto_sha256(user_agent);
	struct uuid visitor;
	char text[37];

	if (visitor_read(c, S("cookie"), cookie, VISITOR_COOKIE_S, &visitor, NULL)) {
		uuid_text(visitor, text);
		return str_copy(c->mem, str_of(text));
	}
	uuid_text(guard_address(c, address), text);
	return str_fmt(c->mem, "%.36s" STR_FMT, text, STR_ARG(crypto_hex(c->mem, str_slice(crypto_digest_str(&agent), 0, 8))));
}
