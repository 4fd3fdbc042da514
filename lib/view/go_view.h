/* go_view: the pages of a moment link, in the look of its creator. They decide nothing and read no database. */
#ifndef UNIFYED_VIEW_GO_H
#define UNIFYED_VIEW_GO_H
#include "lib/checkout/checkout.h"

/* For whoever only looks: Open Graph tags, and with a token the button that means it. */
struct str go_look_page(struct ctx *c, const struct checkout_look *look, int units, struct str token);
/* The same page for a CHECKOUT_CONFIRM or a CHECKOUT_BOUNCE that cannot be. */
struct str go_confirm_page(struct ctx *c, const struct checkout_outcome *outcome, int units, struct str token);
/* Where the same is asked for again; `with`: an argument to add, or NULL. */
struct str go_again_path(struct ctx *c, const struct checkout_outcome *outcome, int units, const char *with);
/* The variants of a CHECKOUT_CHOOSE; its links ask for `units`. */
struct str go_picker_page(struct ctx *c, const struct checkout_outcome *outcome, int units);
/* What a refusal means, and what can be done instead. */
struct str go_refused_page(struct ctx *c, enum err refused, const struct checkout_outcome *outcome, int units);
struct str go_hold_page(struct ctx *c, const struct checkout_held *held);
/* The refusal of a look, as the outcome that go_refused_page shows. */
struct checkout_outcome go_look_refused(const struct checkout_look *look);

#endif
