/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* sandbox_limits -- numbers of the sandbox.
 *
 * What:    each limit with what happens when it is too low or too high.
 * Threads: none.
 * Memory:  none.
 * Limits:  these.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

/* Threads of the process, all of which have to be confined: DPDK's 128 lcores at most, its own and ours. Too
 * low: a large server does not start. */
#define SANDBOX_THREADS_MAX 512
/* How long one thread may take until it has confined itself: it does so in a signal handler. Too low: a busy
 * machine does not start. Too high: a thread that blocks the signal holds the start up for so long. */
#define SANDBOX_THREAD_WAIT_MS 10000u
/* Supplementary groups of the user that the process becomes; Linux allows 65536. */
#define SANDBOX_GROUPS_MAX 64
/* Kinds of system calls, by number, whose denials are counted apart; Linux has about 460. */
#define SANDBOX_CALLS_MAX 512
/* The stack that each thread gets for crash handlers. Too low: the handler overflows it, where the C library's
 * backtrace() needs some KiB. Too high: memory that is never touched, for each thread. */
#define SANDBOX_ALTERNATE_STACK_BYTES (64u << 10)
