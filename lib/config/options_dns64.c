/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Options of DNS64. */
#include "config/config.h"
#include "config/option.h"

static const struct option dns64_rows[] = {
    {.key = "enabled",
     .type = OPTION_BOOL,
     AT(dns64, enabled),
     .init = "false",
     .live = true,
     .help = "Give names that have only IPv4 addresses IPv6 ones, made of a prefix and the IPv4 "
             "address; ipv4only.arpa then tells clients the prefix (RFC 7050, RFC 8880)."},
    {.key = "prefixes",
     .type = OPTION_NETWORK,
     LIST_AT(dns64, prefixes),
     .items_max = 4,
     .init = "[\"64:ff9b::/96\"]",
     .live = true,
     .help = "Prefixes of the NAT64, of 32, 40, 48, 56, 64 or 96 bits (RFC 6052 section 2.2). "
             "Clients get an address in each of them."},
    {.key = "clients_acl",
     .type = OPTION_ACL,
     AT(dns64, clients_acl),
     .init = "\"any\"",
     .live = true,
     .help = "Clients behind the NAT64, of those that may have recursion. Queries with DO and CD, "
             "of clients that check signatures themselves, are left alone (RFC 6147 section 5.5)."},
    {.key = "exclude",
     .type = OPTION_NETWORK,
     LIST_AT(dns64, exclude),
     .items_max = 64,
     .init = "[\"::ffff:0:0/96\"]",
     .live = true,
     .help = "IPv6 addresses that count as none (RFC 6147 section 5.1.4)."},
    {.key = "exclude_ipv4",
     .type = OPTION_NETWORK,
     LIST_AT(dns64, exclude_ipv4),
     .items_max = 64,
     .init = "[]",
     .live = true,
     .help = "IPv4 addresses of which no IPv6 ones are made, with any prefix."},
    {.key = "ignore_domains",
     .type = OPTION_DOMAIN,
     LIST_AT(dns64, ignore_domains),
     .items_max = 64,
     .init = "[]",
     .live = true,
     .help = "Names, with all below them, whose own IPv6 addresses count as none: services that "
             "are only reachable over IPv4 from here. \".\" is all names."},
    {.key = "map_private",
     .type = OPTION_BOOL,
     AT(dns64, map_private),
     .init = "false",
     .live = true,
     .help = "Use the prefix 64:ff9b::/96 for private IPv4 addresses (RFC 1918, loopback, "
             "link-local) too, which RFC 6052 section 3.1 forbids. Other prefixes are used for "
             "them in any case."},
    {.key = "reverse",
     .type = OPTION_BOOL,
     AT(dns64, reverse),
     .init = "true",
     .live = true,
     .help = "Answer questions for the names of addresses in the prefixes with those of the IPv4 "
             "addresses in them (RFC 6147 section 5.3.1)."},
};

const struct option_table option_dns64 = {
    TABLE(dns64, dns64_rows),
    .gate = "enabled",
    .example = "{\"enabled\": true, \"prefixes\": [\"2001:db8:64::/96\"], \"clients_acl\": "
               "\"internal\", \"ignore_domains\": [\"broken.example\"]}",
};
