/* page_policy: what a public page may load: its own style, scripts and pictures, the player and posters of the platform whose video it
 * shows, the pictures that stand in it, and nothing else.
 * Invariant  a picture stands in a page only when its host stands in the page's policy: page_picture decides both at once
 *            no byte of an address that people or shops gave reaches the header but the letters of a host's name and its port
 * Source     Content Security Policy Level 3, 2.3.1 (host-source) and 6.7.2.8 (no address but 127.0.0.1 ever matches)
 */
#ifndef UNIFYED_VIEW_PAGE_POLICY_H
#define UNIFYED_VIEW_PAGE_POLICY_H
#include "lib/core/ctx.h"

#define PAGE_HOSTS_MAX 24

struct page_policy {
	struct str hosts[PAGE_HOSTS_MAX]; /* "https://cdn.example", "http://127.0.0.1:8481" */
	size_t hosts_n;
};

/* The address as the page may show it; empty: it is shown without. Refused are other than https (http where the operator allows it),
 * names that are not plain ASCII, credentials, addresses instead of names, and more hosts than a page's header has place for. */
struct str page_picture(struct ctx *c, struct page_policy *policy, struct str url);

struct page_allows {
	bool scripts;                /* files of our own */
	const char *frames, *images; /* of the platform, as its adapter told; "" or NULL: none */
};
/* The value of Content-Security-Policy. */
struct str page_policy_text(struct ctx *c, const struct page_policy *policy, struct page_allows allows);

#endif
