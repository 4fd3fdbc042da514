#include "lib/view/channel_view.h"

void channel_json(struct jw *w, const struct channel *channel)
{
	jw_object(w);
	jw_kid(w, "id", ID_channel, channel->id.u);
	jw_kstr(w, "platform", channel->platform);
	jw_kstr(w, "external_id", channel->external_id);
	jw_kstr(w, "handle", channel->handle);
	jw_kstr(w, "name", channel->name);
	jw_kstr(w, "profile_url", channel->profile_url);
	jw_kstr(w, "status", channel->status);
	jw_kstr(w, "scopes", channel->scopes);
	jw_kstr(w, "health", channel->health);
	jw_kstr(w, "health_reason", channel->health_reason);
	jw_kstr(w, "live_state", channel->sees_live ? channel->live_state : S("cannot_see"));
	jw_ktime(w, "live_told_at", channel->live_told_ms);
	jw_ktime(w, "connected_at", channel->connected_ms);
	jw_ktime(w, "disconnected_at", channel->disconnected_ms);
	jw_end(w);
}
