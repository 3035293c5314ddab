/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Requests to the kernel's rtnetlink: built in a small buffer, sent, and the answer waited for. */
#include "port/netlink.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* All our requests are far smaller. */
#define REQUEST_BYTES 512
#define RESPONSE_BYTES 4096

struct request {
	struct nlmsghdr header;
	uint8_t body[REQUEST_BYTES];
};

static void *add_space(struct request *request, size_t len)
{
	void *space = (uint8_t *)request + NLMSG_ALIGN(request->header.nlmsg_len);
	request->header.nlmsg_len =
	    (uint32_t)(NLMSG_ALIGN(request->header.nlmsg_len) + NLMSG_ALIGN(len));
	return space;
}

static struct rtattr *add_attribute(struct request *request, uint16_t type, const void *data,
                                    size_t len)
{
	struct rtattr *attribute = add_space(request, RTA_LENGTH(len));
	attribute->rta_type = type;
	attribute->rta_len = (uint16_t)RTA_LENGTH(len);
	if (len > 0)
		memcpy(RTA_DATA(attribute), data, len);
	return attribute;
}

/* Makes `outer`, added before, hold everything that was added since. */
static void end_nest(struct request *request, struct rtattr *outer)
{
	outer->rta_len =
	    (uint16_t)((uint8_t *)request + request->header.nlmsg_len - (uint8_t *)outer);
}

enum result port_netlink_open(struct port_netlink *out)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return RESULT_IO;
	*out = (struct port_netlink){.fd = fd, .sequence = 1};
	return RESULT_OK;
}

void port_netlink_close(struct port_netlink *netlink)
{
	if (netlink->fd >= 0)
		close(netlink->fd);
	netlink->fd = -1;
}

static enum result result_of(int error)
{
	errno = error;
	switch (error) {
	case 0:
	case EEXIST:
		return RESULT_OK;
	case ENODEV:
		return RESULT_NOT_FOUND;
	case EPERM:
	case EACCES:
		return RESULT_DENIED;
	default:
		return RESULT_IO;
	}
}

/* Waits for the acknowledgement of the request with that number. */
static enum result wait_answer(struct port_netlink *netlink, uint32_t sequence)
{
	_Alignas(struct nlmsghdr) uint8_t response[RESPONSE_BYTES];
	for (;;) {
		ssize_t len = recv(netlink->fd, response, sizeof(response), 0);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < (ssize_t)sizeof(struct nlmsghdr))
			return RESULT_IO;
		const struct nlmsghdr *header = (const void *)response;
		if (header->nlmsg_seq != sequence)
			continue;
		if (header->nlmsg_type != NLMSG_ERROR)
			return RESULT_IO;
		struct nlmsgerr error;
		memcpy(&error, response + NLMSG_HDRLEN, sizeof(error));
		return result_of(-error.error);
	}
}

static enum result send_request(struct port_netlink *netlink, struct request *request)
{
	request->header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	request->header.nlmsg_seq = netlink->sequence++;
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	ssize_t sent = sendto(netlink->fd, request, request->header.nlmsg_len, 0,
	                      (const struct sockaddr *)&kernel, sizeof(kernel));
	if (sent != (ssize_t)request->header.nlmsg_len)
		return RESULT_IO;
	return wait_answer(netlink, request->header.nlmsg_seq);
}

enum result port_netlink_set_link(struct port_netlink *netlink, uint32_t index,
                                  const struct port_netlink_link *link)
{
	struct request request = {
	    .header = {.nlmsg_len = NLMSG_LENGTH(0), .nlmsg_type = RTM_NEWLINK}};
	struct ifinfomsg *info = add_space(&request, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	info->ifi_index = (int)index;
	if (link->up) {
		info->ifi_flags = IFF_UP;
		info->ifi_change = IFF_UP;
	}
	if (link->mac != NULL)
		add_attribute(&request, IFLA_ADDRESS, link->mac, 6);
	if (link->mtu != 0)
		add_attribute(&request, IFLA_MTU, &link->mtu, sizeof(link->mtu));
	if (link->no_link_local) {
		const uint8_t mode = IN6_ADDR_GEN_MODE_NONE;
		struct rtattr *families = add_attribute(&request, IFLA_AF_SPEC, NULL, 0);
		struct rtattr *inet6 = add_attribute(&request, AF_INET6, NULL, 0);
		add_attribute(&request, IFLA_INET6_ADDR_GEN_MODE, &mode, sizeof(mode));
		end_nest(&request, inet6);
		end_nest(&request, families);
	}
	return send_request(netlink, &request);
}

enum result port_netlink_add_address(struct port_netlink *netlink, uint32_t index,
                                     const struct net_prefix *address)
{
	struct request request = {.header = {.nlmsg_len = NLMSG_LENGTH(0),
	                                     .nlmsg_type = RTM_NEWADDR,
	                                     .nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL}};
	struct ifaddrmsg *info = add_space(&request, sizeof(*info));
	bool is_v6 = address->address.family == 6;
	size_t len = net_address_bytes(address->address.family);
	info->ifa_family = is_v6 ? AF_INET6 : AF_INET;
	info->ifa_prefixlen = address->length;
	info->ifa_flags = is_v6 ? IFA_F_NODAD : 0;
	info->ifa_index = index;
	add_attribute(&request, IFA_LOCAL, address->address.octets, len);
	add_attribute(&request, IFA_ADDRESS, address->address.octets, len);
	return send_request(netlink, &request);
}

enum result port_netlink_add_local(struct port_netlink *netlink, uint32_t index,
                                   const struct net_prefix *range)
{
	struct request request = {.header = {.nlmsg_len = NLMSG_LENGTH(0),
	                                     .nlmsg_type = RTM_NEWROUTE,
	                                     .nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL}};
	struct rtmsg *info = add_space(&request, sizeof(*info));
	bool is_v6 = range->address.family == 6;
	info->rtm_family = is_v6 ? AF_INET6 : AF_INET;
	info->rtm_dst_len = range->length;
	info->rtm_table = RT_TABLE_LOCAL;
	info->rtm_protocol = RTPROT_STATIC;
	info->rtm_scope = is_v6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_HOST;
	info->rtm_type = RTN_LOCAL;
	if (range->length > 0)
		add_attribute(&request, RTA_DST, range->address.octets,
		              net_address_bytes(range->address.family));
	add_attribute(&request, RTA_OIF, &index, sizeof(index));
	return send_request(netlink, &request);
}

enum result port_netlink_add_route(struct port_netlink *netlink,
                                   const struct net_prefix *destination,
                                   const struct net_address *gateway)
{
	struct request request = {.header = {.nlmsg_len = NLMSG_LENGTH(0),
	                                     .nlmsg_type = RTM_NEWROUTE,
	                                     .nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL}};
	struct rtmsg *info = add_space(&request, sizeof(*info));
	size_t len = net_address_bytes(gateway->family);
	info->rtm_family = gateway->family == 6 ? AF_INET6 : AF_INET;
	info->rtm_dst_len = destination->length;
	info->rtm_table = RT_TABLE_MAIN;
	info->rtm_protocol = RTPROT_STATIC;
	info->rtm_scope = RT_SCOPE_UNIVERSE;
	info->rtm_type = RTN_UNICAST;
	if (destination->length > 0)
		add_attribute(&request, RTA_DST, destination->address.octets, len);
	add_attribute(&request, RTA_GATEWAY, gateway->octets, len);
	return send_request(netlink, &request);
}
