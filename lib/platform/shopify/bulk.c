/* bulk.c: bulk operations. The file of one is read in ranges, so that neither its size nor a kill half-way matters; it lies at a
 * storage host, which gets no token. */
#include "lib/platform/shopify/shopify.h"

#include "graphql.h"
#include "lib/core/config.h"

#define RANGE_BYTES 524288

enum err shopify_bulk_start(struct ctx *c, struct platform_call *call, enum platform_bulk what, struct str *external_id)
{
	struct jw w = jw_new(c->mem, 8192);
	struct json answer;

	jw_object(&w);
	jw_kstr(&w, "query", what == PLATFORM_BULK_PRODUCTS ? graphql_bulk_products : graphql_bulk_stock);
	jw_end(&w);
	TRY(shopify_change(c, call, graphql_bulk_run, jw_done(&w), &answer));
	*external_id = json_str_at(answer, "bulkOperation.id");
	return external_id->n ? OK : shopify_garbage(c, call, "the operation's id");
}

/* What an operation that failed half-way has written (partialDataUrl) is of no use: what is not in it is not gone. */
static void read_look(struct ctx *c, struct json from, struct platform_bulk_look *out)
{
	struct str status = json_str_at(from, "status"), why = json_str_at(from, "errorCode");

	*out = (struct platform_bulk_look){ .state = PLATFORM_BULK_FAILED, .url = S(""), .reason = str_lower(c->mem, why.n ? why : status) };
	if (str_eq(status, S("CREATED")) || str_eq(status, S("RUNNING")) || str_eq(status, S("CANCELING"))) {
		out->state = PLATFORM_BULK_RUNNING;
		return;
	}
	if (!str_eq(status, S("COMPLETED")))
		return;
	out->state = PLATFORM_BULK_DONE;
	out->url = json_str_at(from, "url");
	if (!json_int(json_get(from, "objectCount"), &out->lines))
		out->lines = 0;
	if (!out->url.n && out->lines) {
		out->state = PLATFORM_BULK_FAILED;
		out->reason = S("no-url");
	}
}

enum err shopify_bulk_look(struct ctx *c, struct platform_call *call, struct str external_id, struct platform_bulk_look *out)
{
	struct json data, from;

	TRY(shopify_ask(c, call, graphql_bulk_look, shopify_vars_id(c, external_id), &data));
	from = json_get(data, "bulkOperation");
	if (json_type(from) != JSON_OBJECT) {
		*out = (struct platform_bulk_look){ .state = PLATFORM_BULK_FAILED, .url = S(""), .reason = S("forgotten") };
		return OK;
	}
	read_look(c, from, out);
	return OK;
}

/* Is the URL's host one of config shopify_bulk_hosts? */
static bool host_is_known(const struct ctx *c, struct str url)
{
	struct str hosts = c->config->shopify_bulk_hosts, host, rest;
	size_t at = str_find(url, 0, S("://"));

	if (at == SIZE_MAX)
		return false;
	rest = str_slice(url, at + 3, url.n);
	host = str_cut(&rest, '/');
	if (str_find(host, 0, S("@")) != SIZE_MAX || str_find(host, 0, S("?")) != SIZE_MAX || str_find(host, 0, S("#")) != SIZE_MAX)
		return false;
	host = str_cut(&host, ':');
	while (hosts.n) {
		struct str one = str_trim(str_cut(&hosts, ','));

		if (one.n && str_eq_nocase(one, host))
			return true;
	}
	return false;
}

/* What a range of the file came to. */
struct taking {
	struct buf bytes;
	size_t skip;   /* of a server that sends from the beginning all the same */
	bool cut;      /* there is more than was taken */
};

static bool take(void *to, struct str bytes)
{
	struct taking *t = to;
	size_t passed = bytes.n < t->skip ? bytes.n : t->skip, room = RANGE_BYTES - t->bytes.n;
	struct str rest = str_slice(bytes, passed, bytes.n);

	t->skip -= passed;
	t->cut = rest.n > room;
	buf_put(&t->bytes, str_slice(rest, 0, room));
	return !t->cut;
}

static enum err fetch(struct ctx *c, struct platform_call *call, struct str url, int64_t from, bool skip, struct taking *t,
	struct net_answer *answer)
{
	struct str range = str_fmt(c->mem, "bytes=%lld-%lld", (long long)from, (long long)from + RANGE_BYTES - 1);
	const struct net_header header = { S("Range"), range };
	enum err e;

	*t = (struct taking){ .bytes = buf_new(c->mem, RANGE_BYTES), .skip = skip ? (size_t)from : 0 };
	e = net_call(c, &(struct net_ask){ .method = "GET", .url = url, .headers = &header, .headers_n = 1, .piece = take, .to = t }, answer);
	if (e != OK)
		call->reason = S("no-answer");
	return e;
}

/* "bytes 0-524287/12345678": is there more after it? */
static bool more_after(struct str content_range)
{
	struct str total = content_range, span = str_cut(&total, '/');
	int64_t last, all;

	(void)str_cut(&span, '-');
	return str_int(str_trim(span), &last) && str_int(str_trim(total), &all) && last + 1 < all;
}

static enum err fetch_range(struct ctx *c, struct platform_call *call, struct str url, int64_t from, struct str *bytes, bool *more)
{
	struct net_answer answer;
	struct taking t;

	TRY(fetch(c, call, url, from, false, &t, &answer));
	if (answer.status == 200 && from > 0)
		TRY(fetch(c, call, url, from, true, &t, &answer));
	if (answer.status == 416) {
		*bytes = S("");
		*more = false;
		return OK;
	}
	if (answer.status == 404 || answer.status == 410) {
		call->reason = S("no-file");
		return FAIL(c, ERR_PLATFORM_REFUSED, "no such file");
	}
	if (answer.status != 200 && answer.status != 206) {
		call->reason = str_fmt(c->mem, "http-%d", answer.status);
		return FAIL(c, answer.status >= 400 && answer.status < 500 ? ERR_PLATFORM_REFUSED : ERR_PLATFORM_AWAY,
			"the file's host answered %d", answer.status);
	}
	*bytes = buf_str(&t.bytes);
	*more = t.cut || (answer.status == 206 && more_after(net_header_of(&answer, "content-range")));
	return OK;
}

/* *kept false: a line that means nothing to us. */
static enum err read_row(struct ctx *c, struct platform_call *call, struct json from, struct currency currency,
	struct platform_bulk_row *row, bool *kept)
{
	struct str id = json_str_at(from, "id");
	int64_t number, parent = 0;
	bool child = shopify_number(json_str_at(from, "__parentId"), &parent);

	*kept = true;
	if (!shopify_number(id, &number))
		return shopify_garbage(c, call, "the id of a line");
	row->parent = child ? parent : number;
	if (str_starts(id, S("gid://shopify/Product/"))) {
		row->what = PLATFORM_ROW_PRODUCT;
		return shopify_product_node(c, call, from, &row->product);
	}
	if (str_starts(id, S("gid://shopify/InventoryItem/"))) {
		row->what = PLATFORM_ROW_ITEM;
		row->item = (struct platform_item){ .external = number, .found = true, .tracked = json_bool(json_get(from, "tracked"), true) };
		return OK;
	}
	if (child && str_starts(id, S("gid://shopify/ProductVariant/"))) {
		row->what = PLATFORM_ROW_VARIANT;
		return shopify_variant_node(c, call, from, currency, &row->variant);
	}
	*kept = child && str_starts(id, S("gid://shopify/InventoryLevel/")) && json_bool(json_get(from, "isActive"), true);
	if (!*kept)
		return OK;
	row->what = PLATFORM_ROW_LEVEL;
	return shopify_level_node(c, call, from, &row->level);
}

static enum err read_line(struct ctx *c, struct platform_call *call, struct str line, struct currency currency,
	struct platform_bulk_rows *out)
{
	struct json from;
	bool kept;

	out->lines++;
	if (json_read(c, line, &from) != OK || json_type(from) != JSON_OBJECT)
		return shopify_garbage(c, call, "a line of JSON");
	TRY(read_row(c, call, from, currency, &out->list[out->n], &kept));
	out->n += kept;
	return OK;
}

static size_t lines_of(struct str bytes)
{
	size_t n = 1;

	for (size_t i = 0; i < bytes.n; i++)
		n += bytes.p[i] == '\n';
	return n;
}

/* Whole lines; at the file's end also one without a line feed. */
static enum err read_lines(struct ctx *c, struct platform_call *call, struct str bytes, struct currency currency,
	struct platform_bulk_rows *out)
{
	size_t at = 0;

	out->list = arena_array(c->mem, lines_of(bytes), sizeof(*out->list));
	while (at < bytes.n) {
		size_t end = str_find(bytes, at, S("\n"));

		if (end == SIZE_MAX && !out->end)
			break;
		end = end == SIZE_MAX ? bytes.n : end;
		if (end > at)
			TRY(read_line(c, call, str_slice(bytes, at, end), currency, out));
		at = end + 1;
	}
	out->next += (int64_t)(at < bytes.n ? at : bytes.n);
	if (!at && bytes.n)
		return shopify_garbage(c, call, "an end of a line");
	return OK;
}

enum err shopify_bulk_read(struct ctx *c, struct platform_call *call, struct str url, struct currency currency, int64_t from,
	struct platform_bulk_rows *out)
{
	struct str bytes = S("");
	bool more = false;

	*out = (struct platform_bulk_rows){ .next = from };
	call->wait_ms = call->began_ms = 0;
	call->reason = call->version = S("");
	if (!host_is_known(c, url)) {
		call->reason = S("bulk-host");
		return FAIL(c, ERR_PLATFORM_REFUSED, "the file lies at a host that is not in shopify_bulk_hosts");
	}
	TRY(fetch_range(c, call, url, from, &bytes, &more));
	out->end = !more;
	return read_lines(c, call, bytes, currency, out);
}
