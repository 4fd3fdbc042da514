/* push.c: what platforms push: subscriptions with a path and a secret of their own, asked for again before they end. */
#include "lib/channel/inside.h"
#include "lib/core/config.h"

struct str channel_push_bound(struct ctx *c, struct push_id id)
{
	char text[37];

	uuid_text(id.u, text);
	return str_fmt(c->mem, "push_subscription|%.36s|secret", text);
}

enum err channel_push_by_key(struct ctx *c, struct str platform, struct str key, struct channel_push *out, bool *found)
{
	struct row row;

	TRY(db_maybe(c, SQL(channel_push_by_key), PARAMS(p_str(platform), p_str(key)), &row));
	*found = row.found;
	if (!row.found)
		return OK;
	*out = (struct channel_push){ .id = { row_uuid(&row, "id") }, .channel = { row_uuid(&row, "channel_id") },
		.platform = broadcaster_of(platform), .topic = row_str(&row, "topic"), .account = row_str(&row, "account"), .wanted = row_bool(&row, "wanted") };
	return crypto_open(c, row_str(&row, "secret_sealed"), channel_push_bound(c, out->id), &out->secret);
}

enum err channel_push_begun(struct ctx *c, struct push_id id, int64_t lease_s)
{
	return db_run(c, SQL(channel_push_begun), PARAMS(p_uuid(id.u), p_int(lease_s)));
}

enum err channel_push_refused(struct ctx *c, struct push_id id, struct str reason)
{
	return db_run(c, SQL(channel_push_refused), PARAMS(p_uuid(id.u), p_str(str_slice(reason, 0, 200))));
}

enum err channel_push_told(struct ctx *c, struct push_id id)
{
	return db_run(c, SQL(channel_push_told), PARAMS(p_uuid(id.u)));
}

static enum err ask(struct ctx *c, const struct row *row, struct push_id id)
{
	const struct broadcaster *platform = broadcaster_of(row_str(row, "platform"));
	struct str callback = str_fmt(c->mem, STR_FMT "/webhooks/" STR_FMT "/" STR_FMT, STR_ARG(c->config->base_url),
		STR_ARG(row_str(row, "platform")), STR_ARG(row_str(row, "path_key")));
	struct broadcaster_subscription made = { 0 };
	struct broadcaster_call call;
	struct str secret;

	if (!platform || !platform->subscribe)
		return FAIL(c, ERR_PLATFORM_UNSUPPORTED, "it pushes nothing");
	if (crypto_open(c, row_str(row, "secret_sealed"), channel_push_bound(c, id), &secret) != OK) {
		c->failed = OK;
		return FAIL(c, ERR_SIGNATURE, "no key of ours opens its secret");
	}
	TRY(channel_app_open(c, platform, &call));
	TRY(platform->subscribe(c, &call, str_z(c->mem, row_str(row, "topic")), row_str(row, "account"), callback, secret, &made));
	return db_run(c, SQL(channel_push_asked), PARAMS(p_uuid(id.u), p_str(made.external_id), p_bool(str_eq(made.state, S("active")))));
}

enum err channel_push_step(struct ctx *c, int64_t *done)
{
	struct push_id id;
	struct row row;
	enum err e;

	*done = 0;
	TRY(db_maybe(c, SQL(channel_push_due), PARAMS(p_int(c->config->net_total_ms / 1000 * 2 + 30)), &row));
	if (!row.found)
		return OK;
	*done = 1;
	id.u = row_uuid(&row, "id");
	e = ask(c, &row, id);
	if (e == OK || e == ERR_DB_AWAY || e == ERR_INTERNAL)
		return e;
	c->failed = OK;
	return db_run(c, SQL(channel_push_failed), PARAMS(p_uuid(id.u), p_str(str_of(err_row(e)->name))));
}
