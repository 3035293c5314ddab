/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* port_fixture -- a ring port on EAL without hugepages: what is sent on it comes back on it.
 *
 * What:    for the tests of LISTENER and SENDER, beside fake_stage.
 * Threads: one.
 * Memory:  one mbuf pool; fixture_leaked() says whether all mbufs came back.
 * Limits:  one port.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include "net/build.h"
#include "net/frame.h"
#include "pipeline/query.h"
#include "port/port.h"

/* Starts EAL, makes the pool and opens the port with addresses 10.53.0.2 and fd53::2. */
void fixture_open(void);
void fixture_close(void);

/* The port; a test may change its flags, fixture_reset() sets them back. */
struct port *fixture_port(void);
void fixture_reset(void);

/* A query frame from client port 4711 to port 53 of the server, version 4 or 6, payload of 30 octets. */
struct net_build fixture_frame(unsigned version);

/* The frame in an mbuf with private area. */
struct rte_mbuf *fixture_mbuf(const struct net_build *build);

/* Puts an mbuf on the ring, from where a poll takes it. */
void fixture_inject(struct rte_mbuf *mbuf);

/* Takes an mbuf from the ring, NULL if there is none. */
struct rte_mbuf *fixture_take(void);

/* An mbuf as LISTENER would give it for the frame, with an answer of `len` octets in place. */
struct rte_mbuf *fixture_answer(const struct net_build *build, uint16_t len);

/* How many mbufs did not come back to the pool. */
unsigned fixture_leaked(void);
