/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache -- answers of other servers, kept until their TTL ends: one writer, lock-free readers.
 *
 * What:    entries hold the answer sections of a message as a wire image, compressed against the
 *          question, with the offsets of their TTLs. A hit is a copy into the packet and a patch of
 *          TTLs. Found by the keyed hash of dns_question, type, class and the DO bit. When room is
 *          needed, SIEVE decides what goes.
 * Threads: cache_find(), cache_infer() and cache_..._line() on any lcore, without locks and without shared writes,
 *          but for two relaxed marks that are only written when they are not yet set (hit since SIEVE came
 *          by; to be refreshed).
 *          cache_insert(), cache_insert_failure(), cache_hold() and cache_drain() on the one writer lcore.
 *          cache_janitor() on one other lcore (or the writer's): it only reads entries and hands the
 *          expired ones to the writer through a queue. cache_flush_request() and cache_flush_all() on
 *          one control thread. cache_stats() anywhere.
 * Memory:  fixed at cache_create(); nothing is allocated afterwards. Pages are touched as they are
 *          needed, so that a large cache does not delay the start.
 * Limits:  cache/cache_limits.h.
 * Trust:   cache_insert() takes a message that the resolver has checked and scrubbed.
 * RFC:     2308 (negative), 8020 (names below), 8767 (stale), 9520 (failures), 2181 §5.2 §5.4.1 §8 §9 (TTLs,
 *          ranking, truncation). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "dns/answer.h"
#include "dns/builder.h"
#include "dns/question.h"

struct cache;

struct cache_settings {
	uint32_t entries_max; /* how many answers fit: 1..2^28 */
	uint64_t memory_bytes; /* for their images; 0: entries_max * a typical size */
	uint32_t ttl_max_s; /* cap, RFC 8767 §4 suggests 7 days at most; 0: that */
	uint32_t ttl_min_s; /* floor; 0 for none */
	uint32_t negative_ttl_max_s; /* cap for NXDOMAIN and NODATA, RFC 2308 §5; 0: one day */
	uint32_t stale_max_s; /* how long past its TTL an entry may serve as stale; 0: never */
	bool refresh; /* tell of popular entries whose TTL ends soon (CACHE_REFRESH) */
	bool nxdomain_cut; /* RFC 8020: below a name that does not exist nothing does */
	/* Names that are asked for elsewhere than what is above them (stub and forward zones): a name above
	 * that does not exist says nothing of them. Copied. */
	const struct dns_name *apexes;
	uint32_t apex_count;
};

enum cache_hit {
	CACHE_MISS,
	/* May be given to the client at once. Besides fresh entries these are failures that were seen a
	 * moment ago (RFC 9520: SERVFAIL, EDE 13) and stale answers of names whose resolution has just
	 * failed (RFC 8767 §5, failure recheck timer: EDE 3 or 19). */
	CACHE_FRESH,
	/* The same, and the caller (no other one, no second time) is asked to have it resolved anew, without
	 * a client: it is popular and its TTL ends soon. */
	CACHE_REFRESH,
	/* Past its TTL, within stale_max_s: only for when resolution fails (EDE 3 or 19). */
	CACHE_STALE,
};

/* Fails: RESULT_OUT_OF_RANGE (entries_max), RESULT_NO_MEMORY. */
MUST_CHECK enum result cache_create(const struct cache_settings *settings, struct cache **out);
void cache_destroy(struct cache *cache);

/* Other names for cache_settings.apexes, while lcores read. Fails: RESULT_NO_MEMORY. */
struct cache_apexes;
MUST_CHECK enum result cache_apexes_create(const struct dns_name *names, uint32_t count,
                                           struct cache_apexes **out);
void cache_apexes_free(struct cache_apexes *apexes);
/* Gives the former ones, to be freed when no reader can be within a call that began before. One control
 * thread. */
MUST_CHECK struct cache_apexes *cache_apexes_swap(struct cache *cache, struct cache_apexes *next);

/* Looks for an answer. On CACHE_FRESH and CACHE_STALE the sections are in the builder with their TTLs
 * counted down (stale: 30 s, RFC 8767 §4) and *out is set whole, counts and end included. What does not
 * fit is left out from an RRset boundary on; TC is set where the answer or authority section lost
 * something. On CACHE_MISS neither is changed (octets behind builder->len may be).
 * Requires: the builder stands behind the question and nothing was written to it (else it is a miss).
 * now_ms: monotonic, milliseconds. */
enum cache_hit cache_find(struct cache *cache, const struct dns_question *question, bool dnssec_ok,
                          uint64_t now_ms, struct dns_builder *builder, struct dns_answer *out);

/* The lines that cache_find() reads first: of the index, and, once that one is there, of the entry (NULL: there is
 * none). They are given and not asked for, so that those of a burst can be asked for in one go: where a
 * page's address has to be looked up first, a processor finishes nothing behind a prefetch until that is
 * done, but does many of them side by side. */
const void *cache_bucket_line(const struct cache *cache, const struct dns_question *question,
                              bool dnssec_ok);
const void *cache_entry_line(const struct cache *cache, const struct dns_question *question,
                             bool dnssec_ok);
/* How many octets of an entry to ask for. */
#define CACHE_ENTRY_AHEAD_BYTES 128

/* Scratch memory of one lcore that reads, for cache_infer(). Fails: RESULT_NO_MEMORY. */
struct cache_reader;
MUST_CHECK enum result cache_reader_create(struct cache *cache, struct cache_reader **out);
void cache_reader_destroy(struct cache_reader *reader);

/* After cache_find() found nothing fresh: what follows from entries for other questions. A name above that
 * does not exist (RFC 8020), or a chain of CNAMEs that are all here, with its end. Gives CACHE_FRESH or
 * CACHE_MISS, with builder and *out as in cache_find(); costs some hundred nanoseconds, so hits do not
 * come by here. Aggressive use of NSEC (RFC 8198) has its place here: entries have their proofs and
 * know whether they are DNS_SECURITY_SECURE. */
enum cache_hit cache_infer(struct cache_reader *reader, const struct dns_question *question,
                           bool dnssec_ok, uint64_t now_ms, struct dns_builder *builder,
                           struct dns_answer *out);

/* An answer to keep. */
struct cache_item {
	const struct dns_question *question;
	bool dnssec_ok;
	uint8_t rank; /* enum dns_rank */
	uint8_t security; /* enum dns_security */
	bool is_blocked; /* EDE 15 goes with it */
	const uint8_t *message; /* checked, scrubbed, 12..65535 octets, with that question */
	size_t len;
	/* Of one that comes from a file: */
	bool is_aged; /* its TTLs are what is left: the floor is for new ones */
	bool is_popular;
	uint32_t stale_s; /* so long past its TTL; 0: it is not */
};

/* Keeps the answer sections of a message under the least TTL in it; a negative answer under the SOA's (RFC
 * 2308 §5), and that a name does not exist for all types. Answers that must not be kept (TTL 0, TC,
 * rcodes other than NOERROR and NXDOMAIN, negative without SOA, bogus) are RESULT_OUT_OF_RANGE; where
 * one of a higher rank lives it is RESULT_EXISTS (RFC 2181 §5.4.1).
 * Fails also: RESULT_MALFORMED, RESULT_TOO_SHORT, RESULT_TOO_LONG (cache_limits.h). Writer lcore only. */
MUST_CHECK enum result cache_insert(struct cache *cache, const struct cache_item *item,
                                    uint64_t now_ms);

/* Remembers for `hold_ms` (clamped to 1 s .. 5 min, RFC 9520 §3.2) that the question could not be
 * resolved. Where a stale answer is kept it is given meanwhile (RFC 8767 §5), else SERVFAIL; a fresh
 * answer is left alone. Writer lcore only. */
void cache_insert_failure(struct cache *cache, const struct dns_question *question, bool dnssec_ok,
                          uint32_t hold_ms, uint64_t now_ms);

/* Lets a stale answer that is kept serve at once for `hold_ms` (clamped as above), without a new try meanwhile:
 * a client has just had it because resolution takes long (RFC 8767 §5). False: there is none. Writer
 * lcore only. */
bool cache_hold(struct cache *cache, const struct dns_question *question, bool dnssec_ok,
                uint32_t hold_ms, uint64_t now_ms);

/* One bounded piece of expiry work: looks at `slots` entries and hands those past TTL and stale age to
 * the writer. Returns how many it handed over. Janitor lcore only. */
uint32_t cache_janitor(struct cache *cache, uint32_t slots, uint64_t now_ms);

/* The writer's share of it: frees at most `budget` of the entries that the janitor found, and does one
 * piece of a flush or a batch (cache/copy.h) that is under way. Returns the amount of work done, 0 for
 * none: that costs three loads. Writer lcore only. */
uint32_t cache_drain(struct cache *cache, uint32_t budget, uint64_t now_ms);

/* Forgets everything that was inserted before the call, at once. Any one control thread. */
void cache_flush_all(struct cache *cache);

/* What to forget. */
struct cache_flush {
	struct dns_name name;
	bool subtree; /* also everything below */
	uint16_t type; /* 0: all types */
};

/* Asks the writer to forget some names; it is done by and by in cache_drain().
 * Fails: RESULT_BUSY while an earlier one is under way. Any one control thread. */
MUST_CHECK enum result cache_flush_request(struct cache *cache, const struct cache_flush *what);
/* Whether no flush is under way; if so and `freed` is not NULL, how many entries the last one freed. */
bool cache_flush_is_done(const struct cache *cache, uint64_t *freed);

struct cache_stats {
	uint64_t entries; /* kept now, expired ones included until the janitor comes by */
	uint64_t entries_max;
	uint64_t memory_bytes; /* reserved at start: never changes */
	uint64_t image_bytes; /* of those, used for images now */
	uint64_t inserts;
	uint64_t replaced; /* inserts that took the place of an older answer */
	uint64_t failures; /* failed resolutions remembered */
	uint64_t evictions; /* thrown out for want of room */
	uint64_t expired; /* freed by the janitor's advice */
	uint64_t flushed;
};
void cache_stats(const struct cache *cache, struct cache_stats *out);
