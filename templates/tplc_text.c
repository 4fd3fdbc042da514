/* tplc_text.c: the compiler's memory, its growing text, and how it refuses. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "templates/tplc.h"

struct block {
	struct block *next;
	max_align_t bytes[];
};

void *tplc_alloc(struct tplc *c, size_t bytes)
{
	struct block *block = calloc(1, sizeof(struct block) + bytes);

	if (!block)
		abort();
	block->next = c->blocks;
	c->blocks = block;
	return block->bytes;
}

void tplc_free(struct tplc *c)
{
	while (c->blocks) {
		struct block *next = c->blocks->next;

		free(c->blocks);
		c->blocks = next;
	}
	c->units = NULL;
}

void tplc_die(const struct unit *u, size_t at, const char *format, ...)
{
	int line = 1, n;
	va_list args;

	for (size_t i = 0; i < at && i < u->n; i++)
		line += u->src[i] == '\n';
	n = snprintf(u->c->error, sizeof(u->c->error), "%s:%d: ", u->path, line);
	if (n < 0 || (size_t)n >= sizeof(u->c->error))
		n = 0;
	va_start(args, format);
	vsnprintf(u->c->error + n, sizeof(u->c->error) - (size_t)n, format, args);
	va_end(args);
	longjmp(u->c->stop, 1);
}

struct text text_new(struct tplc *c)
{
	return (struct text){ .c = c };
}

static void grow(struct text *t, size_t n)
{
	size_t cap = t->cap ? t->cap : 256;
	char *p;

	if (t->n + n <= t->cap)
		return;
	while (cap < t->n + n)
		cap *= 2;
	p = tplc_alloc(t->c, cap);
	if (t->n)
		memcpy(p, t->p, t->n);
	t->p = p;
	t->cap = cap;
}

void text_put(struct text *t, const char *p, size_t n)
{
	if (!n)
		return;
	grow(t, n);
	memcpy(t->p + t->n, p, n);
	t->n += n;
}

void text_char(struct text *t, char ch)
{
	text_put(t, &ch, 1);
}

static const char *format_new(struct tplc *c, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

static const char *format_new(struct tplc *c, const char *format, va_list args)
{
	va_list again;
	size_t n;
	char *p;

	va_copy(again, args);
	n = (size_t)vsnprintf(NULL, 0, format, args) + 1;
	p = tplc_alloc(c, n);
	vsnprintf(p, n, format, again);
	va_end(again);
	return p;
}

void text_fmt(struct text *t, const char *format, ...)
{
	const char *p;
	va_list args;

	va_start(args, format);
	p = format_new(t->c, format, args);
	va_end(args);
	text_put(t, p, strlen(p));
}

void text_insert(struct text *t, size_t at, const char *p, size_t n)
{
	grow(t, n);
	memmove(t->p + at + n, t->p + at, t->n - at);
	memcpy(t->p + at, p, n);
	t->n += n;
}

const char *text_z(struct text *t)
{
	text_char(t, '\0');
	t->n--;
	return t->p;
}

const char *tplc_fmt(struct tplc *c, const char *format, ...)
{
	const char *p;
	va_list args;

	va_start(args, format);
	p = format_new(c, format, args);
	va_end(args);
	return p;
}
