/* inside: what the files of lib/replay share. */
#ifndef UNIFYED_REPLAY_INSIDE_H
#define UNIFYED_REPLAY_INSIDE_H
#include "lib/replay/replay.h"

/* As soon as it has something to show it is there for everybody, without her doing anything: once, and never again what she took back. */
enum err replay_publish_first(struct ctx *c, struct replay_id id);

#endif
