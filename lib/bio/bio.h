/* bio: the link in the bio: a page for each creator, with what she sells, and the handles she had before.
 * Owns       tables bio, bio_block
 * Invariant  every running offer has a moment link of its own for the page, made when it was activated: looking writes nothing;
 *            colours that could not be read are refused
 */
#ifndef UNIFYED_BIO_H
#define UNIFYED_BIO_H
#include "lib/core/ctx.h"
#include "lib/core/money.h"
#include "lib/event/event.h"
#include "lib/replay/replay.h"

#define BIO_BLOCKS_MOST 100

/* "#rrggbb" each; fonts: system, serif, rounded, mono. */
struct bio_theme {
	struct str accent, ground, accent_dark, ground_dark, font;
};

struct bio {
	struct creator_id creator;
	struct str handle, name;
	struct str about, picture_url;
	struct bio_theme theme;
	bool published;
	bool arranged;               /* blocks of hers say what stands on the page; else all that she sells, and what was shown */
	int64_t views;               /* from the event log, seconds behind */
	int64_t revision;            /* 0: she has changed nothing yet */
};

struct bio_block {
	struct block_id id;
	struct str kind;             /* link offer replay offers replays text */
	struct str title, body, url;
	struct link_id link;         /* of kind offer */
	struct replay_id replay;     /* of kind replay */
	struct str goal;             /* name of that offer, title of that replay; empty on the public page */
	bool visible;
	int64_t starts_ms, ends_ms;  /* 0: open */
	int64_t position, clicks, revision;
};

struct bio_block_ask {
	struct str kind, title, body, url;
	struct offer_id offer;       /* of kind offer: its link is made */
	struct replay_id replay;
	bool visible;
	int64_t starts_ms, ends_ms;
};

/* An offer, as the page sells it. */
struct bio_offer {
	struct link_id link;
	bool pinned;                 /* it has a block of its own, and stands in no list */
	struct str code, name, product, image_url;
	struct money list, price;    /* of the cheapest */
	int64_t variants;            /* that it sells */
	bool is_from;
	bool limited;
	int64_t left;                /* when limited */
};

/* c->creator's own. */
enum err bio_mine(struct ctx *c, struct bio *out);
/* The page of a handle, whoever asks. moved: it is a former handle, and out->handle the one it leads to.
 * fails NOT_FOUND  nobody has it, or her page is not published */
enum err bio_by_handle(struct ctx *c, struct str handle, struct bio *out, bool *moved);
/* fails BAD_INPUT (of colours too: 4.5:1 is needed, WCAG 2.2 1.4.3), EDIT_CONFLICT */
enum err bio_update(struct ctx *c, const struct bio *now, const struct bio *ask);

enum err bio_blocks(struct ctx *c, struct bio_block **out, size_t *n);
enum err bio_block_by_id(struct ctx *c, struct block_id id, struct bio_block *out);
/* fails BAD_INPUT, BLOCKS_FULL */
enum err bio_block_add(struct ctx *c, const struct bio_block_ask *ask, struct block_id *id);
/* What a page without blocks shows becomes blocks: from then on she may add, move and hide. Harmless when there are some. */
enum err bio_blocks_begin(struct ctx *c);
/* The kind and what it leads to stay. fails BAD_INPUT, EDIT_CONFLICT */
enum err bio_block_update(struct ctx *c, const struct bio_block *now, const struct bio_block_ask *ask);
/* fails NOT_FOUND */
enum err bio_block_remove(struct ctx *c, struct block_id id);
/* They change places, when second stands right below first. fails EDIT_CONFLICT (they do not, by now) */
enum err bio_blocks_swap(struct ctx *c, struct block_id first, struct block_id second);
/* All of them, in their new order. fails BAD_INPUT */
enum err bio_order(struct ctx *c, const struct uuid *blocks, size_t n);

/* All that the page shows but replays of its own blocks, in one round trip. */
struct bio_all {
	struct bio_block *blocks;
	struct bio_offer *offers;    /* all that run, whatever block they stand in */
	struct replay *replays;      /* the newest ones */
	size_t blocks_n, offers_n, replays_n;
	struct live_now now;
};
enum err bio_all(struct ctx *c, struct creator_id creator, int replays_most, struct bio_all *out);
/* Where an outgoing link leads. fails NOT_FOUND */
enum err bio_out(struct ctx *c, struct str handle, struct block_id id, struct str *url, struct creator_id *creator);

/* As notes. who: see visitor_who */
void bio_viewed(struct ctx *c, struct creator_id creator, struct str who);
void bio_clicked(struct ctx *c, struct creator_id creator, struct block_id block);

/* Consumer of OFFER_ACTIVATED: makes the link that the page sells it by. */
extern const struct consumer bio_consumer;

/* How well one colour reads on another: 1 to 21 (WCAG 2.2, relative luminance); 0: one of them is no "#rrggbb". */
double bio_contrast(struct str colour, struct str ground);
/* What can be read on a colour: white, an almost black, or black. */
struct str bio_ink_on(struct str colour);

#endif
