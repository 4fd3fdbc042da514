/* block.c: what stands on the page, in which order, and when. */
#include "lib/bio/bio.h"
#include "lib/bio/inside.h"
#include "lib/db/db.h"
#include "lib/json/json.h"
#include "lib/link/link.h"
#include "lib/replay/replay.h"
#include "lib/text/text.h"

static struct bio_block block_of(const struct row *row)
{
	return (struct bio_block){
		.id = { row_uuid(row, "id") }, .kind = row_str(row, "kind"), .title = row_str(row, "title"), .body = row_str(row, "body"),
		.url = row_str(row, "url"), .link = { row_uuid(row, "link_id") }, .replay = { row_uuid(row, "replay_id") }, .goal = row_str(row, "goal"),
		.visible = row_bool(row, "visible"), .starts_ms = row_int(row, "starts_ms"), .ends_ms = row_int(row, "ends_ms"),
		.position = row_int(row, "position"), .clicks = row_int(row, "clicks"), .revision = row_int(row, "revision"),
	};
}

void bio_blocks_read(struct ctx *c, const struct rows *rows, struct bio_block **out, size_t *n)
{
	*n = (size_t)rows->n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows->n; i++) {
		struct row row = rows_at(rows, i);

		(*out)[i] = block_of(&row);
	}
}

enum err bio_blocks(struct ctx *c, struct bio_block **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(bio_blocks), PARAMS(p_uuid(c->creator.u)), &rows));
	bio_blocks_read(c, &rows, out, n);
	return OK;
}

enum err bio_block_by_id(struct ctx *c, struct block_id id, struct bio_block *out)
{
	struct row row;

	TRY(db_maybe(c, SQL(bio_block_by_id), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "no such block of hers");
	*out = block_of(&row);
	return OK;
}

static bool good_text(struct str s, size_t most, bool (*is_good)(struct str s))
{
	return str_utf8(s) && str_points(s) <= most && (!s.n || is_good(s));
}

static enum err check(struct ctx *c, const struct bio_block_ask *ask)
{
	bool is_link = str_eq(ask->kind, S("link"));

	if (!good_text(ask->title, TITLE_MAX, text_is_name) || (is_link && !str_trim(ask->title).n))
		field_bad(c, "title", "%s%d characters", is_link ? "1 to " : "at most ", TITLE_MAX);
	if (!good_text(bio_lines(c, ask->body), BODY_MAX, text_is_prose) || (str_eq(ask->kind, S("text")) && !str_trim(ask->body).n))
		field_bad(c, "body", "at most %d characters, and some in a text", BODY_MAX);
	if (is_link && !(text_is_web_url(ask->url) && str_starts(ask->url, S("https://"))))
		field_bad(c, "url", "an address that begins with https://");
	if (!is_link && ask->url.n)
		field_bad(c, "url", "only a link has one");
	if (ask->starts_ms && ask->ends_ms && ask->ends_ms <= ask->starts_ms)
		field_bad(c, "ends_at", "later than it starts");
	return OK;
}

static bool kind_known(struct str kind)
{
	static const char *const kinds[] = { "link", "offer", "replay", "offers", "replays", "text" };

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (str_eq(kind, str_of(kinds[i])))
			return true;
	return false;
}

static enum err page_lock(struct ctx *c)
{
	struct row row;

	return db_one(c, SQL(bio_page_lock), PARAMS(p_uuid(c->creator.u)), &row);
}

/* The link that the page sells an offer by; made when there is none. The page is locked: two would be two buttons. */
static enum err link_for(struct ctx *c, struct offer_id offer, struct link_id *out)
{
	const struct link_ask ask = { .offer = offer, .attribution = { .platform = S("other"), .surface = S("link_in_bio") } };
	struct row row;

	TRY(db_maybe(c, SQL(bio_link_of), PARAMS(p_uuid(c->creator.u), p_uuid(offer.u)), &row));
	if (!row.found)
		return link_create(c, &ask, out);
	out->u = row_uuid(&row, "id");
	return OK;
}

static enum err goal_check(struct ctx *c, const struct bio_block_ask *ask)
{
	struct replay replay;
	enum err e;

	if (!kind_known(ask->kind))
		field_bad(c, "kind", "link, offer, replay, offers, replays or text");
	if (str_eq(ask->kind, S("offer")) == uuid_is_nil(ask->offer.u))
		field_bad(c, "offer", str_eq(ask->kind, S("offer")) ? "an offer of yours" : "only a block of an offer has one");
	if (str_eq(ask->kind, S("replay")) == uuid_is_nil(ask->replay.u))
		field_bad(c, "replay", str_eq(ask->kind, S("replay")) ? "a replay of yours" : "only a block of a replay has one");
	if (c->fields_n || uuid_is_nil(ask->replay.u))
		return OK;
	e = replay_by_id(c, ask->replay, &replay);
	if (e != ERR_NOT_FOUND)
		return e;
	c->failed = OK;
	field_bad(c, "replay", "a replay of yours");
	return OK;
}

enum err bio_block_add(struct ctx *c, const struct bio_block_ask *ask, struct block_id *id)
{
	struct link_id link = { 0 };
	struct row row;

	TRY(goal_check(c, ask));
	TRY(check(c, ask));
	TRY(fields_must_be_good(c));
	TRY(page_lock(c));
	if (!uuid_is_nil(ask->offer.u))
		TRY(link_for(c, ask->offer, &link));
	*id = ID_NEW(block, c->now_ms);
	TRY(bio_written(c, db_maybe(c, SQL(bio_block_insert), PARAMS(
		p_uuid(id->u), p_uuid(c->creator.u), p_str(ask->kind), p_str(str_trim(ask->title)), p_str(str_trim(bio_lines(c, ask->body))),
		p_str(ask->url), p_uuid_or_null(link.u), p_uuid_or_null(ask->replay.u), p_bool(ask->visible), p_int(ask->starts_ms), p_int(ask->ends_ms),
		p_int(BIO_BLOCKS_MOST)), &row)));
	return row.found ? OK : FAIL(c, ERR_BLOCKS_FULL, "%d are there", BIO_BLOCKS_MOST);
}

enum err bio_blocks_begin(struct ctx *c)
{
	static const struct bio_block_ask asks[] = {
		{ .kind = { "offers", 6 }, .visible = true }, { .kind = { "replays", 7 }, .title = { "Replays", 7 }, .visible = true } };
	struct bio_block *list;
	struct block_id id;
	size_t n;

	TRY(page_lock(c));
	TRY(bio_blocks(c, &list, &n));
	for (size_t i = 0; !n && i < COUNT(asks); i++)
		TRY(bio_block_add(c, &asks[i], &id));
	return OK;
}

enum err bio_block_update(struct ctx *c, const struct bio_block *now, const struct bio_block_ask *ask)
{
	struct row row;

	TRY(check(c, ask));
	TRY(fields_must_be_good(c));
	TRY(bio_written(c, db_maybe(c, SQL(bio_block_update), PARAMS(
		p_uuid(c->creator.u), p_uuid(now->id.u), p_int(now->revision), p_str(str_trim(ask->title)),
		p_str(str_trim(bio_lines(c, ask->body))), p_str(ask->url), p_bool(ask->visible), p_int(ask->starts_ms), p_int(ask->ends_ms)), &row)));
	return row.found ? OK : FAIL(c, ERR_EDIT_CONFLICT, "another revision");
}

enum err bio_block_remove(struct ctx *c, struct block_id id)
{
	struct row row;

	TRY(db_maybe(c, SQL(bio_block_remove), PARAMS(p_uuid(c->creator.u), p_uuid(id.u)), &row));
	return row.found ? OK : FAIL(c, ERR_NOT_FOUND, "no such block of hers");
}

enum err bio_order(struct ctx *c, const struct uuid *blocks, size_t n)
{
	struct row row;

	TRY(page_lock(c));
	TRY(db_one(c, SQL(bio_order), PARAMS(p_uuid(c->creator.u), p_uuids(c, blocks, n)), &row));
	if (!row_bool(&row, "all"))
		field_bad(c, "blocks", "every block of yours, once");
	return fields_must_be_good(c);
}

enum err bio_blocks_swap(struct ctx *c, struct block_id first, struct block_id second)
{
	struct bio_block *list;
	struct uuid *ids;
	size_t n, at = 0;

	TRY(page_lock(c));
	TRY(bio_blocks(c, &list, &n));
	ids = arena_array(c->mem, n + 1, sizeof *ids);
	for (size_t i = 0; i < n; i++)
		ids[i] = list[i].id.u;
	while (at < n && !uuid_eq(ids[at], first.u))
		at++;
	if (at + 1 >= n || !uuid_eq(ids[at + 1], second.u))
		return FAIL(c, ERR_EDIT_CONFLICT, "they do not stand one below the other");
	ids[at] = second.u;
	ids[at + 1] = first.u;
	return bio_order(c, ids, n);
}

static const enum event_type types[] = { EVENT_OFFER_ACTIVATED };

static enum err apply(struct ctx *c, struct str events)
{
	struct rows rows;

	TRY(db_all(c, SQL(bio_offers_of), PARAMS(p_str(events)), &rows));
	for (int i = 0; i < rows.n; i++) {
		struct row row = rows_at(&rows, i);
		struct ctx own = *c;
		struct link_id link;
		enum err e;

		own.creator.u = row_uuid(&row, "creator_id");
		TRY(page_lock(&own));
		e = link_for(&own, (struct offer_id){ row_uuid(&row, "offer_id") }, &link);
		if (e != ERR_BAD_INPUT) /* it is over already */
			TRY(e);
	}
	return OK;
}

const struct consumer bio_consumer = { "bio", types, COUNT(types), apply, NULL };
