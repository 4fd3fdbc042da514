/* err: every way this system can say no (err.def), and what the log is told about it. */
#ifndef UNIFYED_CORE_ERR_H
#define UNIFYED_CORE_ERR_H
#include "lib/core/str.h"

enum [[nodiscard]] err {
	OK = 0,
#define ERR(name, status, type, title) ERR_##name,
#include "lib/core/err.def"
#undef ERR
	ERR_COUNT
};

struct err_row {
	const char *name;  /* "SOLD_OUT" */
	int status;        /* HTTP */
	const char *type;  /* last part of the problem's type URL */
	const char *title; /* what a person may read */
};

const struct err_row *err_row(enum err e);

struct ctx;

/* Records file, line and detail in `c`. The detail is for the log alone. */
void err_fail(struct ctx *c, enum err e, const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* ... and gives e back, written out so that whatever analyses a caller sees which refusal it is. */
#define FAIL(c, e, ...) (err_fail((c), (e), __FILE__, __LINE__, __VA_ARGS__), (enum err)(e))
#define TRY(call)                              \
	do {                                   \
		enum err try_err_ = (call);    \
		if (try_err_ != OK)            \
			return try_err_;       \
	} while (0)

#endif
