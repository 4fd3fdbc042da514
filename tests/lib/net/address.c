/* address.c: which addresses are strangers'. */
#include "lib/net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "tests/suite.h"

static bool is_public(const char *text)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return address_is_public((const struct sockaddr *)&v4);
	EXPECT(inet_pton(AF_INET6, text, &v6.sin6_addr) == 1);
	return address_is_public((const struct sockaddr *)&v6);
}

static void private_addresses_are_refused(void)
{
	static const char *const refused[] = {
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9",
		"169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1",
		"198.19.255.255", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1",
		"::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1",
		"2002:7f00:1::", "2002:a00:1::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1",
		"2001::1", "3fff::1", "100::1", "4000::1",
	};

	for (size_t i = 0; i < COUNT(refused); i++)
		suite_expect(!is_public(refused[i]), refused[i], __FILE__, __LINE__);
}

static void addresses_next_to_them_are_not(void)
{
	static const char *const good[] = {
		"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
		"172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
		"223.255.255.255", "23.227.38.74", "::ffff:23.227.38.74", "64:ff9b::1.1.1.1", "2002:101:101::1",
		"2620:127:f00f::1", "2606:4700::1111", "2001:4860:4860::8888",
	};

	for (size_t i = 0; i < COUNT(good); i++)
		suite_expect(is_public(good[i]), good[i], __FILE__, __LINE__);
}

static void other_families_are_refused(void)
{
	EXPECT(!address_is_public(&(struct sockaddr){ .sa_family = AF_UNIX }));
}

static const CU_TestInfo tests[] = {
	T(private_addresses_are_refused),
	T(addresses_next_to_them_are_not),
	T(other_families_are_refused),
	CU_TEST_INFO_NULL,
};

const struct suite suite_net_address = { "lib/net/address", tests };
