/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Datagrams over loopback, IPv4 and IPv6: fields, batches, answers from the address that was asked. */
#include <poll.h>
#include <unistd.h>

#include "pool_rig.h"
#include "slowpath/endpoint.h"
#include "slowpath/local_udp.h"
#include "slowpath/socket.h"
#include "unit.h"

#define PATIENCE_MS 5000

static struct local_udp udp;

static void open_at(const struct query_address *address)
{
	struct problem problem;
	int fd;
	CU_ASSERT_EQUAL_FATAL(socket_open_udp(address, &fd, &problem), RESULT_OK);
	local_udp_init(&udp, fd, 7, rig_pool);
}

/* A client that sends to `target` at the server's port and only takes answers from there. */
static int connect_to(const struct query_address *target)
{
	struct sockaddr_storage name;
	struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
	struct query_address to = *target;
	to.port = udp.local.port;
	int fd = socket(to.family == 4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	socklen_t length = endpoint_to_sockaddr(&to, &name);
	CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&name, length), 0);
	return fd;
}

static uint16_t read_some(struct rte_mbuf **out, uint16_t max, uint64_t *oversized)
{
	struct pollfd wait = {.fd = udp.fd, .events = POLLIN};
	CU_ASSERT_EQUAL(poll(&wait, 1, PATIENCE_MS), 1);
	udp.readable = true;
	return local_udp_read(&udp, out, max, oversized);
}

/* One query and its answer through `bound`, asked at `target`. */
static void ask(const struct query_address *bound, const struct query_address *target)
{
	struct rte_mbuf *query;
	struct local_udp_outcome outcome;
	uint64_t oversized = 0;
	char text[32] = {0};
	open_at(bound);
	int client = connect_to(target);
	CU_ASSERT_EQUAL(send(client, "a question", 10, 0), 10);
	CU_ASSERT_EQUAL_FATAL(read_some(&query, 1, &oversized), 1);
	CU_ASSERT_EQUAL(query_of(query)->source, QUERY_SOURCE_SOCKET);
	CU_ASSERT_EQUAL(query_of(query)->stream_index, 7);
	CU_ASSERT_EQUAL(query_of(query)->message_len, 10);
	CU_ASSERT_EQUAL(query_of(query)->local.port, udp.local.port);
	CU_ASSERT_EQUAL(query_of(query)->local.family, target->family);
	CU_ASSERT_EQUAL(memcmp(query_of(query)->local.octets, target->octets, 16), 0);
	CU_ASSERT_EQUAL(query_of(query)->client.family, target->family);
	CU_ASSERT_NOT_EQUAL(query_of(query)->client.port, 0);
	memcpy(query_message(query), "the answer!", 11);
	query_of(query)->message_len = 11;
	CU_ASSERT_TRUE(local_udp_put(&udp, query));
	local_udp_send(&udp, &outcome);
	CU_ASSERT_EQUAL(outcome.sent, 1);
	CU_ASSERT_EQUAL(outcome.failed_count, 0);
	/* A connected socket takes nothing from any other address. */
	CU_ASSERT_EQUAL(recv(client, text, sizeof(text), 0), 11);
	CU_ASSERT_STRING_EQUAL(text, "the answer!");
	(void)close(client);
	local_udp_fini(&udp);
	CU_ASSERT_EQUAL(pool_rig_used(), 0);
}

static const struct query_address any4 = {.family = 4};
static const struct query_address any6 = {.family = 6};
static const struct query_address loop4 = {.family = 4, .octets = {127, 0, 0, 1}};
static const struct query_address other4 = {.family = 4, .octets = {127, 0, 0, 77}};
static const struct query_address loop6 = {.family = 6, .octets = {[15] = 1}};

static void ipv4(void)
{
	ask(&loop4, &loop4);
}

static void ipv6(void)
{
	ask(&loop6, &loop6);
}

static void a_wildcard_answers_from_the_address_asked(void)
{
	ask(&any4, &other4);
	ask(&any6, &loop6);
}

static void batches(void)
{
	enum {
		COUNT = 3 * LOCAL_UDP_BATCH
	};
	struct rte_mbuf *queries[COUNT];
	struct local_udp_outcome outcome;
	uint64_t oversized = 0;
	uint16_t got = 0, sent = 0;
	open_at(&loop4);
	int client = connect_to(&loop4);
	for (uint8_t i = 0; i < COUNT; i++)
		CU_ASSERT_EQUAL(send(client, &i, 1, 0), 1);
	while (got < COUNT) {
		uint16_t count = read_some(queries + got, 5 + got, &oversized);
		CU_ASSERT_TRUE_FATAL(count > 0 && count <= LOCAL_UDP_BATCH);
		got = (uint16_t)(got + count);
	}
	CU_ASSERT_EQUAL(got, COUNT);
	for (uint16_t i = 0; i < COUNT; i++) {
		CU_ASSERT_EQUAL(query_message(queries[i])[0], i);
		if (!local_udp_put(&udp, queries[i])) {
			local_udp_send(&udp, &outcome);
			sent = (uint16_t)(sent + outcome.sent);
			CU_ASSERT_TRUE(local_udp_put(&udp, queries[i]));
		}
	}
	local_udp_send(&udp, &outcome);
	CU_ASSERT_EQUAL(sent + outcome.sent, COUNT);
	for (uint8_t i = 0; i < COUNT; i++) {
		uint8_t octet = 0;
		CU_ASSERT_EQUAL(recv(client, &octet, 1, 0), 1);
		CU_ASSERT_EQUAL(octet, i);
	}
	CU_ASSERT_EQUAL(local_udp_read(&udp, queries, 1, &oversized), 0);
	CU_ASSERT_FALSE(udp.readable);
	(void)close(client);
	local_udp_fini(&udp);
	CU_ASSERT_EQUAL(pool_rig_used(), 0);
}

static void an_oversized_datagram_is_counted(void)
{
	static const uint8_t large[RTE_MBUF_DEFAULT_BUF_SIZE + 1];
	struct rte_mbuf *queries[4];
	uint64_t oversized = 0;
	open_at(&loop4);
	int client = connect_to(&loop4);
	CU_ASSERT_EQUAL(send(client, large, sizeof(large), 0), (ssize_t)sizeof(large));
	CU_ASSERT_EQUAL(send(client, "x", 1, 0), 1);
	uint16_t count = read_some(queries, 4, &oversized);
	CU_ASSERT_EQUAL_FATAL(count, 1);
	CU_ASSERT_EQUAL(query_of(queries[0])->message_len, 1);
	CU_ASSERT_EQUAL(oversized, 1);
	rte_pktmbuf_free(queries[0]);
	(void)close(client);
	local_udp_fini(&udp);
	CU_ASSERT_EQUAL(pool_rig_used(), 0);
}

static void an_answer_that_cannot_be_sent_comes_back(void)
{
	struct rte_mbuf *queries[2];
	struct local_udp_outcome outcome;
	uint64_t oversized = 0;
	open_at(&loop4);
	int client = connect_to(&loop4);
	CU_ASSERT_EQUAL(send(client, "x", 1, 0), 1);
	CU_ASSERT_EQUAL_FATAL(read_some(&queries[0], 1, &oversized), 1);
	CU_ASSERT_EQUAL(send(client, "y", 1, 0), 1);
	CU_ASSERT_EQUAL_FATAL(read_some(&queries[1], 1, &oversized), 1);
	query_of(queries[0])->client.port = 0; /* nobody can be answered there */
	CU_ASSERT_TRUE(local_udp_put(&udp, queries[0]));
	CU_ASSERT_TRUE(local_udp_put(&udp, queries[1]));
	local_udp_send(&udp, &outcome);
	CU_ASSERT_EQUAL(outcome.sent, 1);
	CU_ASSERT_EQUAL_FATAL(outcome.failed_count, 1);
	CU_ASSERT_PTR_EQUAL(outcome.failed[0], queries[0]);
	rte_pktmbuf_free(outcome.failed[0]);
	(void)close(client);
	local_udp_fini(&udp);
	CU_ASSERT_EQUAL(pool_rig_used(), 0);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"ipv4", ipv4},
	    {"ipv6", ipv6},
	    {"a_wildcard_answers_from_the_address_asked",
	     a_wildcard_answers_from_the_address_asked},
	    {"batches", batches},
	    {"an_oversized_datagram_is_counted", an_oversized_datagram_is_counted},
	    {"an_answer_that_cannot_be_sent_comes_back", an_answer_that_cannot_be_sent_comes_back},
	};
	if (pool_rig_open() != 0)
		return 1;
	int status = unit_main(argc, argv, "slowpath/local_udp", cases, ARRAY_COUNT(cases));
	pool_rig_close();
	return status;
}
