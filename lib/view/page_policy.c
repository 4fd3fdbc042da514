#include "lib/view/page_policy.h"

#include "lib/core/buf.h"
#include "lib/core/config.h"
#include "lib/text/text.h"

#define HOST_MAX 253
#define URL_MAX 2048
#define POLICY_MAX 16384

static bool is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

/* A name of letters, digits and hyphens whose last part is no number, as that of an address is; or this machine. */
static bool is_host(struct str host)
{
	struct str rest = host, label = S("");

	if (!host.n || host.n > HOST_MAX)
		return false;
	for (size_t i = 0; i < host.n; i++) {
		char ch = host.p[i];

		if (!is_digit(ch) && (ch < 'a' || ch > 'z') && ch != '-' && ch != '.')
			return false;
	}
	while (rest.n) {
		label = str_cut(&rest, '.');
		if (!label.n || label.p[0] == '-')
			return false;
	}
	return host.p[host.n - 1] != '.' && (!is_digit(label.p[0]) || str_eq(host, S("127.0.0.1")));
}

static bool is_port(struct str port)
{
	int64_t n;

	return port.n <= 5 && str_int(port, &n) && n > 0 && n < 65536;
}

/* "https://host" or "https://host:1" at the beginning of an address; empty when that is nothing that may stand in a header. */
static struct str origin_of(struct ctx *c, struct str url)
{
	size_t mark = str_find(url, 0, S("://")), end = mark == SIZE_MAX ? url.n : mark + 3;
	struct str scheme, host, port;

	while (end < url.n && url.p[end] != '/' && url.p[end] != '?' && url.p[end] != '#')
		end++;
	port = str_lower(c->mem, str_slice(url, 0, end));
	if (!str_starts(port, S("https://")) && !(c->config->allow_http && str_starts(port, S("http://"))))
		return S("");
	scheme = str_slice(port, 0, mark + 3);
	port = str_slice(port, mark + 3, port.n);
	host = str_cut(&port, ':');
	if (!is_host(host) || (port.p && !is_port(port)))
		return S("");
	return str_fmt(c->mem, STR_FMT STR_FMT "%s" STR_FMT, STR_ARG(scheme), STR_ARG(host), port.p ? ":" : "", STR_ARG(port));
}

/* What text_is_web_url refuses in an address beyond its host; asked without the pattern, which most addresses need not be held against. */
static bool is_plain(struct str url)
{
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~' || url.p[i] == '\\')
			return false;
	return url.n <= URL_MAX;
}

struct str page_picture(struct ctx *c, struct page_policy *policy, struct str url)
{
	struct str origin;

	if (!url.n || (!is_plain(url) && !text_is_web_url(url)))
		return S("");
	origin = origin_of(c, url);
	if (!origin.n)
		return S("");
	for (size_t i = 0; i < policy->hosts_n; i++)
		if (str_eq(policy->hosts[i], origin))
			return url;
	if (policy->hosts_n == PAGE_HOSTS_MAX)
		return S("");
	policy->hosts[policy->hosts_n++] = origin;
	return url;
}

/* Of origins that the operator configured, each that is one; a name there may begin with "*.". */
static void put_origins(struct ctx *c, struct buf *b, const char *origins)
{
	struct str rest = str_of(origins ? origins : "");

	while (rest.n) {
		struct str one = str_cut(&rest, ' ');
		bool any = str_starts(one, S("https://*."));
		struct str name = any ? str_fmt(c->mem, "https://" STR_FMT, STR_ARG(str_slice(one, 10, one.n))) : one;
		struct str origin = origin_of(c, name);

		if (origin.n)
			buf_fmt(b, " %s" STR_FMT, any ? "https://*." : "", STR_ARG(any ? str_slice(origin, 8, origin.n) : origin));
	}
}

static bool has_word(const char *words, struct str word)
{
	struct str rest = str_of(words ? words : "");

	while (rest.n)
		if (str_eq(str_cut(&rest, ' '), word))
			return true;
	return false;
}

struct str page_policy_text(struct ctx *c, const struct page_policy *policy, struct page_allows allows)
{
	struct buf frames = buf_new(c->mem, POLICY_MAX), b = buf_new(c->mem, POLICY_MAX);

	put_origins(c, &frames, allows.frames);
	buf_fmt(&b, "default-src 'none'; style-src 'self'; script-src %s; img-src 'self'", allows.scripts ? "'self'" : "'none'");
	put_origins(c, &b, allows.images);
	for (size_t i = 0; i < policy->hosts_n; i++)
		if (!has_word(allows.images, policy->hosts[i]))
			buf_fmt(&b, " " STR_FMT, STR_ARG(policy->hosts[i]));
	buf_put(&b, S("; frame-src"));
	buf_put(&b, frames.n ? buf_str(&frames) : S(" 'none'"));
	buf_put(&b, S("; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"));
	return buf_str(&b);
}
