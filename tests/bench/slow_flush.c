/* slow_flush: adds UNIFYED_FLUSH_US microseconds to each flush of the server it is preloaded into: the disk of a cloud. */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void wait_a_little(void)
{
	const char *text = getenv("UNIFYED_FLUSH_US");
	long us = text ? strtol(text, NULL, 10) : 0;
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

int fdatasync(int fd)
{
	static int (*real)(int);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
	wait_a_little();
	return real(fd);
}

int fsync(int fd)
{
	static int (*real)(int);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "fsync");
	wait_a_little();
	return real(fd);
}
