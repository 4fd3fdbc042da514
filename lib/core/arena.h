/* arena: memory that ends all at once, with the request or the run that it belongs to.
 * Owns   blocks from malloc, at most `limit_bytes` of them, and the deferred closers
 * Never  returns NULL: past its limit the process aborts and its supervisor starts another.
 *        Input is capped at the door to a tenth of the limit, so getting here is our bug.
 */
#ifndef UNIFYED_CORE_ARENA_H
#define UNIFYED_CORE_ARENA_H
#include <stddef.h>

struct arena;

struct arena *arena_new(size_t limit_bytes);
/* zeroed, aligned for any type */
void *arena_alloc(struct arena *mem, size_t bytes);
/* n elements of `bytes` each; aborts on overflow */
void *arena_array(struct arena *mem, size_t n, size_t bytes);
/* Calls close(what) when the arena is reset or freed; last in, first out. */
void arena_defer(struct arena *mem, void (*close)(void *), void *what);
/* Runs the closers and forgets every allocation; the first block is kept for the next request. */
void arena_reset(struct arena *mem);
void arena_free(struct arena *mem);
size_t arena_used(const struct arena *mem); /* bytes handed out since the last reset */

#define NEW(mem, type) ((type *)arena_alloc((mem), sizeof(type)))

#endif
