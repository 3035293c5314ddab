/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Blocks in the machine's own order of octets, which their magic tells; packets in the network's. */
#include "tap/pcapng.h"

#include <string.h>

#include "dns/message.h"

#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET 6u
#define MAGIC 0x1a2b3c4du
#define LINK_RAW_IP 101u
#define LINK_ETHERNET 1u
#define OPTION_END 0u
#define OPTION_COMMENT 1u
#define OPTION_NAME 2u
#define OPTION_RESOLUTION 9u
#define NANOSECONDS 9u

#define IP4_HEADER 20u
#define IP6_HEADER 40u
#define UDP_HEADER 8u
#define PROTOCOL_UDP 17u
#define TTL 64u
#define PORT_DNS 53u
#define COMMENT_BYTES 256u
/* What an IP packet can hold besides headers. */
#define PAYLOAD_MAX (65535u - IP6_HEADER - UDP_HEADER)

struct block {
	uint8_t *out;
	size_t len;
};

static void put_u32(struct block *block, uint32_t value)
{
	memcpy(block->out + block->len, &value, sizeof(value));
	block->len += sizeof(value);
}

static void put_u16(struct block *block, uint16_t value)
{
	memcpy(block->out + block->len, &value, sizeof(value));
	block->len += sizeof(value);
}

/* With zeros up to a multiple of 4. */
static void put_padded(struct block *block, const void *data, size_t len)
{
	if (len > 0) /* memcpy wants a place even for nothing */
		memcpy(block->out + block->len, data, len);
	block->len += len;
	while (block->len % 4 != 0)
		block->out[block->len++] = 0;
}

static void put_option(struct block *block, uint16_t code, const void *data, size_t len)
{
	put_u16(block, code);
	put_u16(block, (uint16_t)len);
	put_padded(block, data, len);
}

static size_t begin_block(struct block *block, uint32_t type)
{
	size_t start = block->len;
	put_u32(block, type);
	put_u32(block, 0);
	return start;
}

/* The length stands at both ends. */
static void end_block(struct block *block, size_t start)
{
	uint32_t len = (uint32_t)(block->len - start + 4);
	put_u32(block, len);
	memcpy(block->out + start + 4, &len, sizeof(len));
}

static void put_interface(struct block *block, uint16_t link, const char *name)
{
	const uint8_t resolution = NANOSECONDS;
	size_t start = begin_block(block, BLOCK_INTERFACE);
	put_u16(block, link);
	put_u16(block, 0);
	put_u32(block, 0); /* no limit on the packets' length */
	put_option(block, OPTION_NAME, name, strlen(name));
	put_option(block, OPTION_RESOLUTION, &resolution, sizeof(resolution));
	put_option(block, OPTION_END, NULL, 0);
	end_block(block, start);
}

size_t pcapng_head(uint8_t out[PCAPNG_BLOCK_MAX])
{
	struct block block = {out, 0};
	size_t start = begin_block(&block, BLOCK_SECTION);
	put_u32(&block, MAGIC);
	put_u16(&block, 1);
	put_u16(&block, 0);
	put_u32(&block, UINT32_MAX); /* the section's length is not known */
	put_u32(&block, UINT32_MAX);
	end_block(&block, start);
	put_interface(&block, LINK_RAW_IP, "scloud-dns messages");
	put_interface(&block, LINK_ETHERNET, "scloud-dns dropped frames");
	return block.len;
}

/* -- the packet that is made -- */

static uint32_t add_sum(uint32_t sum, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += bytes_load_u16(data + i);
	if (len % 2 != 0)
		sum += (uint32_t)data[len - 1] << 8;
	return sum;
}

static uint16_t fold_sum(uint32_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void write_ip4(uint8_t *at, const uint8_t *from, const uint8_t *to, size_t payload)
{
	memset(at, 0, IP4_HEADER);
	at[0] = 0x45;
	bytes_store_u16(at + 2, (uint16_t)(IP4_HEADER + payload));
	at[8] = TTL;
	at[9] = PROTOCOL_UDP;
	memcpy(at + 12, from, 4);
	memcpy(at + 16, to, 4);
	bytes_store_u16(at + 10, fold_sum(add_sum(0, at, IP4_HEADER)));
}

static void write_ip6(uint8_t *at, const uint8_t *from, const uint8_t *to, size_t payload)
{
	memset(at, 0, IP6_HEADER);
	at[0] = 0x60;
	bytes_store_u16(at + 4, (uint16_t)payload);
	at[6] = PROTOCOL_UDP;
	at[7] = TTL;
	memcpy(at + 8, from, 16);
	memcpy(at + 24, to, 16);
}

/* Whatever it came over, it is shown as DNS. */
static uint16_t port_of(const struct tap_record *record, const struct query_address *address,
                        bool is_server)
{
	if (is_server && record->transport != TAP_UDP)
		return PORT_DNS;
	return address->port;
}

/* RFC 8200 §8.1: UDP over IPv6 has a checksum; over IPv4 0 says that there is none. */
static void write_udp(uint8_t *ip, bool is_ip4, uint16_t from, uint16_t to, size_t payload)
{
	uint8_t *at = ip + (is_ip4 ? IP4_HEADER : IP6_HEADER);
	bytes_store_u16(at, from);
	bytes_store_u16(at + 2, to);
	bytes_store_u16(at + 4, (uint16_t)payload);
	bytes_store_u16(at + 6, 0);
	if (is_ip4)
		return;
	uint32_t sum = add_sum((uint32_t)payload + PROTOCOL_UDP, ip + 8, 32);
	uint16_t checksum = fold_sum(add_sum(sum, at, payload));
	bytes_store_u16(at + 6, checksum == 0 ? UINT16_MAX : checksum);
}

/* Gives the packet's octets; *whole: what it had without a cut. */
static size_t make_packet(const struct tap_record *record, uint8_t *out, uint32_t *whole)
{
	const bool to_client = record->kind == TAP_RESPONSE || record->kind == TAP_UPSTREAM_QUERY;
	const bool client_is_server =
	    record->kind == TAP_UPSTREAM_QUERY || record->kind == TAP_UPSTREAM_RESPONSE;
	const bool is_ip4 = record->client.family != 6;
	const size_t headers = (is_ip4 ? IP4_HEADER : IP6_HEADER) + UDP_HEADER;
	const size_t len = record->data_len < PAYLOAD_MAX ? record->data_len : PAYLOAD_MAX;
	const struct query_address *from = to_client ? &record->local : &record->client;
	const struct query_address *to = to_client ? &record->client : &record->local;
	memcpy(out + headers, record->data, len);
	if (is_ip4)
		write_ip4(out, from->octets, to->octets, UDP_HEADER + len);
	else
		write_ip6(out, from->octets, to->octets, UDP_HEADER + len);
	write_udp(out, is_ip4, port_of(record, from, to_client != client_is_server),
	          port_of(record, to, to_client == client_is_server), UDP_HEADER + len);
	*whole = (uint32_t)headers + record->message_len;
	return headers + len;
}

static size_t write_comment(const struct tap_record *record, char out[COMMENT_BYTES])
{
	int len = 0;
	switch ((enum tap_kind)record->kind) {
	case TAP_DROP:
		len = snprintf(out, COMMENT_BYTES, "dropped: %s (%s), %s",
		               drop_name((enum drop_reason)record->drop),
		               drop_sentence((enum drop_reason)record->drop),
		               tap_transport_text(record->transport));
		break;
	case TAP_RESPONSE:
		len = snprintf(out, COMMENT_BYTES, "from %s in %llu us over %s",
		               tap_verdict_text(record->verdict),
		               (unsigned long long)tap_took_us(record),
		               tap_transport_text(record->transport));
		break;
	case TAP_QUERY:
	case TAP_UPSTREAM_QUERY:
	case TAP_UPSTREAM_RESPONSE:
	case TAP_KIND_COUNT:
		len = snprintf(out, COMMENT_BYTES, "%s%s",
		               record->kind == TAP_QUERY ? "over " : "other server, over ",
		               tap_transport_text(record->transport));
		break;
	}
	return len > 0 && (unsigned)len < COMMENT_BYTES ? (size_t)len : 0;
}

size_t pcapng_packet(const struct tap_record *record, uint64_t ns, uint8_t out[PCAPNG_BLOCK_MAX])
{
	struct block block = {out, 0};
	char comment[COMMENT_BYTES];
	uint32_t whole = record->message_len;
	size_t start = begin_block(&block, BLOCK_PACKET);
	put_u32(&block, record->is_frame ? 1 : 0);
	put_u32(&block, (uint32_t)(ns >> 32));
	put_u32(&block, (uint32_t)ns);
	uint8_t *packet = out + block.len + 8;
	size_t len = record->data_len;
	if (record->is_frame)
		memcpy(packet, record->data, len);
	else
		len = make_packet(record, packet, &whole);
	put_u32(&block, (uint32_t)len);
	put_u32(&block, whole > len ? whole : (uint32_t)len);
	block.len += len;
	put_padded(&block, "", 0);
	put_option(&block, OPTION_COMMENT, comment, write_comment(record, comment));
	put_option(&block, OPTION_END, NULL, 0);
	end_block(&block, start);
	return block.len;
}
