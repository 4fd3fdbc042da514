/* route.c: which row of an app's table answers, and whether the table is sound. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "lib/web/inside.h"

static const char *const names[] = {
	[METHOD_NONE] = "", [GET] = "GET", [HEAD] = "HEAD", [POST] = "POST", [PUT] = "PUT",
	[PATCH] = "PATCH", [DELETE] = "DELETE", [OPTIONS] = "OPTIONS",
};

const char *method_name(enum method method)
{
	return names[method];
}

enum method method_read(struct str name)
{
	for (size_t i = GET; i < COUNT(names); i++) {
		if (str_eq(name, str_of(names[i])))
			return (enum method)i;
	}
	return METHOD_NONE;
}

/* ":id" takes a whole segment, "@:handle" what follows its prefix; neither takes nothing. */
static bool segment_matches(struct str pattern, struct str segment, struct req *q)
{
	size_t colon = str_find(pattern, 0, S(":"));
	struct str prefix;

	if (colon == SIZE_MAX)
		return str_eq(pattern, segment);
	prefix = str_slice(pattern, 0, colon);
	if (!str_starts(segment, prefix) || segment.n == prefix.n)
		return false;
	assert(q->params_n < WEB_PARAMS_MAX);
	q->params[q->params_n++] = (struct pair){
		str_slice(pattern, colon + 1, pattern.n), str_slice(segment, prefix.n, segment.n) };
	return true;
}

static bool path_matches(const char *pattern, struct req *q)
{
	struct str want = str_of(pattern), path = q->path;

	q->params_n = 0;
	while (want.p != NULL && path.p != NULL) {
		if (!segment_matches(str_cut(&want, '/'), str_cut(&path, '/'), q))
			return false;
	}
	return want.p == NULL && path.p == NULL;
}

static void allow_add(struct buf *allow, const char *name)
{
	if (str_find(buf_str(allow), 0, str_of(name)) != SIZE_MAX)
		return;
	if (allow->n > 0)
		buf_put(allow, S(", "));
	buf_put(allow, str_of(name));
}

void route_match(struct ctx *c, const struct app *app, struct req *q, struct match *out)
{
	struct buf allow = buf_new(c->mem, 128);
	const struct route *get = NULL;

	*out = (struct match){ 0 };
	for (size_t i = 0; i < app->n; i++) {
		const struct route *route = &app->routes[i];

		if (!path_matches(route->path, q))
			continue;
		out->path_known = true;
		allow_add(&allow, names[route->method]);
		if (route->method == GET) {
			allow_add(&allow, "HEAD");
			get = get != NULL ? get : route;
		}
		if (out->route == NULL && route->method == q->method)
			out->route = route;
	}
	if (out->route == NULL && q->method == HEAD)
		out->route = get;
	if (out->route != NULL)
		(void)path_matches(out->route->path, q);
	allow_add(&allow, "OPTIONS");
	out->allow = buf_str(&allow);
}

static const char *route_problem(const struct app *app, const struct route *route)
{
	struct str path = str_of(route->path), first;

	(void)str_cut(&path, '/');
	first = str_cut(&path, '/');
	if (route->path[0] != '/' || !(str_eq(first, str_of(app->name)) || (strcmp(app->name, "at") == 0 && str_starts(first, S("@")))))
		return "its path is not the app's";
	if (route->method == METHOD_NONE)
		return "method is not stated";
	if (route->who == WHO_UNSTATED)
		return ".who is not stated";
	if (route->tx == TX_UNSTATED)
		return ".tx is not stated";
	if (route->handle == NULL)
		return "there is no handler";
	if (route->key == IDEMPOTENT && route->tx != TX_WRITE)
		return ".key = IDEMPOTENT needs .tx = TX_WRITE";
	if (route->key == IDEMPOTENT && (route->method == GET || route->method == HEAD))
		return "a read has no .key";
	return NULL;
}

const char *app_problem(const struct app *app, char problem[256])
{
	for (size_t i = 0; i < app->n; i++) {
		const char *what = route_problem(app, &app->routes[i]);

		if (what == NULL)
			continue;
		snprintf(problem, 256, "%s: %s %s: %s", app->name, names[app->routes[i].method], app->routes[i].path, what);
		return problem;
	}
	return NULL;
}

size_t app_body_max(struct ctx *c, const struct app *app, enum method method, struct str uri)
{
	struct req q = { .method = method };
	struct match match;

	if (path_read(c, str_slice(uri, 0, str_find(uri, 0, S("?"))), &q.path) == OK) {
		route_match(c, app, &q, &match);
		if (match.route != NULL && match.route->body_max > 0)
			return match.route->body_max;
	}
	return (size_t)c->config->body_max_bytes;
}

void app_print(const struct app *app)
{
	static const char *const who[] = { "-", "ANYONE", "MAYBE", "CREATOR", "PLATFORM" };
	static const char *const tx[] = { "-", "TX_NONE", "TX_READ", "TX_WRITE" };

	for (size_t i = 0; i < app->n; i++) {
		const struct route *route = &app->routes[i];

		printf("%-7s %-44s cgi-bin/%-12s %-8s %-8s%s%s%s\n", method_name(route->method), route->path, app->name,
			who[route->who], tx[route->tx], route->key == IDEMPOTENT ? " IDEMPOTENT" : "",
			route->batch != NULL ? " batch" : "", route->page ? " page" : "");
	}
}
