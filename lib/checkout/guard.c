#include "lib/checkout/guard.h"

#include <arpa/inet.h>
#include <string.h>

#include "lib/core/config.h"
#include "lib/core/time.h"
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"
#include "lib/event/event.h"

#define LEARN_MOST 500
#define FORGET_MOST 500
#define DATE_CHARACTERS 10
#define BLOCK_BYTES_MAX 8

/* The bytes of its block: 4 of IPv4, also when mapped into IPv6, else 8; 0 when it is no address. */
static size_t block_of(struct ctx *c, struct str address, unsigned char out[BLOCK_BYTES_MAX])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned char v6[16];
	const char *text = str_z(c->mem, address);

	if (inet_pton(AF_INET, text, out) == 1)
		return 4;
	if (inet_pton(AF_INET6, text, v6) != 1)
		return 0;
	if (memcmp(v6, mapped, sizeof mapped) == 0) {
		memcpy(out, v6 + sizeof mapped, 4);
		return 4;
	}
	memcpy(out, v6, BLOCK_BYTES_MAX);
	return BLOCK_BYTES_MAX;
}

struct uuid guard_address(struct ctx *c, struct str address)
{
	struct str day = str_slice(time_text(c->mem, c->now_ms), 0, DATE_CHARACTERS);
	unsigned char block[BLOCK_BYTES_MAX];
	size_t n = block_of(c, address, block);
	struct digest key, hash;
	struct uuid u = { 0 };

	if (!n)
		return u;
	key = crypto_subkey(c, "visitor address");
	key = crypto_hmac(crypto_digest_str(&key), day);
	hash = crypto_hmac(crypto_digest_str(&key), (struct str){ (const char *)block, n });
	memcpy(u.b, hash.b, sizeof u.b);
	return u;
}

struct str guard_rules(struct ctx *c)
{
	const struct config *k = c->config;
	int64_t unproven_s = k->hold_unproven_s < k->hold_s ? k->hold_unproven_s : k->hold_s;

	return str_fmt(c->mem, "(%lld,%lld,%lld,%lld,%lld,%lld,%lld,%lld)", (long long)k->hold_s, (long long)unproven_s,
		(long long)k->holds_per_visitor, (long long)k->holds_per_address, (long long)k->holds_per_address_scarce,
		(long long)k->scarce_units, (long long)k->unproven_percent, (long long)k->proven_after_s);
}

static enum err learn(struct ctx *c, struct str events)
{
	const struct config *k = c->config;

	return db_run(c, SQL(guard_learn), PARAMS(
		p_str(events), p_int(k->cooldown_lapses), p_int(k->cooldown_address_factor),
		p_int(k->cooldown_s), p_int(k->cooldown_long_s)));
}

enum err guard_learn(struct ctx *c, int64_t *done)
{
	static const enum event_type types[] = { EVENT_RESERVATION_CREATED, EVENT_RESERVATION_EXPIRED,
		EVENT_RESERVATION_CONFIRMED, EVENT_HOLD_REFUSED };
	static const struct consumer guard = { "guard", types, COUNT(types), learn, NULL };
	struct event_batch batch;

	TRY(event_consume(c, &guard, LEARN_MOST, &batch));
	*done = (int64_t)batch.n;
	return batch.ids.n ? guard.apply(c, batch.ids) : OK;
}

static enum err number(struct ctx *c, const struct query *q, const struct params *params, int64_t *out)
{
	struct row row;

	TRY(db_one(c, q, params, &row));
	*out = row_int(&row, "n");
	return OK;
}

enum err guard_judge(struct ctx *c, int64_t *changed)
{
	return number(c, SQL(guard_judge), PARAMS(
		p_int(c->config->guard_level_max), p_int(c->config->guard_floor), p_int(c->config->guard_calm_s)), changed);
}

enum err guard_forget(struct ctx *c, int64_t *done)
{
	return number(c, SQL(guard_forget), PARAMS(p_int(FORGET_MOST), p_int(c->config->address_keep_hours * 3600)), done);
}
