/* offer_form: the form of an offer as it stands, between what was typed, what is stored and what is asked.
 * Private to offer_form.c and offer_typed.c.
 */
#ifndef UNIFYED_DASHBOARD_OFFER_FORM_H
#define UNIFYED_DASHBOARD_OFFER_FORM_H
#include "cgi-bin/dashboard/dashboard.h"

/* One thing the offer is for, as the form names it: "prod_x" or "prod_x.var_y". */
struct offer_typed_line {
	struct str value, own;
	struct product_id product;
	struct variant_id variant;
	struct catalog_product shown;
	struct catalog_variant one; /* of a variant */
	bool known;
};

/* The form as it stands. */
struct offer_typed {
	struct offer_id id; /* nil: a new one */
	int64_t revision;
	struct str name, kind, value, starts_at, ends_at, redemptions_max, q;
	bool once, restores;
	struct offer_typed_line lines[OFFER_LINES_MAX];
	size_t lines_n;
	bool too_many;
};

void offer_typed_read(struct ctx *c, const struct req *q, struct offer_typed *out);
/* As the offer is now. */
enum err offer_typed_of(struct ctx *c, const struct dash *d, const struct offer *offer, struct offer_typed *out);
void offer_typed_add(struct offer_typed *t, struct str value, struct str own);
bool offer_typed_has(const struct offer_typed *t, struct str value);
struct str offer_typed_value(struct ctx *c, struct product_id product, struct variant_id variant);
/* Fills shown, one and known of a line. */
enum err offer_typed_look(struct ctx *c, struct offer_typed_line *line);
/* What it asks for; wrong fields by field_bad: value, starts_at, ends_at, redemptions_max, lines, lines.<n>. */
enum err offer_typed_ask(struct ctx *c, const struct dash *d, struct offer_typed *t, struct offer_ask *ask);

#endif
