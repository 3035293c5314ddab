/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* LISTENER and SENDER on a net_tap port against the kernel's own stack as the client, in a network namespace
 * of the test's own: what the kernel sends is understood, and what we send back passes its checks. */
#include <net/if_arp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_eal.h>

#include "base/check.h"
#include "eal.h"
#include "fake_stage.h"
#include "pipeline/query.h"
#include "stage/listener.h"
#include "stage/sender.h"
#include "unit.h"

#define MBUFS 1023
#define DATA_ROOM 2304
#define WAIT_MS 5000
#define ANSWER_BYTES 1200

static struct rte_mempool *pool;
static struct port port;
static struct fake_stage *fake;
static bool has_namespace;

static struct sockaddr_in server(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53)};
	address.sin_addr.s_addr = htonl(0x0a350002);
	return address;
}

/* Tells the kernel the port's MAC address, since no kernel half answers ARP here. */
static int open_client(void)
{
	const struct sockaddr_in address = server();
	struct arpreq request = {.arp_flags = ATF_COM | ATF_PERM, .arp_dev = "utap2"};
	memcpy(&request.arp_pa, &address, sizeof(address));
	request.arp_ha.sa_family = ARPHRD_ETHER;
	memcpy(request.arp_ha.sa_data, port.mac, sizeof(port.mac));
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	CU_ASSERT_EQUAL_FATAL(ioctl(fd, SIOCSARP, &request), 0);
	CU_ASSERT_EQUAL_FATAL(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Sleeps on the port's descriptor until LISTENER has emitted a query. */
static struct rte_mbuf *wait_query(void)
{
	int fds[1];
	CU_ASSERT_EQUAL_FATAL(stage_listener_ops.wake_fds(&fake->stage, fds, 1), 1);
	struct pollfd ready = {.fd = fds[0], .events = POLLIN};
	while (poll(&ready, 1, WAIT_MS) == 1) {
		fake->event_count = 0;
		stage_listener_ops.poll(&fake->stage, PIPELINE_BURST);
		for (unsigned i = 0; i < fake->event_count; i++) {
			if (fake->event[i].output == LISTENER_TO_DECODER)
				return fake->event[i].mbuf;
			rte_pktmbuf_free(fake->event[i].mbuf);
		}
	}
	return NULL;
}

static void send_answer(struct rte_mbuf *mbuf)
{
	const struct stage_sender_settings settings = {.ports = &port, .port_count = 1};
	fake = fake_open(&stage_sender_ops, &settings);
	uint8_t *message = query_message(mbuf);
	for (unsigned i = 0; i < ANSWER_BYTES; i++)
		message[i] = (uint8_t)(message[0] + i);
	query_of(mbuf)->message_len = ANSWER_BYTES;
	stage_sender_ops.process(&fake->stage, &mbuf, 1);
	stage_sender_ops.flush(&fake->stage);
	CU_ASSERT_EQUAL(fake->counters.answered, 1);
	fake_close();
}

static void test_question_and_answer(void)
{
	if (!has_namespace) {
		puts("       no network namespace for a plain user: not tried");
		return;
	}
	int client = open_client();
	for (unsigned round = 0; round < 3; round++) {
		const struct stage_listener_settings settings = {.ports = &port, .port_count = 1};
		fake = fake_open(&stage_listener_ops, &settings);
		uint8_t message[20] = {(uint8_t)(round + 1)};
		CU_ASSERT_EQUAL(send(client, message, sizeof(message), 0), sizeof(message));
		struct rte_mbuf *mbuf = wait_query();
		CU_ASSERT_PTR_NOT_NULL_FATAL(mbuf);
		CU_ASSERT_EQUAL(query_of(mbuf)->message_len, sizeof(message));
		CU_ASSERT_EQUAL(fake->counters.drop[DROP_LISTENER_BAD_CHECKSUM], 0);
		fake_close();
		send_answer(mbuf);
		struct pollfd ready = {.fd = client, .events = POLLIN};
		uint8_t answer[2 * ANSWER_BYTES];
		CU_ASSERT_EQUAL_FATAL(poll(&ready, 1, WAIT_MS), 1);
		CU_ASSERT_EQUAL(recv(client, answer, sizeof(answer), 0), ANSWER_BYTES);
		CU_ASSERT_EQUAL(answer[ANSWER_BYTES - 1], (uint8_t)(round + 1 + ANSWER_BYTES - 1));
	}
	close(client);
}

static void open_tap(void)
{
	struct net_prefix host;
	struct net_prefix address;
	CHECK(net_prefix_parse("10.53.0.1/24", &host) == RESULT_OK);
	CHECK(net_prefix_parse("10.53.0.2", &address) == RESULT_OK);
	const struct port_settings settings = {.name = "tap",
	                                       .device = "net_tap2,iface=utap2",
	                                       .addresses = &address,
	                                       .address_count = 1,
	                                       .host_addresses = &host,
	                                       .host_address_count = 1};
	CHECK(port_open(&settings, 0, 1, pool, &port) == RESULT_OK);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {{"question_and_answer", test_question_and_answer}};
	has_namespace = unshare(CLONE_NEWNET) == 0;
	unit_eal_start();
	pool = rte_pktmbuf_pool_create("test", MBUFS, 0, QUERY_PRIVATE_BYTES, DATA_ROOM,
	                               SOCKET_ID_ANY);
	CHECK(pool != NULL);
	if (has_namespace)
		open_tap();
	int status = unit_main(argc, argv, "stage/tap_loop", cases, ARRAY_COUNT(cases));
	port_close(&port);
	rte_eal_cleanup();
	return status;
}
