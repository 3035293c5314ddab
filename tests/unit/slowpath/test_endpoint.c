/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Addresses both ways, and the name of the process that is in our way. */
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "slowpath/endpoint.h"
#include "slowpath/socket.h"
#include "unit.h"

static const struct query_address loop4 = {.family = 4, .octets = {127, 0, 0, 1}, .port = 5353};
static const struct query_address loop6 = {.family = 6, .octets = {[15] = 1}, .port = 53};

static void both_ways(void)
{
	const struct query_address *addresses[] = {&loop4, &loop6};
	for (size_t i = 0; i < ARRAY_COUNT(addresses); i++) {
		struct sockaddr_storage name;
		struct query_address back;
		CU_ASSERT_TRUE(endpoint_to_sockaddr(addresses[i], &name) > 0);
		CU_ASSERT_TRUE_FATAL(endpoint_from_sockaddr(&name, &back));
		CU_ASSERT_EQUAL(back.family, addresses[i]->family);
		CU_ASSERT_EQUAL(back.port, addresses[i]->port);
		CU_ASSERT_EQUAL(memcmp(back.octets, addresses[i]->octets, 16), 0);
	}
	struct sockaddr_storage unix_name = {.ss_family = AF_UNIX};
	struct query_address untouched = loop4;
	CU_ASSERT_FALSE(endpoint_from_sockaddr(&unix_name, &untouched));
	CU_ASSERT_EQUAL(untouched.port, loop4.port);
}

static void mapped_addresses_are_ipv4(void)
{
	struct query_address mapped = {
	    .family = 6, .octets = {[10] = 0xff, 0xff, 192, 0, 2, 1}, .port = 1};
	struct sockaddr_storage name;
	struct query_address back;
	(void)endpoint_to_sockaddr(&mapped, &name);
	CU_ASSERT_TRUE_FATAL(endpoint_from_sockaddr(&name, &back));
	CU_ASSERT_EQUAL(back.family, 4);
	CU_ASSERT_EQUAL(back.octets[0], 192);
	CU_ASSERT_EQUAL(back.octets[3], 1);
	CU_ASSERT_EQUAL(back.octets[4], 0);
}

static void texts(void)
{
	char text[ENDPOINT_TEXT_MAX];
	CU_ASSERT_STRING_EQUAL(endpoint_text(&loop4, text), "127.0.0.1:5353");
	CU_ASSERT_STRING_EQUAL(endpoint_text(&loop6, text), "[::1]:53");
	struct query_address link_local = {.family = 6, .octets = {0xfe, 0x80}};
	CU_ASSERT_TRUE(endpoint_is_link_local(&link_local));
	CU_ASSERT_FALSE(endpoint_is_link_local(&loop6));
	CU_ASSERT_FALSE(endpoint_is_any(&loop6));
	struct query_address any = {.family = 6, .port = 53};
	CU_ASSERT_TRUE(endpoint_is_any(&any));
}

/* Holds an address with one socket, asks for it with another. */
static void busy(bool tcp, struct query_address address, bool as_any)
{
	struct problem problem;
	char self[ENDPOINT_HOLDER_MAX];
	int first, second;
	address.port = 0;
	struct query_address held = address;
	if (as_any)
		memset(held.octets, 0, sizeof(held.octets));
	CU_ASSERT_EQUAL_FATAL(tcp ? socket_open_tcp(&held, 1000, &first, &problem)
	                          : socket_open_udp(&held, &first, &problem),
	                      RESULT_OK);
	CU_ASSERT_TRUE_FATAL(socket_local(first, &held));
	address.port = held.port;
	CU_ASSERT_EQUAL(tcp ? socket_open_tcp(&address, 1000, &second, &problem)
	                    : socket_open_udp(&address, &second, &problem),
	                RESULT_BUSY);
	(void)snprintf(self, sizeof(self), "(pid %d)", (int)getpid());
	CU_ASSERT_PTR_NOT_NULL(strstr(problem.text, self));
	CU_ASSERT_PTR_NOT_NULL(strstr(problem.text, tcp ? "TCP" : "UDP"));
	(void)close(first);
}

static void the_holder_is_named(void)
{
	busy(false, loop4, false);
	busy(false, loop4, true);
	busy(false, loop6, false);
	busy(true, loop4, false);
	busy(true, loop6, false);
	busy(true, loop6, true);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"both_ways", both_ways},
	    {"mapped_addresses_are_ipv4", mapped_addresses_are_ipv4},
	    {"texts", texts},
	    {"the_holder_is_named", the_holder_is_named},
	};
	return unit_main(argc, argv, "slowpath/endpoint", cases, ARRAY_COUNT(cases));
}
