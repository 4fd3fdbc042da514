/* problem.c: a refusal as its caller may see it. Source: RFC 9457. */
#include "lib/json/json.h"
#include "lib/web/inside.h"
#include "templates/problem.h"

#define PROBLEM_MAX 131072 /* 32 wrong fields at their longest, escaped */

static const char *retry_after(enum err e)
{
	static const struct {
		enum err e;
		const char *seconds;
	} waits[] = {
		{ ERR_DB_AWAY, "2" }, { ERR_RETRY, "1" }, { ERR_KEY_BUSY, "1" }, { ERR_OFFER_NOT_READY, "2" },
		{ ERR_PLATFORM_SLOW, "5" }, { ERR_LOGIN_SLOW, "30" },
	};

	for (size_t i = 0; i < COUNT(waits); i++) {
		if (waits[i].e == e)
			return waits[i].seconds;
	}
	return NULL;
}

/* A refused handler's headers are void, but for those that speak of the refusal. */
static void headers_for(struct res *r, enum err e, bool is_page)
{
	struct str allow = res_header_of(r, "Allow"), wait = res_header_of(r, "Retry-After");

	if (wait.n == 0)
		wait = str_of(retry_after(e));
	*r = (struct res){ .c = r->c };
	if (allow.n > 0)
		res_header(r, "Allow", allow);
	if (wait.n > 0)
		res_header(r, "Retry-After", wait);
	if (err_row(e)->status == 401 && !is_page)
		res_header(r, "WWW-Authenticate", S("Bearer"));
}

static struct str problem_json(struct ctx *c, enum err e)
{
	const struct err_row *row = err_row(e);
	struct jw w = jw_new(c->mem, PROBLEM_MAX);

	jw_object(&w);
	jw_kstr(&w, "type", str_fmt(c->mem, STR_FMT "/problems/%s", STR_ARG(c->config->base_url), row->type));
	jw_kstr(&w, "title", str_of(row->title));
	jw_kint(&w, "status", row->status);
	jw_kstr(&w, "instance", str_fmt(c->mem, "urn:request:" STR_FMT, STR_ARG(c->request_id)));
	if (c->fields_n > 0) {
		jw_key(&w, "errors");
		jw_list(&w);
		for (size_t i = 0; i < c->fields_n; i++) {
			jw_object(&w);
			jw_kstr(&w, "field", c->fields[i].field);
			jw_kstr(&w, "says", c->fields[i].says);
			jw_end(&w);
		}
		jw_end(&w);
	}
	jw_end(&w);
	return jw_done(&w);
}

static struct str problem_page(struct ctx *c, enum err e)
{
	const struct err_row *row = err_row(e);
	struct tpl_problem_errors *errors = arena_array(c->mem, c->fields_n, sizeof *errors);
	struct buf b = buf_new(c->mem, 2 * PROBLEM_MAX);

	for (size_t i = 0; i < c->fields_n; i++)
		errors[i] = (struct tpl_problem_errors){ c->fields[i].field, c->fields[i].says };
	tpl_problem(&b, &(struct tpl_problem){
		.status = row->status,
		.title = str_of(row->title),
		.request = c->request_id,
		.errors = errors,
		.errors_n = c->fields_n,
	});
	return buf_str(&b);
}

/* Back to where they were going, when that was a page to look at. */
static void send_to_login(struct turn *t)
{
	struct buf b = buf_new(t->c->mem, 32768);

	buf_put(&b, S("/dashboard/login"));
	if (t->q->method == GET) {
		buf_put(&b, S("?next="));
		buf_url_part(&b, t->q->path);
		if (t->q->query.n > 0) {
			buf_put(&b, S("%3F"));
			buf_url_part(&b, t->q->query);
		}
	}
	(void)res_redirect(t->r, 303, buf_str(&b));
}

static bool is_kept(const struct turn *t)
{
	return t->route != NULL && t->route->kept;
}

static bool wants_page(const struct turn *t)
{
	struct str accept = req_header(t->q, "HTTP_ACCEPT");

	return t->q->is_browser || is_kept(t) || (t->route != NULL && t->route->page && str_find(accept, 0, S("json")) == SIZE_MAX);
}

void problem_write(struct turn *t)
{
	bool is_page = wants_page(t);

	headers_for(t->r, t->e, is_page);
	if (is_page && t->route != NULL && t->route->again_s > 0 && err_row(t->e)->status >= 500)
		res_header(t->r, "Refresh", str_fmt(t->c->mem, "%d", t->route->again_s));
	if (is_page && t->e == ERR_LOGIN_NEEDED) {
		send_to_login(t);
		return;
	}
	if (is_kept(t) && t->e == ERR_NOT_FOUND)
		res_header(t->r, "Cache-Control", S(WEB_KEPT));
	if (is_page)
		(void)res_html(t->r, err_row(t->e)->status, problem_page(t->c, t->e));
	else
		(void)res_text(t->r, err_row(t->e)->status, "application/problem+json", problem_json(t->c, t->e));
}
