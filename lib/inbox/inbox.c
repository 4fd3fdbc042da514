#include "lib/inbox/inbox.h"

#include "lib/crypto/crypto.h"
#include "lib/db/db.h"

struct str inbox_bound(struct ctx *c, struct delivery_id id)
{
	struct str text = ID_TEXT(c->mem, delivery, id);

	return str_fmt(c->mem, "webhook_inbox|" STR_FMT "|body", STR_ARG(text));
}

enum err inbox_store(struct ctx *c, const struct delivery *d, bool *fresh)
{
	struct row row;

	TRY(db_maybe(c, SQL(inbox_store), PARAMS(
		p_uuid(d->id.u), p_str(d->platform), p_str(d->shop_domain), p_str(d->topic), p_str(d->webhook_id),
		p_str(d->event_id), p_str(d->api_version), p_int(d->triggered_ms),
		p_str(crypto_seal(c, d->body, inbox_bound(c, d->id))), p_str(d->name), p_str(d->signature),
		p_str(d->signed_with), p_int((int64_t)d->body.n)), &row));
	*fresh = row.found;
	return OK;
}

/* Deliveries side by side, as the statement takes them. */
struct columns {
	struct uuid *ids;
	struct str *platform, *shop, *topic, *webhook, *event, *version, *sealed, *name, *signature, *signed_with;
	int64_t *triggered, *bytes;
};

static struct columns columns_of(struct ctx *c, const struct delivery *const list[], size_t n)
{
	struct str *texts = arena_array(c->mem, 10 * n, sizeof *texts);
	struct columns k = { arena_array(c->mem, n, sizeof(struct uuid)), texts, texts + n, texts + 2 * n, texts + 3 * n, texts + 4 * n,
		texts + 5 * n, texts + 6 * n, texts + 7 * n, texts + 8 * n, texts + 9 * n, arena_array(c->mem, n, sizeof(int64_t)),
		arena_array(c->mem, n, sizeof(int64_t)) };

	for (size_t i = 0; i < n; i++) {
		const struct delivery *d = list[i];

		k.ids[i] = d->id.u;
		k.platform[i] = d->platform;
		k.shop[i] = d->shop_domain;
		k.topic[i] = d->topic;
		k.webhook[i] = d->webhook_id;
		k.event[i] = d->event_id;
		k.version[i] = d->api_version;
		k.triggered[i] = d->triggered_ms;
		k.sealed[i] = crypto_seal(c, d->body, inbox_bound(c, d->id));
		k.name[i] = d->name;
		k.signature[i] = d->signature;
		k.signed_with[i] = d->signed_with;
		k.bytes[i] = (int64_t)d->body.n;
	}
	return k;
}

/* p NULL would be a null. */
static struct param texts(struct ctx *c, struct str *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!v[i].p)
			v[i] = S("");
	return p_strs(c, v, n);
}

enum err inbox_store_many(struct ctx *c, const struct delivery *const list[], size_t n, bool fresh[])
{
	struct columns k = columns_of(c, list, n);
	struct rows rows;

	TRY(db_all(c, SQL(inbox_store_many), PARAMS(
		p_uuids(c, k.ids, n), texts(c, k.platform, n), texts(c, k.shop, n), texts(c, k.topic, n), texts(c, k.webhook, n),
		texts(c, k.event, n), texts(c, k.version, n), p_ints(c, k.triggered, n), texts(c, k.sealed, n), texts(c, k.name, n),
		texts(c, k.signature, n), texts(c, k.signed_with, n), p_ints(c, k.bytes, n)), &rows));
	for (size_t i = 0; i < n; i++)
		fresh[i] = false;
	for (int r = 0; r < rows.n; r++) {
		struct row row = rows_at(&rows, r);
		struct uuid id = row_uuid(&row, "id");

		for (size_t i = 0; i < n; i++)
			fresh[i] |= uuid_eq(id, k.ids[i]);
	}
	return OK;
}

enum err inbox_claim(struct ctx *c, int most, int tries_most, struct delivery_id **out, size_t *n, int64_t *begun)
{
	struct rows rows;

	TRY(db_all(c, SQL(inbox_claim), PARAMS(p_int(most), p_int(tries_most)), &rows));
	*begun = rows.n;
	*n = 0;
	*out = arena_array(c->mem, (size_t)rows.n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		if (row_bool(&row, "live"))
			(*out)[(*n)++].u = row_uuid(&row, "id");
	}
	return OK;
}

enum err inbox_take(struct ctx *c, struct delivery_id id, bool again, struct delivery *out, bool *found)
{
	struct row row;

	TRY(db_maybe(c, again ? SQL(inbox_retake) : SQL(inbox_take), PARAMS(p_uuid(id.u)), &row));
	*found = row.found;
	if (!row.found)
		return OK;

	*out = (struct delivery){
		.id = id,
		.platform = row_str(&row, "platform"),
		.shop_domain = row_str(&row, "shop_domain"),
		.topic = row_str(&row, "topic"),
		.webhook_id = row_str(&row, "webhook_id"),
		.event_id = row_str(&row, "event_id"),
		.api_version = row_str(&row, "api_version"),
		.name = row_str(&row, "name"),
		.signature = row_str(&row, "signature"),
		.signed_with = row_str(&row, "signed_with"),
		.triggered_ms = row_int(&row, "triggered_ms"),
		.received_ms = row_int(&row, "received_ms"),
		.body_gone = row_str(&row, "body_gone"),
		.state = row_str(&row, "state"),
		.shop = { row_uuid(&row, "shop_id") },
		.attempts = (int)row_int(&row, "attempts"),
	};
	return row_null(&row, "body_sealed") ? OK
		: crypto_open(c, row_str(&row, "body_sealed"), inbox_bound(c, id), &out->body);
}

enum err inbox_close(struct ctx *c, struct delivery_id id, struct str state, struct str says)
{
	return db_run(c, SQL(inbox_close), PARAMS(p_uuid(id.u), p_str(state), p_str(says)));
}

enum err inbox_reclose(struct ctx *c, struct delivery_id id, struct str state, struct str says, struct str waits_for)
{
	return db_run(c, SQL(inbox_reclose), PARAMS(p_uuid(id.u), p_str(state), p_str(says), p_str(waits_for)));
}

enum err inbox_wait(struct ctx *c, struct delivery_id id, struct str key, struct str says, int most)
{
	return db_run(c, SQL(inbox_wait), PARAMS(p_uuid(id.u), p_str(key), p_str(says), p_int(most)));
}

enum err inbox_wake(struct ctx *c, const struct delivery *teller, struct str key)
{
	return db_run(c, SQL(inbox_wake), PARAMS(p_str(teller->platform), p_str(teller->shop_domain), p_str(key)));
}

enum err inbox_retry(struct ctx *c, struct delivery_id id, struct str problem, int most)
{
	return db_run(c, SQL(inbox_retry), PARAMS(p_uuid(id.u), p_str(problem), p_int(most)));
}

enum err inbox_forget(struct ctx *c, int days, int most, int64_t *removed)
{
	return db_count(c, SQL(inbox_forget), PARAMS(p_int(days), p_int(most)), removed);
}

enum err inbox_erase(struct ctx *c, struct str platform, struct str shop_domain, int64_t *removed)
{
	return db_count(c, SQL(inbox_erase), PARAMS(p_str(platform), p_str(shop_domain)), removed);
}

enum err inbox_told_before(struct ctx *c, const struct delivery *d, int64_t at_ms, bool *told)
{
	struct row row;

	TRY(db_one(c, SQL(inbox_told_before), PARAMS(p_str(d->platform), p_str(d->shop_domain), p_str(d->signature),
		p_int(at_ms), p_str(d->topic)), &row));
	*told = row_bool(&row, "told");
	return OK;
}
