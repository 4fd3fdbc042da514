#include "tests/accounts.h"

#include "tests/suite.h"

static struct str at(struct world *w, const char *prefix)
{
	struct str base = str_slice(w->config->shopify_origin, 0, str_find(w->config->shopify_origin, 0, S("/s/")));

	return str_fmt(w->mem, STR_FMT "%s", STR_ARG(base), prefix);
}

void accounts_configure(struct world *w)
{
	struct config *k = w->config;

	k->google_accounts_origin = k->google_oauth_origin = at(w, "/goog");
	k->youtube_api_origin = k->youtube_site_origin = at(w, "/yt");
	k->youtube_hub_origin = at(w, "/hub");
	k->youtube_embed_origin = k->youtube_image_origin = k->tiktok_embed_origin = k->twitch_embed_origin = k->twitch_image_origin = at(w, "");
	k->tiktok_authorize_origin = k->tiktok_api_origin = at(w, "/tt");
	k->twitch_id_origin = at(w, "/twid");
	k->twitch_api_origin = k->twitch_site_origin = at(w, "/tw");
	k->youtube_client_id = S("client-of-tests-youtube");
	k->youtube_client_secret = S("youtube-secret-of-tests");
	k->youtube_api_key = S("youtube-key-secret-of-tests");
	k->tiktok_client_key = S("client-of-tests-tiktok");
	k->tiktok_client_secret = S("tiktok-secret-of-tests");
	k->twitch_client_id = S("client-of-tests-twitch");
	k->twitch_client_secret = S("twitch-secret-of-tests");
}

static const char *fmt(struct world *w, const char *a, const char *b, const char *c)
{
	return str_z(w->mem, str_fmt(w->mem, "%s%s%s", a, b, c));
}

void account_agrees(struct world *w, const char *platform, const char *handle)
{
	control(w, "POST", fmt(w, "/", platform, ""), fmt(w, "{\"autoApprove\":\"", handle, "\"}"));
}

void accounts(struct world *w)
{
	static const char *const names[] = { "youtube", "tiktok", "twitch" };

	storefront(w, NULL);
	accounts_configure(w);
	for (size_t i = 0; i < COUNT(names); i++) {
		control(w, "POST", fmt(w, "/", names[i], "/accounts"),
			"{\"accounts\":[{\"handle\":\"anna\",\"name\":\"Anna\"},{\"handle\":\"ben\",\"name\":\"Ben\"}]}");
		account_agrees(w, names[i], "anna");
	}
}

static const char *browser_of(enum person who)
{
	return who == BEN ? "ben" : "anna";
}

const char *account_way_back(struct world *w, enum person who, const char *platform)
{
	struct got begun = ask(w, (struct asking){ .path = fmt(w, "/connections/", platform, "/auth-url"), .as = who, .visitor = browser_of(who) });
	struct str query;

	expect_status(begun, 200);
	query = storefront_consent(w, got_json(w, begun, "url"));
	return str_z(w->mem, str_fmt(w->mem, "/connections/%s/callback?" STR_FMT, platform, STR_ARG(query)));
}

struct got account_return(struct world *w, enum person who, const char *way)
{
	return ask(w, (struct asking){ .path = way, .as = who, .visitor = browser_of(who) });
}

struct channel_id account_connect(struct world *w, enum person who, const char *platform)
{
	struct got got = account_return(w, who, account_way_back(w, who, platform));
	struct channel_id id = { 0 };

	expect_status(got, 303);
	uuid_read(world_text(w, "select id from u.channel where platform = '%s' and creator_id = %s and status = 'active'"
		" order by connected_at desc, id desc limit 1", platform, world_uuid(w, who == BEN ? w->ben.creator.u : w->anna.creator.u)), &id.u);
	return id;
}

int account_asked(struct world *w, const char *path)
{
	int64_t n = 0;

	json_int(json_get(control(w, "GET", fmt(w, "/calls?path=", path, ""), NULL), "count"), &n);
	return (int)n;
}
