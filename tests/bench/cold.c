/* cold: from starting a worker to the last byte of its first answer, in microseconds; the median of some tries.
 * usage: cold TRIES URI BINARY    (the worker finds its configuration in the environment; the request is a navigation)
 * Speaks FastCGI itself, so that no server in front is measured too.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TRIES_MAX 101

struct request {
	unsigned char bytes[4096];
	size_t n;
};

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void record(struct request *q, int type, const void *content, size_t n)
{
	const unsigned char head[8] = { 1, (unsigned char)type, 0, 1, (unsigned char)(n >> 8), (unsigned char)(n & 255), 0, 0 };

	memcpy(q->bytes + q->n, head, sizeof head);
	memcpy(q->bytes + q->n + sizeof head, content, n);
	q->n += sizeof head + n;
}

/* Names and values here are shorter than 128 bytes: one byte of length each. */
static size_t param(unsigned char *to, const char *name, const char *value)
{
	size_t name_n = strlen(name), value_n = strlen(value);

	to[0] = (unsigned char)name_n;
	to[1] = (unsigned char)value_n;
	memcpy(to + 2, name, name_n);
	memcpy(to + 2 + name_n, value, value_n);
	return 2 + name_n + value_n;
}

static struct request navigation(const char *uri)
{
	const char *const params[][2] = { { "REQUEST_METHOD", "GET" }, { "REQUEST_URI", uri }, { "REMOTE_ADDR", "127.0.0.1" },
		{ "HTTP_ACCEPT", "text/html" }, { "HTTP_SEC_FETCH_MODE", "navigate" }, { "HTTP_SEC_FETCH_DEST", "document" } };
	const unsigned char begin[8] = { 0, 1 };
	unsigned char text[2048] = { 0 };
	struct request q = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < sizeof params / sizeof params[0]; i++)
		n += param(text + n, params[i][0], params[i][1]);
	record(&q, 1, begin, sizeof begin);
	record(&q, 4, text, n);
	record(&q, 4, "", 0);
	record(&q, 5, "", 0);
	return q;
}

static int listen_at(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	unlink(at->sun_path);
	if (fd < 0 || bind(fd, (const struct sockaddr *)at, sizeof *at) != 0 || listen(fd, 8) != 0)
		die(at->sun_path);
	return fd;
}

static uint64_t one_start(const struct sockaddr_un *at, const struct request *q, char *binary)
{
	int listening = listen_at(at), fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer[65536], *argv[] = { binary, NULL };
	uint64_t begin = now_us(), took;
	pid_t worker = fork();
	size_t n = 0;
	ssize_t got;

	if (worker == 0) {
		dup2(listening, STDIN_FILENO);
		close(listening);
		execv(binary, argv);
		_exit(127);
	}
	if (worker < 0 || connect(fd, (const struct sockaddr *)at, sizeof *at) != 0)
		die("connect");
	close(listening);
	if (write(fd, q->bytes, q->n) != (ssize_t)q->n)
		die("write");
	while (n < sizeof answer - 1 && (got = read(fd, answer + n, sizeof answer - 1 - n)) > 0)
		n += (size_t)got;
	took = now_us() - begin;
	close(fd);
	kill(worker, SIGTERM);
	waitpid(worker, NULL, 0);
	if (n < 20 || memcmp(answer + 8, "Status: 303", 11) != 0) {
		fprintf(stderr, "cold: the first answer was no redirect: %.*s\n", n > 8 ? (int)n - 8 : 0, answer + 8);
		exit(1);
	}
	return took;
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	long tries = argc == 4 ? strtol(argv[1], NULL, 10) : 0;
	uint64_t took[TRIES_MAX];
	struct request q;

	if (tries < 1 || tries > TRIES_MAX) {
		fprintf(stderr, "usage: cold TRIES(1-%d) URI BINARY\n", TRIES_MAX);
		return 64;
	}
	snprintf(at.sun_path, sizeof at.sun_path, "/tmp/ufy-cold-%ld", (long)getpid());
	q = navigation(argv[2]);
	for (long i = 0; i < tries; i++)
		took[i] = one_start(&at, &q, argv[3]);
	unlink(at.sun_path);
	qsort(took, (size_t)tries, sizeof took[0], ascending);
	printf("%lu\n", (unsigned long)took[tries / 2]);
	return 0;
}
