/* dashboard: what the pages of this folder share. Each area is one file; dashboard.c has the table of routes.
 * A page asks the same domain functions as the API, and says in its template what they mean.
 */
#ifndef UNIFYED_DASHBOARD_H
#define UNIFYED_DASHBOARD_H
#include "lib/analytics/analytics.h"
#include "lib/catalog/catalog.h"
#include "lib/creator/creator.h"
#include "lib/offer/offer.h"
#include "lib/order/order.h"
#include "lib/view/local.h"
#include "lib/web/web.h"
#include "templates/layouts/dashboard.h"
#include "templates/parts/dash_deal.h"
#include "templates/parts/dash_from.h"
#include "templates/parts/dash_good.h"
#include "templates/parts/dash_offer_state.h"
#include "templates/parts/dash_order.h"
#include "templates/parts/dash_platform.h"
#include "templates/parts/dash_sold.h"
#include "templates/parts/dash_wrong.h"

#define DASH_PAGE_BYTES (4 << 20)
#define DASH_LIST 25 /* entries of a page of a list */

/* Which entry of the menu a page stands under. */
enum dash_place { DASH_HOME, DASH_STREAMS, DASH_OFFERS, DASH_LINKS, DASH_ORDERS, DASH_PRODUCTS, DASH_SHOPS, DASH_SETTINGS, DASH_BIO };

/* Who works here, and her clock. */
struct dash {
	struct creator me;
	struct tpl_layout_dashboard layout;
	struct local local;
	struct str key; /* of this page's forms */
};

enum err dash_open(struct ctx *c, const struct req *q, enum dash_place place, struct dash *out);
/* Tells the page's times; the last thing before its template. */
enum err dash_tell(struct ctx *c, const struct dash *d);
struct buf dash_buf(struct ctx *c);

/* ---- forms
 * Does the work, which may also refuse by field_bad alone. A refusal that the form can mend is undone and told in *refused;
 * another one (the database is away, the id is nobody's) is returned. */
enum err dash_try(struct ctx *c, enum err (*work)(struct ctx *c, void *arg), void *arg, enum err *refused);
/* What is wrong with that field; empty: nothing. */
struct str dash_wrong(const struct ctx *c, const char *field);
/* Above the form: the refusal's title, empty for OK. */
struct str dash_problem(enum err refused);
/* What is wrong with that field, or else the refusal's title when it was this one. */
struct str dash_wrong_or(const struct ctx *c, const char *field, enum err refused, enum err means);
/* The wrong fields that are not in the NULL-ended list, and so have no place beside an input. */
const struct tpl_part_dash_wrong *dash_others(struct ctx *c, const char *const shown[], size_t *n);
/* 200, or the status of the refusal. */
int dash_status(enum err refused);
/* A positive number; empty is 0. */
void dash_read_count(struct ctx *c, const char *field, struct str typed, int64_t *out);

/* ---- words
 * One element or none, as `list >dash_from` wants it. */
const struct tpl_part_dash_from *dash_from(struct ctx *c, struct str platform, struct str surface, struct str stream);
struct tpl_part_dash_platform dash_platform(struct str platform, struct str wrong);
const struct tpl_part_dash_deal *dash_deal(struct ctx *c, const struct offer *o);
const struct tpl_part_dash_offer_state *dash_offer_state(struct ctx *c, const struct offer *o);
/* What a moment sold, of what analytics_moments told: one entry per currency. */
const struct tpl_part_dash_sold *dash_sold(struct ctx *c, const struct moment_revenue *list, size_t n, struct moment_id moment,
	size_t *out_n);
/* A variant's title; empty for the shop's name of an only one. */
struct str dash_variant(struct str title);
/* The shop of a product in a list; empty when all are of one. */
struct str dash_shop(const struct catalog_product *list, size_t n, size_t at);
/* "12.50" as "12.5", "20.00" as "20" */
struct str dash_percent(struct ctx *c, int64_t basis_points);
/* The address of the next page: the id of the last entry shown, or empty for NULL, when there is none. */
struct str dash_next(struct ctx *c, enum id_kind kind, const struct uuid *last);
/* How many of n entries a page shows. */
size_t dash_shown(size_t n);
enum err dash_after(struct ctx *c, const struct req *q, enum id_kind kind, struct uuid *after);
void dash_order_row(struct ctx *c, struct dash *d, const struct order *o, struct tpl_part_dash_order *row);
/* 303 to /dashboard/<area>/<id>, or to the area for a nil id. */
enum err dash_go(struct res *r, const char *area, enum id_kind kind, struct uuid id);

/* ---- the pages */
handler dash_home;
handler dash_login_page, dash_login, dash_signup_page, dash_signup, dash_logout;
handler dash_shops, dash_shop_connect, dash_shop_leave_page, dash_shop_leave, dash_shop_sync, dash_channel_leave;
handler dash_products, dash_product, dash_item, dash_item_save;
handler dash_offers, dash_offer, dash_offer_new, dash_offer_make, dash_offer_edit, dash_offer_change;
handler dash_offer_activate, dash_offer_pause, dash_offer_delete_page, dash_offer_delete;
handler dash_streams, dash_stream_new, dash_stream_make, dash_stream_start, dash_stream_end, dash_stream_cancel;
handler dash_live, dash_live_spotlight, dash_live_off, dash_live_pin, dash_live_moment_delete;
handler dash_show, dash_show_suggest, dash_moment, dash_moment_add, dash_moment_save, dash_moment_merge, dash_moment_delete;
handler dash_moment_accept, dash_moment_dismiss;
handler dash_replays, dash_replay, dash_replay_save, dash_replay_publish, dash_replay_unpublish, dash_replay_video;
handler dash_links, dash_link, dash_link_new, dash_link_make, dash_link_revoke_page, dash_link_revoke;
handler dash_bio, dash_bio_save, dash_bio_publish, dash_bio_unpublish;
handler dash_bio_block, dash_bio_block_new, dash_bio_block_make, dash_bio_block_save, dash_bio_block_up, dash_bio_block_down;
handler dash_bio_block_delete_page, dash_bio_block_delete;
handler dash_orders, dash_order;
handler dash_settings, dash_settings_save, dash_key_make, dash_key_revoke;

#endif
