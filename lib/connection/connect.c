#include "lib/connection/connection.h"

#include "lib/catalog/want.h"
