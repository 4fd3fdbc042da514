#include "lib/view/stream_view.h"

enum err stream_ask_read(struct ctx *c, struct str body, bool with_platform, struct stream_ask *ask)
{
	static const char *const known[] = { "title", "url", "scheduled_at", "platform", "delay_s", NULL };
	struct json from;

	TRY(json_read_object(c, body, &from));
	json_only(c, from, known);
	json_want_text(c, from, "title", 1, 200, &ask->title);
	json_want_text(c, from, "url", 0, 2048, &ask->url);
	if (json_is_null(from, "scheduled_at"))
		ask->scheduled_ms = 0;
	else
		json_want_time(c, from, "scheduled_at", &ask->scheduled_ms);
	json_want_int(c, from, "delay_s", 0, STREAM_DELAY_MAX_S, &ask->delay_s);
	if (with_platform)
		json_want_text(c, from, "platform", 1, 20, &ask->platform);
	else if (json_type(json_get(from, "platform")) != JSON_ABSENT)
		field_bad(c, "platform", "not changed: make another stream");
	return OK;
}

void stream_json(struct jw *w, const struct stream *s)
{
	jw_object(w);
	jw_kid(w, "id", ID_stream, s->id.u);
	jw_kstr(w, "platform", s->platform);
	jw_kstr(w, "title", s->title);
	jw_kstr(w, "url", s->url);
	jw_kstr(w, "state", s->state);
	jw_ktime(w, "scheduled_at", s->scheduled_ms);
	jw_ktime(w, "started_at", s->started_ms);
	jw_ktime(w, "ended_at", s->ended_ms);
	jw_ktime(w, "created_at", s->created_ms);
	jw_kid(w, "session", ID_live, s->live.u);
	jw_kbool(w, "detected", s->detected);
	jw_kint(w, "delay_s", s->delay_s);
	jw_kint(w, "revision", s->revision);
	jw_end(w);
}
