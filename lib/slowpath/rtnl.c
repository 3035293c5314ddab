/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* rtnetlink requests, built in a fixed buffer and acknowledged one by one. */
#include "slowpath/rtnl.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "slowpath/problem.h"

/* Our largest request has a header of 32 octets and three attributes of at most 20. */
#define RTNL_REQUEST_BYTES 256

struct request {
	union {
		struct nlmsghdr header;
		uint8_t octets[RTNL_REQUEST_BYTES];
	};
};

static void *begin(struct request *request, uint16_t type, uint16_t flags, size_t body_size)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = (uint32_t)NLMSG_LENGTH(body_size);
	request->header.nlmsg_type = type;
	request->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	return NLMSG_DATA(&request->header);
}

static void put(struct request *request, uint16_t type, const void *data, size_t size)
{
	size_t at = NLMSG_ALIGN(request->header.nlmsg_len);
	struct rtattr attribute = {.rta_len = (uint16_t)RTA_LENGTH(size), .rta_type = type};
	CHECK(at + RTA_SPACE(size) <= sizeof(request->octets));
	memcpy(request->octets + at, &attribute, sizeof(attribute));
	memcpy(request->octets + at + RTA_LENGTH(0), data, size);
	request->header.nlmsg_len = (uint32_t)(at + RTA_SPACE(size));
}

/* The kernel's errno for our request, 0 when it is done. */
static int acknowledged(struct rtnl *rtnl)
{
	union {
		struct nlmsghdr header;
		uint8_t octets[1024];
	} answer;
	for (;;) {
		ssize_t length = recv(rtnl->fd, &answer, sizeof(answer), 0);
		if (length < 0 && errno == EINTR)
			continue;
		if (length < (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)))
			return length < 0 ? errno : EPROTO;
		if (answer.header.nlmsg_seq != rtnl->sequence)
			continue;
		if (answer.header.nlmsg_type != NLMSG_ERROR)
			return EPROTO;
		const struct nlmsgerr *error = NLMSG_DATA(&answer.header);
		return -error->error;
	}
}

static enum result transact(struct rtnl *rtnl, struct request *request)
{
	request->header.nlmsg_seq = ++rtnl->sequence;
	if (send(rtnl->fd, request, request->header.nlmsg_len, 0) < 0)
		return problem_result_of(errno);
	int error = acknowledged(rtnl);
	if (error == 0 || error == EEXIST)
		return RESULT_OK;
	errno = error;
	return problem_result_of(error);
}

enum result rtnl_open(struct rtnl *rtnl)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return problem_result_of(errno);
	*rtnl = (struct rtnl){.fd = fd};
	return RESULT_OK;
}

void rtnl_close(struct rtnl *rtnl)
{
	(void)close(rtnl->fd);
	rtnl->fd = -1;
}

enum result rtnl_link_up(struct rtnl *rtnl, unsigned ifindex, const uint8_t *mac, uint32_t mtu)
{
	enum {
		MAC_OCTETS = 6
	};
	struct request request;
	struct ifinfomsg *link = begin(&request, RTM_NEWLINK, 0, sizeof(*link));
	link->ifi_index = (int)ifindex;
	link->ifi_flags = IFF_UP;
	link->ifi_change = IFF_UP;
	if (mac != NULL)
		put(&request, IFLA_ADDRESS, mac, MAC_OCTETS);
	if (mtu != 0)
		put(&request, IFLA_MTU, &mtu, sizeof(mtu));
	return transact(rtnl, &request);
}

static uint8_t family_of(const struct query_address *address)
{
	return address->family == 4 ? AF_INET : AF_INET6;
}

enum result rtnl_address_add(struct rtnl *rtnl, unsigned ifindex,
                             const struct endpoint_prefix *prefix)
{
	struct request request;
	size_t octets = endpoint_octets(&prefix->address);
	struct ifaddrmsg *body =
	    begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*body));
	body->ifa_family = family_of(&prefix->address);
	body->ifa_prefixlen = prefix->bits;
	body->ifa_index = ifindex;
	body->ifa_flags = body->ifa_family == AF_INET6 ? IFA_F_NODAD : 0;
	put(&request, IFA_LOCAL, prefix->address.octets, octets);
	put(&request, IFA_ADDRESS, prefix->address.octets, octets);
	return transact(rtnl, &request);
}

enum result rtnl_route_add(struct rtnl *rtnl, const struct endpoint_prefix *destination,
                           const struct query_address *gateway)
{
	struct request request;
	struct rtmsg *body =
	    begin(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof(*body));
	body->rtm_family = family_of(gateway);
	body->rtm_dst_len = destination->bits;
	body->rtm_table = RT_TABLE_MAIN;
	body->rtm_protocol = RTPROT_STATIC;
	body->rtm_scope = RT_SCOPE_UNIVERSE;
	body->rtm_type = RTN_UNICAST;
	size_t octets = endpoint_octets(gateway);
	if (destination->bits > 0)
		put(&request, RTA_DST, destination->address.octets, octets);
	put(&request, RTA_GATEWAY, gateway->octets, octets);
	return transact(rtnl, &request);
}
