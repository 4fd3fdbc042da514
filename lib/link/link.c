#include "lib/link/link.h"

#include "lib/core/config.h"
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"
#include "lib/event/event.h"
#include "lib/json/json.h"
#include "lib/stream/stream.h"
#include "lib/text/text.h"

#define CODE_LENGTH 10
#define CODE_TRIES 8

static enum err target_check(struct ctx *c, const struct link_ask *ask)
{
	struct row row;

	TRY(db_maybe(c, SQL(link_target), PARAMS(p_uuid(c->creator.u), p_uuid(ask->offer.u), p_uuid_or_null(ask->product.u),
		p_uuid_or_null(ask->variant.u)), &row));
	if (!row.found)
		field_bad(c, "offer", "an offer of yours");
	else if (str_eq(row_str(&row, "state"), S("expired")) || str_eq(row_str(&row, "state"), S("deleted")))
		field_bad(c, "offer", "an offer that is not over");
	else if (!row_bool(&row, "has_target"))
		field_bad(c, uuid_is_nil(ask->variant.u) ? "product" : "variant", "part of the offer");
	return OK;
}

static enum err attribution_check(struct ctx *c, const struct attribution *a)
{
	struct stream stream;
	enum err e;

	if (!stream_platform_known(a->platform))
		field_bad(c, "platform", "youtube, tiktok, twitch, instagram or other");
	if (!attribution_surface_known(a->surface))
		field_bad(c, "surface", "live, replay, clip, link_in_bio, dm, agent or direct");
	if (uuid_is_nil(a->stream.u)) {
		if (str_eq(a->surface, S("live")))
			field_bad(c, "stream", "the stream of a live link");
		return OK;
	}
	e = stream_by_id(c, a->stream, &stream);
	if (e == ERR_NOT_FOUND) {
		c->failed = OK;
		field_bad(c, "stream", "a stream of yours");
		return OK;
	}
	TRY(e);
	if (!str_eq(stream.platform, a->platform))
		field_bad(c, "platform", "that of the stream");
	return OK;
}

static enum err check(struct ctx *c, const struct link_ask *ask)
{
	TRY(target_check(c, ask));
	TRY(attribution_check(c, &ask->attribution));
	if (ask->code.n && (!text_is_code(ask->code) || text_is_reserved(str_lower(c->mem, ask->code))))
		field_bad(c, "code", "3 to 32 letters, digits and '-', and no reserved word");
	if (ask->expires_ms && ask->expires_ms <= c->now_ms)
		field_bad(c, "expires_at", "a time that lies ahead");
	if (ask->clicks_max < 0 || ask->clicks_max > INT32_MAX)
		field_bad(c, "clicks_max", "1 to %d, or none", INT32_MAX);
	return fields_must_be_good(c);
}

static enum err insert(struct ctx *c, const struct link_ask *ask, struct attribution_id attribution, struct str code,
	struct link_id id, bool *taken)
{
	struct row row;

	TRY(db_maybe(c, SQL(link_insert), PARAMS(
		p_uuid(id.u), p_uuid(c->creator.u), p_uuid(ask->offer.u), p_uuid_or_null(ask->product.u),
		p_uuid_or_null(ask->variant.u), p_uuid(attribution.u), p_str(code), p_int(ask->expires_ms),
		p_int(ask->clicks_max)), &row));
	*taken = !row.found;
	return OK;
}

static enum err tell(struct ctx *c, enum event_type type, struct link_id id, struct offer_id offer, struct live_id live)
{
	struct jw w = jw_new(c->mem, 256);

	jw_object(&w);
	event_put_id(&w, "offer", offer.u);
	event_put_id(&w, "live", live.u);
	jw_end(&w);
	return event_emit(c, &(struct event){ .type = type, .creator = c->creator, .subject = id.u, .payload = jw_done(&w) });
}

enum err link_create(struct ctx *c, const struct link_ask *ask, struct link_id *id)
{
	struct attribution_id attribution;
	bool taken = true;

	TRY(check(c, ask));
	TRY(attribution_for(c, &ask->attribution, &attribution));
	*id = ID_NEW(link, c->now_ms);
	for (int i = 0; taken && i < (ask->code.n ? 1 : CODE_TRIES); i++)
		TRY(insert(c, ask, attribution, ask->code.n ? ask->code : crypto_token(c->mem, CODE_LENGTH), *id, &taken));
	if (taken)
		return FAIL(c, ERR_CODE_TAKEN, "taken");
	return tell(c, EVENT_LINK_CREATED, *id, ask->offer, (struct live_id){ 0 });
}

static struct link link_of(const struct row *row)
{
	return (struct link){
		.id = { row_uuid(row, "id") },
		.code = row_str(row, "code"),
		.offer = { row_uuid(row, "offer_id") },
		.offer_name = row_str(row, "offer_name"),
		.offer_state = row_str(row, "offer_state"),
		.product = { row_uuid(row, "product_id") },
		.variant = { row_uuid(row, "variant_id") },
		.live = { row_uuid(row, "live_id") },
		.live_title = row_str(row, "live_title"),
		.attribution = { row_str(row, "platform"), row_str(row, "surface"), { row_uuid(row, "stream_id") },
			{ row_uuid(row, "replay_id") }, { row_uuid(row, "moment_id") } },
		.stream_title = row_str(row, "stream_title"),
		.expires_ms = row_int(row, "expires_ms"),
		.revoked_ms = row_int(row, "revoked_ms"),
		.created_ms = row_int(row, "created_ms"),
		.clicks_max = row_int(row, "clicks_max"),
		.clicks_used = row_int(row, "clicks_used"),
		.revision = row_int(row, "revision"),
		.clicks = row_int(row, "clicks"),
		.repeats = row_int(row, "repeats"),
		.refusals = row_int(row, "refusals"),
		.previews = row_int(row, "previews"),
		.guarded = row_int(row, "guarded"),
		.checkouts = row_int(row, "checkouts"),
	};
}

static enum err links_of(struct ctx *c, const struct rows *rows, struct link **out, size_t *n)
{
	*n = (size_t)rows->n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows->n; i++) {
		struct row row = rows_at(rows, i);

		(*out)[i] = link_of(&row);
	}
	return OK;
}

enum err link_list(struct ctx *c, struct link_id after, int limit, struct link **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(link_list), PARAMS(p_uuid(c->creator.u), p_uuid_or_null(after.u), p_int(limit)), &rows));
	return links_of(c, &rows, out, n);
}

enum err link_pins(struct ctx *c, struct live_id live, struct link **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(link_pins), PARAMS(p_uuid(c->creator.u), p_uuid(live.u)), &rows));
	return links_of(c, &rows, out, n);
}

enum err link_by_id(struct ctx *c, struct link_id id, struct link *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(link_by_id), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_LINK_UNKNOWN, "no such link of hers");
	*out = link_of(&row);
	return OK;
}

static enum err pin_insert(struct ctx *c, struct live_id live, struct attribution_id attribution, struct str code, struct link_id id,
	bool *taken)
{
	struct row row;

	TRY(db_maybe(c, SQL(link_pin_insert), PARAMS(
		p_uuid(id.u), p_uuid(c->creator.u), p_uuid(live.u), p_uuid(attribution.u), p_str(code)), &row));
	*taken = !row.found;
	return OK;
}

enum err link_pin(struct ctx *c, struct live_id live, struct str platform, struct str code, struct link_id *id)
{
	const struct attribution context = { .platform = platform, .surface = S("live") };
	struct attribution_id attribution;
	struct row row;
	bool taken = true;

	if (!stream_platform_known(platform))
		field_bad(c, "platform", "youtube, tiktok, twitch, instagram or other");
	if (code.n && (!text_is_code(code) || text_is_reserved(str_lower(c->mem, code))))
		field_bad(c, "code", "3 to 32 letters, digits and '-', and no reserved word");
	TRY(fields_must_be_good(c));
	TRY(db_maybe(c, SQL(link_pin_find), PARAMS(p_uuid(c->creator.u), p_uuid(live.u), p_str(platform)), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "no such live session of hers");
	id->u = row_uuid(&row, "link_id");
	if (!uuid_is_nil(id->u) && !code.n)
		return OK;
	TRY(attribution_for(c, &context, &attribution));
	*id = ID_NEW(link, c->now_ms);
	for (int i = 0; taken && i < (code.n ? 1 : CODE_TRIES); i++)
		TRY(pin_insert(c, live, attribution, code.n ? code : crypto_token(c->mem, CODE_LENGTH), *id, &taken));
	if (taken)
		return FAIL(c, ERR_CODE_TAKEN, "taken");
	return tell(c, EVENT_LINK_CREATED, *id, (struct offer_id){ 0 }, live);
}

enum err link_update(struct ctx *c, const struct link *link, int64_t expires_ms, int64_t clicks_max)
{
	struct row row;

	if (expires_ms && expires_ms != link->expires_ms && expires_ms <= c->now_ms)
		field_bad(c, "expires_at", "a time that lies ahead");
	if (clicks_max && clicks_max < link->clicks_used)
		field_bad(c, "clicks_max", "at least the %lld that were used", (long long)link->clicks_used);
	TRY(fields_must_be_good(c));
	TRY(db_maybe(c, SQL(link_update), PARAMS(
		p_uuid(c->creator.u), p_uuid(link->id.u), p_int(link->revision), p_int(expires_ms), p_int(clicks_max)), &row));
	return row.found ? OK : FAIL(c, ERR_EDIT_CONFLICT, "another revision");
}

enum err link_revoke(struct ctx *c, struct link_id id)
{
	struct link link;
	struct row row;

	TRY(link_by_id(c, id, &link));
	TRY(db_run(c, SQL(link_release), PARAMS(p_uuid(id.u))));
	TRY(db_maybe(c, SQL(link_revoke), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	return row.found ? tell(c, EVENT_LINK_REVOKED, id, link.offer, link.live) : OK;
}

struct str link_url(struct ctx *c, const struct link *link)
{
	return str_fmt(c->mem, STR_FMT "/go/" STR_FMT, STR_ARG(c->config->base_url), STR_ARG(link->code));
}
