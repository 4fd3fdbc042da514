/* readers.c: ids, money, times, numbers: what is read is written the same way, and reads the same again. */
#include <stdlib.h>

#include "lib/core/arena.h"
#include "lib/core/buf.h"
#include "lib/core/ids.h"
#include "lib/core/money.h"
#include "lib/core/time.h"
#include "lib/crypto/crypto.h"

#define ARENA_BYTES 4194304
#define INPUT_BYTES_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

static void read_id(struct arena *mem, struct str s)
{
	struct uuid u;

	for (int kind = 0; kind < ID_KINDS; kind++)
		if (id_read((enum id_kind)kind, s, &u))
			must(str_eq(id_text(mem, (enum id_kind)kind, u), s));
	if (uuid_read(s, &u)) {
		char text[37];

		uuid_text(u, text);
		must(str_eq_nocase(str_of(text), s));
	}
}

static void read_money(struct arena *mem, struct str s)
{
	static const char *const codes[] = { "USD", "JPY", "KWD", "CLF" };
	struct currency currency;
	struct money m, again;

	for (size_t i = 0; i < COUNT(codes); i++) {
		must(currency_read(str_of(codes[i]), &currency));
		if (!money_read(s, currency, &m))
			continue;
		must(money_read(money_decimal(mem, m), currency, &again) && again.minor == m.minor);
		must(money_text(mem, m).n > 0);
		must(money_share(m.minor, 10000) == m.minor);
		money_share(m.minor, 1);
		money_share(m.minor, 9999);
	}
}

static void read_time(struct arena *mem, struct str s)
{
	int64_t ms, again;

	if (!time_read(s, &ms))
		return;
	must(time_read(time_text(mem, ms), &again) && again == ms);
	must(time_http(mem, ms).n == 29);
	time_human(mem, ms);
}

static void read_encodings(struct arena *mem, struct str s)
{
	struct str bytes;
	int64_t v;

	if (crypto_base64_read(mem, s, &bytes))
		must(str_eq(crypto_base64(mem, bytes), s));
	if (crypto_base64url_read(mem, s, &bytes))
		must(str_eq(crypto_base64url(mem, bytes), s));
	if (crypto_hex_read(mem, s, &bytes))
		must(str_eq_nocase(crypto_hex(mem, bytes), s));
	if (str_int(s, &v))
		must(str_fmt(mem, "%lld", (long long)v).n <= s.n);
	must(crypto_sealed_by(s).n <= s.n);
}

static void escape(struct arena *mem, struct str s)
{
	static void (*const escapers[])(struct buf *, struct str) = { buf_html, buf_url_part, buf_json, buf_json_script,
		buf_html_url };

	for (size_t i = 0; i < COUNT(escapers); i++) {
		struct buf b = buf_new(mem, 65536);

		escapers[i](&b, s);
		must(b.full || (str_utf8(buf_str(&b)) && str_find(buf_str(&b), 0, S("<script")) == SIZE_MAX) || i == 2);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size };
	struct arena *mem;

	if (size > INPUT_BYTES_MAX)
		return 0;
	mem = arena_new(ARENA_BYTES);
	read_id(mem, s);
	read_money(mem, s);
	read_time(mem, s);
	read_encodings(mem, s);
	escape(mem, s);
	arena_free(mem);
	return 0;
}
