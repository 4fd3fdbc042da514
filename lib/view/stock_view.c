#include "lib/view/catalog_view.h"

#include "lib/view/list_view.h"

#define ITEM_MAX_BYTES 8192
#define FINDINGS_MAX_BYTES (1 << 20)

static void put_rule(struct jw *w, const struct buffer_rule *rule, const char *from)
{
	jw_key(w, "rule");
	jw_object(w);
	jw_kstr(w, "from", str_of(rule->has_units || rule->has_percent ? from : "none"));
	if (rule->has_units)
		jw_kint(w, "units", rule->units);
	if (rule->has_percent)
		jw_kint(w, "percent", rule->percent);
	jw_end(w);
}

struct str stock_item_json(struct ctx *c, const struct stock_item *item, const int64_t *free_before)
{
	struct jw w = jw_new(c->mem, ITEM_MAX_BYTES);

	jw_object(&w);
	jw_kid(&w, "id", ID_item, item->id.u);
	jw_kid(&w, "shop", ID_shop, item->shop.u);
	jw_kstr(&w, "shop_domain", item->domain);
	jw_kbool(&w, "tracked", item->tracked);
	jw_kint(&w, "available", item->available);
	jw_kint(&w, "held", item->held);
	jw_kint(&w, "sold_unsynced", item->sold_unsynced);
	jw_kint(&w, "buffer", item->buffer);
	jw_kint(&w, "free", item->free);
	if (free_before)
		jw_kint(&w, "free_before", *free_before);
	put_rule(&w, &item->rule, item->own_rule ? "item" : "shop");
	jw_kint(&w, "revision", item->revision);
	jw_ktime(&w, "read_at", item->read_ms);
	jw_ktime(&w, "short_since", item->short_ms);
	jw_end(&w);
	return jw_done(&w);
}

struct str stock_shop_json(struct ctx *c, const struct stock_shop *shop)
{
	struct jw w = jw_new(c->mem, ITEM_MAX_BYTES);

	jw_object(&w);
	jw_kid(&w, "id", ID_shop, shop->id.u);
	jw_kstr(&w, "domain", shop->domain);
	put_rule(&w, &shop->rule, "shop");
	jw_kint(&w, "revision", shop->revision);
	jw_kbool(&w, "settling", shop->settling);
	jw_end(&w);
	return jw_done(&w);
}

void stock_moved_json(struct jw *w, const struct stock_moved *moved)
{
	jw_object(w);
	jw_kid(w, "id", ID_snapshot, moved->id.u);
	jw_ktime(w, "at", moved->at_ms);
	jw_kstr(w, "cause", moved->cause);
	jw_kint(w, "available", moved->available);
	jw_kint(w, "held", moved->held);
	jw_kint(w, "sold_unsynced", moved->sold_unsynced);
	jw_kint(w, "buffer", moved->buffer);
	jw_kint(w, "free", moved->free);
	jw_end(w);
}

static enum id_kind subject_kind(struct str phase)
{
	return str_eq(phase, S("items")) ? ID_item : str_eq(phase, S("offers")) ? ID_offer :
		str_eq(phase, S("checkouts")) ? ID_session : ID_order;
}

void finding_json(struct jw *w, const struct audit_finding *finding)
{
	jw_object(w);
	jw_kid(w, "id", ID_finding, finding->id.u);
	jw_kid(w, "shop", ID_shop, finding->shop.u);
	jw_kstr(w, "invariant", finding->invariant);
	jw_kstr(w, "says", finding->says);
	jw_kid(w, "subject", subject_kind(finding->phase), finding->subject);
	jw_kint(w, "expected", finding->expected);
	jw_kint(w, "found", finding->found);
	jw_ktime(w, "first_seen_at", finding->first_ms);
	jw_ktime(w, "last_seen_at", finding->last_ms);
	jw_ktime(w, "gone_at", finding->gone_ms);
	jw_ktime(w, "repaired_at", finding->repaired_ms);
	jw_end(w);
}

struct str findings_json(struct ctx *c, const struct audit_run *run, const struct audit_finding *list, size_t n, size_t shown)
{
	struct jw w = jw_new(c->mem, FINDINGS_MAX_BYTES);

	jw_object(&w);
	jw_ktime(&w, "checked_at", run->finished_ms);
	jw_key(&w, "items");
	jw_list(&w);
	for (size_t i = 0; i < n && i < shown; i++)
		finding_json(&w, &list[i]);
	jw_end(&w);
	jw_kid(&w, "next", ID_finding, n > shown ? list[shown - 1].id.u : (struct uuid){ 0 });
	jw_end(&w);
	return jw_done(&w);
}
