/* compliance_view: requests about personal data, as a shop's owner sees them: ids and what was done. */
#ifndef UNIFYED_VIEW_COMPLIANCE_H
#define UNIFYED_VIEW_COMPLIANCE_H
#include "lib/inbox/compliance.h"
#include "lib/json/json.h"

void compliance_json(struct jw *w, const struct compliance_seen *seen);

#endif
