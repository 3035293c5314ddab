/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Options of names that are treated in a way of their own: policy, local_zone. */
#include "config/config.h"
#include "config/option.h"

static const struct option_word deny_actions[] = {
    {"nxdomain", CONFIG_DENY_NXDOMAIN, false}, {"nodata", CONFIG_DENY_NODATA, false},
    {"null", CONFIG_DENY_NULL, false},         {"refuse", CONFIG_DENY_REFUSE, false},
    {"drop", CONFIG_DENY_DROP, false},         {NULL, 0, false},
};

static const struct option_word list_formats[] = {
    {"auto", CONFIG_LIST_AUTO, false},       {"domains", CONFIG_LIST_DOMAINS, false},
    {"hosts", CONFIG_LIST_HOSTS, false},     {"dnsmasq", CONFIG_LIST_DNSMASQ, false},
    {"adblock", CONFIG_LIST_ADBLOCK, false}, {"unbound", CONFIG_LIST_UNBOUND, false},
    {"rpz", CONFIG_LIST_RPZ, false},         {NULL, 0, false},
};

static const struct option block_list_rows[] = {
    {.key = "file",
     .type = OPTION_PATH,
     AT(block_list, file),
     .required = true,
     .live = true,
     .help = "The list. Wrong lines are told with their numbers and passed over; a file that "
             "cannot be read is an error."},
    {.key = "format",
     .type = OPTION_CHOICE,
     AT(block_list, format),
     .words = list_formats,
     .init = "\"auto\"",
     .live = true,
     .help = "auto: each line as what it looks like. domains: a name a line. hosts: "
             "\"0.0.0.0 NAME...\". dnsmasq: \"address=/NAME/\". adblock: filters of whole names. "
             "unbound: "
             "\"local-zone: NAME TYPE\". rpz: \"NAME CNAME .\"."},
};

static const struct option_table option_block_list = {TABLE(block_list, block_list_rows)};

static const struct option policy_rows[] = {
    {.key = "deny_domains",
     .type = OPTION_DOMAIN,
     LIST_AT(policy, deny_domains),
     .init = "[]",
     .live = true,
     .help = "These names and all below them are not looked up."},
    {.key = "deny_action",
     .type = OPTION_CHOICE,
     AT(policy, deny_action),
     .words = deny_actions,
     .init = "\"nxdomain\"",
     .live = true,
     .help = "What clients get for them. nxdomain: no such name. nodata: no such data. null: the "
             "addresses 0.0.0.0 and ::. refuse: REFUSED. drop: no answer at all. All but drop say "
             "why in an extended error (RFC 8914: Blocked, for null Forged Answer)."},
    {.key = "deny_ttl_seconds",
     .type = OPTION_DURATION,
     AT(policy, deny_ttl_seconds),
     RANGE(0, 86400),
     .init = "300",
     .unit = "s",
     .live = true,
     .help = "How long clients may keep such answers, and negative ones of local zones."},
    {.key = "allow_domains",
     .type = OPTION_DOMAIN,
     LIST_AT(policy, allow_domains),
     .init = "[]",
     .live = true,
     .help = "These names and all below them are looked up, whatever deny_domains and "
             "block_lists say."},
    {.key = "block_lists",
     .type = OPTION_OBJECT,
     LIST_AT(policy, block_lists),
     .table = &option_block_list,
     .init = "[]",
     .live = true,
     .help = "Files with more names for deny_domains, a million and more. Read again at HUP."},
    {.key = "exempt_acl",
     .type = OPTION_ACL,
     AT(policy, exempt_acl),
     .init = "\"none\"",
     .live = true,
     .help = "Clients to whom nothing of this section and of local_zone applies."},
    {.key = "empty_zones",
     .type = OPTION_BOOL,
     AT(policy, empty_zones),
     .init = "true",
     .live = true,
     .help = "Answer here, and ask nobody, for reverse names of private addresses (RFC 6303, RFC "
             "7793) and for localhost, test, invalid, onion, local, home.arpa and resolver.arpa "
             "(RFC 6761, 6762, 7686, 8375, 9462). A zone, a forward zone or a local_zone of such a "
             "name or above it wins."},
    {.key = "empty_zone_exceptions",
     .type = OPTION_DOMAIN,
     LIST_AT(policy, empty_zone_exceptions),
     .init = "[]",
     .live = true,
     .help = "These of them, and names below these, are looked up as all others."},
    {.key = "rebind_protection",
     .type = OPTION_BOOL,
     AT(policy, rebind_protection),
     .init = "false",
     .live = true,
     .help = "Take private_addresses out of the answers of other servers, so that no page on the "
             "Internet can make a browser talk to your own network under its name (DNS rebinding). "
             "Where nothing is left the answer is empty, with an extended error (Blocked)."},
    {.key = "private_addresses",
     .type = OPTION_NETWORK,
     LIST_AT(policy, private_addresses),
     .items_max = 64,
     .init = "[\"0.0.0.0/8\", \"10.0.0.0/8\", \"100.64.0.0/10\", \"127.0.0.0/8\", "
             "\"169.254.0.0/16\", \"172.16.0.0/12\", \"192.168.0.0/16\", \"::/127\", "
             "\"::ffff:0:0/96\", \"fc00::/7\", \"fe80::/10\"]",
     .live = true,
     .help = "Addresses that no server of the Internet may give, with rebind_protection."},
    {.key = "private_domains",
     .type = OPTION_DOMAIN,
     LIST_AT(policy, private_domains),
     .items_max = 4096,
     .init = "[]",
     .live = true,
     .help = "Names, with all below them, that may have private addresses. Forward and stub zones "
             "may in any case."},
};

const struct option_table option_policy = {
    TABLE(policy, policy_rows),
    .example = "{\"deny_domains\": [\"bad.example\", \"ads.example\"], \"deny_action\": \"null\", "
               "\"block_lists\": [{\"file\": \"lists/ads.hosts\"}, {\"file\": \"lists/more.txt\", "
               "\"format\": \"domains\"}], \"allow_domains\": [\"good.ads.example\"], "
               "\"empty_zone_exceptions\": [\"168.192.in-addr.arpa.\"]}",
};

static const struct option_word local_types[] = {
    {"static", CONFIG_LOCAL_STATIC, false},
    {"transparent", CONFIG_LOCAL_TRANSPARENT, false},
    {"typetransparent", CONFIG_LOCAL_TYPETRANSPARENT, false},
    {"redirect", CONFIG_LOCAL_REDIRECT, false},
    {"refuse", CONFIG_LOCAL_REFUSE, false},
    {"deny", CONFIG_LOCAL_DENY, false},
    {"always_nxdomain", CONFIG_LOCAL_ALWAYS_NXDOMAIN, false},
    {"always_nodata", CONFIG_LOCAL_ALWAYS_NODATA, false},
    {"always_null", CONFIG_LOCAL_ALWAYS_NULL, false},
    {"always_refuse", CONFIG_LOCAL_ALWAYS_REFUSE, false},
    {"always_deny", CONFIG_LOCAL_ALWAYS_DENY, false},
    {"always_transparent", CONFIG_LOCAL_ALWAYS_TRANSPARENT, false},
    {NULL, 0, false},
};

static const struct option local_zone_rows[] = {
    {.key = "name",
     .type = OPTION_DOMAIN,
     AT(local_zone, name),
     .required = true,
     .live = true,
     .help = "The name; the zone is it and all below. Of several local zones above a name the "
             "longest counts."},
    {.key = "type",
     .type = OPTION_CHOICE,
     AT(local_zone, type),
     .words = local_types,
     .init = "\"transparent\"",
     .live = true,
     .help = "What is answered where the records have nothing for name and type. static: no such "
             "name or data. transparent: what a look-up gives; no such data for a name that has "
             "other records. typetransparent: what a look-up gives. redirect: the records of the "
             "zone's own name hold for all names below. refuse: REFUSED. deny: nothing. The "
             "always_... types do the same for all names and have no records."},
    {.key = "records",
     .type = OPTION_OBJECT,
     LIST_AT(local_zone, records),
     .table = &option_record,
     .init = "[]",
     .live = true,
     .help = "Records, as those of an inline zone; no SOA or NS is needed."},
};

const struct option_table option_local_zone = {
    TABLE(local_zone, local_zone_rows),
    .example = "[{\"name\": \"lan.\", \"type\": \"static\", \"records\": ["
               "{\"name\": \"router\", \"type\": \"A\", \"rdata\": \"192.168.1.1\"}, "
               "{\"name\": \"nas\", \"type\": \"AAAA\", \"rdata\": \"fd00::5\"}]}, "
               "{\"name\": \"apps.example.\", \"type\": \"redirect\", \"records\": ["
               "{\"name\": \"@\", \"type\": \"A\", \"rdata\": \"192.168.1.80\"}]}, "
               "{\"name\": \"tracker.example.\", \"type\": \"always_refuse\"}]",
};
