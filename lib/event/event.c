#include "lib/event/event.h"

#include "lib/db/db.h"

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
