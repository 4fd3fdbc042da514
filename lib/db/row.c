/* row.c: columns by name, on their way out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/db/inside.h"

struct row rows_at(const struct rows *rows, int i)
{
	return (struct row){ i >= 0 && i < rows->n, rows->result, i };
}

/* PQfnumber would fold case and copy the name. */
static int column_of(const PGresult *r, const char *name)
{
	for (int i = 0; i < PQnfields(r); i++) {
		if (strcmp(PQfname(r, i), name) == 0)
			return i;
	}
	fprintf(stderr, "no column %s in this row\n", name);
	abort();
}

bool row_null(const struct row *row, const char *column)
{
	return PQgetisnull(row->result, row->at, column_of(row->result, column)) == 1;
}

struct str row_str(const struct row *row, const char *column)
{
	int i = column_of(row->result, column);

	return (struct str){ PQgetvalue(row->result, row->at, i), (size_t)PQgetlength(row->result, row->at, i) };
}

int64_t row_int(const struct row *row, const char *column)
{
	struct str text = row_str(row, column);
	int64_t v = 0;

	if (text.n > 0 && !str_int(text, &v)) {
		fprintf(stderr, "column %s is no integer\n", column);
		abort();
	}
	return v;
}

bool row_bool(const struct row *row, const char *column)
{
	return str_eq(row_str(row, column), S("t"));
}

struct uuid row_uuid(const struct row *row, const char *column)
{
	struct str text = row_str(row, column);
	struct uuid u = { 0 };

	if (text.n > 0 && !uuid_read(text, &u)) {
		fprintf(stderr, "column %s is no uuid\n", column);
		abort();
	}
	return u;
}

static int nibble(char ch)
{
	return ch <= '9' ? ch - '0' : ch - 'a' + 10;
}

struct str row_bytes(struct ctx *c, const struct row *row, const char *column)
{
	struct str hex = row_str(row, column);
	char *out;

	if (hex.n < 2) /* null; even no bytes at all are \x */
		return (struct str){ 0 };
	out = arena_alloc(c->mem, hex.n / 2);
	for (size_t i = 2; i + 1 < hex.n; i += 2)
		out[i / 2 - 1] = (char)(nibble(hex.p[i]) << 4 | nibble(hex.p[i + 1]));
	return (struct str){ out, hex.n / 2 - 1 };
}

struct currency row_currency(const struct row *row, const char *column)
{
	struct str text = row_str(row, column);
	struct currency out = { "" };

	if (text.n > 0 && !currency_read(text, &out)) {
		fprintf(stderr, "column %s is no currency\n", column);
		abort();
	}
	return out;
}

struct money row_money(const struct row *row, const char *minor_column, const char *currency_column)
{
	return (struct money){ row_int(row, minor_column), row_currency(row, currency_column) };
}
