/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* TCP_ACCEPTOR between real sockets on loopback and a fake pipeline: fields, lanes, and that each packet
 * that was made ends as answered or dropped by name. */
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_eal.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "fake_stage.h"
#include "stage/tcp_acceptor.h"
#include "unit.h"

#define PATIENCE_MS 5000
#define LANES 3
#define MESSAGE_LEN 16

static struct rte_mempool *packet_pool;
static struct rte_mempool *stream_pool;
static struct fake_stage *fake;

static struct slowpath *inside(void)
{
	return fake->stage.state;
}

static void open_stage(void)
{
	static const struct slowpath_listener listeners[] = {
	    {.address = {.family = 4, .octets = {127, 0, 0, 1}}, .host = true},
	    {.address = {.family = 4, .octets = {127, 0, 0, 1}}, .tcp = true, .host = true},
	};
	static struct stage_tcp_acceptor_settings settings;
	settings.slowpath = (struct slowpath_settings){.listeners = listeners,
	                                               .listener_count = 2,
	                                               .packet_pool = packet_pool,
	                                               .stream_pool = stream_pool};
	tcp_limits_default(&settings.slowpath.tcp);
	fake = fake_open(&stage_tcp_acceptor_ops, &settings);
	fake->stage.lane_count = LANES;
	fake->stage.now_us = clock_now_us();
}

static void close_stage(void)
{
	stage_tcp_acceptor_ops.fini(&fake->stage);
	fake_close();
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(packet_pool), 0);
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(stream_pool), 0);
}

static int connect_client(bool tcp)
{
	const struct query_address *to =
	    tcp ? &inside()->tcp.listeners[0].local : &inside()->udp[0].local;
	struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
	struct sockaddr_storage name;
	socklen_t length = endpoint_to_sockaddr(to, &name);
	int fd = socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&name, length), 0);
	return fd;
}

/* A turn of the run loop; waits for the wake descriptor when there is nothing to do. */
static void turn(int wait_ms)
{
	struct pollfd wait = {.events = POLLIN};
	CU_ASSERT_EQUAL_FATAL(stage_tcp_acceptor_ops.wake_fds(&fake->stage, &wait.fd, 1), 1);
	fake->stage.now_us = clock_now_us();
	uint16_t work = stage_tcp_acceptor_ops.poll(&fake->stage, PIPELINE_BURST);
	stage_tcp_acceptor_ops.flush(&fake->stage);
	if (work == 0)
		(void)poll(&wait, 1, wait_ms);
}

/* Turns until `count` packets were emitted. */
static bool emitted(unsigned count)
{
	uint64_t end = clock_now_us() + PATIENCE_MS * 1000u;
	while (fake->event_count < count && clock_now_us() < end)
		turn(20);
	return fake->event_count == count;
}

static void send_message(int client, bool tcp, uint16_t id)
{
	uint8_t octets[2 + MESSAGE_LEN] = {0, MESSAGE_LEN};
	bytes_store_u16(octets + 2, id);
	size_t skip = tcp ? 0 : 2;
	CU_ASSERT_EQUAL(send(client, octets + skip, sizeof(octets) - skip, MSG_NOSIGNAL),
	                (ssize_t)(sizeof(octets) - skip));
}

/* The packet of event `i` comes back as an answer of the same octets. */
static void answer(unsigned i)
{
	struct rte_mbuf *mbuf = fake->event[i].mbuf;
	query_message(mbuf)[2] |= 0x80;
	stage_tcp_acceptor_ops.process(&fake->stage, &mbuf, 1);
}

static void a_datagram_goes_round(void)
{
	uint8_t octets[64];
	open_stage();
	int client = connect_client(false);
	send_message(client, false, 0x4711);
	CU_ASSERT_TRUE_FATAL(emitted(1));
	struct query *query = query_of(fake->event[0].mbuf);
	CU_ASSERT_EQUAL(fake->event[0].output, TCP_ACCEPTOR_TO_DECODER);
	CU_ASSERT_EQUAL(query->source, QUERY_SOURCE_SOCKET);
	CU_ASSERT_EQUAL(query->message_len, MESSAGE_LEN);
	CU_ASSERT_EQUAL(query->lane, query->client.port % LANES);
	CU_ASSERT_NOT_EQUAL(query->arrival_tsc, 0);
	answer(0);
	CU_ASSERT_EQUAL(stage_tcp_acceptor_ops.held(&fake->stage), 1);
	stage_tcp_acceptor_ops.flush(&fake->stage);
	CU_ASSERT_EQUAL(stage_tcp_acceptor_ops.held(&fake->stage), 0);
	CU_ASSERT_EQUAL(recv(client, octets, sizeof(octets), 0), MESSAGE_LEN);
	CU_ASSERT_EQUAL(bytes_load_u16(octets), 0x4711);
	CU_ASSERT_EQUAL(fake->counters.made, 1);
	CU_ASSERT_EQUAL(fake->counters.answered, 1);
	(void)close(client);
	close_stage();
}

static void a_stream_goes_round(void)
{
	uint8_t octets[64];
	open_stage();
	int clients[LANES + 1];
	for (uint16_t i = 0; i <= LANES; i++) {
		clients[i] = connect_client(true);
		send_message(clients[i], true, i);
		CU_ASSERT_TRUE_FATAL(emitted(i + 1u));
	}
	for (uint16_t i = 0; i <= LANES; i++) {
		struct rte_mbuf *mbuf = fake->event[i].mbuf;
		CU_ASSERT_EQUAL(query_of(mbuf)->source, QUERY_SOURCE_STREAM);
		CU_ASSERT_EQUAL(query_of(mbuf)->lane, query_of(mbuf)->stream_index % LANES);
		CU_ASSERT_EQUAL(rte_pktmbuf_headroom(mbuf), 0);
		CU_ASSERT_EQUAL(rte_pktmbuf_tailroom(mbuf), 65535 - MESSAGE_LEN);
		answer(i);
	}
	stage_tcp_acceptor_ops.flush(&fake->stage);
	for (uint16_t i = 0; i <= LANES; i++) {
		CU_ASSERT_EQUAL(recv(clients[i], octets, sizeof(octets), 0), 2 + MESSAGE_LEN);
		CU_ASSERT_EQUAL(bytes_load_u16(octets), MESSAGE_LEN);
		CU_ASSERT_EQUAL(bytes_load_u16(octets + 2), i);
		(void)close(clients[i]);
	}
	CU_ASSERT_EQUAL(fake->counters.made, LANES + 1);
	CU_ASSERT_EQUAL(fake->counters.answered, LANES + 1);
	CU_ASSERT_EQUAL(fake->counters.event[TCP_EVENT_ACCEPTED], LANES + 1);
	close_stage();
}

static void an_answer_without_its_client_is_dropped_by_name(void)
{
	open_stage();
	int client = connect_client(true);
	send_message(client, true, 1);
	CU_ASSERT_TRUE_FATAL(emitted(1));
	struct linger now = {.l_onoff = 1};
	(void)setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	(void)close(client); /* a reset */
	for (int i = 0; i < 250 && inside()->tcp.open_count > 0; i++)
		turn(20);
	answer(0);
	CU_ASSERT_EQUAL(fake->counters.drop[DROP_ACCEPTOR_CLIENT_GONE], 1);
	CU_ASSERT_EQUAL(fake->counters.answered, 0);
	rte_pktmbuf_free(fake->event[0].mbuf);
	close_stage();
}

static void a_frame_for_no_port_is_dropped_by_name(void)
{
	open_stage();
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(packet_pool);
	memset(query_of(mbuf), 0, sizeof(struct query));
	query_of(mbuf)->source = QUERY_SOURCE_KERNEL;
	query_of(mbuf)->port_index = 9;
	stage_tcp_acceptor_ops.process(&fake->stage, &mbuf, 1);
	CU_ASSERT_EQUAL(fake->counters.drop[DROP_ACCEPTOR_KERNEL_WRITE], 1);
	rte_pktmbuf_free(mbuf);
	close_stage();
}

static void draining_takes_nothing_new(void)
{
	uint8_t octets[64];
	open_stage();
	int stream = connect_client(true), datagram = connect_client(false);
	send_message(stream, true, 1);
	CU_ASSERT_TRUE_FATAL(emitted(1));
	fake->stage.draining = true;
	send_message(stream, true, 2);
	send_message(datagram, false, 3);
	for (int i = 0; i < 5; i++)
		turn(1);
	CU_ASSERT_EQUAL(fake->event_count, 1);
	CU_ASSERT_TRUE(stage_tcp_acceptor_ops.deadline_us(&fake->stage) > fake->stage.now_us);
	answer(0);
	stage_tcp_acceptor_ops.flush(&fake->stage);
	CU_ASSERT_EQUAL(recv(stream, octets, sizeof(octets), 0), 2 + MESSAGE_LEN);
	CU_ASSERT_EQUAL(fake->counters.answered, 1);
	CU_ASSERT_EQUAL(inside()->tcp.open_count, 0);
	(void)close(stream);
	(void)close(datagram);
	close_stage();
}

static void the_wake_descriptor_is_quiet_after_poll(void)
{
	struct pollfd wait = {.events = POLLIN};
	open_stage();
	CU_ASSERT_EQUAL(stage_tcp_acceptor_ops.wake_fds(&fake->stage, &wait.fd, 1), 1);
	while (stage_tcp_acceptor_ops.poll(&fake->stage, PIPELINE_BURST) > 0)
		;
	CU_ASSERT_EQUAL(poll(&wait, 1, 0), 0);
	CU_ASSERT_EQUAL(stage_tcp_acceptor_ops.deadline_us(&fake->stage), UINT64_MAX);
	int client = connect_client(false);
	send_message(client, false, 1);
	CU_ASSERT_EQUAL(poll(&wait, 1, PATIENCE_MS), 1);
	CU_ASSERT_TRUE(emitted(1));
	CU_ASSERT_EQUAL(poll(&wait, 1, 0), 0);
	rte_pktmbuf_free(fake->event[0].mbuf);
	(void)close(client);
	close_stage();
}

static int start_dpdk(void)
{
	char prefix[48];
	(void)snprintf(prefix, sizeof(prefix), "--file-prefix=unit-acceptor-%d", (int)getpid());
	char *arguments[] = {
	    (char[]){"test"},       (char[]){"--no-huge"},         (char[]){"-m48"},
	    (char[]){"--no-pci"},   (char[]){"--no-shconf"},       (char[]){"--no-telemetry"},
	    (char[]){"--lcores=0"}, (char[]){"--log-level=error"}, prefix};
	if (rte_eal_init((int)ARRAY_COUNT(arguments), arguments) < 0)
		return -1;
	packet_pool = rte_pktmbuf_pool_create("packets", 127, 0, QUERY_PRIVATE_BYTES,
	                                      RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	stream_pool = rte_pktmbuf_pool_create("streams", 31, 0, QUERY_PRIVATE_BYTES, UINT16_MAX,
	                                      SOCKET_ID_ANY);
	return packet_pool == NULL || stream_pool == NULL ? -1 : 0;
}

static void stop_dpdk(void)
{
	char directory[PATH_MAX];
	(void)snprintf(directory, sizeof(directory), "%s", rte_eal_get_runtime_dir());
	(void)rte_eal_cleanup();
	(void)rmdir(directory);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"a_datagram_goes_round", a_datagram_goes_round},
	    {"a_stream_goes_round", a_stream_goes_round},
	    {"an_answer_without_its_client_is_dropped_by_name",
	     an_answer_without_its_client_is_dropped_by_name},
	    {"a_frame_for_no_port_is_dropped_by_name", a_frame_for_no_port_is_dropped_by_name},
	    {"draining_takes_nothing_new", draining_takes_nothing_new},
	    {"the_wake_descriptor_is_quiet_after_poll", the_wake_descriptor_is_quiet_after_poll},
	};
	if (start_dpdk() != 0)
		return 1;
	int status = unit_main(argc, argv, "stage/tcp_acceptor", cases, ARRAY_COUNT(cases));
	stop_dpdk();
	return status;
}
