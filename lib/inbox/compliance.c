#include "lib/inbox/compliance.h"

#include "lib/core/config.h"
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"

#define WAIT_S 10 /* for deliveries that are still to be applied */

/* Tells two people apart whose ids were not told, and names neither. */
static struct str whom(struct ctx *c, const struct platform_person *who)
{
	struct digest key = crypto_subkey(c, "compliance"), digest;

	if (who->customer || (!who->email.n && !who->phone.n))
		return S("");
	digest = crypto_hmac(crypto_digest_str(&key), str_fmt(c->mem, STR_FMT "\n" STR_FMT, STR_ARG(who->email), STR_ARG(who->phone)));
	return crypto_hex(c->mem, crypto_digest_str(&digest));
}

enum err compliance_put(struct ctx *c, const struct delivery *d, const char *kind, const struct platform_person *who)
{
	return db_run(c, SQL(compliance_put), PARAMS(
		p_uuid(uuid_new(c->now_ms)), p_str(d->platform), p_str(d->shop_domain), p_uuid_or_null(d->shop.u),
		p_str(str_of(kind)), p_uuid(d->id.u), p_int(who->request), p_int(who->customer),
		p_ints(c, who->orders, who->orders_n), p_int(d->received_ms), p_str(whom(c, who))));
}

static void read_orders(struct ctx *c, struct str list, struct platform_person *out)
{
	size_t most = 1;

	for (size_t i = 0; i < list.n; i++)
		most += list.p[i] == ',';
	out->orders = arena_array(c->mem, most, sizeof(*out->orders));
	while (list.n) {
		if (str_int(str_cut(&list, ','), &out->orders[out->orders_n]))
			out->orders_n++;
	}
}

/* Address and number are in the sealed body alone. */
static enum err read_person(struct ctx *c, const struct row *row, struct compliance_due *out)
{
	struct platform_person told;
	struct str body;

	out->who.customer = row_int(row, "customer_external");
	read_orders(c, row_str(row, "orders"), &out->who);
	if (row_null(row, "body_sealed"))
		return OK;
	TRY(crypto_open(c, row_str(row, "body_sealed"), inbox_bound(c, out->delivery), &body));
	TRY(shopify_person_read(c, body, &told));
	out->who.email = told.email;
	out->who.phone = told.phone;
	return OK;
}

enum err compliance_due(struct ctx *c, struct compliance_due *out, bool *found)
{
	struct row row;

	TRY(db_maybe(c, SQL(compliance_due), NO_PARAMS, &row));
	*found = row.found;
	if (!row.found)
		return OK;
	*out = (struct compliance_due){
		.id = row_uuid(&row, "id"),
		.platform = row_str(&row, "platform"),
		.shop_domain = row_str(&row, "shop_domain"),
		.kind = row_str(&row, "kind"),
		.shop = { row_uuid(&row, "shop_id") },
		.delivery = { row_uuid(&row, "delivery_id") },
		.scanned_to = row_uuid(&row, "scanned_to"),
		.gone = row_bool(&row, "gone"),
		.installed = row_bool(&row, "installed"),
		.erasable = row_bool(&row, "erasable"),
		.erase_ms = row_int(&row, "erase_ms"),
	};
	return read_person(c, &row, out);
}

static enum err take(struct ctx *c, const struct compliance_due *due, bool *found)
{
	struct row row;

	TRY(db_maybe(c, SQL(compliance_take), PARAMS(p_uuid(due->id)), &row));
	*found = row.found;
	return OK;
}

static enum err look(struct ctx *c, const struct compliance_due *due, int after_s, int64_t at_ms, struct uuid scanned_to,
	size_t bodies)
{
	return db_run(c, SQL(compliance_look), PARAMS(
		p_uuid(due->id), p_int(after_s), p_int(at_ms), p_uuid(scanned_to), p_int((int64_t)bodies)));
}

enum err compliance_later(struct ctx *c, const struct compliance_due *due, int after_s, int64_t at_ms)
{
	return look(c, due, after_s, at_ms, due->scanned_to, 0);
}

enum err compliance_done(struct ctx *c, const struct compliance_due *due, struct str outcome, int64_t bodies)
{
	return db_run(c, SQL(compliance_done), PARAMS(p_uuid(due->id), p_str(outcome), p_int(bodies)));
}

enum err compliance_refuse(struct ctx *c, struct shop_id shop)
{
	return db_run(c, SQL(compliance_refuse), PARAMS(p_uuid(shop.u)));
}

/* One that cannot be opened any more (its key is gone) may name anybody. */
static bool names(struct ctx *c, const struct row *row, struct delivery_id id, const struct platform_person *who)
{
	struct ctx own = *c;
	bool is_named = true;
	struct str body;

	own.mem = arena_new((size_t)c->config->arena_max_bytes);
	if (crypto_open(&own, row_str(row, "body_sealed"), inbox_bound(&own, id), &body) == OK)
		is_named = compliance_names(own.mem, body, who);
	arena_free(own.mem);
	return is_named;
}

static enum err redact(struct ctx *c, const struct uuid *ids, size_t n)
{
	return n ? db_run(c, SQL(compliance_redact), PARAMS(p_uuids(c, ids, n))) : OK;
}

/* What one stretch of deliveries came to. */
struct stretch {
	struct uuid *named;  /* room for one more */
	size_t named_n;
	struct uuid to;
	bool blocked, last;
};

static enum err read_stretch(struct ctx *c, const struct compliance_due *due, int most, struct stretch *out)
{
	struct rows rows;

	TRY(db_all(c, SQL(compliance_bodies), PARAMS(p_str(due->platform), p_str(due->shop_domain), p_uuid(due->scanned_to),
		p_uuid(due->delivery.u), p_int(most)), &rows));
	*out = (struct stretch){
		.named = arena_array(c->mem, (size_t)rows.n + 1, sizeof(struct uuid)), .to = due->scanned_to };
	for (int i = 0; i < rows.n && !out->blocked; i++) {
		struct row row = rows_at(&rows, i);
		struct delivery_id id = { row_uuid(&row, "id") };

		out->blocked = str_eq(row_str(&row, "state"), S("new"));
		if (out->blocked)
			break;
		if (names(c, &row, id, &due->who))
			out->named[out->named_n++] = id.u;
		out->to = id.u;
	}
	out->last = !out->blocked && rows.n < most;
	return OK;
}

enum err compliance_scan(struct ctx *c, const struct compliance_due *due, int most)
{
	bool redacts = str_eq(due->kind, S("customer_redact"));
	struct stretch s;
	size_t found_n;
	bool found;

	TRY(take(c, due, &found));
	if (!found)
		return OK;
	TRY(read_stretch(c, due, most, &s));
	found_n = s.named_n;
	if (redacts && s.last)
		s.named[s.named_n++] = due->delivery.u; /* the request itself names her too */
	if (redacts)
		TRY(redact(c, s.named, s.named_n));
	if (!s.last)
		return look(c, due, s.blocked ? WAIT_S : 0, 0, s.to, found_n);
	return compliance_done(c, due, redacts ? S("bodies that named the customer are removed; orders are kept without personal data")
		: S("orders are kept without personal data; bodies that name the customer expire by themselves"), (int64_t)found_n);
}

enum err compliance_list(struct ctx *c, struct str shop, struct creator_id owner, bool open_only, struct uuid before, int limit,
	struct compliance_seen **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(compliance_list), PARAMS(p_uuid_or_null(before), p_str(shop), p_uuid_or_null(owner.u), p_bool(open_only),
		p_int(limit)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct compliance_seen){
			.id = row_uuid(&row, "id"),
			.delivery = { row_uuid(&row, "delivery_id") },
			.platform = row_str(&row, "platform"),
			.shop_domain = row_str(&row, "shop_domain"),
			.kind = row_str(&row, "kind"),
			.outcome = row_str(&row, "outcome"),
			.orders = row_str(&row, "orders"),
			.request = row_int(&row, "request_external"),
			.customer = row_int(&row, "customer_external"),
			.bodies = row_int(&row, "bodies"),
			.orders_known = row_int(&row, "orders_known"),
			.requested_ms = row_int(&row, "requested_ms"),
			.due_ms = row_int(&row, "due_ms"),
			.done_ms = row_int(&row, "done_ms"),
			.overdue = row_bool(&row, "overdue"),
		};
	}
	return OK;
}
