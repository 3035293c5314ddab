/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Places are few, so they are looked through one after the other: the identification differs nearly always,
 * and a comparison of 64 numbers costs less than a table that an attacker could fill with collisions. */
#include "net/reassembly.h"

#include <string.h>

#include "base/bytes.h"
#include "net/checksum.h"

static bool is_same(const struct net_reassembly_place *place, const uint8_t *data,
                    const struct net_frame *frame, uint16_t port)
{
	size_t len = frame->version == 4 ? 4 : 16;
	/* RFC 791: the protocol counts too; RFC 8200 §4.5: it may differ, only the first one's counts. */
	return place->is_used && place->id == frame->fragment_id &&
	       place->version == frame->version && place->port == port &&
	       (frame->version == 6 || place->next == frame->fragment_next) &&
	       memcmp(place->source, net_frame_source(data, frame), len) == 0 &&
	       memcmp(place->target, net_frame_target(data, frame), len) == 0;
}

void net_reassembly_forget(struct net_reassembly *table, struct net_reassembly_place *place)
{
	place->is_used = false;
	table->used--;
}

/* A packet that did not become whole; bad ones were told of already. */
static void give_up(struct net_reassembly *table, struct net_reassembly_place *place)
{
	table->expired += !place->is_bad;
	net_reassembly_forget(table, place);
}

void net_reassembly_expire(struct net_reassembly *table, uint64_t now_us)
{
	for (unsigned i = 0; i < NET_REASSEMBLY_PLACES && table->used > 0; i++) {
		struct net_reassembly_place *place = &table->place[i];
		if (place->is_used && now_us > place->since_us + NET_REASSEMBLY_US_MAX)
			give_up(table, place);
	}
}

/* The packet's place; else a free one, else that of the oldest packet. */
static struct net_reassembly_place *find_place(struct net_reassembly *table, const uint8_t *data,
                                               const struct net_frame *frame, uint16_t port)
{
	struct net_reassembly_place *best = &table->place[0];
	for (unsigned i = 0; i < NET_REASSEMBLY_PLACES; i++) {
		struct net_reassembly_place *place = &table->place[i];
		if (is_same(place, data, frame, port))
			return place;
		if (best->is_used && (!place->is_used || place->since_us < best->since_us))
			best = place;
	}
	if (best->is_used)
		give_up(table, best);
	return best;
}

/* All but the payload. */
static void begin(struct net_reassembly *table, struct net_reassembly_place *place,
                  const uint8_t *data, const struct net_frame *frame, uint16_t port,
                  uint64_t now_us)
{
	size_t len = frame->version == 4 ? 4 : 16;
	memset(place, 0, offsetof(struct net_reassembly_place, payload));
	place->is_used = true;
	place->version = frame->version;
	place->next = frame->fragment_next;
	place->port = port;
	place->id = frame->fragment_id;
	place->since_us = now_us;
	memcpy(place->source, net_frame_source(data, frame), len);
	memcpy(place->target, net_frame_target(data, frame), len);
	table->used++;
}

enum fit {
	FIT_NEW,
	FIT_AGAIN, /* the very same part once more */
	FIT_BAD
};

/* RFC 5722 §3, RFC 8200 §4.5: parts that overlap make the packet bad, unless one repeats another. */
static enum fit fit_of(const struct net_reassembly_place *place, const uint8_t *part,
                       const struct net_frame *frame)
{
	uint32_t at = frame->fragment_offset;
	uint32_t end = at + frame->fragment_len;
	if (frame->fragment_len == 0 || end > NET_REASSEMBLY_BYTES_MAX ||
	    (frame->more_fragments && frame->fragment_len % 8 != 0))
		return FIT_BAD;
	for (unsigned i = 0; i < place->part_count; i++) {
		uint32_t other = place->part[i].at;
		uint32_t other_end = other + place->part[i].len;
		if (at == other && end == other_end)
			return memcmp(place->payload + at, part, frame->fragment_len) == 0
			           ? FIT_AGAIN
			           : FIT_BAD;
		if (at < other_end && other < end)
			return FIT_BAD;
		if (!frame->more_fragments && other_end > end)
			return FIT_BAD;
	}
	if (place->total != 0 && (end > place->total || !frame->more_fragments))
		return FIT_BAD;
	return place->part_count == NET_FRAGMENTS_MAX ? FIT_BAD : FIT_NEW;
}

/* Of the first fragment: Ethernet header, tags, and the fixed part of the IP header. */
static void keep_header(struct net_reassembly_place *place, const uint8_t *data,
                        const struct net_frame *frame)
{
	size_t ip_len = frame->version == 4 ? NET_IPV4_HEADER_BYTES : NET_IPV6_HEADER_BYTES;
	place->has_first = true;
	place->next = frame->fragment_next;
	place->l2_len = frame->l2_len;
	place->header_len = (uint16_t)(frame->l2_len + ip_len);
	memcpy(place->header, data, place->header_len);
}

static bool has_good_header(const uint8_t *data, const struct net_frame *frame)
{
	return frame->version == 6 ||
	       net_checksum_fold(net_checksum_add(data + frame->l2_len, frame->l3_len, 0)) ==
	           0xffff;
}

enum net_reassembly_outcome net_reassembly_add(struct net_reassembly *table, const uint8_t *data,
                                               const struct net_frame *frame, uint16_t port,
                                               uint64_t now_us, struct net_reassembly_place **out)
{
	const uint8_t *part = data + frame->fragment_at;
	if (!has_good_header(data, frame))
		return NET_REASSEMBLY_BAD_CHECKSUM;
	net_reassembly_expire(table, now_us);
	struct net_reassembly_place *place = find_place(table, data, frame, port);
	if (!place->is_used)
		begin(table, place, data, frame, port, now_us);
	enum fit fit = place->is_bad ? FIT_BAD : fit_of(place, part, frame);
	if (fit == FIT_BAD) {
		place->is_bad = true;
		return NET_REASSEMBLY_BAD;
	}
	if (fit == FIT_AGAIN)
		return NET_REASSEMBLY_KEPT;
	memcpy(place->payload + frame->fragment_offset, part, frame->fragment_len);
	place->part[place->part_count].at = frame->fragment_offset;
	place->part[place->part_count++].len = frame->fragment_len;
	place->received += frame->fragment_len;
	if (frame->fragment_offset == 0)
		keep_header(place, data, frame);
	if (!frame->more_fragments)
		place->total = (uint32_t)frame->fragment_offset + frame->fragment_len;
	if (!place->has_first || place->received != place->total)
		return NET_REASSEMBLY_KEPT;
	*out = place;
	return NET_REASSEMBLY_WHOLE;
}

size_t net_reassembly_frame_bytes(const struct net_reassembly_place *place)
{
	return (size_t)place->header_len + place->total;
}

void net_reassembly_write(struct net_reassembly *table, struct net_reassembly_place *place,
                          uint8_t *frame)
{
	uint8_t *ip = frame + place->l2_len;
	memcpy(frame, place->header, place->header_len);
	memcpy(frame + place->header_len, place->payload, place->total);
	if (place->version == 4) {
		ip[0] = 0x45;
		bytes_store_u16(ip + 2, (uint16_t)(NET_IPV4_HEADER_BYTES + place->total));
		bytes_store_u16(ip + 6, 0); /* no longer a fragment */
		bytes_store_u16(ip + 10, 0);
		uint16_t sum = net_checksum_finish(net_checksum_add(ip, NET_IPV4_HEADER_BYTES, 0));
		memcpy(ip + 10, &sum, sizeof(sum));
	} else {
		bytes_store_u16(ip + 4, (uint16_t)place->total);
		ip[6] = place->next;
	}
	net_reassembly_forget(table, place);
}
