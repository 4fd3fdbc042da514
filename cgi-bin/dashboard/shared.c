/* shared.c: the frame of every page, forms that refuse, and words for what the tables say. */
#include "cgi-bin/dashboard/dashboard.h"

#include "lib/crypto/crypto.h"
#include "lib/db/db.h"

#define KEY_CHARS 24

enum err dash_open(struct ctx *c, const struct req *q, enum dash_place place, struct dash *out)
{
	*out = (struct dash){ .key = crypto_token(c->mem, KEY_CHARS) };
	TRY(creator_me(c, &out->me));
	out->local.zone = out->me.zone;
	out->layout = (struct tpl_layout_dashboard){
		.creator_name = out->me.name, .creator_handle = out->me.handle, .csrf = c->csrf,
		.saved = req_arg(q, "saved").n > 0,
		.on_home = place == DASH_HOME, .on_streams = place == DASH_STREAMS, .on_offers = place == DASH_OFFERS,
		.on_links = place == DASH_LINKS, .on_orders = place == DASH_ORDERS, .on_products = place == DASH_PRODUCTS,
		.on_shops = place == DASH_SHOPS, .on_settings = place == DASH_SETTINGS, .on_bio = place == DASH_BIO,
	};
	return OK;
}

enum err dash_tell(struct ctx *c, const struct dash *d)
{
	return local_tell(c, &d->local);
}

struct buf dash_buf(struct ctx *c)
{
	return buf_new(c->mem, DASH_PAGE_BYTES);
}

static bool can_be_mended(enum err e)
{
	int status = err_row(e)->status;

	return status == 409 || status == 412 || status == 422;
}

enum err dash_try(struct ctx *c, enum err (*work)(struct ctx *c, void *arg), void *arg, enum err *refused)
{
	TRY(db_savepoint(c));
	*refused = work(c, arg);
	if (*refused == OK)
		*refused = fields_must_be_good(c);
	if (*refused == OK)
		return db_savepoint_keep(c);
	return can_be_mended(*refused) ? db_savepoint_undo(c) : *refused;
}

struct str dash_wrong(const struct ctx *c, const char *field)
{
	for (size_t i = 0; i < c->fields_n; i++) {
		if (str_eq(c->fields[i].field, str_of(field)))
			return c->fields[i].says;
	}
	return S("");
}

struct str dash_problem(enum err refused)
{
	return refused == OK ? S("") : str_of(err_row(refused)->title);
}

struct str dash_wrong_or(const struct ctx *c, const char *field, enum err refused, enum err means)
{
	return refused == means ? dash_problem(refused) : dash_wrong(c, field);
}

static bool is_listed(const char *const list[], struct str field)
{
	for (size_t i = 0; list[i]; i++) {
		if (str_eq(str_of(list[i]), field))
			return true;
	}
	return false;
}

const struct tpl_part_dash_wrong *dash_others(struct ctx *c, const char *const shown[], size_t *n)
{
	struct tpl_part_dash_wrong *out = arena_array(c->mem, c->fields_n, sizeof *out);

	*n = 0;
	for (size_t i = 0; i < c->fields_n; i++) {
		if (!is_listed(shown, c->fields[i].field))
			out[(*n)++] = (struct tpl_part_dash_wrong){ .field = c->fields[i].field, .says = c->fields[i].says };
	}
	return out;
}

int dash_status(enum err refused)
{
	return refused == OK ? 200 : err_row(refused)->status;
}

void dash_read_count(struct ctx *c, const char *field, struct str typed, int64_t *out)
{
	*out = 0;
	typed = str_trim(typed);
	if (typed.n && (!str_int(typed, out) || *out < 1 || *out > INT32_MAX))
		field_bad(c, field, "a whole number from 1 on, or nothing");
}

const struct tpl_part_dash_from *dash_from(struct ctx *c, struct str platform, struct str surface, struct str stream)
{
	struct tpl_part_dash_from *out = NEW(c->mem, struct tpl_part_dash_from);

	*out = (struct tpl_part_dash_from){
		.youtube = str_eq(platform, S("youtube")), .tiktok = str_eq(platform, S("tiktok")),
		.twitch = str_eq(platform, S("twitch")), .instagram = str_eq(platform, S("instagram")),
		.elsewhere = str_eq(platform, S("other")),
		.live = str_eq(surface, S("live")), .replay = str_eq(surface, S("replay")), .clip = str_eq(surface, S("clip")),
		.bio = str_eq(surface, S("link_in_bio")), .dm = str_eq(surface, S("dm")), .agent = str_eq(surface, S("agent")),
		.direct = str_eq(surface, S("direct")), .stream = stream,
	};
	return out;
}

struct tpl_part_dash_platform dash_platform(struct str platform, struct str wrong)
{
	return (struct tpl_part_dash_platform){
		.youtube = str_eq(platform, S("youtube")), .tiktok = str_eq(platform, S("tiktok")),
		.twitch = str_eq(platform, S("twitch")), .instagram = str_eq(platform, S("instagram")),
		.elsewhere = str_eq(platform, S("other")), .wrong_platform = wrong,
	};
}

const struct tpl_part_dash_deal *dash_deal(struct ctx *c, const struct offer *o)
{
	struct tpl_part_dash_deal *out = NEW(c->mem, struct tpl_part_dash_deal);
	struct money amount = { o->value, o->currency };

	*out = (struct tpl_part_dash_deal){
		.percent = o->kind == OFFER_PERCENTAGE_OFF ? dash_percent(c, o->value) : S(""),
		.off = amount, .is_off = o->kind == OFFER_FIXED_AMOUNT_OFF, .fixed = amount, .is_fixed = o->kind == OFFER_FIXED_PRICE,
	};
	return out;
}

const struct tpl_part_dash_offer_state *dash_offer_state(struct ctx *c, const struct offer *o)
{
	struct tpl_part_dash_offer_state *out = NEW(c->mem, struct tpl_part_dash_offer_state);

	*out = (struct tpl_part_dash_offer_state){
		.draft = str_eq(o->state, S("draft")), .activating = str_eq(o->state, S("activating")),
		.active = str_eq(o->state, S("active")), .paused = str_eq(o->state, S("paused")),
		.expired = str_eq(o->state, S("expired")), .deleted = str_eq(o->state, S("deleted")),
		.waiting = o->starts_ms > c->now_ms,
	};
	return out;
}

const struct tpl_part_dash_sold *dash_sold(struct ctx *c, const struct moment_revenue *list, size_t n, struct moment_id moment,
	size_t *out_n)
{
	struct tpl_part_dash_sold *out = arena_array(c->mem, n + 1, sizeof *out);

	*out_n = 0;
	for (size_t i = 0; i < n; i++)
		if (uuid_eq(list[i].moment.u, moment.u))
			out[(*out_n)++] = (struct tpl_part_dash_sold){ .units = list[i].units, .net = list[i].net };
	return out;
}

struct str dash_variant(struct str title)
{
	return str_eq(title, S("Default Title")) ? S("") : title;
}

struct str dash_percent(struct ctx *c, int64_t basis_points)
{
	struct str text = str_fmt(c->mem, "%lld.%02lld", (long long)(basis_points / 100), (long long)(basis_points % 100));

	while (str_ends(text, S("0")))
		text.n--;
	return str_ends(text, S(".")) ? str_slice(text, 0, text.n - 1) : text;
}

struct str dash_next(struct ctx *c, enum id_kind kind, const struct uuid *last)
{
	return last ? id_text(c->mem, kind, *last) : S("");
}

size_t dash_shown(size_t n)
{
	return n < DASH_LIST ? n : DASH_LIST;
}

enum err dash_after(struct ctx *c, const struct req *q, enum id_kind kind, struct uuid *after)
{
	struct page page;

	TRY(req_page(c, q, kind, &page));
	*after = page.after;
	return OK;
}

void dash_order_row(struct ctx *c, struct dash *d, const struct order *o, struct tpl_part_dash_order *row)
{
	bool refunded = o->refunded.minor > 0, all = refunded && o->refunded.minor >= o->total.minor;

	*row = (struct tpl_part_dash_order){
		.id = ID_TEXT(c->mem, order, o->id), .name = o->name, .at = o->created_ms, .total = o->total, .mine = o->mine,
		.candidate = o->candidate,
		.where = dash_from(c, o->platform, o->surface, o->stream_title), .where_n = o->mine,
		.test = o->test, .cancelled = o->cancelled_ms > 0, .refunded = all, .partly = refunded && !all,
		.paid = o->paid_ms > 0 && !refunded && !o->cancelled_ms, .unpaid = !o->paid_ms && !o->cancelled_ms,
	};
	local_want(&d->local, o->created_ms, &row->when);
}

enum err dash_go(struct res *r, const char *area, enum id_kind kind, struct uuid id)
{
	if (uuid_is_nil(id))
		return res_redirect(r, 303, str_fmt(r->c->mem, "/dashboard/%s", area));
	return res_redirect(r, 303, str_fmt(r->c->mem, "/dashboard/%s/" STR_FMT, area, STR_ARG(id_text(r->c->mem, kind, id))));
}
