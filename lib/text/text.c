/* text.c: the patterns. Each is compiled at its first use and kept for the process. No JIT: the hardened workers
 * may not map writable code.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "lib/text/text.h"

#include <pcre2.h>
#include <stdlib.h>

#include "lib/core/log.h"

#define STEPS_MAX 1000000
#define EMAIL_BYTES_MAX 254
#define SHOP_BYTES_MAX 255
#define ZONE_BYTES_MAX 64
#define URL_BYTES_MAX 2048
#define AGENT_BYTES_READ 1024
#define RESERVED_BYTES_MAX 32

#define WHOLE (PCRE2_ANCHORED | PCRE2_ENDANCHORED)
#define LABEL "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
/* C0, DEL, C1, line and paragraph separators, bidi controls */
#define UNSEEN "\\x{00}-\\x{1F}\\x{7F}-\\x{9F}\\x{2028}-\\x{202E}\\x{2066}-\\x{2069}\\x{200E}\\x{200F}\\x{061C}"

struct pattern {
	const char *source;
	uint32_t options;
	pcre2_code *code; /* NULL until the first use */
};

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

/* Whatever keeps PCRE2 from saying yes (bad UTF-8, the step limit) is a no. */
static bool matches(struct pattern *pattern, struct str s)
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
	return pcre2_match(pattern->code, (PCRE2_SPTR)(s.n ? s.p : ""), s.n, 0, 0, data, limits) >= 0;
}

bool text_is_code(struct str s)
{
	static struct pattern code = { "[A-Za-z0-9][A-Za-z0-9-]{1,30}[A-Za-z0-9]", WHOLE, NULL };

	return matches(&code, s);
}

bool text_is_handle(struct str s)
{
	static struct pattern handle = { "[a-z0-9][a-z0-9_.]{1,28}[a-z0-9]", WHOLE, NULL };

	return matches(&handle, s);
}

/* "Un.ify-ed" reads like "unifyed" to a visitor, so separators and case do not count. */
static struct str bare(struct str s, char out[RESERVED_BYTES_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < RESERVED_BYTES_MAX; i++)
		if (s.p[i] != '.' && s.p[i] != '_' && s.p[i] != '-')
			out[n++] = s.p[i];
	return (struct str){ out, n };
}

bool text_is_reserved(struct str handle)
{
	static const char *const words[] = {
#define RESERVED(word) word,
#include "lib/text/reserved.def"
#undef RESERVED
	};
	char space[RESERVED_BYTES_MAX];
	struct str plain = bare(handle, space);

	for (size_t i = 0; i < COUNT(words); i++)
		if (str_eq_nocase(str_of(words[i]), plain))
			return true;
	return false;
}

bool text_is_email(struct str s)
{
	static struct pattern email = { "[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@" LABEL "(?:\\." LABEL ")+", WHOLE, NULL };

	return s.n <= EMAIL_BYTES_MAX && matches(&email, s);
}

bool text_is_shop(struct str s)
{
	static struct pattern shop = { "[a-z0-9][a-z0-9-]*\\.myshopify\\.com", WHOLE, NULL };

	return s.n <= SHOP_BYTES_MAX && matches(&shop, s);
}

bool text_is_zone(struct str s)
{
	static struct pattern zone = { "[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}", WHOLE, NULL };

	return s.n <= ZONE_BYTES_MAX && matches(&zone, s);
}

bool text_is_web_url(struct str s)
{
	static struct pattern url = {
		"(?i:https?)://(?:" LABEL "(?:\\." LABEL ")*\\.?|\\[[0-9A-Fa-f:.]{2,45}\\])(?::[0-9]{1,5})?"
		"(?:[/?#][^\\\\\\x{20}\\x{A0}" UNSEEN "]*)?",
		WHOLE | PCRE2_UTF, NULL };

	return s.n <= URL_BYTES_MAX && matches(&url, s);
}

bool text_is_preview_agent(struct str user_agent)
{
	static struct pattern agents = {
		"(?!)" /* so that every line of the list can begin with '|' */
#define AGENT(pattern) "|" pattern
#include "lib/text/preview_agents.def"
#undef AGENT
		, PCRE2_CASELESS, NULL };

	return matches(&agents, str_slice(user_agent, 0, AGENT_BYTES_READ));
}

bool text_is_name(struct str s)
{
	static struct pattern name = { "[^" UNSEEN "]+", WHOLE | PCRE2_UTF, NULL };

	return str_trim(s).n && matches(&name, s);
}
