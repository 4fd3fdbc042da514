/* money.c: amounts in minor units. MGA and MRU count fifths, but ISO 4217 and the shops write two digits. */
#include "lib/core/money.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "lib/core/arena.h"
#include "lib/core/buf.h"

#define WHOLE_BASIS_POINTS 10000
#define TEXT_BYTES 64

static const struct entry {
	char code[4];
	int exponent;
} currencies[] = {
#define CURRENCY(code, exponent) { #code, exponent },
#include "lib/core/currencies.def"
#undef CURRENCY
};

static const struct symbol {
	char code[4];
	const char *sign;
} symbols[] = {
	{ "USD", "$" }, { "EUR", "\xE2\x82\xAC" }, { "GBP", "\xC2\xA3" }, { "JPY", "\xC2\xA5" },
	{ "KRW", "\xE2\x82\xA9" },
};

static const struct entry *find(struct str code)
{
	for (size_t i = 0; i < COUNT(currencies); i++)
		if (str_eq(str_of(currencies[i].code), code))
			return &currencies[i];
	return NULL;
}

bool currency_read(struct str s, struct currency *out)
{
	const struct entry *entry = find(s);

	if (!entry)
		return false;
	memcpy(out->code, entry->code, sizeof(out->code));
	return true;
}

struct str currency_str(const struct currency *currency)
{
	return (struct str){ currency->code, strnlen(currency->code, sizeof(currency->code)) };
}

int currency_exponent(struct currency currency)
{
	const struct entry *entry = find(currency_str(&currency));

	assert(entry);
	return entry->exponent;
}

bool currency_eq(struct currency a, struct currency b)
{
	return str_eq(currency_str(&a), currency_str(&b));
}

static bool is_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

/* The minor units are summed below zero, where the range is one wider. */
static bool add_digit(int64_t *minor, char digit)
{
	return !__builtin_mul_overflow(*minor, 10, minor) && !__builtin_sub_overflow(*minor, digit - '0', minor);
}

static bool minor_read(struct str whole, struct str fraction, int exponent, int64_t *minor)
{
	size_t places = (size_t)exponent;

	*minor = 0;
	for (size_t i = 0; i < whole.n; i++)
		if (!add_digit(minor, whole.p[i]))
			return false;
	for (size_t i = 0; i < places; i++)
		if (!add_digit(minor, i < fraction.n ? fraction.p[i] : '0'))
			return false;
	for (size_t i = places; i < fraction.n; i++)
		if (fraction.p[i] != '0')
			return false;
	return true;
}

bool money_read(struct str decimal, struct currency currency, struct money *out)
{
	const struct entry *entry = find(currency_str(&currency));
	bool negative = str_starts(decimal, S("-"));
	struct str fraction = str_slice(decimal, negative, decimal.n);
	struct str whole = str_cut(&fraction, '.');
	int64_t minor;

	if (!entry || !is_digits(whole) || (fraction.p && !is_digits(fraction)))
		return false;
	if (!minor_read(whole, fraction, entry->exponent, &minor))
		return false;
	if (!negative && minor == INT64_MIN)
		return false;
	*out = (struct money){ negative ? minor : -minor, currency };
	return true;
}

static uint64_t magnitude(int64_t minor)
{
	return minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
}

/* Digits of `minor` with at least one before the point; `group` separates thousands. */
static void put_amount(struct buf *b, struct money m, const char *group)
{
	char digits[TEXT_BYTES];
	size_t places = (size_t)currency_exponent(m.currency);
	struct buf all = { .p = digits, .cap = sizeof(digits), .max = sizeof(digits) - 1 };
	size_t whole;

	buf_fmt(&all, "%0*" PRIu64, (int)places + 1, magnitude(m.minor));
	whole = all.n - places;
	for (size_t i = 0; i < all.n; i++) {
		if (i == whole)
			buf_char(b, '.');
		else if (i && i < whole && (whole - i) % 3 == 0)
			buf_put(b, str_of(group));
		buf_char(b, digits[i]);
	}
}

struct str money_decimal(struct arena *mem, struct money m)
{
	struct buf b = buf_new(mem, TEXT_BYTES);

	if (m.minor < 0)
		buf_char(&b, '-');
	put_amount(&b, m, "");
	return buf_str(&b);
}

static void put_sign(struct buf *b, struct str code)
{
	for (size_t i = 0; i < COUNT(symbols); i++) {
		if (!str_eq(str_of(symbols[i].code), code))
			continue;
		buf_put(b, str_of(symbols[i].sign));
		return;
	}
	buf_put(b, code);
	buf_char(b, ' ');
}

struct str money_text(struct arena *mem, struct money m)
{
	struct buf b = buf_new(mem, TEXT_BYTES);

	if (m.minor < 0)
		buf_put(&b, S("\xE2\x88\x92"));
	put_sign(&b, currency_str(&m.currency));
	put_amount(&b, m, ",");
	return buf_str(&b);
}

/* minor = 10000 q + r, so minor * bp / 10000 = q bp + r bp / 10000, and nothing here can overflow. */
int64_t money_share(int64_t minor, int basis_points)
{
	int64_t half = minor < 0 ? -WHOLE_BASIS_POINTS / 2 : WHOLE_BASIS_POINTS / 2;
	int64_t rest = minor % WHOLE_BASIS_POINTS * basis_points;

	assert(basis_points >= 0 && basis_points <= WHOLE_BASIS_POINTS);
	return minor / WHOLE_BASIS_POINTS * basis_points + (rest + half) / WHOLE_BASIS_POINTS;
}
