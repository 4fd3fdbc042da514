/* json.c: whatever is read as JSON can be written and read again, and nothing in between aborts. */
#include <stdlib.h>

#include "lib/json/json.h"

#define ARENA_BYTES 67108864
#define INPUT_BYTES_MAX 262144

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

/* Every reader, on every value. */
static void walk(struct ctx *c, struct json v)
{
	int64_t number;
	const char *key;

	for (size_t i = 0; i < json_length(v); i++)
		walk(c, json_at(v, i));
	for (size_t i = 0; (key = json_key_at(v, i)); i++) {
		struct str text;
		struct money money;
		struct uuid id;

		must(json_type(json_get(v, key)) != JSON_ABSENT);
		json_want_text(c, v, key, 1, 80, &text);
		json_want_money(c, v, key, &money);
		json_want_time(c, v, key, &number);
		json_want_id(c, v, key, ID_link, &id);
		walk(c, json_get(v, key));
	}
	must(str_utf8(json_str(v)));
	json_int(v, &number);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ctx c = { .mem = arena_new(ARENA_BYTES) };
	struct json v, again;

	if (size < INPUT_BYTES_MAX && json_read(&c, (struct str){ (const char *)data, size }, &v) == OK) {
		struct str text = json_text(&c, v);

		walk(&c, v);
		must(json_read(&c, text, &again) == OK);
		must(str_eq(json_text(&c, again), text));
	}
	arena_free(c.mem);
	return 0;
}
