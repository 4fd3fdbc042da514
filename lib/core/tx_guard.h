/* tx_guard: what lib/net must ask without knowing lib/db: no network call while a transaction is open. */
#ifndef UNIFYED_CORE_TX_GUARD_H
#define UNIFYED_CORE_TX_GUARD_H
#include <stdbool.h>

struct db;

/* Defined by lib/db (see db.h). */
bool db_tx_open(const struct db *db);

#endif
