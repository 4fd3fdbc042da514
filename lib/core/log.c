/* log.c: one line, one write, no arena: the arena itself logs here before it gives up. */
#include "lib/core/log.h"

#include <unistd.h>

#include "lib/core/buf.h"
#include "lib/core/time.h"
#include "lib/core/time_parts.h"

#define LINE_BYTES 4096
#define CLOSING_BYTES 2 /* "}\n" */

static const char *const levels[] = { "info", "warn", "error" };
static const char *program = "unifyed";

void log_program(const char *name)
{
	program = name;
}

static void put_now(struct buf *b)
{
	struct time_parts t = time_parts(time_now_ms());

	buf_fmt(b, "{\"at\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"", t.year, t.month, t.day, t.hour, t.minute, t.second,
		t.ms);
}

/* Halved until it fits, so that the line stays one JSON object whatever it is given. */
static void put_text(struct buf *b, const char *name, struct str text)
{
	size_t before = b->n;

	for (;; text.n /= 2) {
		buf_fmt(b, ",\"%s\":", name);
		buf_json(b, text);
		if (!b->full)
			return;
		b->n = before;
		b->full = false;
		if (text.n == 0)
			return;
	}
}

static void put_number(struct buf *b, const char *name, int64_t number)
{
	size_t before = b->n;

	buf_fmt(b, ",\"%s\":%lld", name, (long long)number);
	if (b->full)
		b->n = before;
	b->full = false;
}

void log_line(enum log_level level, const char *says, const struct log_field *fields, size_t n)
{
	char line[LINE_BYTES + 1];
	struct buf b = { .p = line, .cap = sizeof(line), .max = LINE_BYTES - CLOSING_BYTES };
	ssize_t written;

	put_now(&b);
	put_text(&b, "level", str_of(levels[level]));
	put_text(&b, "program", str_of(program));
	put_text(&b, "says", str_of(says));
	for (size_t i = 0; i < n; i++) {
		if (fields[i].is_int)
			put_number(&b, fields[i].name, fields[i].number);
		else
			put_text(&b, fields[i].name, fields[i].text);
	}
	b.max = LINE_BYTES;
	buf_put(&b, S("}\n"));
	written = write(STDERR_FILENO, b.p, b.n);
	(void)written; /* there is nobody to tell */
}
