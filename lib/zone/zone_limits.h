/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* zone_limits -- every limit of the zone component, in one place, with its reason.
 *
 * What:    numbers that bound reading and answering.
 * Threads: none.
 * Memory:  none.
 * Limits:  these.
 * Trust:   no input.
 * RFC:     2181 §8 (TTL), 5155 §10.3 (iterations), 9276 §3.2 (few iterations). */
#pragma once

/* Files that include each other. Too low: generated zones that include parts of parts. Too high: a
 * chain of files exhausts file descriptors and stack. */
#define ZONE_INCLUDE_DEPTH_MAX 16

/* Octets of one entry (parentheses included). Too low: a TXT of 65,000 octets, each written \DDD.
 * Too high: a forgotten parenthesis swallows that much before it is noticed. */
#define ZONE_ENTRY_MAX_BYTES (512u * 1024)

/* What is read at once. Too low: more system calls. Too high: memory that only loading needs. */
#define ZONE_READ_BYTES (4u * ZONE_ENTRY_MAX_BYTES)

/* Tokens of one entry. Too low: a TXT of 32,767 one-octet strings. Too high: memory for a typing
 * error (16 MiB at this value). */
#define ZONE_TOKENS_MAX 65536u

/* Records that one $GENERATE makes. Too low: a reverse zone of a /12. Too high: one mistyped digit
 * fills the memory. */
#define ZONE_GENERATE_MAX (1u << 20)

/* Width of a number that $GENERATE writes. Too low: nibbles of an IPv6 name (63). Too high: longer
 * than a label or a name can be. */
#define ZONE_GENERATE_WIDTH_MAX 128u

/* RFC 2181 §8. */
#define ZONE_TTL_MAX UINT32_C(0x7fffffff)

/* CNAME and DNAME steps within one answer. Too low: honest chains through content networks (up to 8
 * were seen). Too high: one query costs that many look-ups. BIND: 11, Knot and NSD about 20. */
#define ZONE_CHAIN_MAX 16

/* RRsets whose additional data one answer collects. Too low: nothing but smaller messages. Too high:
 * stack and time; a message of 64 KiB cannot hold more that matter. */
#define ZONE_ADDITIONAL_MAX 64

/* Cuts and DNAMEs above other names that one change may add or remove before the zone is made anew.
 * Too low: more zones are made anew. Too high: each name of the zone is compared with so many. */
#define ZONE_CHANGE_TOPS_MAX 16u

/* The part of a zone (one in so many names) that may hang on a change before the zone is made anew.
 * Too low: changes that cost more than a new zone. Too high: a zone made anew for a few names. */
#define ZONE_CHANGE_SHARE 4u

/* NSEC3 iterations of a zone that we serve. Too low: old zones stop loading (RFC 5155 allowed up to
 * 2,500). Too high: each NXDOMAIN costs that many SHA-1 (CVE-2023-50868); RFC 9276 wants 0. */
#define ZONE_NSEC3_ITERATIONS_MAX 500u
