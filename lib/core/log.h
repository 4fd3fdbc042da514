/* log: one JSON object per line on stderr, written with one write(2).
 * Never  a secret, token, cookie, address or e-mail: callers pass facts, and nothing from bodies
 */
#ifndef UNIFYED_CORE_LOG_H
#define UNIFYED_CORE_LOG_H
#include "lib/core/str.h"

enum log_level { LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
	const char *name;
	struct str text; /* used when is_int is false */
	int64_t number;
	bool is_int;
};

#define LOG_S(field_name, s) { .name = (field_name), .text = (s) }
#define LOG_I(field_name, i) { .name = (field_name), .number = (i), .is_int = true }
/* log_line(LOG_INFO, "request", LOG_FIELDS(LOG_I("status", 200), LOG_S("route", S("/links")))) */
#define LOG_FIELDS(...) \
	(const struct log_field[]){ __VA_ARGS__ }, COUNT(((const struct log_field[]){ __VA_ARGS__ }))

/* Adds "at" (RFC 3339), "level", "program" (see log_program), "says". At most 4 KiB a line; longer texts are cut. */
void log_line(enum log_level level, const char *says, const struct log_field *fields, size_t n);
void log_program(const char *name);

#endif
