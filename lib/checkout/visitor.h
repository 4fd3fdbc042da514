/* visitor: who asks at a link, without knowing who it is: 128 random bits that the browser brings back, signed.
 * Never  kept beside anything personal; a token that is forged, changed, too old or made for another use is none
 */
#ifndef UNIFYED_CHECKOUT_VISITOR_H
#define UNIFYED_CHECKOUT_VISITOR_H
#include "lib/core/ctx.h"

#define VISITOR_COOKIE "uv"            /* read and written with req_cookie_of and res_cookie */
#define VISITOR_COOKIE_S (24 * 3600)
#define VISITOR_RENEW_S (12 * 3600)    /* one that is older is made anew when it is used; its age begins again */
#define VISITOR_FORM_S 3600

/* What a token is for: S("cookie"), or of a form its link's code; a token of one use is none for another.
 * 72 characters of base64url: the id, the second it was made, HMAC-SHA256. Lives as long as c->mem. */
struct str visitor_token(struct ctx *c, struct str use, struct uuid visitor);
/* false unless it was made here for that use in the last max_age_s seconds (or the next minute: clocks differ).
 * *made_ms: when; NULL: never mind. */
bool visitor_read(struct ctx *c, struct str use, struct str token, int64_t max_age_s, struct uuid *out, int64_t *made_ms);
/* What tells those apart who only look: the visitor of that cookie, else the address block's hash of today with the browser's name. */
struct str visitor_who(struct ctx *c, struct str cookie, struct str address, struct str user_agent);
/* The visitor of a first request, derived from its id: the same request handed on twice is one visitor. */
struct uuid visitor_first(struct ctx *c);

#endif
