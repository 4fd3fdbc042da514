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
/* Payloads name things by plain UUID, so that SQL can join on them; nil is left out. The API shows them as TypeIDs. */
struct jw;
void event_put_id(struct jw *w, const char *key, struct uuid u);
const char *event_type_name(enum event_type type);
bool event_type_read(struct str name, enum event_type *out);


/* An event as its creator may read it. */
struct event_seen {
	struct event_id id;
	struct str type;
	struct uuid subject;
	struct shop_id shop;
	int64_t at_ms;
	struct str payload; /* JSON object */
};

/* Events of c->creator, newest first, at most `limit`. `type` empty: all; from_ms/before_ms 0: unbounded. */
enum err event_list(struct ctx *c, struct event_id after, struct str type, int64_t from_ms, int64_t before_ms, int limit,
	struct event_seen **out, size_t *n);

/* A consumer of the event log: takes its next events, in the caller's transaction. */
struct consumer {
	const char *name;
	const enum event_type *types;
	size_t types_n;
	enum err (*apply)(struct ctx *c, struct str events); /* ids, as SQL reads a uuid[] */
	enum err (*drop)(struct ctx *c); /* empties its projection; NULL: what it does stays, and it is not rebuilt */
};

/* Ordered reading for consumers (DESIGN 7): up to `most` events after the consumer's place, none of a transaction that
 * could still be overtaken; moves the place, and locks it until the end of the caller's transaction. It applies nothing. */
struct event_batch {
	size_t n;       /* events read, of any type */
	struct str ids; /* of those of the types it wants, as SQL reads a uuid[]; empty: none */
};
enum err event_consume(struct ctx *c, const struct consumer *consumer, int most, struct event_batch *out);
/* One batch, read once for the first consumer and for all that stand where it stands, and applied, in the caller's transaction.
 * The `served` ones are brought to the front of `consumers`; *done: events read. */
enum err event_step(struct ctx *c, const struct consumer *consumers[], size_t n, size_t *served, int64_t *done);
/* Empties its projection and starts again at the beginning, in the caller's transaction. */
enum err event_rebuild(struct ctx *c, const struct consumer *consumer);
/* Back to the beginning; the caller drops its projection in the same transaction. */
enum err event_rewind(struct ctx *c, struct str consumer);

#endif
