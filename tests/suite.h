/* suite: what a test file gives to run.c, and what a test may expect.
 * An expectation that does not hold is told with both values; the test goes on.
 */
#ifndef UNIFYED_TESTS_SUITE_H
#define UNIFYED_TESTS_SUITE_H
#include <CUnit/CUnit.h>

#include "lib/core/err.h"
#include "lib/core/str.h"

struct suite {
	const char *name; /* "lib/core/str", "GET /go/:code" */
	const CU_TestInfo *tests;
};

#define T(function) { #function, function }

#define EXPECT(condition) suite_expect((condition), #condition, __FILE__, __LINE__)
#define EXPECT_INT(is, want) suite_expect_int((is), (want), #is, __FILE__, __LINE__)
#define EXPECT_STR(is, want) suite_expect_str((is), str_of(want), #is, __FILE__, __LINE__)
/* for bytes with NUL, or a want that is a str */
#define EXPECT_SAME(is, want) suite_expect_str((is), (want), #is, __FILE__, __LINE__)
#define EXPECT_ERR(is, want) suite_expect_err((is), (want), #is, __FILE__, __LINE__)
/* SIGABRT in a child, whose words are dropped */
#define EXPECT_ABORT(function, arg) suite_expect_abort((function), (arg), #function, __FILE__, __LINE__)

struct arena;
/* A file of the repository, whole; "" and a failed test when it is not there. */
struct str suite_file(struct arena *mem, const char *path);

void suite_expect(bool is_so, const char *condition, const char *file, int line);
void suite_expect_int(int64_t is, int64_t want, const char *what, const char *file, int line);
void suite_expect_str(struct str is, struct str want, const char *what, const char *file, int line);
void suite_expect_err(enum err is, enum err want, const char *what, const char *file, int line);
void suite_expect_abort(void (*function)(void *), void *arg, const char *what, const char *file, int line);

#endif
