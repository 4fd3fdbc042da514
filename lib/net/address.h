/* address: which addresses of the internet are strangers'. Source: IANA special-purpose address registries */
#ifndef UNIFYED_NET_ADDRESS_H
#define UNIFYED_NET_ADDRESS_H
#include <stdbool.h>
#include <sys/socket.h>

/* false for loopback, private, link-local, shared (CGNAT), multicast and other special ranges, also when an IPv6
 * address carries such an IPv4 one; false for other families */
bool address_is_public(const struct sockaddr *address);

#endif
