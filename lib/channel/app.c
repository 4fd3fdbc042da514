#include "lib/channel/inside.h"

enum err channel_app_heard(struct ctx *c, const struct broadcaster *platform, const struct broadcaster_call *call, enum err e)
{
	if (e == ERR_PLATFORM_DENIED && call->app_token.n)
		TRY(db_run(c, SQL(channel_app_drop), PARAMS(p_str(str_of(platform->name)))));
	return e;
}
