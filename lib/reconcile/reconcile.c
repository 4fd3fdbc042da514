#include "lib/reconcile/reconcile.h"

#include "lib/core/config.h"
#include "lib/core/log.h"
#include "lib/db/db.h"
#include "lib/json/json.h"
#include "lib/shop/shop.h"

#define MARKS_JSON_MAX 262144

static const char *const founds[] = {
	[RECONCILE_SAME] = "same", [RECONCILE_MISSING] = "missing", [RECONCILE_NEWER] = "newer", [RECONCILE_DIFFERENT] = "different",
};

static enum err begin(struct ctx *c, struct reconcile_pass *pass)
{
	struct row row;

	pass->run = uuid_new(c->now_ms);
	pass->cursor = S("");
	TRY(db_maybe(c, SQL(reconcile_begin), PARAMS(
		p_uuid(pass->shop.u), p_uuid(pass->run), p_int(c->config->reconcile_overlap_s),
		p_int(c->config->reconcile_window_days)), &row));
	if (!row.found)
		return FAIL(c, ERR_RETRY, "another has begun the pass");
	pass->since_ms = row_int(&row, "since_ms");
	return OK;
}

enum err reconcile_next(struct ctx *c, struct reconcile_pass *out, bool *found)
{
	struct row row;

	TRY(db_run(c, SQL(reconcile_arrive), NO_PARAMS));
	TRY(db_maybe(c, SQL(reconcile_next), NO_PARAMS, &row));
	*found = row.found;
	if (!row.found)
		return OK;
	*out = (struct reconcile_pass){ { row_uuid(&row, "shop_id") }, row_uuid(&row, "run_id"), row_str(&row, "cursor"),
		row_int(&row, "since_ms") };
	return uuid_is_nil(out->run) ? begin(c, out) : OK;
}

enum err reconcile_want(struct ctx *c, struct shop_id shop)
{
	return db_run(c, SQL(reconcile_want), PARAMS(p_uuid(shop.u)));
}

static struct str marks_json(struct ctx *c, const struct platform_order_marks *page)
{
	struct jw w = jw_new(c->mem, MARKS_JSON_MAX);

	jw_list(&w);
	for (size_t i = 0; i < page->n; i++) {
		const struct platform_order_mark *mark = &page->list[i];

		jw_object(&w);
		jw_kint(&w, "external", mark->external);
		jw_kint(&w, "updated_ms", mark->updated_ms);
		jw_kbool(&w, "cancelled", mark->cancelled);
		jw_kstr(&w, "status", mark->financial_status);
		jw_kint(&w, "units", mark->current_units);
		jw_kint(&w, "paid_back", mark->paid_back_minor);
		jw_kint(&w, "paid_back_there", mark->paid_back_presentment_minor);
		jw_end(&w);
	}
	jw_end(&w);
	return jw_done(&w);
}

static enum reconcile_found found_of(struct str name)
{
	enum reconcile_found found = RECONCILE_SAME;

	while (found < RECONCILE_DIFFERENT && !str_eq(name, str_of(founds[found])))
		found++;
	return found;
}

enum err reconcile_compare(struct ctx *c, struct shop_id shop, const struct platform_order_marks *page, enum reconcile_found *out)
{
	struct rows rows;

	TRY(db_all(c, SQL(reconcile_compare), PARAMS(p_uuid(shop.u), p_str(marks_json(c, page))), &rows));
	for (size_t i = 0; i < page->n; i++)
		out[i] = RECONCILE_SAME;
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);

		for (size_t k = 0; k < page->n; k++)
			if (page->list[k].external == row_int(&row, "external"))
				out[k] = found_of(row_str(&row, "found"));
	}
	return OK;
}

enum err reconcile_note(struct ctx *c, const struct reconcile_pass *pass, const struct platform_order_mark *mark,
	enum reconcile_found found, bool refused, struct str problem)
{
	return db_run(c, SQL(reconcile_note), PARAMS(
		p_uuid(pass->run), p_uuid(pass->shop.u), p_int(mark->external), p_str(refused ? S("refused") : str_of(founds[found])),
		p_int(mark->updated_ms), p_str(problem)));
}

/* Once per pass is often enough to see that webhooks are written in another version. */
static enum err look_at_version(struct ctx *c, struct shop_id shop)
{
	struct row row;

	TRY(db_maybe(c, SQL(reconcile_webhook_version), PARAMS(p_uuid(shop.u)), &row));
	return row.found ? shop_version_told(c, shop, row_str(&row, "api_version"), true) : OK;
}

static enum err finish(struct ctx *c, const struct reconcile_pass *pass)
{
	struct row row;

	TRY(db_one(c, SQL(reconcile_finish), PARAMS(p_uuid(pass->shop.u), p_uuid(pass->run), p_int(c->config->reconcile_s)), &row));
	TRY(db_run(c, SQL(reconcile_forget), PARAMS(p_uuid(pass->shop.u))));
	TRY(look_at_version(c, pass->shop));
	if (row_int(&row, "missing") + row_int(&row, "newer") + row_int(&row, "different") + row_int(&row, "refused") == 0)
		return OK;
	log_line(LOG_WARN, "orders that no webhook told", LOG_FIELDS(
		LOG_S("shop", ID_TEXT(c->mem, shop, pass->shop)), LOG_I("missing", row_int(&row, "missing")),
		LOG_I("newer", row_int(&row, "newer")), LOG_I("different", row_int(&row, "different")),
		LOG_I("refused", row_int(&row, "refused")), LOG_I("same", row_int(&row, "same"))));
	return OK;
}

enum err reconcile_page_done(struct ctx *c, const struct reconcile_pass *pass, struct str more, int64_t same, int64_t began_ms,
	bool *finished)
{
	struct row row;

	*finished = !more.n;
	TRY(db_maybe(c, SQL(reconcile_page_done), PARAMS(
		p_uuid(pass->shop.u), p_uuid(pass->run), p_str(pass->cursor), p_str(more), p_int(began_ms)), &row));
	if (!row.found)
		return FAIL(c, ERR_RETRY, "the pass moved meanwhile");
	TRY(db_run(c, SQL(reconcile_counted), PARAMS(p_uuid(pass->run), p_int(same))));
	return *finished ? finish(c, pass) : OK;
}

enum err reconcile_page_failed(struct ctx *c, const struct reconcile_pass *pass, struct str problem, bool refused)
{
	return db_run(c, SQL(reconcile_page_failed), PARAMS(p_uuid(pass->shop.u), p_uuid(pass->run), p_str(problem), p_bool(refused)));
}
