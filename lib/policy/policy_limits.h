/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* policy_limits -- every limit of the policy component, in one place, with its reason.
 *
 * What:    numbers that bound lists of names and local data.
 * Threads: none.
 * Memory:  none.
 * Limits:  these.
 * Trust:   no input.
 * RFC:     6303 §3 (timers of empty zones). */
#pragma once

/* Names of all lists together. Too low: the lists of a large provider. Too high: entries are found by
 * their offset in 32 bits, and 2^26 names take 2 GiB. */
#define POLICY_NAMES_MAX (1u << 26)

/* Octets of one block list. Too low: a list of 2^26 names. Too high: a mistaken path takes the memory of
 * the machine while it is read. */
#define POLICY_LIST_BYTES_MAX (UINT64_C(1) << 31)

/* Octets of one line. Too low: a dnsmasq line of many names. Too high: a file that is no list is searched
 * to its end for the end of its first line. */
#define POLICY_LINE_BYTES_MAX 4096u

/* Wrong lines of one list that are told; more are counted. Too low: the cause stays unclear. Too high: a
 * list in a form that we do not read fills the log. */
#define POLICY_LIST_ERRORS_MAX 10u

/* Errors and warnings of one load that are kept. Too low: people correct one error at a time. Too high:
 * memory that is never used. */
#define POLICY_ERRORS_MAX 64u

/* Records of local data. Too low: the hosts of a large site. Too high: they are for hundreds of names;
 * more want a zone. */
#define POLICY_RECORDS_MAX (1u << 20)

/* CNAME steps within local data. Too low: an honest chain. Too high: a loop costs that many look-ups. */
#define POLICY_CHAIN_MAX 8u

/* Seconds. RFC 6303 §3: TTL and negative TTL of empty zones. */
#define POLICY_SPECIAL_TTL_S 10800u

/* -- DNS64 -- */

/* Prefixes of a NAT64. Too low: a site with several translators. Too high: each one makes all answers
 * longer. */
#define DNS64_PREFIXES_MAX 4u

/* Names whose AAAA records do not count. Too low: more broken services than that. Too high: each is compared with
 * each AAAA answer. */
#define DNS64_IGNORE_MAX 64u

/* Ranges of addresses that do not count, of either family. As above. */
#define DNS64_EXCLUDE_MAX 64u

/* Addresses made for one answer. Too low: large services are cut. Too high: work, and answers that need TCP. */
#define DNS64_RECORDS_MAX 128u

/* Seconds. RFC 6147 §5.1.7: where nothing says for how long there is no AAAA record; also for the aliases of
 * §5.3.1. */
#define DNS64_TTL_S 600u

/* Seconds. ipv4only.arpa does not change (RFC 8880 §7.1); the registry's own servers say a day. */
#define DNS64_ITSELF_TTL_S 86400u
