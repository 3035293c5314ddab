/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* poller -- one epoll set for everything that the slow path reads and writes.
 *
 * What:    edge triggered: the kernel tells once that something became ready and its owner remembers that
 *          until a call says "would block". So nothing is switched on and off when we choose not to
 *          read, and the epoll descriptor itself is readable only when there is news.
 * Threads: poller_open/add/close before and after the lcore runs, the rest on one lcore.
 * Memory:  none beyond the kernel's.
 * Limits:  POLLER_EVENTS a turn.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <stdint.h>
#include <sys/epoll.h>

#include "base/attr.h"
#include "base/result.h"

enum poller_kind {
	POLLER_TAP,
	POLLER_UDP,
	POLLER_TCP_LISTENER,
	POLLER_TCP_CONNECTION,
};

/* Slot numbers fit 24 bits: TCP_CONNECTIONS_MAX is below. */
#define POLLER_INDEX_BITS 24

/* What comes back with an event: whose it is, and which generation of that slot. */
struct poller_tag {
	enum poller_kind kind;
	uint32_t index;
	uint32_t generation;
};

static inline uint64_t poller_tag_pack(enum poller_kind kind, uint32_t index, uint32_t generation)
{
	return (uint64_t)generation << 32 | (uint64_t)kind << POLLER_INDEX_BITS | index;
}

static inline struct poller_tag poller_tag_unpack(uint64_t packed)
{
	return (struct poller_tag){
	    .kind = (enum poller_kind)((uint32_t)packed >> POLLER_INDEX_BITS),
	    .index = (uint32_t)packed & ((1u << POLLER_INDEX_BITS) - 1),
	    .generation = (uint32_t)(packed >> 32),
	};
}

/* Gives an epoll descriptor, or -1 with errno set. */
static inline int poller_open(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

/* Adds a descriptor; closing it takes it out again. `events`: EPOLLIN and friends, EPOLLET is added. */
MUST_CHECK static inline enum result poller_add(int poller, int fd, uint32_t events, uint64_t tag)
{
	struct epoll_event event = {.events = events | EPOLLET, .data.u64 = tag};
	return epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) == 0 ? RESULT_OK : RESULT_NO_MEMORY;
}
