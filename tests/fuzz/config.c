/* config.c: any text is a config or one line that says why not. */
#include <stdlib.h>
#include <string.h>

#include "lib/core/arena.h"
#include "lib/core/config_text.h"

#define ARENA_BYTES 4194304
#define INPUT_BYTES_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem;
	struct config config;
	char problem[512];
	bool good;

	if (size > INPUT_BYTES_MAX)
		return 0;
	mem = arena_new(ARENA_BYTES);
	good = config_read_text(mem, "fuzz.conf", (struct str){ (const char *)data, size }, NULL, &config, problem);
	if (good != (problem[0] == '\0') || strchr(problem, '\n'))
		abort();
	arena_free(mem);
	return 0;
}
