/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* pipeline_limits -- the numbers of the pipeline, each with its reason.
 *
 * What:    sizes of tables, bounds of links, the idle policies' patience.
 * Threads: none.
 * Memory:  none.
 * Limits:  this is them.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

/* Rows of the topology. Lower: the twelve stages and their links do not fit. Higher: link numbers no
 * longer fit into query.link_credit (8 bits, 0 is "none"). */
#define TOPOLOGY_STAGES_MAX 32
#define TOPOLOGY_LINKS_MAX 64
#define TOPOLOGY_GROUPS_MAX 16

/* Instances of the fast-path stages. Lower: fewer receive queues than lcores. Higher: a `spread` of
 * seven fast-path stages has more instances than the table below. */
#define PIPELINE_LANES_MAX 64
/* DPDK's RTE_MAX_LCORE in Debian. */
#define PIPELINE_LCORES_MAX 128
#define PIPELINE_INSTANCES_MAX 1024

/* Packets in one ring. Lower than a burst: every burst would be cut. Higher: the last packet of a full
 * link waits for longer than its client does (65,536 packets at 100,000/s are 0.65 s). */
#define LINK_DEPTH_MIN 32
#define LINK_DEPTH_MAX 65536

/* Thread names: the kernel keeps 15 characters. */
#define PIPELINE_THREAD_NAME_BYTES 16

/* Adaptive idling: so many empty turns at full speed, then so many with pauses, then sleep. A turn is
 * 0.1 to 0.5 us. Lower: a queue that is merely uneven costs a sleep and a wake-up (5 to 50 us) per
 * packet. Higher: lcores that share a processor keep each other from it. */
#define IDLE_SPIN_TURNS 32
#define IDLE_PAUSE_TURNS 32
#define IDLE_PAUSES_PER_TURN 16
/* How long a sleep may last: whatever was forgotten is found by then. Lower: ten lcores that have
 * nothing to do cost more than 1 % of a processor. Higher: stopping and statistics come late. */
#define IDLE_SLEEP_MAX_US 100000
/* The same where a source cannot wake anybody, and while waiting for credit. Lower: burns (1 ms costs
 * about 1 % of a processor). Higher: it is the latency of the first packet after silence. */
#define IDLE_SLEEP_POLLED_US 1000
/* Descriptors that one stage may wait for (one for each port of a lane, or an epoll of its own). */
#define IDLE_WAKE_FDS_MAX 64

/* The window over which an lcore's load is given. */
#define LCORE_LOAD_WINDOW_US 1000000

/* One turn of so many is stamped: two looks at the clock for each burst of each stage. Lower: the stamps
 * cost more than the 3 % that all measuring may. Higher: a stage's percentiles take minutes to show what is
 * new. */
#define PIPELINE_STAMP_TURNS 16
