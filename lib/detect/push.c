/* push.c: what platforms tell us unasked. */
#include "lib/core/log.h"
#include "lib/detect/inside.h"

#define LATE_MS INT64_C(600000) /* a word that old is only a reason to look */
#define SOON_MS 30000           /* by then their answers know of it too */

enum err account_look_soon(struct ctx *c, const struct account *account, int64_t in_ms)
{
	return db_run(c, SQL(detect_channel_soon), PARAMS(p_uuid(account->channel.u), p_int(in_ms)));
}

static enum err hint(struct ctx *c, const struct account *account, struct str external_id)
{
	if (!external_id.n || external_id.n > EXTERNAL_ID_MAX_BYTES || !str_utf8(external_id))
		return OK;
	return db_run(c, SQL(detect_hint), PARAMS(p_uuid(uuid_new(c->now_ms)), p_uuid(account->channel.u), p_str(external_id)));
}

static enum err told_on(struct ctx *c, const struct account *account, const struct broadcaster_push *push, int64_t now_ms)
{
	struct word word = { .pushed = true, .live = {
		.state = LIVE_ON, .external_id = push->external_id, .account = push->account, .started_ms = push->at_ms, .viewers = -1 } };

	word = word_fit(word);
	if (!word.live.external_id.n || (push->at_ms && push->at_ms < now_ms - LATE_MS))
		return account_look_soon(c, account, 0);
	TRY(words_apply(c, account, &word, 1));
	return account_look_soon(c, account, SOON_MS);
}

static enum err told_off(struct ctx *c, const struct account *account, const struct broadcaster_push *push)
{
	struct word word = { .pushed = true, .off_ms = push->at_ms, .live = { .state = LIVE_NONE, .account = push->account, .viewers = -1 } };

	TRY(words_apply(c, account, &word, 1));
	return account_look_soon(c, account, SOON_MS);
}

enum err account_of(struct ctx *c, struct channel_id channel, struct account *out, int64_t *now_ms)
{
	struct row row;

	TRY(db_maybe(c, SQL(detect_channel), PARAMS(p_uuid(channel.u)), &row));
	if (!row.found || !str_eq(row_str(&row, "status"), S("active")))
		return FAIL(c, ERR_NOT_FOUND, "no such channel, or it is not connected");
	*out = (struct account){
		.platform = row_str(&row, "platform"),
		.by_account = true, /* who pushes "on" and "off" pushes them of an account */
		.channel = channel,
		.creator = { row_uuid(&row, "creator_id") },
		.external_id = row_str(&row, "external_id"),
		.connected_ms = row_int(&row, "connected_ms"),
	};
	*now_ms = row_int(&row, "clock_ms");
	return OK;
}

enum err detect_pushed(struct ctx *c, struct channel_id channel, const struct broadcaster_push *push)
{
	struct account account;
	int64_t now_ms;

	TRY(account_of(c, channel, &account, &now_ms));
	if (push->account.n && !str_eq(push->account, account.external_id)) {
		log_line(LOG_WARN, "a push about somebody else's account", LOG_FIELDS(LOG_S("channel", ID_TEXT(c->mem, channel, channel))));
		return OK;
	}
	switch (push->kind) {
	case PUSH_LIVE_ON: return told_on(c, &account, push, now_ms);
	case PUSH_LIVE_OFF: return told_off(c, &account, push);
	case PUSH_VIDEO:
	case PUSH_VIDEO_GONE: return hint(c, &account, push->external_id);
	case PUSH_NONE:
	case PUSH_VERIFY:
	case PUSH_DENIED:
	case PUSH_ACCOUNT_GONE: break;
	}
	return OK;
}
