#include "lib/order/signals.h"

#include "lib/checkout/mark.h"

#define QUERY_ARGS_MAX 64

static void add(struct signals *to, struct str value)
{
	if (!value.n)
		return;
	for (size_t i = 0; i < to->n; i++)
		if (str_eq(to->values[i], value))
			return;
	if (to->n == SIGNALS_MAX)
		to->more++;
	else
		to->values[to->n++] = value;
}

static void add_named(struct signals *to, const struct platform_pair *pairs, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(pairs[i].name, name))
			add(to, pairs[i].value);
}

void signals_of_attributes(const struct platform_order *told, struct signals *out)
{
	*out = (struct signals){ 0 };
	add_named(out, told->attributes, told->attributes_n, S(CHECKOUT_ATTRIBUTE));
}

void signals_of_properties(const struct platform_order *told, struct signals *out)
{
	*out = (struct signals){ 0 };
	for (size_t i = 0; i < told->lines_n; i++)
		add_named(out, told->lines[i].properties, told->lines[i].properties_n, S(CHECKOUT_PROPERTY));
}

void signals_of_codes(const struct platform_order *told, struct signals *out)
{
	*out = (struct signals){ 0 };
	for (size_t i = 0; i < told->codes_n; i++)
		add(out, told->codes[i]);
}

static int hex(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	if (ch >= 'A' && ch <= 'F')
		return ch - 'A' + 10;
	return -1;
}

/* "a%5Bb%5D" is "a[b]"; what is not well formed stays as it is. */
static struct str decoded(struct ctx *c, struct str s)
{
	char *out = arena_array(c->mem, s.n + 1, 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		int high = s.p[i] == '%' && i + 2 < s.n ? hex(s.p[i + 1]) : -1;
		int low = high >= 0 ? hex(s.p[i + 2]) : -1;

		if (low < 0) {
			out[n++] = s.p[i];
			continue;
		}
		out[n++] = (char)(high * 16 + low);
		i += 2;
	}
	return (struct str){ out, n };
}

static void add_args(struct ctx *c, struct str address, struct str name, struct signals *to)
{
	struct str query = address;

	(void)str_cut(&query, '?');
	query = str_cut(&query, '#');
	for (int i = 0; query.n && i < QUERY_ARGS_MAX; i++) {
		struct str value = str_cut(&query, '&'), key = str_cut(&value, '=');

		if (str_eq(decoded(c, key), name))
			add(to, decoded(c, value));
	}
}

void signals_of_landing(struct ctx *c, const struct platform_order *told, struct signals *out)
{
	*out = (struct signals){ 0 };
	add(out, told->landing_ref);
	add_args(c, told->landing_site, S("ref"), out);
	add_args(c, told->landing_site, S("attributes[" CHECKOUT_ATTRIBUTE "]"), out);
}

void signals_of_campaign(struct ctx *c, const struct platform_order *told, struct signals *out)
{
	*out = (struct signals){ 0 };
	add_args(c, told->landing_site, S("utm_campaign"), out);
}
