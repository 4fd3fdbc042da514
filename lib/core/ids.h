/* ids: a distinct C type for every kind of thing, and their text form outside.
 * Source  RFC 9562 (UUIDv7); TypeID 0.3 (prefix, '_', 26 characters of Crockford base32, lower case)
 */
#ifndef UNIFYED_CORE_IDS_H
#define UNIFYED_CORE_IDS_H
#include "lib/core/str.h"

struct uuid {
	uint8_t b[16];
};

#define ID(type, prefix) struct type##_id { struct uuid u; };
#include "lib/core/ids.def"
#undef ID

enum id_kind {
#define ID(type, prefix) ID_##type,
#include "lib/core/ids.def"
#undef ID
	ID_KINDS
};

/* A new UUIDv7 of that time: 48 bits of Unix ms, 74 random bits (getrandom). */
struct uuid uuid_new(int64_t now_ms);
bool uuid_is_nil(struct uuid u);
bool uuid_eq(struct uuid a, struct uuid b);
/* 36 characters, lower case; `out` gets no NUL beyond out[36] */
void uuid_text(struct uuid u, char out[37]);
bool uuid_read(struct str s, struct uuid *out);

/* TypeID text, e.g. link_01jd...; lives as long as mem. `id` is written by name:
 * id_text(mem, ID_link, link.u), or ID_TEXT(mem, link, link_id). */
struct str id_text(struct arena *mem, enum id_kind kind, struct uuid u);
/* false unless it is a TypeID of just that kind in its only spelling */
bool id_read(enum id_kind kind, struct str s, struct uuid *out);
struct str id_prefix(enum id_kind kind);

/* _Generic: an id of another type does not compile */
#define ID_TEXT(mem, type, id) id_text((mem), ID_##type, _Generic((id), struct type##_id: (id)).u)
#define ID_READ(type, s, out_id) id_read(ID_##type, (s), &_Generic((out_id), struct type##_id *: (out_id))->u)
#define ID_NEW(type, now_ms) ((struct type##_id){ uuid_new(now_ms) })

#endif
