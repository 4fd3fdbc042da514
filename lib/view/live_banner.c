#include "lib/view/live_banner.h"

#include "lib/view/page_policy.h"

static struct str name_of(struct str platform)
{
	if (str_eq(platform, S("youtube")))
		return S("YouTube");
	if (str_eq(platform, S("tiktok")))
		return S("TikTok");
	if (str_eq(platform, S("twitch")))
		return S("Twitch");
	return str_eq(platform, S("instagram")) ? S("Instagram") : S("the live");
}

size_t live_banner_n(const struct live_now *now)
{
	return uuid_is_nil(now->id.u) ? 0 : 1;
}

const struct tpl_part_live_now *live_banner(struct ctx *c, const struct live_now *now)
{
	struct tpl_part_live_now *banner = NEW(c->mem, struct tpl_part_live_now);
	struct tpl_part_live_now_streams *streams = arena_array(c->mem, now->streams_n + 1, sizeof *streams);
	size_t n = 0;

	for (size_t i = 0; i < now->streams_n; i++)
		if (now->streams[i].url.n)
			streams[n++] = (struct tpl_part_live_now_streams){ .name = name_of(now->streams[i].platform), .url = now->streams[i].url };
	*banner = (struct tpl_part_live_now){ .title = now->title, .product = now->product, .pin = now->product.n ? now->pin : S(""),
		.streams = streams, .streams_n = n };
	return banner;
}

struct str live_title(const struct live_now *now, struct str name)
{
	return now->title.n ? now->title : name;
}

struct str live_picture(struct ctx *c, const struct live_now *now, struct str fallback)
{
	struct page_policy elsewhere = { 0 };
	struct str shown = now->product.n ? page_picture(c, &elsewhere, now->image_url) : S("");

	if (!shown.n)
		shown = page_picture(c, &elsewhere, now->poster);
	return shown.n ? shown : fallback;
}
