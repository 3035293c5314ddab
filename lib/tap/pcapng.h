/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* pcapng -- records of the tap as blocks of a pcapng file, for Wireshark and tcpdump.
 *
 * What:    messages get IP and UDP headers made for them, whatever they came over; what that was, the verdict, the
 *          reason of a drop and the time an answer took stand in the packet's comment. Frames that were
 *          dropped before they were read are as they were, on a second interface.
 * Threads: any; pure.
 * Memory:  the caller's.
 * Limits:  PCAPNG_BLOCK_MAX octets for each block.
 * Trust:   messages are passed on as they came.
 * RFC:     791, 8200, 768 (headers); draft-ietf-opsawg-pcapng §4. */
#pragma once

#include "tap/tap.h"

/* Headers, comment and the longest message. */
#define PCAPNG_BLOCK_MAX (65536u + 1024u)

/* The blocks that begin a file: section, two interfaces. Gives their octets. */
size_t pcapng_head(uint8_t out[PCAPNG_BLOCK_MAX]);
/* One record. `ns` is its time since 1970. Gives its octets. */
size_t pcapng_packet(const struct tap_record *record, uint64_t ns, uint8_t out[PCAPNG_BLOCK_MAX]);
