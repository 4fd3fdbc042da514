/* scan: the strict first look at JSON bytes, before json-c sees them. */
#ifndef UNIFYED_JSON_SCAN_H
#define UNIFYED_JSON_SCAN_H
#include "lib/core/str.h"

#define JSON_DEPTH_MAX 32
/* A body is bounded at the door, but "[{},{},..." costs json-c 300 bytes for each of ours, and a number 30. */
#define JSON_CONTAINERS_MAX 65536
#define JSON_VALUES_MAX 1048576

struct scan {
	const char *p, *end;
	size_t containers, values;
	size_t keys; /* of all objects; json-c keeps fewer when one stood there twice */
};

/* One RFC 8259 value and nothing but white space around it: well-formed UTF-8 without NUL, escaped or not, no lone
 * surrogate, at most JSON_DEPTH_MAX levels, integers within int64. */
bool json_scan(struct str body, struct scan *out);

#endif
