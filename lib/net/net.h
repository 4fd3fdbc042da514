/* net: one outgoing HTTP exchange with a deadline. The only door to libcurl.
 * Never  follows a redirect, retries, sends to private or loopback addresses (unless config allow_private_targets),
 *        or runs while a transaction is open (it aborts: db_tx_open)
 */
#ifndef UNIFYED_NET_H
#define UNIFYED_NET_H
#include "lib/core/ctx.h"

struct net_header {
	struct str name, value;
};

struct net_ask {
	const char *method;            /* "GET", "POST" */
	struct str url;                /* https, or http where config allow_http */
	const struct net_header *headers;
	size_t headers_n;
	struct str body;
	struct str content_type;       /* empty: none */
	size_t answer_max_bytes;       /* 0: 8 MiB */
	int64_t total_ms;              /* 0: config net_total_ms */
	/* When set, gets the body piece by piece instead of it being kept; false stops the exchange, which then is OK.
	 * There is no limit on such a body unless answer_max_bytes says one. */
	bool (*piece)(void *to, struct str bytes);
	void *to;
};

struct net_answer {
	int status;               /* HTTP status */
	struct str body;
	struct net_header *headers; /* of the final answer, names in lower case */
	size_t headers_n;
};

/* fails  PLATFORM_AWAY  no HTTP answer within the deadline (name, connect, TLS, time-out, cut off, too large)
 *        INTERNAL       an URL that must not be called
 * Any HTTP status is OK here: adapters classify it. Lives as long as c->mem. */
enum err net_call(struct ctx *c, const struct net_ask *ask, struct net_answer *out);
struct str net_header_of(const struct net_answer *answer, const char *lower_case_name);

#endif
