/* crypto.c: digests, encodings, random and passwords. */
#include "lib/crypto/crypto.h"

#include <string.h>

#include "lib/core/time.h"
#include "lib/json/json.h"
#include "tests/suite.h"

static struct str hex_of(struct arena *mem, struct digest d)
{
	return crypto_hex(mem, crypto_digest_str(&d));
}

/* FIPS 180-4 and RFC 4231 */
static void digests_are_those_of_the_standards(void)
{
	struct arena *mem = arena_new(1 << 20);

	EXPECT_STR(hex_of(mem, crypto_sha256(S(""))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	EXPECT_STR(hex_of(mem, crypto_sha256(S("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	EXPECT_STR(crypto_hex(mem, crypto_hmac_sha1(mem, S("Jefe"), S("what do ya want for nothing?"))), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"); /* RFC 2202 */
	EXPECT_STR(hex_of(mem, crypto_hmac(S("Jefe"), S("what do ya want for nothing?"))),
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	EXPECT_STR(hex_of(mem, crypto_hmac(S(""), S(""))), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
	arena_free(mem);
}

static void webhook_signatures_are_judged_as_recorded(void)
{
	struct ctx c = { .mem = arena_new(1 << 22) };
	struct json all, list;
	struct str secret;

	EXPECT_ERR(json_read_object(&c, suite_file(c.mem, "tests/fixtures/shopify/hmac-vectors.json"), &all), OK);
	secret = json_str_at(all, "client_secret");
	list = json_get(all, "webhooks");
	EXPECT(json_length(list) > 10);
	for (size_t i = 0; i < json_length(list); i++) {
		struct json one = json_at(list, i);
		struct digest d = crypto_hmac(secret, json_str_at(one, "body"));
		bool same = crypto_same(crypto_base64(c.mem, crypto_digest_str(&d)), json_str_at(one, "hmac"));

		suite_expect(same == json_bool(json_get(one, "valid"), false), str_z(c.mem, json_str_at(one, "name")),
			__FILE__, __LINE__);
	}
	arena_free(c.mem);
}

static void query_signatures_are_hex_of_the_same(void)
{
	struct ctx c = { .mem = arena_new(1 << 22) };
	struct json all, list;

	EXPECT_ERR(json_read_object(&c, suite_file(c.mem, "tests/fixtures/shopify/hmac-vectors.json"), &all), OK);
	list = json_get(all, "query");
	EXPECT(json_length(list) > 5);
	for (size_t i = 0; i < json_length(list); i++) {
		struct json one = json_at(list, i);

		EXPECT_SAME(hex_of(c.mem, crypto_hmac(json_str_at(all, "client_secret"), json_str_at(one, "message"))),
			json_str_at(one, "hmac"));
	}
	arena_free(c.mem);
}

static void same_means_the_same_bytes(void)
{
	EXPECT(crypto_same(S("ab\0c"), S("ab\0c")));
	EXPECT(!crypto_same(S("ab\0c"), S("ab\0d")));
	EXPECT(!crypto_same(S("ab"), S("abc")));
	EXPECT(crypto_same((struct str){ 0 }, S("")));
}

static void hex_goes_both_ways(void)
{
	struct arena *mem = arena_new(1 << 20);
	struct str out = S("");

	EXPECT_STR(crypto_hex(mem, S("\0\xFF\x10")), "00ff10");
	EXPECT(crypto_hex_read(mem, S("00fF10"), &out));
	EXPECT_SAME(out, S("\0\xFF\x10"));
	EXPECT(crypto_hex_read(mem, S(""), &out) && out.n == 0);
	EXPECT(!crypto_hex_read(mem, S("0"), &out));
	EXPECT(!crypto_hex_read(mem, S("0g"), &out));
	EXPECT(!crypto_hex_read(mem, S("00 11"), &out));
	arena_free(mem);
}

/* RFC 4648 §10 */
static void base64_goes_both_ways(void)
{
	static const char *const plain[] = { "", "f", "fo", "foo", "foob", "fooba", "foobar" };
	static const char *const coded[] = { "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy" };
	struct arena *mem = arena_new(1 << 20);
	struct str out;

	for (size_t i = 0; i < COUNT(plain); i++) {
		EXPECT_STR(crypto_base64(mem, str_of(plain[i])), coded[i]);
		EXPECT(crypto_base64_read(mem, str_of(coded[i]), &out));
		EXPECT_STR(out, plain[i]);
		EXPECT(crypto_base64url_read(mem, crypto_base64url(mem, str_of(plain[i])), &out));
		EXPECT_STR(out, plain[i]);
	}
	EXPECT_STR(crypto_base64(mem, S("\xFB\xFF")), "+/8=");
	EXPECT_STR(crypto_base64url(mem, S("\xFB\xFF")), "-_8");
	arena_free(mem);
}

static void other_base64_is_refused(void)
{
	static const char *const bad[] = {
		"Zg", "Zg=", "Zg===", "Z", "Zm9v\n", " Zm9v", "Zm9vZg==Zm9v", "Zh==", "Zm9=", "-_8=", "Zm9*", "====", "189\xB0", "\xDA\xE7==",
	};
	static const char *const bad_url[] = { "Zg==", "Z", "+/8", "Zh", "Zm9", "Zm 9v", "AAA\xC1" };
	struct arena *mem = arena_new(1 << 20);
	struct str out;

	for (size_t i = 0; i < COUNT(bad); i++)
		suite_expect(!crypto_base64_read(mem, str_of(bad[i]), &out), bad[i], __FILE__, __LINE__);
	for (size_t i = 0; i < COUNT(bad_url); i++)
		suite_expect(!crypto_base64url_read(mem, str_of(bad_url[i]), &out), bad_url[i], __FILE__, __LINE__);
	arena_free(mem);
}

static void tokens_use_every_letter_and_differ(void)
{
	struct arena *mem = arena_new(1 << 20);
	struct str token = crypto_token(mem, 20000);
	int count[256] = { 0 }, used = 0;

	for (size_t i = 0; i < token.n; i++)
		count[(uint8_t)token.p[i]]++;
	for (size_t i = 0; i < COUNT(count); i++) {
		used += count[i] > 0;
		EXPECT(count[i] == 0 || (count[i] > 200 && count[i] < 450));
	}
	EXPECT_INT(used, 62);
	EXPECT_INT((int64_t)token.n, 20000);
	EXPECT(!str_eq(crypto_token(mem, 22), crypto_token(mem, 22)));
	arena_free(mem);
}

static void a_password_is_known_again(void)
{
	struct ctx c = { .mem = arena_new(1 << 20) };
	struct str hash = crypto_password_hash(&c, S("correct horse")), again = crypto_password_hash(&c, S("correct horse"));

	EXPECT(str_starts(hash, S("$argon2id$v=19$m=19456,t=2,p=1$")));
	EXPECT(!str_eq(hash, again));
	EXPECT(crypto_password_ok(hash, S("correct horse")) && crypto_password_ok(again, S("correct horse")));
	EXPECT(!crypto_password_ok(hash, S("correct horsf")));
	EXPECT(!crypto_password_ok(hash, S("")));
	EXPECT(!crypto_password_ok(S(""), S("")));
	EXPECT(!crypto_password_ok(S("$argon2id$rubbish"), S("x")));
	EXPECT(!crypto_password_ok(str_lower(c.mem, hash), S("correct horse")));
	arena_free(c.mem);
}

static void pretending_takes_as_long_as_checking(void)
{
	struct ctx c = { .mem = arena_new(1 << 20) };
	struct str hash = crypto_password_hash(&c, S("correct horse"));
	int64_t start = time_monotonic_ms(), checked, pretended;

	for (int i = 0; i < 4; i++)
		EXPECT(!crypto_password_ok(hash, S("wrong")));
	checked = time_monotonic_ms() - start;
	for (int i = 0; i < 4; i++)
		crypto_password_pretend(S("wrong"));
	pretended = time_monotonic_ms() - start - checked;
	EXPECT(pretended * 3 + 20 > checked && checked * 3 + 20 > pretended);
	arena_free(c.mem);
}

static const CU_TestInfo tests[] = {
	T(digests_are_those_of_the_standards),
	T(webhook_signatures_are_judged_as_recorded),
	T(query_signatures_are_hex_of_the_same),
	T(same_means_the_same_bytes),
	T(hex_goes_both_ways),
	T(base64_goes_both_ways),
	T(other_base64_is_refused),
	T(tokens_use_every_letter_and_differ),
	T(a_password_is_known_again),
	T(pretending_takes_as_long_as_checking),
	CU_TEST_INFO_NULL,
};

const struct suite suite_crypto_crypto = { "lib/crypto", tests };
