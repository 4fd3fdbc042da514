#include "lib/shop/shop.h"

#include <time.h>

#include "lib/core/config.h"
#include "lib/core/time.h"
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"
#include "lib/shop/inside.h"

#define LEASE_TRIES 50
#define LEASE_PAUSE_MS 100

/* Longer than the exchange that it is for may take. */
static int64_t lease_s(const struct ctx *c)
{
	return c->config->net_total_ms / 1000 + 30;
}

struct str shop_bound(struct ctx *c, struct shop_id id, const char *field)
{
	char text[37];

	uuid_text(id.u, text);
	return str_fmt(c->mem, "shop|%.36s|%s", text, field);
}

/* Waits for another's lease to end. *row is what the pair was when it was taken. */
static enum err lease_take(struct ctx *c, struct shop_id id, struct shop_lease *out, struct row *row)
{
	const struct timespec pause = { 0, LEASE_PAUSE_MS * 1000000L };

	*out = (struct shop_lease){ id, uuid_new(c->now_ms) };
	for (int i = 0; i < LEASE_TRIES; i++) {
		TRY(db_maybe(c, SQL(shop_lease_take), PARAMS(p_uuid(id.u), p_uuid(out->id), p_int(lease_s(c))), row));
		if (row->found)
			return OK;
		nanosleep(&pause, NULL);
	}
	return FAIL(c, ERR_RETRY, "somebody else replaces this shop's tokens");
}

enum err shop_lease_drop(struct ctx *c, const struct shop_lease *lease)
{
	return db_run(c, SQL(shop_lease_drop), PARAMS(p_uuid(lease->shop.u), p_uuid(lease->id)));
}

enum err shop_lease_new(struct ctx *c, struct str platform, struct str domain, struct shop_lease *out)
{
	struct shop shop;
	struct row row;
	bool found;

	TRY(db_run(c, SQL(shop_put), PARAMS(p_uuid(uuid_new(c->now_ms)), p_str(platform), p_str(domain))));
	TRY(shop_by_domain(c, platform, domain, &shop, &found));
	if (!found)
		return FAIL(c, ERR_INTERNAL, "a shop vanished");
	return lease_take(c, shop.id, out, &row);
}

static enum err tokens_put(struct ctx *c, const struct shop_lease *lease, const struct platform_tokens *tokens, bool keep_before)
{
	struct str access = crypto_seal(c, tokens->access, shop_bound(c, lease->shop, "access"));
	struct str refresh = crypto_seal(c, tokens->refresh, shop_bound(c, lease->shop, "refresh"));
	struct row row;

	TRY(db_maybe(c, SQL(shop_tokens_put), PARAMS(
		p_uuid(lease->shop.u), p_uuid(lease->id), p_str(access), p_int(tokens->access_s),
		p_str(refresh), p_int(tokens->refresh_s), p_bool(keep_before)), &row));
	return row.found ? OK : FAIL(c, ERR_RETRY, "the lease on the tokens was lost");
}

enum err shop_install(struct ctx *c, const struct shop_lease *lease, const struct platform_tokens *tokens,
	const struct platform_identity *identity, bool *fresh)
{
	struct row row;

	TRY(tokens_put(c, lease, tokens, false)); /* an exchange ends what was before it */
	TRY(db_one(c, SQL(shop_installed), PARAMS(
		p_uuid(lease->shop.u), p_str(identity->name), p_str(currency_str(&identity->currency)),
		p_str(identity->storefront_url), p_str(identity->scopes)), &row));
	*fresh = !str_eq(row_str(&row, "before"), S("active"));
	TRY(shop_health_put(c, lease->shop, S("healthy"), S("")));
	return *fresh ? OK : shop_resume(c, lease->shop);
}

/* The pair that we have may not be the last that the shop gave out: then the one before it is still good. */
static enum err ask(struct ctx *c, struct shop_door *door, const struct row *pair, struct platform_tokens *out)
{
	static const char *const columns[] = { "refresh_sealed", "refresh_before_sealed" };
	enum err e = ERR_PLATFORM_DENIED;

	for (size_t i = 0; i < COUNT(columns) && e == ERR_PLATFORM_DENIED && !row_null(pair, columns[i]); i++) {
		struct str refresh;

		TRY(crypto_open(c, row_str(pair, columns[i]), shop_bound(c, door->id, "refresh"), &refresh));
		e = door->platform->refresh(c, &door->call, refresh, out);
	}
	return e;
}

/* Under the lease: asks for a new pair and stores it before anybody uses it. When the answer or the store is lost,
 * the old refresh token is still good until the new pair is first used. */
static enum err refresh_under(struct ctx *c, const struct shop_lease *lease, const struct shop *shop, const struct row *pair)
{
	struct shop_door door = { .id = shop->id, .call = { .shop = shop->domain }, .troubled = true,
		.generation = row_int(pair, "token_generation"), .opened_ms = time_monotonic_ms() };
	struct platform_tokens tokens = { 0 };
	enum err e;

	if (row_null(pair, "refresh_sealed"))
		return FAIL(c, ERR_SHOP_CLOSED, "the shop has no tokens");
	TRY(platform_by_name(c, shop->platform, &door.platform));
	e = ask(c, &door, pair, &tokens);
	return e == OK ? tokens_put(c, lease, &tokens, true) : shop_heard(c, &door, e);
}

enum err shop_token_replace(struct ctx *c, struct shop_id id, int64_t generation)
{
	struct shop_lease lease;
	struct shop shop;
	struct row row;
	enum err e;

	TRY(shop_by_id(c, id, &shop));
	TRY(lease_take(c, id, &lease, &row));
	if (row_int(&row, "token_generation") != generation) /* somebody did it before us */
		return shop_lease_drop(c, &lease);
	e = refresh_under(c, &lease, &shop, &row);
	if (e != OK)
		TRY(shop_lease_drop(c, &lease));
	return e;
}

enum err shop_refresh(struct ctx *c, struct shop_id id)
{
	struct shop shop;

	TRY(shop_by_id(c, id, &shop));
	return shop_token_replace(c, id, shop.token_generation);
}
