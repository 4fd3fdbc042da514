/* model_rules: what DESIGN 1, 5 and 6 say must happen, as plain C over plain structs, with the shop itself beside it.
 * Written from that page alone; includes nothing of the product, so that neither can inherit the other's mistakes.
 * Things are named by their index. Times are Unix ms; the shop's clock is ours plus shop_skew_ms.
 * Where DESIGN leaves two readings open, the rule here names the one it takes.
 */
#ifndef UNIFYED_TESTS_PROVE_MODEL_RULES_H
#define UNIFYED_TESTS_PROVE_MODEL_RULES_H
#include <stdbool.h>
#include <stdint.h>

#define M_ITEMS 7
#define M_VARIANTS 8
#define M_LOCATIONS 3
#define M_OFFERS 4
#define M_LINES 3        /* of an order */
#define M_VERSIONS 8     /* tellings of an order */
#define M_REFUNDS 4
#define M_WATCHED 4096   /* losses at the shop that we may not have seen yet, per item */
#define M_NONE (-1)

enum m_outcome { /* bits: where several hold and DESIGN names no precedence, any is right */
	M_STARTED = 1, M_REPEATED = 2, M_CHOOSE = 4, M_LINK_CLOSED = 8, M_LINK_EXPIRED = 16, M_LINK_EXHAUSTED = 32,
	M_OFFER_CLOSED = 64, M_OFFER_EXHAUSTED = 128, M_OFFER_NOT_READY = 256, M_VARIANT_UNKNOWN = 512, M_SOLD_OUT = 1024,
};

enum m_state { M_OPEN, M_COMPLETED, M_ABANDONED, M_RELEASED };
enum m_hold { M_PENDING, M_CONFIRMED, M_GIVEN_BACK, M_LAPSED };
enum m_status { M_UNPAID, M_PAID, M_PART_REFUNDED, M_REFUNDED, M_VOIDED };
enum m_credit { M_CREDIT_NONE, M_CREDIT_MARK, M_CREDIT_CODE, M_CREDIT_CANDIDATE };
enum m_offer_state { M_OFFER_ACTIVE, M_OFFER_PAUSED, M_OFFER_ACTIVATING };

enum m_event {
	M_E_STARTED, M_E_CREATED, M_E_REDIRECTED, M_E_CONFIRMED, M_E_RELEASED, M_E_EXPIRED, M_E_ABANDONED, M_E_PURCHASE,
	M_E_UPDATED, M_E_CANCELLED, M_E_REFUNDED, M_E_SHORTFALL, M_E_BROKEN, M_EVENTS
};

/* ---- the shop as it is */
struct m_loss {
	int location;
	int units;
	int64_t seq;
};

struct m_shop_item {
	bool tracked;
	int available[M_LOCATIONS];
	int64_t updated_ms[M_LOCATIONS]; /* the shop's clock; never twice the same */
	struct m_loss losses[M_WATCHED]; /* what it lost to others, and not through us */
	int losses_n;
};

struct m_line {
	int variant;
	int units, current;
};

struct m_refund {
	int line, units;
};

/* An order as one telling has it. */
struct m_telling {
	int64_t updated_ms;
	enum m_status status;
	bool cancelled;
	int64_t cancelled_ms;
	struct m_line lines[M_LINES];
	int lines_n;
	struct m_refund refunds[M_REFUNDS];
	int refunds_n;
};

struct m_order {
	int64_t created_ms; /* the shop's clock */
	int mark;           /* session whose mark it carries, or M_NONE */
	int code;           /* offer whose discount code it used, or M_NONE */
	struct m_telling versions[M_VERSIONS];
	int versions_n;
	int taken[M_LINES]; /* units of each line that left the shelf, ever */
	/* what we know of it */
	bool known;
	struct m_telling told;
	bool paid, late, cancelled;
	bool redeemed; /* it counts in its offer's used; given back when it is cancelled unpaid */
	int session, offer; /* credited */
	enum m_credit credit;
	int units[M_LINES], unsynced[M_LINES];
	int64_t since_ms[M_LINES];
	int refunded[M_LINES];
	bool refund_known[M_REFUNDS];
};

/* ---- our side */
struct m_item {
	int level[M_LOCATIONS];
	int64_t level_updated_ms[M_LOCATIONS], level_seen_ms[M_LOCATIONS], level_seq[M_LOCATIONS];
	bool tracked;
	int buffer;
	int64_t short_ms; /* 0: not short after the last full read */
	bool short_told;
};

struct m_variant {
	int item;
	bool oversell;
	bool offered; /* every offer of the model sells all of these */
};

struct m_offer {
	enum m_offer_state state;
	int64_t ends_ms; /* 0: never */
	int max, used;   /* redemptions; max 0: no limit */
};

struct m_link {
	int offer;
	int variant;     /* the only one, or M_NONE */
	bool revoked;
	int64_t expires_ms;
	int clicks_max, clicks_used;
};

struct m_session {
	int link, offer, variant, visitor, units;
	bool redeems, late;
	bool undecided; /* bought in time and told after the hold lapsed: confirmed, or expired if it had been tidied up */
	int64_t created_ms, expires_ms, ended_ms;
	enum m_state state;
	enum m_hold hold;
};

struct m_read { /* what a full read of an item saw */
	int item;
	int64_t began_ms, seq;
	bool tracked;
	int available[M_LOCATIONS];
	int64_t updated_ms[M_LOCATIONS];
	bool online[M_LOCATIONS];
};

struct m_level {
	int item, location, available;
	int64_t updated_ms, seq;
};

struct model {
	int64_t now_ms, shop_skew_ms, hold_ms, seq;
	struct m_shop_item shop[M_ITEMS];
	bool shop_online[M_LOCATIONS];
	int64_t shop_clock_ms; /* the last stamp that the shop gave */

	bool online[M_LOCATIONS]; /* as we know */
	int64_t online_seq[M_LOCATIONS];
	struct m_item items[M_ITEMS];
	struct m_variant variants[M_VARIANTS];
	struct m_offer offers[M_OFFERS];
	struct m_link *links;
	int links_n;
	struct m_session *sessions;
	int sessions_n;
	int *open; /* sessions that are open, lapsed or not */
	int open_n;
	struct m_order *orders;
	int orders_n;
	long events[M_EVENTS];
};

struct m_ask {
	int link, visitor, variant, units; /* variant M_NONE: not chosen */
};

/* ---- sums */
int m_available(const struct model *m, int item);     /* as the shop told us, over locations that sell online */
int m_held(const struct model *m, int item);          /* live holds */
int m_unsynced(const struct model *m, int item);
int m_free(const struct model *m, int item);
int m_held_redemptions(const struct model *m, int offer);
bool m_limited(const struct model *m, int variant);
int m_session_live(const struct model *m, int link, int visitor); /* or M_NONE */

/* ---- clicks. The answer's bits; *session: the one repeated, or what a picker's visitor holds. */
int m_click(const struct model *m, const struct m_ask *ask, int *session);
/* The chosen variant is what a link leaves, when it leaves one. */
int m_click_variant(const struct model *m, const struct m_ask *ask);
int m_click_start(struct model *m, const struct m_ask *ask); /* the new session */

/* ---- ends of holds */
void m_tidy(struct model *m);                          /* every lapsed hold is expired */
void m_end(struct model *m, int session, enum m_hold as);
bool m_release(struct model *m, int session);          /* by its visitor; false: nothing was live */
void m_revoke(struct model *m, int link);
void m_pause(struct model *m, int offer);

/* ---- the shop */
int64_t m_stamp(struct model *m);
int m_shop_has(const struct model *m, int item);
/* Takes units off the shelf where it sells online; false when there are fewer and the variant may not go below. */
bool m_shop_take(struct model *m, int variant, int units, bool ours);
void m_shop_move(struct model *m, int item, int location, int by); /* somebody else sells, counts, receives */
void m_shop_switch(struct model *m, int location, bool online);
void m_read_begin(const struct model *m, int item, struct m_read *out);
void m_read_apply(struct model *m, const struct m_read *read);
void m_level_of(const struct model *m, int item, int location, struct m_level *out);
bool m_level_apply(struct model *m, const struct m_level *level); /* false: stale */

/* ---- orders */
enum m_applied { M_APPLIED, M_STALE };
enum m_applied m_order_apply(struct model *m, int order, const struct m_telling *told);
bool m_refund_apply(struct model *m, int order, int refund, const struct m_refund *told); /* false: unknown order */

/* Units by which live holds pass what the shop has, beyond what it lost to others unseen; more than 0 is an oversell. */
int m_oversold(const struct model *m, int item);

#endif
