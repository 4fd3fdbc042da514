/* address.c: two tables of refused prefixes, and the IPv6 prefixes inside which an IPv4 address is judged instead. */
#include "lib/net/address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/core/str.h"

struct prefix {
	uint8_t bytes[16];
	unsigned bits;
};

static const struct prefix refused4[] = {
	{ { 0 }, 8 }, { { 10 }, 8 }, { { 100, 64 }, 10 }, { { 127 }, 8 }, { { 169, 254 }, 16 }, { { 172, 16 }, 12 },
	{ { 192, 0, 0 }, 24 }, { { 192, 0, 2 }, 24 }, { { 192, 88, 99 }, 24 }, { { 192, 168 }, 16 },
	{ { 198, 18 }, 15 }, { { 198, 51, 100 }, 24 }, { { 203, 0, 113 }, 24 }, { { 224 }, 4 }, { { 240 }, 4 },
};

/* Only 2000::/3 is handed out at all; these are its special parts. */
static const struct prefix refused6[] = {
	{ { 0x20, 0x01, 0x00 }, 23 },             /* protocol assignments, Teredo */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },       /* documentation */
	{ { 0x3f, 0xff, 0x00 }, 20 },             /* documentation */
};

static const struct carrier {
	struct prefix prefix;
	size_t at; /* of the IPv4 address */
} carriers[] = {
	{ { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 96 }, 12 }, /* IPv4-mapped */
	{ { { 0x00, 0x64, 0xff, 0x9b }, 96 }, 12 },                   /* NAT64 */
	{ { { 0x20, 0x02 }, 16 }, 2 },                                /* 6to4 */
};

static bool inside(const uint8_t *address, const struct prefix *prefix)
{
	unsigned whole = prefix->bits / 8, rest = prefix->bits % 8;

	if (memcmp(address, prefix->bytes, whole) != 0)
		return false;
	return rest == 0 || (address[whole] ^ prefix->bytes[whole]) >> (8 - rest) == 0;
}

static bool inside_any(const uint8_t *address, const struct prefix *prefixes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (inside(address, &prefixes[i]))
			return true;
	return false;
}

static bool is_public4(const uint8_t *address)
{
	return !inside_any(address, refused4, COUNT(refused4));
}

static bool is_public6(const uint8_t *address)
{
	for (size_t i = 0; i < COUNT(carriers); i++)
		if (inside(address, &carriers[i].prefix))
			return is_public4(address + carriers[i].at);
	return address[0] >> 5 == 1 && !inside_any(address, refused6, COUNT(refused6));
}

bool address_is_public(const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof(v4));
		return is_public4((const uint8_t *)&v4.sin_addr);
	}
	if (address->sa_family != AF_INET6)
		return false;
	memcpy(&v6, address, sizeof(v6));
	return is_public6(v6.sin6_addr.s6_addr);
}
