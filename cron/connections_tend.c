/* connections_tend.c: keeps what we have at shops in order
 *
 * Makes the shops tell us what we listen to, ends what creators who left had there, keeps idle tokens alive.
 */
#include "lib/catalog/catalog.h"
#include "lib/channel/channel.h"
#include "lib/connection/connection.h"
#include "lib/core/config.h"
#include "lib/core/log.h"
#include "lib/cron/cron.h"
#include "lib/db/db.h"
#include "lib/inbox/compliance.h"
#include "lib/job/job.h"
#include "lib/offer/offer.h"
#include "lib/reconcile/reconcile.h"

#define TRIES_MOST 40
#define LEAVE_TRIES 30 /* about a day of trying: then the credentials are forgotten all the same */

typedef enum err tend(struct ctx *c, const struct job *job);

static enum err subscribe(struct ctx *c, const struct job *job)
{
	enum err e = connection_subscribe(c, job->shop);

	return e == ERR_SHOP_CLOSED ? OK : e;
}

static enum err end_connections(struct ctx *c, void *arg)
{
	const struct job *job = arg;

	return connection_uninstalled(c, job->shop);
}

static enum err uninstalled(struct ctx *c, const struct job *job)
{
	struct job own = *job;

	return db_in_tx(c, end_connections, &own);
}

static enum err confirmed_gone(struct ctx *c, void *arg)
{
	const struct job *job = arg;
	bool late;

	return shop_uninstalled(c, job->shop, c->now_ms, &late);
}

static enum err confirmed_here(struct ctx *c, void *arg)
{
	const struct job *job = arg;

	return compliance_refuse(c, job->shop);
}

/* Something that may be old said that the shop removed us: the shop knows. */
static enum err confirm(struct ctx *c, const struct job *job)
{
	struct job own = *job;
	bool gone;

	TRY(connection_confirm(c, job->shop, &gone));
	return db_in_tx(c, gone ? confirmed_gone : confirmed_here, &own);
}

static enum err end_offers(struct ctx *c, void *arg)
{
	const struct job *job = arg;

	return offer_end_all(c, job->creator, job->shop);
}

/* Her offers end first; when nobody sells there any more, the discounts go as their last holds lapse, then the
 * subscriptions, then the tokens. Whoever joins meanwhile stops it. */
static enum err leave(struct ctx *c, const struct job *job)
{
	struct connection_leaving state;
	struct job own = *job;

	TRY(connection_leaving(c, job->shop, job->creator, &state));
	if (!state.joined)
		TRY(db_in_tx(c, end_offers, &own));
	if (!state.leaving)
		return OK;
	if (job->attempts >= LEAVE_TRIES)
		return shop_forget(c, job->shop);
	if (state.discounts)
		return FAIL(c, ERR_RETRY, "discounts are still in place");
	return connection_forget(c, job->shop);
}

static enum err bring_forward(struct ctx *c, void *arg)
{
	const struct job *job = arg;

	TRY(job_resume(c, job->shop));
	TRY(offer_discounts_resume(c, job->shop));
	TRY(reconcile_want(c, job->shop));
	return catalog_sync_want_first(c, job->shop);
}

static enum err resume(struct ctx *c, const struct job *job)
{
	struct job own = *job;

	return db_in_tx(c, bring_forward, &own);
}

static enum err channel_left(struct ctx *c, const struct job *job)
{
	struct channel_id id = { 0 };

	return uuid_read(job->dedupe, &id.u) ? channel_forget(c, id, job->attempts >= LEAVE_TRIES) : FAIL(c, ERR_INTERNAL, "a job without a channel");
}

static const struct {
	const char *kind;
	tend *work;
} kinds[] = {
	{ "shop_confirm", confirm },
	{ "shop_resume", resume },
	{ "shop_uninstalled", uninstalled },
	{ "channel_left", channel_left },
	{ "connection_left", leave },
	{ "subscriptions", subscribe },
};

static enum err one_job(struct ctx *c, const char *kind, tend *work, int64_t *done)
{
	struct job job;
	bool found;
	enum err e;

	TRY(job_claim(c, str_of(kind), (int)(c->config->net_total_ms / 1000) * 2 + 60, &job, &found));
	if (!found)
		return OK;
	++*done;
	e = work(c, &job);
	if (e == OK)
		return job_done(c, job.id);
	if (e == ERR_DB_AWAY)
		return e;
	log_line(LOG_WARN, "a job waits", LOG_FIELDS(LOG_S("kind", str_of(kind)), LOG_S("refusal", str_of(err_row(e)->name)),
		LOG_S("detail", c->failed_detail)));
	c->failed = OK;
	return job_failed(c, &job, str_of(err_row(e)->name), TRIES_MOST);
}

static enum err keep_alive(struct ctx *c, int64_t *done)
{
	struct shop_id shop;
	bool found;
	enum err e;

	TRY(shop_idle(c, &shop, &found));
	if (!found)
		return OK;
	++*done;
	e = shop_refresh(c, shop);
	if (e == ERR_DB_AWAY || e == ERR_INTERNAL)
		return e;
	c->failed = OK;
	return OK;
}

static enum err step(struct ctx *c, int64_t *done)
{
	int64_t queued;

	*done = 0;
	for (size_t i = 0; i < COUNT(kinds); i++)
		TRY(one_job(c, kinds[i].kind, kinds[i].work, done));
	TRY(keep_alive(c, done));
	TRY(channel_push_step(c, &queued));
	*done += queued;
	TRY(channel_tend_step(c, &queued));
	*done += queued;
	TRY(connection_topics_due(c, &queued));
	*done += queued;
	return *done ? OK : connection_state_sweep(c);
}

const struct helper connections_tend_helper = { "connections_tend", step };
