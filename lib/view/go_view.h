/* go_view: the pages of a moment link, in the look of its creator. They decide nothing and read no database. */
#ifndef UNIFYED_VIEW_GO_H
#define UNIFYED_VIEW_GO_H
#include "lib/checkout/checkout.h"
#include "lib/stream/live.h"
#include "lib/waitlist/waitlist.h"

/* Every way on from these pages keeps what was asked for: variant, units and the second.
 * For whoever only looks: Open Graph tags, which lead with her show while she is live, and with a token the button that means it. */
struct str go_look_page(struct ctx *c, const struct checkout_look *look, const struct live_now *now, const struct checkout_ask *ask,
	struct str token);
/* The same page for a CHECKOUT_CONFIRM or a CHECKOUT_BOUNCE that cannot be. */
struct str go_confirm_page(struct ctx *c, const struct checkout_outcome *outcome, const struct checkout_ask *ask, struct str token);
/* Where the same is asked for again; `with`: an argument to add, or NULL. */
struct str go_again_path(struct ctx *c, const struct checkout_outcome *outcome, const struct checkout_ask *ask, const char *with);
/* The variants of a CHECKOUT_CHOOSE; each of its links is for one of them. */
struct str go_picker_page(struct ctx *c, const struct checkout_outcome *outcome, const struct checkout_ask *ask);
/* What a refusal means, and what can be done instead, for visitors and as a card elsewhere; token: of the button that puts the visitor into
 * the line for what is sold out; now: her show that is on the air, for the card. */
struct str go_refused_page(struct ctx *c, enum err refused, const struct checkout_outcome *outcome, const struct checkout_ask *ask,
	struct str token, const struct live_now *now);
/* The page of one who waits in line. own: its path, which is her place; token: that of its ?w=; ask: what she waits for. */
struct str go_wait_page(struct ctx *c, const struct checkout_look *look, const struct waitlist_place *place, const struct checkout_ask *ask,
	struct str own, struct str token);
/* Where an ask is put to its link. */
struct str go_ask_path(struct ctx *c, const struct checkout_ask *ask);
struct str go_hold_page(struct ctx *c, const struct checkout_held *held);
/* The refusal of a look, as the outcome that go_refused_page shows. */
struct checkout_outcome go_look_refused(const struct checkout_look *look);

#endif
