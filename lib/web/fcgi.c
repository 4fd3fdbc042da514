/* fcgi.c: accepting requests and sending answers. The only file that knows libfcgi.
 *
 * A free worker takes every request already waiting (an app with batched routes; else one) and never waits for more.
 * The listen socket is non-blocking, or a sibling that was faster would leave this one blocked in accept.
 */
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/core/log.h"
#include "lib/core/time.h"
#include "lib/db/db.h"
#include "lib/web/fcgi.h"
#include "lib/web/inside.h"

#define HEADERS_MAX_BYTES 32768
#define HEADERS_MAX 200
#define REQUEST_ID_MAX 64

/* One request in hand; its arena is kept for the next one. */
struct seat {
	FCGX_Request fcgi;
	struct arena *mem;
	struct ctx *c;
	struct req *q;
	struct res *r;
	bool is_answered; /* all is sent, and the connection is still ours to close */
};

struct worker {
	const struct app *app;
	const struct config *config;
	struct db *db;
	struct seat *seats;
	size_t seats_n;
	int signals; /* signalfd of SIGTERM and SIGINT, which are blocked: nothing interrupts a request */
};

static struct str param_of(const void *from, const char *name)
{
	char *const *envp = from;

	return str_of(FCGX_GetParam(name, (char **)envp));
}

static bool is_request_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];

		if (!((ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '-'))
			return false;
	}
	return s.n >= 8 && s.n <= REQUEST_ID_MAX;
}

static struct str request_id(struct ctx *c, const struct req *q)
{
	struct str given = req_header(q, "REQUEST_ID");
	char text[37];

	if (is_request_id(given))
		return given;
	uuid_text(uuid_new(c->now_ms), text);
	return str_copy(c->mem, str_of(text));
}

static bool headers_fit(char **envp)
{
	size_t bytes = 0, n = 0;

	for (; envp[n] != NULL; n++)
		bytes += strlen(envp[n]);
	return n <= HEADERS_MAX && bytes <= HEADERS_MAX_BYTES;
}

/* Exactly CONTENT_LENGTH bytes, unless that is more than the address takes. */
static enum err body_read(struct seat *s, size_t max)
{
	struct str text = req_header(s->q, "CONTENT_LENGTH");
	int64_t length = 0;
	char *p;
	int got;

	if (text.n > 0 && (!str_int(text, &length) || length < 0))
		return ERR_BAD_REQUEST;
	if ((uint64_t)length > max)
		return ERR_BODY_TOO_LARGE;
	if (length == 0)
		return OK;
	p = arena_alloc(s->mem, (size_t)length);
	got = FCGX_GetStr(p, (int)length, s->fcgi.in);
	s->q->body = (struct str){ p, (size_t)got };
	return got == length ? OK : ERR_BAD_REQUEST;
}

static void seat_fill(struct worker *w, struct seat *s)
{
	struct req *q = s->q = NEW(s->mem, struct req);
	struct ctx *c = s->c = NEW(s->mem, struct ctx);

	s->r = NEW(s->mem, struct res);
	q->header_of = param_of;
	q->from = s->fcgi.envp;
	q->method = method_read(req_header(q, "REQUEST_METHOD"));
	q->address = req_header(q, "REMOTE_ADDR");
	c->mem = s->mem;
	c->config = w->config;
	c->db = w->db;
	c->now_ms = time_now_ms();
	c->request_id = request_id(c, q);
	if (headers_fit(s->fcgi.envp))
		q->door = body_read(s, app_body_max(c, w->app, q->method, req_header(q, "REQUEST_URI")));
	else
		q->door = ERR_HEADERS_TOO_LARGE;
	c->failed = OK; /* the loop says it again, with the route known */
}

static void put(FCGX_Stream *out, struct str s)
{
	if (s.n > 0)
		FCGX_PutStr(s.p, (int)s.n, out);
}

static void seat_answer(struct seat *s)
{
	const struct res *r = s->r;
	FCGX_Stream *out = s->fcgi.out;

	FCGX_FPrintF(out, "Status: %d\r\n", r->status);
	if (r->content_type.n > 0) {
		put(out, S("Content-Type: "));
		put(out, r->content_type);
		put(out, S("\r\n"));
	}
	for (size_t i = 0; i < r->headers_n; i++) {
		put(out, r->headers[i].name);
		put(out, S(": "));
		put(out, r->headers[i].value);
		put(out, S("\r\n"));
	}
	if (r->body.n > 0 || (r->status != 204 && s->q->method != HEAD))
		FCGX_FPrintF(out, "Content-Length: %lu\r\n", (unsigned long)r->body.n);
	put(out, S("\r\n"));
	put(out, r->body);
	FCGX_FClose(s->fcgi.err);
	FCGX_FClose(out);
	shutdown(s->fcgi.ipcFd, SHUT_WR); /* nginx takes the end of the stream for the end of the answer */
	s->is_answered = true;
}

/* libfcgi waits here until nginx has closed its end; by the next request it long has. */
static void seats_finish(struct worker *w)
{
	for (size_t i = 0; i < w->seats_n; i++) {
		if (w->seats[i].is_answered)
			FCGX_Finish_r(&w->seats[i].fcgi);
		w->seats[i].is_answered = false;
	}
}

/* Takes what is waiting, up to the seats there are. */
static size_t take_waiting(struct worker *w)
{
	size_t n = 0;

	while (n < w->seats_n && FCGX_Accept_r(&w->seats[n].fcgi) == 0) {
		seat_fill(w, &w->seats[n]);
		n++;
	}
	return n;
}

static void serve_waiting(struct worker *w)
{
	struct ctx **c;
	struct req **q;
	struct res **r;
	size_t n;

	seats_finish(w);
	n = take_waiting(w);
	if (n == 0) /* a sibling was faster, or nothing sensible came */
		return;

	c = arena_array(w->seats[0].mem, n, sizeof *c);
	q = arena_array(w->seats[0].mem, n, sizeof *q);
	r = arena_array(w->seats[0].mem, n, sizeof *r);
	for (size_t i = 0; i < n; i++) {
		c[i] = w->seats[i].c;
		q[i] = w->seats[i].q;
		r[i] = w->seats[i].r;
	}
	serve_answers(c, w->app, q, r, n);
	for (size_t i = 0; i < n; i++)
		seat_answer(&w->seats[i]);
	notes_write_many(c, n); /* nobody waits for them */
	for (size_t i = n; i-- > 0;)
		arena_reset(w->seats[i].mem);
}

/* false: it is time to go */
static bool wait_for_work(struct worker *w)
{
	struct pollfd p[] = { { .fd = w->signals, .events = POLLIN }, { .fd = STDIN_FILENO, .events = POLLIN } };
	int n = poll(p, 2, (int)w->config->db_idle_s * 1000);

	if (n == 0)
		db_close_if_idle(w->db, time_monotonic_ms());
	return (p[0].revents & POLLIN) == 0 && (n >= 0 || errno == EINTR);
}

static size_t seats_wanted(const struct app *app, const struct config *config)
{
	for (size_t i = 0; i < app->n; i++) {
		if (app->routes[i].batch != NULL)
			return (size_t)config->batch_max;
	}
	return 1;
}

static bool worker_open(struct worker *w, const struct app *app)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (FCGX_Init() != 0 || FCGX_IsCGI() || fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK) != 0)
		return false;
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL); /* libfcgi's own handlers never run */
	*w = (struct worker){ .app = app, .config = config_must(NULL), .signals = signalfd(-1, &set, SFD_CLOEXEC) };
	w->db = db_new(w->config, app->role);
	w->seats_n = seats_wanted(app, w->config);
	w->seats = calloc(w->seats_n, sizeof *w->seats);
	if (w->seats == NULL || w->signals < 0)
		return false;
	for (size_t i = 0; i < w->seats_n; i++) {
		w->seats[i].mem = arena_new((size_t)w->config->arena_max_bytes);
		if (FCGX_InitRequest(&w->seats[i].fcgi, STDIN_FILENO, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
			return false;
	}
	return true;
}

static void worker_close(struct worker *w)
{
	for (size_t i = 0; i < w->seats_n; i++) {
		FCGX_Free(&w->seats[i].fcgi, 1);
		arena_free(w->seats[i].mem);
	}
	free(w->seats);
	db_free(w->db);
	close(w->signals);
}

int web_main(const struct app *app, int argc, char **argv)
{
	struct worker w;
	char text[256];
	const char *problem = app_problem(app, text);

	if (problem != NULL) {
		fprintf(stderr, "%s\n", problem);
		return 78;
	}
	if (argc > 1 && strcmp(argv[1], "--routes") == 0) {
		app_print(app);
		return 0;
	}
	log_program(app->name);
	if (!worker_open(&w, app)) {
		fprintf(stderr, "%s: fd 0 is no FastCGI socket\n", app->name);
		return 70;
	}
	while (wait_for_work(&w))
		serve_waiting(&w);
	worker_close(&w);
	return 0;
}
