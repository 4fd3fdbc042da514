/* tplc_wrap.c: how templates meet: a page in its layout, a part in a page. */
#include <string.h>

#include "templates/tplc_body.h"

#define ARGS_MAX 32

/* {{>part name from=field label="text"}} */
struct arg {
	char name[WORD_MAX], from[WORD_MAX];
	size_t literal, literal_end; /* in the source, when from is "" */
};

struct call {
	struct gen *g;
	const struct tag *tag;
	struct unit *part;
	struct arg args[ARGS_MAX];
	size_t args_n;
};

static void use(const struct gen *g, const struct tag *tag, struct unit *other)
{
	struct unit *u = g->u;

	for (size_t i = 0; i < u->uses_n; i++)
		if (u->uses[i] == other)
			return;
	if (u->uses_n == sizeof(u->uses) / sizeof(u->uses[0]))
		tplc_die(u, tag->at, "too many parts");
	u->uses[u->uses_n++] = other;
}

static size_t literal_read(const struct unit *u, struct arg *arg, size_t at, size_t end)
{
	arg->literal = ++at;
	while (at < end && u->src[at] != '"')
		at++;
	if (at == end)
		tplc_die(u, arg->literal, "a text is never closed by '\"'");
	arg->literal_end = at;
	return at + 1;
}

static size_t arg_read(const struct unit *u, struct arg *arg, size_t at, size_t end)
{
	at = word_read(u, at, end, false, arg->name);
	if (at == end || u->src[at] != '=') {
		memcpy(arg->from, arg->name, sizeof(arg->from));
		return at;
	}
	at++;
	if (at < end && u->src[at] == '"')
		return literal_read(u, arg, at, end);
	return word_read(u, at, end, false, arg->from);
}

static void args_read(struct call *call)
{
	const struct unit *u = call->g->u;
	const struct tag *tag = call->tag;

	for (size_t at = tag->args; at < tag->args_end;) {
		struct arg *arg = &call->args[call->args_n];

		if (call->args_n == ARGS_MAX)
			tplc_die(u, at, "too many fields for a part");
		at = blanks_skip(u, arg_read(u, arg, at, tag->args_end), tag->args_end);
		if (!field_find(call->part->fields, arg->name))
			tplc_die(u, tag->at, "part '%s' has no field '%s'", tag->name, arg->name);
		for (size_t i = 0; i < call->args_n; i++)
			if (strcmp(call->args[i].name, arg->name) == 0)
				tplc_die(u, tag->at, "field '%s' is given twice", arg->name);
		call->args_n++;
	}
}

static const struct arg *arg_find(const struct call *call, const struct field *f)
{
	for (size_t i = 0; i < call->args_n; i++)
		if (strcmp(call->args[i].name, f->name) == 0)
			return &call->args[i];
	if (call->args_n)
		tplc_die(call->g->u, call->tag->at, "part '%s' also needs '%s'", call->tag->name, f->name);
	return NULL;
}

static void member_literal(const struct call *call, const struct field *f, const struct arg *arg)
{
	struct gen *g = call->g;

	if (f->type != T_STR && f->type != T_URL)
		tplc_die(g->u, call->tag->at, "field '%s' of part '%s' is of type %s: a text cannot be given", f->name,
			call->tag->name, type_name(f->type));
	text_fmt(g->out, "S(");
	c_literal(g->out, g->u->src + arg->literal, arg->literal_end - arg->literal, g->indent + 3);
	text_fmt(g->out, "),\n");
}

static void member_field(const struct call *call, const struct field *f, const char *from)
{
	struct gen *g = call->g;
	const char *expression = NULL;
	const struct field *given;

	if (f->type == T_BOOL && (strcmp(from, "true") == 0 || strcmp(from, "false") == 0)) {
		text_fmt(g->out, "%s,\n", from);
		return;
	}
	given = resolve(g, from, call->tag->at, &expression);
	if (given->type != f->type)
		tplc_die(g->u, call->tag->at, "part '%s' needs '%s' of type %s, but '%s' is of type %s", call->tag->name,
			f->name, type_name(f->type), from, type_name(given->type));
	if (given->each != f->each)
		tplc_die(g->u, call->tag->at, "list '%s' has elements of its own: declare it as list >part here and in '%s'",
			from, call->tag->name);
	text_fmt(g->out, "%s,\n", expression);
	if (f->type != T_LIST)
		return;
	line_start(g);
	text_fmt(g->out, "\t.%s_n = %s_n,\n", f->name, expression);
}

static void members(const struct call *call)
{
	struct gen *g = call->g;

	for (const struct field *f = call->part->fields->first; f; f = f->next) {
		const struct arg *arg = arg_find(call, f);

		line_start(g);
		text_fmt(g->out, "\t.%s = ", f->name);
		if (arg && !arg->from[0])
			member_literal(call, f, arg);
		else
			member_field(call, f, arg ? arg->from : f->name);
	}
}

void part_call(struct gen *g, const struct tag *tag)
{
	struct scope *scope = &g->scopes[g->scopes_n - 1];
	struct call call = { .g = g, .tag = tag };

	if (g->u->kind == K_CSS || g->u->kind == K_TXT)
		tplc_die(g->u, tag->at, "parts are for .html templates");
	if (g->h.at != AT_TEXT)
		tplc_die(g->u, tag->at, "part '%s' stands in %s: a part starts and ends in text", tag->name,
			html_where(&g->h));
	call.part = part_load(g->u, tag->name, tag->at);
	use(g, tag, call.part);
	args_read(&call);
	flush(g);
	line_start(g);
	if (scope->fields == call.part->fields && !call.args_n) {
		scope->used = true;
		text_fmt(g->out, "%s(b, %.*s);\n", call.part->c_name, (int)strlen(scope->prefix) - 2, scope->prefix);
		return;
	}
	text_fmt(g->out, "%s(b, &(struct %s){\n", call.part->c_name, call.part->c_name);
	members(&call);
	line_start(g);
	text_fmt(g->out, "%s});\n", call.part->fields->first ? "" : "\t.none = false,\n");
}

static bool tag_first(const struct gen *g, char sigil, struct tag *tag)
{
	return blanks_skip(g->u, g->pos, g->u->n) + 1 < g->u->n &&
		memcmp(g->u->src + blanks_skip(g->u, g->pos, g->u->n), (char[]){ '{', '{', sigil }, 3) == 0 &&
		tag_next(g->u, g->pos, tag);
}

/* The statements for one slot of the layout. */
struct filling {
	struct text code;
	bool done;
};

/* {{=title}}...{{/title}}: what the page puts into its layout's {{slot title}}. */
static void slot_fill(struct gen *g, const struct tag *tag, struct filling fillings[SLOTS_MAX])
{
	const struct unit *layout = g->u->layout;
	size_t k = 0;

	while (k < layout->slots_n && (strcmp(layout->slots[k].name, tag->name) != 0 || strcmp(tag->name, "body") == 0))
		k++;
	if (k == layout->slots_n)
		tplc_die(g->u, tag->at, "the layout has no {{slot %s}}", tag->name);
	if (fillings[k].done)
		tplc_die(g->u, tag->at, "slot '%s' is filled twice", tag->name);
	fillings[k].done = true;
	g->out = &fillings[k].code;
	g->h = *layout->slots[k].context;
	block(g, tag);
	flush(g);
	html_join(g->u, &g->h, layout->slots[k].context, tag, false);
}

/* The page's own body, as the layout's slot of that name. */
static void body_fill(struct gen *g, struct filling fillings[SLOTS_MAX])
{
	const struct unit *layout = g->u->layout;
	size_t k = 0;

	for (size_t i = 0; i < layout->slots_n; i++) {
		if (strcmp(layout->slots[i].name, "body") == 0)
			k = i;
		else if (!fillings[i].done)
			tplc_die(g->u, g->pos, "slot '%s' of the layout is not filled: {{=%s}}...{{/%s}}",
				layout->slots[i].name, layout->slots[i].name, layout->slots[i].name);
	}
	g->out = &fillings[k].code;
	g->h = *layout->slots[k].context;
	block(g, NULL);
}

static void page_in_layout(struct gen *g, const struct tag *tag)
{
	struct unit *u = g->u;
	struct filling fillings[SLOTS_MAX] = { 0 };
	struct text *piece = &u->pieces[0];
	struct tag fill;

	u->layout = layout_load(u, tag->name, tag->at);
	if (field_find(u->fields, "layout"))
		tplc_die(u, tag->at, "'layout' is the layout's member: choose another name for the field");
	use(g, tag, u->layout);
	g->scopes[1] = g->scopes[0];
	g->scopes[0] = (struct scope){ u->layout->fields, "t->layout.", true, false };
	g->scopes_n = 2;
	for (size_t i = 0; i < SLOTS_MAX; i++)
		fillings[i].code = text_new(u->c);
	g->pos = tag->next;
	while (tag_first(g, '=', &fill)) {
		g->pos = fill.next;
		slot_fill(g, &fill, fillings);
	}
	body_fill(g, fillings);
	for (size_t i = 0; i <= u->layout->slots_n; i++) {
		text_fmt(piece, "\t%s_%zu(b, &t->layout);\n", u->layout->c_name, i);
		if (i < u->layout->slots_n)
			text_put(piece, fillings[i].code.p, fillings[i].code.n);
	}
	g->reads_t = true;
}

/* A .txt that starts like "Subject: ..." has header lines, up to the first empty line. */
static bool has_header(const struct unit *u, size_t at)
{
	size_t start = at;

	while (at < u->n && (is_word(u->src[at]) || (u->src[at] >= 'A' && u->src[at] <= 'Z') || u->src[at] == '-'))
		at++;
	return at > start && at < u->n && u->src[at] == ':';
}

void body_compile(struct unit *u, size_t from)
{
	struct gen g = { .u = u, .pos = from, .fixed = text_new(u->c), .indent = 1 };
	struct tag tag;

	for (size_t i = 0; i <= SLOTS_MAX; i++)
		u->pieces[i] = text_new(u->c);
	g.out = &u->pieces[0];
	g.scopes[g.scopes_n++] = (struct scope){ u->fields, "t->", true, false };
	g.h.header = u->kind == K_TXT && has_header(u, from);
	if (u->kind == K_PAGE && tag_first(&g, '<', &tag))
		page_in_layout(&g, &tag);
	else
		block(&g, NULL);
	if (g.h.at != AT_TEXT)
		tplc_die(u, u->n, "the template ends in %s, not in text", html_where(&g.h));
	u->reads_t[u->slots_n] = g.reads_t;
	if (u->kind == K_LAYOUT) {
		size_t k = 0;

		while (k < u->slots_n && strcmp(u->slots[k].name, "body") != 0)
			k++;
		if (k == u->slots_n)
			tplc_die(u, u->n, "the layout has no {{body}}");
	}
	fields_must_be_used(u, u->fields);
}
