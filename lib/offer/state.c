#include "lib/db/db.h"
#include "lib/job/job.h"
#include "lib/json/json.h"
#include "lib/offer/inside.h"

#define PAUSE_JOB S("offer_pause")
#define PAUSE_LEASE_S 60

static const struct str can_activate[] = { { "draft", 5 }, { "activating", 10 }, { "active", 6 }, { "paused", 6 } };
static const struct str can_pause[] = { { "activating", 10 }, { "active", 6 }, { "paused", 6 } };
static const struct str can_delete[] = { { "draft", 5 }, { "activating", 10 }, { "active", 6 }, { "paused", 6 }, { "expired", 7 } };

enum err offer_tell(struct ctx *c, enum event_type type, struct creator_id creator, struct shop_id shop, struct offer_id id,
	struct str payload)
{
	return event_emit(c, &(struct event){ .type = type, .creator = creator, .shop = shop, .subject = id.u, .payload = payload });
}

static struct str payload_str(struct ctx *c, const char *key, struct str value)
{
	struct jw w = jw_new(c->mem, 512);

	jw_object(&w);
	jw_kstr(&w, key, value);
	jw_end(&w);
	return jw_done(&w);
}

static struct str payload_int(struct ctx *c, const char *key, int64_t value)
{
	struct jw w = jw_new(c->mem, 512);

	jw_object(&w);
	jw_kint(&w, key, value);
	jw_end(&w);
	return jw_done(&w);
}

static enum err put_lines(struct ctx *c, struct offer_id id, struct shop_id shop, const struct offer_ask *ask)
{
	TRY(db_run(c, SQL(offer_lines_clear), PARAMS(p_uuid(c->creator.u), p_uuid(id.u))));
	for (size_t i = 0; i < ask->lines_n; i++) {
		const struct offer_line *line = &ask->lines[i];

		TRY(db_run(c, SQL(offer_line_insert), PARAMS(
			p_uuid(id.u), p_uuid(c->creator.u), p_uuid(shop.u), p_int((int64_t)i), p_uuid(line->product.u),
			p_uuid_or_null(line->variant.u), p_int_or_null(line->value, !line->has_value))));
	}
	return OK;
}

/* Normalising can lengthen a text. */
static enum err name_too_long(struct ctx *c)
{
	field_bad(c, "name", "1 to 120 characters");
	return fields_must_be_good(c);
}

enum err offer_create(struct ctx *c, const struct offer_ask *ask, struct offer_id *id)
{
	struct currency currency;
	struct shop_id shop;
	struct row row;

	TRY(offer_check(c, ask, &shop, &currency));
	*id = ID_NEW(offer, c->now_ms);
	TRY(db_maybe(c, SQL(offer_insert), PARAMS(
		p_uuid(id->u), p_uuid(c->creator.u), p_uuid(shop.u), p_str(str_trim(ask->name)),
		p_str(str_of(offer_kind_name(ask->kind))), p_int(ask->value), p_int(ask->starts_ms), p_int(ask->ends_ms),
		p_int(ask->redemptions_max), p_bool(ask->once_per_customer), p_bool(ask->refund_restores)), &row));
	if (!row.found)
		return name_too_long(c);
	TRY(put_lines(c, *id, shop, ask));
	TRY(offer_reprice(c, c->creator, *id, false));
	return offer_tell(c, EVENT_OFFER_CREATED, c->creator, shop, *id, payload_str(c, "kind", str_of(offer_kind_name(ask->kind))));
}

/* What the codes at the shop say beside amounts and variants: until they do, the new terms cannot be kept there. */
static bool new_terms(const struct offer *offer, const struct offer_ask *ask)
{
	return offer->starts_ms != ask->starts_ms || offer->ends_ms != ask->ends_ms ||
		offer->redemptions_max != ask->redemptions_max || offer->once_per_customer != ask->once_per_customer;
}

static enum err must_change(struct ctx *c, const struct offer *offer, int64_t revision)
{
	if (str_eq(offer->state, S("expired")) || str_eq(offer->state, S("deleted")))
		return FAIL(c, ERR_OFFER_STATE, "the offer is over");
	return FAIL(c, ERR_EDIT_CONFLICT, "revision %lld is not %lld", (long long)revision, (long long)offer->revision);
}

enum err offer_update(struct ctx *c, struct offer_id id, int64_t revision, const struct offer_ask *ask)
{
	struct currency currency;
	struct offer offer;
	struct shop_id shop;
	struct row row;

	TRY(offer_by_id(c, id, &offer));
	TRY(offer_check(c, ask, &shop, &currency));
	if (!uuid_eq(shop.u, offer.shop.u)) {
		field_bad(c, "lines", "products of the shop that the offer is made for");
		return fields_must_be_good(c);
	}
	TRY(db_maybe(c, SQL(offer_change), PARAMS(
		p_uuid(c->creator.u), p_uuid(id.u), p_uuid(shop.u), p_int(revision), p_str(str_trim(ask->name)),
		p_str(str_of(offer_kind_name(ask->kind))), p_int(ask->value), p_int(ask->starts_ms), p_int(ask->ends_ms),
		p_int(ask->redemptions_max), p_bool(ask->once_per_customer), p_bool(ask->refund_restores)), &row));
	if (!row.found)
		return must_change(c, &offer, revision);
	if (!row_bool(&row, "name_ok"))
		return name_too_long(c);
	TRY(put_lines(c, id, shop, ask));
	TRY(offer_reprice(c, c->creator, id, new_terms(&offer, ask)));
	return offer_tell(c, EVENT_OFFER_UPDATED, c->creator, shop, id, payload_int(c, "revision", row_int(&row, "revision")));
}

static enum err move(struct ctx *c, struct creator_id creator, struct offer_id id, struct str to, const struct str *from, size_t n,
	struct shop_id *shop)
{
	struct row row;

	TRY(db_maybe(c, SQL(offer_move), PARAMS(p_uuid(creator.u), p_uuid(id.u), p_str(to), p_strs(c, from, n)), &row));
	if (!row.found)
		return FAIL(c, ERR_OFFER_STATE, "cannot become " STR_FMT, STR_ARG(to));
	shop->u = row_uuid(&row, "shop_id");
	return OK;
}

enum err offer_activate_if_ready(struct ctx *c, struct offer_id id)
{
	struct row row;

	TRY(db_maybe(c, SQL(offer_ready), PARAMS(p_uuid(id.u)), &row));
	if (!row.found)
		return OK;
	return offer_tell(c, EVENT_OFFER_ACTIVATED, (struct creator_id){ row_uuid(&row, "creator_id") },
		(struct shop_id){ row_uuid(&row, "shop_id") }, id, S("{}"));
}

/* All of it may have gone from the shop since it was made. */
static enum err must_promise(struct ctx *c, struct offer_id id)
{
	struct row row;

	TRY(db_one(c, SQL(offer_promises), PARAMS(p_uuid(id.u)), &row));
	return row_bool(&row, "any") ? OK : FAIL(c, ERR_OFFER_STATE, "nothing of it is there any more");
}

enum err offer_activate(struct ctx *c, struct offer_id id)
{
	struct shop_id shop;
	struct row row;

	TRY(db_maybe(c, SQL(offer_open), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_OFFER_UNKNOWN, "no such offer of hers");
	if (str_eq(row_str(&row, "state"), S("active")))
		return OK;
	if (!row_bool(&row, "connected"))
		return FAIL(c, ERR_SHOP_CLOSED, "the shop is not connected");
	if (!row_bool(&row, "ahead"))
		return FAIL(c, ERR_OFFER_STATE, "its end has come");
	TRY(move(c, c->creator, id, S("activating"), can_activate, COUNT(can_activate), &shop));
	TRY(offer_reprice(c, c->creator, id, false));
	TRY(must_promise(c, id));
	return offer_activate_if_ready(c, id);
}

static enum err end_codes(struct ctx *c, struct offer_id id)
{
	return db_run(c, SQL(offer_discount_end_all), PARAMS(p_uuid(id.u)));
}

/* Stock rows are locked before the offer's own: the order of every lock. */
static enum err close_now(struct ctx *c, struct creator_id creator, struct offer_id id, struct str to, const struct str *from, size_t n,
	enum event_type type, struct str payload)
{
	struct shop_id shop;

	TRY(db_run(c, SQL(offer_release), PARAMS(p_uuid(id.u))));
	TRY(move(c, creator, id, to, from, n, &shop));
	TRY(end_codes(c, id));
	return offer_tell(c, type, creator, shop, id, payload);
}

enum err offer_pause(struct ctx *c, struct offer_id id)
{
	struct offer offer;

	TRY(offer_by_id(c, id, &offer));
	if (str_eq(offer.state, S("paused")))
		return OK;
	return close_now(c, c->creator, id, S("paused"), can_pause, COUNT(can_pause), EVENT_OFFER_DEACTIVATED,
		payload_str(c, "why", S("paused")));
}

enum err offer_promise_broken(struct ctx *c, struct creator_id creator, struct shop_id shop, struct offer_id id)
{
	char text[37];

	uuid_text(id.u, text);
	return job_queue(c, PAUSE_JOB, str_copy(c->mem, str_of(text)), shop, creator, S(""));
}

static enum err offer_pause_problem(struct ctx *c, struct offer_id id, struct str problem)
{
	return db_run(c, SQL(offer_pause_problem), PARAMS(p_uuid(id.u), p_str(problem)));
}

/* One that sells no more needs no pause. */
static enum err pause_broken(struct ctx *c, struct offer_id id)
{
	struct offer offer;

	TRY(offer_by_id(c, id, &offer));
	if (!str_eq(offer.state, S("active")) && !str_eq(offer.state, S("activating")))
		return OK;
	TRY(close_now(c, c->creator, id, S("paused"), can_pause, COUNT(can_pause), EVENT_OFFER_DEACTIVATED,
		payload_str(c, "why", S("promise_broken"))));
	return offer_pause_problem(c, id, S("Paused: a buyer was charged more than the price shown"));
}

enum err offer_pause_due(struct ctx *c, int64_t *done)
{
	struct creator_id asking = c->creator;
	struct offer_id id;
	struct job job;
	bool found;

	*done = 0;
	TRY(job_claim(c, PAUSE_JOB, PAUSE_LEASE_S, &job, &found));
	if (!found)
		return OK;
	*done = 1;
	c->creator = job.creator;
	if (uuid_read(job.dedupe, &id.u))
		TRY(pause_broken(c, id));
	c->creator = asking;
	return job_done(c, job.id);
}

enum err offer_delete(struct ctx *c, struct offer_id id)
{
	struct offer offer;

	TRY(offer_by_id(c, id, &offer));
	if (str_eq(offer.state, S("deleted")))
		return OK;
	return close_now(c, c->creator, id, S("deleted"), can_delete, COUNT(can_delete), EVENT_OFFER_DELETED, S("{}"));
}

enum err offer_end_all(struct ctx *c, struct creator_id creator, struct shop_id shop)
{
	struct rows rows;

	TRY(db_all(c, SQL(offer_selling), PARAMS(p_uuid(creator.u), p_uuid(shop.u)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		TRY(close_now(c, creator, (struct offer_id){ row_uuid(&row, "id") }, S("paused"), can_pause, COUNT(can_pause),
			EVENT_OFFER_DEACTIVATED, payload_str(c, "why", S("disconnected"))));
	}
	return OK;
}

enum err offer_expire(struct ctx *c, int most, int64_t *ended)
{
	struct rows rows;
	struct row gone;

	*ended = 0;
	TRY(db_all(c, SQL(offer_over), PARAMS(p_int(most)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);
		struct offer_id id = { row_uuid(&row, "id") };

		TRY(db_maybe(c, SQL(offer_end_time), PARAMS(p_uuid(id.u)), &gone));
		if (!gone.found)
			continue;
		TRY(end_codes(c, id));
		TRY(offer_tell(c, EVENT_OFFER_EXPIRED, (struct creator_id){ row_uuid(&row, "creator_id") },
			(struct shop_id){ row_uuid(&row, "shop_id") }, id, S("{}")));
		*ended += 1;
	}
	return OK;
}
