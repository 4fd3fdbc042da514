#include "lib/view/replay_view.h"

#include "lib/core/config.h"
#include "lib/core/time.h"
#include "lib/core/utf8.h"
#include "lib/view/linked_data.h"
#include "lib/view/live_banner.h"
#include "templates/replay.h"
#include "templates/replay_gone.h"

#define SECOND_MAX (7 * 24 * 3600)
#define PAGE_MAX (4 << 20)
#define FEW 5

struct str replay_url(struct ctx *c, const struct replay *r)
{
	struct str key = r->slug.n ? r->slug : ID_TEXT(c->mem, replay, r->id);

	return str_fmt(c->mem, STR_FMT "/r/" STR_FMT, STR_ARG(c->config->base_url), STR_ARG(key));
}

void replay_fields_json(struct ctx *c, struct jw *w, const struct replay *r)
{
	jw_kid(w, "id", ID_replay, r->id.u);
	jw_kid(w, "session", ID_live, r->live.u);
	jw_kstr(w, "title", r->title);
	jw_key(w, "slug");
	if (r->slug.n)
		jw_str(w, r->slug);
	else
		jw_null(w);
	jw_kstr(w, "thumb_url", r->thumb_url);
	jw_kstr(w, "state", r->state);
	jw_kstr(w, "url", replay_url(c, r));
	jw_ktime(w, "started_at", r->started_ms);
	jw_ktime(w, "ended_at", r->ended_ms);
	jw_ktime(w, "published_at", r->published_ms);
	jw_kint(w, "views", r->views);
	jw_kint(w, "clicks", r->clicks);
	jw_kint(w, "revision", r->revision);
	jw_ktime(w, "created_at", r->created_ms);
}

static void video_json(struct jw *w, const struct replay_video *v)
{
	jw_object(w);
	jw_kid(w, "id", ID_video, v->id.u);
	jw_kstr(w, "platform", v->platform);
	jw_kstr(w, "external_id", v->external_id);
	jw_kstr(w, "url", v->page_url);
	jw_kstr(w, "state", v->state);
	jw_ktime(w, "recorded_from", v->recorded_from_ms);
	jw_kint(w, "adjust_ms", v->adjust_ms);
	jw_key(w, "duration_s");
	if (v->duration_s >= 0)
		jw_int(w, v->duration_s);
	else
		jw_null(w);
	jw_kbool(w, "embeddable", v->embeddable);
	jw_kbool(w, "by_hand", v->by_hand);
	jw_end(w);
}

static void moment_json(struct jw *w, const struct replay_moment *m, const struct replay_video *video)
{
	jw_object(w);
	jw_kid(w, "id", ID_moment, m->id.u);
	jw_kstr(w, "title", m->title);
	jw_kstr(w, "product", m->product);
	jw_ktime(w, "at", m->at_ms);
	jw_key(w, "second");
	if (video)
		jw_int(w, replay_second(video, m->at_ms));
	else
		jw_null(w);
	jw_kstr(w, "code", m->code);
	jw_kbool(w, "open", m->open);
	jw_end(w);
}

struct str replay_full_json(struct ctx *c, const struct replay *replay, const struct replay_video *videos, size_t videos_n,
	const struct replay_moment *moments, size_t moments_n)
{
	struct jw w = jw_new(c->mem, PAGE_MAX);

	jw_object(&w);
	replay_fields_json(c, &w, replay);
	jw_key(&w, "videos");
	jw_list(&w);
	for (size_t i = 0; i < videos_n; i++)
		video_json(&w, &videos[i]);
	jw_end(&w);
	jw_key(&w, "moments");
	jw_list(&w);
	for (size_t i = 0; i < moments_n; i++)
		moment_json(&w, &moments[i], videos_n ? &videos[0] : NULL);
	jw_end(&w);
	jw_end(&w);
	return jw_done(&w);
}

struct str second_text(struct ctx *c, int64_t second)
{
	long long s = (long long)second;

	return s < 3600 ? str_fmt(c->mem, "%lld:%02lld", s / 60, s % 60) : str_fmt(c->mem, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
}

bool second_read(struct str text, int64_t *second)
{
	int64_t n;

	*second = 0;
	for (int parts = 0; parts < 3; parts++) {
		if (!str_int(str_cut(&text, ':'), &n) || n < 0 || n > SECOND_MAX || (parts && n > 59))
			return false;
		*second = *second * 60 + n;
		if (!text.p)
			return *second <= SECOND_MAX;
	}
	return false;
}

static struct str platform_name(struct str platform)
{
	if (str_eq(platform, S("youtube")))
		return S("YouTube");
	if (str_eq(platform, S("tiktok")))
		return S("TikTok");
	return str_eq(platform, S("twitch")) ? S("Twitch") : S("another site");
}

/* What stands for the video, wherever it is shown: hers, the platform's, or of the first thing that has one. */
static struct str poster(struct ctx *c, struct page_policy *policy, const struct replay_page *p)
{
	const struct str known[] = { p->replay->thumb_url, p->shown ? p->shown->thumb_url : S(""), p->player.poster };
	struct str found = S("");

	for (size_t i = 0; i < COUNT(known) && !found.n; i++)
		found = page_picture(c, policy, known[i]);
	for (size_t i = 0; i < p->moments_n && !found.n; i++)
		found = page_picture(c, policy, p->moments[i].image_url);
	return found;
}

static struct str moment_name(const struct replay_moment *m)
{
	return m->title.n ? m->title : m->product;
}

static bool has_price(const struct replay_moment *m)
{
	return m->code.n && m->price.currency.code[0] && (m->price.minor || m->list.minor);
}

static bool is_few(const struct replay_moment *m)
{
	return m->limited && m->left > 0 && m->left <= FEW;
}

static const struct linked_clip *clips_of(struct ctx *c, const struct replay_page *p, size_t *n)
{
	struct linked_clip *out = arena_array(c->mem, p->moments_n + 1, sizeof *out);

	*n = 0;
	for (size_t i = 0; p->shown && i < p->moments_n; i++)
		if (moment_name(&p->moments[i]).n)
			out[(*n)++] = (struct linked_clip){ moment_name(&p->moments[i]), replay_second(p->shown, p->moments[i].at_ms) };
	return out;
}

/* The video where the page plays it, else the page alone. */
static void replay_told(struct ctx *c, struct jw *w, const struct replay_page *p, struct str image)
{
	const struct replay *r = p->replay;
	struct linked_video video = { .name = r->title, .description = r->title, .image = image, .url = replay_url(c, r),
		.uploaded_ms = r->started_ms ? r->started_ms : r->created_ms,
		.began_ms = r->ended_ms ? r->started_ms : 0, .ended_ms = r->ended_ms };
	struct replay_player player;

	if (p->player.src.n) {
		replay_player_of(c, p->shown, 0, false, &player);
		video.embed = player.src;
		video.seeks = player.seek != SEEK_NONE && player.seek != SEEK_TIKTOK; /* whose address has no place for a second */
		video.duration_s = p->shown->duration_s;
		video.clips = clips_of(c, p, &video.clips_n);
		if (linked_video(c, w, &video))
			return;
	}
	jw_object(w);
	jw_kstr(w, "@type", S("WebPage"));
	jw_kstr(w, "name", video.name);
	jw_kstr(w, "url", video.url);
	jw_ktime(w, "datePublished", video.uploaded_ms);
	jw_end(w);
}

static bool told_before(const struct replay_page *p, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (p->moments[k].open && str_eq(p->moments[k].product, p->moments[i].product)
		    && p->moments[k].price.minor == p->moments[i].price.minor)
			return true;
	return false;
}

/* Of a long show the first ones are told of. */
static struct str linked_data(struct ctx *c, const struct replay_page *p, struct str image, struct str card)
{
	struct jw w = linked_begin(c);
	struct page_policy elsewhere = { 0 };

	(void)linked_live(c, &w, &(struct linked_live){ p->now, live_title(p->now, p->replay->creator_name), card, replay_url(c, p->replay) });
	replay_told(c, &w, p, image);
	for (size_t i = 0; i < p->moments_n && i < LINKED_MOST; i++) {
		const struct replay_moment *m = &p->moments[i];

		if (m->open && has_price(m) && !told_before(p, i))
			(void)linked_product(c, &w, &(struct linked_product){ .name = m->product, .image = page_picture(c, &elsewhere, m->image_url),
				.code = m->code, .price = m->price, .variants = m->variants, .limited = m->limited, .few = is_few(m), .left = m->left });
	}
	return linked_end(&w);
}

static const struct tpl_replay_moments *moments_of(struct ctx *c, const struct replay_page *p)
{
	struct tpl_replay_moments *out = arena_array(c->mem, p->moments_n, sizeof *out);

	for (size_t i = 0; i < p->moments_n; i++) {
		const struct replay_moment *m = &p->moments[i];
		int64_t second = p->shown ? replay_second(p->shown, m->at_ms) : 0;
		bool sold_out = m->open && m->limited && m->left < 1;
		bool priced = has_price(m) && m->open;

		out[i] = (struct tpl_replay_moments){
			.name = moment_name(m), .product = m->title.n ? m->product : S(""), .image = page_picture(c, p->policy, m->image_url),
			.second = second, .clock = p->shown ? second_text(c, second) : S(""),
			.here = p->plays && second == p->start_s, .code = m->code, .list = m->list, .price = m->price,
			.priced = priced, .saves = priced && m->price.minor < m->list.minor, .is_from = m->is_from,
			.buyable = m->open && !sold_out, .sold_out = sold_out, .over = m->code.n && !m->open,
			.few = m->open && is_few(m) ? m->left : 0,
			.on = p->shown ? p->shown->platform : S(""),
		};
	}
	return out;
}

static const struct tpl_replay_videos *videos_of(struct ctx *c, const struct replay_page *p, size_t *n)
{
	struct tpl_replay_videos *out = arena_array(c->mem, p->videos_n + 1, sizeof *out);

	*n = 0;
	for (size_t i = 0; i < p->videos_n; i++) {
		if (!str_eq(p->videos[i].state, S("ready")))
			continue;
		out[(*n)++] = (struct tpl_replay_videos){ .name = platform_name(p->videos[i].platform), .platform = p->videos[i].platform,
			.here = &p->videos[i] == p->shown };
	}
	if (*n < 2)
		*n = 0; /* nothing to choose between */
	return out;
}

static struct tpl_layout_public replay_look(struct ctx *c, struct creator_id creator, struct str name, struct str handle)
{
	struct str first = { name.p, name.n ? utf8_step(name.p, name.n) : 0 };

	if (first.n == 1 && first.p[0] >= 'a' && first.p[0] <= 'z')
		first = str_fmt(c->mem, "%c", first.p[0] - 'a' + 'A');
	return (struct tpl_layout_public){ .creator_name = name, .creator_handle = handle, .monogram = first,
		.hue = creator.u.b[15] % 8, .indexed = true };
}

static bool is_awaited(const struct replay_page *p)
{
	for (size_t i = 0; i < p->videos_n; i++)
		if (p->videos[i].awaited)
			return true;
	return false;
}

/* What assets/replay.js speaks. */
static const char *protocol_of(enum seek seek)
{
	return seek == SEEK_YOUTUBE ? "youtube" : seek == SEEK_TIKTOK ? "tiktok" : "";
}

struct str replay_page(struct ctx *c, const struct replay_page *p)
{
	const struct replay *r = p->replay;
	struct buf b = buf_new(c->mem, PAGE_MAX);
	struct page_policy elsewhere = { 0 };
	bool with_poster = !p->plays && p->player.src.n > 0, on_air = live_banner_n(p->now) > 0;
	struct str image = poster(c, with_poster ? p->policy : &elsewhere, p);
	struct str card = on_air ? live_picture(c, p->now, image) : image;
	size_t videos_n;
	const struct tpl_replay_videos *videos = videos_of(c, p, &videos_n);

	tpl_replay(&b, &(struct tpl_replay){
		.title = r->title, .key = r->slug.n ? r->slug : ID_TEXT(c->mem, replay, r->id), .url = replay_url(c, r), .image = image,
		.when = r->started_ms, .ld = linked_data(c, p, image, card), .card = card,
		.on_air = on_air, .live_title = live_title(p->now, r->creator_name), .live_product = p->now->product,
		.player = p->plays ? p->player.src : S(""), .protocol = str_of(protocol_of(p->player.seek)),
		.poster = with_poster, .elsewhere = !p->player.src.n && p->shown ? p->shown->page_url : S(""),
		.platform = p->shown ? platform_name(p->shown->platform) : S(""), .on = p->shown ? p->shown->platform : S(""),
		.coming = !p->shown && is_awaited(p), .without = !p->shown && !is_awaited(p), .start = p->start_s,
		.videos = videos, .videos_n = videos_n,
		.moments = moments_of(c, p), .moments_n = p->moments_n,
		.total = (int64_t)p->moments_all, .parted = p->from > 0 || p->next > 0, .later = p->next > 0, .next = (int64_t)p->next,
		.earlier = p->from > 0, .before = (int64_t)p->before, .first = (int64_t)p->from + 1, .last = (int64_t)(p->from + p->moments_n),
		.now = live_banner(c, p->now), .now_n = live_banner_n(p->now),
		.layout = replay_look(c, r->creator, r->creator_name, r->creator_handle),
	});
	return buf_str(&b);
}

struct str replay_gone_page(struct ctx *c, const struct replay *r)
{
	struct buf b = buf_new(c->mem, PAGE_MAX);

	tpl_replay_gone(&b, &(struct tpl_replay_gone){
		.handle = r->creator_handle, .layout = replay_look(c, r->creator, r->creator_name, r->creator_handle) });
	return buf_str(&b);
}
