/* text.c: the patterns, next to the rules that they spell. */
#include "lib/text/text.h"

#include "lib/text/pattern.h"

#define EMAIL_BYTES_MAX 254
#define SHOP_BYTES_MAX 255
#define ZONE_BYTES_MAX 64
#define URL_BYTES_MAX 2048
#define RESERVED_BYTES_MAX 32

#define WHOLE (PCRE2_ANCHORED | PCRE2_ENDANCHORED)
#define LABEL "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
/* C0, DEL, C1, line and paragraph separators, bidi controls */
#define UNSEEN "\\x{00}-\\x{1F}\\x{7F}-\\x{9F}\\x{2028}-\\x{202E}\\x{2066}-\\x{2069}\\x{200E}\\x{200F}\\x{061C}"

static bool matches(struct pattern *pattern, struct str s)
{
	return pattern_matches(pattern, s, 0);
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

bool text_is_platform_id(struct str s)
{
	static struct pattern id = { "[A-Za-z0-9_-]{1,128}", WHOLE, NULL };

	return matches(&id, s);
}

bool text_is_platform_name(struct str s)
{
	static struct pattern name = { "[A-Za-z0-9_.-]{1,64}", WHOLE, NULL };

	return matches(&name, s);
}

bool text_is_youtube_id(struct str s)
{
	static struct pattern id = { "[A-Za-z0-9_-]{6,20}", WHOLE, NULL };

	return matches(&id, s);
}

bool text_is_number(struct str s)
{
	static struct pattern number = { "[0-9]{1,20}", WHOLE, NULL };

	return matches(&number, s);
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

bool text_is_name(struct str s)
{
	static struct pattern name = { "[^" UNSEEN "]+", WHOLE | PCRE2_UTF, NULL };

	return str_trim(s).n && matches(&name, s);
}

bool text_is_prose(struct str s)
{
	static struct pattern prose = { "(?:[^" UNSEEN "]++|\\n)++", WHOLE | PCRE2_UTF, NULL };

	return str_trim(s).n && matches(&prose, s);
}
