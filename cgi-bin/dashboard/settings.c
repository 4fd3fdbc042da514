/* settings.c: who a creator is, her clock, and the keys of her programs. */
#include "cgi-bin/dashboard/dashboard.h"

#include "lib/account/account.h"
#include "templates/dashboard/key_shown.h"
#include "templates/dashboard/settings.h"

#define KEYS_MAX 100

/* What the page shows instead of what is stored, after a refusal. */
struct typed {
	const struct creator_ask *you; /* NULL: as it is */
	struct str key_name;
	bool of_key;                   /* the refusal was of the form for a key */
	enum err refused;
};

static enum err keys_show(struct ctx *c, struct dash *d, struct tpl_dashboard_settings *page)
{
	struct tpl_dashboard_settings_keys *rows;
	struct account_key *keys;
	size_t n;

	TRY(account_key_list(c, (struct key_id){ 0 }, KEYS_MAX, &keys, &n));
	rows = arena_array(c->mem, n, sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		rows[i] = (struct tpl_dashboard_settings_keys){
			.id = ID_TEXT(c->mem, key, keys[i].id), .name = keys[i].name, .shown = keys[i].shown };
		local_want(&d->local, keys[i].created_ms, &rows[i].made);
		local_want(&d->local, keys[i].used_ms, &rows[i].used);
	}
	page->keys = rows;
	page->keys_n = n;
	return dash_tell(c, d);
}

static enum err show(struct ctx *c, const struct req *q, struct res *r, const struct typed *typed)
{
	static const char *const shown[] = { "name", "handle", "zone", NULL };
	struct tpl_dashboard_settings page;
	struct buf b = dash_buf(c);
	size_t others_n;
	const struct tpl_part_dash_wrong *others = dash_others(c, shown, &others_n);
	bool you = typed->you != NULL;
	struct dash d;

	TRY(dash_open(c, q, DASH_SETTINGS, &d));
	page = (struct tpl_dashboard_settings){
		.layout = d.layout, .key = d.key, .email = d.me.email,
		.problem = typed->of_key ? S("") : dash_problem(typed->refused), .others = others, .others_n = others_n,
		.name = you ? typed->you->name : d.me.name, .handle = you ? typed->you->handle : d.me.handle,
		.zone = you ? typed->you->zone : d.me.zone, .key_name = typed->key_name,
		.wrong_name = typed->of_key ? S("") : dash_wrong(c, "name"),
		.wrong_key = typed->of_key ? dash_wrong(c, "name") : S(""),
		.wrong_handle = dash_wrong_or(c, "handle", typed->refused, ERR_HANDLE_TAKEN), .wrong_zone = dash_wrong(c, "zone"),
	};
	TRY(keys_show(c, &d, &page));
	tpl_dashboard_settings(&b, &page);
	return res_html(r, dash_status(typed->refused), buf_str(&b));
}

enum err dash_settings(struct ctx *c, const struct req *q, struct res *r)
{
	return show(c, q, r, &(struct typed){ .refused = OK });
}

static enum err save(struct ctx *c, void *arg)
{
	struct creator_ask ask = *(const struct creator_ask *)arg;

	TRY(creator_check(c, &ask, false));
	return creator_update(c, &ask);
}

enum err dash_settings_save(struct ctx *c, const struct req *q, struct res *r)
{
	struct creator_ask ask = { .name = req_form(q, "name"), .handle = req_form(q, "handle"), .zone = req_form(q, "zone") };
	enum err refused;

	TRY(dash_try(c, save, &ask, &refused));
	if (refused != OK)
		return show(c, q, r, &(struct typed){ .you = &ask, .refused = refused });
	return res_redirect(r, 303, S("/dashboard/settings?saved=1"));
}

struct making {
	struct str name, secret;
	struct account_key key;
};

static enum err make(struct ctx *c, void *arg)
{
	struct making *m = arg;

	return account_key_create(c, m->name, &m->key, &m->secret);
}

enum err dash_key_make(struct ctx *c, const struct req *q, struct res *r)
{
	struct making m = { .name = req_form(q, "key_name") };
	struct buf b = dash_buf(c);
	struct dash d;
	enum err refused;

	TRY(dash_try(c, make, &m, &refused));
	if (refused != OK)
		return show(c, q, r, &(struct typed){ .key_name = m.name, .of_key = true, .refused = refused });
	TRY(dash_open(c, q, DASH_SETTINGS, &d));
	tpl_dashboard_key_shown(&b, &(struct tpl_dashboard_key_shown){
		.layout = d.layout, .name = m.key.name, .secret = m.secret });
	r->secret = true;
	return res_html(r, 200, buf_str(&b));
}

enum err dash_key_revoke(struct ctx *c, const struct req *q, struct res *r)
{
	struct key_id id;

	TRY(req_id(c, q, "id", ID_key, &id.u));
	TRY(account_key_revoke(c, id));
	return dash_go(r, "settings", ID_key, (struct uuid){ 0 });
}
