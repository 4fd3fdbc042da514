#include "lib/view/live_view.h"

void live_fields_json(struct jw *w, const struct live *live)
{
	jw_kid(w, "id", ID_live, live->id.u);
	jw_kstr(w, "title", live->title);
	jw_kstr(w, "state", live->state);
	jw_ktime(w, "started_at", live->started_ms);
	jw_ktime(w, "ended_at", live->ended_ms);
	jw_ktime(w, "created_at", live->created_ms);
	jw_kint(w, "revision", live->revision);
}

static void want_or_none(struct ctx *c, struct json from, const char *field, enum id_kind kind, struct uuid *out)
{
	if (json_is_null(from, field))
		*out = (struct uuid){ 0 };
	else
		json_want_id(c, from, field, kind, out);
}

enum err moment_ask_read(struct ctx *c, struct str body, bool with_at, struct moment_ask *ask)
{
	static const char *const known[] = { "title", "offer", "product", "variant", "until", "at", NULL };
	struct json from;

	TRY(json_read_object(c, body, &from));
	json_only(c, from, known);
	json_want_text(c, from, "title", 0, 200, &ask->title);
	want_or_none(c, from, "offer", ID_offer, &ask->offer.u);
	want_or_none(c, from, "product", ID_product, &ask->product.u);
	want_or_none(c, from, "variant", ID_variant, &ask->variant.u);
	if (json_is_null(from, "until"))
		ask->until_ms = 0;
	else
		json_want_time(c, from, "until", &ask->until_ms);
	if (with_at)
		json_want_time(c, from, "at", &ask->at_ms);
	else if (json_type(json_get(from, "at")) != JSON_ABSENT)
		field_bad(c, "at", "a tap is now: add a moment instead");
	return OK;
}

void moment_json(struct jw *w, const struct moment *m)
{
	jw_object(w);
	jw_kid(w, "id", ID_moment, m->id.u);
	jw_kid(w, "session", ID_live, m->live.u);
	jw_ktime(w, "at", m->at_ms);
	jw_ktime(w, "until", m->until_ms);
	jw_kstr(w, "title", m->title);
	jw_kid(w, "offer", ID_offer, m->offer.u);
	jw_kid(w, "product", ID_product, m->product.u);
	jw_kid(w, "variant", ID_variant, m->variant.u);
	jw_kstr(w, "source", m->source);
	jw_kstr(w, "state", m->state);
	jw_key(w, "reason");
	jw_raw(w, m->reason);
	jw_kint(w, "revision", m->revision);
	jw_ktime(w, "created_at", m->created_ms);
	jw_end(w);
}
