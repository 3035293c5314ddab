/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Who is let in: a bounded number in all and from each client; the longest idle one makes room. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "slowpath/endpoint.h"
#include "slowpath/socket.h"
#include "slowpath/tcp_int.h"

#define CLIENT_WORDS 4

/* What counts as one client: an IPv4 address, or the first bits of an IPv6 one. */
struct client_key {
	uint32_t words[CLIENT_WORDS];
	uint32_t family; /* as wide as the words: compared without padding */
};

static struct client_key client_key_of(const struct tcp_server *server,
                                       const struct query_address *address)
{
	struct client_key key = {.family = address->family};
	unsigned bits = address->family == 4 ? 32 : server->limits.client_ipv6_bits;
	for (unsigned i = 0; i < CLIENT_WORDS && bits > 32 * i; i++) {
		unsigned here = bits - 32 * i < 32 ? bits - 32 * i : 32;
		key.words[i] =
		    bytes_load_u32(address->octets + 4 * (size_t)i) & (UINT32_MAX << (32 - here));
	}
	return key;
}

/* Multiply-shift hashing with secret keys: two clients meet in a bucket with the probability of chance
 * whatever addresses they choose. */
static struct list_link *bucket_of(const struct tcp_server *server, const struct client_key *key)
{
	uint64_t sum = server->client_keys[CLIENT_WORDS];
	for (unsigned i = 0; i < CLIENT_WORDS; i++)
		sum += server->client_keys[i] * key->words[i];
	return &server->clients[sum >> (64 - server->client_bits)];
}

/* Who makes room first: idle connections, then those that are not open yet, then those whose message has not
 * ended. */
static const enum tcp_timer_kind spare_order[] = {TCP_TIMER_IDLE, TCP_TIMER_OPENING,
                                                  TCP_TIMER_MESSAGE};

/* Whether `a` can be spared more easily than `b` (NULL: nobody yet), for the same kind of reason. */
static bool is_longer(const struct tcp_connection *a, const struct tcp_connection *b,
                      enum tcp_timer_kind kind)
{
	return list_has(&a->timers[kind].link) &&
	       (b == NULL || a->timers[kind].since_us < b->timers[kind].since_us);
}

/* Counts the client's connections; `spare` is the one that can be spared most easily, or NULL. */
static uint32_t client_count(const struct tcp_server *server, const struct client_key *key,
                             struct list_link *bucket, struct tcp_connection **spare)
{
	struct tcp_connection *longest[ARRAY_COUNT(spare_order)] = {NULL};
	uint32_t count = 0;
	for (struct list_link *link = bucket->next; link != bucket; link = link->next) {
		struct tcp_connection *other =
		    LIST_ELEMENT(link, struct tcp_connection, same_client);
		struct client_key other_key = client_key_of(server, &other->client);
		if (memcmp(&other_key, key, sizeof(*key)) != 0)
			continue;
		count++;
		for (size_t i = 0; i < ARRAY_COUNT(spare_order); i++)
			if (is_longer(other, longest[i], spare_order[i]))
				longest[i] = other;
	}
	*spare = NULL;
	for (size_t i = 0; i < ARRAY_COUNT(spare_order) && *spare == NULL; i++)
		*spare = longest[i];
	return count;
}

/* Ends the connection that can be spared most easily. False: none can. */
static bool make_room(struct tcp_server *server)
{
	for (size_t i = 0; i < ARRAY_COUNT(spare_order); i++) {
		struct list_link *list = &server->timers[spare_order[i]];
		if (list_is_empty(list))
			continue;
		tcp_connection_end(server, LIST_ELEMENT(list->next, struct tcp_timer, link)->owner,
		                   TCP_EVENT_EVICTED);
		return true;
	}
	return false;
}

static struct tcp_connection *slot_take(struct tcp_server *server)
{
	struct tcp_connection *connection;
	if (!list_is_empty(&server->free_slots)) {
		connection = LIST_ELEMENT(server->free_slots.next, struct tcp_connection, ready);
		list_remove(&connection->ready);
	} else {
		connection = &server->connections[server->fresh++];
	}
	uint32_t generation = connection->generation + 1;
	*connection = (struct tcp_connection){.generation = generation};
	return connection;
}

/* Fills in a slot and watches the socket. */
static void set_up(struct tcp_server *server, int fd, const struct query_address *client,
                   const struct tcp_listener *listener, uint64_t now_us)
{
	struct tcp_connection *connection = slot_take(server);
	uint32_t index = tcp_connection_index(server, connection);
	connection->fd = fd;
	connection->service = &listener->service;
	connection->phase = TCP_PHASE_OPEN;
	connection->client = *client;
	connection->local = listener->local;
	if (endpoint_is_any(&listener->local) && !socket_local(fd, &connection->local))
		connection->local = listener->local;
	connection->large_block = BLOCK_NONE;
	connection->epoch_us = now_us;
	connection->input.data = server->input_memory + (size_t)index * STREAM_INPUT_BYTES;
	connection->input.size = STREAM_INPUT_BYTES;
	stream_output_init(&connection->output);
	list_init(&connection->producers);
	for (unsigned kind = 0; kind < TCP_TIMER_COUNT; kind++)
		connection->timers[kind].owner = connection;
	server->open_count++;
	if (poller_add(server->poller, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP,
	               poller_tag_pack(POLLER_TCP_CONNECTION, index, connection->generation)) !=
	    RESULT_OK) {
		tcp_connection_end(server, connection, TCP_EVENT_REFUSED);
		return;
	}
	server->counts[TCP_EVENT_ACCEPTED]++;
	if (tcp_opening_begin(server, connection, now_us))
		tcp_connection_settle(server, connection, now_us);
}

/* Whether there is room for one more of this client, after making some. */
static bool admit_client(struct tcp_server *server, const struct query_address *client)
{
	struct tcp_connection *spare;
	struct client_key key = client_key_of(server, client);
	if (client_count(server, &key, bucket_of(server, &key), &spare) <
	    server->limits.per_client_max)
		return true;
	if (spare == NULL)
		return false;
	tcp_connection_end(server, spare, TCP_EVENT_EVICTED);
	return true;
}

/* The same for all clients together. */
static bool admit(struct tcp_server *server)
{
	return server->open_count < server->limits.connections_max || make_room(server);
}

bool tcp_accept_is_proxy(const struct tcp_service *service, const struct query_address *address)
{
	for (uint32_t i = 0; i < service->proxy_count; i++)
		if (net_prefix_contains(&service->proxies[i], address->family, address->octets))
			return true;
	return false;
}

bool tcp_accept_client(struct tcp_server *server, struct tcp_connection *connection,
                       const struct query_address *client)
{
	if (!admit_client(server, client)) {
		tcp_connection_end(server, connection, TCP_EVENT_REFUSED);
		return false;
	}
	struct client_key key = client_key_of(server, client);
	connection->client = *client;
	list_push(bucket_of(server, &key), &connection->same_client);
	return true;
}

static void let_in(struct tcp_server *server, int fd, const struct sockaddr_storage *name,
                   const struct tcp_listener *listener, uint64_t now_us)
{
	struct query_address client;
	if (!endpoint_from_sockaddr(name, &client)) {
		(void)close(fd);
		return;
	}
	/* A proxy has many clients: each of them counts by itself, as soon as it is known. */
	bool is_proxy = tcp_accept_is_proxy(&listener->service, &client);
	if (!(is_proxy || admit_client(server, &client)) || !admit(server)) {
		server->counts[TCP_EVENT_REFUSED]++;
		(void)close(fd);
		return;
	}
	set_up(server, fd, &client, listener, now_us);
}

/* accept() failed; false when this listener has no more for now. */
static bool accept_failed(struct tcp_server *server, struct tcp_listener *listener, uint64_t now_us)
{
	switch (errno) {
	case EAGAIN:
		listener->pending = false;
		return false;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		if (make_room(server))
			return true;
		server->accept_after_us = now_us + TCP_ACCEPT_PAUSE_US;
		return false;
	default:
		/* That one connection failed before it was accepted (ECONNABORTED and others,
		 * accept(2) "Error handling"). */
		return true;
	}
}

static uint16_t accept_some(struct tcp_server *server, struct tcp_listener *listener,
                            uint64_t now_us)
{
	uint16_t count = 0;
	while (count < TCP_ACCEPTS_PER_TURN) {
		struct sockaddr_storage name;
		socklen_t length = sizeof(name);
		int fd = accept4(listener->fd, (struct sockaddr *)&name, &length,
		                 SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && !accept_failed(server, listener, now_us))
			break;
		count++;
		if (fd >= 0)
			let_in(server, fd, &name, listener, now_us);
	}
	return count;
}

uint16_t tcp_accept_all(struct tcp_server *server, uint64_t now_us)
{
	uint16_t count = 0;
	if (now_us < server->accept_after_us)
		return 0;
	for (uint32_t i = 0; i < server->listener_count; i++)
		if (server->listeners[i].pending)
			count =
			    (uint16_t)(count + accept_some(server, &server->listeners[i], now_us));
	return count;
}
