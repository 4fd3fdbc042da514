/* suggest.c: moments that nobody dropped and that the crowd noticed. */
#include "lib/moment/inside.h"

#define WINDOW_S 30       /* clicks are counted in windows of so many seconds */
#define BURST_TIMES 3     /* a burst is so many times the session's mean ... */
#define BURST_LEAST 5     /* ... and at least so many clicks */
#define EXPLAINED_S 60    /* a moment explains what follows it that long */

enum err moment_suggest(struct ctx *c, struct live_id live, int64_t *n)
{
	struct moment_ask none = { .title = S("suggest") };
	struct row session;
	struct rows rows;

	TRY(moment_check(c, live, &none, &session));
	TRY(db_all(c, SQL(moment_suggest), PARAMS(
		p_uuid(c->creator.u), p_uuid(live.u), p_int(WINDOW_S), p_int(BURST_TIMES), p_int(BURST_LEAST), p_int(EXPLAINED_S)), &rows));
	*n = rows.n;
	return OK;
}

enum err moment_suggestions(struct ctx *c, struct live_id live, struct moment **out, size_t *n)
{
	struct rows rows;

	TRY(db_all(c, SQL(moment_suggestions), PARAMS(p_uuid(c->creator.u), p_uuid(live.u)), &rows));
	return moments_of(c, &rows, out, n);
}

static enum err decide(struct ctx *c, struct moment_id id, struct str state, struct moment *moment, bool *changed)
{
	struct row row;

	TRY(moment_by_id(c, id, moment));
	TRY(moment_turn(c, moment->live));
	TRY(moment_by_id(c, id, moment));
	TRY(db_maybe(c, SQL(moment_decide), PARAMS(
		p_uuid(c->creator.u), p_uuid(id.u), p_str(state), p_int(MOMENTS_MOST)), &row));
	*changed = row.found;
	if (!row.found && str_eq(moment->state, S("suggested")))
		return FAIL(c, ERR_MOMENTS_FULL, "%d are there", MOMENTS_MOST);
	if (!row.found && !str_eq(moment->state, state))
		return FAIL(c, ERR_MOMENT_STATE, "it is " STR_FMT, STR_ARG(moment->state));
	return OK;
}

enum err moment_accept(struct ctx *c, struct moment_id id)
{
	struct moment moment;
	bool changed;

	TRY(decide(c, id, S("kept"), &moment, &changed));
	return changed ? moment_tell(c, EVENT_MOMENT_CREATED, id, moment.live, (struct moment_id){ 0 }) : OK;
}

enum err moment_dismiss(struct ctx *c, struct moment_id id)
{
	struct moment moment;
	bool changed;

	return decide(c, id, S("dismissed"), &moment, &changed);
}
