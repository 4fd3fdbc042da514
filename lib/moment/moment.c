#include "lib/moment/moment.h"

#include "lib/db/db.h"
#include "lib/event/event.h"
#include "lib/json/json.h"
#include "lib/moment/inside.h"
#include "lib/text/text.h"

#define TITLE_MAX_POINTS 200
#define SESSION_MAX_MS (INT64_C(7) * 24 * 3600 * 1000)

struct moment moment_of(const struct row *row)
{
	return (struct moment){
		.id = { row_uuid(row, "id") },
		.live = { row_uuid(row, "live_id") },
		.at_ms = row_int(row, "at_ms"),
		.until_ms = row_int(row, "until_ms"),
		.title = row_str(row, "title"),
		.offer = { row_uuid(row, "offer_id") },
		.product = { row_uuid(row, "product_id") },
		.variant = { row_uuid(row, "variant_id") },
		.source = row_str(row, "source"),
		.state = row_str(row, "state"),
		.offer_name = row_str(row, "offer_name"),
		.product_title = row_str(row, "product_title"),
		.image_url = row_str(row, "image_url"),
		.reason = row_str(row, "reason"),
		.revision = row_int(row, "revision"),
		.created_ms = row_int(row, "created_ms"),
	};
}

enum err moments_of(struct ctx *c, const struct rows *rows, struct moment **out, size_t *n)
{
	*n = (size_t)rows->n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows->n; i++) {
		struct row row = rows_at(rows, i);

		(*out)[i] = moment_of(&row);
	}
	return OK;
}

enum err moment_tell(struct ctx *c, enum event_type type, struct moment_id id, struct live_id live, struct moment_id into)
{
	struct jw w = jw_new(c->mem, 512);

	jw_object(&w);
	event_put_id(&w, "live", live.u);
	event_put_id(&w, "into", into.u);
	jw_end(&w);
	return event_emit(c, &(struct event){ .type = type, .creator = c->creator, .subject = id.u, .payload = jw_done(&w) });
}

/* Where the session stands, and whether the ask fits into it. */
enum err moment_check(struct ctx *c, struct live_id live, const struct moment_ask *ask, struct row *session)
{
	TRY(db_maybe(c, SQL(moment_session), PARAMS(p_uuid(c->creator.u), p_uuid(live.u), p_uuid_or_null(ask->offer.u),
		p_uuid_or_null(ask->product.u), p_uuid_or_null(ask->variant.u)), session));
	if (!session->found)
		return FAIL(c, ERR_NOT_FOUND, "no such live session of hers");
	if (ask->title.n && (!text_is_name(ask->title) || str_points(ask->title) > TITLE_MAX_POINTS))
		field_bad(c, "title", "at most %d characters", TITLE_MAX_POINTS);
	if (uuid_is_nil(ask->offer.u) && !(uuid_is_nil(ask->product.u) && uuid_is_nil(ask->variant.u)))
		field_bad(c, "offer", "the offer that sells it");
	if (uuid_is_nil(ask->offer.u) && !ask->title.n)
		field_bad(c, "offer", "an offer, or a title for a moment without one");
	if (!uuid_is_nil(ask->offer.u) && row_null(session, "offer_id"))
		field_bad(c, "offer", "an offer of yours that is not over");
	else if (!uuid_is_nil(ask->offer.u) && !row_bool(session, "has_target"))
		field_bad(c, uuid_is_nil(ask->variant.u) ? "product" : "variant", "part of the offer");
	if (ask->until_ms && ask->at_ms && ask->until_ms <= ask->at_ms)
		field_bad(c, "until", "later than it begins");
	return fields_must_be_good(c);
}

enum err moment_turn(struct ctx *c, struct live_id live)
{
	struct row row;

	return db_maybe(c, SQL(moment_turn), PARAMS(p_uuid(c->creator.u), p_uuid(live.u)), &row);
}

static enum err insert(struct ctx *c, struct live_id live, const struct moment_ask *ask, struct str source, struct moment_id *id)
{
	struct row row;

	*id = ID_NEW(moment, c->now_ms);
	TRY(moment_turn(c, live));
	TRY(db_maybe(c, SQL(moment_insert), PARAMS(
		p_uuid(id->u), p_uuid(c->creator.u), p_uuid(live.u), p_int(ask->at_ms), p_int(ask->until_ms), p_str(str_trim(ask->title)),
		p_uuid_or_null(ask->offer.u), p_uuid_or_null(ask->product.u), p_uuid_or_null(ask->variant.u), p_str(source),
		p_int(MOMENTS_MOST)), &row));
	if (!row.found)
		return FAIL(c, ERR_MOMENTS_FULL, "%d are there", MOMENTS_MOST);
	return moment_tell(c, EVENT_MOMENT_CREATED, *id, live, (struct moment_id){ 0 });
}

enum err moment_spotlight(struct ctx *c, struct live_id live, const struct moment_ask *ask, struct moment_id *id)
{
	struct moment_ask tap = *ask;
	struct row session;

	tap.at_ms = 0; /* the database's clock, as clicks go by it */
	TRY(moment_check(c, live, &tap, &session));
	if (!str_eq(row_str(&session, "state"), S("live")))
		return FAIL(c, ERR_LIVE_STATE, "it is " STR_FMT, STR_ARG(row_str(&session, "state")));
	TRY(insert(c, live, &tap, S("tap"), id));
	return db_run(c, SQL(moment_light), PARAMS(
		p_uuid(uuid_new(c->now_ms)), p_uuid(c->creator.u), p_uuid(live.u), p_uuid(id->u)));
}

enum err moment_spotlight_off(struct ctx *c, struct live_id live)
{
	struct moment_ask none = { .title = S("off") };
	struct row session, row;

	TRY(moment_check(c, live, &none, &session));
	return db_maybe(c, SQL(moment_light_off), PARAMS(p_uuid(uuid_new(c->now_ms)), p_uuid(c->creator.u), p_uuid(live.u)), &row);
}

enum err moment_in_light(struct ctx *c, struct live_id live, struct moment *out, bool *found)
{
	struct row row;

	TRY(db_maybe(c, SQL(moment_in_light), PARAMS(p_uuid(live.u)), &row));
	*found = row.found;
	if (row.found)
		*out = moment_of(&row);
	return OK;
}

/* A moment by hand lies within what was on the air. */
static enum err inside_must(struct ctx *c, const struct row *session, int64_t at_ms)
{
	int64_t began_ms = row_int(session, "started_ms"), ended_ms = row_int(session, "ended_ms");

	if (!began_ms)
		return FAIL(c, ERR_LIVE_STATE, "it has not begun");
	if (at_ms < began_ms || at_ms > (ended_ms ? ended_ms : c->now_ms) || at_ms - began_ms > SESSION_MAX_MS)
		field_bad(c, "at", "a time while the session was on the air");
	return fields_must_be_good(c);
}

enum err moment_add(struct ctx *c, struct live_id live, const struct moment_ask *ask, struct moment_id *id)
{
	struct moment_ask add = *ask;
	struct row session;

	if (!add.at_ms)
		add.at_ms = c->now_ms;
	TRY(moment_check(c, live, &add, &session));
	TRY(inside_must(c, &session, add.at_ms));
	return insert(c, live, &add, S("hand"), id);
}

enum err moment_by_id(struct ctx *c, struct moment_id id, struct moment *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(moment_by_id), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "no such moment of hers");
	*out = moment_of(&row);
	return OK;
}

enum err moment_list(struct ctx *c, struct live_id live, struct moment **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(moment_list), PARAMS(p_uuid(live.u)), &rows));
	return moments_of(c, &rows, out, n);
}

enum err moment_update(struct ctx *c, const struct moment *now, const struct moment_ask *ask)
{
	struct row session, row;

	TRY(moment_check(c, now->live, ask, &session));
	if (ask->at_ms != now->at_ms)
		TRY(inside_must(c, &session, ask->at_ms));
	TRY(db_maybe(c, SQL(moment_update), PARAMS(
		p_uuid(c->creator.u), p_uuid(now->id.u), p_int(now->revision), p_int(ask->at_ms), p_int(ask->until_ms),
		p_str(str_trim(ask->title)), p_uuid_or_null(ask->offer.u), p_uuid_or_null(ask->product.u), p_uuid_or_null(ask->variant.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_EDIT_CONFLICT, "another revision, or gone");
	return moment_tell(c, EVENT_MOMENT_UPDATED, now->id, now->live, (struct moment_id){ 0 });
}

enum err moment_delete(struct ctx *c, struct moment_id id)
{
	struct moment moment;
	struct row row;

	TRY(moment_by_id(c, id, &moment));
	TRY(db_maybe(c, SQL(moment_delete), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	return row.found ? moment_tell(c, EVENT_MOMENT_DELETED, id, moment.live, (struct moment_id){ 0 }) : OK;
}

enum err moment_merge(struct ctx *c, struct moment_id from, struct moment_id into)
{
	struct moment a, b;
	struct row row;

	TRY(moment_by_id(c, from, &a));
	TRY(moment_by_id(c, into, &b));
	if (uuid_eq(from.u, into.u) || !uuid_eq(a.live.u, b.live.u) || !str_eq(b.state, S("kept")))
		field_bad(c, "into", "another moment of the same session");
	TRY(fields_must_be_good(c));
	TRY(moment_turn(c, a.live)); /* two that are merged into each other at once would wait for one another */
	TRY(db_maybe(c, SQL(moment_merge), PARAMS(p_uuid(c->creator.u), p_uuid(from.u), p_uuid(into.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_MOMENT_STATE, "it is merged or deleted already");
	TRY(moment_tell(c, EVENT_MOMENT_DELETED, from, a.live, into));
	return moment_tell(c, EVENT_MOMENT_UPDATED, into, b.live, (struct moment_id){ 0 });
}

enum err moment_goods(struct ctx *c, struct live_id live, struct moment_good **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(moment_goods), PARAMS(p_uuid(c->creator.u), p_uuid(live.u)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct moment_good){
			.offer = { row_uuid(&row, "offer_id") }, .product = { row_uuid(&row, "product_id") }, .offer_name = row_str(&row, "offer_name"),
			.title = row_str(&row, "title"), .image_url = row_str(&row, "image_url"), .list = row_money(&row, "list_minor", "currency"),
			.price = row_money(&row, "price_minor", "currency"), .is_from = row_int(&row, "variants") > 1,
			.limited = row_bool(&row, "limited"), .left = row_int(&row, "remaining"), .lit = row_bool(&row, "lit"),
		};
	}
	return OK;
}
