/* tplc.c: the template compiler on any bytes; a refusal is an answer, a crash is not. The input is a page, a part
 * called p and a layout called l, in that order, each after the other's line "%%"; its first byte chooses the ending.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "templates/tplc.h"

#define FILES 3

static struct file {
	const char *path;
	const char *p;
	size_t n;
} files[FILES];

static char *memory_read(struct tplc *c, const char *path, size_t *n)
{
	for (size_t i = 0; i < FILES; i++)
		if (files[i].p && strcmp(files[i].path, path) == 0) {
			char *p = tplc_alloc(c, files[i].n + 1);

			memcpy(p, files[i].p, files[i].n);
			*n = files[i].n;
			return p;
		}
	return NULL;
}

static void files_split(const char *p, size_t n)
{
	static const char *const pages[] = { "t/page.html", "t/page.css", "t/page.txt" };

	memset(files, 0, sizeof(files));
	files[0].path = pages[(unsigned char)p[0] % 3];
	files[1].path = "t/parts/p.html";
	files[2].path = "t/layouts/l.html";
	p++;
	n--;
	for (size_t i = 0; i < FILES; i++) {
		const char *end = memmem(p, n, "%%\n", 3);

		files[i].p = p;
		files[i].n = end ? (size_t)(end - p) : n;
		if (!end)
			return;
		n -= files[i].n + 3;
		p = end + 3;
	}
}

/* Outside its string literals, what is generated is printable ASCII: no data of the template gets there but names. */
static void source_must_be_closed(const struct text *source)
{
	bool quoted = false;

	for (size_t i = 0; i < source->n; i++) {
		char ch = source->p[i];

		if ((ch < 0x20 && ch != '\n' && ch != '\t') || ch > 0x7E || (quoted && ch == '\n'))
			abort();
		if (quoted && ch == '\\')
			i++;
		else if (ch == '"')
			quoted = !quoted;
	}
	if (quoted)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct tplc c = { .root = "t", .read = memory_read };
	char *path;

	if (n == 0)
		return 0;
	files_split((const char *)bytes, n);
	path = (char *)files[0].path;
	if (tplc_compile(&c, &path, 1))
		for (const struct unit *u = c.units; u; u = u->next) {
			struct text text = text_new(&c);

			unit_header(&text, u);
			unit_source(&text, u);
			source_must_be_closed(&text);
		}
	tplc_free(&c);
	return 0;
}
