/* utf8: one step through bytes that claim to be UTF-8. Source: RFC 3629 §4 */
#ifndef UNIFYED_CORE_UTF8_H
#define UNIFYED_CORE_UTF8_H
#include "lib/core/str.h"

/* Length of the well-formed sequence at p (n bytes are left, at least 1), or 0 when there is none. */
size_t utf8_step(const char *p, size_t n);
/* The code point of a sequence that utf8_step found well-formed. */
uint32_t utf8_point(const char *p, size_t length);

#endif
