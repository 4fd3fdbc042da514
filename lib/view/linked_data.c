#include "lib/view/linked_data.h"

#include "lib/core/config.h"
#include "lib/text/text.h"

#define GRAPH_MAX (1 << 20)
#define CLIPS_FROM_S 30 /* shorter videos have no key moments */

struct jw linked_begin(struct ctx *c)
{
	struct jw w = jw_new(c->mem, GRAPH_MAX);

	jw_object(&w);
	jw_kstr(&w, "@context", S("https://schema.org"));
	jw_key(&w, "@graph");
	jw_list(&w);
	return w;
}

struct str linked_end(struct jw *w)
{
	jw_end(w);
	jw_end(w);
	return jw_done(w);
}

static void item_begin(struct jw *w, const char *type)
{
	jw_object(w);
	jw_kstr(w, "@type", str_of(type));
}

static void told_if_any(struct jw *w, const char *key, struct str value)
{
	if (value.n)
		jw_kstr(w, key, value);
}

static bool is_clip(const struct linked_video *v, size_t i)
{
	const struct linked_clip *clip = &v->clips[i];

	return clip->name.n && (v->duration_s < 1 || clip->second < v->duration_s) && (i == 0 || clip->second > v->clips[i - 1].second);
}

/* Where the next clip begins, else where the video ends; 0: not known. */
static int64_t clip_end(const struct linked_video *v, size_t i)
{
	for (size_t k = i + 1; k < v->clips_n; k++)
		if (is_clip(v, k))
			return v->clips[k].second;
	return v->duration_s > v->clips[i].second ? v->duration_s : 0;
}

static bool has_clips(const struct linked_video *v)
{
	for (size_t i = 0; i < v->clips_n && v->seeks && (v->duration_s < 1 || v->duration_s >= CLIPS_FROM_S); i++)
		if (is_clip(v, i))
			return true;
	return false;
}

static void clips_add(struct ctx *c, struct jw *w, const struct linked_video *v)
{
	size_t told = 0;

	jw_key(w, "hasPart");
	jw_list(w);
	for (size_t i = 0; i < v->clips_n && told < LINKED_MOST; i++) {
		if (!is_clip(v, i))
			continue;
		item_begin(w, "Clip");
		jw_kstr(w, "name", v->clips[i].name);
		jw_kint(w, "startOffset", v->clips[i].second);
		if (clip_end(v, i))
			jw_kint(w, "endOffset", clip_end(v, i));
		jw_kstr(w, "url", str_fmt(c->mem, STR_FMT "?play=1&t=%lld", STR_ARG(v->url), (long long)v->clips[i].second));
		jw_end(w);
		told++;
	}
	jw_end(w);
}

static void seek_add(struct ctx *c, struct jw *w, const struct linked_video *v)
{
	jw_key(w, "potentialAction");
	item_begin(w, "SeekToAction");
	jw_kstr(w, "target", str_fmt(c->mem, STR_FMT "?play=1&t={seek_to_second_number}", STR_ARG(v->url)));
	jw_kstr(w, "startOffset-input", S("required name=seek_to_second_number"));
	jw_end(w);
}

static void broadcast_add(struct jw *w, const struct linked_video *v)
{
	jw_key(w, "publication");
	item_begin(w, "BroadcastEvent");
	jw_kbool(w, "isLiveBroadcast", true); /* is, or was */
	jw_ktime(w, "startDate", v->began_ms);
	if (v->ended_ms)
		jw_ktime(w, "endDate", v->ended_ms);
	jw_end(w);
}

bool linked_video(struct ctx *c, struct jw *w, const struct linked_video *v)
{
	if (!v->name.n || !v->image.n || !v->url.n || v->uploaded_ms <= 0)
		return false;
	item_begin(w, "VideoObject");
	jw_kstr(w, "name", v->name);
	told_if_any(w, "description", v->description);
	jw_kstr(w, "thumbnailUrl", v->image);
	jw_ktime(w, "uploadDate", v->uploaded_ms);
	if (v->duration_s > 0)
		jw_kstr(w, "duration", str_fmt(c->mem, "PT%lldS", (long long)v->duration_s));
	told_if_any(w, "embedUrl", v->embed);
	jw_kstr(w, "url", v->url);
	if (v->began_ms > 0 && (v->ended_ms == 0 || v->ended_ms > v->began_ms))
		broadcast_add(w, v);
	if (has_clips(v))
		clips_add(c, w, v);
	else if (v->seeks)
		seek_add(c, w, v);
	jw_end(w);
	return true;
}

bool linked_live(struct ctx *c, struct jw *w, const struct linked_live *live)
{
	const struct live_now *now = live->now;
	struct linked_video video = { .name = live->name, .image = live->image, .url = live->page, .uploaded_ms = now->started_ms,
		.began_ms = now->started_ms };

	if (uuid_is_nil(now->id.u))
		return false;
	for (size_t i = now->streams_n; i-- > 0;)
		if (text_is_web_url(now->streams[i].url))
			video.url = now->streams[i].url;
	return linked_video(c, w, &video);
}

static struct str availability(const struct linked_product *p)
{
	if (p->limited && p->left < 1)
		return S("https://schema.org/SoldOut");
	return p->limited && p->few ? S("https://schema.org/LimitedAvailability") : S("https://schema.org/InStock");
}

bool linked_product(struct ctx *c, struct jw *w, const struct linked_product *p)
{
	bool several = p->variants > 1;

	if (!p->name.n || !p->image.n || !p->code.n || p->price.minor <= 0 || !p->price.currency.code[0])
		return false;
	item_begin(w, "Product");
	jw_kstr(w, "name", p->name);
	jw_kstr(w, "image", p->image);
	jw_key(w, "offers");
	item_begin(w, several ? "AggregateOffer" : "Offer");
	jw_kstr(w, several ? "lowPrice" : "price", money_decimal(c->mem, p->price));
	jw_kstr(w, "priceCurrency", currency_str(&p->price.currency));
	if (several)
		jw_kint(w, "offerCount", p->variants);
	jw_kstr(w, "availability", availability(p));
	jw_kstr(w, "url", str_fmt(c->mem, STR_FMT "/go/" STR_FMT, STR_ARG(c->config->base_url), STR_ARG(p->code)));
	jw_end(w);
	jw_end(w);
	return true;
}

bool linked_person(struct jw *w, const struct linked_person *p)
{
	if (!p->name.n || !p->url.n)
		return false;
	item_begin(w, "ProfilePage");
	jw_kstr(w, "url", p->url);
	jw_key(w, "mainEntity");
	item_begin(w, "Person");
	jw_kstr(w, "name", p->name);
	told_if_any(w, "alternateName", p->handle);
	told_if_any(w, "description", p->about);
	told_if_any(w, "image", p->image);
	jw_kstr(w, "url", p->url);
	jw_end(w);
	jw_end(w);
	return true;
}
