/* net.c: outgoing calls, against a server that each test forks and that answers one connection as it is told. */
#include "lib/net/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/core/buf.h"
#include "lib/core/config.h"
#include "lib/core/time.h"
#include "tests/suite.h"

#define HANG "hang" /* an answer: none, for ever */

struct server {
	int listening, port;
	pid_t pid;
};

struct caller {
	struct config config;
	struct ctx c;
	struct server server;
};

/* Reads one request and answers "<answer>" with every "@" in it replaced by the request. */
static void serve_once(int listening, const char *answer)
{
	char request[65536];
	int client = accept(listening, NULL, NULL);
	ssize_t got = recv(client, request, sizeof(request) - 1, 0);
	struct str rest = str_of(answer);

	if (strcmp(answer, HANG) == 0)
		pause();
	while (rest.p) {
		struct str part = str_cut(&rest, '@');

		send(client, part.p, part.n, MSG_NOSIGNAL);
		if (rest.p && got > 0)
			send(client, request, (size_t)got, MSG_NOSIGNAL);
	}
	close(client);
}

static struct server server_start(const char *answer)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(at);
	struct server s = { .listening = socket(AF_INET, SOCK_STREAM, 0) };

	EXPECT(bind(s.listening, (struct sockaddr *)&at, size) == 0 && listen(s.listening, 8) == 0);
	EXPECT(getsockname(s.listening, (struct sockaddr *)&at, &size) == 0);
	s.port = ntohs(at.sin_port);
	s.pid = fork();
	if (s.pid == 0) {
		serve_once(s.listening, answer);
		_exit(0);
	}
	return s;
}

static void caller_start(struct caller *caller, const char *answer)
{
	*caller = (struct caller){ .server = server_start(answer) };
	caller->config = (struct config){
		.allow_http = true, .allow_private_targets = true, .net_connect_ms = 2000, .net_total_ms = 5000,
	};
	caller->c = (struct ctx){ .mem = arena_new(1 << 24), .config = &caller->config };
}

static void caller_stop(struct caller *caller)
{
	kill(caller->server.pid, SIGKILL);
	waitpid(caller->server.pid, NULL, 0);
	close(caller->server.listening);
	arena_free(caller->c.mem);
}

static struct str url(struct caller *caller)
{
	return str_fmt(caller->c.mem, "http://127.0.0.1:%d/x?y=1", caller->server.port);
}

static enum err call(struct caller *caller, struct net_ask ask, struct net_answer *out)
{
	*out = (struct net_answer){ 0 };
	if (!ask.method)
		ask.method = "GET";
	if (!ask.url.n)
		ask.url = url(caller);
	return net_call(&caller->c, &ask, out);
}

static void an_answer_comes_with_status_headers_and_body(void)
{
	struct caller caller;
	struct net_answer answer;

	caller_start(&caller, "HTTP/1.1 201 Created\r\nX-Request-Id:  abc \r\nContent-Length: 5\r\n\r\nhello");
	EXPECT_ERR(call(&caller, (struct net_ask){ 0 }, &answer), OK);
	EXPECT_INT(answer.status, 201);
	EXPECT_STR(answer.body, "hello");
	EXPECT_STR(net_header_of(&answer, "x-request-id"), "abc");
	EXPECT_STR(net_header_of(&answer, "none"), "");
	caller_stop(&caller);
}

static void the_request_is_what_was_asked(void)
{
	const struct net_header headers[] = { { S("X-Token"), S("t1") }, { S("X-Empty"), S("") } };
	struct caller caller;
	struct net_answer answer;

	caller_start(&caller, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n@");
	EXPECT_ERR(call(&caller, (struct net_ask){ .method = "POST", .headers = headers, .headers_n = COUNT(headers),
		.body = S("{\"a\":1}"), .content_type = S("application/json") }, &answer), OK);
	EXPECT(str_starts(answer.body, S("POST /x?y=1 HTTP/1.1\r\n")));
	EXPECT(str_find(answer.body, 0, S("\r\nUser-Agent: Unifyed/1.0\r\n")) != SIZE_MAX);
	EXPECT(str_find(answer.body, 0, S("\r\nX-Token: t1\r\n")) != SIZE_MAX);
	EXPECT(str_find(answer.body, 0, S("\r\nX-Empty:\r\n")) != SIZE_MAX);
	EXPECT(str_find(answer.body, 0, S("\r\nContent-Type: application/json\r\n")) != SIZE_MAX);
	EXPECT(str_find(answer.body, 0, S("Expect:")) == SIZE_MAX);
	EXPECT(str_ends(answer.body, S("\r\n\r\n{\"a\":1}")));
	caller_stop(&caller);
}

static void other_methods_keep_their_name(void)
{
	struct caller caller;
	struct net_answer answer;

	caller_start(&caller, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n@");
	EXPECT_ERR(call(&caller, (struct net_ask){ .method = "DELETE" }, &answer), OK);
	EXPECT(str_starts(answer.body, S("DELETE /x")));
	EXPECT(str_find(answer.body, 0, S("Content-Type")) == SIZE_MAX);
	caller_stop(&caller);
}

static void any_status_is_an_answer(void)
{
	struct caller caller;
	struct net_answer answer;

	caller_start(&caller, "HTTP/1.1 503 Away\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n");
	EXPECT_ERR(call(&caller, (struct net_ask){ 0 }, &answer), OK);
	EXPECT_INT(answer.status, 503);
	EXPECT_INT((int64_t)answer.body.n, 0);
	caller_stop(&caller);
}

static void a_redirect_is_not_followed(void)
{
	struct caller caller;
	struct net_answer answer;

	caller_start(&caller, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
	EXPECT_ERR(call(&caller, (struct net_ask){ 0 }, &answer), OK);
	EXPECT_INT(answer.status, 302);
	EXPECT_STR(net_header_of(&answer, "location"), "http://127.0.0.1:1/");
	caller_stop(&caller);
}

static void headers_of_a_provisional_answer_are_forgotten(void)
{
	struct caller caller;
	struct net_answer answer;

	caller_start(&caller, "HTTP/1.1 103 Early\r\nX-A: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-B: 2\r\nContent-Length: 0\r\n\r\n");
	EXPECT_ERR(call(&caller, (struct net_ask){ 0 }, &answer), OK);
	EXPECT_STR(net_header_of(&answer, "x-a"), "");
	EXPECT_STR(net_header_of(&answer, "x-b"), "2");
	caller_stop(&caller);
}

static void a_silent_server_is_away_at_the_deadline(void)
{
	struct caller caller;
	struct net_answer answer;
	int64_t start = time_monotonic_ms(), took;

	caller_start(&caller, HANG);
	EXPECT_ERR(call(&caller, (struct net_ask){ .total_ms = 300 }, &answer), ERR_PLATFORM_AWAY);
	took = time_monotonic_ms() - start;
	EXPECT(took >= 290 && took < 2000);
	caller_stop(&caller);
}

static void a_server_that_is_not_there_is_away(void)
{
	struct caller caller;
	struct net_answer answer;

	caller_start(&caller, HANG);
	EXPECT_ERR(call(&caller, (struct net_ask){ .url = S("http://127.0.0.1:1/") }, &answer), ERR_PLATFORM_AWAY);
	caller_stop(&caller);
}

static void an_answer_that_is_cut_off_is_away(void)
{
	struct caller caller;
	struct net_answer answer;

	caller_start(&caller, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello");
	EXPECT_ERR(call(&caller, (struct net_ask){ 0 }, &answer), ERR_PLATFORM_AWAY);
	caller_stop(&caller);
}

static void what_is_no_http_is_away(void)
{
	struct caller caller;
	struct net_answer answer;

	caller_start(&caller, "SSH-2.0-OpenSSH\r\n");
	EXPECT_ERR(call(&caller, (struct net_ask){ 0 }, &answer), ERR_PLATFORM_AWAY);
	caller_stop(&caller);
}

static void an_answer_that_says_it_is_too_large_is_away(void)
{
	struct caller caller;
	struct net_answer answer;

	caller_start(&caller, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world");
	EXPECT_ERR(call(&caller, (struct net_ask){ .answer_max_bytes = 10 }, &answer), ERR_PLATFORM_AWAY);
	EXPECT_STR(caller.c.failed_detail, "an answer past 10 bytes");
	caller_stop(&caller);
}

static void an_answer_that_turns_out_too_large_is_away(void)
{
	struct caller caller;
	struct net_answer answer;

	caller_start(&caller, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello world");
	EXPECT_ERR(call(&caller, (struct net_ask){ .answer_max_bytes = 10 }, &answer), ERR_PLATFORM_AWAY);
	EXPECT_STR(caller.c.failed_detail, "an answer past 10 bytes");
	caller_stop(&caller);
}

static bool add_piece(void *to, struct str bytes)
{
	buf_put(to, bytes);
	return true;
}

static bool stop_at_once(void *to, struct str bytes)
{
	buf_put(to, bytes);
	return false;
}

static void pieces_go_where_they_are_wanted(void)
{
	struct caller caller;
	struct net_answer answer;
	struct buf all;

	caller_start(&caller, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello world");
	all = buf_new(caller.c.mem, 100);
	EXPECT_ERR(call(&caller, (struct net_ask){ .piece = add_piece, .to = &all }, &answer), OK);
	EXPECT_STR(buf_str(&all), "hello world");
	EXPECT_INT((int64_t)answer.body.n, 0);
	caller_stop(&caller);
}

static void a_reader_may_stop(void)
{
	struct caller caller;
	struct net_answer answer;
	struct buf all;

	caller_start(&caller, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhello");
	all = buf_new(caller.c.mem, 100);
	EXPECT_ERR(call(&caller, (struct net_ask){ .piece = stop_at_once, .to = &all }, &answer), OK);
	EXPECT_INT(answer.status, 200);
	caller_stop(&caller);
}

static void a_private_address_is_never_called(void)
{
	static const char *const hosts[] = { "127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "2130706433" };
	struct caller caller;
	struct net_answer answer;

	caller_start(&caller, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	caller.config.allow_private_targets = false;
	for (size_t i = 0; i < COUNT(hosts); i++) {
		struct str target = str_fmt(caller.c.mem, "http://%s:%d/", hosts[i], caller.server.port);

		EXPECT_ERR(call(&caller, (struct net_ask){ .url = target }, &answer), ERR_INTERNAL);
	}
	EXPECT(waitpid(caller.server.pid, NULL, WNOHANG) == 0);
	caller_stop(&caller);
}

static void urls_that_must_not_be_called(void)
{
	static const char *const bad[] = {
		"", "https://", "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "//127.0.0.1/",
		"http://a:b@127.0.0.1/", "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y", "http://127.0.0.1:99999/",
	};
	struct caller caller;
	struct net_answer answer;

	caller_start(&caller, HANG);
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct net_ask ask = { .method = "GET", .url = str_of(bad[i]) };

		suite_expect_err(net_call(&caller.c, &ask, &answer), ERR_INTERNAL, bad[i], __FILE__, __LINE__);
	}
	caller.config.allow_http = false;
	EXPECT_ERR(call(&caller, (struct net_ask){ 0 }, &answer), ERR_INTERNAL);
	caller_stop(&caller);
}

static void a_header_cannot_bring_another(void)
{
	const struct net_header header = { S("X-Token"), S("a\r\nX-Evil: 1") };
	struct caller caller;
	struct net_answer answer;

	caller_start(&caller, HANG);
	EXPECT_ERR(call(&caller, (struct net_ask){ .headers = &header, .headers_n = 1 }, &answer), ERR_INTERNAL);
	caller_stop(&caller);
}

static void a_server_without_tls_is_away(void)
{
	struct caller caller;
	struct net_answer answer;

	caller_start(&caller, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	EXPECT_ERR(call(&caller, (struct net_ask){
		.url = str_fmt(caller.c.mem, "https://127.0.0.1:%d/", caller.server.port) }, &answer), ERR_PLATFORM_AWAY);
	caller_stop(&caller);
}

/* A TLS server that signed its own certificate; its port. */
static int tls_start(pid_t *pid)
{
	int out[2], port = 0;
	char line[256];
	FILE *from;

	EXPECT(pipe(out) == 0);
	*pid = fork();
	if (*pid == 0) {
		setpgid(0, 0);
		dup2(out[1], STDOUT_FILENO);
		execl("/bin/sh", "sh", "-c", "d=$(mktemp -d) && trap 'rm -rf \"$d\"' EXIT TERM && cd \"$d\" && openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 "
			"-addext subjectAltName=IP:127.0.0.1 -keyout k -out c -days 2 2>/dev/null && "
			"openssl s_server -accept 127.0.0.1:0 -key k -cert c -www 2>/dev/null", (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	from = fdopen(out[0], "r");
	while (!port && fgets(line, sizeof(line), from))
		sscanf(line, "ACCEPT 127.0.0.1:%d", &port);
	fclose(from);
	return port;
}

static void a_certificate_that_nobody_vouches_for_is_away(void)
{
	struct caller caller;
	struct net_answer answer;
	pid_t pid;
	int port;

	caller_start(&caller, HANG);
	port = tls_start(&pid);
	EXPECT(port > 0);
	EXPECT_ERR(call(&caller, (struct net_ask){ .url = str_fmt(caller.c.mem, "https://127.0.0.1:%d/", port) }, &answer),
		ERR_PLATFORM_AWAY);
	EXPECT(kill(-pid, SIGTERM) == 0);
	waitpid(pid, NULL, 0);
	caller_stop(&caller);
}

static const CU_TestInfo tests[] = {
	T(an_answer_comes_with_status_headers_and_body),
	T(the_request_is_what_was_asked),
	T(other_methods_keep_their_name),
	T(any_status_is_an_answer),
	T(a_redirect_is_not_followed),
	T(headers_of_a_provisional_answer_are_forgotten),
	T(a_silent_server_is_away_at_the_deadline),
	T(a_server_that_is_not_there_is_away),
	T(an_answer_that_is_cut_off_is_away),
	T(what_is_no_http_is_away),
	T(a_server_without_tls_is_away),
	T(a_certificate_that_nobody_vouches_for_is_away),
	T(an_answer_that_says_it_is_too_large_is_away),
	T(an_answer_that_turns_out_too_large_is_away),
	T(pieces_go_where_they_are_wanted),
	T(a_reader_may_stop),
	T(a_private_address_is_never_called),
	T(urls_that_must_not_be_called),
	T(a_header_cannot_bring_another),
	CU_TEST_INFO_NULL,
};

const struct suite suite_net_net = { "lib/net", tests };
