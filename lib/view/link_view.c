#include "lib/view/link_view.h"

static void limits_read(struct ctx *c, struct json from, int64_t *expires_ms, int64_t *clicks_max)
{
	if (json_is_null(from, "expires_at"))
		*expires_ms = 0;
	else
		json_want_time(c, from, "expires_at", expires_ms);
	if (json_is_null(from, "clicks_max"))
		*clicks_max = 0;
	else
		json_want_int(c, from, "clicks_max", 1, INT32_MAX, clicks_max);
}

enum err link_ask_read(struct ctx *c, struct str body, struct link_ask *ask)
{
	static const char *const known[] = {
		"offer", "product", "variant", "code", "platform", "surface", "stream", "expires_at", "clicks_max", NULL };
	struct json from;

	TRY(json_read_object(c, body, &from));
	json_only(c, from, known);
	if (!json_want_id(c, from, "offer", ID_offer, &ask->offer.u) && !c->fields_n)
		field_bad(c, "offer", "the id of an offer");
	json_want_id(c, from, "product", ID_product, &ask->product.u);
	json_want_id(c, from, "variant", ID_variant, &ask->variant.u);
	json_want_text(c, from, "code", 3, 32, &ask->code);
	json_want_text(c, from, "platform", 1, 20, &ask->attribution.platform);
	json_want_text(c, from, "surface", 1, 20, &ask->attribution.surface);
	json_want_id(c, from, "stream", ID_stream, &ask->attribution.stream.u);
	limits_read(c, from, &ask->expires_ms, &ask->clicks_max);
	return OK;
}

enum err link_change_read(struct ctx *c, struct str body, int64_t *expires_ms, int64_t *clicks_max)
{
	static const char *const known[] = { "expires_at", "clicks_max", NULL };
	struct json from;

	TRY(json_read_object(c, body, &from));
	json_only(c, from, known);
	limits_read(c, from, expires_ms, clicks_max);
	return OK;
}

static void clicks_json(struct jw *w, const struct link *link)
{
	jw_key(w, "clicks");
	jw_object(w);
	jw_kint(w, "all", link->clicks);
	jw_kint(w, "checkouts", link->checkouts);
	jw_kint(w, "repeats", link->repeats);
	jw_kint(w, "refusals", link->refusals);
	jw_kint(w, "previews", link->previews);
	jw_kint(w, "guarded", link->guarded);
	jw_end(w);
}

void link_json(struct ctx *c, struct jw *w, const struct link *link)
{
	jw_object(w);
	jw_kid(w, "id", ID_link, link->id.u);
	jw_kstr(w, "code", link->code);
	jw_kstr(w, "url", link_url(c, link));
	jw_kid(w, "offer", ID_offer, link->offer.u);
	jw_kid(w, "product", ID_product, link->product.u);
	jw_kid(w, "variant", ID_variant, link->variant.u);
	jw_kid(w, "session", ID_live, link->live.u);
	jw_kstr(w, "platform", link->attribution.platform);
	jw_kstr(w, "surface", link->attribution.surface);
	jw_kid(w, "stream", ID_stream, link->attribution.stream.u);
	jw_kid(w, "replay", ID_replay, link->attribution.replay.u);
	jw_kid(w, "moment", ID_moment, link->attribution.moment.u);
	jw_ktime(w, "expires_at", link->expires_ms);
	jw_ktime(w, "revoked_at", link->revoked_ms);
	jw_key(w, "clicks_max");
	if (link->clicks_max)
		jw_int(w, link->clicks_max);
	else
		jw_null(w);
	clicks_json(w, link);
	jw_kint(w, "revision", link->revision);
	jw_ktime(w, "created_at", link->created_ms);
	jw_end(w);
}
