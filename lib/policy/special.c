/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Names that nobody outside can answer for, or should be asked about. */
#include <stddef.h>

#include "policy/policy_int.h"

/* Reverse zones: the delegation in the parent, and whether it is signed, is the parent's to tell. */
#define EMPTY(name_)                                                                               \
	{                                                                                          \
		.name = (name_), .parent_has_ds = true                                             \
	}
#define TEN_OF_100(n)                                                                              \
	EMPTY(#n "0.100.in-addr.arpa"), EMPTY(#n "1.100.in-addr.arpa"),                            \
	    EMPTY(#n "2.100.in-addr.arpa"), EMPTY(#n "3.100.in-addr.arpa"),                        \
	    EMPTY(#n "4.100.in-addr.arpa"), EMPTY(#n "5.100.in-addr.arpa"),                        \
	    EMPTY(#n "6.100.in-addr.arpa"), EMPTY(#n "7.100.in-addr.arpa"),                        \
	    EMPTY(#n "8.100.in-addr.arpa"), EMPTY(#n "9.100.in-addr.arpa")
#define IP6_ZEROS "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa"

static const struct policy_special rows[] = {
    /* RFC 6303 §4.1: private networks of RFC 1918. */
    EMPTY("10.in-addr.arpa"),
    EMPTY("16.172.in-addr.arpa"),
    EMPTY("17.172.in-addr.arpa"),
    EMPTY("18.172.in-addr.arpa"),
    EMPTY("19.172.in-addr.arpa"),
    EMPTY("20.172.in-addr.arpa"),
    EMPTY("21.172.in-addr.arpa"),
    EMPTY("22.172.in-addr.arpa"),
    EMPTY("23.172.in-addr.arpa"),
    EMPTY("24.172.in-addr.arpa"),
    EMPTY("25.172.in-addr.arpa"),
    EMPTY("26.172.in-addr.arpa"),
    EMPTY("27.172.in-addr.arpa"),
    EMPTY("28.172.in-addr.arpa"),
    EMPTY("29.172.in-addr.arpa"),
    EMPTY("30.172.in-addr.arpa"),
    EMPTY("31.172.in-addr.arpa"),
    EMPTY("168.192.in-addr.arpa"),
    /* RFC 6303 §4.2: this network, loopback, link-local, documentation, broadcast. */
    EMPTY("0.in-addr.arpa"),
    {.name = "127.in-addr.arpa", .pointer_owner = "1.0.0", .parent_has_ds = true},
    EMPTY("254.169.in-addr.arpa"),
    EMPTY("2.0.192.in-addr.arpa"),
    EMPTY("100.51.198.in-addr.arpa"),
    EMPTY("113.0.203.in-addr.arpa"),
    EMPTY("255.255.255.255.in-addr.arpa"),
    /* RFC 6303 §4.3: :: and ::1. */
    EMPTY("0." IP6_ZEROS),
    {.name = "1." IP6_ZEROS, .pointer_owner = "@", .parent_has_ds = true},
    /* RFC 6303 §4.4 to §4.6: locally assigned, link-local, documentation. */
    EMPTY("d.f.ip6.arpa"),
    EMPTY("8.e.f.ip6.arpa"),
    EMPTY("9.e.f.ip6.arpa"),
    EMPTY("a.e.f.ip6.arpa"),
    EMPTY("b.e.f.ip6.arpa"),
    EMPTY("8.b.d.0.1.0.0.2.ip6.arpa"),
    /* RFC 7793 §3: shared address space, 100.64.0.0/10. */
    EMPTY("64.100.in-addr.arpa"),
    EMPTY("65.100.in-addr.arpa"),
    EMPTY("66.100.in-addr.arpa"),
    EMPTY("67.100.in-addr.arpa"),
    EMPTY("68.100.in-addr.arpa"),
    EMPTY("69.100.in-addr.arpa"),
    TEN_OF_100(7),
    TEN_OF_100(8),
    TEN_OF_100(9),
    TEN_OF_100(10),
    TEN_OF_100(11),
    EMPTY("120.100.in-addr.arpa"),
    EMPTY("121.100.in-addr.arpa"),
    EMPTY("122.100.in-addr.arpa"),
    EMPTY("123.100.in-addr.arpa"),
    EMPTY("124.100.in-addr.arpa"),
    EMPTY("125.100.in-addr.arpa"),
    EMPTY("126.100.in-addr.arpa"),
    EMPTY("127.100.in-addr.arpa"),
    /* RFC 6761 §6.3: all names below it, too. */
    {.name = "localhost", .address = "127.0.0.1", .address6 = "::1"},
    /* RFC 6761 §6.2, §6.4. */
    {.name = "test"},
    {.name = "invalid"},
    /* RFC 7686 §2: names of Tor. */
    {.name = "onion"},
    /* RFC 6762 §22.1: multicast DNS. */
    {.name = "local"},
    /* RFC 8375 §4: homes. */
    EMPTY("home.arpa"),
    /* RFC 9462 §8.2: what a resolver says about itself. */
    EMPTY("resolver.arpa"),
};

size_t policy_special_rows(const struct policy_special **out)
{
	*out = rows;
	return ARRAY_COUNT(rows);
}
