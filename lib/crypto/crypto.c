/* crypto.c: digests, encodings, random and passwords. Sealing is in seal.c.
 * What can only fail for want of memory, or because a library is broken, aborts.
 */
#include "lib/crypto/crypto.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/core/log.h"

#define PASSWORD_PASSES 2
#define PASSWORD_MEMORY_BYTES (19u * 1024 * 1024)

static void must(bool good, const char *what)
{
	if (good)
		return;
	log_line(LOG_ERROR, "crypto", LOG_FIELDS(LOG_S("failed", str_of(what))));
	abort();
}

static const unsigned char *bytes_of(struct str s)
{
	return (const unsigned char *)(s.n ? s.p : "");
}

struct digest crypto_sha256(struct str s)
{
	struct digest d;

	must(EVP_Digest(bytes_of(s), s.n, d.b, NULL, EVP_sha256(), NULL) == 1, "sha256");
	return d;
}

struct digest crypto_hmac(struct str key, struct str message)
{
	struct digest d;

	must(key.n <= INT32_MAX, "hmac key");
	must(HMAC(EVP_sha256(), bytes_of(key), (int)key.n, bytes_of(message), message.n, d.b, NULL) != NULL, "hmac");
	return d;
}

struct str crypto_hmac_sha1(struct arena *mem, struct str key, struct str message)
{
	unsigned char *b = arena_alloc(mem, SHA_DIGEST_LENGTH);

	must(key.n <= INT32_MAX, "hmac key");
	must(HMAC(EVP_sha1(), bytes_of(key), (int)key.n, bytes_of(message), message.n, b, NULL) != NULL, "hmac");
	return (struct str){ (const char *)b, SHA_DIGEST_LENGTH };
}

bool crypto_same(struct str a, struct str b)
{
	return a.n == b.n && CRYPTO_memcmp(bytes_of(a), bytes_of(b), a.n) == 0;
}

struct str crypto_digest_str(const struct digest *d)
{
	return (struct str){ (const char *)d->b, sizeof(d->b) };
}

struct str crypto_hex(struct arena *mem, struct str bytes)
{
	size_t n = 2 * bytes.n;
	char *p = arena_alloc(mem, n + 1);

	sodium_bin2hex(p, n + 1, bytes_of(bytes), bytes.n);
	return (struct str){ p, n };
}

bool crypto_hex_read(struct arena *mem, struct str hex, struct str *out)
{
	unsigned char *p = arena_alloc(mem, hex.n / 2 + 1);
	size_t n;

	if (sodium_hex2bin(p, hex.n / 2, (const char *)bytes_of(hex), hex.n, NULL, &n, NULL) != 0)
		return false;
	*out = (struct str){ (const char *)p, n };
	return true;
}

/* libsodium's coders: unlike OpenSSL's they refuse blanks, wrong padding and stray last bits. */
static struct str base64(struct arena *mem, struct str bytes, int variant)
{
	size_t cap = sodium_base64_encoded_len(bytes.n, variant);
	char *p = arena_alloc(mem, cap);

	sodium_bin2base64(p, cap, bytes_of(bytes), bytes.n, variant);
	return str_of(p);
}

static bool base64_read(struct arena *mem, struct str text, int variant, struct str *out)
{
	size_t cap = text.n / 4 * 3 + 3, n;
	unsigned char *p = arena_alloc(mem, cap);

	if (sodium_base642bin(p, cap, (const char *)bytes_of(text), text.n, NULL, &n, NULL, variant) != 0)
		return false;
	*out = (struct str){ (const char *)p, n };
	/* libsodium 1.0.18 also takes bytes past 0x7F for letters. */
	return str_eq(base64(mem, *out, variant), text);
}

struct str crypto_base64(struct arena *mem, struct str bytes)
{
	return base64(mem, bytes, sodium_base64_VARIANT_ORIGINAL);
}

bool crypto_base64_read(struct arena *mem, struct str text, struct str *out)
{
	return base64_read(mem, text, sodium_base64_VARIANT_ORIGINAL, out);
}

struct str crypto_base64url(struct arena *mem, struct str bytes)
{
	return base64(mem, bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool crypto_base64url_read(struct arena *mem, struct str text, struct str *out)
{
	return base64_read(mem, text, sodium_base64_VARIANT_URLSAFE_NO_PADDING, out);
}

void crypto_random(void *p, size_t n)
{
	char *at = p;

	while (n) {
		ssize_t got = getrandom(at, n, 0);

		must(got > 0 || errno == EINTR, "getrandom");
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
}

struct str crypto_token(struct arena *mem, size_t n)
{
	static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	const unsigned fair = 256 / (sizeof(letters) - 1) * (sizeof(letters) - 1);
	char *p = arena_alloc(mem, n + 1);
	uint8_t pool[64];
	size_t left = 0;

	for (size_t i = 0; i < n;) {
		if (left == 0) {
			crypto_random(pool, sizeof(pool));
			left = sizeof(pool);
		}
		/* The last 8 of 256 values would favour some letters. */
		if (pool[--left] < fair)
			p[i++] = letters[pool[left] % (sizeof(letters) - 1)];
	}
	return (struct str){ p, n };
}

struct str crypto_password_hash(struct ctx *c, struct str password)
{
	char *p = arena_alloc(c->mem, crypto_pwhash_STRBYTES);

	must(sodium_init() >= 0, "sodium_init");
	must(crypto_pwhash_str(p, (const char *)bytes_of(password), password.n, PASSWORD_PASSES,
		     PASSWORD_MEMORY_BYTES) == 0, "argon2id");
	return str_of(p);
}

bool crypto_password_ok(struct str hash, struct str password)
{
	char z[crypto_pwhash_STRBYTES] = { 0 };

	if (hash.n == 0 || hash.n >= sizeof(z))
		return false;
	must(sodium_init() >= 0, "sodium_init");
	memcpy(z, hash.p, hash.n);
	return crypto_pwhash_str_verify(z, (const char *)bytes_of(password), password.n) == 0;
}

void crypto_password_pretend(struct str password)
{
	static const unsigned char salt[crypto_pwhash_SALTBYTES];
	unsigned char out[32];

	must(sodium_init() >= 0, "sodium_init");
	must(crypto_pwhash(out, sizeof(out), (const char *)bytes_of(password), password.n, salt, PASSWORD_PASSES,
		     PASSWORD_MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) == 0, "argon2id");
}
