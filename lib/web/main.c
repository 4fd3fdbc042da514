/* main of every FastCGI binary; the Makefile compiles it once for each app of cgi-bin/. */
#include "lib/web/fcgi.h"

extern const struct app APP;

int main(int argc, char **argv)
{
	return web_main(&APP, argc, argv);
}
