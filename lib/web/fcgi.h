/* fcgi: the process around an app: its socket on fd 0, its signals, its one database connection.
 * Source  the FastCGI specification 1.0, by way of libfcgi
 */
#ifndef UNIFYED_WEB_FCGI_H
#define UNIFYED_WEB_FCGI_H
#include "lib/web/web.h"

/* Serves until SIGTERM or SIGINT: what is in hand is finished, then it returns 0. `--routes` prints the table.
 * Exit codes: 0 done, 70 no socket on fd 0, 78 configuration or an unsound table. */
int web_main(const struct app *app, int argc, char **argv);

#endif
