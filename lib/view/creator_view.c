#include "lib/view/creator_view.h"

struct str creator_json(struct ctx *c, const struct creator *creator)
{
	struct jw w = jw_new(c->mem, 8192);

	jw_object(&w);
	jw_kid(&w, "id", ID_creator, creator->id.u);
	jw_kstr(&w, "handle", creator->handle);
	jw_kstr(&w, "name", creator->name);
	jw_kstr(&w, "email", creator->email);
	jw_kstr(&w, "zone", creator->zone);
	jw_ktime(&w, "created_at", creator->created_ms);
	jw_end(&w);
	return jw_done(&w);
}

void account_key_json(struct jw *w, const struct account_key *key, struct str secret)
{
	jw_object(w);
	jw_kid(w, "id", ID_key, key->id.u);
	jw_kstr(w, "name", key->name);
	jw_kstr(w, "starts_with", key->shown);
	jw_ktime(w, "created_at", key->created_ms);
	jw_ktime(w, "used_at", key->used_ms);
	if (secret.n)
		jw_kstr(w, "key", secret);
	jw_end(w);
}
