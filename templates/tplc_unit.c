/* tplc_unit.c: loads templates by path, names what they become, and keeps the names apart. */
#include <stdio.h>
#include <string.h>

#include "templates/tplc.h"

static const struct ending {
	const char *text;
	enum kind kind;
} endings[] = { { ".html", K_PAGE }, { ".css", K_CSS }, { ".txt", K_TXT } };

/* Refuses before there is a source to point into. */
static void unit_die(struct unit *u, const char *message)
{
	snprintf(u->c->error, sizeof(u->c->error), "%s: %s", u->path, message);
	longjmp(u->c->stop, 1);
}

static bool starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* "dashboard/sold-out.html" becomes out "dashboard/sold_out" and name "tpl_dashboard_sold_out". */
static void unit_name(struct unit *u, const char *below)
{
	char *out = tplc_alloc(u->c, strlen(below) + 1), *name;
	const char *dot = strrchr(below, '.');
	size_t n = 0, i = 0;

	for (; i < sizeof(endings) / sizeof(endings[0]) && dot; i++)
		if (strcmp(dot, endings[i].text) == 0)
			break;
	if (!dot || i == sizeof(endings) / sizeof(endings[0]))
		unit_die(u, "a template is called .html, .css or .txt");
	u->kind = endings[i].kind;
	for (const char *p = below; p < dot; p++) {
		if (!is_word(*p) && *p != '-' && *p != '/')
			unit_die(u, "a template's name is made of a-z, 0-9, '-' and '_'");
		out[n++] = *p == '-' ? '_' : *p;
	}
	u->out = out;
	if (u->kind == K_PAGE && starts(below, "parts/"))
		u->kind = K_PART;
	if (u->kind == K_PAGE && starts(below, "layouts/"))
		u->kind = K_LAYOUT;
	out += u->kind == K_PART ? 6 : u->kind == K_LAYOUT ? 8 : 0;
	name = (char *)tplc_fmt(u->c, "tpl_%s%s", u->kind == K_PART ? "part_" : u->kind == K_LAYOUT ? "layout_" : "", out);
	for (char *p = name; *p; p++)
		*p = *p == '/' ? '_' : *p;
	u->c_name = name;
}

/* No NUL, no CR, no other control but tab and line feed, no byte order mark: nothing that reads otherwise than it looks. */
static void unit_read(struct unit *u)
{
	char *src = u->c->read(u->c, u->path, &u->n);

	if (!src)
		unit_die(u, "cannot be read");
	u->src = src;
	for (size_t i = 0; i < u->n; i++)
		if ((unsigned char)src[i] < 0x20 && src[i] != '\n' && src[i] != '\t')
			tplc_die(u, i, "a control character; lines end in LF alone");
	if (u->n >= 3 && memcmp(src, "\xEF\xBB\xBF", 3) == 0)
		tplc_die(u, 0, "a byte order mark");
}

static const char *fields_clash(const struct unit *u, const struct fields *a, const struct fields *b);

/* The name of a struct that both would declare, or NULL. */
static const char *fields_clash_in(const struct unit *u, const struct fields *a, const struct fields *b)
{
	for (const struct field *f = b->first; f; f = f->next)
		if (f->each && f->each->owner == b->owner) {
			const char *clash = fields_clash(u, a, f->each);

			if (clash)
				return clash;
		}
	return NULL;
}

static const char *fields_clash(const struct unit *u, const struct fields *a, const struct fields *b)
{
	if (strcmp(a->c_name, b->c_name) == 0)
		return a->c_name;
	for (const struct field *f = a->first; f; f = f->next)
		if (f->each && f->each->owner == a->owner) {
			const char *clash = fields_clash(u, f->each, b);

			if (clash)
				return clash;
		}
	return fields_clash_in(u, a, b);
}

static void names_must_differ(const struct unit *u)
{
	for (const struct unit *other = u->c->units; other; other = other->next) {
		const char *clash = other != u && other->fields ? fields_clash(u, other->fields, u->fields) : NULL;

		if (clash)
			tplc_die(u, 0, "struct %s is also made by %s: rename one", clash, other->path);
	}
}

static struct unit *unit_new(struct tplc *c, const char *path)
{
	struct unit *u = tplc_alloc(c, sizeof(*u));
	size_t n = strlen(c->root);

	u->c = c;
	u->path = tplc_fmt(c, "%s", path);
	u->loading = true;
	if (!starts(path, c->root) || path[n] != '/')
		unit_die(u, "not in the folder of templates");
	unit_name(u, path + n + 1);
	if (strcmp(u->out, "runtime") == 0)
		unit_die(u, "'runtime' is taken by templates/runtime.h");
	unit_read(u);
	u->next = c->units;
	c->units = u;
	return u;
}

struct unit *unit_load(struct tplc *c, const char *path, const struct unit *from, size_t at)
{
	struct unit *u = c->units;

	while (u && strcmp(u->path, path) != 0)
		u = u->next;
	if (u && u->loading)
		tplc_die(from, at, "%s includes itself", path);
	if (u)
		return u;
	u = unit_new(c, path);
	at = fields_read(u);
	names_must_differ(u);
	body_compile(u, at);
	u->loading = false;
	return u;
}

static struct unit *below_load(struct unit *u, const char *folder, const char *name, size_t at)
{
	const char *path = tplc_fmt(u->c, "%s/%s/%s.html", u->c->root, folder, name);
	size_t n;

	if (u->c->read(u->c, path, &n) == NULL)
		tplc_die(u, at, "there is no %s", path);
	return unit_load(u->c, path, u, at);
}

struct unit *part_load(struct unit *u, const char *name, size_t at)
{
	return below_load(u, "parts", name, at);
}

struct unit *layout_load(struct unit *u, const char *name, size_t at)
{
	return below_load(u, "layouts", name, at);
}

bool tplc_compile(struct tplc *c, char **paths, size_t n)
{
	if (setjmp(c->stop))
		return false;
	for (size_t i = 0; i < n; i++)
		unit_load(c, paths[i], NULL, 0);
	return true;
}
