/* fcgi.c: a real worker on a real socket, spoken to as nginx does (FastCGI 1.0, one connection per request). */
#include "lib/web/fcgi.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/web/trial.h"
#include "tests/suite.h"

#define ANSWER_MAX 65536

struct client {
	char out[131072]; /* records to send */
	size_t n;
	int fd;
	char answer[ANSWER_MAX]; /* STDOUT, then NUL */
};

struct server {
	struct sockaddr_un at;
	int fd;
	pid_t pids[2];
};

static void put(struct client *k, const void *p, size_t n)
{
	if (k->n + n > sizeof k->out)
		abort();
	if (n > 0)
		memcpy(k->out + k->n, p, n);
	k->n += n;
}

static void record(struct client *k, int type, const void *p, size_t n)
{
	const unsigned char head[] = { 1, (unsigned char)type, 0, 1, (unsigned char)(n >> 8), (unsigned char)(n & 255), 0, 0 };

	put(k, head, sizeof head);
	put(k, p, n);
}

static size_t pair_of(unsigned char *to, const char *name, const char *value)
{
	size_t a = strlen(name), b = strlen(value), n = 0;

	to[n++] = (unsigned char)a;
	to[n++] = (unsigned char)(b >> 24 | 0x80);
	to[n++] = (unsigned char)(b >> 16);
	to[n++] = (unsigned char)(b >> 8);
	to[n++] = (unsigned char)b;
	memcpy(to + n, name, a);
	memcpy(to + n + a, value, b);
	return n + a + b;
}

/* more: name, value, ..., NULL */
static void request(struct client *k, const char *method, const char *uri, const char *length, const char *body,
	const char *const more[])
{
	static unsigned char params[65536];
	size_t n = 0;

	k->n = 0;
	record(k, 1, (const unsigned char[]){ 0, 1, 0, 0, 0, 0, 0, 0 }, 8);
	n += pair_of(params + n, "REQUEST_METHOD", method);
	n += pair_of(params + n, "REQUEST_URI", uri);
	n += pair_of(params + n, "CONTENT_LENGTH", length);
	n += pair_of(params + n, "CONTENT_TYPE", "application/json");
	n += pair_of(params + n, "REQUEST_ID", "0123456789abcdef0123456789abcdef");
	for (size_t i = 0; more != NULL && more[i] != NULL; i += 2)
		n += pair_of(params + n, more[i], more[i + 1]);
	record(k, 4, params, n);
	record(k, 4, NULL, 0);
	if (body[0] != '\0')
		record(k, 5, body, strlen(body));
	record(k, 5, NULL, 0);
}

static void dial(const struct server *s, struct client *k)
{
	k->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(k->fd, (const struct sockaddr *)&s->at, sizeof s->at) != 0)
		CU_FAIL_FATAL("cannot connect");
	if (write(k->fd, k->out, k->n) < 0 && errno != EPIPE)
		CU_FAIL("cannot write");
}

/* Gathers STDOUT records until END_REQUEST, or until the connection ends. */
static void hang_up(struct client *k)
{
	static unsigned char in[ANSWER_MAX];
	size_t n = 0, at = 0, got = 0;
	ssize_t part = 1;

	while (part > 0 && (at + 8 > n || in[at + 1] != 3)) {
		size_t length = at + 8 > n ? 0 : (size_t)in[at + 4] << 8 | in[at + 5];
		size_t end = at + 8 + length + (at + 8 > n ? 0 : in[at + 6]);

		if (end > n || at + 8 > n) {
			part = read(k->fd, in + n, sizeof in - n);
			n += part > 0 ? (size_t)part : 0;
			continue;
		}
		if (in[at + 1] == 6 && got + length < ANSWER_MAX) {
			memcpy(k->answer + got, in + at + 8, length);
			got += length;
		}
		at = end;
	}
	close(k->fd);
	k->answer[got] = '\0';
}

static int serve_on(int fd)
{
	struct app app = trial_app;

	app.role = NULL;
	dup2(fd, STDIN_FILENO);
	world_env();
	dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
	return web_main(&app, 1, (char *[]){ (char *)(uintptr_t)"trial", NULL });
}

static void server_start(struct server *s, int workers)
{
	memset(s, 0, sizeof *s);
	s->at.sun_family = AF_UNIX;
	snprintf(s->at.sun_path, sizeof s->at.sun_path, "/tmp/unifyed_trial_%d", (int)getpid());
	unlink(s->at.sun_path);
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s->fd, (const struct sockaddr *)&s->at, sizeof s->at) != 0 || listen(s->fd, 64) != 0)
		CU_FAIL_FATAL("cannot listen");
	fflush(NULL);
	for (int i = 0; i < workers; i++) {
		s->pids[i] = fork();
		if (s->pids[i] == 0)
			_exit(serve_on(s->fd));
	}
}

/* Asks all workers to go; gives the exit code of the last. */
static int server_stop(struct server *s)
{
	int status = -1;

	for (int i = 0; i < 2 && s->pids[i] > 0; i++) {
		kill(s->pids[i], SIGTERM);
		waitpid(s->pids[i], &status, 0);
	}
	close(s->fd);
	unlink(s->at.sun_path);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static struct client *asked(const struct server *s, const char *method, const char *uri, const char *length,
	const char *body, const char *const more[])
{
	static struct client k;

	request(&k, method, uri, length, body, more);
	dial(s, &k);
	hang_up(&k);
	return &k;
}

static void expect_has(const struct client *k, const char *text)
{
	if (strstr(k->answer, text) == NULL) {
		fprintf(stderr, "answer: %s\n", k->answer);
		CU_FAIL(text);
	}
}

static void a_worker_answers_and_ends_on_sigterm(void)
{
	struct world w = world();
	struct server s;
	const struct client *k;

	(void)w;
	server_start(&s, 1);
	k = asked(&s, "GET", "/trial/hello?say=you", "", "", NULL);
	expect_has(k, "Status: 200\r\n");
	expect_has(k, "Content-Type: text/plain; charset=utf-8\r\n");
	expect_has(k, "X-Request-Id: 0123456789abcdef0123456789abcdef\r\n");
	expect_has(k, "\r\n\r\nyou");
	expect_has(asked(&s, "GET", "/trial/count", "0", "", NULL), "{\"n\":0}");
	EXPECT_INT(server_stop(&s), 0);
}

static void a_body_is_read_to_its_length_and_no_further(void)
{
	struct world w = world();
	struct server s;

	(void)w;
	server_start(&s, 1);
	expect_has(asked(&s, "POST", "/trial/push", "5", "12345", NULL), "\r\n\r\n12345");
	expect_has(asked(&s, "POST", "/trial/push", "5", "123", NULL), "Status: 400\r\n");
	expect_has(asked(&s, "POST", "/trial/push", "x", "123", NULL), "Status: 400\r\n");
	expect_has(asked(&s, "POST", "/trial/push", "-1", "123", NULL), "Status: 400\r\n");
	expect_has(asked(&s, "POST", "/trial/push", "65", "123", NULL), "Status: 413\r\n");
	expect_has(asked(&s, "POST", "/trial/push", "99999999999", "123", NULL), "Status: 413\r\n");
	expect_has(asked(&s, "POST", "/trial/nowhere", "99999999", "123", NULL), "Status: 404\r\n");
	EXPECT_INT(server_stop(&s), 0);
}

static void headers_past_the_most_are_431(void)
{
	static char big[33000];
	const char *more[2 * 210 + 1] = { 0 };
	struct world w = world();
	struct server s;

	(void)w;
	memset(big, 'x', sizeof big - 1);
	server_start(&s, 1);
	expect_has(asked(&s, "GET", "/trial/hello", "", "", (const char *const[]){ "HTTP_X", big, NULL }), "Status: 431\r\n");
	for (int i = 0; i < 2 * 210; i++)
		more[i] = "HTTP_Y";
	expect_has(asked(&s, "GET", "/trial/hello", "", "", more), "Status: 431\r\n");
	expect_has(asked(&s, "GET", "/trial/hello", "", "", NULL), "Status: 200\r\n");
	EXPECT_INT(server_stop(&s), 0);
}

static void a_request_in_hand_is_finished_before_the_worker_goes(void)
{
	struct client k;
	struct world w = world();
	struct server s;

	server_start(&s, 1);
	trial_reset(&w);
	request(&k, "POST", "/trial/open", "6", "\"slow\"", NULL);
	dial(&s, &k);
	usleep(300000);
	EXPECT_INT(server_stop(&s), 0);
	hang_up(&k);
	expect_has(&k, "Status: 201\r\n");
	expect_sql(&w, 1, "select count(*) from u.helper_run where name = '\"slow\"'");
}

static void what_waits_together_is_served_together(void)
{
	static struct client k[6];
	struct world w = world();
	struct server s;
	char uri[64];

	server_start(&s, 1);
	expect_has(asked(&s, "GET", "/trial/hello", "", "", NULL), "Status: 200\r\n");
	kill(s.pids[0], SIGSTOP);
	for (int i = 0; i < 6; i++) {
		snprintf(uri, sizeof uri, "/trial/batch/n%d", i);
		request(&k[i], "GET", uri, "", "", NULL);
		dial(&s, &k[i]);
	}
	kill(s.pids[0], SIGCONT);
	for (int i = 0; i < 6; i++) {
		hang_up(&k[i]);
		expect_has(&k[i], "Status: 200\r\n");
		EXPECT_STR(str_of(strstr(k[i].answer, "\r\n\r\n")), strstr(k[0].answer, "\r\n\r\n"));
	}
	EXPECT_INT(server_stop(&s), 0);
	expect_sql(&w, 6, "select count(*) from u.helper_run where name like 'n_'");
}

static void siblings_share_a_socket(void)
{
	static struct client k[20];
	struct world w = world();
	struct server s;
	int good = 0;

	(void)w;
	server_start(&s, 2);
	for (int i = 0; i < 20; i++) {
		request(&k[i], "GET", "/trial/count", "", "", NULL);
		dial(&s, &k[i]);
	}
	for (int i = 0; i < 20; i++) {
		hang_up(&k[i]);
		good += strstr(k[i].answer, "Status: 200\r\n") != NULL;
	}
	EXPECT_INT(good, 20);
	EXPECT_INT(server_stop(&s), 0);
}

static int exit_of(const struct app *app)
{
	int status = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		world_env();
		dup2(open("/dev/null", O_RDWR), STDIN_FILENO);
		dup2(STDIN_FILENO, STDERR_FILENO);
		_exit(web_main(app, 1, (char *[]){ (char *)(uintptr_t)"trial", NULL }));
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void an_unsound_table_does_not_start(void)
{
	struct route route = trial_app.routes[0];
	struct app app = { "trial", "api", &route, 1 };
	struct world w = world();

	(void)w;
	EXPECT_INT(exit_of(&app), 70); /* sound, but fd 0 is no socket */
	route.who = WHO_UNSTATED;
	EXPECT_INT(exit_of(&app), 78);
}

static const CU_TestInfo tests[] = {
	T(a_worker_answers_and_ends_on_sigterm),
	T(a_body_is_read_to_its_length_and_no_further),
	T(headers_past_the_most_are_431),
	T(a_request_in_hand_is_finished_before_the_worker_goes),
	T(what_waits_together_is_served_together),
	T(siblings_share_a_socket),
	T(an_unsound_table_does_not_start),
	CU_TEST_INFO_NULL,
};

const struct suite suite_web_fcgi = { "lib/web fcgi", tests };
