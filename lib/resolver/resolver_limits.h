/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* resolver_limits -- every budget of the resolver, with its reason.
 *
 * What:    constants; what the configuration may change is in struct resolver_settings.
 * Threads: none.
 * Memory:  none.
 * Limits:  this is the place.
 * Trust:   no input.
 * RFC:     1035 §7.2, 5452 §4 §9, 6298, 6891 §6.2.5, 8109, 8767 §5, 9156, 9520 §3. */
#pragma once

/* Questions in flight. Too low: a slow zone takes all places. Too high: memory (about 2 KiB each), and
 * an outage makes us send that many questions in vain. */
#define RESOLVER_TASKS_MAX 65536u

/* Attempts for one question to the servers of one zone or route. Too low: two lost datagrams are a
 * SERVFAIL. Too high: we amplify what clients send us (the class of NXNSAttack, CVE-2020-8616; RFC 9520
 * §3.1 wants a limit). */
#define RESOLVER_ATTEMPTS_MAX 8u

/* Servers that one name may be forwarded to, all its groups together. Too low: large groups are cut.
 * Too high: the tried ones no longer fit into one word. */
#define RESOLVER_ROUTE_MAX 64u

/* Links of a CNAME or DNAME chain that are followed within an answer. Too low: content networks use
 * chains of 5 to 8. Too high: work per answer (chains cost chain length times records). */
#define RESOLVER_CHAIN_MAX 16u

/* CNAMEs and DNAMEs of one message that are looked at: for each link of a chain one of either kind. */
#define RESOLVER_LINKS_MAX (2 * RESOLVER_CHAIN_MAX)

/* Answers that agree in address, port and id but not in question, for one question, before it is asked
 * over TCP. Too low: a broken server costs TCP. Too high: whoever guesses ids has that many tries
 * more (RFC 5452 §9.3; CVE-2021-20322 class). */
#define RESOLVER_NEAR_MISSES_MAX 3u

/* The same for datagrams in a server's name whose id fits no question of ours, less the answers that fit: then all
 * that waits for the server, and for so long every question to it, goes over TCP. Too low: duplicates cost
 * TCP. Too high: ids can be guessed (RFC 5452 §9.3). */
#define RESOLVER_STRAYS_MAX 2u
#define RESOLVER_GUESSED_MS 10000u
/* Answers that may still come to questions that nobody waits for, for each server: they are no guesses. As many as may
 * wait for one server. Too low: a busy server that slows down looks like a guesser, and all its late answers send
 * us to TCP. Too high: while questions to it time out, guessers have that many tries more, of 2^32 ids and ports. */
#define RESOLVER_ORPHANS_MAX 1024u
#define RESOLVER_ORPHANS_MS 10000u

/* How long a question may take in all. Too low: a slow chain of forwarders never answers. Too high: the
 * client has given up (stub resolvers wait 5 s). */
#define RESOLVER_DEADLINE_MS_MIN 100u
#define RESOLVER_DEADLINE_MS_MAX 30000u
#define RESOLVER_DEADLINE_MS_DEFAULT 4500u

/* How long one server may take. RFC 1035 §7.2 suggests 2 to 5 s; stubs that wait 5 s in all leave room
 * for about three tries. Too low: answers that the server has to look for are asked for twice. */
#define RESOLVER_TIMEOUT_MS_MIN 50u
#define RESOLVER_TIMEOUT_MS_MAX 10000u
#define RESOLVER_TIMEOUT_MS_DEFAULT 1500u

/* How long a server that did not answer is not asked the same again. Too low: a burst of repetitions meets
 * a server that is only slow. Too high: the one server of a zone is asked too seldom before the client gives
 * up. */
#define RESOLVER_RETRY_MS_MAX 60000u

/* Time-outs in a row after which a server is left alone for a while. Too low: one lost datagram counts
 * as dead. Too high: that many clients wait for a time-out. */
#define RESOLVER_FAILS_MAX 2u

/* For how long: doubled with each further time-out. Then one question is sent to it besides the one
 * that a live server answers. Too low: probes for nothing. Too high: a server that is back stays
 * unused, which matters when the others die. */
#define RESOLVER_BACKOFF_MS_MIN 1000u
#define RESOLVER_BACKOFF_MS_MAX 8000u

/* While clients ask, and so long after the last one, servers that are left alone get a question of our own
 * whenever their time is up (health check). Too low: their return is found by a client's question. Too high:
 * nobody uses them, and they are asked in vain. */
#define RESOLVER_HEALTH_MS 60000u

/* Forwarders have this share (1/x) of a question's time, where it falls back to the root servers. Too low:
 * slow ones are given up. Too high: there is no time left. */
#define RESOLVER_FALL_BACK_SHARE 2u

/* One question in so many also goes to a server that is not the fastest, to learn its time. Too low: more
 * traffic. Too high: a server that became faster is found late. */
#define RESOLVER_EXPLORE_SHARE 32u

/* How long it is remembered what a server cannot stand: EDNS (RFC 6891 §6.2.2), datagrams of the usual size,
 * cookies, names in random case. Too low: each question twice. Too high: after an update it still gets no DO
 * bit, and spoofers have it easier. */
#define RESOLVER_PLAIN_MS 900000u
/* The same where the server did not say so but was silent: it may only have been away. */
#define RESOLVER_PLAIN_SILENT_MS 300000u

/* A question that got lost is asked again with this size, which goes through every path (RFC 6891 §6.2.3),
 * and the time after that without EDNS, later if the server is known to speak it. */
#define RESOLVER_UDP_BYTES_SMALL 512u
#define RESOLVER_LOST_SMALL 1u
#define RESOLVER_LOST_PLAIN 2u
/* The same where the server has spoken EDNS lately. Too low: loss costs EDNS. Too high: a server, or a firewall in
 * front of it, that stands EDNS no longer is dead for us. */
#define RESOLVER_LOST_PLAIN_KNOWN 4u

/* Our part of a server's cookie is drawn anew after so long. Too low: servers see us as new, and limit us.
 * Too high: who has seen it can spoof (RFC 9018 §5 wants at most 36 days). */
#define RESOLVER_COOKIE_MS 86400000u
#define RESOLVER_COOKIE_BYTES 8u

/* UDP payload that we take: fits into every path's frames (DNS flag day 2020, RFC 9715 §3.1). */
#define RESOLVER_UDP_BYTES_DEFAULT 1232u

/* How often an unused id is looked for before the first one is taken. Ids of one socket are unique. */
#define RESOLVER_ID_TRIES 16u

/* The question in full, header and OPT record. */
#define RESOLVER_QUERY_BYTES_MAX 512u
/* Questions over TLS are padded to multiples of it (RFC 8467 §4.1). Too low: their lengths tell the names. Too high:
 * octets for nothing. */
#define RESOLVER_PADDING_BLOCK 128u

/* After so long a client that has a stale answer gets it: "a little less than two seconds" (RFC 8767 §5,
 * since many stubs repeat after two). Too low: stale data while servers are only slow. Too high: the client
 * has asked again. */
#define RESOLVER_STALE_AFTER_MS_DEFAULT 1800u

/* Questions without a client (prefetch) are taken while less than this share (1/x) of the places are used.
 * Too low: clients find no place. Too high: popular answers expire under load. */
#define RESOLVER_REFRESH_SHARE 2u

/* Seconds for which an answer holds whose addresses were taken out. Too low: the servers are asked again and again.
 * Too high: a name that is put right, or on the list, stays without addresses. */
#define RESOLVER_BLOCKED_TTL_S 60u

/* The parts of a chain are kept as answers of their own if the whole is no longer than this. Too low: long
 * chains are asked for anew. Too high: work, links times records. */
#define RESOLVER_KEEP_BYTES 8192u

/* -- iteration -- */

/* Questions sent for one client, those for addresses of servers included. Too low: a cold cache and a
 * deep name fail (20 to 30 are usual then). Too high: the factor by which a client's question makes us
 * attack others (NXNSAttack, CVE-2020-8616 and CVE-2020-12662; RFC 9520 §3.1). */
#define RESOLVER_QUERIES_MAX 64u

/* Names of servers that are looked up for one zone, at the same time and in all, and for one client. A
 * hostile referral names hundreds that do not exist (NXNSAttack: BIND and Unbound allow 4 to 6). Too low:
 * zones whose first servers are dead fail. */
#define RESOLVER_FANOUT_AT_ONCE 2u
#define RESOLVER_FANOUT_ZONE_MAX 5u
#define RESOLVER_FANOUT_MAX 16u

/* Addresses looked up to look up addresses: chains of delegations without glue. Too low: real ones have
 * two or three links. Too high: each link may fan out again. */
#define RESOLVER_DEPTH_MAX 5u

/* Tasks looked at to see whether two wait for each other (delegations in a circle). Too low: rightful ones
 * are refused when thousands of clients want the same. Too high: work per sub-question. */
#define RESOLVER_CYCLE_LOOKS_MAX 64u

/* Tasks besides those of clients, as a share of them (1/x), and so many in any case. Too low: under load
 * addresses cannot be looked up. Too high: memory. */
#define RESOLVER_SUBTASKS_SHARE 2u
#define RESOLVER_SUBTASKS_MIN 16u

/* NS records of a delegation that are kept, octets of their names, and addresses that come with them.
 * Too low: large delegations lose servers (the root has 13 with 26 addresses). Too high: memory, and work
 * for each question (CVE-2024-1737 class). */
#define RESOLVER_NS_MAX 16u
#define RESOLVER_NS_BYTES 1024u
#define RESOLVER_GLUE_MAX 32u
#define RESOLVER_HOST_ADDRESSES_MAX 8u
/* All addresses of a zone that one choice looks at. */
#define RESOLVER_CANDIDATES_MAX 64u

/* Delegations, names of servers, and servers that are remembered: 2.5 KiB, 0.6 KiB and 0.2 KiB each,
 * touched when used. Too low: the way from the root is walked again and again. Powers of two. */
#define RESOLVER_DELEGATIONS 8192u
#define RESOLVER_HOSTS 8192u
#define RESOLVER_SERVERS_KNOWN 8192u
/* Places for each hash. Too low: collisions throw out what is used. Too high: work. */
#define RESOLVER_TABLE_WAYS 8u

/* How long a parent's word is believed at most and at least, whatever its TTL says. Too low: a TTL of 0
 * makes us ask the parent for each question. Too high: who lost a domain keeps it that long (ghost and
 * phoenix domains: CVE-2012-1033, CVE-2022-30698). */
#define RESOLVER_DELEGATION_MS_MIN 5000u
#define RESOLVER_DELEGATION_MS_MAX 86400000u

/* A delegation older than this whose servers all fail is asked for again at the parent. Too low: dead
 * zones double our questions. Too high: a zone that moved stays dead that long. */
#define RESOLVER_DELEGATION_OLD_MS 30000u
#define RESOLVER_RELOCATIONS_MAX 2u

/* Servers' addresses: the least and the longest time, and for how long none is believed. */
#define RESOLVER_HOST_MS_MIN 5000u
#define RESOLVER_HOST_MS_MAX 86400000u
#define RESOLVER_HOST_NONE_MS 60000u
#define RESOLVER_HOST_FAILED_MS 5000u

/* How long a server that does not know a zone is not asked for it. Too low: it costs a question each
 * time. Too high: after it is mended it stays unused. RFC 1035 §7.3, RFC 4697 §2.2. */
#define RESOLVER_LAME_MS 300000u
/* Lame servers remembered for a zone. */
#define RESOLVER_LAME_MAX 8u

/* Partial names asked for one target, and of those how many show one label more than the last: RFC 9156
 * §2.3 (MAX_MINIMISE_COUNT and MINIMISE_ONE_LAB). Too high: names of 30 labels cost 30 questions. */
#define RESOLVER_MINIMISE_MAX 10u
#define RESOLVER_MINIMISE_ONE_LABEL 4u
/* A partial name that so many attempts did not get answered is asked for as a whole: some servers are
 * silent on names that they do not have (RFC 9156 §3). */
#define RESOLVER_MINIMISE_ATTEMPTS_MAX 3u

/* The chain that led to the target is kept as a message of at most this size. Too low: signed chains of
 * 16 links do not fit. Too high: memory for each task, touched when used. */
#define RESOLVER_CHAIN_BYTES 8192u

/* Records in one RRset from a zone's server. Too low: large services lose their answers. Too high: work
 * and memory (CVE-2024-1737; BIND allows 100). */
#define RESOLVER_RRSET_RECORDS_MAX 128u

/* How long to wait for a zone's server: by its round-trip time (RFC 6298), within these; the last while
 * nothing is known of it. Too low: we ask again for what is on its way. Too high: each dead server costs
 * a client that much. */
#define RESOLVER_RTO_MS_MIN 100u
#define RESOLVER_RTO_MS_MAX 1500u
#define RESOLVER_RTO_MS_UNKNOWN 400u

/* Servers of which nothing is known count as this fast at most, by chance: so that they are tried. */
#define RESOLVER_UNKNOWN_RTT_US 32000u
/* A server that was not chosen is thought this share faster, so that it is tried again some day. */
#define RESOLVER_RTT_DECAY_SHARE 64u
/* Added to the time of servers that do not look alive, or of a family in which nothing works. */
#define RESOLVER_DEAD_RTT_US 10000000u
#define RESOLVER_BROKEN_RTT_US 5000000u
/* Added to the time of servers of the family that is not wanted first: less than for dead ones. */
#define RESOLVER_OTHER_FAMILY_RTT_US 3000000u
/* Errors in a row after which a family of addresses counts as broken (no route, mostly), and how long until
 * it is tried again. Too low: a route that comes is found late. Too high: one that is gone costs attempts. */
#define RESOLVER_FAMILY_FAILS_MAX 8u
#define RESOLVER_FAMILY_RETRY_MS 60000u

/* Questions that wait for one server found by iteration. Too low: the servers of large zones become the
 * bottle-neck. Too high: a slow one takes all places, and we flood it. */
#define RESOLVER_SERVER_PENDING_MAX 1024u

/* Servers of one zone may hold this share (1/x) of all questions that wait at the same time, but for the root and
 * zones right below it. Too low: one large zone is throttled. Too high: a zone whose servers are slow, and
 * somebody who asks for many names in it, take all places (random subdomains). Zones share counters, as many as
 * there are here: a power of two. */
#define RESOLVER_ZONE_SHARE 2u
#define RESOLVER_ZONE_PENDING_MIN 16u
#define RESOLVER_ZONE_COUNTERS 4096u

/* While servers are slow and names of others are looked up: how long until the slow ones are asked again. */
#define RESOLVER_ADDRESS_WAIT_MS 800u

/* Least time between two priming questions (RFC 8109 §3.1: retry when it fails, but not all the time). */
#define RESOLVER_PRIME_MS 10000u

/* Names and addresses of root servers that settings may have. */
#define RESOLVER_HINTS_MAX RESOLVER_GLUE_MAX
