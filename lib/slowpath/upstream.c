/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The resolver's sockets as a whole: opening, polling, random bits. */
#include "slowpath/upstream.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "slowpath/upstream_int.h"

socklen_t upstream_to_sockaddr(const struct net_endpoint *endpoint, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof(*out));
	if (endpoint->address.family == 4) {
		struct sockaddr_in *in = (struct sockaddr_in *)out;
		in->sin_family = AF_INET;
		in->sin_port = htons(endpoint->port);
		memcpy(&in->sin_addr, endpoint->address.octets, 4);
		return sizeof(*in);
	}
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(endpoint->port);
	memcpy(&in6->sin6_addr, endpoint->address.octets, 16);
	return sizeof(*in6);
}

bool upstream_from_sockaddr(const struct sockaddr_storage *in, struct net_endpoint *out)
{
	struct net_endpoint endpoint = {.port = 0};
	if (in->ss_family == AF_INET) {
		const struct sockaddr_in *in4 = (const struct sockaddr_in *)in;
		endpoint.address.family = 4;
		endpoint.port = ntohs(in4->sin_port);
		memcpy(endpoint.address.octets, &in4->sin_addr, 4);
	} else if (in->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)in;
		endpoint.address.family = 6;
		endpoint.port = ntohs(in6->sin6_port);
		memcpy(endpoint.address.octets, &in6->sin6_addr, 16);
	} else {
		return false;
	}
	*out = endpoint;
	return true;
}

uint64_t upstream_now_ms(void)
{
	return clock_now_us() / 1000;
}

int upstream_socket(const struct upstream *upstream, bool is_ipv4, int type)
{
	struct problem problem;
	int home;
	if (upstream->netns != NULL && netns_enter(upstream->netns, &home, &problem) != RESULT_OK)
		return -1;
	int fd = socket(is_ipv4 ? AF_INET : AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (upstream->netns != NULL)
		netns_leave(home);
	return fd;
}

struct net_address upstream_source(struct upstream *upstream, bool is_ipv4)
{
	struct net_address any = {.family = is_ipv4 ? 4 : 6};
	uint32_t fit = 0;
	for (uint32_t i = 0; i < upstream->source_count; i++)
		fit += upstream->source[i].family == any.family;
	if (fit == 0)
		return any;
	uint64_t chosen = upstream_random(upstream) % fit;
	for (uint32_t i = 0; i < upstream->source_count; i++)
		if (upstream->source[i].family == any.family && chosen-- == 0)
			return upstream->source[i];
	return any;
}

bool upstream_bind_source(struct upstream *upstream, int fd, bool is_ipv4)
{
	struct net_endpoint source = {.address = upstream_source(upstream, is_ipv4)};
	struct sockaddr_storage address;
	int on = 1;
	if (upstream->source_count == 0)
		return true;
	/* The kernel chooses the port at connect(), when it knows the other end as well. */
	(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	socklen_t len = upstream_to_sockaddr(&source, &address);
	return bind(fd, (const struct sockaddr *)&address, len) == 0;
}

static enum result check_settings(struct upstream_settings *settings, struct problem *problem)
{
	if (settings->port_slots == 0)
		settings->port_slots = UPSTREAM_PORT_SLOTS_DEFAULT;
	if (settings->connections == 0)
		settings->connections = UPSTREAM_CONNECTIONS_DEFAULT;
	if (settings->port_slots > UPSTREAM_PORT_SLOTS_MAX)
		return problem_set(problem, RESULT_OUT_OF_RANGE,
		                   "%u upstream ports: at most %u are allowed",
		                   settings->port_slots, UPSTREAM_PORT_SLOTS_MAX);
	if (settings->source_count > UPSTREAM_SOURCES_MAX)
		return problem_set(problem, RESULT_OUT_OF_RANGE,
		                   "%u addresses to ask from: at most %u are allowed",
		                   settings->source_count, UPSTREAM_SOURCES_MAX);
	if (settings->connections > UPSTREAM_CONNECTIONS_MAX)
		return problem_set(problem, RESULT_OUT_OF_RANGE,
		                   "%u upstream connections: at most %u are allowed",
		                   settings->connections, UPSTREAM_CONNECTIONS_MAX);
	return RESULT_OK;
}

static bool allocate(struct upstream *upstream, const struct upstream_settings *settings)
{
	uint32_t slots = settings->port_slots * UPSTREAM_FAMILIES;
	upstream->slot_count = settings->port_slots;
	upstream->netns = settings->netns;
	upstream->source_count = settings->source_count;
	if (settings->source_count > 0)
		memcpy(upstream->source, settings->sources,
		       settings->source_count * sizeof(upstream->source[0]));
	upstream->slots = calloc(slots, sizeof(*upstream->slots));
	if (upstream->slots == NULL)
		return false;
	for (uint32_t i = 0; i < slots; i++)
		upstream->slots[i] = (struct upstream_slot){.now.fd = -1, .old.fd = -1};
	return upstream_tcp_open(upstream, settings);
}

enum result upstream_open(const struct upstream_settings *settings, struct upstream **out,
                          struct problem *problem)
{
	struct upstream_settings own = *settings;
	enum result result = check_settings(&own, problem);
	if (result != RESULT_OK)
		return result;
	struct upstream *upstream = calloc(1, sizeof(*upstream));
	if (upstream == NULL || !allocate(upstream, &own)) {
		result = problem_set(problem, RESULT_NO_MEMORY, "no memory for upstream sockets");
		goto failed;
	}
	upstream->random_at = sizeof(upstream->random);
	upstream->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (upstream->epoll < 0) {
		result = problem_set_errno(problem, "epoll for upstream sockets");
		goto failed;
	}
	*out = upstream;
	return RESULT_OK;
failed:
	if (upstream != NULL) {
		upstream_tcp_close(upstream);
		free(upstream->slots);
	}
	free(upstream);
	return result;
}

void upstream_close(struct upstream *upstream)
{
	if (upstream == NULL)
		return;
	upstream_udp_close(upstream);
	upstream_tcp_close(upstream);
	(void)close(upstream->epoll);
	free(upstream->slots);
	free(upstream);
}

uint16_t upstream_port_slots(const struct upstream *upstream)
{
	return upstream->slot_count;
}

int upstream_fd(const struct upstream *upstream)
{
	return upstream->epoll;
}

bool upstream_has_failures(const struct upstream *upstream)
{
	return upstream->failure_count > 0 || upstream->connections_broken > 0 ||
	       !list_is_empty(&upstream->failed);
}

/* Telling may make new failures (the resolver asks somebody else): they wait for the next poll. */
static uint32_t tell_failures(struct upstream *upstream, upstream_take *take, void *context)
{
	struct upstream_failure failures[UPSTREAM_FAILURES_MAX];
	uint32_t count = upstream->failure_count;
	memcpy(failures, upstream->failures, count * sizeof(failures[0]));
	upstream->failure_count = 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct upstream_event event = {
		    .kind = UPSTREAM_EVENT_UDP_ERROR,
		    .port_slot = failures[i].port_slot,
		    .from = failures[i].to,
		    .message = failures[i].header,
		    .len = sizeof(failures[i].header),
		};
		take(context, &event);
	}
	return count;
}

static uint32_t serve(struct upstream *upstream, const struct epoll_event *event,
                      upstream_take *take, void *context)
{
	uint64_t tag = event->data.u64;
	uint32_t index = (uint32_t)tag & INT32_MAX;
	uint32_t generation = (uint32_t)(tag >> 32);
	if ((tag >> 31 & 1) == UPSTREAM_TAG_TCP)
		return upstream_connection_ready(upstream, index, generation, event->events, take,
		                                 context);
	return upstream_udp_read(upstream, index, (int)generation, event->events, take, context);
}

uint32_t upstream_poll(struct upstream *upstream, uint32_t max, upstream_take *take, void *context)
{
	struct epoll_event events[UPSTREAM_EVENTS];
	uint32_t done = 0;
	if (upstream->failure_count > 0)
		done += tell_failures(upstream, take, context);
	if (upstream->connections_broken > 0)
		upstream_connection_end_broken(upstream);
	if (!list_is_empty(&upstream->failed))
		done += upstream_tcp_tell_failed(upstream, take, context);
	if (!list_is_empty(&upstream->idle))
		upstream_connection_expire(upstream);
	if (upstream->retire_next_ms != 0)
		upstream_udp_retire(upstream);
	int ready = epoll_wait(upstream->epoll, events, UPSTREAM_EVENTS, 0);
	for (int i = 0; i < ready && done < max; i++)
		done += serve(upstream, &events[i], take, context);
	return done;
}

uint64_t upstream_random(void *context)
{
	struct upstream *upstream = context;
	uint64_t value;
	if (upstream->random_at + sizeof(value) > sizeof(upstream->random)) {
		/* Up to 256 octets are never cut short and never fail once the kernel has booted. */
		CHECK(getrandom(upstream->random, sizeof(upstream->random), 0) ==
		      (ssize_t)sizeof(upstream->random));
		upstream->random_at = 0;
	}
	memcpy(&value, upstream->random + upstream->random_at, sizeof(value));
	/* What was given out is not kept. */
	memset(upstream->random + upstream->random_at, 0, sizeof(value));
	upstream->random_at += sizeof(value);
	return value;
}

void upstream_stats(const struct upstream *upstream, struct upstream_stats *out)
{
	*out = upstream->stats;
}
