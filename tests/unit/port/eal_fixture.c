/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What the tests of lib/port have in common. */
#include "eal_fixture.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

#include <rte_eal.h>

#include "base/check.h"
#include "eal.h"
#include "net/build.h"

#define MBUFS 4095

static struct rte_mempool *pool;
static bool has_namespace;

int fixture_main(int argc, char **argv, const char *suite, const struct unit_case *cases,
                 size_t count)
{
	has_namespace = unshare(CLONE_NEWNET) == 0;
	if (!has_namespace)
		puts("       a plain user gets no network namespace: some cases do nothing");
	unit_eal_start();
	pool = rte_pktmbuf_pool_create("test", MBUFS, 0, 0, FIXTURE_DATA_ROOM, SOCKET_ID_ANY);
	CHECK(pool != NULL);
	int status = unit_main(argc, argv, suite, cases, count);
	rte_mempool_free(pool);
	rte_eal_cleanup();
	return status;
}

struct rte_mempool *fixture_pool(void)
{
	return pool;
}

bool fixture_has_namespace(void)
{
	return has_namespace;
}

struct net_prefix fixture_prefix(const char *text)
{
	struct net_prefix prefix;
	CHECK(net_prefix_parse(text, &prefix) == RESULT_OK);
	return prefix;
}

struct rte_mbuf *fixture_frame(const char *source, const char *target, const uint8_t *target_mac,
                               uint16_t payload_len)
{
	static const uint8_t zeros[FIXTURE_DATA_ROOM];
	struct net_build build = {.source_mac = {2}, .payload = zeros, .payload_len = payload_len};
	memcpy(build.target_mac, target_mac, sizeof(build.target_mac));
	CHECK(net_endpoint_parse(source, 0, &build.source) == RESULT_OK);
	CHECK(net_endpoint_parse(target, 0, &build.target) == RESULT_OK);
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
	CHECK(mbuf != NULL);
	size_t len;
	CHECK(net_build_frame(&build, rte_pktmbuf_mtod(mbuf, uint8_t *), rte_pktmbuf_tailroom(mbuf),
	                      &len) == RESULT_OK);
	CHECK(rte_pktmbuf_append(mbuf, (uint16_t)len) != NULL);
	return mbuf;
}
