/* net.c: one exchange, one curl handle, cleaned up before net_call returns. */
#include "lib/net/net.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/core/buf.h"
#include "lib/core/config.h"
#include "lib/core/log.h"
#include "lib/core/tx_guard.h"
#include "lib/net/address.h"

#define ANSWER_BYTES 8388608
#define HEADERS_MAX 96
#define HEADER_BYTES_MAX 65536

struct exchange {
	struct ctx *c;
	const struct net_ask *ask;
	struct net_answer *out;
	CURL *curl;
	struct curl_slist *list; /* of request headers */
	struct buf body;
	size_t max;              /* of the body; SIZE_MAX: none */
	size_t taken;            /* of the body, kept or handed on */
	size_t header_bytes;
	bool refused;            /* an address that must not be called */
	bool stopped;            /* by ask->piece */
	bool too_large;
};

static void must(bool good, const char *what)
{
	if (good)
		return;
	log_line(LOG_ERROR, "net", LOG_FIELDS(LOG_S("failed", str_of(what))));
	abort();
}

static curl_socket_t open_socket(void *clientp, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct exchange *x = clientp;

	(void)purpose;
	/* Judged here, after the name was resolved, so a name cannot change its mind in between. */
	if (!x->c->config->allow_private_targets && !address_is_public(&address->addr)) {
		x->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t on_body(char *p, size_t size, size_t n, void *userdata)
{
	struct exchange *x = userdata;
	struct str bytes = { p, size * n };

	if (bytes.n > x->max - x->taken) {
		x->too_large = true;
		return 0;
	}
	x->taken += bytes.n;
	if (!x->ask->piece) {
		buf_put(&x->body, bytes);
		return bytes.n;
	}
	x->stopped = !x->ask->piece(x->ask->to, bytes);
	return x->stopped ? 0 : bytes.n;
}

static size_t on_header(char *p, size_t size, size_t n, void *userdata)
{
	struct exchange *x = userdata;
	struct net_answer *out = x->out;
	struct str line = { p, size * n }, value = line, name;

	x->header_bytes += line.n;
	if (x->header_bytes > HEADER_BYTES_MAX) {
		x->too_large = true;
		return 0;
	}
	/* A status line begins anew: 100 Continue comes with headers of its own. */
	if (str_starts(line, S("HTTP/")))
		out->headers_n = 0;
	name = str_cut(&value, ':');
	if (!value.p || out->headers_n == HEADERS_MAX)
		return line.n;
	out->headers[out->headers_n++] = (struct net_header){
		str_lower(x->c->mem, name), str_copy(x->c->mem, str_trim(value))
	};
	return line.n;
}

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((uint8_t)s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7F)
			return false;
	return true;
}

/* Scheme and form; the address behind the name is judged in open_socket. */
static enum err url_must_be_good(struct ctx *c, struct str url)
{
	bool http = c->config->allow_http && str_starts(url, S("http://"));
	size_t host = http ? 7 : 8;

	if (!http && !str_starts(url, S("https://")))
		return FAIL(c, ERR_INTERNAL, "not an https URL");
	if (url.n == host || !is_plain(url) || str_find(url, 0, S(" ")) != SIZE_MAX)
		return FAIL(c, ERR_INTERNAL, "a malformed URL");
	return OK;
}

static void header_add(struct exchange *x, const char *line)
{
	struct curl_slist *longer = curl_slist_append(x->list, line);

	must(longer, "curl_slist_append");
	x->list = longer;
}

static enum err headers_set(struct exchange *x)
{
	struct arena *mem = x->c->mem;

	for (size_t i = 0; i < x->ask->headers_n; i++) {
		const struct net_header *h = &x->ask->headers[i];
		struct str line = str_fmt(mem, h->value.n ? STR_FMT ": " STR_FMT : STR_FMT ";" STR_FMT, STR_ARG(h->name),
			STR_ARG(h->value));

		if (!is_plain(h->name) || !is_plain(h->value))
			return FAIL(x->c, ERR_INTERNAL, "a control character in a request header");
		header_add(x, str_z(mem, line));
	}
	if (!is_plain(x->ask->content_type))
		return FAIL(x->c, ERR_INTERNAL, "a control character in a content type");
	/* "Name:" keeps curl from sending its own. */
	header_add(x, str_z(mem, str_fmt(mem, x->ask->content_type.n ? "Content-Type: " STR_FMT : "Content-Type:" STR_FMT,
		STR_ARG(x->ask->content_type))));
	header_add(x, "Expect:");
	return OK;
}

#define SET(option, value) must(curl_easy_setopt(x->curl, (option), (value)) == CURLE_OK, #option)

static void method_set(struct exchange *x)
{
	if (strcmp(x->ask->method, "GET") == 0 && x->ask->body.n == 0)
		return;
	if (strcmp(x->ask->method, "HEAD") == 0) {
		SET(CURLOPT_NOBODY, 1L);
		return;
	}
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->ask->body.n);
	SET(CURLOPT_POSTFIELDS, x->ask->body.n ? x->ask->body.p : "");
	SET(CURLOPT_CUSTOMREQUEST, x->ask->method);
}

static void limits_set(struct exchange *x)
{
	const struct config *config = x->c->config;

	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)config->net_connect_ms);
	SET(CURLOPT_TIMEOUT_MS, (long)(x->ask->total_ms ? x->ask->total_ms : config->net_total_ms));
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PROTOCOLS_STR, config->allow_http ? "http,https" : "https");
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_PROXY, ""); /* also not the one of the environment */
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, x);
	if (x->max != SIZE_MAX)
		SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)x->max);
}

static void callbacks_set(struct exchange *x)
{
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, x);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, x);
	SET(CURLOPT_HTTPHEADER, x->list);
	SET(CURLOPT_USERAGENT, "Unifyed/1.0");
}

/* The log gets curl's word for it, which names no URL. */
static enum err outcome(struct exchange *x, CURLcode code)
{
	if (x->refused && code != CURLE_OK)
		return FAIL(x->c, ERR_INTERNAL, "an address that must not be called");
	if (x->too_large || code == CURLE_FILESIZE_EXCEEDED)
		return FAIL(x->c, ERR_PLATFORM_AWAY, "an answer past %zu bytes", x->max);
	if (code == CURLE_URL_MALFORMAT || code == CURLE_LOGIN_DENIED)
		return FAIL(x->c, ERR_INTERNAL, "a URL that must not be called: %s", curl_easy_strerror(code));
	if (code != CURLE_OK && !x->stopped)
		return FAIL(x->c, ERR_PLATFORM_AWAY, "%s", curl_easy_strerror(code));
	return OK;
}

static enum err run(struct exchange *x)
{
	CURLcode code;
	long status = 0;

	TRY(headers_set(x));
	SET(CURLOPT_URL, str_z(x->c->mem, x->ask->url));
	limits_set(x);
	method_set(x);
	callbacks_set(x);
	code = curl_easy_perform(x->curl);
	TRY(outcome(x, code));
	must(curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK, "status");
	x->out->status = (int)status;
	x->out->body = buf_str(&x->body);
	return OK;
}

static size_t body_max(const struct net_ask *ask)
{
	if (ask->answer_max_bytes)
		return ask->answer_max_bytes;
	return ask->piece ? SIZE_MAX : ANSWER_BYTES;
}

enum err net_call(struct ctx *c, const struct net_ask *ask, struct net_answer *out)
{
	struct exchange x = { .c = c, .ask = ask, .out = out, .max = body_max(ask) };
	enum err e;

	must(!c->db || !db_tx_open(c->db), "no call inside a transaction");
	TRY(url_must_be_good(c, ask->url));
	*out = (struct net_answer){ .headers = arena_array(c->mem, HEADERS_MAX, sizeof(struct net_header)) };
	x.body = buf_new(c->mem, ask->piece ? 0 : x.max);
	x.curl = curl_easy_init();
	must(x.curl, "curl_easy_init");
	e = run(&x);
	curl_easy_cleanup(x.curl);
	curl_slist_free_all(x.list);
	return e;
}

struct str net_header_of(const struct net_answer *answer, const char *lower_case_name)
{
	for (size_t i = 0; i < answer->headers_n; i++)
		if (str_eq(answer->headers[i].name, str_of(lower_case_name)))
			return answer->headers[i].value;
	return (struct str){ 0 };
}
