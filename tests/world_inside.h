/* world_inside: what the files of tests/world share. */
#ifndef UNIFYED_TESTS_WORLD_INSIDE_H
#define UNIFYED_TESTS_WORLD_INSIDE_H
#include <stdarg.h>

#include "tests/world.h"

void world_jars_empty(void);
void world_seed(struct world *w, const struct world_options *o);
int64_t world_int_of(struct world *w, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

#endif
