/* agent.c: the list of preview agents. One alternation of 160 patterns tried at every byte took 220 us, and a click
 * waits for this; so there is one per first letter, tried where a word begins: 6 us.
 */
#include <assert.h>

#include "lib/core/buf.h"
#include "lib/text/pattern.h"
#include "lib/text/text.h"

#define AGENT_BYTES_READ 1024
#define SOURCE_BYTES_MAX 8192
#define LETTERS 26

static const char *const agents[] = {
#define AGENT(pattern) pattern,
#include "lib/text/preview_agents.def"
#undef AGENT
};

/* 0 to 25, or LETTERS for what is no letter */
static size_t letter(char ch)
{
	char lower = (char)(ch | 0x20);

	return lower >= 'a' && lower <= 'z' ? (size_t)(lower - 'a') : LETTERS;
}

static const char *source_of(struct buf *b, size_t wanted)
{
	const char *source = b->p + b->n;

	buf_put(b, S("(?!)")); /* so that every pattern can begin with '|' */
	for (size_t i = 0; i < COUNT(agents); i++) {
		assert(letter(agents[i][0]) < LETTERS);
		if (letter(agents[i][0]) == wanted)
			buf_fmt(b, "|%s", agents[i]);
	}
	buf_char(b, '\0');
	assert(!b->full);
	return source;
}

static struct pattern *patterns(void)
{
	static char sources[SOURCE_BYTES_MAX + 1];
	static struct pattern made[LETTERS];
	struct buf b = { .p = sources, .cap = sizeof(sources), .max = SOURCE_BYTES_MAX };

	if (made[0].source)
		return made;
	for (size_t i = 0; i < LETTERS; i++)
		made[i] = (struct pattern){ source_of(&b, i), PCRE2_CASELESS | PCRE2_ANCHORED, NULL };
	return made;
}

bool text_is_preview_agent(struct str user_agent)
{
	struct str s = str_slice(user_agent, 0, AGENT_BYTES_READ);
	struct pattern *by_letter = patterns();
	size_t before = LETTERS;

	for (size_t i = 0; i < s.n; i++) {
		size_t at = letter(s.p[i]);

		if (at < LETTERS && before == LETTERS && pattern_matches(&by_letter[at], s, i))
			return true;
		before = at;
	}
	return false;
}
