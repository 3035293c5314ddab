/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* eal_fixture -- EAL without hugepages, an mbuf pool, and a network namespace of the test's own.
 *
 * What:    the main() of the tests that open ports.
 * Threads: one.
 * Memory:  one pool, freed at the end.
 * Limits:  a plain user gets no namespace: cases that need one look at fixture_has_namespace() first.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <rte_mbuf.h>

#include "net/prefix.h"
#include "unit.h"

/* The room of the pool's buffers. */
#define FIXTURE_DATA_ROOM 2176
/* Longest wait for something that comes at once. */
#define FIXTURE_WAIT_MS 5000

/* Starts, runs the cases, ends; gives main()'s status. */
int fixture_main(int argc, char **argv, const char *suite, const struct unit_case *cases,
                 size_t count);

struct rte_mempool *fixture_pool(void);

/* False: a case that needs the namespace must return; the first one says so. */
bool fixture_has_namespace(void);

/* The prefix of a right text. */
struct net_prefix fixture_prefix(const char *text);

/* A frame with `payload_len` octets over UDP between two IPv4 or IPv6 address:port texts. */
struct rte_mbuf *fixture_frame(const char *source, const char *target, const uint8_t *target_mac,
                               uint16_t payload_len);
