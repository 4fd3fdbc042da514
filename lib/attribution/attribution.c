#include "lib/attribution/attribution.h"

#include "lib/db/db.h"

static const char *const surfaces[] = { "live", "replay", "clip", "link_in_bio", "dm", "agent", "direct" };

bool attribution_surface_known(struct str surface)
{
	for (size_t i = 0; i < COUNT(surfaces); i++)
		if (str_eq(surface, str_of(surfaces[i])))
			return true;
	return false;
}

enum err attribution_for(struct ctx *c, const struct attribution *context, struct attribution_id *id)
{
	struct row row;

	TRY(db_run(c, SQL(attribution_add), PARAMS(
		p_uuid(uuid_new(c->now_ms)), p_uuid(c->creator.u), p_str(context->platform), p_str(context->surface),
		p_uuid_or_null(context->stream.u), p_uuid_or_null(context->replay.u), p_uuid_or_null(context->moment.u))));
	TRY(db_one(c, SQL(attribution_find), PARAMS(
		p_uuid(c->creator.u), p_str(context->platform), p_str(context->surface), p_uuid_or_null(context->stream.u),
		p_uuid_or_null(context->replay.u), p_uuid_or_null(context->moment.u)), &row));
	id->u = row_uuid(&row, "id");
	return OK;
}
