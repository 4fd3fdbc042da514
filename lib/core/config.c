/* config.c: where the text and the variables of the config come from. */
#include "lib/core/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/core/arena.h"
#include "lib/core/config_text.h"

#define DEFAULT_PATH "/etc/unifyed/unifyed.conf"
#define FILE_BYTES_MAX 65536
#define ARENA_BYTES 1048576
#define PROBLEM_BYTES 512

static const char *variable(const char *name)
{
	return getenv(name);
}

static bool read_all(int fd, char *p, size_t *n)
{
	ssize_t got;

	for (*n = 0; *n < FILE_BYTES_MAX; *n += (size_t)got) {
		do
			got = read(fd, p + *n, FILE_BYTES_MAX - *n);
		while (got < 0 && errno == EINTR);
		if (got <= 0)
			return got == 0;
	}
	errno = EFBIG;
	return false;
}

/* A default file that is not there is an empty one: the environment may say it all. */
static bool file_read(struct arena *mem, const char *path, bool may_be_absent, struct str *out)
{
	char *p = arena_alloc(mem, FILE_BYTES_MAX);
	size_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good;

	*out = (struct str){ 0 };
	if (fd < 0)
		return may_be_absent && errno == ENOENT;
	good = read_all(fd, p, &n);
	close(fd);
	*out = (struct str){ p, good ? n : 0 };
	return good;
}

bool config_read(const char *path, struct config *out, char problem[PROBLEM_BYTES])
{
	static struct arena *mem;
	struct arena *scratch = arena_new(2 * FILE_BYTES_MAX);
	struct str text;
	bool is_default, good;

	if (!mem)
		mem = arena_new(ARENA_BYTES);
	if (!path)
		path = getenv("UNIFYED_CONF");
	is_default = !path;
	if (is_default)
		path = DEFAULT_PATH;
	good = file_read(scratch, path, is_default, &text);
	if (good)
		good = config_read_text(mem, path, text, variable, out, problem);
	else
		snprintf(problem, PROBLEM_BYTES, "%s: %s", path, strerror(errno));
	arena_free(scratch);
	return good;
}

const struct config *config_must(const char *path)
{
	static struct config config;
	char problem[PROBLEM_BYTES];

	if (!config_read(path, &config, problem)) {
		fprintf(stderr, "unifyed: %s\n", problem);
		exit(EX_CONFIG);
	}
	return &config;
}
