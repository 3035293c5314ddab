/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Opens and closes what TCP_ACCEPTOR works with. Control code: nothing here runs while packets flow. */
#include "slowpath/slowpath.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "slowpath/poller.h"
#include "slowpath/slowpath_limits.h"
#include "slowpath/socket.h"

/* Whether to go on after a failure. */
static bool goes_on(const struct slowpath_settings *settings, enum result result,
                    const struct problem *problem)
{
	return settings->tell != NULL &&
	       settings->tell(settings->tell_context, result, problem->text);
}

static enum result open_tcp(struct slowpath *slowpath, const struct slowpath_settings *settings,
                            const struct slowpath_listener *listener, struct problem *problem)
{
	int fd;
	if (settings->stream_pool == NULL)
		return problem_set(problem, RESULT_OUT_OF_RANGE,
		                   "TCP needs a pool of stream buffers");
	enum result result =
	    socket_open_tcp(&listener->address, settings->tcp.output_timeout_ms, &fd, problem);
	if (result != RESULT_OK)
		return result;
	result = tcp_server_listen(&slowpath->tcp, fd, &listener->service);
	if (result != RESULT_OK)
		return problem_set(problem, result, "watching a TCP listener: %s",
		                   result_text(result));
	return RESULT_OK;
}

static enum result open_udp(struct slowpath *slowpath, const struct slowpath_settings *settings,
                            const struct slowpath_listener *listener, struct problem *problem)
{
	int fd;
	uint32_t index = slowpath->udp_count;
	enum result result = socket_open_udp(&listener->address, &fd, problem);
	if (result != RESULT_OK)
		return result;
	local_udp_init(&slowpath->udp[index], fd, index, settings->packet_pool);
	slowpath->udp_count++;
	if (poller_add(slowpath->poller, fd, EPOLLIN, poller_tag_pack(POLLER_UDP, index, 0)) !=
	    RESULT_OK)
		return problem_set(problem, RESULT_NO_MEMORY, "watching a UDP socket");
	return RESULT_OK;
}

/* Opens the listeners of the namespace that the thread is in. */
static enum result open_listeners(struct slowpath *slowpath,
                                  const struct slowpath_settings *settings, bool host)
{
	for (size_t i = 0; i < settings->listener_count; i++) {
		const struct slowpath_listener *listener = &settings->listeners[i];
		struct problem problem;
		if (listener->host != host)
			continue;
		enum result result =
		    (listener->tcp ? open_tcp : open_udp)(slowpath, settings, listener, &problem);
		if (result != RESULT_OK && !goes_on(settings, result, &problem))
			return result;
	}
	return RESULT_OK;
}

static enum result open_tap(struct slowpath *slowpath, const struct slowpath_settings *settings,
                            size_t port, struct port_netlink *netlink, struct problem *problem)
{
	uint32_t index = slowpath->tap_count;
	struct exception_tap *tap = &slowpath->taps[index];
	enum result result = exception_tap_open(tap, &settings->ports[port], settings->packet_pool,
	                                        netlink, problem);
	if (result != RESULT_OK)
		return result;
	slowpath->tap_count++;
	tap->readable = true;
	if (poller_add(slowpath->poller, tap->fd, EPOLLIN, poller_tag_pack(POLLER_TAP, index, 0)) !=
	    RESULT_OK)
		return problem_set(problem, RESULT_NO_MEMORY, "watching a TAP");
	return RESULT_OK;
}

/* Interfaces, addresses and routes of the kernel half. */
static enum result open_network(struct slowpath *slowpath, const struct slowpath_settings *settings,
                                struct port_netlink *netlink, struct problem *problem)
{
	enum {
		LOOPBACK_IFINDEX = 1
	};
	char text[ENDPOINT_TEXT_MAX];
	const struct port_netlink_link loopback = {.up = true};
	if (port_netlink_set_link(netlink, LOOPBACK_IFINDEX, &loopback) != RESULT_OK)
		return problem_set_errno(problem, "bringing up the loopback interface");
	for (size_t i = 0; i < settings->port_count; i++) {
		enum result result = open_tap(slowpath, settings, i, netlink, problem);
		if (result != RESULT_OK)
			return result;
	}
	for (size_t i = 0; i < settings->route_count; i++) {
		const struct slowpath_route *route = &settings->routes[i];
		const struct net_prefix destination = endpoint_to_prefix(&route->destination);
		const struct net_address gateway = endpoint_to_net(&route->gateway);
		if (port_netlink_add_route(netlink, &destination, &gateway) != RESULT_OK)
			return problem_set_errno(problem, "adding the route via %s",
			                         endpoint_text(&route->gateway, text));
	}
	return RESULT_OK;
}

/* The thread is inside the namespace. */
static enum result open_inside(struct slowpath *slowpath, const struct slowpath_settings *settings)
{
	struct problem problem;
	struct port_netlink netlink;
	if (settings->netns_name == NULL) {
		/* A new namespace takes these from the host's: a router's settings would let frames
		 * through from port to port. A named one may belong to a routing daemon. */
		(void)netns_sysctl("ipv4/ip_forward", "0");
		(void)netns_sysctl("ipv4/conf/all/rp_filter", "0");
		(void)netns_sysctl("ipv4/tcp_fastopen", "3");
	}
	enum result result = port_netlink_open(&netlink);
	if (result == RESULT_OK) {
		result = open_network(slowpath, settings, &netlink, &problem);
		port_netlink_close(&netlink);
	} else {
		(void)problem_set_errno(&problem, "opening a netlink socket");
	}
	if (result == RESULT_OK && settings->watch != NULL) {
		result = port_route_watch_open(settings->watch);
		if (result != RESULT_OK)
			(void)problem_set_errno(&problem, "watching routes");
	}
	if (result != RESULT_OK && !goes_on(settings, result, &problem))
		return result;
	return open_listeners(slowpath, settings, false);
}

static enum result open_half(struct slowpath *slowpath, const struct slowpath_settings *settings)
{
	struct problem problem;
	int home;
	if (settings->port_count == 0)
		return RESULT_OK;
	enum result result = netns_open(&slowpath->netns, settings->netns_name, &problem);
	if (result == RESULT_OK) {
		slowpath->has_netns = true;
		result = netns_enter(&slowpath->netns, &home, &problem);
	}
	if (result != RESULT_OK)
		return goes_on(settings, result, &problem) ? RESULT_OK : result;
	result = open_inside(slowpath, settings);
	netns_leave(home);
	if (settings->inside != NULL)
		*settings->inside = &slowpath->netns;
	return result;
}

/* Descriptors for all connections that are allowed, and what the rest of the process needs: shells commonly
 * start with a limit of 1024. False, and says so, when that many cannot be had. */
static bool raise_descriptors(const struct slowpath_settings *settings, struct problem *problem)
{
	struct rlimit limit;
	rlim_t wanted = settings->tcp.connections_max + settings->listener_count +
	                settings->port_count + SLOWPATH_DESCRIPTORS_SPARE;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return true;
	struct rlimit more = {.rlim_cur = wanted, .rlim_max = RTE_MAX(limit.rlim_max, wanted)};
	if (setrlimit(RLIMIT_NOFILE, &more) == 0)
		return true;
	/* Not the right to raise the hard limit: go as far as it allows. */
	more = (struct rlimit){.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
	(void)setrlimit(RLIMIT_NOFILE, &more);
	(void)problem_set(problem, RESULT_NO_MEMORY,
	                  "%u TCP connections need %lu descriptors, the limit is %lu (ulimit -n)",
	                  settings->tcp.connections_max, (unsigned long)wanted,
	                  (unsigned long)limit.rlim_max);
	return false;
}

static bool wants_tcp(const struct slowpath_settings *settings)
{
	for (size_t i = 0; i < settings->listener_count; i++)
		if (settings->listeners[i].tcp)
			return true;
	return false;
}

static enum result open_all(struct slowpath *slowpath, const struct slowpath_settings *settings)
{
	struct problem problem;
	if (wants_tcp(settings) && !raise_descriptors(settings, &problem) &&
	    !goes_on(settings, RESULT_NO_MEMORY, &problem))
		return RESULT_NO_MEMORY;
	slowpath->poller = poller_open();
	if (slowpath->poller < 0)
		return problem_result_of(errno);
	slowpath->udp = calloc(settings->listener_count + 1, sizeof(*slowpath->udp));
	if (slowpath->udp == NULL)
		return RESULT_NO_MEMORY;
	enum result result = tcp_server_open(&slowpath->tcp, &settings->tcp, slowpath->poller);
	slowpath->tcp.withdrawn = settings->withdrawn;
	if (result != RESULT_OK) {
		(void)problem_set(&problem, result, "the limits of TCP: %s", result_text(result));
		(void)goes_on(settings, result, &problem); /* it cannot */
		return result;
	}
	result = open_half(slowpath, settings);
	if (result == RESULT_OK)
		result = open_listeners(slowpath, settings, true);
	return result;
}

enum result slowpath_open(struct slowpath *slowpath, const struct slowpath_settings *settings)
{
	memset(slowpath, 0, sizeof(*slowpath));
	slowpath->poller = -1;
	if (settings->port_count > SLOWPATH_TAPS_MAX ||
	    settings->listener_count > SLOWPATH_LISTENERS_MAX)
		return RESULT_TOO_LONG;
	enum result result = open_all(slowpath, settings);
	if (result != RESULT_OK)
		slowpath_close(slowpath);
	return result;
}

void slowpath_close(struct slowpath *slowpath)
{
	tcp_server_close(&slowpath->tcp);
	for (uint32_t i = 0; i < slowpath->udp_count; i++)
		local_udp_fini(&slowpath->udp[i]);
	free(slowpath->udp);
	for (uint32_t i = 0; i < slowpath->tap_count; i++)
		exception_tap_close(&slowpath->taps[i]);
	if (slowpath->has_netns)
		netns_close(&slowpath->netns);
	if (slowpath->poller >= 0)
		(void)close(slowpath->poller);
	memset(slowpath, 0, sizeof(*slowpath));
	slowpath->poller = -1;
}

struct exception_tap *slowpath_find_tap(struct slowpath *slowpath, uint16_t port_index)
{
	for (uint32_t i = 0; i < slowpath->tap_count; i++)
		if (slowpath->taps[i].port_index == port_index)
			return &slowpath->taps[i];
	return NULL;
}
