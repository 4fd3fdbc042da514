/* event: the one log of everything that happens (DESIGN 7).
 * Owns       table event_log
 * Invariant  an event is inserted in the transaction that makes it true
 * Never      holds personal data: payloads are ids, units, amounts and reasons
 */
#ifndef UNIFYED_EVENT_H
#define UNIFYED_EVENT_H
#include "lib/core/ctx.h"

enum event_type {
#define EVENT(type) EVENT_##type,
#include "lib/event/events.def"
#undef EVENT
	EVENT_TYPES
};

struct event {
	enum event_type type;
	struct creator_id creator; /* nil: none */
	struct shop_id shop;       /* nil: none */
	struct uuid subject;       /* the thing it happened to */
	struct str payload;        /* a JSON object (jw); empty: {} */
	/* Where the cause has an identity, so that telling it twice is a no-op: the id is derived from
	 * (type, cause, cause_ms). Empty: a new id. */
	struct str cause;
	int64_t cause_ms;          /* part of the identity; the event's own time is the database's clock */
};

/* Appends; a repeat of the same cause is a no-op. */
enum err event_emit(struct ctx *c, const struct event *e);
const char *event_type_name(enum event_type type);
bool event_type_read(struct str name, enum event_type *out);

#endif
