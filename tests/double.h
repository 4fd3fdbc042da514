/* double: a platform of one test's own, on loopback: it answers what it was given, in that order, and keeps what it was asked.
 * Everything returned lives until double_stop().
 */
#ifndef UNIFYED_TESTS_DOUBLE_H
#define UNIFYED_TESTS_DOUBLE_H
#include <sys/types.h>

#include "lib/core/config.h"
#include "lib/platform/broadcaster.h"

#define DOUBLE_ANSWERS_MAX 4
#define DOUBLE_NOW_MS INT64_C(1795204000000)

struct double_asked {
	int n;
	char requests[DOUBLE_ANSWERS_MAX][16384];
};

struct double_ {
	struct config config;      /* every platform is configured, and stands on this double */
	struct ctx c;
	struct broadcaster_call call; /* with a token and an app token */
	struct double_asked *asked;
	struct str origin;
	int listening;
	pid_t pid;
};

/* Answers: names of tests/fixtures/platforms ("youtube_videos_live"; "404 twitch_error_401" with another status), or, from "HTTP/" on,
 * raw bytes. NULL ends them; then nobody answers. */
void double_start(struct double_ *d, const char *const answers[]);
#define DOUBLE(d, ...) double_start((d), (const char *const[]){ __VA_ARGS__, NULL })
void double_stop(struct double_ *d);
/* The i-th request, head and body. */
struct str double_asked(const struct double_ *d, int i);
void double_expect_asked(const struct double_ *d, int i, const char *part, const char *file, int line);
#define EXPECT_ASKED(d, i, part) double_expect_asked((d), (i), (part), __FILE__, __LINE__)

/* The "body" of a fixture as text. */
struct str double_body(struct arena *mem, const char *name);

/* A push: its headers are "NAME: value" lines under their CGI names. */
struct broadcaster_push_in double_push(const char *headers, struct str body, struct str secret);

#endif
