/* trial: an app with a route for each thing the request loop can do. Its handlers add rows to u.helper_run. */
#ifndef UNIFYED_TESTS_WEB_TRIAL_H
#define UNIFYED_TESTS_WEB_TRIAL_H
#include "tests/world.h"

extern const struct app trial_app;

/* How often a handler or batch has run since the last trial_reset(). */
int trial_runs(void);
void trial_reset(struct world *w);
struct got trial(struct world *w, struct asking asking);
#define TRIAL(w, ...) trial((w), (struct asking){ __VA_ARGS__ })

#endif
