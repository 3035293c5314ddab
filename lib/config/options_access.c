/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Options of who may ask where, and how much: acl, listener, doh, amplification_mitigation, ratelimit. */
#include "config/config.h"
#include "config/option.h"

static const struct option acl_rows[] = {
    {.key = "name",
     .type = OPTION_NAME,
     AT(acl, name),
     RANGE(1, 255),
     .required = true,
     .live = true,
     .help = "Name for use in other sections. \"any\" and \"none\" are taken; \"localhost\" may be "
             "given anew."},
    {.key = "networks",
     .type = OPTION_NETWORK,
     LIST_AT(acl, networks),
     .required = true,
     .live = true,
     .help = "Prefixes; a client in one of them is in the list."},
};

const struct option_table option_acl = {
    TABLE(acl, acl_rows),
    .example = "[{\"name\": \"internal\", \"networks\": [\"10.0.0.0/8\", \"fd00::/8\"]}]",
};

static const struct option_word protocols[] = {
    {"udp", CONFIG_PROTOCOL_UDP, false},
    {"tcp", CONFIG_PROTOCOL_TCP, false},
    {NULL, 0, false},
};

static const struct option_word vias[] = {
    {"auto", CONFIG_VIA_AUTO, false},
    {"kernel", CONFIG_VIA_KERNEL, false},
    {"port", CONFIG_VIA_PORT, false},
    {NULL, 0, false},
};

static const struct option listener_rows[] = {
    {.key = "name",
     .type = OPTION_NAME,
     AT(listener, name),
     RANGE(1, 255),
     .required = true,
     .help = "Name for messages."},
    {.key = "address",
     .type = OPTION_ADDRESS,
     AT(listener, address),
     .required = true,
     .help = "Address of ours; 0.0.0.0 or :: for all of that family. The most exact listener "
             "counts for a query."},
    {.key = "port",
     .type = OPTION_UINT,
     AT(listener, port),
     RANGE(0, 65535),
     .init = "0",
     .help = "Port; 0: as server.bind_port."},
    {.key = "protocols",
     .type = OPTION_CHOICES,
     AT(listener, protocols),
     .words = protocols,
     .init = "[\"udp\", \"tcp\"]",
     .help = "What is taken here."},
    {.key = "via",
     .type = OPTION_CHOICE,
     AT(listener, via),
     .words = vias,
     .init = "\"auto\"",
     .help = "kernel: sockets of the host's kernel feed the pipeline. port: no socket, the rules "
             "are for queries to that address of a DPDK port. auto: port if a DPDK port has the "
             "address, else kernel."},
    {.key = "recursion_allowed",
     .type = OPTION_BOOL,
     AT(listener, recursion_allowed),
     .init = "false",
     .live = true,
     .help = "Clients of recursion.allowed_acl get recursion here. Addresses of DPDK ports without "
             "a listener allow it."},
    {.key = "acl",
     .type = OPTION_ACL,
     AT(listener, acl),
     .init = "\"any\"",
     .live = true,
     .help = "Who may ask here; others get REFUSED."},
    {.key = "workers",
     .type = OPTION_UINT,
     AT(listener, workers),
     RANGE(0, 64),
     .init = "0",
     .unit = "lcores",
     .help = "Kept for files of older versions: dpdk.lanes decides."},
    {.key = "enable_tls",
     .type = OPTION_BOOL,
     AT(listener, enable_tls),
     .init = "false",
     .help = "DNS over TLS (RFC 7858), over TCP alone: such a listener never speaks plain DNS."},
    {.key = "tls_cert_path",
     .type = OPTION_PATH,
     AT(listener, tls_cert_path),
     .init = "\"\"",
     .help = "Certificate chain, PEM. The file is read again at SIGHUP."},
    {.key = "tls_key_path",
     .type = OPTION_PATH,
     AT(listener, tls_key_path),
     .init = "\"\"",
     .help = "Private key, PEM without a password. The file is read again at SIGHUP."},
    {.key = "proxy_protocol_acl",
     .type = OPTION_ACL,
     AT(listener, proxy_protocol_acl),
     .init = "\"none\"",
     .help = "Proxies: their TCP and TLS connections have to begin with a PROXY header, version 2, "
             "which says who the client is."},
};

const struct option_table option_listener = {
    TABLE(listener, listener_rows),
    .example =
        "[{\"name\": \"local\", \"address\": \"127.0.0.1\", \"protocols\": [\"udp\", \"tcp\"], "
        "\"recursion_allowed\": true, \"acl\": \"localhost\"}]",
};

static const struct option doh_rows[] = {
    {.key = "enabled",
     .type = OPTION_BOOL,
     AT(doh, enabled),
     .init = "false",
     .help = "DNS over HTTPS (RFC 8484)."},
    {.key = "bind",
     .type = OPTION_ENDPOINT,
     AT(doh, bind),
     .init = "\"127.0.0.1:8443\"",
     .help = "Address and port; 0.0.0.0 or ::: every address of the host and of the DPDK ports."},
    {.key = "terminate_tls",
     .type = OPTION_BOOL,
     AT(doh, terminate_tls),
     .init = "true",
     .help = "false: plain HTTP/2, for a proxy in front."},
    {.key = "tls_cert_path",
     .type = OPTION_PATH,
     AT(doh, tls_cert_path),
     .init = "\"\"",
     .help = "Certificate chain, PEM. The file is read again at SIGHUP."},
    {.key = "tls_key_path",
     .type = OPTION_PATH,
     AT(doh, tls_key_path),
     .init = "\"\"",
     .help = "Private key, PEM without a password. The file is read again at SIGHUP."},
    {.key = "paths",
     .type = OPTION_TEXT,
     LIST_AT(doh, paths),
     RANGE(1, 255),
     .init = "[\"/dns-query\"]",
     .help = "Paths that take queries."},
    {.key = "allowed_origins",
     .type = OPTION_TEXT,
     LIST_AT(doh, allowed_origins),
     RANGE(1, 255),
     .init = "[]",
     .help = "Origins whose pages may read answers in a browser (CORS), as "
             "\"https://host\"; \"*\": all."},
    {.key = "proxy_protocol_acl",
     .type = OPTION_ACL,
     AT(doh, proxy_protocol_acl),
     .init = "\"none\"",
     .help = "Proxies: their connections have to begin with a PROXY header, version 2, which says "
             "who the client is."},
};

const struct option_table option_doh = {TABLE(doh, doh_rows), .gate = "enabled"};

static const struct option amplification_rows[] = {
    {.key = "drop_fragments",
     .type = OPTION_BOOL,
     AT(amplification, drop_fragments),
     .init = "false",
     .help =
         "Drop queries that come in IP fragments. Otherwise they are put together within a small "
         "fixed budget, as RFC 1122 wants of a host."},
    {.key = "max_response_size_udp",
     .type = OPTION_SIZE,
     AT(amplification, max_response_size_udp),
     RANGE(512, 65535),
     .init = "4096",
     .unit = "octets",
     .help = "Larger answers over UDP are truncated, whatever the client offers."},
};

const struct option_table option_amplification = {TABLE(amplification, amplification_rows)};

static const struct option rrl_rows[] = {
    {.key = "enabled",
     .type = OPTION_BOOL,
     AT(rrl, enabled),
     .init = "true",
     .live = true,
     .help = "Limit equal answers to one client network."},
    {.key = "window_seconds",
     .type = OPTION_DURATION,
     AT(rrl, window_seconds),
     RANGE(1, 3600),
     .init = "5",
     .unit = "s",
     .live = true,
     .help = "Time over which answers are counted: older ones count for less and less."},
    {.key = "slip",
     .type = OPTION_UINT,
     AT(rrl, slip),
     RANGE(0, 10),
     .init = "2",
     .live = true,
     .help =
         "Every n-th limited answer is sent truncated, so that honest clients come back over TCP; "
         "0: none."},
    {.key = "qps_threshold",
     .type = OPTION_UINT,
     AT(rrl, qps_threshold),
     RANGE(1, 1000000),
     .init = "50",
     .unit = "answers/s",
     .live = true,
     .help = "Equal answers that a client network may have."},
};

static const struct option_table option_rrl = {TABLE(rrl, rrl_rows)};

static const struct option ratelimit_rows[] = {
    {.key = "enabled",
     .type = OPTION_BOOL,
     AT(ratelimit, enabled),
     .init = "false",
     .live = true,
     .help = "Limit queries and answers by rate."},
    {.key = "global_qps",
     .type = OPTION_UINT,
     AT(ratelimit, global_qps),
     RANGE(0, 4294967295),
     .init = "0",
     .unit = "queries/s",
     .live = true,
     .help = "Of all clients; 0: no limit."},
    {.key = "per_ip_qps",
     .type = OPTION_UINT,
     AT(ratelimit, per_ip_qps),
     RANGE(0, 4294967295),
     .init = "0",
     .unit = "queries/s",
     .live = true,
     .help = "Of one client address; 0: no limit."},
    {.key = "per_subnet_qps",
     .type = OPTION_UINT,
     AT(ratelimit, per_subnet_qps),
     RANGE(0, 4294967295),
     .init = "0",
     .unit = "queries/s",
     .live = true,
     .help = "Of one client network (/24, /56); 0: no limit."},
    {.key = "exempt_acl",
     .type = OPTION_ACL,
     AT(ratelimit, exempt_acl),
     .init = "\"none\"",
     .live = true,
     .help = "Clients that no limit by rate holds for. Streams and clients with a valid cookie are "
             "not limited either."},
    {.key = "rrl",
     .type = OPTION_OBJECT,
     AT(ratelimit, rrl),
     .table = &option_rrl,
     .help = "Response rate limiting."},
};

const struct option_table option_ratelimit = {TABLE(ratelimit, ratelimit_rows)};
