/* tplc_body.c: turns a template's text and tags into the statements of its function. */
#include <string.h>

#include "templates/tplc_body.h"

/* How a type is written at a place: the field stands between the two; NULL: it cannot stand there. */
static const struct form {
	const char *before, *after;
} forms[PLACES][TYPES] = {
	[IN_TEXT] = {
		[T_STR] = { "buf_html(b, ", ")" }, [T_URL] = { "buf_html(b, ", ")" }, [T_INT] = { "buf_int(b, ", ")" },
		[T_MONEY] = { "buf_html(b, money_text(b->mem, ", "))" },
		[T_TIME] = { "buf_html(b, time_human(b->mem, ", "))" }, [T_COLOUR] = { "tpl_colour(b, ", ")" },
	},
	[IN_ATTR] = {
		[T_STR] = { "buf_html(b, ", ")" }, [T_URL] = { "buf_html(b, ", ")" }, [T_INT] = { "buf_int(b, ", ")" },
		[T_MONEY] = { "buf_html(b, money_text(b->mem, ", "))" }, [T_BOOL] = { "tpl_bool(b, ", ")" },
		[T_TIME] = { "buf_html(b, time_text(b->mem, ", "))" }, [T_COLOUR] = { "tpl_colour(b, ", ")" },
	},
	[IN_URL] = {
		[T_STR] = { "buf_html_url(b, ", ")" }, [T_URL] = { "buf_html_url(b, ", ")" },
		[T_INT] = { "buf_int(b, ", ")" },
	},
	[IN_FRAME] = { [T_URL] = { "buf_html_url(b, ", ")" } },
	[IN_PATH] = { [T_STR] = { "tpl_path(b, ", ")" }, [T_URL] = { "tpl_path(b, ", ")" } },
	[IN_PART] = {
		[T_STR] = { "buf_url_part(b, ", ")" }, [T_URL] = { "buf_url_part(b, ", ")" },
		[T_INT] = { "buf_int(b, ", ")" }, [T_BOOL] = { "tpl_bool(b, ", ")" },
		[T_TIME] = { "buf_url_part(b, time_text(b->mem, ", "))" },
	},
	[IN_PART_FIRST] = {
		[T_STR] = { "tpl_url_first(b, ", ")" }, [T_URL] = { "tpl_url_first(b, ", ")" },
		[T_INT] = { "buf_int(b, ", ")" }, [T_BOOL] = { "tpl_bool(b, ", ")" },
		[T_TIME] = { "buf_url_part(b, time_text(b->mem, ", "))" },
	},
	[IN_JSON] = {
		[T_STR] = { "buf_json_script(b, ", ")" }, [T_URL] = { "buf_json_script(b, ", ")" },
		[T_INT] = { "buf_int(b, ", ")" }, [T_BOOL] = { "tpl_bool(b, ", ")" },
		[T_TIME] = { "buf_json_script(b, time_text(b->mem, ", "))" }, [T_JSON] = { "tpl_json(b, ", ")" },
	},
	[IN_MAIL] = {
		[T_STR] = { "tpl_plain(b, ", ")" }, [T_URL] = { "tpl_plain(b, ", ")" }, [T_INT] = { "buf_int(b, ", ")" },
		[T_MONEY] = { "tpl_plain(b, money_text(b->mem, ", "))" },
		[T_TIME] = { "tpl_plain(b, time_human(b->mem, ", "))" },
	},
	[IN_HEADER] = {
		[T_STR] = { "tpl_line(b, ", ")" }, [T_URL] = { "tpl_line(b, ", ")" }, [T_INT] = { "buf_int(b, ", ")" },
		[T_MONEY] = { "tpl_line(b, money_text(b->mem, ", "))" },
		[T_TIME] = { "tpl_line(b, time_human(b->mem, ", "))" },
	},
	[IN_CSS] = { [T_COLOUR] = { "tpl_colour(b, ", ")" } },
};

static const char *const place_names[PLACES] = {
	[IN_TEXT] = "text", [IN_ATTR] = "an attribute", [IN_URL] = "a URL attribute",
	[IN_FRAME] = "the src of an iframe, which takes type url only", [IN_PATH] = "a URL that loads code",
	[IN_PART] = "a part of a URL", [IN_PART_FIRST] = "a part of a URL", [IN_JSON] = "a JSON block",
	[IN_MAIL] = "a mail", [IN_HEADER] = "a header line of a mail", [IN_CSS] = "a style sheet",
};

/* What {{?x}} asks of each type; a list asks its count. */
static const struct question {
	const char *yes, *no;
} questions[TYPES] = {
	[T_STR] = { ".n > 0", ".n == 0" }, [T_URL] = { ".n > 0", ".n == 0" }, [T_JSON] = { ".n > 0", ".n == 0" },
	[T_COLOUR] = { ".n > 0", ".n == 0" }, [T_INT] = { " != 0", " == 0" }, [T_TIME] = { " != 0", " == 0" },
	[T_MONEY] = { ".minor != 0", ".minor == 0" }, [T_LIST] = { "_n > 0", "_n == 0" }, [T_BOOL] = { "", " == false" },
};

struct field *resolve(struct gen *g, const char *name, size_t at, const char **expression)
{
	for (size_t i = g->scopes_n; i-- > 0;) {
		struct field *f = field_find(g->scopes[i].fields, name);

		if (!f)
			continue;
		f->used = true;
		g->scopes[i].used = true;
		g->reads_t |= g->scopes[i].is_t;
		*expression = tplc_fmt(g->u->c, "%s%s", g->scopes[i].prefix, name);
		return f;
	}
	tplc_die(g->u, at, "no field '%s' is declared here", name);
}

void line_start(struct gen *g)
{
	for (int i = 0; i < g->indent; i++)
		text_char(g->out, '\t');
}

/* Writes the static text gathered so far: few calls, none past the 4095 bytes ISO C promises a literal. */
void flush(struct gen *g)
{
	for (size_t i = 0, n; i < g->fixed.n; i += n) {
		n = g->fixed.n - i < LITERAL_MAX ? g->fixed.n - i : LITERAL_MAX;
		line_start(g);
		text_fmt(g->out, "buf_put(b, S(");
		c_literal(g->out, g->fixed.p + i, n, g->indent + 1);
		text_fmt(g->out, "));\n");
	}
	g->fixed.n = 0;
}

static void write_field(struct gen *g, const struct tag *tag)
{
	const char *expression = NULL;
	const struct field *f = resolve(g, tag->name, tag->at, &expression);
	enum place place = html_place(g->u, &g->h, tag->at, tag->name);
	const struct form *form = &forms[place][f->type];

	if ((place == IN_JSON) != (tag->sigil == 'j'))
		tplc_die(g->u, tag->at, place == IN_JSON ? "in a JSON block, write {{json %s}}" :
			"{{json %s}} stands outside a JSON block", tag->name);
	if (!form->before)
		tplc_die(g->u, tag->at, "'%s' is of type %s, which cannot stand in %s", tag->name,
			type_name(f->type), place_names[place]);
	flush(g);
	line_start(g);
	text_fmt(g->out, "%s%s%s;\n", form->before, expression, form->after);
}

static void scope_push(struct gen *g, const struct tag *tag, struct scope scope)
{
	if (g->scopes_n == SCOPES_MAX)
		tplc_die(g->u, tag->at, "loops nest too deep");
	g->scopes[g->scopes_n++] = scope;
}

static void loop(struct gen *g, const struct tag *tag, const struct field *f, const char *expression)
{
	size_t depth = g->scopes_n, at;

	if (f->type != T_LIST)
		tplc_die(g->u, tag->at, "{{#%s}} needs a list, but '%s' is of type %s", tag->name, tag->name,
			type_name(f->type));
	text_fmt(g->out, "for (size_t i%zu = 0; i%zu < %s_n; i%zu++) {\n", depth, depth, expression, depth);
	at = g->out->n;
	scope_push(g, tag, (struct scope){ f->each, tplc_fmt(g->u->c, "e%zu->", depth), false, false });
	g->indent++;
	block(g, tag);
	flush(g);
	g->indent--;
	if (g->scopes[--g->scopes_n].used) {
		struct text line = text_new(g->u->c);

		for (int i = 0; i <= g->indent; i++)
			text_char(&line, '\t');
		text_fmt(&line, "const struct %s *e%zu = &%s[i%zu];\n\n", f->each->c_name, depth, expression, depth);
		text_insert(g->out, at, line.p, line.n);
	}
}

static void condition(struct gen *g, const struct tag *tag, const struct field *f, const char *expression)
{
	const struct question *question = &questions[f->type];

	text_fmt(g->out, "if (%s%s) {\n", expression, tag->sigil == '?' ? question->yes : question->no);
	g->indent++;
	block(g, tag);
	flush(g);
	g->indent--;
}

static void section(struct gen *g, const struct tag *tag)
{
	const char *expression = NULL;
	const struct field *f = resolve(g, tag->name, tag->at, &expression);
	struct html start;

	html_section(g->u, &g->h, &g->fixed, tag);
	if (++g->depth > DEPTH_MAX)
		tplc_die(g->u, tag->at, "sections nest too deep");
	start = g->h;
	flush(g);
	line_start(g);
	if (tag->sigil == '#')
		loop(g, tag, f, expression);
	else
		condition(g, tag, f, expression);
	line_start(g);
	text_fmt(g->out, "}\n");
	html_join(g->u, &g->h, &start, tag, tag->sigil == '#');
	g->depth--;
}

static void close_section(struct gen *g, const struct tag *tag, const struct tag *open)
{
	if (!open)
		tplc_die(g->u, tag->at, "{{/%s}} closes nothing", tag->name);
	if (strcmp(open->name, tag->name) != 0)
		tplc_die(g->u, tag->at, "{{/%s}} closes {{%c%s}}", tag->name, open->sigil, open->name);
	if (open->sigil != '=')
		html_section(g->u, &g->h, &g->fixed, tag);
}

/* A comment may not split what the tokenizer must see whole. */
static void comment(struct gen *g, const struct tag *tag)
{
	if (g->h.at == AT_TEXT || g->h.at == AT_GAP || g->h.at == AT_GAP_CLOSED)
		return;
	if (g->h.at == AT_RAW && (g->h.raw == RAW_TITLE || g->h.raw == RAW_TEXTAREA || g->h.raw == RAW_JSON))
		return;
	tplc_die(g->u, tag->at, "a comment {{!-- stands in %s", html_where(&g->h));
}

static void slot(struct gen *g, const struct tag *tag, const struct tag *open)
{
	struct unit *u = g->u;
	struct slot *slot = &u->slots[u->slots_n];
	bool body = strcmp(tag->name, "body") == 0;

	if (u->kind != K_LAYOUT || open)
		tplc_die(u, tag->at, "{{slot %s}} stands in a layout, outside of sections", tag->name);
	if (g->h.at != AT_TEXT && (body || g->h.at != AT_RAW || g->h.raw != RAW_TITLE))
		tplc_die(u, tag->at, "'%s' must stand in text", tag->name);
	if (u->slots_n == SLOTS_MAX)
		tplc_die(u, tag->at, "a layout has at most %d slots", SLOTS_MAX);
	for (size_t i = 0; i < u->slots_n; i++)
		if (strcmp(u->slots[i].name, tag->name) == 0)
			tplc_die(u, tag->at, "slot '%s' is there twice", tag->name);
	flush(g);
	memcpy(slot->name, tag->name, sizeof(slot->name));
	slot->context = tplc_alloc(u->c, sizeof(g->h));
	*slot->context = g->h;
	u->reads_t[u->slots_n++] = g->reads_t;
	g->reads_t = false;
	g->out = &u->pieces[u->slots_n];
}

static void dispatch(struct gen *g, const struct tag *tag, const struct tag *open)
{
	switch (tag->sigil) {
	case 'f':
	case 'j':
		write_field(g, tag);
		return;
	case '#':
	case '?':
	case '^':
		section(g, tag);
		return;
	case '>':
		part_call(g, tag);
		return;
	case 's':
		slot(g, tag, open);
		return;
	case '!':
		comment(g, tag);
		return;
	case '<':
		tplc_die(g->u, tag->at, "{{<%s}} stands in a page, first after its fields", tag->name);
	default:
		tplc_die(g->u, tag->at, "{{=%s}} stands right after {{<layout}}", tag->name);
	}
}

void block(struct gen *g, const struct tag *open)
{
	struct tag tag;

	while (tag_next(g->u, g->pos, &tag)) {
		html_feed(g->u, &g->h, &g->fixed, g->pos, tag.text_end);
		g->pos = tag.next;
		if (tag.sigil == '/') {
			close_section(g, &tag, open);
			return;
		}
		dispatch(g, &tag, open);
	}
	if (open)
		tplc_die(g->u, open->at, "{{%c%s}} is never closed", open->sigil, open->name);
	html_feed(g->u, &g->h, &g->fixed, g->pos, g->u->n);
	g->pos = g->u->n;
	flush(g);
}
