/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Options of what we are the authority for: zone, tsig_key, axfr, dnssec, view, dynupdate. */
#include "config/config.h"
#include "config/option.h"

static const struct option_word classes[] = {{"IN", 1, false}, {NULL, 0, false}};

static const struct option record_rows[] = {
    {.key = "name",
     .type = OPTION_TEXT,
     AT(record, name),
     RANGE(1, 1024),
     .required = true,
     .live = true,
     .help = "Owner, relative to the zone unless it ends in a dot; \"@\": the zone itself."},
    {.key = "ttl",
     .type = OPTION_DURATION,
     AT(record, ttl),
     RANGE(0, 2147483647),
     .unit = "s",
     .live = true,
     .help = "TTL; server.default_ttl if the key is left out."},
    {.key = "class",
     .type = OPTION_CHOICE,
     AT(record, class_code),
     .words = classes,
     .init = "\"IN\"",
     .live = true,
     .help = "Class; only IN."},
    {.key = "type",
     .type = OPTION_TEXT,
     AT(record, type),
     RANGE(1, 32),
     .required = true,
     .live = true,
     .help = "Type, such as A, AAAA, MX, or TYPE65534 (RFC 3597)."},
    {.key = "priority",
     .type = OPTION_UINT,
     AT(record, priority),
     RANGE(0, 65535),
     .live = true,
     .help = "Put in front of rdata, for MX and SRV; left out if the key is."},
    {.key = "rdata",
     .type = OPTION_TEXT,
     AT(record, rdata),
     RANGE(1, 262144),
     .required = true,
     .live = true,
     .help = "Data as in a zone file."},
};

const struct option_table option_record = {TABLE(record, record_rows)};

static const struct option_word zone_types[] = {
    {"master", CONFIG_ZONE_PRIMARY, false},
    {"primary", CONFIG_ZONE_PRIMARY, false},
    {"slave", CONFIG_ZONE_SECONDARY, true},
    {"secondary", CONFIG_ZONE_SECONDARY, true},
    {"forward", CONFIG_ZONE_FORWARD, false},
    {"stub", CONFIG_ZONE_STUB, false},
    {NULL, 0, false},
};

static const struct option zone_rows[] = {
    {.key = "name",
     .type = OPTION_DOMAIN,
     AT(zone, name),
     .required = true,
     .live = true,
     .help = "Name of the zone."},
    {.key = "type",
     .type = OPTION_CHOICE,
     AT(zone, type),
     .words = zone_types,
     .init = "\"master\"",
     .live = true,
     .help = "master (or primary): from the file or the records here. slave (or secondary): "
             "transferred from masters. forward: asked of forwarders. stub: looked up at masters, "
             "which are the zone's servers, and below. A forward or stub zone may lie in a zone of "
             "our own."},
    {.key = "file",
     .type = OPTION_PATH,
     AT(zone, file),
     .init = "\"\"",
     .live = true,
     .help = "Zone file (RFC 1035 section 5)."},
    {.key = "notify",
     .type = OPTION_BOOL,
     AT(zone, notify),
     .init = "false",
     .live = true,
     .pending = true,
     .help = "Tell secondaries when the zone changes (RFC 1996)."},
    {.key = "notify_acl",
     .type = OPTION_ACL,
     AT(zone, notify_acl),
     .init = "\"none\"",
     .live = true,
     .help = "Who is told, or who may tell us."},
    {.key = "allow_transfer_acl",
     .type = OPTION_ACL,
     AT(zone, allow_transfer_acl),
     .init = "\"none\"",
     .live = true,
     .help = "Who may have the whole zone (AXFR, IXFR)."},
    {.key = "allow_update_acl",
     .type = OPTION_ACL,
     AT(zone, allow_update_acl),
     .init = "\"none\"",
     .live = true,
     .pending = true,
     .help = "Who may change the zone (RFC 2136)."},
    {.key = "axfr_tsig_key",
     .type = OPTION_KEY,
     AT(zone, axfr_tsig_key),
     .init = "\"\"",
     .live = true,
     .help = "Key that signs transfers; empty: none."},
    {.key = "masters",
     .type = OPTION_SERVER,
     LIST_AT(zone, masters),
     .init = "[]",
     .live = true,
     .help = "Servers from which a secondary zone comes, or that a stub zone has."},
    {.key = "inline",
     .type = OPTION_BOOL,
     AT(zone, inline_records),
     .init = "false",
     .live = true,
     .help = "The zone is what stands in records, and there is no file."},
    {.key = "records",
     .type = OPTION_OBJECT,
     LIST_AT(zone, records),
     .table = &option_record,
     .init = "[]",
     .live = true,
     .help = "Records of an inline zone."},
    {.key = "forwarders",
     .type = OPTION_SERVER,
     LIST_AT(zone, forwarders),
     .init = "[]",
     .live = true,
     .help = "Servers that are asked for a forward zone."},
    {.key = "forward_policy",
     .type = OPTION_CHOICE,
     AT(zone, forward_policy),
     .words = option_forward_words,
     .init = "\"first\"",
     .live = true,
     .help = "As policy of forwarder."},
};

const struct option_table option_zone = {
    TABLE(zone, zone_rows),
    .example = "[{\"name\": \"example.com.\", \"file\": \"zones/example.com.zone\"}, "
               "{\"name\": \"inline.example.\", \"inline\": true, \"records\": ["
               "{\"name\": \"@\", \"type\": \"SOA\", \"rdata\": \"ns1 hostmaster 1 7200 3600 "
               "1209600 3600\"}, "
               "{\"name\": \"@\", \"type\": \"NS\", \"rdata\": \"ns1\"}, "
               "{\"name\": \"ns1\", \"type\": \"A\", \"rdata\": \"192.0.2.1\"}, "
               "{\"name\": \"@\", \"type\": \"MX\", \"priority\": 10, \"rdata\": "
               "\"mail.example.com.\"}]}]",
};

static const struct option_word tsig_algorithms[] = {
    {"hmac-sha256", CONFIG_TSIG_SHA256, false}, {"hmac-sha384", CONFIG_TSIG_SHA384, false},
    {"hmac-sha512", CONFIG_TSIG_SHA512, false}, {"hmac-sha224", CONFIG_TSIG_SHA224, false},
    {"hmac-sha1", CONFIG_TSIG_SHA1, false},     {NULL, 0, false},
};

static const struct option tsig_key_rows[] = {
    {.key = "name",
     .type = OPTION_NAME,
     AT(tsig_key, name),
     RANGE(1, 255),
     .required = true,
     .live = true,
     .help = "Name of the key, the same on both sides."},
    {.key = "algorithm",
     .type = OPTION_CHOICE,
     AT(tsig_key, algorithm),
     .words = tsig_algorithms,
     .init = "\"hmac-sha256\"",
     .live = true,
     .help = "Hash of the signatures (RFC 8945 section 6)."},
    {.key = "secret",
     .type = OPTION_BASE64,
     .offset = offsetof(struct config_tsig_key, secret),
     .count_offset = offsetof(struct config_tsig_key, secret_count),
     RANGE(1, 4096),
     .required = true,
     .live = true,
     .help = "The secret, base64. At least as many octets as the algorithm's output are wise."},
};

const struct option_table option_tsig_key = {
    TABLE(tsig_key, tsig_key_rows),
    .example = "[{\"name\": \"axfr-key\", \"algorithm\": \"hmac-sha256\", \"secret\": "
               "\"c2VjcmV0IG9mIDMyIG9jdGV0cyBpcyBhIGdvb2Qgb25lIQ==\"}]",
};

static const struct option axfr_rows[] = {
    {.key = "enabled",
     .type = OPTION_BOOL,
     AT(axfr, enabled),
     .init = "false",
     .live = true,
     .help = "Give and take zone transfers (RFC 5936)."},
    {.key = "max_concurrent_transfers",
     .type = OPTION_UINT,
     AT(axfr, max_concurrent_transfers),
     RANGE(1, 1024),
     .init = "4",
     .live = true,
     .help = "Transfers at the same time."},
    {.key = "transfer_timeout_secs",
     .type = OPTION_DURATION,
     AT(axfr, transfer_timeout_secs),
     RANGE(1, 86400),
     .init = "120",
     .unit = "s",
     .live = true,
     .help = "A transfer that takes longer is given up."},
};

const struct option_table option_axfr = {TABLE(axfr, axfr_rows), .gate = "enabled"};

/* Numbers of the IANA registry, RFC 8624 §3.1. */
static const struct option_word dnssec_algorithms[] = {
    {"RSASHA256", 8, false},
    {"RSASHA512", 10, false},
    {"ECDSAP256SHA256", 13, false},
    {"ECDSAP384SHA384", 14, false},
    {"ED25519", 15, false},
    {"ED448", 16, false},
    {NULL, 0, false},
};

static const struct option dnssec_rows[] = {
    {.key = "enabled",
     .type = OPTION_BOOL,
     AT(dnssec, enabled),
     .init = "false",
     .live = true,
     .help = "Sign our zones."},
    {.key = "auto_sign",
     .type = OPTION_BOOL,
     AT(dnssec, auto_sign),
     .init = "false",
     .live = true,
     .help = "Make keys and signatures as kasp_file says."},
    {.key = "default_algo",
     .type = OPTION_CHOICE,
     AT(dnssec, default_algo),
     .words = dnssec_algorithms,
     .init = "\"ECDSAP256SHA256\"",
     .live = true,
     .help = "Algorithm of new keys (RFC 8624)."},
    {.key = "kasp_file",
     .type = OPTION_PATH,
     AT(dnssec, kasp_file),
     .init = "\"\"",
     .live = true,
     .help = "Policies for keys and signatures."},
    {.key = "trust_anchors",
     .type = OPTION_TEXT,
     LIST_AT(dnssec, trust_anchors),
     RANGE(1, 2048),
     .init = "[]",
     .help = "Keys of zones that are believed without proof, as DS or DNSKEY records: \". DS "
             "20326 8 2 E06D…\". They are checked and kept; answers of other servers are not "
             "validated yet."},
    {.key = "trust_anchor_file",
     .type = OPTION_PATH,
     AT(dnssec, trust_anchor_file),
     .init = "\"\"",
     .help = "The same in a file, such as /usr/share/dns/root.key."},
};

const struct option_table option_dnssec = {TABLE(dnssec, dnssec_rows), .gate = "enabled"};

static const struct option view_zone_rows[] = {
    {.key = "name",
     .type = OPTION_DOMAIN,
     AT(view_zone, name),
     .required = true,
     .live = true,
     .help = "Name of the zone."},
    {.key = "file",
     .type = OPTION_PATH,
     AT(view_zone, file),
     .required = true,
     .live = true,
     .help = "Its file in this view. A file that several views name is read once."},
};

static const struct option_table option_view_zone = {TABLE(view_zone, view_zone_rows)};

static const struct option view_rows[] = {
    {.key = "name",
     .type = OPTION_NAME,
     AT(view, name),
     RANGE(1, 255),
     .required = true,
     .live = true,
     .help = "Name for messages."},
    {.key = "acl",
     .type = OPTION_ACL,
     AT(view, acl),
     .init = "\"any\"",
     .live = true,
     .help =
         "Clients that see this view; the first view that fits counts. Clients in no view see the "
         "zones of the section zone."},
    {.key = "zones",
     .type = OPTION_OBJECT,
     LIST_AT(view, zones),
     .table = &option_view_zone,
     .init = "[]",
     .live = true,
     .help = "Zones of this view, in front of those of the section zone: of two zones above a name "
             "the longer one answers, and of the same name the view's."},
};

const struct option_table option_view = {
    TABLE(view, view_rows),
    .example = "[{\"name\": \"inside\", \"acl\": \"internal\", \"zones\": [{\"name\": "
               "\"example.com.\", \"file\": \"zones/example.com.internal.zone\"}]}]",
};

static const struct option dynupdate_rows[] = {
    {.key = "zone",
     .type = OPTION_DOMAIN,
     AT(dynupdate, zone),
     .required = true,
     .live = true,
     .help = "Name of one of our zones."},
    {.key = "acl",
     .type = OPTION_ACL,
     AT(dynupdate, acl),
     .init = "\"none\"",
     .live = true,
     .help = "Clients that may change it."},
    {.key = "tsig_key",
     .type = OPTION_KEY,
     AT(dynupdate, tsig_key),
     .init = "\"\"",
     .live = true,
     .help = "Key that signs the changes; empty: none."},
    {.key = "allow",
     .type = OPTION_BOOL,
     AT(dynupdate, allow),
     .init = "false",
     .live = true,
     .help = "Allow it."},
};

const struct option_table option_dynupdate = {
    TABLE(dynupdate, dynupdate_rows),
    .example = "[{\"zone\": \"example.com.\", \"acl\": \"internal\", \"tsig_key\": "
               "\"update-key\", \"allow\": true}]",
};
