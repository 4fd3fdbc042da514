/* pattern: a PCRE2 pattern, compiled at its first use and kept for the process. Inside lib/text only. */
#ifndef UNIFYED_TEXT_PATTERN_H
#define UNIFYED_TEXT_PATTERN_H
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "lib/core/str.h"

struct pattern {
	const char *source;
	uint32_t options;
	pcre2_code *code; /* NULL until the first use */
};

/* Whether it matches at or after `from`. What keeps PCRE2 from saying yes (bad UTF-8, the step limit) is a no. */
bool pattern_matches(struct pattern *pattern, struct str s, size_t from);

#endif
