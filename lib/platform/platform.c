#include "lib/platform/platform.h"

static const struct platform *const adapters[] = { &shopify_platform };
static const char *const awaited[] = { "youtube", "tiktok", "twitch", "instagram", "restream" };

enum err platform_by_name(struct ctx *c, struct str name, const struct platform **out)
{
	for (size_t i = 0; i < COUNT(adapters); i++) {
		if (!str_eq(name, str_of(adapters[i]->name)))
			continue;
		*out = adapters[i];
		return OK;
	}
	for (size_t i = 0; i < COUNT(awaited); i++) {
		if (str_eq(name, str_of(awaited[i])))
			return FAIL(c, ERR_PLATFORM_UNSUPPORTED, "%s has no adapter yet", awaited[i]);
	}
	return FAIL(c, ERR_PLATFORM_UNKNOWN, "no such platform");
}
