/* config.c: what an operator wrote, and what we say about it. */
#include "lib/core/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/core/arena.h"
#include "lib/core/config_text.h"
#include "tests/suite.h"

#define KEY_A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF"
#define KEY_B "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define NEEDED                                                                                       \
	"database = host=/run/postgresql dbname=unifyed\nkey_ring = a:" KEY_A "\nshopify_client_id = id\n" \
	"shopify_client_secret = secret\n"
#define WHOLE NEEDED "base_url = https://unifyed.example\n"

struct got {
	bool good;
	struct config config;
	char problem[512];
	struct arena *mem;
};

static struct got got_with(const char *text, const char *(*variable)(const char *))
{
	struct got got = { .mem = arena_new(65536) };

	got.good = config_read_text(got.mem, "unifyed.conf", str_of(text), variable, &got.config, got.problem);
	return got;
}

static void expect_problem(const char *text, const char *want, int line)
{
	struct got got = got_with(text, NULL);

	suite_expect(!got.good, text, __FILE__, line);
	suite_expect_str(str_of(got.problem), str_of(want), "problem", __FILE__, line);
	arena_free(got.mem);
}

#define PROBLEM(text, want) expect_problem((text), (want), __LINE__)

static void a_whole_file_is_read_and_the_rest_is_default(void)
{
	struct got got = got_with("# ours\n\n" WHOLE "  hold_s=60\t# short\r\nallow_http = yes\nassets_dir =\n"
				  "discount_prefix = a#b", NULL);

	EXPECT_STR(str_of(got.problem), "");
	EXPECT(got.good);
	EXPECT_STR(got.config.database, "host=/run/postgresql dbname=unifyed");
	EXPECT_INT(got.config.hold_s, 60);
	EXPECT_INT(got.config.batch_max, 32);
	EXPECT(got.config.allow_http && !got.config.allow_private_targets);
	EXPECT_STR(got.config.assets_dir, "");
	EXPECT_STR(got.config.discount_prefix, "a#b");
	EXPECT_STR(got.config.shopify_origin, "https://{shop}");
	arena_free(got.mem);
}

static void each_mistake_is_one_clear_line(void)
{
	PROBLEM(WHOLE "holds = 3\n", "unifyed.conf:6: there is no key \"holds\"");
	PROBLEM(WHOLE "hold_s\n", "unifyed.conf:6: expected `key = value`");
	PROBLEM(WHOLE "hold_s = 3\n", "unifyed.conf:6: hold_s must be an integer from 30 to 3600");
	PROBLEM(WHOLE "hold_s = 60s\n", "unifyed.conf:6: hold_s must be an integer from 30 to 3600");
	PROBLEM(WHOLE "hold_s = 99999999999999999999\n", "unifyed.conf:6: hold_s must be an integer from 30 to 3600");
	PROBLEM(WHOLE "webhook_keep_days = 0\n", "unifyed.conf:6: webhook_keep_days must be an integer from 1 to 365");
	PROBLEM(WHOLE "idempotency_keep_days = 0\n", "unifyed.conf:6: idempotency_keep_days must be an integer from 1 to 90");
	PROBLEM(WHOLE "allow_http = maybe\n", "unifyed.conf:6: allow_http must be true or false");
	PROBLEM(WHOLE "\nbase_url = https://b.example\n", "unifyed.conf:7: base_url is set twice");
	PROBLEM(WHOLE "assets_dir = \xFF\n", "unifyed.conf:6: assets_dir is not UTF-8 text");
	PROBLEM(NEEDED, "unifyed.conf: base_url is missing (or set UNIFYED_BASE_URL)");
	PROBLEM(NEEDED "base_url =\n", "unifyed.conf:5: base_url must not be empty");
	PROBLEM("", "unifyed.conf: database is missing (or set UNIFYED_DATABASE)");
}

static void origins_are_https_without_a_slash(void)
{
	PROBLEM(NEEDED "base_url = http://a.example\n",
		"unifyed.conf: base_url must start with https:// (http:// only with allow_http)");
	PROBLEM(NEEDED "base_url = https://a.example/\n", "unifyed.conf: base_url must name a host and not end in /");
	PROBLEM(NEEDED "base_url = https://\n", "unifyed.conf: base_url must name a host and not end in /");
	PROBLEM(NEEDED "base_url = https://a@b\n", "unifyed.conf: base_url must not hold spaces, '?' or '@'");
	PROBLEM(WHOLE "twitch_api_origin = https://api.twitch.tv/\n", "unifyed.conf: twitch_api_origin must name a host and not end in /");
	PROBLEM(WHOLE "shopify_origin = ftp://{shop}\nallow_http = on\n",
		"unifyed.conf: shopify_origin must start with https:// or http://");
}

static void an_app_at_a_platform_is_whole(void)
{
	PROBLEM(WHOLE "youtube_client_id = i\nyoutube_client_secret = s\n", "unifyed.conf: youtube_client_id is set and youtube_api_key is not");
	PROBLEM(WHOLE "youtube_client_id = i\nyoutube_api_key = k\n", "unifyed.conf: youtube_client_id is set and youtube_client_secret is not");
	PROBLEM(WHOLE "tiktok_client_key = i\n", "unifyed.conf: tiktok_client_key is set and tiktok_client_secret is not");
	PROBLEM(WHOLE "twitch_client_id = i\n", "unifyed.conf: twitch_client_id is set and twitch_client_secret is not");
}

static void http_origins_are_for_the_sandbox(void)
{
	struct got got = got_with(NEEDED "base_url = http://127.0.0.1:8080\nallow_http = 1\n", NULL);

	EXPECT(got.good);
	arena_free(got.mem);
}

static void the_key_ring_is_checked_and_never_shown(void)
{
	PROBLEM("key_ring = a:" KEY_A "0\nbase_url = https://a.example\ndatabase = d\nshopify_client_id = i\n"
		"shopify_client_secret = s\n", "unifyed.conf: key_ring: key 1 is not `id:64 hex digits`");
	PROBLEM("key_ring = a:" KEY_A ",b:short\nbase_url = https://a.example\ndatabase = d\nshopify_client_id = i\n"
		"shopify_client_secret = s\n", "unifyed.conf: key_ring: key 2 is not `id:64 hex digits`");
	PROBLEM("key_ring = a:" KEY_A ",a:" KEY_B "\nbase_url = https://a.example\ndatabase = d\nshopify_client_id = i\n"
		"shopify_client_secret = s\n", "unifyed.conf: key_ring: the id of key 2 stands there twice");
	PROBLEM("key_ring = a.b:" KEY_A "\nbase_url = https://a.example\ndatabase = d\nshopify_client_id = i\n"
		"shopify_client_secret = s\n", "unifyed.conf: key_ring: key 1 is not `id:64 hex digits`");
	PROBLEM("key_ring = a:" KEY_A ",\nbase_url = https://a.example\ndatabase = d\nshopify_client_id = i\n"
		"shopify_client_secret = s\n", "unifyed.conf: key_ring: key 2 is not `id:64 hex digits`");
}

static const char *some_variables(const char *name)
{
	if (strcmp(name, "UNIFYED_BASE_URL") == 0)
		return "https://env.example";
	return strcmp(name, "UNIFYED_HOLD_S") == 0 ? "45" : NULL;
}

static const char *a_bad_variable(const char *name)
{
	return strcmp(name, "UNIFYED_HOLD_S") == 0 ? "soon" : NULL;
}

static void variables_win_over_the_file(void)
{
	struct got got = got_with(WHOLE "hold_s = 60\n", some_variables);

	EXPECT(got.good);
	EXPECT_INT(got.config.hold_s, 45);
	EXPECT_STR(got.config.base_url, "https://env.example");
	arena_free(got.mem);
}

static void a_bad_variable_is_named(void)
{
	struct got got = got_with(WHOLE, a_bad_variable);

	EXPECT(!got.good);
	EXPECT_STR(str_of(got.problem), "UNIFYED_HOLD_S: hold_s must be an integer from 30 to 3600");
	arena_free(got.mem);
}

static void a_file_that_was_named_must_be_there(void)
{
	struct config config;
	char problem[512];

	EXPECT(!config_read("/nonexistent/unifyed.conf", &config, problem));
	EXPECT_STR(str_of(problem), "/nonexistent/unifyed.conf: No such file or directory");
}

static void a_file_is_read_from_disk(void)
{
	char path[] = "/tmp/unifyed_conf_XXXXXX", problem[512];
	struct config config;
	int fd = mkstemp(path);

	unsetenv("UNIFYED_SHOPIFY_CLIENT_ID"); /* other suites set it */

	EXPECT(fd >= 0 && write(fd, WHOLE, sizeof(WHOLE) - 1) == sizeof(WHOLE) - 1);
	EXPECT(config_read(path, &config, problem));
	EXPECT_STR(config.shopify_client_id, "id");
	close(fd);
	unlink(path);
}

static void the_example_holds_every_key(void)
{
	static const char *const keys[] = {
#define TEXT(key, standard) #key,
#define INT(key, standard, min, max) #key,
#define BOOL(key, standard) #key,
#include "lib/core/config.def"
#undef TEXT
#undef INT
#undef BOOL
	};
	static char text[65536];
	FILE *file = fopen("unifyed.conf.example", "re");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	for (size_t i = 0; i < COUNT(keys); i++) {
		char line[80];

		snprintf(line, sizeof(line), "\n%s =", keys[i]);
		if (!strstr(text, line)) {
			snprintf(line, sizeof(line), "\n#%s =", keys[i]);
			suite_expect(strstr(text, line) != NULL, keys[i], __FILE__, __LINE__);
		}
	}
}

static const CU_TestInfo tests[] = {
	T(a_whole_file_is_read_and_the_rest_is_default),
	T(each_mistake_is_one_clear_line),
	T(origins_are_https_without_a_slash),
	T(an_app_at_a_platform_is_whole),
	T(http_origins_are_for_the_sandbox),
	T(the_key_ring_is_checked_and_never_shown),
	T(variables_win_over_the_file),
	T(a_bad_variable_is_named),
	T(a_file_that_was_named_must_be_there),
	T(a_file_is_read_from_disk),
	T(the_example_holds_every_key),
	CU_TEST_INFO_NULL,
};

const struct suite suite_core_config = { "lib/core/config", tests };
