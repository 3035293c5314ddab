/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* net_limits -- the bounds of what the frame parser walks, each with its reason.
 *
 * What:    numbers only.
 * Threads: none.
 * Memory:  none.
 * Limits:  these.
 * Trust:   no input.
 * RFC:     8200, 8504 §5.3 (limits on extension headers), 8200 §4.5 and 1122 §3.3.2 (reassembly). */
#pragma once

/* VLAN tags before the EtherType. Too low: QinQ goes to the kernel half. Too high: a frame made of
 * tags becomes a loop. 802.1ad knows two. */
#define NET_VLAN_TAGS_MAX 2

/* Extension headers of one IPv6 packet. Too low: an odd but honest client is handed to the kernel
 * half. Too high: long chains cost more than a query (RFC 8504 §5.3 suggests at most 8). */
#define NET_EXTENSIONS_MAX 8

/* Octets of all extension headers together. Too low: see above. Too high: the headers of an answer no
 * longer stand near the message (RFC 8504 §5.3 suggests limits; hosts commonly use 256). */
#define NET_EXTENSION_BYTES_MAX 256

/* Fragments of one packet. Too low: a long query over a path with a small MTU is lost (eight of 576 octets
 * hold 4 KiB). Too high: a packet in thousands of parts costs more to put together than it is worth
 * (CVE-2018-5391, FragmentSmack). */
#define NET_FRAGMENTS_MAX 8

/* Octets of a packet that is put together: a UDP header and the 4,096 octets that EDNS users ever offered.
 * Too low: a long update is lost. Too high: the places take memory that only attackers fill. */
#define NET_REASSEMBLY_BYTES_MAX 4104

/* Packets that wait for fragments, on each lane (4.3 KiB each). Too low: honest fragments in flight push
 * each other out. Too high: memory for a flood (CVE-2018-5391: a table of 4 MiB was too much). */
#define NET_REASSEMBLY_PLACES 64

/* How long a packet waits for its fragments. Too low: reordering on long paths loses it. Too high: a flood
 * of first fragments holds all places. RFC 8200 §4.5 says 60 s, from times when that was a round trip; a
 * client of DNS asks again after one to five. */
#define NET_REASSEMBLY_US_MAX 2000000
