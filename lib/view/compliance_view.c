#include "lib/view/compliance_view.h"

void compliance_json(struct jw *w, const struct compliance_seen *seen)
{
	struct str orders = seen->orders;

	jw_object(w);
	jw_kid(w, "id", ID_request, seen->id);
	jw_kstr(w, "kind", seen->kind);
	jw_kstr(w, "shop", seen->shop_domain);
	jw_key(w, "customer"); /* as text: it may pass 2^53 */
	if (seen->customer)
		jw_str(w, str_fmt(w->out.mem, "%lld", (long long)seen->customer));
	else
		jw_null(w);
	jw_key(w, "orders");
	jw_list(w);
	while (orders.n)
		jw_str(w, str_cut(&orders, ','));
	jw_end(w);
	jw_ktime(w, "requested_at", seen->requested_ms);
	jw_ktime(w, "due_at", seen->due_ms);
	jw_ktime(w, "done_at", seen->done_ms);
	jw_kstr(w, "outcome", seen->outcome);
	jw_kint(w, "bodies", seen->bodies);
	jw_kint(w, "orders_known", seen->orders_known);
	jw_end(w);
}
