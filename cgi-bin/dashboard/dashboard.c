/* dashboard.c: /dashboard
 *
 * Where a creator works, in pages that need no script. The table only; each area has its own file.
 */
#include "cgi-bin/dashboard/dashboard.h"

#define PAGE .who = CREATOR, .tx = TX_READ, .page = true
#define FORM .who = CREATOR, .tx = TX_WRITE, .key = IDEMPOTENT, .page = true

static const struct route routes[] = {
	{ GET,  "/dashboard",                          dash_home, PAGE },

	{ GET,  "/dashboard/login",                    dash_login_page,  .who = MAYBE,   .tx = TX_READ, .page = true },
	{ POST, "/dashboard/login",                    dash_login,       .who = ANYONE,  .tx = TX_NONE, .page = true },
	{ GET,  "/dashboard/signup",                   dash_signup_page, .who = MAYBE,   .tx = TX_READ, .page = true },
	{ POST, "/dashboard/signup",                   dash_signup,      .who = ANYONE,  .tx = TX_NONE, .page = true },
	{ POST, "/dashboard/logout",                   dash_logout,      .who = CREATOR, .tx = TX_WRITE, .page = true },

	{ GET,  "/dashboard/connections",              dash_shops, PAGE },
	{ GET,  "/dashboard/connections/new",          dash_shop_connect, PAGE },
	{ POST, "/dashboard/connections/sync",         dash_shop_sync, FORM },
	{ GET,  "/dashboard/connections/:id/leave",    dash_shop_leave_page, PAGE },
	{ POST, "/dashboard/connections/:id/leave",    dash_shop_leave, FORM },

	{ GET,  "/dashboard/products",                 dash_products, PAGE },
	{ GET,  "/dashboard/products/:id",             dash_product, PAGE },
	{ GET,  "/dashboard/items/:id",                dash_item, PAGE },
	{ POST, "/dashboard/items/:id",                dash_item_save, FORM },

	{ GET,  "/dashboard/offers",                   dash_offers, PAGE },
	{ POST, "/dashboard/offers",                   dash_offer_make, FORM },
	{ GET,  "/dashboard/offers/new",               dash_offer_new, PAGE },
	{ POST, "/dashboard/offers/new",               dash_offer_new, PAGE }, /* another search, keeping what was typed */
	{ GET,  "/dashboard/offers/:id",               dash_offer, PAGE },
	{ POST, "/dashboard/offers/:id",               dash_offer_change, FORM },
	{ GET,  "/dashboard/offers/:id/edit",          dash_offer_edit, PAGE },
	{ POST, "/dashboard/offers/:id/edit",          dash_offer_edit, PAGE },
	{ POST, "/dashboard/offers/:id/activate",      dash_offer_activate, FORM },
	{ POST, "/dashboard/offers/:id/pause",         dash_offer_pause, FORM },
	{ GET,  "/dashboard/offers/:id/delete",        dash_offer_delete_page, PAGE },
	{ POST, "/dashboard/offers/:id/delete",        dash_offer_delete, FORM },

	{ GET,  "/dashboard/streams",                  dash_streams, PAGE },
	{ POST, "/dashboard/streams",                  dash_stream_make, FORM },
	{ GET,  "/dashboard/streams/new",              dash_stream_new, PAGE },
	{ POST, "/dashboard/streams/:id/start",        dash_stream_start, FORM },
	{ POST, "/dashboard/streams/:id/end",          dash_stream_end, FORM },
	{ POST, "/dashboard/streams/:id/cancel",       dash_stream_cancel, FORM },

	{ POST, "/dashboard/connections/channels/:id/leave", dash_channel_leave, FORM },
	{ GET,  "/dashboard/live",                     dash_live,        PAGE },
	{ POST, "/dashboard/live/:id/spotlight",       dash_live_spotlight, FORM },
	{ POST, "/dashboard/live/:id/off",             dash_live_off,    FORM },
	{ POST, "/dashboard/live/:id/link",            dash_live_pin,    FORM },
	{ POST, "/dashboard/live/moments/:id/delete",  dash_live_moment_delete, FORM },
	{ GET,  "/dashboard/shows/:id",                dash_show,        PAGE },
	{ POST, "/dashboard/shows/:id",                dash_moment_add,  FORM },
	{ POST, "/dashboard/shows/:id/suggest",        dash_show_suggest, FORM },
	{ GET,  "/dashboard/moments/:id",              dash_moment,      PAGE },
	{ POST, "/dashboard/moments/:id",              dash_moment_save, FORM },
	{ POST, "/dashboard/moments/:id/merge",        dash_moment_merge, FORM },
	{ POST, "/dashboard/moments/:id/delete",       dash_moment_delete, FORM },
	{ POST, "/dashboard/moments/:id/accept",       dash_moment_accept, FORM },
	{ POST, "/dashboard/moments/:id/dismiss",      dash_moment_dismiss, FORM },
	{ GET,  "/dashboard/replays",                  dash_replays,     PAGE },
	{ GET,  "/dashboard/replays/:id",              dash_replay,      PAGE },
	{ POST, "/dashboard/replays/:id",              dash_replay_save, FORM },
	{ POST, "/dashboard/replays/:id/publish",      dash_replay_publish, FORM },
	{ POST, "/dashboard/replays/:id/unpublish",    dash_replay_unpublish, FORM },
	{ POST, "/dashboard/replays/:id/video",        dash_replay_video, FORM },
	{ GET,  "/dashboard/links",                    dash_links, PAGE },
	{ POST, "/dashboard/links",                    dash_link_make, FORM },
	{ GET,  "/dashboard/links/new",                dash_link_new, PAGE },
	{ GET,  "/dashboard/links/:id",                dash_link, PAGE },
	{ GET,  "/dashboard/links/:id/revoke",         dash_link_revoke_page, PAGE },
	{ POST, "/dashboard/links/:id/revoke",         dash_link_revoke, FORM },

	{ GET,  "/dashboard/bio",                      dash_bio, PAGE },
	{ POST, "/dashboard/bio",                      dash_bio_save, FORM },
	{ POST, "/dashboard/bio/publish",              dash_bio_publish, FORM },
	{ POST, "/dashboard/bio/unpublish",            dash_bio_unpublish, FORM },
	{ POST, "/dashboard/bio/blocks",               dash_bio_block_make, FORM },
	{ GET,  "/dashboard/bio/blocks/new",           dash_bio_block_new, PAGE },
	{ GET,  "/dashboard/bio/blocks/:id",           dash_bio_block, PAGE },
	{ POST, "/dashboard/bio/blocks/:id",           dash_bio_block_save, FORM },
	{ POST, "/dashboard/bio/blocks/:id/up",        dash_bio_block_up, FORM },
	{ POST, "/dashboard/bio/blocks/:id/down",      dash_bio_block_down, FORM },
	{ GET,  "/dashboard/bio/blocks/:id/delete",    dash_bio_block_delete_page, PAGE },
	{ POST, "/dashboard/bio/blocks/:id/delete",    dash_bio_block_delete, FORM },

	{ GET,  "/dashboard/orders",                   dash_orders, PAGE },
	{ GET,  "/dashboard/orders/:id",               dash_order, PAGE },

	{ GET,  "/dashboard/settings",                 dash_settings, PAGE },
	{ POST, "/dashboard/settings",                 dash_settings_save, FORM },
	{ POST, "/dashboard/settings/keys",            dash_key_make, FORM },
	{ POST, "/dashboard/settings/keys/:id/revoke", dash_key_revoke, FORM },
};

const struct app dashboard_app = { "dashboard", "api", routes, COUNT(routes) };
