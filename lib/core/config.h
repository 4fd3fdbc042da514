/* config: what an operator may set, read once at start.
 * Source  unifyed.conf (`key = value`, '#' comments), each key overridable by UNIFYED_<KEY>
 * Fails   an unknown, missing or malformed key is one clear line on stderr and exit 78 (EX_CONFIG)
 */
#ifndef UNIFYED_CORE_CONFIG_H
#define UNIFYED_CORE_CONFIG_H
#include "lib/core/str.h"

struct config {
/* TEXT(key, default) INT(key, default, min, max) BOOL(key, default); default NULL: must be set */
#define TEXT(key, standard) struct str key;
#define INT(key, standard, min, max) int64_t key;
#define BOOL(key, standard) bool key;
#include "lib/core/config.def"
#undef TEXT
#undef INT
#undef BOOL
};

/* Reads `path` (NULL: $UNIFYED_CONF, else /etc/unifyed/unifyed.conf) and the environment.
 * Returns false and fills `problem` with one line. Lives for the process. */
bool config_read(const char *path, struct config *out, char problem[512]);
/* The same, printing the problem and exiting 78. */
const struct config *config_must(const char *path);

#endif
