#include "lib/job/job.h"

#include "lib/db/db.h"

enum err job_queue(struct ctx *c, struct str kind, struct str dedupe, struct shop_id shop, struct creator_id creator,
	struct str payload)
{
	return db_run(c, SQL(job_queue), PARAMS(
		p_uuid(uuid_new(c->now_ms)), p_str(kind), p_str(dedupe), p_uuid_or_null(shop.u),
		p_uuid_or_null(creator.u), p_str(payload.n ? payload : S("{}"))));
}

enum err job_claim(struct ctx *c, struct str kind, int lease_s, struct job *out, bool *found)
{
	struct row row;

	TRY(db_maybe(c, SQL(job_claim), PARAMS(p_str(kind), p_int(lease_s)), &row));
	*found = row.found;
	if (!row.found)
		return OK;

	*out = (struct job){
		.id = { row_uuid(&row, "id") },
		.kind = row_str(&row, "kind"),
		.dedupe = row_str(&row, "dedupe"),
		.shop = { row_uuid(&row, "shop_id") },
		.creator = { row_uuid(&row, "creator_id") },
		.payload = row_str(&row, "payload"),
		.attempts = (int)row_int(&row, "attempts"),
	};
	return OK;
}

enum err job_done(struct ctx *c, struct job_id id)
{
	return db_run(c, SQL(job_done), PARAMS(p_uuid(id.u)));
}

enum err job_failed(struct ctx *c, const struct job *job, struct str problem, int most)
{
	return db_run(c, SQL(job_failed), PARAMS(p_uuid(job->id.u), p_str(problem), p_int(most)));
}

enum err job_resume(struct ctx *c, struct shop_id shop)
{
	TRY(db_run(c, SQL(job_resume), PARAMS(p_uuid(shop.u))));
	return db_run(c, SQL(job_revive), PARAMS(p_uuid(shop.u)));
}
