/* pattern.c: the calls to PCRE2. No JIT: the hardened workers may not map writable code. */
#include "lib/text/pattern.h"

#include <stdlib.h>

#include "lib/core/log.h"

#define STEPS_MAX 1000000

static void must(const void *made, const char *what)
{
	if (made)
		return;
	log_line(LOG_ERROR, "pattern", LOG_FIELDS(LOG_S("source", str_of(what))));
	abort();
}

static void compile(struct pattern *pattern)
{
	int problem;
	PCRE2_SIZE at;

	pattern->code = pcre2_compile((PCRE2_SPTR)pattern->source, PCRE2_ZERO_TERMINATED,
		pattern->options | PCRE2_NEVER_BACKSLASH_C, &problem, &at, NULL);
	must(pattern->code, pattern->source);
}

bool pattern_matches(struct pattern *pattern, struct str s, size_t from)
{
	static pcre2_match_data *data;
	static pcre2_match_context *limits;

	if (!data) {
		data = pcre2_match_data_create(1, NULL);
		limits = pcre2_match_context_create(NULL);
		must(data, "match data");
		must(limits, "match context");
		pcre2_set_match_limit(limits, STEPS_MAX);
	}
	if (!pattern->code)
		compile(pattern);
	return pcre2_match(pattern->code, (PCRE2_SPTR)(s.n ? s.p : ""), s.n, from, 0, data, limits) >= 0;
}
