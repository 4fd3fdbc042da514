/* money: an amount in the minor units of its currency, and nothing with a fraction anywhere.
 * Source  ISO 4217 exponents (JPY 0, USD 2, KWD 3)
 */
#ifndef UNIFYED_CORE_MONEY_H
#define UNIFYED_CORE_MONEY_H
#include "lib/core/str.h"

struct currency {
	char code[4]; /* three capitals and NUL; "" when there is none */
};

struct money {
	int64_t minor;
	struct currency currency;
};

/* false unless three capital letters that ISO 4217 lists */
bool currency_read(struct str s, struct currency *out);
struct str currency_str(const struct currency *currency);
int currency_exponent(struct currency currency);
bool currency_eq(struct currency a, struct currency b);
/* "19.99" in USD is 1999. Extra zeros are fine ("19.990"), other extra digits, signs beyond '-',
 * exponents and overflow are not. */
bool money_read(struct str decimal, struct currency currency, struct money *out);
/* "19.99": the shop's decimal form */
struct str money_decimal(struct arena *mem, struct money m);
/* for people: "$19.99", "¥1,200", "KWD 1.500", "−$5.00" */
struct str money_text(struct arena *mem, struct money m);
/* basis points (1 to 10000) of an amount, rounded half up, away from zero; no overflow */
int64_t money_share(int64_t minor, int basis_points);

#endif
