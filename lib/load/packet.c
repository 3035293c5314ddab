/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Frames out of parts. */
#include "load/packet.h"

#include <string.h>

#include "base/bytes.h"
#include "dns/edns.h"
#include "dns/message.h"
#include "dns/rrtype.h"
#include "net/build.h"
#include "net/checksum.h"

/* Offsets in the IPv4, IPv6 and UDP headers. */
#define V4_TOTAL_LENGTH 2
#define V4_CHECKSUM 10
#define V4_SOURCE 12
#define V6_PAYLOAD_LENGTH 4
#define V6_SOURCE 8
#define UDP_SOURCE_PORT 0
#define UDP_LENGTH 4
#define UDP_CHECKSUM 6
/* From the first option back to the length of all. */
#define OPT_LENGTH_BEFORE 2
/* Code and length of an option. */
#define OPTION_HEADER_OCTETS 4

static uint16_t in_memory_order(uint16_t host)
{
	uint16_t value;
	bytes_store_u16((uint8_t *)&value, host);
	return value;
}

void packet_source(const struct packet_route *route, uint32_t index, struct net_address *out)
{
	*out = route->first_source;
	uint8_t *last = out->octets + net_address_bytes(out->family) - 4;
	bytes_store_u32(last, bytes_load_u32(last) + index);
}

enum result packet_route_prepare(struct packet_route *route)
{
	size_t len;
	uint8_t version = route->server.address.family;
	size_t address_len = net_address_bytes(version);
	if (route->first_source.family != version)
		return RESULT_MALFORMED;
	if (route->source_count == 0 || route->source_count > LOAD_SOURCES_MAX)
		return RESULT_OUT_OF_RANGE;
	struct net_build build = {
	    .vlan_count = route->vlan_count,
	    .source = {.address = {.family = version}},
	    .target = route->server,
	    .checksum = NET_BUILD_CHECKSUM_NONE,
	};
	memcpy(build.source_mac, route->source_mac, sizeof(build.source_mac));
	memcpy(build.target_mac, route->target_mac, sizeof(build.target_mac));
	memcpy(build.vlan_id, route->vlan_id, sizeof(build.vlan_id));
	enum result result = net_build_frame(&build, route->head, sizeof(route->head), &len);
	if (result != RESULT_OK)
		return result;
	route->l2_len =
	    (uint16_t)(NET_ETHERNET_HEADER_BYTES + route->vlan_count * NET_VLAN_TAG_BYTES);
	route->l3_len = version == 4 ? NET_IPV4_HEADER_BYTES : NET_IPV6_HEADER_BYTES;
	route->head_len = (uint16_t)len;
	uint8_t *ip = route->head + route->l2_len;
	uint8_t *udp = ip + route->l3_len;
	if (version == 4) {
		bytes_store_u16(ip + V4_TOTAL_LENGTH, 0);
		bytes_store_u16(ip + V4_CHECKSUM, 0);
		route->ip_sum = net_checksum_add(ip, route->l3_len, 0);
	}
	bytes_store_u16(udp + UDP_LENGTH, 0);
	bytes_store_u16(udp + UDP_CHECKSUM, 0);
	const uint8_t *source = ip + (version == 4 ? V4_SOURCE : V6_SOURCE);
	route->udp_sum =
	    net_checksum_pseudo(version, source, source + address_len, NET_PROTOCOL_UDP, 0);
	route->udp_sum = net_checksum_add(udp, NET_UDP_HEADER_BYTES, route->udp_sum);
	return RESULT_OK;
}

/* Completes the COOKIE option at the message's end and gives the message's new length. `other_len`: of the options
 * before it. */
static uint16_t put_cookie(uint8_t *message, uint16_t len, uint16_t other_len,
                           const struct packet_cookie *cookie)
{
	uint8_t *client = message + len - sizeof(cookie->client);
	uint8_t *option = client - OPTION_HEADER_OCTETS;
	uint16_t option_len = (uint16_t)(sizeof(cookie->client) + cookie->server_len);
	memcpy(client, cookie->client, sizeof(cookie->client));
	memcpy(message + len, cookie->server, cookie->server_len);
	uint8_t *opt_length = option - other_len - OPT_LENGTH_BEFORE;
	bytes_store_u16(option + 2, option_len);
	bytes_store_u16(opt_length, (uint16_t)(other_len + OPTION_HEADER_OCTETS + option_len));
	return (uint16_t)(len + cookie->server_len);
}

uint16_t packet_write(const struct packet_route *route, const struct packet_query *query,
                      uint8_t *frame)
{
	struct net_address source;
	uint8_t version = route->server.address.family;
	uint8_t *ip = frame + route->l2_len;
	uint8_t *udp = ip + route->l3_len;
	uint8_t *message = frame + route->head_len;
	uint16_t len = query->entry->len;
	uint64_t sum = query->entry->sum;

	memcpy(frame, route->head, route->head_len);
	memcpy(message, query->message, len);
	if (query->cookie != NULL) {
		len = put_cookie(message, len, route->option_len, query->cookie);
		sum = net_checksum_add(message, len, 0);
	}
	bytes_store_u16(message, query->id);

	packet_source(route, query->source, &source);
	size_t address_len = net_address_bytes(version);
	memcpy(ip + (version == 4 ? V4_SOURCE : V6_SOURCE), source.octets, address_len);
	uint64_t source_sum = net_checksum_add(source.octets, address_len, 0);
	uint16_t udp_len = (uint16_t)(NET_UDP_HEADER_BYTES + len);
	if (version == 4) {
		uint16_t total = (uint16_t)(NET_IPV4_HEADER_BYTES + udp_len);
		uint16_t field =
		    net_checksum_finish(route->ip_sum + source_sum + in_memory_order(total));
		bytes_store_u16(ip + V4_TOTAL_LENGTH, total);
		memcpy(ip + V4_CHECKSUM, &field, sizeof(field));
	} else {
		bytes_store_u16(ip + V6_PAYLOAD_LENGTH, udp_len);
	}
	bytes_store_u16(udp + UDP_SOURCE_PORT, query->port);
	bytes_store_u16(udp + UDP_LENGTH, udp_len);
	/* The length counts twice: in the pseudo-header and in the header. */
	sum += route->udp_sum + source_sum + 2 * (uint64_t)in_memory_order(udp_len) +
	       in_memory_order(query->port) + in_memory_order(query->id);
	uint16_t field = net_checksum_finish_udp(sum);
	memcpy(udp + UDP_CHECKSUM, &field, sizeof(field));
	return (uint16_t)(route->head_len + len);
}

/* From the server to one of our addresses; says which. */
static bool is_ours(const struct packet_route *route, const uint8_t *data,
                    const struct net_frame *frame, uint32_t *source)
{
	uint8_t version = route->server.address.family;
	size_t head_len = net_address_bytes(version) - 4;
	const uint8_t *target = net_frame_target(data, frame);
	if (frame->version != version || frame->source_port != route->server.port ||
	    memcmp(net_frame_source(data, frame), route->server.address.octets, head_len + 4) !=
	        0 ||
	    memcmp(target, route->first_source.octets, head_len) != 0)
		return false;
	*source = bytes_load_u32(target + head_len) -
	          bytes_load_u32(route->first_source.octets + head_len);
	return *source < route->source_count;
}

enum packet_kind packet_read(const struct packet_route *route, const uint8_t *frame, size_t len,
                             bool check_sums, struct packet_answer *out)
{
	struct net_frame parts;
	if (net_frame_parse(frame, len, &parts) != NET_FRAME_UDP ||
	    !is_ours(route, frame, &parts, &out->source) || parts.payload_len < DNS_HEADER_SIZE)
		return PACKET_OTHER;
	if (check_sums && net_frame_checksum_check(frame, &parts, false) == NET_CHECKSUM_BAD)
		return PACKET_BAD_CHECKSUM;
	out->message = frame + parts.payload_at;
	out->len = parts.payload_len;
	out->port = parts.target_port;
	out->id = dns_message_id(out->message);
	out->flags = dns_message_flags(out->message);
	return PACKET_ANSWER;
}

bool packet_question_matches(const struct packet_answer *answer, const uint8_t *message,
                             const struct query_file_entry *entry)
{
	return answer->len >= entry->question_end &&
	       dns_message_count(answer->message, DNS_SECTION_QUESTION) == 1 &&
	       memcmp(answer->message + DNS_HEADER_SIZE, message + DNS_HEADER_SIZE,
	              entry->question_end - (size_t)DNS_HEADER_SIZE) == 0;
}

/* Walks over the records to the OPT record. */
bool packet_find_cookie(const struct packet_answer *answer, struct packet_cookie *out)
{
	struct bytes_reader reader = bytes_reader_of(answer->message, answer->len);
	struct dns_edns edns;
	struct dns_rr rr;
	unsigned records = 0;
	for (unsigned section = DNS_SECTION_ANSWER; section < DNS_SECTION_COUNT; section++)
		records += dns_message_count(answer->message, (enum dns_section)section);
	if (!bytes_skip(&reader, DNS_HEADER_SIZE) || dns_name_skip(&reader) != RESULT_OK ||
	    !bytes_skip(&reader, 4))
		return false;
	for (; records > 0; records--) {
		struct bytes_reader before = reader;
		if (dns_rr_parse(&reader, &rr) != RESULT_OK)
			return false;
		if (rr.type != DNS_TYPE_OPT)
			continue;
		/* dns_edns_parse() starts behind owner and type. */
		if (dns_name_skip(&before) != RESULT_OK || !bytes_skip(&before, 2) ||
		    dns_edns_parse(&before, &edns) != RESULT_OK ||
		    edns.cookie_len <= sizeof(out->client))
			return false;
		memcpy(out->client, edns.cookie, sizeof(out->client));
		out->server_len = (uint8_t)(edns.cookie_len - sizeof(out->client));
		memcpy(out->server, edns.cookie + sizeof(out->client), out->server_len);
		return true;
	}
	return false;
}
