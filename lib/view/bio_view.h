/* bio_view: the bio as the API shows it, and its public page. */
#ifndef UNIFYED_VIEW_BIO_H
#define UNIFYED_VIEW_BIO_H
#include "lib/bio/bio.h"
#include "lib/json/json.h"
#include "lib/replay/replay.h"
#include "lib/stream/live.h"
#include "lib/view/page_policy.h"

void bio_json(struct ctx *c, struct jw *w, const struct bio *bio);
/* Lays the fields of a JSON body over `bio`. */
enum err bio_ask_read(struct ctx *c, struct str body, struct bio *bio);
void bio_block_json(struct jw *w, const struct bio_block *block);
enum err bio_block_ask_read(struct ctx *c, struct str body, bool whole, struct bio_block_ask *ask);

/* What stands in a block that sells or shows. */
struct bio_shown {
	struct bio_block block;
	struct bio_offer *offers;
	size_t offers_n;
	struct replay *replays;
	size_t replays_n;
};
/* policy: gets the hosts of its pictures. */
struct str bio_page(struct ctx *c, const struct bio *bio, const struct bio_shown *blocks, size_t n, const struct live_now *now,
	struct page_policy *policy);
struct str bio_theme_css(struct ctx *c, const struct bio *bio);

#endif
