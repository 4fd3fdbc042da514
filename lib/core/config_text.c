/* config_text.c: from text and variables to a checked struct config. config.def is the only list of keys.
 * A '#' begins a comment at the start of a line or after white space, so no value can hold " #".
 */
#include "lib/core/config_text.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/core/arena.h"

#define PROBLEM_BYTES 512
#define NAME_BYTES 64
#define KEY_HEX_LENGTH 64
#define KEY_ID_MAX 32

enum kind { IS_TEXT, IS_INT, IS_BOOL };

static const struct key {
	const char *name;
	enum kind kind;
	const char *text; /* the default of a text; NULL: must be set */
	int64_t number;   /* the default of the others */
	int64_t min, max;
	size_t at;        /* in struct config */
} keys[] = {
#define TEXT(key, standard) { #key, IS_TEXT, standard, 0, 0, 0, offsetof(struct config, key) },
#define INT(key, standard, min, max) { #key, IS_INT, "", standard, min, max, offsetof(struct config, key) },
#define BOOL(key, standard) { #key, IS_BOOL, "", standard, 0, 1, offsetof(struct config, key) },
#include "lib/core/config.def"
#undef TEXT
#undef INT
#undef BOOL
};

struct reading {
	struct arena *mem;
	struct config *out;
	char *problem;
	const char *file;
	bool set[COUNT(keys)];
};

static bool bad(const struct reading *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool bad(const struct reading *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->problem, PROBLEM_BYTES, format, args);
	va_end(args);
	return false;
}

static void *place(const struct reading *r, const struct key *key)
{
	return (char *)r->out + key->at;
}

static bool flag_read(struct str s, bool *out)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on", "0", "1" };

	for (size_t i = 0; i < COUNT(words); i++) {
		if (!str_eq(s, str_of(words[i])))
			continue;
		*out = i % 2;
		return true;
	}
	return false;
}

static bool take_int(const struct reading *r, const struct key *key, const char *where, struct str value)
{
	int64_t v;

	if (!str_int(value, &v) || v < key->min || v > key->max)
		return bad(r, "%s: %s must be an integer from %lld to %lld", where, key->name, (long long)key->min,
			(long long)key->max);
	*(int64_t *)place(r, key) = v;
	return true;
}

static bool take(struct reading *r, const struct key *key, const char *where, struct str value)
{
	if (!str_utf8(value))
		return bad(r, "%s: %s is not UTF-8 text", where, key->name);
	r->set[key - keys] = true;
	switch (key->kind) {
	case IS_INT:
		return take_int(r, key, where, value);
	case IS_BOOL:
		if (!flag_read(value, place(r, key)))
			return bad(r, "%s: %s must be true or false", where, key->name);
		return true;
	case IS_TEXT:
		if (!key->text && value.n == 0)
			return bad(r, "%s: %s must not be empty", where, key->name);
		*(struct str *)place(r, key) = str_copy(r->mem, value);
	}
	return true;
}

static const struct key *key_by_name(struct str name)
{
	for (size_t i = 0; i < COUNT(keys); i++)
		if (str_eq(str_of(keys[i].name), name))
			return &keys[i];
	return NULL;
}

static struct str without_comment(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#' && (i == 0 || line.p[i - 1] == ' ' || line.p[i - 1] == '\t'))
			return str_slice(line, 0, i);
	return line;
}

static bool take_line(struct reading *r, int number, struct str line)
{
	struct str rest = str_trim(without_comment(line)), name;
	const struct key *key;
	char where[PROBLEM_BYTES / 2];

	if (rest.n == 0)
		return true;
	name = str_trim(str_cut(&rest, '='));
	snprintf(where, sizeof(where), "%s:%d", r->file, number);
	if (!rest.p)
		return bad(r, "%s: expected `key = value`", where);
	key = key_by_name(name);
	if (!key)
		return bad(r, "%s: there is no key \"%.*s\"", where, name.n < NAME_BYTES ? (int)name.n : NAME_BYTES,
			name.n ? name.p : "");
	if (r->set[key - keys])
		return bad(r, "%s: %s is set twice", where, key->name);
	return take(r, key, where, str_trim(rest));
}

static bool take_lines(struct reading *r, struct str text)
{
	for (int number = 1; text.n; number++)
		if (!take_line(r, number, str_cut(&text, '\n')))
			return false;
	return true;
}

static void variable_name(const struct key *key, char out[NAME_BYTES])
{
	size_t n = (size_t)snprintf(out, NAME_BYTES, "UNIFYED_%s", key->name);

	for (size_t i = 0; i < n && i < NAME_BYTES; i++)
		if (out[i] >= 'a' && out[i] <= 'z')
			out[i] = (char)(out[i] - 'a' + 'A');
}

static bool take_variables(struct reading *r, const char *(*variable)(const char *name))
{
	for (size_t i = 0; variable && i < COUNT(keys); i++) {
		char name[NAME_BYTES];
		const char *value;

		variable_name(&keys[i], name);
		value = variable(name);
		if (value && !take(r, &keys[i], name, str_trim(str_of(value))))
			return false;
	}
	return true;
}

static void start(const struct reading *r)
{
	for (size_t i = 0; i < COUNT(keys); i++) {
		switch (keys[i].kind) {
		case IS_TEXT:
			*(struct str *)place(r, &keys[i]) = str_of(keys[i].text);
			continue;
		case IS_INT:
			*(int64_t *)place(r, &keys[i]) = keys[i].number;
			continue;
		case IS_BOOL:
			*(bool *)place(r, &keys[i]) = keys[i].number;
		}
	}
}

static bool nothing_missing(const struct reading *r)
{
	for (size_t i = 0; i < COUNT(keys); i++) {
		char name[NAME_BYTES];

		variable_name(&keys[i], name);
		if (!keys[i].text && !r->set[i])
			return bad(r, "%s: %s is missing (or set %s)", r->file, keys[i].name, name);
	}
	return true;
}

static bool origin_good(const struct reading *r, const char *key, struct str origin)
{
	bool http = r->out->allow_http && str_starts(origin, S("http://"));
	size_t host = http ? 7 : 8;

	if (!http && !str_starts(origin, S("https://")))
		return bad(r, "%s: %s must start with https://%s", r->file, key,
			r->out->allow_http ? " or http://" : " (http:// only with allow_http)");
	if (origin.n == host || str_ends(origin, S("/")))
		return bad(r, "%s: %s must name a host and not end in /", r->file, key);
	for (size_t i = host; i < origin.n; i++)
		if ((uint8_t)origin.p[i] <= ' ' || origin.p[i] == 0x7F || origin.p[i] == '?' || origin.p[i] == '@')
			return bad(r, "%s: %s must not hold spaces, '?' or '@'", r->file, key);
	return true;
}

/* Letters that a sealed text "v1.<id>.<base64url>" can carry. */
static bool is_key_id(struct str id)
{
	for (size_t i = 0; i < id.n; i++) {
		char ch = id.p[i];

		if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '_' ||
			    ch == '-'))
			return false;
	}
	return id.n > 0 && id.n <= KEY_ID_MAX;
}

static bool is_key_hex(struct str hex)
{
	for (size_t i = 0; i < hex.n; i++) {
		char ch = hex.p[i];

		if (!((ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'f') || (ch >= 'A' && ch <= 'F')))
			return false;
	}
	return hex.n == KEY_HEX_LENGTH;
}

static bool named_before(struct str ring, struct str id)
{
	while (ring.n) {
		struct str entry = str_cut(&ring, ',');
		struct str other = str_cut(&entry, ':');

		if (other.p == id.p)
			return false;
		if (str_eq(other, id))
			return true;
	}
	return false;
}

/* Never says what stands there: it is a secret. */
static bool key_ring_good(const struct reading *r, struct str ring)
{
	struct str rest = ring;

	for (int number = 1; rest.p; number++) {
		struct str key = str_cut(&rest, ',');
		struct str id = str_cut(&key, ':');

		if (!is_key_id(id) || !is_key_hex(key))
			return bad(r, "%s: key_ring: key %d is not `id:64 hex digits`", r->file, number);
		if (named_before(ring, id))
			return bad(r, "%s: key_ring: the id of key %d stands there twice", r->file, number);
	}
	return true;
}

static bool platform_origins_good(const struct reading *r)
{
	const struct config *o = r->out;
	const struct { const char *key; struct str origin; } origins[] = {
		{ "google_accounts_origin", o->google_accounts_origin }, { "google_oauth_origin", o->google_oauth_origin },
		{ "youtube_api_origin", o->youtube_api_origin }, { "youtube_hub_origin", o->youtube_hub_origin },
		{ "youtube_site_origin", o->youtube_site_origin }, { "youtube_embed_origin", o->youtube_embed_origin },
		{ "youtube_image_origin", o->youtube_image_origin }, { "tiktok_authorize_origin", o->tiktok_authorize_origin },
		{ "tiktok_api_origin", o->tiktok_api_origin }, { "tiktok_embed_origin", o->tiktok_embed_origin },
		{ "twitch_id_origin", o->twitch_id_origin }, { "twitch_api_origin", o->twitch_api_origin },
		{ "twitch_site_origin", o->twitch_site_origin }, { "twitch_embed_origin", o->twitch_embed_origin },
		{ "twitch_image_origin", o->twitch_image_origin },
	};

	for (size_t i = 0; i < COUNT(origins); i++)
		if (!origin_good(r, origins[i].key, origins[i].origin))
			return false;
	return true;
}

/* An app at a platform is all of it or nothing. */
static bool apps_whole(const struct reading *r)
{
	const struct config *o = r->out;
	const struct { const char *key, *with; struct str has, wants; } apps[] = {
		{ "youtube_client_id", "youtube_client_secret", o->youtube_client_id, o->youtube_client_secret },
		{ "youtube_client_id", "youtube_api_key", o->youtube_client_id, o->youtube_api_key },
		{ "tiktok_client_key", "tiktok_client_secret", o->tiktok_client_key, o->tiktok_client_secret },
		{ "twitch_client_id", "twitch_client_secret", o->twitch_client_id, o->twitch_client_secret },
	};

	for (size_t i = 0; i < COUNT(apps); i++)
		if (apps[i].has.n && !apps[i].wants.n)
			return bad(r, "%s: %s is set and %s is not", r->file, apps[i].key, apps[i].with);
	return true;
}

bool config_read_text(struct arena *mem, const char *name, struct str text, const char *(*variable)(const char *name),
	struct config *out, char problem[PROBLEM_BYTES])
{
	struct reading r = { .mem = mem, .out = out, .problem = problem, .file = name };

	problem[0] = '\0';
	*out = (struct config){ 0 };
	start(&r);
	return take_lines(&r, text) && take_variables(&r, variable) && nothing_missing(&r) &&
		origin_good(&r, "base_url", out->base_url) && origin_good(&r, "shopify_origin", out->shopify_origin) &&
		platform_origins_good(&r) && apps_whole(&r) && key_ring_good(&r, out->key_ring);
}
