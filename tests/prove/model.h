/* model: one run of the seeded model test: the product in process, the rules beside it, and what was done last.
 * Every choice comes from the seed, every id from a counter and the clock stands still between steps, so a seed replays.
 */
#ifndef UNIFYED_TESTS_PROVE_MODEL_H
#define UNIFYED_TESTS_PROVE_MODEL_H
#include <libpq-fe.h>
#include <stdio.h>

#include "tests/prove/model_rules.h"
#include "tests/world.h"

#define STEPS_MOST 200000
#define TRACE 40
#define SLOTS 8      /* links that are in use; one that is closed is followed by a new one */
#define VISITORS 40
#define WAITING 64   /* level reports and reads on their way */

struct stage {
	uint64_t seed, random;
	int step;
	struct world w;
	struct model *m;
	struct arena *mem;
	PGconn *sql;
	struct db *db;
	int64_t clock_ms;           /* as the database has it */
	int slots[SLOTS];
	struct uuid *link_ids;
	struct offer_id offers[M_OFFERS];
	int *minted, *by_mint;      /* session -> number of its ids, and back (M_NONE: unused) */
	int mints;
	struct m_level levels[WAITING];
	int levels_n;
	struct m_read reads[WAITING];
	int reads_n;
	int backend;                /* pid of the server's process behind lib/db */
	int kill_in;                /* trips to the database until the next kill; 0: none */
	bool again;                 /* the last answer was lost after its commit */
	long kills, granted, bought, refused_by_shop;
	char trace[TRACE][240];
	char why[4096];             /* what did not fit */
};

/* ---- chance */
uint32_t any(struct stage *s, uint32_t below);
bool chance(struct stage *s, uint32_t percent);

/* ---- the stage */
void stage_open(struct stage *s, uint64_t seed);
void stage_close(struct stage *s);
void stage_goods(struct stage *s);  /* items, variants, locations */
void stage_offers(struct stage *s);
void stage_clock(struct stage *s, int64_t by_ms);
void stage_sql(struct stage *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* First column of the first row; valid until the next call. */
const char *stage_text(struct stage *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct ctx *stage_ctx(struct stage *s, struct creator_id creator);
struct creator_id stage_creator(const struct stage *s, int offer);
struct uuid stage_uuid(int kind, int n);
/* Runs work in a transaction, now and then with the backend killed under it: then nothing of it may stay, and it is done
 * once more; or killed after the commit, as if the answer were lost: then s->again, and whoever asked asks the same again.
 * OK, or what was refused. */
enum err stage_do(struct stage *s, struct creator_id creator, enum err (*work)(struct ctx *c, void *arg), void *arg);
bool stage_tidy(struct stage *s); /* the sweeper, on both sides */
void stage_levels(struct stage *s, int item); /* the shop sends what just changed of an item */
void stage_new_link(struct stage *s, int slot);
void said(struct stage *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool wrong(struct stage *s, const char *format, ...) __attribute__((format(printf, 2, 3))); /* false */

/* ---- steps: false when the product did what the rules do not allow */
bool step_click(struct stage *s);
bool step_batch(struct stage *s);
bool step_release(struct stage *s);
bool step_tidy(struct stage *s);
bool step_link(struct stage *s);
bool step_offer(struct stage *s);
bool step_order_new(struct stage *s);
bool step_order_change(struct stage *s);
bool step_order_told(struct stage *s);
bool step_refund_told(struct stage *s);
bool step_shop_moves(struct stage *s);
bool step_level_told(struct stage *s);
bool step_read_begins(struct stage *s);
bool step_read_ends(struct stage *s);

/* All rows against the rules; whole: every session and order, else the newest. */
bool look(struct stage *s, bool whole);

#endif
