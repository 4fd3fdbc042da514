/* seal.c: the key ring and what is sealed under it. */
#include <string.h>

#include "lib/core/config.h"
#include "lib/crypto/crypto.h"
#include "tests/suite.h"

#define KEY_A "a:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_B "b:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define ROW S("connection|anna|1|token")

static struct ctx ctx_with(struct config *config, struct str ring)
{
	*config = (struct config){ .key_ring = ring };
	return (struct ctx){ .mem = arena_new(1 << 22), .config = config };
}

static void a_sealed_text_opens_in_its_place(void)
{
	struct config config;
	struct ctx c = ctx_with(&config, S(KEY_A));
	struct str sealed = crypto_seal(&c, S("shpat_\0secret"), ROW), plain;

	EXPECT(str_starts(sealed, S("v1.a.")));
	EXPECT_STR(crypto_sealed_by(sealed), "a");
	EXPECT_ERR(crypto_open(&c, sealed, ROW, &plain), OK);
	EXPECT_SAME(plain, S("shpat_\0secret"));
	EXPECT(!str_eq(sealed, crypto_seal(&c, S("shpat_\0secret"), ROW)));
	EXPECT(str_find(sealed, 0, S("secret")) == SIZE_MAX);
	arena_free(c.mem);
}

static void an_empty_text_can_be_sealed(void)
{
	struct config config;
	struct ctx c = ctx_with(&config, S(KEY_A));
	struct str plain = S("x");

	EXPECT_ERR(crypto_open(&c, crypto_seal(&c, S(""), ROW), ROW, &plain), OK);
	EXPECT_INT((int64_t)plain.n, 0);
	arena_free(c.mem);
}

static void every_changed_character_is_noticed(void)
{
	struct config config;
	struct ctx c = ctx_with(&config, S(KEY_A));
	struct str sealed = crypto_seal(&c, S("token"), ROW), plain;

	for (size_t i = 0; i < sealed.n; i++) {
		char *changed = arena_array(c.mem, sealed.n, 1);

		memcpy(changed, sealed.p, sealed.n);
		changed[i] = changed[i] == 'A' ? 'B' : 'A';
		EXPECT_ERR(crypto_open(&c, (struct str){ changed, sealed.n }, ROW, &plain), ERR_INTERNAL);
	}
	for (size_t n = 0; n < sealed.n; n++)
		EXPECT_ERR(crypto_open(&c, str_slice(sealed, 0, n), ROW, &plain), ERR_INTERNAL);
	arena_free(c.mem);
}

static void a_text_moved_to_another_row_does_not_open(void)
{
	struct config config;
	struct ctx c = ctx_with(&config, S(KEY_A));
	struct str sealed = crypto_seal(&c, S("token"), ROW), plain;

	EXPECT_ERR(crypto_open(&c, sealed, S("connection|anna|2|token"), &plain), ERR_INTERNAL);
	EXPECT_ERR(crypto_open(&c, sealed, S("connection|ben|1|token"), &plain), ERR_INTERNAL);
	EXPECT_ERR(crypto_open(&c, sealed, S(""), &plain), ERR_INTERNAL);
	arena_free(c.mem);
}

static void an_old_key_still_opens_after_a_rotation(void)
{
	struct config config;
	struct ctx c = ctx_with(&config, S(KEY_A));
	struct str old = crypto_seal(&c, S("token"), ROW), plain;

	config.key_ring = S(KEY_B "," KEY_A);
	EXPECT_STR(crypto_sealed_by(crypto_seal(&c, S("x"), ROW)), "b");
	EXPECT_ERR(crypto_open(&c, old, ROW, &plain), OK);
	EXPECT_STR(plain, "token");
	config.key_ring = S(KEY_B);
	EXPECT_ERR(crypto_open(&c, old, ROW, &plain), ERR_INTERNAL);
	EXPECT_STR(c.failed_detail, "no key a in the ring");
	arena_free(c.mem);
}

static void a_text_cannot_claim_another_key(void)
{
	struct config config;
	struct ctx c = ctx_with(&config, S("a:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff," KEY_B));
	struct str sealed = crypto_seal(&c, S("token"), ROW), plain;
	struct str renamed = str_fmt(c.mem, "v1.b." STR_FMT, STR_ARG(str_slice(sealed, 5, sealed.n)));

	EXPECT_ERR(crypto_open(&c, renamed, ROW, &plain), ERR_INTERNAL);
	arena_free(c.mem);
}

static void who_sealed_is_empty_for_rubbish(void)
{
	EXPECT_STR(crypto_sealed_by(S("")), "");
	EXPECT_STR(crypto_sealed_by(S("v1.a")), "");
	EXPECT_STR(crypto_sealed_by(S("v1..x")), "");
	EXPECT_STR(crypto_sealed_by(S("v2.a.x")), "");
	EXPECT_STR(crypto_sealed_by(S("v1.a.x")), "a");
}

/* HKDF-SHA256 (RFC 5869) without salt; computed with Python's hmac. */
static void a_subkey_belongs_to_its_label(void)
{
	struct config config;
	struct ctx c = ctx_with(&config, S(KEY_A));
	struct digest visitor = crypto_subkey(&c, "visitor"), csrf = crypto_subkey(&c, "csrf");

	EXPECT_STR(crypto_hex(c.mem, crypto_digest_str(&visitor)), "bc3162ad3b2daed3b7a7265448f91a3001a2002954281eb9ad19447bc012887c");
	EXPECT(!str_eq(crypto_digest_str(&visitor), crypto_digest_str(&csrf)));
	config.key_ring = S(KEY_A "," KEY_B);
	csrf = crypto_subkey(&c, "visitor");
	EXPECT_SAME(crypto_digest_str(&csrf), crypto_digest_str(&visitor));
	arena_free(c.mem);
}

static const CU_TestInfo tests[] = {
	T(a_sealed_text_opens_in_its_place),
	T(an_empty_text_can_be_sealed),
	T(every_changed_character_is_noticed),
	T(a_text_moved_to_another_row_does_not_open),
	T(an_old_key_still_opens_after_a_rotation),
	T(a_text_cannot_claim_another_key),
	T(who_sealed_is_empty_for_rubbish),
	T(a_subkey_belongs_to_its_label),
	CU_TEST_INFO_NULL,
};

const struct suite suite_crypto_seal = { "lib/crypto/seal", tests };
