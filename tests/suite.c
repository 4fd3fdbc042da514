/* suite.c: the expectations of suite.h. */
#include "tests/suite.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/core/arena.h"
#include "lib/core/buf.h"

#define SHOWN_MAX 400
#define FILE_BYTES_MAX 1048576

static void judge(bool is_so, const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void judge(bool is_so, const char *file, int line, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	CU_assertImplementation(is_so ? CU_TRUE : CU_FALSE, (unsigned)line, text, file, "", CU_FALSE);
}

void suite_expect(bool is_so, const char *condition, const char *file, int line)
{
	judge(is_so, file, line, "%s", condition);
}

void suite_expect_int(int64_t is, int64_t want, const char *what, const char *file, int line)
{
	judge(is == want, file, line, "%s is %lld, not %lld", what, (long long)is, (long long)want);
}

void suite_expect_str(struct str is, struct str want, const char *what, const char *file, int line)
{
	judge(str_eq(is, want), file, line, "%s is \"" STR_FMT "\" (%zu bytes), not \"" STR_FMT "\"", what,
		STR_ARG(str_slice(is, 0, SHOWN_MAX)), is.n, STR_ARG(str_slice(want, 0, SHOWN_MAX)));
}

void suite_expect_err(enum err is, enum err want, const char *what, const char *file, int line)
{
	judge(is == want, file, line, "%s is %s, not %s", what, err_row(is)->name, err_row(want)->name);
}

void suite_expect_abort(void (*function)(void *), void *arg, const char *what, const char *file, int line)
{
	pid_t child;
	int status = 0;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		function(arg);
		_exit(0);
	}
	waitpid(child, &status, 0);
	judge(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, file, line, "%s aborts", what);
}

struct str suite_file(struct arena *mem, const char *path)
{
	struct buf b = buf_new(mem, FILE_BYTES_MAX);
	FILE *file = fopen(path, "re");
	char piece[4096];
	size_t n;

	judge(file != NULL, __FILE__, __LINE__, "%s is there", path);
	while (file && (n = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_put(&b, (struct str){ piece, n });
	if (file)
		fclose(file);
	return buf_str(&b);
}
