/* tplc_read.c: finds the {{tags}} of a template and tells them apart. */
#include <string.h>

#include "templates/tplc.h"

bool is_blank(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\n';
}

bool is_word(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '_';
}

size_t blanks_skip(const struct unit *u, size_t at, size_t end)
{
	while (at < end && is_blank(u->src[at]))
		at++;
	return at;
}

size_t word_read(const struct unit *u, size_t at, size_t end, bool dashes, char out[WORD_MAX])
{
	size_t n = 0;

	while (at + n < end && (is_word(u->src[at + n]) || (dashes && n && u->src[at + n] == '-')))
		n++;
	if (n == 0 || u->src[at] < 'a' || u->src[at] > 'z')
		tplc_die(u, at, "a name was expected: a-z first, then a-z, 0-9 and '_'");
	if (n >= WORD_MAX)
		tplc_die(u, at, "a name of more than %d characters", WORD_MAX - 1);
	memcpy(out, u->src + at, n);
	out[n] = '\0';
	return at + n;
}

static size_t find(const struct unit *u, size_t from, const char *what)
{
	const char *p = from < u->n ? memmem(u->src + from, u->n - from, what, strlen(what)) : NULL;

	return p ? (size_t)(p - u->src) : u->n;
}

/* {{json name}} and {{slot name}}: a word in front of the name changes what the tag is. */
static void word_sigil(const struct unit *u, struct tag *t, size_t *at)
{
	size_t second = blanks_skip(u, *at, t->args_end);

	if (t->sigil != 'f')
		return;
	if (strcmp(t->name, "body") == 0 && u->kind == K_LAYOUT)
		t->sigil = 's';
	if (second == t->args_end || (strcmp(t->name, "json") != 0 && strcmp(t->name, "slot") != 0))
		return;
	t->sigil = t->name[0];
	*at = word_read(u, second, t->args_end, false, t->name);
}

static void name_read(const struct unit *u, struct tag *t, size_t at)
{
	at = blanks_skip(u, at, t->args_end);
	at = word_read(u, at, t->args_end, t->sigil == '>' || t->sigil == '<', t->name);
	word_sigil(u, t, &at);
	t->args = blanks_skip(u, at, t->args_end);
	if (t->args != t->args_end && t->sigil != '>')
		tplc_die(u, t->at, "{{%s}} is followed by something that is not understood", t->name);
}

/* A tag that writes nothing by itself and stands alone takes its whole line with it. */
static void line_take(const struct unit *u, size_t from, struct tag *t)
{
	size_t start = t->at, end = t->next;

	if (t->sigil == 'f' || t->sigil == 'j')
		return;
	while (start > from && (u->src[start - 1] == ' ' || u->src[start - 1] == '\t'))
		start--;
	while (end < u->n && (u->src[end] == ' ' || u->src[end] == '\t'))
		end++;
	if ((start > 0 && u->src[start - 1] != '\n') || (end < u->n && u->src[end] != '\n'))
		return;
	t->text_end = start;
	t->next = end < u->n ? end + 1 : end;
}

static void comment_read(const struct unit *u, struct tag *t)
{
	t->sigil = '!';
	t->args_end = find(u, t->at + 5, "--}}");
	if (t->args_end == u->n)
		tplc_die(u, t->at, "a comment {{!-- is never closed by --}}");
	t->next = t->args_end + 4;
}

bool tag_next(const struct unit *u, size_t from, struct tag *out)
{
	size_t at = find(u, from, "{{");

	*out = (struct tag){ .sigil = 'f', .at = at, .text_end = at };
	if (at == u->n)
		return false;
	if (at + 2 < u->n && strchr("{&", u->src[at + 2]))
		tplc_die(u, at, "there is no raw form: write {{field}}");
	if (u->n - at >= 5 && memcmp(u->src + at, "{{!--", 5) == 0) {
		comment_read(u, out);
		line_take(u, from, out);
		return true;
	}
	out->args_end = find(u, at + 2, "}}");
	if (out->args_end == u->n)
		tplc_die(u, at, "a tag {{ is never closed by }}");
	out->next = out->args_end + 2;
	if (u->src[at + 2] == '!')
		tplc_die(u, at, "fields are declared once, before anything else; a comment is {{!-- ... --}}");
	if (strchr("#?^/><=", u->src[at + 2]))
		out->sigil = u->src[at + 2];
	name_read(u, out, at + 2 + (out->sigil != 'f'));
	line_take(u, from, out);
	return true;
}
