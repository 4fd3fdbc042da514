/* buf.c: growing text. Escaping is in escape.c. */
#include "lib/core/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/core/arena.h"

struct buf buf_new(struct arena *mem, size_t max_bytes)
{
	return (struct buf){ .mem = mem, .max = max_bytes };
}

/* Room for n bytes and the NUL that vsnprintf insists on. A buf over the caller's own
 * memory has cap = max + 1 and so never grows (log.c). */
static bool room(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 256;
	char *p;

	if (b->full || n > b->max - b->n) {
		b->full = true;
		return false;
	}
	if (b->n + n + 1 <= b->cap)
		return true;
	while (cap < b->n + n + 1)
		cap *= 2;
	if (cap > b->max)
		cap = b->max + 1;
	p = arena_alloc(b->mem, cap);
	if (b->n)
		memcpy(p, b->p, b->n);
	b->p = p;
	b->cap = cap;
	return true;
}

void buf_put(struct buf *b, struct str s)
{
	if (!s.n || !room(b, s.n))
		return;
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
}

void buf_char(struct buf *b, char ch)
{
	buf_put(b, (struct str){ &ch, 1 });
}

void buf_int(struct buf *b, int64_t v)
{
	char digits[20];
	size_t at = sizeof digits;
	uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;

	do
		digits[--at] = (char)('0' + left % 10);
	while (left /= 10);
	if (v < 0)
		digits[--at] = '-';
	buf_put(b, (struct str){ digits + at, sizeof digits - at });
}

void buf_fmt(struct buf *b, const char *format, ...)
{
	va_list args, again;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	assert(n >= 0);
	if (room(b, (size_t)n)) {
		vsnprintf(b->p + b->n, (size_t)n + 1, format, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

struct str buf_str(const struct buf *b)
{
	return (struct str){ b->n ? b->p : "", b->n };
}
