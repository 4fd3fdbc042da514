/* tplc_out.c: writes the C of one compiled template. */
#include <string.h>

#include "templates/tplc.h"

#define LINE_FULL 80

static const char *const c_types[TYPES] = {
	[T_STR] = "struct str", [T_INT] = "int64_t", [T_BOOL] = "bool", [T_MONEY] = "struct money", [T_TIME] = "int64_t",
	[T_URL] = "struct str", [T_JSON] = "struct str", [T_COLOUR] = "struct str", [T_LIST] = NULL,
};

static const char *const notes[TYPES] = {
	[T_TIME] = " /* Unix ms */", [T_URL] = " /* URL */", [T_JSON] = " /* serialised JSON; empty: null */",
	[T_COLOUR] = " /* #rrggbb */",
};

/* Octal, never hex: three digits end by themselves. A '?' after another is escaped, for trigraphs. */
static void literal_char(struct text *out, char ch, char before)
{
	if (ch == '\n')
		text_fmt(out, "\\n");
	else if (ch == '\t')
		text_fmt(out, "\\t");
	else if (ch == '"' || ch == '\\' || (ch == '?' && before == '?'))
		text_fmt(out, "\\%c", ch);
	else if (ch < 0x20 || ch > 0x7E)
		text_fmt(out, "\\%03o", (unsigned)(unsigned char)ch);
	else
		text_char(out, ch);
}

void c_literal(struct text *out, const char *p, size_t n, int indent)
{
	size_t line = 0;

	text_char(out, '"');
	for (size_t i = 0; i < n; i++) {
		literal_char(out, p[i], i ? p[i - 1] : ' ');
		line++;
		if (i + 1 == n || line < LINE_FULL || (p[i] != '\n' && line < 2 * LINE_FULL))
			continue;
		text_fmt(out, "\"\n");
		for (int k = 0; k < indent; k++)
			text_char(out, '\t');
		text_char(out, '"');
		line = 0;
	}
	text_char(out, '"');
}

static void struct_out(struct text *out, const struct unit *u, const struct fields *fields)
{
	for (const struct field *f = fields->first; f; f = f->next)
		if (f->each && f->each->owner == u)
			struct_out(out, u, f->each);
	text_fmt(out, "struct %s {\n", fields->c_name);
	for (const struct field *f = fields->first; f; f = f->next) {
		if (f->type == T_LIST)
			text_fmt(out, "\tconst struct %s *%s;\n\tsize_t %s_n;\n", f->each->c_name, f->name, f->name);
		else
			text_fmt(out, "\t%s %s;%s\n", c_types[f->type], f->name, notes[f->type] ? notes[f->type] : "");
	}
	if (u->layout && fields == u->fields)
		text_fmt(out, "\tstruct %s layout;\n", u->layout->c_name);
	if (!fields->first && !(u->layout && fields == u->fields))
		text_fmt(out, "\tbool none; /* no fields: C wants a member */\n");
	text_fmt(out, "};\n\n");
}

/* Headers of the parts whose structs are the elements of a list. */
static void includes(struct text *out, const struct unit *u, const struct fields *fields)
{
	for (const struct field *f = fields->first; f; f = f->next) {
		if (f->each && f->each->owner == u)
			includes(out, u, f->each);
		else if (f->each)
			text_fmt(out, "#include \"templates/%s.h\"\n", f->each->owner->out);
	}
}

/* A layout is one function per piece, with the page's slots between them. */
static void signature(struct text *out, const struct unit *u, size_t piece)
{
	text_fmt(out, "void %s", u->c_name);
	if (u->kind == K_LAYOUT)
		text_fmt(out, "_%zu", piece);
	text_fmt(out, "(struct buf *b, const struct %s *t)", u->c_name);
}

void unit_header(struct text *out, const struct unit *u)
{
	text_fmt(out, "/* Made by tplc from %s; do not edit. */\n", u->path);
	text_fmt(out, "#ifndef UNIFYED_GEN_%s_H\n#define UNIFYED_GEN_%s_H\n", u->c_name, u->c_name);
	text_fmt(out, "#include \"lib/core/buf.h\"\n#include \"lib/core/money.h\"\n");
	includes(out, u, u->fields);
	if (u->layout)
		text_fmt(out, "#include \"templates/%s.h\"\n", u->layout->out);
	text_char(out, '\n');
	struct_out(out, u, u->fields);
	for (size_t i = 0; i <= u->slots_n; i++) {
		signature(out, u, i);
		text_fmt(out, ";\n");
	}
	text_fmt(out, "\n#endif\n");
}

void unit_source(struct text *out, const struct unit *u)
{
	text_fmt(out, "/* Made by tplc from %s; do not edit. */\n", u->path);
	text_fmt(out, "#include \"templates/%s.h\"\n\n#include \"templates/runtime.h\"\n", u->out);
	for (size_t i = 0; i < u->uses_n; i++)
		text_fmt(out, "#include \"templates/%s.h\"\n", u->uses[i]->out);
	for (size_t i = 0; i <= u->slots_n; i++) {
		text_char(out, '\n');
		signature(out, u, i);
		text_fmt(out, "\n{\n");
		if (!u->reads_t[i])
			text_fmt(out, "\t(void)t;\n");
		if (!u->pieces[i].n)
			text_fmt(out, "\t(void)b;\n");
		text_put(out, u->pieces[i].p, u->pieces[i].n);
		text_fmt(out, "}\n");
	}
}
