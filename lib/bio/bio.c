#include "lib/bio/bio.h"

#include <math.h>

#include "lib/bio/inside.h"
#include "lib/db/db.h"
#include "lib/json/json.h"
#include "lib/text/text.h"


static const struct bio_theme plain = { { "#4338ca", 7 }, { "#ffffff", 7 }, { "#a5b4fc", 7 }, { "#14121f", 7 }, { "system", 6 } };

static struct str theme_part(struct json theme, const char *name, struct str otherwise)
{
	struct str told = json_str_at(theme, name);

	return told.n ? told : otherwise;
}

static enum err theme_of(struct ctx *c, struct str text, struct bio_theme *out)
{
	struct json theme;

	TRY(json_read_object(c, text, &theme));
	*out = (struct bio_theme){
		.accent = theme_part(theme, "accent", plain.accent), .ground = theme_part(theme, "ground", plain.ground),
		.accent_dark = theme_part(theme, "accent_dark", plain.accent_dark),
		.ground_dark = theme_part(theme, "ground_dark", plain.ground_dark), .font = theme_part(theme, "font", plain.font),
	};
	return OK;
}

static enum err bio_of(struct ctx *c, const struct row *row, struct bio *out)
{
	*out = (struct bio){
		.creator = { row_uuid(row, "creator_id") }, .handle = row_str(row, "handle"), .name = row_str(row, "name"),
		.about = row_str(row, "about"), .picture_url = row_str(row, "picture_url"), .published = row_bool(row, "published"), .arranged = row_bool(row, "arranged"),
		.views = row_int(row, "views"), .revision = row_int(row, "revision"),
	};
	return theme_of(c, row_str(row, "theme"), &out->theme);
}

enum err bio_mine(struct ctx *c, struct bio *out)
{
	struct row row;

	TRY(db_one(c, SQL(bio_mine), PARAMS(p_uuid(c->creator.u)), &row));
	return bio_of(c, &row, out);
}

enum err bio_by_handle(struct ctx *c, struct str handle, struct bio *out, bool *moved)
{
	struct str key = str_lower(c->mem, handle);
	struct row row;

	if (!text_is_handle(key))
		return FAIL(c, ERR_NOT_FOUND, "not the look of a handle");
	TRY(db_maybe(c, SQL(bio_by_handle), PARAMS(p_str(key)), &row));
	if (!row.found || !row_bool(&row, "published"))
		return FAIL(c, ERR_NOT_FOUND, "nobody's, or not published");
	*moved = row_bool(&row, "moved");
	return bio_of(c, &row, out);
}

static void colours_must_read(struct ctx *c, const char *field, struct str accent, struct str ground)
{
	double contrast = bio_contrast(accent, ground);

	if (contrast <= 0)
		field_bad(c, field, "two colours like #4338ca");
	else if (contrast < BIO_READABLE)
		field_bad(c, field, "colours that can be read: %.2f to 1 is too little, 4.5 is needed", floor(contrast * 100) / 100);
}

static bool font_known(struct str font)
{
	return str_eq(font, S("system")) || str_eq(font, S("serif")) || str_eq(font, S("rounded")) || str_eq(font, S("mono"));
}

static struct str theme_json(struct ctx *c, const struct bio_theme *theme)
{
	struct jw w = jw_new(c->mem, 1024);

	jw_object(&w);
	jw_kstr(&w, "accent", theme->accent);
	jw_kstr(&w, "ground", theme->ground);
	jw_kstr(&w, "accent_dark", theme->accent_dark);
	jw_kstr(&w, "ground_dark", theme->ground_dark);
	jw_kstr(&w, "font", theme->font);
	jw_end(&w);
	return jw_done(&w);
}

struct str bio_lines(struct ctx *c, struct str s)
{
	char *text = arena_alloc(c->mem, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r' || i + 1 == s.n || s.p[i + 1] != '\n')
			text[n++] = s.p[i];
	return (struct str){ text, n };
}

enum err bio_written(struct ctx *c, enum err e)
{
	static const struct {
		const char *constraint, *field;
		int most;
	} texts[] = { { "bio_about_check", "about", ABOUT_MAX }, { "bio_block_title_check", "title", TITLE_MAX }, { "bio_block_body_check", "body", BODY_MAX } };

	for (size_t i = 0; e == ERR_INTERNAL && i < COUNT(texts); i++)
		if (str_eq(db_refused_by(c), str_of(texts[i].constraint))) {
			c->failed = OK;
			field_bad(c, texts[i].field, "at most %d characters", texts[i].most);
			return fields_must_be_good(c);
		}
	return e;
}

enum err bio_update(struct ctx *c, const struct bio *now, const struct bio *ask)
{
	struct str about = bio_lines(c, ask->about);
	struct row row;

	if (!str_utf8(about) || str_points(about) > ABOUT_MAX || (about.n && !text_is_prose(about)))
		field_bad(c, "about", "at most %d characters", ABOUT_MAX);
	if (ask->picture_url.n && !(text_is_web_url(ask->picture_url) && str_starts(ask->picture_url, S("https://"))))
		field_bad(c, "picture_url", "an address that begins with https://, or none");
	colours_must_read(c, "theme.accent", ask->theme.accent, ask->theme.ground);
	colours_must_read(c, "theme.accent_dark", ask->theme.accent_dark, ask->theme.ground_dark);
	if (!font_known(ask->theme.font))
		field_bad(c, "theme.font", "system, serif, rounded or mono");
	TRY(fields_must_be_good(c));
	TRY(bio_written(c, db_maybe(c, SQL(bio_put), PARAMS(
		p_uuid(c->creator.u), p_int(now->revision), p_str(about), p_str(ask->picture_url), p_str(theme_json(c, &ask->theme)),
		p_bool(ask->published)), &row)));
	return row.found ? OK : FAIL(c, ERR_EDIT_CONFLICT, "another revision");
}

static void offers_read(struct ctx *c, const struct rows *rows, struct bio_offer **out, size_t *n)
{
	*n = (size_t)rows->n;
	*out = arena_array(c->mem, *n + 1, sizeof(**out));
	for (int i = 0; i < rows->n; i++) {
		struct row row = rows_at(rows, i);

		(*out)[i] = (struct bio_offer){
			.link = { row_uuid(&row, "link_id") }, .pinned = row_bool(&row, "pinned"),
			.code = row_str(&row, "code"), .name = row_str(&row, "name"), .product = row_str(&row, "product_title"),
			.image_url = row_str(&row, "image_url"), .list = row_money(&row, "list_minor", "currency"),
			.price = row_money(&row, "price_minor", "currency"), .variants = row_int(&row, "variants"),
			.is_from = row_int(&row, "variants") > 1,
			.limited = row_bool(&row, "limited"), .left = row_int(&row, "remaining"),
		};
	}
}

enum err bio_all(struct ctx *c, struct creator_id creator, int replays_most, struct bio_all *out)
{
	struct db_ask asks[] = {
		db_ask(SQL(bio_blocks_shown), PARAMS(p_uuid(creator.u))), db_ask(SQL(bio_offers), PARAMS(p_uuid(creator.u))),
		replay_latest_ask(creator, replays_most), live_now_ask(creator),
	};

	TRY(db_all_of(c, asks, COUNT(asks)));
	bio_blocks_read(c, &asks[0].rows, &out->blocks, &out->blocks_n);
	offers_read(c, &asks[1].rows, &out->offers, &out->offers_n);
	replay_latest_read(c, &asks[2].rows, &out->replays, &out->replays_n);
	return live_now_read(c, &asks[3].rows, &out->now);
}

enum err bio_out(struct ctx *c, struct str handle, struct block_id id, struct str *url, struct creator_id *creator)
{
	struct row row;

	TRY(db_maybe(c, SQL(bio_out), PARAMS(p_str(str_lower(c->mem, handle)), p_uuid(id.u)), &row));
	if (!row.found)
		return FAIL(c, ERR_NOT_FOUND, "no such link on that page now");
	*url = row_str(&row, "url");
	creator->u = row_uuid(&row, "creator_id");
	return OK;
}

void bio_viewed(struct ctx *c, struct creator_id creator, struct str who)
{
	note(c, SQL(bio_viewed), PARAMS(p_uuid(creator.u), p_str(who)));
}

void bio_clicked(struct ctx *c, struct creator_id creator, struct block_id block)
{
	note(c, SQL(bio_clicked), PARAMS(p_uuid(uuid_new(c->now_ms)), p_uuid(creator.u), p_uuid(block.u)));
}
