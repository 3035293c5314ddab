/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Options of the server as a whole: server, workers, tuning, limits. */
#include "config/config.h"
#include "config/option.h"

static const struct option server_rows[] = {
    {.key = "name",
     .type = OPTION_TEXT,
     AT(server, name),
     RANGE(1, 255),
     .init = "\"scloud-dns\"",
     .help = "Name of this server, in messages and metrics."},
    {.key = "version",
     .type = OPTION_TEXT,
     AT(server, version),
     RANGE(0, 255),
     .init = "\"\"",
     .help = "Your own version of this configuration, shown beside its name; the program does not "
             "look at it."},
    {.key = "environment",
     .type = OPTION_TEXT,
     AT(server, environment),
     RANGE(0, 255),
     .init = "\"\"",
     .help = "Where the server runs (production, test), in messages and metrics."},
    {.key = "max_concurrent_requests",
     .type = OPTION_UINT,
     AT(server, max_concurrent_requests),
     RANGE(64, 1000000),
     .init = "16384",
     .unit = "queries",
     .pending = true,
     .help =
         "Queries in the server at the same time, from receiving to sending. Too low: bursts are "
         "dropped at the port. Too high: memory, and long queues when overloaded."},
    {.key = "graceful_shutdown_timeout_secs",
     .type = OPTION_DURATION,
     AT(server, graceful_shutdown_timeout_secs),
     RANGE(0, 600),
     .init = "15",
     .unit = "s",
     .live = true,
     .help = "How long queries in flight may take to finish after SIGTERM or Ctrl-C."},
    {.key = "default_ttl",
     .type = OPTION_DURATION,
     AT(server, default_ttl),
     RANGE(0, 2147483647),
     .init = "3600",
     .unit = "s",
     .live = true,
     .help = "TTL of records that have none, where the zone has no $TTL either."},
    {.key = "max_udp_payload",
     .type = OPTION_UINT,
     AT(server, max_udp_payload),
     RANGE(512, 65535),
     .init = "1232",
     .unit = "octets",
     .help =
         "Largest answer over UDP, and the size that we announce by EDNS. 1232 passes every IPv6 "
         "path without fragments; larger answers may be lost on the way."},
    {.key = "max_udp_payload_ipv6",
     .type = OPTION_UINT,
     AT(server, max_udp_payload_ipv6),
     RANGE(0, 65535),
     .init = "0",
     .unit = "octets",
     .help = "The same for IPv6 clients, at least 512; 0: as max_udp_payload."},
    {.key = "enable_edns",
     .type = OPTION_BOOL,
     AT(server, enable_edns),
     .init = "true",
     .help = "Speak EDNS (RFC 6891). Without it OPT records are passed over and answers over UDP "
             "end at "
             "512 octets."},
    {.key = "enable_tcp",
     .type = OPTION_BOOL,
     AT(server, enable_tcp),
     .init = "true",
     .help = "Take queries over TCP (RFC 7766), at listeners and at the ports' addresses."},
    {.key = "enable_dnssec",
     .type = OPTION_BOOL,
     AT(server, enable_dnssec),
     .init = "false",
     .pending = true,
     .help = "Validate answers of other servers (RFC 4033..4035)."},
    {.key = "bind_port",
     .type = OPTION_UINT,
     AT(server, bind_port),
     RANGE(1, 65535),
     .init = "53",
     .help = "Port of listeners that name none, and of the DPDK ports' addresses."},
    {.key = "rotate_answers",
     .type = OPTION_BOOL,
     AT(server, rotate_answers),
     .init = "false",
     .help = "Begin with another record of a set in each answer from a zone, so that clients that "
             "take the first one spread over all."},
    {.key = "cookie_secret",
     .type = OPTION_SECRET,
     AT(server, cookie_secret),
     RANGE(0, CONFIG_COOKIE_SECRET_DIGITS),
     .init = "\"\"",
     .live = true,
     .help = "Secret of DNS cookies (RFC 9018), 32 hexadecimal digits, equal on all servers of an "
             "anycast address. Empty: a random one, and a new one at every SIGHUP (the one before "
             "is still taken)."},
    {.key = "cookie_secret_old",
     .type = OPTION_SECRET,
     AT(server, cookie_secret_old),
     RANGE(0, CONFIG_COOKIE_SECRET_DIGITS),
     .init = "\"\"",
     .live = true,
     .help =
         "A second secret whose cookies are taken but not made, for changes without a gap: first "
         "the new one here on all servers, then swap the two, then remove the old one."},
};

const struct option_table option_server = {
    TABLE(server, server_rows),
    .example = "{\"name\": \"ns1\", \"max_udp_payload\": 1232, \"bind_port\": 53}",
};

#define WORKERS(member_, done_max_, help_)                                                         \
	{                                                                                          \
		.key = #member_, .type = OPTION_UINT, AT(workers, member_), RANGE(0, 64),          \
		.init = "0", .unit = "lcores", .done_max = done_max_, .help = help_                \
	}
#define LANE_HELP                                                                                  \
	"One for each lane of the fast path. The largest number asked for under workers becomes "  \
	"the number of lanes, unless dpdk.lanes says it."

static const struct option workers_rows[] = {
    WORKERS(listener, 0, "Takes frames from the receive queues. " LANE_HELP),
    WORKERS(tcp_acceptor, 1, "Takes TCP connections and kernel sockets; 0: one."),
    WORKERS(doh_acceptor, 1,
            "Kept for files of older versions: TCP_ACCEPTOR takes DNS over HTTPS."),
    WORKERS(decoder, 0, "Reads the query. " LANE_HELP),
    WORKERS(query_dispatcher, 0, "Decides who answers. " LANE_HELP),
    WORKERS(cache_lookup, 0, "Answers from the cache. " LANE_HELP),
    WORKERS(zone_manager, 0, "Answers from zones. " LANE_HELP),
    WORKERS(resolver, 1, "Asks other servers; 0: one."),
    WORKERS(cache_writer, 1, "Puts answers into the cache; 0: one."),
    WORKERS(encoder, 0, "Finishes the answer. " LANE_HELP),
    WORKERS(sender, 0, "Sends frames to the transmit queues. " LANE_HELP),
    WORKERS(cache_janitor, 1, "Removes old entries; 0: one, on the control lcore."),
    WORKERS(metrics, 1, "Gathers counters; 0: one, on the control lcore."),
};

const struct option_table option_workers = {
    TABLE(workers, workers_rows),
    .example = "{\"decoder\": 4, \"encoder\": 4}",
};

static const struct option tuning_rows[] = {
    {.key = "socket_recv_buffer_bytes",
     .type = OPTION_SIZE,
     AT(tuning, socket_recv_buffer_bytes),
     RANGE(0, 1u << 30),
     .init = "262144",
     .unit = "octets",
     .pending = true,
     .help = "Receive buffer of kernel sockets; 0: the kernel's own size."},
    {.key = "socket_send_buffer_bytes",
     .type = OPTION_SIZE,
     AT(tuning, socket_send_buffer_bytes),
     RANGE(0, 1u << 30),
     .init = "262144",
     .unit = "octets",
     .pending = true,
     .help = "Send buffer of kernel sockets; 0: the kernel's own size."},
    {.key = "max_label_length",
     .type = OPTION_UINT,
     AT(tuning, max_label_length),
     RANGE(1, 63),
     .init = "63",
     .unit = "octets",
     .help = "Longest label of a name in a query, others are refused; RFC 1035 allows 63."},
    {.key = "max_domain_length",
     .type = OPTION_UINT,
     AT(tuning, max_domain_length),
     RANGE(1, 253),
     .init = "253",
     .unit = "octets",
     .help = "Longest name of a query in text without the last dot, others are refused; RFC 1035 "
             "allows "
             "253."},
};

const struct option_table option_tuning = {TABLE(tuning, tuning_rows)};

static const struct option limits_rows[] = {
    {.key = "max_udp_packet_size",
     .type = OPTION_SIZE,
     AT(limits, max_udp_packet_size),
     RANGE(512, 65535),
     .init = "4096",
     .unit = "octets",
     .help = "Largest message over UDP in either direction."},
    {.key = "max_queries_per_minute_per_ip",
     .type = OPTION_UINT,
     AT(limits, max_queries_per_minute_per_ip),
     RANGE(0, 4294967295),
     .init = "0",
     .unit = "queries/min",
     .live = true,
     .help = "Queries that one client address may send, taken as so many a second; 0: no limit."},
    {.key = "max_tcp_sessions",
     .type = OPTION_UINT,
     AT(limits, max_tcp_sessions),
     RANGE(1, 1000000),
     .init = "1024",
     .help =
         "TCP connections at the same time. Too low: clients behind truncation are turned away. "
         "Too high: descriptors and buffers."},
    {.key = "max_tcp_sessions_per_ip",
     .type = OPTION_UINT,
     AT(limits, max_tcp_sessions_per_ip),
     RANGE(1, 1000000),
     .init = "64",
     .live = true,
     .help = "TCP connections of one client address (RFC 7766 section 6.2.2)."},
    {.key = "max_tcp_in_flight",
     .type = OPTION_UINT,
     AT(limits, max_tcp_in_flight),
     RANGE(1, 65535),
     .init = "64",
     .unit = "queries",
     .live = true,
     .help =
         "Queries of one connection that wait for their answers; then we stop reading from it."},
    {.key = "tcp_idle_timeout_ms",
     .type = OPTION_DURATION,
     AT(limits, tcp_idle_timeout_ms),
     RANGE(100, 3600000),
     .init = "10000",
     .unit = "ms",
     .live = true,
     .help = "A connection without a query, and a query that does not become whole, end after this "
             "(RFC 7766 section 6.2.3)."},
};

const struct option_table option_limits = {
    TABLE(limits, limits_rows),
    .example = "{\"max_tcp_sessions\": 4096, \"tcp_idle_timeout_ms\": \"30s\"}",
};
