/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* net_limits -- the bounds of what the frame parser walks, each with its reason.
 *
 * What:    numbers only.
 * Threads: none.
 * Memory:  none.
 * Limits:  these.
 * Trust:   no input.
 * RFC:     8200, 8504 §5.3 (limits on extension headers). */
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
