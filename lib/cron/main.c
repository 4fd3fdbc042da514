/* main of every helper; the Makefile compiles it once for each file of cron/. */
#include "lib/cron/cron.h"

extern const struct helper HELPER;

int main(int argc, char **argv)
{
	return cron_main(&HELPER, argc, argv);
}
