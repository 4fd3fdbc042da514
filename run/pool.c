/* pool.c: N copies of one FastCGI worker behind one listening socket, for a demo or a small server.
 *
 *   pool SOCKET N -- BINARY [ARGUMENT...]
 *
 * The socket is made here and handed to each worker as its standard input, as FastCGI asks, so it outlives them all:
 * a killed worker is started again at once and no visitor is turned away in between.
 *   SIGTERM, SIGINT  ends the workers, which finish what they have in hand, and exits 0
 *   SIGHUP           replaces the workers one by one
 * A worker that says its configuration is wrong (exit 78) ends the pool with 78. Systemd or multiwatch do the same.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORKERS_MAX 64
#define BACKLOG 4096
#define QUICK_MS 100      /* a life shorter than this counts as a failed start */
#define PAUSE_MAX_MS 2000 /* between failed starts */
#define ENDING_MS 20000   /* what a worker has for its last request */
#define EXIT_CONFIG 78

struct worker {
	pid_t pid;        /* 0: not running */
	int64_t since_ms; /* when it was started */
	int64_t start_ms; /* when to start it, while it is not running */
	int64_t kill_ms;  /* when to stop waiting for its end; 0: it was not asked to end */
	int quick;        /* failed starts in a row */
	bool old;         /* to be replaced */
};

struct pool {
	const char *path;
	char **command;
	int socket;
	int n;
	bool ending;
	int exit_code;
	sigset_t signals, before;
	struct worker workers[WORKERS_MAX];
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void say(const struct pool *p, const char *says, int number)
{
	const char *slash = strrchr(p->command[0], '/');

	dprintf(STDERR_FILENO, "{\"level\":\"warn\",\"program\":\"pool\",\"pool\":\"%s\",\"says\":\"%s\",\"number\":%d}\n",
		slash != NULL ? slash + 1 : p->command[0], says, number);
}

static void give_up(const char *what, const char *about)
{
	fprintf(stderr, "pool: %s %s: %s\n", what, about, strerror(errno));
	exit(EXIT_FAILURE);
}

/* A socket file that nobody answers is left over from a crash. */
static void bind_or_give_up(int fd, const struct sockaddr_un *at)
{
	int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(probe, (const struct sockaddr *)at, sizeof *at) == 0) {
		errno = EADDRINUSE;
		give_up("another pool answers on", at->sun_path);
	}
	close(probe);
	if (unlink(at->sun_path) != 0 && errno != ENOENT)
		give_up("cannot remove", at->sun_path);
	if (bind(fd, (const struct sockaddr *)at, sizeof *at) != 0)
		give_up("cannot bind", at->sun_path);
}

static int listen_at(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof at.sun_path) {
		errno = ENAMETOOLONG;
		give_up("cannot listen on", path);
	}
	memcpy(at.sun_path, path, strlen(path));
	if (fd < 0)
		give_up("no socket for", path);
	bind_or_give_up(fd, &at);
	if (chmod(path, 0660) != 0 || listen(fd, BACKLOG) != 0)
		give_up("cannot listen on", path);
	return fd;
}

static void become_worker(const struct pool *p)
{
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	sigprocmask(SIG_SETMASK, &p->before, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (dup2(p->socket, STDIN_FILENO) == STDIN_FILENO)
		execv(p->command[0], p->command);
	say(p, "cannot run the worker", errno);
	_exit(errno == ENOENT || errno == EACCES ? EXIT_CONFIG : EXIT_FAILURE);
}

static void start(struct pool *p, struct worker *w)
{
	pid_t pid = fork();

	if (pid == 0)
		become_worker(p);
	if (pid < 0) {
		say(p, "cannot fork", errno);
		w->start_ms = now_ms() + PAUSE_MAX_MS;
		return;
	}
	*w = (struct worker){ .pid = pid, .since_ms = now_ms(), .quick = w->quick };
}

static void ask_to_end(struct worker *w)
{
	if (w->pid == 0 || w->kill_ms != 0)
		return;
	kill(w->pid, SIGTERM);
	w->kill_ms = now_ms() + ENDING_MS;
}

static void end_all(struct pool *p, int exit_code)
{
	if (p->ending)
		return;
	p->ending = true;
	p->exit_code = exit_code;
	unlink(p->path);
	close(p->socket);
	for (int i = 0; i < p->n; i++)
		ask_to_end(&p->workers[i]);
}

static int pause_ms(int quick)
{
	if (quick < 2)
		return 0;
	return quick > 7 ? PAUSE_MAX_MS : 25 << (quick - 1);
}

static void ended(struct pool *p, struct worker *w, int status)
{
	int64_t at = now_ms();
	bool failed = !WIFEXITED(status) || WEXITSTATUS(status) != 0;

	if (WIFSIGNALED(status))
		say(p, "a worker was ended by signal", WTERMSIG(status));
	else if (failed)
		say(p, "a worker ended with code", WEXITSTATUS(status));
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_CONFIG)
		end_all(p, EXIT_CONFIG);
	w->quick = w->kill_ms == 0 && at - w->since_ms < QUICK_MS ? w->quick + 1 : 0;
	w->pid = 0;
	w->old = false;
	w->start_ms = at + pause_ms(w->quick);
}

static void reap(struct pool *p)
{
	int status;

	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
		for (int i = 0; i < p->n; i++) {
			if (p->workers[i].pid == pid)
				ended(p, &p->workers[i], status);
		}
	}
}

/* Does what is due; returns the milliseconds until the next thing is, or -1 when all workers are gone for good. */
static int64_t tend(struct pool *p)
{
	int64_t at = now_ms(), next = at + 60000;
	int running = 0, leaving = 0;

	for (int i = 0; i < p->n; i++) {
		struct worker *w = &p->workers[i];

		if (w->pid == 0 && !p->ending && w->start_ms <= at)
			start(p, w);
		if (w->kill_ms != 0 && w->pid != 0 && w->kill_ms <= at)
			kill(w->pid, SIGKILL);
		running += w->pid != 0;
		leaving += w->pid == 0 || w->kill_ms != 0;
		if (w->pid == 0 && w->start_ms < next)
			next = w->start_ms;
		if (w->kill_ms > at && w->kill_ms < next)
			next = w->kill_ms;
	}
	for (int i = 0; i < p->n && leaving == 0; i++) {
		if (p->workers[i].old) {
			ask_to_end(&p->workers[i]);
			leaving++;
		}
	}
	if (p->ending && running == 0)
		return -1;
	return next > at ? next - at : 1;
}

static void take_signal(struct pool *p, int64_t wait_ms)
{
	struct timespec most = { .tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000 };

	switch (sigtimedwait(&p->signals, NULL, &most)) {
	case SIGTERM:
	case SIGINT:
		end_all(p, EXIT_SUCCESS);
		break;
	case SIGHUP:
		for (int i = 0; i < p->n; i++)
			p->workers[i].old = p->workers[i].pid != 0;
		break;
	default:
		break;
	}
	reap(p);
}

int main(int argc, char **argv)
{
	struct pool p = { 0 };
	int64_t wait_ms;

	p.n = argc > 4 ? atoi(argv[2]) : 0;
	if (p.n < 1 || p.n > WORKERS_MAX || strcmp(argv[3], "--") != 0) {
		fprintf(stderr, "usage: pool SOCKET N -- BINARY [ARGUMENT...] (N: 1 to %d)\n", WORKERS_MAX);
		return 64;
	}
	p.path = argv[1];
	p.command = argv + 4;
	sigemptyset(&p.signals);
	sigaddset(&p.signals, SIGTERM);
	sigaddset(&p.signals, SIGINT);
	sigaddset(&p.signals, SIGHUP);
	sigaddset(&p.signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &p.signals, &p.before);
	p.socket = listen_at(p.path);

	while ((wait_ms = tend(&p)) >= 0)
		take_signal(&p, wait_ms);
	return p.exit_code;
}
