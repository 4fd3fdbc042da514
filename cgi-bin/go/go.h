/* go.h: what the pages of a moment link share. */
#ifndef UNIFYED_GO_H
#define UNIFYED_GO_H
#include "lib/checkout/checkout.h"
#include "lib/checkout/gate.h"
#include "lib/web/web.h"

#define WAIT_TOKEN_S (25 * 3600) /* a place in line lasts a day at most */

/* Who asks: the link of her own (?w=), else the signed cookie, else the page's token, else this very request. */
struct who_asks {
	struct uuid visitor;
	struct uuid self; /* the same but for ?w=: whose browser it is. What our pages remember of her is of this one */
	bool by_own_link, by_cookie;
	bool by_token;   /* a button of our own page was pressed */
	int64_t seen_ms; /* when her cookie was made; 0: there is none */
	int64_t own_ms;  /* when the link of her own was made */
};

/* Of a form, else of the query. */
struct str asked(const struct req *q, const char *name);
struct who_asks who_asks(struct ctx *c, const struct req *q);
struct gate_facts facts(struct ctx *c, const struct req *q, const struct who_asks *who);
/* What a token of a form, or of a place in line, is for: its link alone. */
struct str form_use(struct ctx *c, struct str code);
struct str wait_use(struct ctx *c, struct str code);
/* What is asked for, and nothing of who asks. fails LINK_UNKNOWN, VARIANT_UNKNOWN, BAD_INPUT */
enum err ask_read(struct ctx *c, const struct req *q, struct checkout_ask *ask);
/* Our button may end in a redirect to the shop, which browsers hold against form-action. */
enum err page(struct res *r, int status, struct str html);

/* wait.c */
handler wait_page, wait_join, wait_leave;

#endif
