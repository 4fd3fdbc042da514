/* ids.c: UUIDv7, and TypeID as its spelling outside. */
#include "lib/core/ids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/core/arena.h"

#define TAIL 26 /* characters of base32 that 128 bits take */

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

static const char *const prefixes[] = {
#define ID(type, prefix) prefix,
#include "lib/core/ids.def"
#undef ID
};

static void random_bytes(uint8_t *p, size_t n)
{
	while (getrandom(p, n, 0) != (ssize_t)n)
		if (errno != EINTR)
			abort();
}

struct uuid uuid_new(int64_t now_ms)
{
	struct uuid u;

	random_bytes(u.b, sizeof(u.b));
	for (int i = 0; i < 6; i++)
		u.b[i] = (uint8_t)((uint64_t)now_ms >> (40 - 8 * i));
	u.b[6] = (uint8_t)((u.b[6] & 0x0f) | 0x70);
	u.b[8] = (uint8_t)((u.b[8] & 0x3f) | 0x80);
	return u;
}

bool uuid_is_nil(struct uuid u)
{
	return uuid_eq(u, (struct uuid){ 0 });
}

bool uuid_eq(struct uuid a, struct uuid b)
{
	return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

void uuid_text(struct uuid u, char out[37])
{
	static const char hex[] = "0123456789abcdef";
	size_t at = 0;

	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		out[at++] = hex[u.b[i] >> 4];
		out[at++] = hex[u.b[i] & 15];
	}
	out[at] = 0;
}

static int hex_digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	return ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

bool uuid_read(struct str s, struct uuid *out)
{
	struct uuid u;
	size_t at = 0;

	if (s.n != 36)
		return false;
	for (size_t i = 0; i < 16; i++) {
		int high, low;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && s.p[at++] != '-')
			return false;
		high = hex_digit(s.p[at++]);
		low = hex_digit(s.p[at++]);
		if (high < 0 || low < 0)
			return false;
		u.b[i] = (uint8_t)(high << 4 | low);
	}
	*out = u;
	return true;
}

struct str id_prefix(enum id_kind kind)
{
	return str_of(prefixes[kind]);
}

/* Five bits at a time from the top; the first character has only three (130 = 26 * 5 bits, two of them zero). */
static unsigned bits(const struct uuid *u, size_t i)
{
	unsigned v = 0;

	for (size_t k = 0; k < 5; k++) {
		size_t bit = i * 5 + k;

		v = v << 1 | (bit < 2 ? 0U : (unsigned)u->b[(bit - 2) / 8] >> (7 - (bit - 2) % 8) & 1U);
	}
	return v;
}

struct str id_text(struct arena *mem, enum id_kind kind, struct uuid u)
{
	struct str prefix = id_prefix(kind);
	char *p = arena_alloc(mem, prefix.n + 1 + TAIL + 1);

	memcpy(p, prefix.p, prefix.n);
	p[prefix.n] = '_';
	for (size_t i = 0; i < TAIL; i++)
		p[prefix.n + 1 + i] = alphabet[bits(&u, i)];
	return (struct str){ p, prefix.n + 1 + TAIL };
}

static bool tail_read(struct str tail, struct uuid *out)
{
	struct uuid u = { 0 };

	if (tail.n != TAIL || tail.p[0] > '7')
		return false;
	for (size_t i = 0; i < TAIL; i++) {
		const char *at = tail.p[i] ? strchr(alphabet, tail.p[i]) : NULL;
		unsigned v;

		if (!at)
			return false;
		v = (unsigned)(at - alphabet);
		for (size_t k = 0; k < 5; k++) {
			size_t bit = i * 5 + k;

			if (bit >= 2 && (v >> (4 - k) & 1U))
				u.b[(bit - 2) / 8] |= (uint8_t)(1U << (7 - (bit - 2) % 8));
		}
	}
	*out = u;
	return true;
}

bool id_read(enum id_kind kind, struct str s, struct uuid *out)
{
	struct str prefix = id_prefix(kind);
	struct uuid u;

	if (!str_starts(s, prefix) || s.n != prefix.n + 1 + TAIL || s.p[prefix.n] != '_')
		return false;
	/* Nil stands for "none" inside, and nothing that exists has it. */
	if (!tail_read(str_slice(s, prefix.n + 1, s.n), &u) || uuid_is_nil(u))
		return false;
	*out = u;
	return true;
}
