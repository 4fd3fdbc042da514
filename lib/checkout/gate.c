#include "lib/checkout/gate.h"

#include "lib/text/text.h"

static bool is_prefetch(const struct gate_facts *f)
{
	return f->sec_purpose.n || f->purpose.n || f->x_moz.n || f->x_purpose.n;
}

bool gate_navigates(const struct gate_facts *f)
{
	return str_eq(f->fetch_mode, S("navigate")) && str_eq(f->fetch_dest, S("document"));
}

static bool has_fetch(const struct gate_facts *f)
{
	return f->fetch_site.n || f->fetch_mode.n || f->fetch_dest.n;
}

/* The button of our own page, by where it was pressed or by the token it carries. */
static bool is_our_form(const struct gate_facts *f)
{
	if (f->has_token)
		return true;
	if (f->fetch_site.n)
		return str_eq(f->fetch_site, S("same-origin"));
	return f->origin.n && str_eq(f->origin, f->own_origin);
}

enum gate gate_of(const struct gate_facts *f)
{
	if (f->is_head || text_is_preview_agent(f->user_agent))
		return GATE_PREVIEW;
	if (is_prefetch(f))
		return GATE_PREFETCH;
	if (has_fetch(f) && !gate_navigates(f))
		return GATE_CONFIRM;
	if (f->is_post)
		return is_our_form(f) ? GATE_PASS : GATE_CONFIRM;
	return has_fetch(f) || f->has_visitor ? GATE_PASS : GATE_CONFIRM;
}

bool gate_is_person(const struct gate_facts *f)
{
	return !f->is_head && f->user_agent.n && !text_is_preview_agent(f->user_agent) && !is_prefetch(f);
}
