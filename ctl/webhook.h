/* webhook: what list and replay of deliveries share. */
#ifndef UNIFYED_CTL_WEBHOOK_H
#define UNIFYED_CTL_WEBHOOK_H
#include "ctl/ctl.h"
#include "lib/inbox/inbox.h"

/* The first options of a list, in this order; for webhook_filter. */
#define WEBHOOK_FILTERS(since, until)                                                           \
	{ .name = "--shop", .has_value = true }, { .name = "--topic", .has_value = true },      \
	{ .name = "--state", .has_value = true }, { .name = (since), .has_value = true },       \
	{ .name = (until), .has_value = true }

/* 0, or CTL_USAGE said. */
int webhook_filter(const struct ctl_option *first, struct inbox_filter *out);
/* delivery_..., or a plain UUID as logs of SQL have it */
bool webhook_id(struct str text, struct delivery_id *out);

#endif
