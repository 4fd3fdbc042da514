/* text: what names and codes may look like. The only door to PCRE2.
 * Patterns are compiled once, anchored at both true ends, matched with a step limit.
 */
#ifndef UNIFYED_TEXT_H
#define UNIFYED_TEXT_H
#include "lib/core/str.h"

/* Each answers for exactly the whole of s. Callers lower-case first where the form is lower case. */
bool text_is_code(struct str s);          /* a link code: 3 to 32 of [A-Za-z0-9-], no '-' at the ends */
bool text_is_handle(struct str s);        /* 3 to 30 of [a-z0-9_.], starting and ending in [a-z0-9] */
bool text_is_reserved(struct str handle); /* words nobody may take as handle or vanity code */
bool text_is_email(struct str s);         /* one '@', dot in the domain, <= 254 bytes, no space or control */
bool text_is_shop(struct str s);          /* ^[a-z0-9][a-z0-9-]*\.myshopify\.com$, <= 255 bytes (shopify.md 1.6) */
bool text_is_platform_id(struct str s);   /* of an account on a platform: 1 to 128 of [A-Za-z0-9_-] */
bool text_is_platform_name(struct str s); /* its name in addresses there: 1 to 64 of [A-Za-z0-9_.-] */
bool text_is_youtube_id(struct str s);    /* of a video there: 6 to 20 of [A-Za-z0-9_-] */
bool text_is_number(struct str s);        /* an id that is a number: 1 to 20 digits, of any size */
bool text_is_zone(struct str s);          /* the look of an IANA zone name; the database knows which exist */
bool text_is_web_url(struct str s);       /* http(s), a host, no credentials, no control or space, <= 2048 */
bool text_is_preview_agent(struct str user_agent); /* link unfurlers and crawlers (preview_agents.def) */
/* A name people read: valid UTF-8, no control characters, no bidi controls (U+202A..E, U+2066..9, U+200E/F, U+061C). */
bool text_is_name(struct str s);
bool text_is_prose(struct str s);         /* the same, in one or more lines; LF between them */

#endif
