#include "lib/platform/broadcaster.h"

const struct broadcaster *const broadcasters[] = { &youtube_broadcaster, &tiktok_broadcaster, &twitch_broadcaster };
const size_t broadcasters_n = COUNT(broadcasters);

const struct broadcaster *broadcaster_of(struct str name)
{
	for (size_t i = 0; i < broadcasters_n; i++)
		if (str_eq(name, str_of(broadcasters[i]->name)))
			return broadcasters[i];
	return NULL;
}

enum err broadcaster_by_name(struct ctx *c, struct str name, const struct broadcaster **out)
{
	*out = broadcaster_of(name);
	if (!*out)
		return FAIL(c, ERR_PLATFORM_UNKNOWN, "no such platform");
	if (!(*out)->configured(c->config))
		return FAIL(c, ERR_PLATFORM_UNSUPPORTED, "%s has no app here", (*out)->name);
	return OK;
}
