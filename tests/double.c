#include "tests/double.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/json/json.h"
#include "tests/suite.h"

#define FIXTURES "tests/fixtures/platforms/"

static struct json fixture(struct arena *mem, struct str name)
{
	struct ctx c = { .mem = mem };
	struct json all = { 0 };

	EXPECT_ERR(json_read(&c, suite_file(mem, str_z(mem, str_fmt(mem, FIXTURES STR_FMT ".json", STR_ARG(name)))), &all), OK);
	return all;
}

struct str double_body(struct arena *mem, const char *name)
{
	struct ctx c = { .mem = mem };

	return json_text(&c, json_get(fixture(mem, str_of(name)), "body"));
}

static struct str answer_of(struct arena *mem, const char *text)
{
	struct buf out = buf_new(mem, 1 << 22);
	struct str name = str_of(text), first = name, body;
	struct ctx c = { .mem = mem };
	struct json all, headers;
	int64_t status;
	const char *key;

	if (str_starts(name, S("HTTP/")))
		return name;
	if (str_int(str_cut(&first, ' '), &status))
		name = first;
	else
		status = 0;
	all = fixture(mem, name);
	if (!status)
		EXPECT(json_int(json_path(all, "_meta.status"), &status));
	headers = json_path(all, "_meta.headers");
	body = json_text(&c, json_get(all, "body"));
	buf_fmt(&out, "HTTP/1.1 %lld Said\r\nContent-Length: %zu\r\nConnection: close\r\n", (long long)status, body.n);
	for (size_t i = 0; (key = json_key_at(headers, i)); i++)
		buf_fmt(&out, "%s: " STR_FMT "\r\n", key, STR_ARG(json_str(json_get(headers, key))));
	buf_put(&out, S("\r\n"));
	buf_put(&out, body);
	return buf_str(&out);
}

/* Whether head and, as long as it says, body are there. */
static bool is_whole(const char *request, size_t n)
{
	struct str all = { request, n };
	size_t end = str_find(all, 0, S("\r\n\r\n")), at = str_find(all, 0, S("Content-Length: "));
	int64_t length = 0;

	if (end == SIZE_MAX)
		return false;
	if (at < end)
		(void)str_int(str_slice(all, at + 16, str_find(all, at, S("\r\n"))), &length);
	return n >= end + 4 + (size_t)length;
}

static void serve(int listening, struct double_asked *asked, const struct str *answers, int n)
{
	for (int i = 0; i < n; i++) {
		int client = accept(listening, NULL, NULL);
		size_t got = 0;

		while (got + 1 < sizeof(asked->requests[i]) && !is_whole(asked->requests[i], got)) {
			ssize_t more = recv(client, asked->requests[i] + got, sizeof(asked->requests[i]) - 1 - got, 0);

			if (more <= 0)
				break;
			got += (size_t)more;
		}
		asked->n = i + 1;
		for (size_t sent = 0; sent < answers[i].n;) {
			ssize_t more = send(client, answers[i].p + sent, answers[i].n - sent, MSG_NOSIGNAL);

			if (more <= 0)
				break;
			sent += (size_t)more;
		}
		close(client);
	}
}

static void configure(struct double_ *d)
{
	struct str o = d->origin;

	d->config = (struct config){
		.allow_http = true, .allow_private_targets = true, .net_connect_ms = 2000, .net_total_ms = 5000,
		.google_accounts_origin = o, .google_oauth_origin = o, .youtube_api_origin = o, .youtube_hub_origin = o,
		.youtube_site_origin = S("https://www.youtube.com"), .youtube_embed_origin = S("https://www.youtube-nocookie.com"),
		.youtube_image_origin = S("https://i.ytimg.com"), .youtube_client_id = S("yt-client"), .youtube_client_secret = S("yt-secret"),
		.youtube_api_key = S("yt-key"), .youtube_scopes = S("https://www.googleapis.com/auth/youtube.readonly,openid"),
		.youtube_units_day = 10000, .youtube_feed_topic = S("https://www.youtube.com/xml/feeds/videos.xml?channel_id={channel}"),
		.tiktok_authorize_origin = S("https://www.tiktok.com"), .tiktok_api_origin = o, .tiktok_embed_origin = S("https://www.tiktok.com"),
		.tiktok_image_origins = S("https://*.tiktokcdn.com"), .tiktok_client_key = S("awTESTclientkey"),
		.tiktok_client_secret = S("TTclientSecret"), .tiktok_scopes = S("user.info.basic,video.list"),
		.twitch_id_origin = o, .twitch_api_origin = o, .twitch_site_origin = S("https://www.twitch.tv"),
		.twitch_embed_origin = S("https://player.twitch.tv"), .twitch_image_origin = S("https://static-cdn.jtvnw.net"),
		.twitch_client_id = S("tw-client"), .twitch_client_secret = S("tw-secret"), .twitch_points_minute = 800,
	};
	d->c.config = &d->config;
	d->c.now_ms = DOUBLE_NOW_MS;
	d->call = (struct broadcaster_call){ .token = S("token-1"), .app_token = S("app-1") };
}

void double_start(struct double_ *d, const char *const answers[])
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(at);
	struct str texts[DOUBLE_ANSWERS_MAX];
	int n = 0;

	*d = (struct double_){ .c = { .mem = arena_new(1 << 26) }, .listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	d->asked = mmap(NULL, sizeof(*d->asked), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	EXPECT(d->asked != MAP_FAILED);
	EXPECT(bind(d->listening, (struct sockaddr *)&at, size) == 0 && listen(d->listening, 8) == 0);
	EXPECT(getsockname(d->listening, (struct sockaddr *)&at, &size) == 0);
	d->origin = str_fmt(d->c.mem, "http://127.0.0.1:%d", ntohs(at.sin_port));
	configure(d);
	for (; answers[n]; n++)
		texts[n] = answer_of(d->c.mem, answers[n]);
	d->pid = fork();
	if (d->pid == 0) {
		serve(d->listening, d->asked, texts, n);
		_exit(0);
	}
	close(d->listening);
}

void double_stop(struct double_ *d)
{
	kill(d->pid, SIGKILL);
	waitpid(d->pid, NULL, 0);
	munmap(d->asked, sizeof(*d->asked));
	arena_free(d->c.mem);
}

struct str double_asked(const struct double_ *d, int i)
{
	return i < d->asked->n ? str_of(d->asked->requests[i]) : S("");
}

void double_expect_asked(const struct double_ *d, int i, const char *part, const char *file, int line)
{
	suite_expect(str_find(double_asked(d, i), 0, str_of(part)) != SIZE_MAX, part, file, line);
}

static struct str push_header(const void *from, const char *cgi_name)
{
	struct str rest = str_of(from);

	while (rest.n) {
		struct str value = str_cut(&rest, '\n'), name = str_cut(&value, ':');

		if (str_eq(name, str_of(cgi_name)))
			return str_trim(value);
	}
	return S("");
}

struct broadcaster_push_in double_push(const char *headers, struct str body, struct str secret)
{
	return (struct broadcaster_push_in){ .method = PUSH_POST, .body = body, .header_of = push_header, .from = headers, .secret = secret,
		.now_ms = DOUBLE_NOW_MS };
}
