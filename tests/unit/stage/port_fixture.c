/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* EAL, a pool, and a port whose end is its own beginning. */
#include "port_fixture.h"

#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>
#include <rte_eal.h>
#include <rte_ethdev.h>

#include "base/check.h"
#include "eal.h"

#define MBUFS 2047
#define DATA_ROOM 4096

static struct rte_mempool *pool;
static struct port port;
static struct port opened;
static const uint8_t payload[30] = "a message of thirty octets";

void fixture_open(void)
{
	unit_eal_start();
	pool = rte_pktmbuf_pool_create("test", MBUFS, 0, QUERY_PRIVATE_BYTES, DATA_ROOM,
	                               SOCKET_ID_ANY);
	CHECK(pool != NULL);
	struct net_prefix address[2];
	CHECK(net_prefix_parse("10.53.0.2", &address[0]) == RESULT_OK);
	CHECK(net_prefix_parse("fd53::2", &address[1]) == RESULT_OK);
	const struct port_settings settings = {
	    .name = "ring", .device = "net_ring0", .addresses = address, .address_count = 2};
	CHECK(port_open(&settings, 0, 1, pool, &port) == RESULT_OK);
	opened = port;
}

void fixture_close(void)
{
	port_close(&port);
	rte_mempool_free(pool);
	rte_eal_cleanup();
}

struct port *fixture_port(void)
{
	return &port;
}

void fixture_reset(void)
{
	port = opened;
}

struct net_build fixture_frame(unsigned version)
{
	struct net_build build = {.source_mac = {2, 0, 0, 0, 0, 1},
	                          .target_mac = {2, 0, 0, 0, 0, 2},
	                          .vlan_id = {100, 200},
	                          .payload = payload,
	                          .payload_len = sizeof(payload)};
	CHECK(net_endpoint_parse(version == 4 ? "10.53.0.1:4711" : "[fd53::1]:4711", 0,
	                         &build.source) == RESULT_OK);
	CHECK(net_endpoint_parse(version == 4 ? "10.53.0.2:53" : "[fd53::2]:53", 0,
	                         &build.target) == RESULT_OK);
	return build;
}

struct rte_mbuf *fixture_mbuf(const struct net_build *build)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
	CHECK(mbuf != NULL);
	size_t len;
	CHECK(net_build_frame(build, rte_pktmbuf_mtod(mbuf, uint8_t *), rte_pktmbuf_tailroom(mbuf),
	                      &len) == RESULT_OK);
	CHECK(rte_pktmbuf_append(mbuf, (uint16_t)len) != NULL);
	return mbuf;
}

void fixture_inject(struct rte_mbuf *mbuf)
{
	CHECK(port_tx(&opened, 0, &mbuf, 1) == 1);
}

struct rte_mbuf *fixture_take(void)
{
	struct rte_mbuf *mbuf;
	return port_rx(&opened, 0, &mbuf, 1) == 1 ? mbuf : NULL;
}

struct rte_mbuf *fixture_answer(const struct net_build *build, uint16_t len)
{
	struct rte_mbuf *mbuf = fixture_mbuf(build);
	uint8_t *data = rte_pktmbuf_mtod(mbuf, uint8_t *);
	struct net_frame frame;
	CHECK(net_frame_parse(data, mbuf->data_len, &frame) == NET_FRAME_UDP);
	for (unsigned i = 0; i < len; i++)
		data[frame.payload_at + i] = (uint8_t)(i * 7);
	struct query *query = query_of(mbuf);
	memset(query, 0, sizeof(*query));
	query->source = QUERY_SOURCE_PORT;
	query->l2_len = frame.l2_len;
	query->l3_len = frame.l3_len;
	query->message_at = frame.payload_at;
	query->message_len = len;
	query->client.family = frame.version;
	return mbuf;
}

unsigned fixture_leaked(void)
{
	return rte_mempool_in_use_count(pool);
}
