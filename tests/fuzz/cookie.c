/* cookie: a Cookie header (lib/web/cookie.c). What is found lies inside the header and has no separator. */
#include <stdlib.h>

#include "lib/web/web.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str cookie_header(const void *from, const char *name)
{
	(void)name;
	return *(const struct str *)from;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "a", "session", "__Host-session", "" };
	const struct str header = { (const char *)data, size };
	const struct req q = { .header_of = cookie_header, .from = &header };

	for (size_t i = 0; i < COUNT(names); i++) {
		struct str value = req_cookie(&q, names[i]);

		if (value.n > 0 && (value.p < header.p || value.p + value.n > header.p + header.n))
			abort();
		if (str_find(value, 0, S(";")) != SIZE_MAX)
			abort();
	}
	return 0;
}
