/* config_text: the reading of config without files, environment or process-wide memory; for config.c, tests, fuzz. */
#ifndef UNIFYED_CORE_CONFIG_TEXT_H
#define UNIFYED_CORE_CONFIG_TEXT_H
#include "lib/core/config.h"

/* Reads `text`, called `name` in problems, then the variables that `variable` gives (NULL: none there). */
bool config_read_text(struct arena *mem, const char *name, struct str text, const char *(*variable)(const char *name),
	struct config *out, char problem[512]);

#endif
