#include "lib/view/list_view.h"

#define LIST_MAX_BYTES (4 << 20)

struct jw list_begin(struct ctx *c)
{
	struct jw w = jw_new(c->mem, LIST_MAX_BYTES);

	jw_object(&w);
	jw_key(&w, "items");
	jw_list(&w);
	return w;
}

struct str list_end(struct jw *w, enum id_kind kind, struct uuid next)
{
	jw_end(w);
	jw_kid(w, "next", kind, next);
	jw_end(w);
	return jw_done(w);
}
