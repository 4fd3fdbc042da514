/* seal.c: the key ring, and texts sealed under it. config checked the ring's form; here it is only taken apart. */
#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <stdlib.h>
#include <string.h>

#include "lib/core/buf.h"
#include "lib/core/config.h"
#include "lib/core/log.h"
#include "lib/crypto/crypto.h"

#define IV_BYTES 12
#define TAG_BYTES 16
#define KEY_BYTES 32
#define VERSION "v1"

struct ring_key {
	struct str id;
	struct str bytes;
};

static void must(bool good, const char *what)
{
	if (good)
		return;
	log_line(LOG_ERROR, "crypto", LOG_FIELDS(LOG_S("failed", str_of(what))));
	abort();
}

/* The first key when id is empty. */
static bool ring_find(struct ctx *c, struct str id, struct ring_key *out)
{
	struct str ring = c->config->key_ring;

	while (ring.p) {
		struct str hex = str_cut(&ring, ',');
		struct str name = str_cut(&hex, ':');

		if (id.n && !str_eq(id, name))
			continue;
		out->id = name;
		return crypto_hex_read(c->mem, hex, &out->bytes) && out->bytes.n == KEY_BYTES;
	}
	return false;
}

static struct ring_key ring_first(struct ctx *c)
{
	struct ring_key key;

	must(ring_find(c, (struct str){ 0 }, &key), "key_ring");
	return key;
}

struct digest crypto_subkey(struct ctx *c, const char *label)
{
	struct ring_key key = ring_first(c);
	EVP_PKEY_CTX *hkdf = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
	struct digest out;
	size_t n = sizeof(out.b);

	must(hkdf && EVP_PKEY_derive_init(hkdf) == 1, "hkdf");
	must(EVP_PKEY_CTX_set_hkdf_md(hkdf, EVP_sha256()) == 1, "hkdf digest");
	must(EVP_PKEY_CTX_set1_hkdf_key(hkdf, (const unsigned char *)key.bytes.p, KEY_BYTES) == 1, "hkdf key");
	must(EVP_PKEY_CTX_add1_hkdf_info(hkdf, (const unsigned char *)label, (int)strlen(label)) == 1, "hkdf label");
	must(EVP_PKEY_derive(hkdf, out.b, &n) == 1 && n == sizeof(out.b), "hkdf output");
	EVP_PKEY_CTX_free(hkdf);
	return out;
}

static struct str bound_to(struct ctx *c, struct str id, struct str bound)
{
	struct buf b = buf_new(c->mem, id.n + 1 + bound.n);

	buf_put(&b, id);
	buf_char(&b, '|');
	buf_put(&b, bound);
	return buf_str(&b);
}

struct str crypto_seal(struct ctx *c, struct str plain, struct str bound)
{
	struct ring_key key = ring_first(c);
	struct str aad = bound_to(c, key.id, bound), body;
	unsigned char *iv = arena_alloc(c->mem, IV_BYTES + plain.n + TAG_BYTES);
	unsigned char *text = iv + IV_BYTES, *tag = text + plain.n;
	EVP_CIPHER_CTX *gcm = EVP_CIPHER_CTX_new();
	int n;

	must(plain.n <= INT32_MAX && aad.n <= INT32_MAX, "seal size");
	crypto_random(iv, IV_BYTES);
	must(gcm && EVP_EncryptInit_ex(gcm, EVP_aes_256_gcm(), NULL, (const unsigned char *)key.bytes.p, iv) == 1, "seal");
	must(EVP_EncryptUpdate(gcm, NULL, &n, (const unsigned char *)aad.p, (int)aad.n) == 1, "seal bound");
	must(plain.n == 0 || EVP_EncryptUpdate(gcm, text, &n, (const unsigned char *)plain.p, (int)plain.n) == 1, "seal text");
	must(EVP_EncryptFinal_ex(gcm, tag, &n) == 1, "seal end");
	must(EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, tag) == 1, "seal tag");
	EVP_CIPHER_CTX_free(gcm);
	body = crypto_base64url(c->mem, (struct str){ (const char *)iv, IV_BYTES + plain.n + TAG_BYTES });
	return str_fmt(c->mem, VERSION "." STR_FMT "." STR_FMT, STR_ARG(key.id), STR_ARG(body));
}

static bool parts(struct str sealed, struct str *id, struct str *body)
{
	struct str rest = sealed;

	if (!str_eq(str_cut(&rest, '.'), S(VERSION)))
		return false;
	*id = str_cut(&rest, '.');
	*body = rest;
	return id->n && body->n;
}

struct str crypto_sealed_by(struct str sealed)
{
	struct str id, body;

	return parts(sealed, &id, &body) ? id : (struct str){ 0 };
}

static bool opens(const struct ring_key *key, struct str aad, unsigned char *raw, size_t n, unsigned char *plain)
{
	EVP_CIPHER_CTX *gcm = EVP_CIPHER_CTX_new();
	int length = (int)(n - IV_BYTES - TAG_BYTES), done;
	bool good;

	must(gcm && EVP_DecryptInit_ex(gcm, EVP_aes_256_gcm(), NULL, (const unsigned char *)key->bytes.p, raw) == 1, "open");
	must(EVP_DecryptUpdate(gcm, NULL, &done, (const unsigned char *)aad.p, (int)aad.n) == 1, "open bound");
	must(length == 0 || EVP_DecryptUpdate(gcm, plain, &done, raw + IV_BYTES, length) == 1, "open text");
	must(EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, raw + IV_BYTES + length) == 1, "open tag");
	good = EVP_DecryptFinal_ex(gcm, plain + length, &done) == 1;
	EVP_CIPHER_CTX_free(gcm);
	return good;
}

enum err crypto_open(struct ctx *c, struct str sealed, struct str bound, struct str *plain)
{
	struct str id, body, raw;
	struct ring_key key;
	unsigned char *p;

	if (!parts(sealed, &id, &body))
		return FAIL(c, ERR_INTERNAL, "a sealed text is malformed");
	if (!ring_find(c, id, &key))
		return FAIL(c, ERR_INTERNAL, "no key " STR_FMT " in the ring", STR_ARG(id));
	if (!crypto_base64url_read(c->mem, body, &raw) || raw.n < IV_BYTES + TAG_BYTES || raw.n > INT32_MAX)
		return FAIL(c, ERR_INTERNAL, "a sealed text is malformed");
	p = arena_alloc(c->mem, raw.n);
	if (!opens(&key, bound_to(c, id, bound), (unsigned char *)raw.p, raw.n, p))
		return FAIL(c, ERR_INTERNAL, "a sealed text was changed, or belongs elsewhere");
	*plain = (struct str){ (const char *)p, raw.n - IV_BYTES - TAG_BYTES };
	return OK;
}

struct str crypto_ring_first(struct ctx *c)
{
	return ring_first(c).id;
}

bool crypto_ring_has(struct ctx *c, struct str id)
{
	struct ring_key key;

	return id.n && ring_find(c, id, &key);
}

void crypto_reseal(struct ctx *c, struct str sealed, struct str bound, struct crypto_resealed *count, struct str *out)
{
	struct str plain;

	*out = (struct str){ 0 };
	if (!sealed.n || str_eq(crypto_sealed_by(sealed), crypto_ring_first(c)))
		return;
	if (crypto_open(c, sealed, bound, &plain) != OK) {
		log_line(LOG_ERROR, "a sealed text cannot be opened", LOG_FIELDS(LOG_S("bound", bound), LOG_S("detail", c->failed_detail)));
		c->failed = OK;
		count->left++;
		return;
	}
	*out = crypto_seal(c, plain, bound);
}
