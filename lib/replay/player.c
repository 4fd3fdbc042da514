/* player.c: addresses of videos, and players for them.
 * Source  YouTube IFrame player parameters; Twitch embed (parent must name the page's host); TikTok player/v1 */
#include "lib/core/config.h"
#include "lib/replay/replay.h"

#define ID_MAX 32

static bool is_id(struct str s, size_t min, bool digits_only)
{
	if (s.n < min || s.n > ID_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];
		bool digit = ch >= '0' && ch <= '9';

		if (!digit && (digits_only || !((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '-' || ch == '_')))
			return false;
	}
	return true;
}

/* Host and path of an https address; false for any other. */
static bool url_split(struct ctx *c, struct str url, struct str *host, struct str *path, struct str *query)
{
	struct str rest = url;

	if (!str_starts(rest, S("https://")))
		return false;
	rest = str_slice(rest, 8, rest.n);
	*path = str_slice(rest, str_find(rest, 0, S("/")), rest.n);
	*host = str_lower(c->mem, str_slice(rest, 0, rest.n - path->n));
	*path = str_slice(*path, 0, str_find(*path, 0, S("#")));
	*query = str_slice(*path, str_find(*path, 0, S("?")), path->n);
	*path = str_slice(*path, 0, path->n - query->n);
	if (query->n)
		*query = str_slice(*query, 1, query->n);
	if (str_starts(*host, S("www.")))
		*host = str_slice(*host, 4, host->n);
	if (str_starts(*host, S("m.")))
		*host = str_slice(*host, 2, host->n);
	return true;
}

static struct str query_value(struct str query, struct str name)
{
	while (query.n) {
		struct str pair = str_cut(&query, '&'), key = str_cut(&pair, '=');

		if (str_eq(key, name))
			return pair;
	}
	return S("");
}

/* What follows the prefix, up to the next slash. */
static struct str after(struct str path, struct str prefix)
{
	struct str rest;

	if (!str_starts(path, prefix))
		return S("");
	rest = str_slice(path, prefix.n, path.n);
	return str_cut(&rest, '/');
}

static struct str youtube_id(struct str host, struct str path, struct str query)
{
	static const char *const places[] = { "/live/", "/shorts/", "/embed/" };
	struct str id = S("");

	if (str_eq(host, S("youtu.be")))
		return after(path, S("/"));
	if (!str_eq(host, S("youtube.com")) && !str_eq(host, S("youtube-nocookie.com")))
		return id;
	if (str_eq(path, S("/watch")))
		return query_value(query, S("v"));
	for (size_t i = 0; i < COUNT(places) && !id.n; i++)
		id = after(path, str_of(places[i]));
	return id;
}

static struct str tiktok_id(struct str host, struct str path)
{
	size_t at = str_find(path, 0, S("/video/"));

	if (!str_eq(host, S("tiktok.com")) || at == SIZE_MAX || !str_starts(path, S("/@")))
		return S("");
	return after(str_slice(path, at, path.n), S("/video/"));
}

void replay_video_of_url(struct ctx *c, struct str url, struct str *platform, struct str *external_id)
{
	struct str host, path, query, id;

	*platform = S("other");
	*external_id = S("");
	if (!url_split(c, url, &host, &path, &query))
		return;
	id = youtube_id(host, path, query);
	if (is_id(id, 6, false)) {
		*platform = S("youtube");
		*external_id = id;
	} else if (str_eq(host, S("twitch.tv")) && is_id(after(path, S("/videos/")), 1, true)) {
		*platform = S("twitch");
		*external_id = after(path, S("/videos/"));
	} else if (is_id(tiktok_id(host, path), 1, true)) {
		*platform = S("tiktok");
		*external_id = tiktok_id(host, path);
	}
}

static struct str page_host(const struct ctx *c)
{
	struct str rest = c->config->base_url;
	size_t at = str_find(rest, 0, S("://"));

	rest = str_slice(rest, at == SIZE_MAX ? 0 : at + 3, rest.n);
	rest = str_cut(&rest, '/');
	return str_cut(&rest, ':');
}

void replay_player_of(struct ctx *c, const struct replay_video *video, int64_t start_s, struct replay_player *out)
{
	struct str id = video->external_id;
	long long at = (long long)start_s;

	*out = (struct replay_player){ .frame_origins = "", .protocol = "" };
	if (!video->embeddable || !str_eq(video->state, S("ready")))
		return;
	if (str_eq(video->platform, S("youtube")) && is_id(id, 6, false)) {
		out->src = str_fmt(c->mem, "https://www.youtube-nocookie.com/embed/" STR_FMT "?enablejsapi=1&origin=" STR_FMT
			"&playsinline=1&rel=0&autoplay=1&start=%lld", STR_ARG(id), STR_ARG(c->config->base_url), at);
		out->frame_origins = "https://www.youtube-nocookie.com";
		out->protocol = "youtube";
	} else if (str_eq(video->platform, S("twitch")) && is_id(id, 1, true)) {
		out->src = str_fmt(c->mem, "https://player.twitch.tv/?video=" STR_FMT "&parent=" STR_FMT "&autoplay=true&time=%lldh%lldm%llds",
			STR_ARG(id), STR_ARG(page_host(c)), at / 3600, at / 60 % 60, at % 60);
		out->frame_origins = "https://player.twitch.tv";
	} else if (str_eq(video->platform, S("tiktok")) && is_id(id, 1, true)) {
		out->src = str_fmt(c->mem, "https://www.tiktok.com/player/v1/" STR_FMT "?controls=1&progress_bar=1&description=0&rel=0&autoplay=1",
			STR_ARG(id));
		out->frame_origins = "https://www.tiktok.com";
		out->protocol = "tiktok";
	}
}
