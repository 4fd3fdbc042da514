/* found.c: streams that were found at their platform. */
#include "lib/core/config.h"
#include "lib/event/event.h"
#include "lib/stream/inside.h"
#include "lib/text/text.h"

#define NEAR_S 7200 /* a broadcast is the one that she planned when it begins so close to that */

/* What a platform says of a title or an address is not ours to refuse: what cannot stand is left out. */
static struct stream_found fitted(const struct stream_found *found)
{
	struct stream_found f = *found;

	if (!text_is_name(f.title))
		f.title = S("");
	if (!text_is_web_url(f.url))
		f.url = S("");
	return f;
}

static enum err insert(struct ctx *c, const struct stream_found *found, struct stream_id *id)
{
	struct stream_found f = fitted(found);

	*id = ID_NEW(stream, c->now_ms);
	TRY(db_run(c, SQL(stream_found_insert), PARAMS(
		p_uuid(id->u), p_uuid(c->creator.u), p_str(f.platform), p_str(f.title), p_str(f.url), p_int(f.scheduled_ms),
		p_int(f.started_ms), p_uuid_or_null(f.channel.u), p_int(stream_usual_delay_s(c, f.platform)))));
	TRY(stream_join(c, *id));
	return stream_tell(c, EVENT_STREAM_AUTO_DETECTED, *id);
}

/* A stream of hers that is this broadcast is taken for it. */
static enum err claim(struct ctx *c, const struct stream_found *found, struct stream_id *id, bool *claimed)
{
	struct stream_found f = fitted(found);
	int64_t at_ms = f.started_ms ? f.started_ms : f.scheduled_ms;
	struct row row;

	TRY(db_maybe(c, SQL(stream_found_by_hand), PARAMS(
		p_uuid(c->creator.u), p_str(f.platform), p_int(at_ms ? at_ms : c->now_ms), p_int(NEAR_S)), &row));
	*claimed = row.found;
	if (!row.found)
		return OK;
	id->u = row_uuid(&row, "id");
	TRY(db_run(c, SQL(stream_found_claim), PARAMS(
		p_uuid(c->creator.u), p_uuid(id->u), p_uuid_or_null(f.channel.u), p_str(f.url))));
	return stream_tell(c, EVENT_STREAM_AUTO_DETECTED, *id);
}

enum err stream_found_upcoming(struct ctx *c, const struct stream_found *found, struct stream_id *id)
{
	struct stream_found f = *found;
	bool claimed;

	f.started_ms = 0;
	TRY(claim(c, &f, id, &claimed));
	return claimed ? OK : insert(c, &f, id);
}

static enum err start(struct ctx *c, struct stream_id id, int64_t started_ms)
{
	struct stream stream;
	struct row row;

	TRY(db_maybe(c, SQL(stream_found_start), PARAMS(p_uuid(c->creator.u), p_uuid(id.u), p_int(started_ms)), &row));
	if (row.found) {
		TRY(stream_join(c, id));
		return stream_tell(c, EVENT_STREAM_STARTED, id);
	}
	TRY(stream_by_id(c, id, &stream));
	return str_eq(stream.state, S("live")) ? OK : FAIL(c, ERR_STREAM_STATE, "it is over");
}

enum err stream_found_on(struct ctx *c, const struct stream_found *found, struct stream_id known, struct stream_id *id)
{
	struct stream_found f = *found;
	bool claimed = true;

	*id = known;
	if (!f.started_ms)
		f.started_ms = c->now_ms;
	if (uuid_is_nil(known.u))
		TRY(claim(c, &f, id, &claimed));
	if (claimed)
		return start(c, *id, f.started_ms);
	TRY(insert(c, &f, id));
	return stream_tell(c, EVENT_STREAM_STARTED, *id);
}

enum err stream_found_titled(struct ctx *c, struct stream_id id, struct str title)
{
	struct stream_found f = fitted(&(struct stream_found){ .title = title });

	return db_run(c, SQL(stream_found_titled), PARAMS(p_uuid(c->creator.u), p_uuid(id.u), p_str(f.title)));
}

enum err stream_found_over(struct ctx *c, struct stream_id id, int64_t ended_ms)
{
	struct row row;

	TRY(db_maybe(c, SQL(stream_found_over), PARAMS(p_uuid(c->creator.u), p_uuid(id.u), p_int(ended_ms)), &row));
	if (!row.found)
		return OK;
	TRY(stream_join(c, id));
	return stream_tell(c, EVENT_STREAM_ENDED, id);
}
