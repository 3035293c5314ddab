/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* slowpath -- everything of the kernel's that TCP_ACCEPTOR works with, opened and closed as one.
 *
 * What:    the kernel half (a network namespace with one exception TAP for each port that DPDK owns), DNS
 *          sockets in it and in the host's namespace, and the poller that watches them all.
 * Threads: open and close on a control thread, which is in its own namespace again afterwards; the rest
 *          belongs to the lcore of TCP_ACCEPTOR, which need not live in any special namespace.
 * Memory:  all allocated by slowpath_open().
 * Limits:  SLOWPATH_TAPS_MAX ports, SLOWPATH_LISTENERS_MAX sockets of each kind.
 * Trust:   settings come from the checked configuration.
 * RFC:     none. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "port/route_watch.h"
#include "slowpath/exception_tap.h"
#include "slowpath/local_udp.h"
#include "slowpath/netns.h"
#include "slowpath/tcp_server.h"

struct slowpath_listener {
	struct query_address address; /* port 0: the kernel chooses */
	bool tcp; /* else UDP */
	bool host; /* in the host's namespace, else in that of the kernel half */
	struct tcp_service service; /* of TCP */
};

struct slowpath_route {
	struct endpoint_prefix destination; /* bits 0: the default route of that family */
	struct query_address gateway; /* on the link of some port */
};

struct slowpath_settings {
	const char *netns_name; /* NULL: an anonymous namespace that nobody else sees */
	/* Ports whose kernel half we are. None: no namespace is made (bifurcated devices). */
	const struct exception_tap_settings *ports;
	size_t port_count;
	/* Opened in the namespace of the kernel half, for who wants to know its routes; or NULL. */
	struct port_route_watch *watch;
	/* Gets the namespace of the kernel half once it is made, until slowpath_close(), for threads that
	 * open sockets in it later; or NULL. */
	const struct netns **inside;
	const struct slowpath_route *routes;
	size_t route_count;
	const struct slowpath_listener *listeners;
	size_t listener_count;
	struct tcp_limits tcp;
	const _Atomic bool *withdrawn; /* see struct tcp_server; NULL: never */
	struct rte_mempool *packet_pool; /* frames and datagrams */
	struct rte_mempool *stream_pool; /* messages of streams: data room of 65535; NULL: no TCP */
	/* Something could not be opened (an address in use, no right to make a namespace): true goes on
	 * without it, false ends slowpath_open() with that result. NULL: never go on. */
	bool (*tell)(void *context, enum result result, const char *text);
	void *tell_context;
};

struct slowpath {
	int poller;
	bool has_netns;
	struct netns netns;
	uint32_t tap_count;
	struct exception_tap taps[SLOWPATH_TAPS_MAX];
	uint32_t udp_count;
	struct local_udp *udp; /* udp_count of them */
	struct tcp_server tcp;
};

/* Opens everything. Fails as told by `tell`, or RESULT_NO_MEMORY, RESULT_OUT_OF_RANGE (limits),
 * RESULT_TOO_LONG (more than the limits above); then nothing stays open. */
MUST_CHECK enum result slowpath_open(struct slowpath *slowpath,
                                     const struct slowpath_settings *settings);

/* Closes everything; TAPs, an anonymous namespace, or a name that we made, are gone afterwards. */
void slowpath_close(struct slowpath *slowpath);

/* The TAP of our port `port_index`, or NULL. */
struct exception_tap *slowpath_find_tap(struct slowpath *slowpath, uint16_t port_index);
