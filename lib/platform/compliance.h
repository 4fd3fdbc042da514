/* platform/compliance: what a platform tells about the life of an installation and about personal data, in canonical shape.
 * Lives   as long as the arena of the read
 * Source  Shopify webhooks 2026-10: customers/data_request, customers/redact, app/scopes_update
 */
#ifndef UNIFYED_PLATFORM_COMPLIANCE_H
#define UNIFYED_PLATFORM_COMPLIANCE_H
#include "lib/core/ctx.h"

/* Whom a request is about. Anything may be missing: a customer may be an address alone. */
struct platform_person {
	int64_t request;        /* id of a data request; 0: none */
	int64_t customer;       /* external id; 0: not told */
	struct str email, phone;
	int64_t *orders;        /* external ids, ascending */
	size_t orders_n;
};

/* fails BAD_JSON, BAD_INPUT (more than 65536 orders, or one that is no number) */
enum err shopify_person_read(struct ctx *c, struct str body, struct platform_person *out);

struct platform_scopes {
	struct str granted;     /* separated by ',' */
	int64_t updated_ms;
};

/* fails BAD_JSON, BAD_INPUT */
enum err shopify_scopes_read(struct ctx *c, struct str body, struct platform_scopes *out);

#endif
