#include "lib/creator/creator.h"

#include "lib/db/db.h"
#include "lib/text/text.h"

#define NAME_MAX_POINTS 80

static enum err zone_check(struct ctx *c, struct str zone)
{
	struct row row;

	if (str_eq(zone, S("UTC")))
		return OK;
	if (!text_is_zone(zone)) {
		field_bad(c, "zone", "a zone such as Europe/Berlin");
		return OK;
	}
	TRY(db_one(c, SQL(creator_zone_known), PARAMS(p_str(zone)), &row));
	if (!row_bool(&row, "known"))
		field_bad(c, "zone", "a zone such as Europe/Berlin");
	return OK;
}

enum err creator_check(struct ctx *c, struct creator_ask *ask, bool with_email)
{
	ask->email = str_lower(c->mem, str_trim(ask->email));
	ask->handle = str_lower(c->mem, str_trim(ask->handle));
	ask->name = str_trim(ask->name);
	if (!ask->zone.n)
		ask->zone = S("UTC");
	if (with_email && !text_is_email(ask->email))
		field_bad(c, "email", "an e-mail address");
	if (!text_is_handle(ask->handle))
		field_bad(c, "handle", "3 to 30 of a-z, 0-9, '_' and '.', beginning and ending with a letter or digit");
	else if (text_is_reserved(ask->handle))
		field_bad(c, "handle", "not a reserved word");
	if (!text_is_name(ask->name) || !ask->name.n || str_points(ask->name) > NAME_MAX_POINTS)
		field_bad(c, "name", "1 to %d characters", NAME_MAX_POINTS);
	TRY(zone_check(c, ask->zone));
	return fields_must_be_good(c);
}

/* Why the statement that would have written `ask` for `self` wrote nothing. */
static enum err refusal(struct ctx *c, const struct creator_ask *ask, struct creator_id self)
{
	struct row row;

	TRY(db_one(c, SQL(creator_taken), PARAMS(p_str(ask->email), p_str(ask->handle), p_uuid(self.u), p_str(ask->name)), &row));
	if (row_bool(&row, "email"))
		return FAIL(c, ERR_EMAIL_TAKEN, "taken");
	if (row_bool(&row, "handle"))
		return FAIL(c, ERR_HANDLE_TAKEN, "taken");
	if (row_bool(&row, "name_fits"))
		return FAIL(c, ERR_HANDLES_MANY, "%d are kept", CREATOR_HANDLES_KEPT);
	field_bad(c, "name", "1 to %d characters", NAME_MAX_POINTS);
	return fields_must_be_good(c);
}

/* What is checked and written afterwards stays so until the end of the transaction. */
static enum err handles_lock(struct ctx *c, const struct str *handles, size_t n)
{
	struct row row;

	return db_one(c, SQL(creator_handles_lock), PARAMS(p_strs(c, handles, n)), &row);
}

enum err creator_create(struct ctx *c, const struct creator_ask *ask, struct str password_hash, struct creator_id *id)
{
	struct row row;

	*id = ID_NEW(creator, c->now_ms);
	TRY(handles_lock(c, &ask->handle, 1));
	TRY(db_maybe(c, SQL(creator_insert), PARAMS(
		p_uuid(id->u), p_str(ask->handle), p_str(ask->name), p_str(ask->email), p_str(password_hash), p_str(ask->zone)),
		&row));
	return row.found ? OK : refusal(c, ask, *id);
}

enum err creator_by_id(struct ctx *c, struct creator_id id, struct creator *out)
{
	struct row row;

	TRY(db_one(c, SQL(creator_by_id), PARAMS(p_uuid(id.u)), &row));
	*out = (struct creator){
		.id = { row_uuid(&row, "id") },
		.handle = row_str(&row, "handle"),
		.name = row_str(&row, "name"),
		.email = row_str(&row, "email"),
		.zone = row_str(&row, "zone"),
		.created_ms = row_int(&row, "created_ms"),
	};
	return OK;
}

enum err creator_me(struct ctx *c, struct creator *out)
{
	return creator_by_id(c, c->creator, out);
}

enum err creator_update(struct ctx *c, const struct creator_ask *ask)
{
	struct str self = ID_TEXT(c->mem, creator, c->creator); /* she herself: of two changes at once the second sees what the first left */
	struct creator now;
	struct row row;
	enum err e;

	TRY(handles_lock(c, &self, 1));
	TRY(creator_me(c, &now));
	TRY(handles_lock(c, (struct str[]){ now.handle, ask->handle }, 2));
	e = db_maybe(c, SQL(creator_update), PARAMS(
		p_uuid(c->creator.u), p_str(ask->handle), p_str(ask->name), p_str(ask->zone),
		p_int(CREATOR_HANDLES_KEPT)), &row);
	if (e == ERR_DUPLICATE)
		return ERR_HANDLE_TAKEN; /* somebody took it in the same moment */
	TRY(e);
	return row.found ? OK : refusal(c, ask, c->creator);
}
