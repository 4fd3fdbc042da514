#include "lib/event/event.h"

#include "lib/db/db.h"
#include "lib/json/json.h"

static const char *const names[] = {
#define EVENT(type) #type,
#include "lib/event/events.def"
#undef EVENT
};

enum err event_emit(struct ctx *c, const struct event *e)
{
	return db_run(c, SQL(event_emit), PARAMS(
		p_uuid(uuid_new(c->now_ms)), p_str(str_of(names[e->type])),
		p_uuid_or_null(e->creator.u), p_uuid_or_null(e->shop.u), p_uuid(e->subject),
		p_str(e->cause), p_int(e->cause_ms), p_str(e->payload.n ? e->payload : S("{}"))));
}

const char *event_type_name(enum event_type type)
{
	return names[type];
}

bool event_type_read(struct str name, enum event_type *out)
{
	for (size_t i = 0; i < COUNT(names); i++) {
		if (!str_eq(name, str_of(names[i])))
			continue;
		*out = (enum event_type)i;
		return true;
	}
	return false;
}

void event_put_id(struct jw *w, const char *key, struct uuid u)
{
	char text[37];

	if (uuid_is_nil(u))
		return;
	uuid_text(u, text);
	jw_kstr(w, key, str_of(text));
}

enum err event_list(struct ctx *c, struct event_id after, struct str type, int64_t from_ms, int64_t before_ms, int limit,
	struct event_seen **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(event_list), PARAMS(p_uuid(c->creator.u), p_uuid_or_null(after.u), p_str(type), p_int(from_ms),
		p_int(before_ms), p_int(limit)), &rows));
	*n = (size_t)rows.n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		(*out)[i] = (struct event_seen){
			.id = { row_uuid(&row, "id") },
			.type = row_str(&row, "type"),
			.subject = row_uuid(&row, "subject"),
			.shop = { row_uuid(&row, "shop_id") },
			.at_ms = row_int(&row, "at_ms"),
			.payload = row_str(&row, "payload"),
		};
	}
	return OK;
}
