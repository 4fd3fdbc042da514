/* status.c: /status
 *
 * For operators and their monitors: is this process up, can it serve, what do the gauges say, do the invariants hold.
 */
#include "lib/status/status.h"
#include "lib/web/web.h"

static enum err health(struct ctx *c, const struct req *q, struct res *r)
{
	(void)c;
	(void)q;
	return res_text(r, 200, "text/plain", S("ok\n"));
}

static enum err ready(struct ctx *c, const struct req *q, struct res *r)
{
	struct str json;

	(void)q;
	TRY(status_ready(c, &json));
	return res_json(r, 200, json);
}

static enum err metrics(struct ctx *c, const struct req *q, struct res *r)
{
	struct str text;

	(void)q;
	TRY(status_metrics(c, &text));
	return res_text(r, 200, "text/plain; version=0.0.4", text);
}

static bool is_loopback(struct str address)
{
	return str_starts(address, S("127.")) || str_eq(address, S("::1"));
}

/* To recompute costs what there is, so a stranger gets what the auditor found; this machine's own callers ask anew. */
static enum err integrity(struct ctx *c, const struct req *q, struct res *r)
{
	struct str json;
	bool holds, found;

	if (is_loopback(q->address)) {
		TRY(status_integrity(c, &json, &holds));
		return res_json(r, holds ? 200 : 500, json);
	}
	TRY(status_audited(c, &json, &holds, &found));
	if (!found)
		return FAIL(c, ERR_RETRY, "the first audit has not ended");
	return res_json(r, holds ? 200 : 500, json);
}

static const struct route routes[] = {
	{ GET, "/status/health",    health,    .who = ANYONE, .tx = TX_NONE },
	{ GET, "/status/ready",     ready,     .who = ANYONE, .tx = TX_READ },
	{ GET, "/status/metrics",   metrics,   .who = ANYONE, .tx = TX_READ },
	{ GET, "/status/integrity", integrity, .who = ANYONE, .tx = TX_READ },
};

const struct app status_app = { "status", "api", routes, COUNT(routes) };
