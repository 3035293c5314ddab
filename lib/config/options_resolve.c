/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Options of answers from elsewhere: forwarder, root_hints, cache, recursion. */
#include "config/config.h"
#include "config/option.h"

const struct option_word option_forward_words[] = {
    {"first", CONFIG_FORWARD_FIRST, false},
    {"round_robin", CONFIG_FORWARD_ROUND_ROBIN, false},
    {"fastest", CONFIG_FORWARD_FASTEST, false},
    {NULL, 0, false},
};

static const struct option forwarder_tls_rows[] = {
    {.key = "enabled",
     .type = OPTION_BOOL,
     AT(forwarder_tls, enabled),
     .init = "false",
     .live = true,
     .help =
         "Ask these servers over TLS alone (RFC 7858), at port 853 where none, or 53, is given."},
    {.key = "name",
     .type = OPTION_TEXT,
     AT(forwarder_tls, name),
     RANGE(0, 253),
     .init = "\"\"",
     .live = true,
     .help = "Name, or address, that the servers' certificate must be for; it is sent as SNI."},
    {.key = "verify",
     .type = OPTION_BOOL,
     AT(forwarder_tls, verify),
     .init = "true",
     .live = true,
     .help = "Want a certificate for that name from an authority that is trusted. Off, without "
             "pins: whoever is in between may read and change everything (RFC 8310 section 5)."},
    {.key = "ca_file",
     .type = OPTION_PATH,
     AT(forwarder_tls, ca_file),
     .init = "\"\"",
     .live = true,
     .help = "Certificates of the authorities to trust, PEM; empty: the system's."},
    {.key = "pins",
     .type = OPTION_TEXT,
     LIST_AT(forwarder_tls, pins),
     RANGE(44, 44),
     .items_max = 8,
     .init = "[]",
     .live = true,
     .help = "The servers' keys: base64 of the SHA-256 of the subject public key info (RFC 7858 "
             "section 4.2); one of them must be the server's. With verify off that alone counts."},
};

static const struct option_table option_forwarder_tls = {TABLE(forwarder_tls, forwarder_tls_rows),
                                                         .gate = "enabled"};

static const struct option forwarder_rows[] = {
    {.key = "name",
     .type = OPTION_NAME,
     AT(forwarder, name),
     RANGE(1, 255),
     .required = true,
     .live = true,
     .help = "Name for recursion.forward_to and messages."},
    {.key = "addresses",
     .type = OPTION_UPSTREAM,
     LIST_AT(forwarder, addresses),
     .required = true,
     .live = true,
     .help = "Servers to ask, port 53 unless given. \"resolv.conf\" stands for the host's name "
             "servers in /etc/resolv.conf; those at which we listen ourselves are left out."},
    {.key = "policy",
     .type = OPTION_CHOICE,
     AT(forwarder, policy),
     .words = option_forward_words,
     .init = "\"first\"",
     .live = true,
     .help =
         "first: in the order given, the next when one does not answer. round_robin: each query "
         "starts at the next one. fastest: the one with the shortest answer time."},
    {.key = "timeout_ms",
     .type = OPTION_DURATION,
     AT(forwarder, timeout_ms),
     RANGE(50, 10000),
     .init = "1500",
     .unit = "ms",
     .live = true,
     .help = "How long to wait for one server before the next is asked."},
    {.key = "edns",
     .type = OPTION_BOOL,
     AT(forwarder, edns),
     .init = "true",
     .live = true,
     .help = "Speak EDNS with these servers."},
    {.key = "use_tcp_on_retry",
     .type = OPTION_BOOL,
     AT(forwarder, use_tcp_on_retry),
     .init = "false",
     .live = true,
     .help =
         "Ask again over TCP when an answer over UDP stays away. A truncated answer is asked for "
         "over TCP in any case."},
    {.key = "tls",
     .type = OPTION_OBJECT,
     AT(forwarder, tls),
     .table = &option_forwarder_tls,
     .live = true,
     .help = "DNS over TLS to these servers."},
};

const struct option_table option_forwarder = {
    TABLE(forwarder, forwarder_rows),
    .example = "[{\"name\": \"upstream\", \"addresses\": [\"192.0.2.1\", \"[2001:db8::1]:53\"], "
               "\"policy\": \"round_robin\"}, "
               "{\"name\": \"host\", \"addresses\": [\"resolv.conf\"]}, "
               "{\"name\": \"private\", \"addresses\": [\"192.0.2.9\"], \"tls\": {\"enabled\": "
               "true, \"name\": \"dns.example\"}}]",
};

static const struct option root_hints_rows[] = {
    {.key = "file",
     .type = OPTION_PATH,
     AT(root_hints, file),
     .init = "\"\"",
     .live = true,
     .help = "Names and addresses of the root servers, as a zone file; empty: "
             "/usr/share/dns/root.hints if it is there, else the built-in ones. Used when no "
             "forwarder of recursion.forward_to has an address."},
};

const struct option_table option_root_hints = {TABLE(root_hints, root_hints_rows)};

static const struct option_word evictions[] = {
    {"light-lru", CONFIG_EVICTION_LIGHT_LRU, false},
    {"lru", CONFIG_EVICTION_LRU, true},
    {NULL, 0, false},
};

static const struct option cache_rows[] = {
    {.key = "enabled",
     .type = OPTION_BOOL,
     AT(cache, enabled),
     .init = "true",
     .help = "Keep answers of other servers."},
    {.key = "max_entries",
     .type = OPTION_UINT,
     AT(cache, max_entries),
     RANGE(64, 268435456),
     .init = "150000",
     .unit = "answers",
     .help = "How many answers fit. Memory for them is taken at start."},
    {.key = "memory_mb",
     .type = OPTION_SIZE,
     AT(cache, memory_mb),
     RANGE(0, 1048576),
     .init = "0",
     .unit = "MiB",
     .help = "Memory for the answers; 0: max_entries times a usual size."},
    {.key = "min_ttl_seconds",
     .type = OPTION_DURATION,
     AT(cache, min_ttl_seconds),
     RANGE(0, 3600),
     .init = "0",
     .unit = "s",
     .help =
         "Shorter TTLs are raised to this. More than a few seconds breaks what others rely on."},
    {.key = "max_ttl_seconds",
     .type = OPTION_DURATION,
     AT(cache, max_ttl_seconds),
     RANGE(1, 604800),
     .init = "86400",
     .unit = "s",
     .help = "Longer TTLs are cut to this (RFC 8767 section 4: 7 days at most)."},
    {.key = "negative_ttl_seconds",
     .type = OPTION_DURATION,
     AT(cache, negative_ttl_seconds),
     RANGE(0, 86400),
     .init = "300",
     .unit = "s",
     .help =
         "\"No such name\" and \"no such data\" are kept no longer than this (RFC 2308 section 5: "
         "at most 3 hours make sense)."},
    {.key = "stale_max_seconds",
     .type = OPTION_DURATION,
     AT(cache, stale_max_seconds),
     RANGE(0, 604800),
     .init = "86400",
     .unit = "s",
     .help = "For so long past its TTL an answer may still serve while no server can be reached "
             "(RFC 8767); 0: never."},
    {.key = "stale_client_timeout_ms",
     .type = OPTION_DURATION,
     AT(cache, stale_client_timeout_ms),
     RANGE(0, 60000),
     .init = "1800",
     .unit = "ms",
     .help =
         "A client that waits for so long gets a stale answer if there is one, while resolution "
         "goes on (RFC 8767 section 5 recommends 1.8 s); 0: only when resolution has failed."},
    {.key = "failure_recheck_ms",
     .type = OPTION_DURATION,
     AT(cache, failure_recheck_ms),
     RANGE(1000, 300000),
     .init = "1000",
     .unit = "ms",
     .help = "A name that could not be resolved is not tried again for so long; clients get the "
             "stale answer or SERVFAIL at once (RFC 9520 section 3.2: 1 s to 5 minutes; RFC 8767 "
             "section 5 recommends 30 s, which is also how long it may take until servers that are "
             "back are noticed)."},
    {.key = "prefetch",
     .type = OPTION_BOOL,
     AT(cache, prefetch),
     .init = "true",
     .help = "Answers that are asked for more than once are asked for anew in the last tenth of "
             "their TTL (of 10 s and more), before a client has to wait for them."},
    {.key = "nxdomain_cut",
     .type = OPTION_BOOL,
     AT(cache, nxdomain_cut),
     .init = "true",
     .help =
         "Below a name that does not exist nothing does: it is not asked for (RFC 8020). Off: for "
         "servers that say so of names with something below."},
    {.key = "file",
     .type = OPTION_PATH,
     AT(cache, file),
     .init = "\"\"",
     .written = true,
     .help = "The cache is written there when the server stops and read when it starts, its TTLs "
             "shorter by the time between; empty: it starts empty. A text of questions and "
             "records."},
    {.key = "eviction_policy",
     .type = OPTION_CHOICE,
     AT(cache, eviction_policy),
     .words = evictions,
     .init = "\"light-lru\"",
     .help =
         "Which answer goes when the cache is full. light-lru: one not asked for lately, known by "
         "a single bit, so that a hit writes nothing. lru: the one not asked for the longest."},
};

const struct option_table option_cache = {
    TABLE(cache, cache_rows),
    .example =
        "{\"max_entries\": 1000000, \"max_ttl_seconds\": \"1d\", \"stale_max_seconds\": \"3d\"}",
};

static const struct option_word case_words[] = {
    {"off", CONFIG_CASE_OFF, false},
    {"iteration", CONFIG_CASE_ITERATION, false},
    {"always", CONFIG_CASE_ALWAYS, false},
    {NULL, 0, false},
};

static const struct option_word family_words[] = {
    {"any", CONFIG_FAMILY_ANY, false},
    {"ipv4", CONFIG_FAMILY_IPV4, false},
    {"ipv6", CONFIG_FAMILY_IPV6, false},
    {NULL, 0, false},
};

static const struct option recursion_rows[] = {
    {.key = "enabled",
     .type = OPTION_BOOL,
     AT(recursion, enabled),
     .init = "true",
     .live = true,
     .help = "Answer questions outside of our zones at all."},
    {.key = "allowed_acl",
     .type = OPTION_ACL,
     AT(recursion, allowed_acl),
     .init = "\"localhost\"",
     .live = true,
     .help = "Clients that may have recursion. An open resolver is a weapon (RFC 5358): keep it "
             "narrow."},
    {.key = "max_recursive_queries",
     .type = OPTION_UINT,
     AT(recursion, max_recursive_queries),
     RANGE(1, 65536),
     .init = "4096",
     .unit = "queries",
     .help =
         "Questions that wait for other servers at the same time. One more gets a stale answer, "
         "else SERVFAIL, at once: hits never wait behind misses."},
    {.key = "recursion_timeout_ms",
     .type = OPTION_DURATION,
     AT(recursion, recursion_timeout_ms),
     RANGE(100, 30000),
     .init = "4500",
     .unit = "ms",
     .live = true,
     .help =
         "After this a client gets a stale answer, else SERVFAIL. Below the 5 s after which dig "
         "and stub resolvers give up."},
    {.key = "retry_interval_ms",
     .type = OPTION_DURATION,
     AT(recursion, retry_interval_ms),
     RANGE(10, 60000),
     .init = "200",
     .unit = "ms",
     .live = true,
     .help = "Least time before a server that has not answered is asked the same again. What its "
             "answer asks for (TCP, no EDNS) is done at once."},
    {.key = "forward_to",
     .type = OPTION_FORWARDER,
     LIST_AT(recursion, forward_to),
     .init = "[\"*\"]",
     .live = true,
     .help =
         "Names of the forwarders to ask, in this order; \"*\": all of them in the order of the "
         "file. When none has an address names are looked up from the root servers."},
    {.key = "fallback_to_recursion",
     .type = OPTION_BOOL,
     AT(recursion, fallback_to_recursion),
     .init = "false",
     .live = true,
     .help = "When the forwarders fail names are looked up from the root servers. Names that only "
             "the forwarders know become known to others then."},
    {.key = "case_randomization",
     .type = OPTION_CHOICE,
     AT(recursion, case_randomization),
     .words = case_words,
     .init = "\"iteration\"",
     .live = true,
     .help = "Send names in letters of random case, which a spoofer has to guess besides port and "
             "id. iteration: to servers found from the root down. always: to forwarders too. A "
             "server that does not keep the case is asked without."},
    {.key = "cookies",
     .type = OPTION_BOOL,
     AT(recursion, cookies),
     .init = "true",
     .live = true,
     .help = "Send DNS cookies (RFC 7873) to other servers, and want them back."},
    {.key = "prefer_family",
     .type = OPTION_CHOICE,
     AT(recursion, prefer_family),
     .words = family_words,
     .init = "\"any\"",
     .live = true,
     .help = "Which addresses of a zone's servers are asked first; any: the faster ones. A family "
             "to which the host has no route is left out in any case."},
    {.key = "server_port",
     .type = OPTION_UINT,
     AT(recursion, server_port),
     RANGE(1, 65535),
     .init = "53",
     .live = true,
     .help = "Port of all servers found from the root down; another one is for private trees."},
    {.key = "egress",
     .type = OPTION_ADDRESS,
     LIST_AT(recursion, egress),
     .items_max = 16,
     .init = "[]",
     .help = "Addresses of this host from which other servers are asked, by chance one of them for "
             "each socket: more of them are harder to guess for a spoofer. Without one of a family "
             "the kernel chooses. With egress_port, addresses of that port."},
    {.key = "egress_port",
     .type = OPTION_TEXT,
     AT(recursion, egress_port),
     RANGE(0, 64),
     .init = "\"\"",
     .help = "Name of the DPDK port through which other servers are asked, from its addresses; "
             "empty: as the host's routes say. Of a port with an exception TAP the kernel half's "
             "own routes count (the port's networks and gateways), of others the host's."},
};

const struct option_table option_recursion = {
    TABLE(recursion, recursion_rows),
    .example = "{\"allowed_acl\": \"internal\", \"forward_to\": [\"upstream\"]}",
};
