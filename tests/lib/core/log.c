/* log.c: one JSON object per line, whatever it is given. */
#include "lib/core/log.h"

#include <string.h>
#include <unistd.h>

#include "lib/core/ctx.h"
#include "lib/json/json.h"
#include "tests/suite.h"

static char line[8192];

/* What log_line says into a pipe instead of stderr. */
static struct str logged(const struct log_field *fields, size_t n)
{
	int ends[2], saved = dup(STDERR_FILENO);
	ssize_t got;

	EXPECT(pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) >= 0);
	log_line(LOG_WARN, "request", fields, n);
	dup2(saved, STDERR_FILENO);
	got = read(ends[0], line, sizeof(line));
	close(ends[0]);
	close(ends[1]);
	close(saved);
	return (struct str){ line, got > 0 ? (size_t)got : 0 };
}

static void a_line_is_one_json_object(void)
{
	struct ctx c = { .mem = arena_new(1 << 20) };
	struct str text = logged(LOG_FIELDS(LOG_I("status", 200), LOG_S("route", S("/a\"\n\xFF"))));
	struct json v;
	int64_t status = 0;

	EXPECT(str_ends(text, S("}\n")));
	EXPECT_ERR(json_read_object(&c, text, &v), OK);
	EXPECT_STR(json_str_at(v, "level"), "warn");
	EXPECT_STR(json_str_at(v, "says"), "request");
	EXPECT(json_str_at(v, "at").n == 24 && json_str_at(v, "program").n > 0);
	EXPECT(json_int(json_get(v, "status"), &status));
	EXPECT_INT(status, 200);
	EXPECT_STR(json_str_at(v, "route"), "/a\"\n\xEF\xBF\xBD");
	arena_free(c.mem);
}

static void long_texts_are_cut_and_the_line_stays_whole(void)
{
	static char longest[20000];
	struct ctx c = { .mem = arena_new(1 << 20) };
	struct str text;
	struct json v;

	memset(longest, '\\', sizeof(longest));
	text = logged(LOG_FIELDS(LOG_S("a", ((struct str){ longest, sizeof(longest) })),
		LOG_S("b", ((struct str){ longest, sizeof(longest) })), LOG_I("n", 1)));
	EXPECT(text.n <= 4096 && str_ends(text, S("}\n")));
	EXPECT_ERR(json_read_object(&c, text, &v), OK);
	EXPECT(json_str_at(v, "a").n > 500);
	arena_free(c.mem);
}

static const CU_TestInfo tests[] = {
	T(a_line_is_one_json_object),
	T(long_texts_are_cut_and_the_line_stays_whole),
	CU_TEST_INFO_NULL,
};

const struct suite suite_core_log = { "lib/core/log", tests };
