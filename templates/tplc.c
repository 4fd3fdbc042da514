/* tplc.c: tplc [-r ROOT] TEMPLATE... -o OUTDIR
 *
 * Compiles templates and everything they include to OUTDIR/<name>.h and .c; OUTDIR ends in /templates,
 * and its parent is an include folder. All or nothing: after a refusal no file is written.
 * The language is in templates/README.md.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "templates/tplc.h"

static char *file_read(struct tplc *c, const char *path, size_t *n)
{
	FILE *file = fopen(path, "rb");
	struct stat st;
	char *p;

	if (!file)
		return NULL;
	if (fstat(fileno(file), &st) != 0 || !S_ISREG(st.st_mode)) {
		fclose(file);
		return NULL;
	}
	p = tplc_alloc(c, (size_t)st.st_size + 1);
	*n = fread(p, 1, (size_t)st.st_size, file);
	fclose(file);
	return p;
}

static void complain(const char *path)
{
	fprintf(stderr, "tplc: %s: %s\n", path, strerror(errno));
	exit(1);
}

static void folders_make(struct tplc *c, const char *path)
{
	char *copy = (char *)tplc_fmt(c, "%s", path);

	for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(copy, 0777) != 0 && errno != EEXIST)
			complain(copy);
		*slash = '/';
	}
}

/* A file that would not change is left alone, so that nothing is rebuilt for it. */
static void file_write(struct tplc *c, const char *path, const struct text *text)
{
	size_t n = 0;
	const char *old = file_read(c, path, &n);
	FILE *file;

	if (old && n == text->n && memcmp(old, text->p, n) == 0)
		return;
	folders_make(c, path);
	file = fopen(path, "wb");
	if (!file || fwrite(text->p, 1, text->n, file) != text->n || fclose(file) != 0)
		complain(path);
}

static void units_write(struct tplc *c, const char *out)
{
	for (const struct unit *u = c->units; u; u = u->next) {
		struct text header = text_new(c), source = text_new(c);

		unit_header(&header, u);
		unit_source(&source, u);
		file_write(c, tplc_fmt(c, "%s/%s.h", out, u->out), &header);
		file_write(c, tplc_fmt(c, "%s/%s.c", out, u->out), &source);
	}
}

static int usage(void)
{
	fprintf(stderr, "usage: tplc [-r ROOT] TEMPLATE... -o OUTDIR\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct tplc c = { .root = "templates", .read = file_read };
	const char *out = NULL;
	size_t n = 0;
	bool done;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
			out = argv[++i];
		else if (strcmp(argv[i], "-r") == 0 && i + 1 < argc)
			c.root = argv[++i];
		else if (argv[i][0] == '-')
			return usage();
		else
			argv[n++] = argv[i];
	}
	if (!out)
		return usage();
	done = tplc_compile(&c, argv, n);
	if (done)
		units_write(&c, out);
	else
		fprintf(stderr, "%s\n", c.error);
	tplc_free(&c);
	return done ? 0 : 1;
}
