/* creator_view: a creator and her API keys as the API shows them to herself. */
#ifndef UNIFYED_VIEW_CREATOR_H
#define UNIFYED_VIEW_CREATOR_H
#include "lib/account/account.h"
#include "lib/creator/creator.h"
#include "lib/json/json.h"

struct str creator_json(struct ctx *c, const struct creator *creator);
/* secret empty: the key is only listed */
void account_key_json(struct jw *w, const struct account_key *key, struct str secret);

#endif
