#include "lib/view/event_view.h"

/* What a payload's key names. */
static const struct {
	const char *key;
	enum id_kind kind;
} kinds[] = {
	{ "checkout", ID_session }, { "hold", ID_reservation },   { "link", ID_link },       { "offer", ID_offer },
	{ "order", ID_order },      { "product", ID_product },    { "variant", ID_variant }, { "stream", ID_stream },
	{ "shop", ID_shop },        { "connection", ID_connection }, { "item", ID_item },    { "replay", ID_replay },
	{ "moment", ID_moment },
	{ "checkouts", ID_session }, { "holds", ID_reservation }, { "orders", ID_order },    { "creators", ID_creator },
};

/* What an event of a type happened to. */
static const struct {
	const char *prefix;
	enum id_kind kind;
} subjects[] = {
	{ "PLATFORM_", ID_connection }, { "CONNECTION_", ID_connection }, { "PRODUCT_", ID_product },
	{ "INVENTORY_", ID_item },      { "STOCK_", ID_item },            { "OFFER_", ID_offer },
	{ "STREAM_", ID_stream },       { "REPLAY_", ID_replay },         { "MOMENT_", ID_moment },
	{ "LINK_IN_BIO_", ID_creator }, { "LINK_", ID_link },             { "CHECKOUT_", ID_session },
	{ "PURCHASE_", ID_order },      { "ORDER_", ID_order },           { "PRICE_", ID_order },
	{ "RESERVATION_", ID_reservation },
	{ "WAITLIST_", ID_wait },
};

static bool list_json(struct jw *w, const char *key, struct json value)
{
	struct uuid u;

	for (size_t i = 0; i < COUNT(kinds) && json_type(value) == JSON_LIST; i++) {
		if (!str_eq(str_of(key), str_of(kinds[i].key)))
			continue;
		jw_list(w);
		for (size_t n = 0; n < json_length(value); n++)
			if (uuid_read(json_str(json_at(value, n)), &u))
				jw_id(w, kinds[i].kind, u);
		jw_end(w);
		return true;
	}
	return false;
}

static void value_json(struct ctx *c, struct jw *w, const char *key, struct json value)
{
	struct uuid u;

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (str_eq(str_of(key), str_of(kinds[i].key)) && uuid_read(json_str(value), &u)) {
			jw_id(w, kinds[i].kind, u);
			return;
		}
	if (!list_json(w, key, value))
		jw_raw(w, json_text(c, value));
}

static void subject_json(struct jw *w, const struct event_seen *event)
{
	for (size_t i = 0; i < COUNT(subjects); i++)
		if (str_starts(event->type, str_of(subjects[i].prefix))) {
			jw_kid(w, "subject", subjects[i].kind, event->subject);
			return;
		}
}

enum err event_json(struct ctx *c, struct jw *w, const struct event_seen *event)
{
	struct json payload;
	const char *key;

	TRY(json_read_object(c, event->payload, &payload));
	jw_object(w);
	jw_kid(w, "id", ID_event, event->id.u);
	jw_kstr(w, "type", event->type);
	jw_ktime(w, "at", event->at_ms);
	subject_json(w, event);
	jw_kid(w, "shop", ID_shop, event->shop.u);
	jw_key(w, "payload");
	jw_object(w);
	for (size_t i = 0; (key = json_key_at(payload, i)); i++) {
		jw_key(w, key);
		value_json(c, w, key, json_get(payload, key));
	}
	jw_end(w);
	jw_end(w);
	return OK;
}
