/* live.c: who the account is, and who of many is on the air. */
#include "lib/platform/twitch/twitch.h"
#include "lib/text/text.h"

#define QUERY_MAX 8192

static struct str site_url(struct ctx *c, struct str login)
{
	if (!text_is_platform_name(login))
		return S("");
	return str_fmt(c->mem, STR_FMT "/" STR_FMT, STR_ARG(c->config->twitch_site_origin), STR_ARG(login));
}

enum err twitch_identify(struct ctx *c, struct broadcaster_call *call, struct broadcaster_identity *out)
{
	struct json data, user;

	*out = (struct broadcaster_identity){ 0 };
	if (!call->token.n)
		return shared_fail(c, call, ERR_PLATFORM_DENIED, S("token"), 0, S("token"), 0);
	TRY(twitch_get(c, call, S("users"), &data, NULL));
	user = json_at(data, 0);
	out->external_id = shared_id(c, json_get(user, "id"));
	out->handle = json_str(json_get(user, "login"));
	if (!text_is_number(out->external_id) || !text_is_platform_name(out->handle))
		return shared_garbage(c, call, "a user");
	out->name = shared_title(c, json_get(user, "display_name"));
	out->avatar_url = shared_web_url(json_get(user, "profile_image_url"));
	out->profile_url = site_url(c, out->handle);
	return OK;
}

static struct broadcaster_live read_stream(struct ctx *c, struct json item)
{
	struct broadcaster_live live = { .account = shared_id(c, json_get(item, "user_id")), .external_id = shared_id(c, json_get(item, "id")) };

	/* In an error its type is empty. */
	live.state = str_eq(json_str(json_get(item, "type")), S("live")) && text_is_number(live.external_id) ? LIVE_ON : LIVE_UNKNOWN;
	live.title = shared_title(c, json_get(item, "title"));
	live.thumb_url = twitch_picture(c, json_get(item, "thumbnail_url"));
	live.url = site_url(c, json_str(json_get(item, "user_login")));
	live.started_ms = shared_time(json_get(item, "started_at"));
	live.viewers = shared_count(json_get(item, "viewer_count"));
	return live;
}

/* Somebody is on the air, and it cannot be read who: then nobody is known to be off. */
static void doubt_the_rest(struct broadcaster_live *out, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (out[k].state == LIVE_NONE)
			out[k].state = LIVE_UNKNOWN;
}

enum err twitch_live_watch(struct ctx *c, struct broadcaster_call *call, const struct broadcaster_look *looks, size_t n,
	struct broadcaster_live *out)
{
	struct buf query = buf_new(c->mem, QUERY_MAX);
	struct json data;
	bool any = false, whole = true;

	buf_put(&query, S("streams?first=100"));
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct broadcaster_live){ .viewers = -1 };
		if (!text_is_number(looks[i].account))
			continue;
		shared_pair(&query, "user_id", looks[i].account);
		out[i] = (struct broadcaster_live){ .state = LIVE_NONE, .account = looks[i].account, .viewers = -1 };
		any = true;
	}
	if (!any)
		return OK;
	TRY(twitch_get(c, call, buf_str(&query), &data, NULL));
	for (size_t i = 0; i < json_length(data); i++) {
		struct broadcaster_live live = read_stream(c, json_at(data, i));

		whole &= text_is_number(live.account);
		for (size_t k = 0; k < n; k++)
			if (out[k].state != LIVE_UNKNOWN && str_eq(looks[k].account, live.account))
				out[k] = live;
	}
	if (!whole)
		doubt_the_rest(out, n);
	return OK;
}
