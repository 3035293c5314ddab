/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Dumps of rtnetlink: all routes, then all neighbours, of both families. */
#include "port/route_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel fills its answers up to this size. */
#define DUMP_BYTES 32768
#define MAC_BYTES 6
/* Neighbours in these states have a MAC address that may be used. */
#define NUD_USABLE (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT | NUD_NOARP)
/* And of these the kernel is sure. */
#define NUD_SURE (NUD_REACHABLE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT | NUD_NOARP)
#define ATTRIBUTES_MAX 32

struct route {
	struct net_prefix prefix;
	struct net_address gateway; /* family 0: none */
};

struct neighbour {
	struct net_address address;
	uint8_t mac[MAC_BYTES];
	uint16_t state;
};

/* What a dump collects. */
struct list {
	uint32_t interface;
	size_t route_count;
	size_t neighbour_count;
	size_t route_room;
	size_t neighbour_room;
	struct route *route;
	struct neighbour *neighbour;
	bool is_cut;
	bool no_memory;
};

static enum result open_socket(uint32_t groups, int *out)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
	if (fd < 0)
		return RESULT_IO;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		close(fd);
		return RESULT_IO;
	}
	*out = fd;
	return RESULT_OK;
}

enum result port_route_watch_open(struct port_route_watch *out)
{
	*out = (struct port_route_watch){.query_fd = -1, .event_fd = -1, .sequence = 1};
	enum result result = open_socket(0, &out->query_fd);
	if (result == RESULT_OK)
		result = open_socket(RTMGRP_NEIGH | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE,
		                     &out->event_fd);
	if (result != RESULT_OK)
		port_route_watch_close(out);
	return result;
}

void port_route_watch_close(struct port_route_watch *watch)
{
	if (watch->query_fd >= 0)
		close(watch->query_fd);
	if (watch->event_fd >= 0)
		close(watch->event_fd);
	watch->query_fd = watch->event_fd = -1;
}

bool port_route_watch_changed(struct port_route_watch *watch)
{
	uint8_t event[DUMP_BYTES];
	bool changed = false;
	for (;;) {
		ssize_t len = recv(watch->event_fd, event, sizeof(event), MSG_DONTWAIT);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno != ENOBUFS) /* ENOBUFS: there were more than the kernel kept */
			return changed;
		changed = true;
	}
}

uint32_t port_route_watch_find(const struct port_route_watch *watch, const char *interface)
{
	struct ifreq request = {0};
	size_t len = strnlen(interface, IFNAMSIZ);
	if (len == IFNAMSIZ)
		return 0;
	memcpy(request.ifr_name, interface, len);
	return ioctl(watch->query_fd, SIOCGIFINDEX, &request) == 0 ? (uint32_t)request.ifr_ifindex
	                                                           : 0;
}

/* Room for one more element; false where there is none. */
static bool grow(struct list *list, void **array, size_t size, size_t count, size_t *room)
{
	if (count < *room)
		return true;
	size_t more = *room == 0 ? 64 : 2 * *room;
	void *grown = reallocarray(*array, more, size);
	if (grown == NULL) {
		list->no_memory = true;
		return false;
	}
	*array = grown;
	*room = more;
	return true;
}

static bool is_full(struct list *list)
{
	list->is_cut |= list->route_count + list->neighbour_count == NET_NEXT_HOPS_MAX;
	return list->is_cut;
}

static void read_attributes(const struct nlmsghdr *message, size_t fixed,
                            const struct rtattr *found[ATTRIBUTES_MAX])
{
	size_t at = NLMSG_LENGTH(NLMSG_ALIGN(fixed));
	memset(found, 0, ATTRIBUTES_MAX * sizeof(found[0]));
	while (at + sizeof(struct rtattr) <= message->nlmsg_len) {
		const struct rtattr *attribute = (const void *)((const uint8_t *)message + at);
		if (attribute->rta_len < sizeof(*attribute) ||
		    at + attribute->rta_len > message->nlmsg_len)
			return;
		if (attribute->rta_type < ATTRIBUTES_MAX)
			found[attribute->rta_type] = attribute;
		at += RTA_ALIGN(attribute->rta_len);
	}
}

static size_t attribute_len(const struct rtattr *attribute)
{
	return attribute == NULL ? 0 : attribute->rta_len - sizeof(*attribute);
}

static const void *attribute_data(const struct rtattr *attribute)
{
	return attribute + 1;
}

/* False where the attribute is not an address of that family. */
static bool read_address(const struct rtattr *attribute, uint8_t family, struct net_address *out)
{
	memset(out, 0, sizeof(*out));
	if (attribute_len(attribute) != net_address_bytes(family))
		return false;
	out->family = family;
	memcpy(out->octets, attribute_data(attribute), net_address_bytes(family));
	return true;
}

static uint32_t read_u32(const struct rtattr *attribute)
{
	uint32_t value = 0;
	if (attribute_len(attribute) == sizeof(value))
		memcpy(&value, attribute_data(attribute), sizeof(value));
	return value;
}

/* The interface and the gateway of a route; of several ways the first. */
static uint32_t read_way(const struct rtattr *const found[ATTRIBUTES_MAX], uint8_t family,
                         struct net_address *gateway)
{
	const struct rtattr *way = found[RTA_MULTIPATH];
	(void)read_address(found[RTA_GATEWAY], family, gateway);
	if (attribute_len(way) < sizeof(struct rtnexthop))
		return read_u32(found[RTA_OIF]);
	struct rtnexthop hop;
	memcpy(&hop, attribute_data(way), sizeof(hop));
	const struct rtattr *inner =
	    (const void *)((const uint8_t *)attribute_data(way) + sizeof(hop));
	if (hop.rtnh_len >= sizeof(hop) + sizeof(*inner) && hop.rtnh_len <= attribute_len(way) &&
	    inner->rta_type == RTA_GATEWAY && inner->rta_len <= hop.rtnh_len - sizeof(hop))
		(void)read_address(inner, family, gateway);
	return (uint32_t)hop.rtnh_ifindex;
}

static void take_route(struct list *list, const struct nlmsghdr *message)
{
	const struct rtattr *found[ATTRIBUTES_MAX];
	struct rtmsg info;
	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(info)))
		return;
	memcpy(&info, NLMSG_DATA(message), sizeof(info));
	if (info.rtm_type != RTN_UNICAST || info.rtm_table != RT_TABLE_MAIN ||
	    (info.rtm_family != AF_INET && info.rtm_family != AF_INET6) ||
	    (info.rtm_flags & RTM_F_CLONED))
		return;
	read_attributes(message, sizeof(info), found);
	uint8_t family = info.rtm_family == AF_INET ? 4 : 6;
	struct route route = {.prefix.length = info.rtm_dst_len};
	if (read_way(found, family, &route.gateway) != list->interface || is_full(list))
		return;
	if (!read_address(found[RTA_DST], family, &route.prefix.address))
		route.prefix.address.family = family; /* the default route */
	void *array = list->route;
	if (!grow(list, &array, sizeof(route), list->route_count, &list->route_room))
		return;
	list->route = array;
	list->route[list->route_count++] = route;
}

static void take_neighbour(struct list *list, const struct nlmsghdr *message)
{
	const struct rtattr *found[ATTRIBUTES_MAX];
	struct ndmsg info;
	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(info)))
		return;
	memcpy(&info, NLMSG_DATA(message), sizeof(info));
	if ((uint32_t)info.ndm_ifindex != list->interface || !(info.ndm_state & NUD_USABLE) ||
	    (info.ndm_family != AF_INET && info.ndm_family != AF_INET6))
		return;
	read_attributes(message, sizeof(info), found);
	struct neighbour neighbour = {.state = info.ndm_state};
	if (!read_address(found[NDA_DST], info.ndm_family == AF_INET ? 4 : 6, &neighbour.address) ||
	    attribute_len(found[NDA_LLADDR]) != MAC_BYTES || is_full(list))
		return;
	memcpy(neighbour.mac, attribute_data(found[NDA_LLADDR]), MAC_BYTES);
	void *array = list->neighbour;
	if (!grow(list, &array, sizeof(neighbour), list->neighbour_count, &list->neighbour_room))
		return;
	list->neighbour = array;
	list->neighbour[list->neighbour_count++] = neighbour;
}

/* One datagram of a dump; false when it was the last one. */
static bool take_datagram(struct list *list, uint32_t sequence, const uint8_t *data, size_t len)
{
	size_t at = 0;
	while (at + sizeof(struct nlmsghdr) <= len) {
		const struct nlmsghdr *message = (const void *)(data + at);
		if (message->nlmsg_len < sizeof(*message) || at + message->nlmsg_len > len)
			return false;
		if (message->nlmsg_seq == sequence) {
			if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR)
				return false;
			if (message->nlmsg_type == RTM_NEWROUTE)
				take_route(list, message);
			else if (message->nlmsg_type == RTM_NEWNEIGH)
				take_neighbour(list, message);
		}
		at += NLMSG_ALIGN(message->nlmsg_len);
	}
	return true;
}

static enum result dump(struct port_route_watch *watch, uint16_t type, uint8_t family,
                        struct list *list)
{
	_Alignas(struct nlmsghdr) uint8_t data[DUMP_BYTES];
	struct {
		struct nlmsghdr header;
		union { /* both begin with the family */
			struct rtmsg route;
			struct ndmsg neighbour;
		};
	} request = {.header = {.nlmsg_len = sizeof(request),
	                        .nlmsg_type = type,
	                        .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
	                        .nlmsg_seq = ++watch->sequence},
	             .route = {.rtm_family = family}};
	if (send(watch->query_fd, &request, sizeof(request), 0) != (ssize_t)sizeof(request))
		return RESULT_IO;
	for (;;) {
		ssize_t len = recv(watch->query_fd, data, sizeof(data), 0);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return RESULT_IO;
		if (!take_datagram(list, watch->sequence, data, (size_t)len))
			return RESULT_OK;
	}
}

/* Makes the kernel find out, or look again, where a gateway is: nothing of ours would cause it to. */
static void ask_for(struct port_route_watch *watch, uint32_t interface,
                    const struct net_address *address)
{
	size_t len = net_address_bytes(address->family);
	struct {
		struct nlmsghdr header;
		struct ndmsg info;
		struct rtattr attribute;
		uint8_t octets[16];
	} request = {
	    .header = {.nlmsg_len = (uint32_t)(NLMSG_LENGTH(sizeof(struct ndmsg)) + RTA_SPACE(len)),
	               .nlmsg_type = RTM_NEWNEIGH,
	               .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE,
	               .nlmsg_seq = ++watch->sequence},
	    .info = {.ndm_family = address->family == 4 ? AF_INET : AF_INET6,
	             .ndm_ifindex = (int)interface,
	             .ndm_flags = NTF_USE},
	    .attribute = {.rta_len = (uint16_t)RTA_LENGTH(len), .rta_type = NDA_DST}};
	memcpy(request.octets, address->octets, len);
	/* Where that fails answers are reflected, as without it. */
	(void)send(watch->query_fd, &request, request.header.nlmsg_len, 0);
}

static bool is_sure(const struct list *list, const struct net_address *address)
{
	for (size_t i = 0; i < list->neighbour_count; i++) {
		if (net_address_equal(&list->neighbour[i].address, address))
			return (list->neighbour[i].state & NUD_SURE) != 0;
	}
	return false;
}

/* Gateways are few; a router's thousand routes name the same ones, one after the other. */
static void ask_for_gateways(struct port_route_watch *watch, const struct list *list)
{
	const struct net_address *last = NULL;
	for (size_t i = 0; i < list->route_count; i++) {
		const struct net_address *gateway = &list->route[i].gateway;
		if (gateway->family == 0 || (last != NULL && net_address_equal(last, gateway)))
			continue;
		last = gateway;
		if (!is_sure(list, gateway))
			ask_for(watch, list->interface, gateway);
	}
}

static enum result make_table(const struct list *list, struct net_next_hops **out)
{
	size_t count = list->route_count + list->neighbour_count;
	void *memory = malloc(net_next_hops_bytes(count));
	if (memory == NULL)
		return RESULT_NO_MEMORY;
	struct net_next_hops *table = net_next_hops_begin(memory, count);
	for (size_t i = 0; i < list->neighbour_count; i++)
		net_next_hops_add_neighbour(table, &list->neighbour[i].address,
		                            list->neighbour[i].mac);
	for (size_t i = 0; i < list->route_count; i++) {
		const struct route *route = &list->route[i];
		net_next_hops_add_route(table, &route->prefix,
		                        route->gateway.family == 0 ? NULL : &route->gateway);
	}
	net_next_hops_end(table);
	*out = table;
	return RESULT_OK;
}

enum result port_route_watch_read(struct port_route_watch *watch, uint32_t interface,
                                  struct net_next_hops **out, bool *cut)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	struct list list = {.interface = interface};
	enum result result = RESULT_OK;
	/* Neighbours first: without them routes are of no use. */
	for (size_t i = 0; i < ARRAY_COUNT(families) && result == RESULT_OK; i++)
		result = dump(watch, RTM_GETNEIGH, families[i], &list);
	for (size_t i = 0; i < ARRAY_COUNT(families) && result == RESULT_OK; i++)
		result = dump(watch, RTM_GETROUTE, families[i], &list);
	if (result == RESULT_OK && list.no_memory)
		result = RESULT_NO_MEMORY;
	if (result == RESULT_OK)
		result = make_table(&list, out);
	if (result == RESULT_OK)
		ask_for_gateways(watch, &list);
	*cut = list.is_cut;
	free(list.route);
	free(list.neighbour);
	return result;
}
