/* arena.c: memory that ends all at once. */
#include "lib/core/arena.h"

#include <string.h>

#include "tests/suite.h"

#define LIMIT 200000

static char closed[8];

static void note_closed(void *what)
{
	strncat(closed, what, 1);
}

static void memory_is_zero_even_when_used_again(void)
{
	struct arena *mem = arena_new(LIMIT);

	for (int round = 0; round < 3; round++) {
		char *p = arena_alloc(mem, 100);
		size_t set = 0;

		for (size_t i = 0; i < 100; i++)
			set += p[i] != 0;
		EXPECT_INT((int64_t)set, 0);
		memset(p, 0xAA, 100);
		arena_reset(mem);
	}
	arena_free(mem);
}

static void pieces_are_aligned_and_apart(void)
{
	struct arena *mem = arena_new(LIMIT);
	char *a = arena_alloc(mem, 1), *b = arena_alloc(mem, 0), *c = arena_array(mem, 3, 7);

	EXPECT((uintptr_t)a % 16 == 0 && (uintptr_t)c % 16 == 0);
	EXPECT(b != NULL && a != c);
	arena_free(mem);
}

static void a_large_piece_has_its_own_block(void)
{
	struct arena *mem = arena_new(LIMIT);
	char *p = arena_alloc(mem, 120000);

	p[119999] = 1;
	EXPECT(arena_used(mem) >= 120000);
	arena_reset(mem);
	EXPECT_INT((int64_t)arena_used(mem), 0);
	p = arena_alloc(mem, 120000);
	EXPECT_INT(p[119999], 0);
	arena_free(mem);
}

static void closers_run_last_in_first_out_and_once(void)
{
	struct arena *mem = arena_new(LIMIT);

	closed[0] = '\0';
	arena_defer(mem, note_closed, "a");
	arena_defer(mem, note_closed, "b");
	arena_reset(mem);
	EXPECT_STR(str_of(closed), "ba");
	arena_free(mem);
	EXPECT_STR(str_of(closed), "ba");
}

static void take_too_much(void *mem)
{
	for (;;)
		arena_alloc(mem, 1000);
}

static void take_all_at_once(void *mem)
{
	arena_alloc(mem, SIZE_MAX);
}

static void overflow(void *mem)
{
	arena_array(mem, SIZE_MAX / 2, 3);
}

static void past_the_limit_it_aborts(void)
{
	struct arena *mem = arena_new(LIMIT);

	EXPECT_ABORT(take_too_much, mem);
	EXPECT_ABORT(take_all_at_once, mem);
	EXPECT_ABORT(overflow, mem);
	arena_free(mem);
}

static void all_of_a_small_limit_can_be_had(void)
{
	struct arena *mem = arena_new(64);

	arena_alloc(mem, 32);
	arena_alloc(mem, 32);
	EXPECT_ABORT(take_too_much, mem);
	arena_free(mem);
}

static const CU_TestInfo tests[] = {
	T(memory_is_zero_even_when_used_again),
	T(pieces_are_aligned_and_apart),
	T(a_large_piece_has_its_own_block),
	T(closers_run_last_in_first_out_and_once),
	T(past_the_limit_it_aborts),
	T(all_of_a_small_limit_can_be_had),
	CU_TEST_INFO_NULL,
};

const struct suite suite_core_arena = { "lib/core/arena", tests };
