/* gate: what a request at a link may do, decided from its headers alone (DESIGN 5, reliability.md 3).
 * Whoever previews, prefetches or scans must not keep stock from a buyer.
 */
#ifndef UNIFYED_CHECKOUT_GATE_H
#define UNIFYED_CHECKOUT_GATE_H
#include "lib/core/str.h"

enum gate {
	GATE_PREVIEW,  /* HEAD, or an agent that unfurls links: the page for looking */
	GATE_PREFETCH, /* 503, so that the real navigation comes to us */
	GATE_CONFIRM,  /* perhaps a person: a page with one button */
	GATE_PASS,     /* a person means it */
};

struct gate_facts {
	bool is_head, is_post;
	bool has_visitor;           /* a visitor's signed cookie came along */
	bool has_token;             /* the signed token of this link's confirm page came along */
	struct str user_agent;
	struct str sec_purpose, purpose, x_moz, x_purpose;
	struct str fetch_site, fetch_mode, fetch_dest; /* Sec-Fetch-*; empty: the browser sends none */
	struct str origin, own_origin;
};

enum gate gate_of(const struct gate_facts *f);
/* The browser itself says that a person opens a page. Anybody can say so. */
bool gate_navigates(const struct gate_facts *f);

/* Neither a program that unfurls links nor a prefetcher: it looks, and that counts as a view. */
bool gate_is_person(const struct gate_facts *f);

#endif
