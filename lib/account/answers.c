#include "lib/account/account.h"

#include "lib/db/db.h"

enum err account_answers_forget(struct ctx *c, int days, int most, int64_t *removed)
{
	return db_count(c, SQL(account_answers_forget), PARAMS(p_int(days), p_int(most)), removed);
}
