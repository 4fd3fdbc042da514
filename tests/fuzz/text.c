/* text.c: the patterns on any bytes: none takes long, and none lets a control character through. */
#include "lib/text/text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] < 0x20 || s.p[i] == 0x7F)
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool (*const judges[])(struct str) = { text_is_code, text_is_handle, text_is_email, text_is_shop, text_is_zone,
		text_is_web_url, text_is_name };
	struct str s = { (const char *)data, size };

	for (size_t i = 0; i < COUNT(judges); i++)
		if (judges[i](s) && (has_control(s) || !str_utf8(s) || s.n == 0))
			abort();
	for (struct str rest = s, line; text_is_prose(s) && rest.p;) {
		line = str_cut(&rest, '\n');
		if (line.n && (has_control(line) || !str_utf8(line)))
			abort();
	}
	text_is_reserved(s);
	text_is_preview_agent(s);
	return 0;
}
