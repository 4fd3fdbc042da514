/* tplc_fields.c: {{! title str; offers list { name str; } }}, the fields a template opens with. */
#include <string.h>

#include "templates/tplc.h"

static const char *const types[TYPES] = {
	[T_STR] = "str", [T_INT] = "int", [T_BOOL] = "bool", [T_MONEY] = "money", [T_TIME] = "time",
	[T_URL] = "url", [T_JSON] = "json", [T_COLOUR] = "colour", [T_LIST] = "list",
};

/* Names that C, or a header the generated code includes, has taken. */
static const char *const taken[] = {
	"alignas", "alignof", "asm", "auto", "bool", "break", "case", "char", "const", "constexpr", "continue",
	"default", "do", "double", "else", "enum", "errno", "extern", "false", "float", "for", "goto", "if", "inline",
	"int", "linux", "long", "nullptr", "register", "restrict", "return", "short", "signed", "sizeof", "static",
	"static_assert", "stderr", "stdin", "stdout", "struct", "switch", "thread_local", "true", "typedef", "typeof",
	"typeof_unqual", "union", "unix", "unsigned", "void", "volatile", "while",
};

const char *type_name(enum type type)
{
	return types[type];
}

struct field *field_find(const struct fields *fields, const char *name)
{
	for (struct field *f = fields->first; f; f = f->next)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

static struct fields *fields_new(struct unit *u, const char *c_name)
{
	struct fields *fields = tplc_alloc(u->c, sizeof(*fields));

	fields->last = &fields->first;
	fields->c_name = c_name;
	fields->owner = u;
	return fields;
}

/* A list makes two members, x and x_n: no other field may be called so. */
static void name_must_be_free(const struct unit *u, const struct fields *fields, const struct field *new)
{
	const char *both = tplc_fmt(u->c, "%s_n", new->name);

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (strcmp(new->name, taken[i]) == 0)
			tplc_die(u, new->at, "'%s' means something in C: choose another name", new->name);
	for (const struct field *f = fields->first; f; f = f->next) {
		bool clash = f->type == T_LIST && strcmp(tplc_fmt(u->c, "%s_n", f->name), new->name) == 0;

		if (strcmp(f->name, new->name) == 0)
			tplc_die(u, new->at, "field '%s' is declared twice", new->name);
		if (clash || (new->type == T_LIST && strcmp(f->name, both) == 0))
			tplc_die(u, new->at, "field '%s' clashes with a list: its count has that name", new->name);
	}
	if (u->kind == K_LAYOUT && strcmp(new->name, "body") == 0)
		tplc_die(u, new->at, "'body' is the page's place in a layout: choose another name");
}

static size_t expect(const struct unit *u, size_t at, char ch)
{
	at = blanks_skip(u, at, u->n);
	if (at == u->n || u->src[at] != ch)
		tplc_die(u, at, "in the fields, '%c' was expected", ch);
	return at + 1;
}

static size_t fields_in(struct unit *u, struct fields *fields, size_t at, int depth);

/* `list { ... }` or `list >part`, whose elements are that part's struct. */
static size_t list_read(struct unit *u, struct fields *fields, struct field *f, size_t at, int depth)
{
	at = blanks_skip(u, at, u->n);
	if (at < u->n && u->src[at] == '>') {
		char part[WORD_MAX];

		at = word_read(u, blanks_skip(u, at + 1, u->n), u->n, true, part);
		f->each = part_load(u, part, f->at)->fields;
		return at;
	}
	if (depth > 4)
		tplc_die(u, at, "lists nest at most 4 deep");
	at = expect(u, at, '{');
	f->each = fields_new(u, tplc_fmt(u->c, "%s_%s", fields->c_name, f->name));
	at = expect(u, fields_in(u, f->each, at, depth + 1), '}');
	if (!f->each->first)
		tplc_die(u, f->at, "list '%s' has no fields", f->name);
	return at;
}

static size_t type_read(const struct unit *u, struct field *f, size_t at)
{
	char word[WORD_MAX];

	at = word_read(u, blanks_skip(u, at, u->n), u->n, false, word);
	for (int i = 0; i < TYPES; i++)
		if (strcmp(word, types[i]) == 0) {
			f->type = (enum type)i;
			return at;
		}
	tplc_die(u, f->at, "field '%s' has no known type '%s': str int bool money time url json colour list", f->name, word);
}

static size_t field_read(struct unit *u, struct fields *fields, size_t at, int depth)
{
	struct field *f = tplc_alloc(u->c, sizeof(*f));

	f->at = at;
	at = type_read(u, f, word_read(u, at, u->n, false, f->name));
	if (u->kind == K_CSS && f->type != T_COLOUR)
		tplc_die(u, f->at, "a .css template has fields of type colour only");
	name_must_be_free(u, fields, f);
	if (f->type == T_LIST)
		at = list_read(u, fields, f, at, depth);
	*fields->last = f;
	fields->last = &f->next;
	return at;
}

/* Fields up to a '}', which is left to the caller. The ';' after the last one, or after '}', may be left out. */
static size_t fields_in(struct unit *u, struct fields *fields, size_t at, int depth)
{
	bool parted = true;

	for (;;) {
		at = blanks_skip(u, at, u->n);
		if (at == u->n || u->src[at] == '}')
			return at;
		if (u->src[at] == ';') {
			parted = true;
			at++;
			continue;
		}
		if (!parted)
			tplc_die(u, at, "in the fields, ';' was expected");
		at = field_read(u, fields, at, depth);
		parted = u->src[at - 1] == '}';
	}
}

size_t fields_read(struct unit *u)
{
	size_t at = blanks_skip(u, 0, u->n);
	const char *end;

	u->fields = fields_new(u, u->c_name);
	while (u->n - at >= 5 && memcmp(u->src + at, "{{!--", 5) == 0) {
		end = memmem(u->src + at, u->n - at, "--}}", 4);
		if (!end)
			tplc_die(u, at, "a comment {{!-- is never closed by --}}");
		at = blanks_skip(u, (size_t)(end - u->src) + 4, u->n);
	}
	if (u->n - at < 3 || memcmp(u->src + at, "{{!", 3) != 0)
		tplc_die(u, at, "a template opens with its fields: {{! title str; at time }}, or {{!}}");
	at = expect(u, fields_in(u, u->fields, at + 3, 1), '}');
	if (at == u->n || u->src[at] != '}')
		tplc_die(u, at, "the fields are closed by }}");
	at++;
	return at < u->n && u->src[at] == '\n' ? at + 1 : at;
}

void fields_must_be_used(const struct unit *u, const struct fields *fields)
{
	for (const struct field *f = fields->first; f; f = f->next) {
		if (!f->used)
			tplc_die(u, f->at, "field '%s' is never used", f->name);
		if (f->each && f->each->owner == u)
			fields_must_be_used(u, f->each);
	}
}
