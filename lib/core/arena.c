/* arena.c: blocks in a list, each twice as large as the one before. The only file that calls malloc.
 * Under AddressSanitizer every piece is a block of its own and as long as it was asked for, so that a read past its
 * end is seen.
 */
#include "lib/core/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/core/log.h"

#ifdef __SANITIZE_ADDRESS__
#define ALONE 1
#endif
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define ALONE 1
#endif
#endif
#ifndef ALONE
#define ALONE 0
#endif

#define FIRST_BYTES (ALONE ? 0 : (size_t)64 << 10)
#define ALIGN (ALONE ? 1 : _Alignof(max_align_t))

struct block {
	struct block *before;
	size_t size, used;
	_Alignas(max_align_t) char data[];
};

struct closer {
	struct closer *before;
	void (*close)(void *);
	void *what;
};

struct arena {
	struct block *top;
	struct closer *closers;
	size_t limit, used;
};

static _Noreturn void give_up(const char *says, size_t limit)
{
	log_line(LOG_ERROR, says, LOG_FIELDS(LOG_I("limit", (int64_t)limit)));
	abort();
}

static struct block *block_new(struct block *before, size_t size)
{
	struct block *b = malloc(sizeof(*b) + size);

	if (!b)
		give_up("no memory", size);
	b->before = before;
	b->size = size;
	b->used = 0;
	return b;
}

struct arena *arena_new(size_t limit_bytes)
{
	struct arena *mem = malloc(sizeof(*mem));

	if (!mem)
		give_up("no memory", limit_bytes);
	*mem = (struct arena){ .limit = limit_bytes };
	mem->top = block_new(NULL, FIRST_BYTES);
	return mem;
}

void *arena_alloc(struct arena *mem, size_t bytes)
{
	size_t need = (bytes + ALIGN - 1) & ~(ALIGN - 1);
	void *p;

	if (need < bytes || need > mem->limit - mem->used)
		give_up("arena past its limit", mem->limit);
	if (ALONE)
		mem->top = block_new(mem->top, need);
	else if (need > mem->top->size - mem->top->used)
		mem->top = block_new(mem->top, need > mem->top->size * 2 ? need : mem->top->size * 2);
	p = mem->top->data + mem->top->used;
	mem->top->used += need;
	mem->used += need;
	return memset(p, 0, need);
}

void *arena_array(struct arena *mem, size_t n, size_t bytes)
{
	size_t all;

	if (__builtin_mul_overflow(n, bytes, &all))
		give_up("arena past its limit", mem->limit);
	return arena_alloc(mem, all);
}

void arena_defer(struct arena *mem, void (*close)(void *), void *what)
{
	struct closer *closer = arena_alloc(mem, sizeof(*closer));

	*closer = (struct closer){ mem->closers, close, what };
	mem->closers = closer;
}

static void run_closers(struct arena *mem)
{
	while (mem->closers) {
		struct closer *closer = mem->closers;

		mem->closers = closer->before;
		closer->close(closer->what);
	}
}

void arena_reset(struct arena *mem)
{
	run_closers(mem);
	while (mem->top->before) {
		struct block *gone = mem->top;

		mem->top = gone->before;
		free(gone);
	}
	mem->top->used = 0;
	mem->used = 0;
}

void arena_free(struct arena *mem)
{
	if (!mem)
		return;
	arena_reset(mem);
	free(mem->top);
	free(mem);
}

size_t arena_used(const struct arena *mem)
{
	return mem->used;
}
