/* crypto: signatures, sealed secrets, passwords and random tokens. The only door to OpenSSL and libsodium.
 * Never  logs or keeps what it is given; comparisons are constant in time
 */
#ifndef UNIFYED_CRYPTO_H
#define UNIFYED_CRYPTO_H
#include "lib/core/ctx.h"

struct digest {
	uint8_t b[32];
};

struct digest crypto_sha256(struct str s);
struct digest crypto_hmac(struct str key, struct str message); /* HMAC-SHA256, RFC 2104 */
/* HMAC-SHA1, 20 bytes, for those who still sign with it (WebSub); never for anything of ours. Lives as long as mem. */
struct str crypto_hmac_sha1(struct arena *mem, struct str key, struct str message);
bool crypto_same(struct str a, struct str b); /* constant time; false when lengths differ */
struct str crypto_digest_str(const struct digest *d); /* a view of its 32 bytes */
struct str crypto_hex(struct arena *mem, struct str bytes);
bool crypto_hex_read(struct arena *mem, struct str hex, struct str *out); /* lower or upper case */
struct str crypto_base64(struct arena *mem, struct str bytes);            /* RFC 4648 §4, padded */
bool crypto_base64_read(struct arena *mem, struct str text, struct str *out); /* strict, padded */
struct str crypto_base64url(struct arena *mem, struct str bytes);         /* RFC 4648 §5, unpadded */
bool crypto_base64url_read(struct arena *mem, struct str text, struct str *out);
void crypto_random(void *p, size_t n); /* getrandom; aborts when the kernel has none */
/* n random characters of [0-9A-Za-z], unbiased */
struct str crypto_token(struct arena *mem, size_t n);

/* A key of its own for each use, derived from the first key of the ring: HKDF-SHA256, info = label. */
struct digest crypto_subkey(struct ctx *c, const char *label);

/* AES-256-GCM under the ring's first key: "v1.<key id>.<base64url(iv|ciphertext|tag)>".
 * `bound` is the additional data: table|owner|row|field (the key id is added here), so that a sealed
 * text cannot be moved to another row. */
struct str crypto_seal(struct ctx *c, struct str plain, struct str bound);
/* fails  INTERNAL  unknown key id, another place, or changed bytes */
enum err crypto_open(struct ctx *c, struct str sealed, struct str bound, struct str *plain);
/* key id that a sealed text names; empty when malformed */
struct str crypto_sealed_by(struct str sealed);

/* Rotation. The id of the ring's first key, and whether the ring has a key of that id. */
struct str crypto_ring_first(struct ctx *c);
bool crypto_ring_has(struct ctx *c, struct str id);
/* What became of texts that were to be sealed by the first key. */
struct crypto_resealed {
	int64_t done, left; /* left: could not be opened, and stay as they are */
};
/* The same secret under the first key. *out empty: it is so already, there is none, or it cannot be opened (counted and logged). */
void crypto_reseal(struct ctx *c, struct str sealed, struct str bound, struct crypto_resealed *count, struct str *out);
/* How many texts of a column ("shop.access_sealed") a key has sealed. */
struct crypto_sealed_count {
	struct str what, key_id;
	int64_t n;
};

/* argon2id (libsodium crypto_pwhash_str), 19 MiB, t=2 (OWASP). About 30 ms: never inside a transaction. */
struct str crypto_password_hash(struct ctx *c, struct str password);
bool crypto_password_ok(struct str hash, struct str password);
/* the same work with no account behind it, so that timing tells nothing */
void crypto_password_pretend(struct str password);

#endif
