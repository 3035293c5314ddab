/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Reads trust anchors with the scanner of zone files: one record for each entry. */
#include "trust_anchors.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "dns/message.h"
#include "dns/rrtype.h"
#include "dns/text.h"
#include "zone/scan.h"

/* RFC 4034 §2.1.1, RFC 5011 §2.1: a zone key that is not revoked. */
#define DNSKEY_FLAG_ZONE 0x0100u
#define DNSKEY_FLAG_REVOKED 0x0080u
#define DNSKEY_PROTOCOL 3u

static enum result wrong(const struct zone_scan *scan, const char *what)
{
	log_error("resolver", "RES108", "%s:%u: %s", scan->file, scan->entry_line, what);
	return RESULT_MALFORMED;
}

static bool is_ttl_or_class(const struct dns_token *token)
{
	return token->len > 0 && (isdigit((unsigned char)token->text[0]) != 0 ||
	                          text_is(token->text, token->len, "IN"));
}

/* RFC 4034 §5.1.3, RFC 4509 §2.1, RFC 6605 §2: SHA-1, SHA-256 and SHA-384; of others nothing is known. */
static bool is_digest(const struct trust_anchor *anchor)
{
	static const uint16_t octets[] = {[1] = 20, [2] = 32, [4] = 48};
	uint8_t type = anchor->rdata[3];
	return type >= ARRAY_COUNT(octets) || octets[type] == 0 ||
	       anchor->rdata_len == 4 + octets[type];
}

/* Whether a key can be one that signs others. */
static bool is_sound(const struct trust_anchor *anchor)
{
	if (anchor->type == DNS_TYPE_DS)
		return is_digest(anchor);
	uint16_t flags = bytes_load_u16(anchor->rdata);
	return (flags & DNSKEY_FLAG_ZONE) != 0 && (flags & DNSKEY_FLAG_REVOKED) == 0 &&
	       anchor->rdata[2] == DNSKEY_PROTOCOL;
}

static enum result read_entry(const struct zone_scan *scan, struct trust_anchor *out)
{
	const struct dns_token *token = scan->token;
	const char *expected = "";
	size_t at = 1;
	size_t error;
	if (scan->blank_start ||
	    dns_name_from_text(token->text, token->len, NULL, &out->zone) != RESULT_OK)
		return wrong(scan, "a trust anchor begins with the absolute name of its zone");
	dns_name_to_lower(out->zone.wire, out->zone.len);
	while (at < scan->token_count && is_ttl_or_class(&token[at]))
		at++;
	if (at == scan->token_count ||
	    !dns_type_from_text(token[at].text, token[at].len, &out->type) ||
	    (out->type != DNS_TYPE_DS && out->type != DNS_TYPE_DNSKEY))
		return wrong(scan, "a trust anchor is a DS or a DNSKEY record");
	at++;
	if (dns_rdata_from_tokens(out->type, token + at, scan->token_count - at, NULL, out->rdata,
	                          sizeof(out->rdata), &out->rdata_len, &error,
	                          &expected) != RESULT_OK)
		return wrong(scan, expected);
	return is_sound(out)
	           ? RESULT_OK
	           : wrong(scan, "this key is revoked, does not sign zones, or has a digest "
	                         "of the wrong length");
}

static enum result read_all(struct zone_scan *scan, struct trust_anchors *out)
{
	for (;;) {
		enum result result = zone_scan_next(scan);
		if (result == RESULT_NOT_FOUND)
			return RESULT_OK;
		if (result == RESULT_MALFORMED)
			return wrong(scan, "this cannot be read as a record");
		if (result != RESULT_OK)
			return result;
		if (out->count == TRUST_ANCHORS_MAX) {
			(void)wrong(scan, "too many trust anchors");
			return RESULT_TOO_LONG;
		}
		result = read_entry(scan, &out->anchor[out->count]);
		if (result != RESULT_OK)
			return result;
		out->count++;
	}
}

static enum result read_file(const char *path, struct trust_anchors *out)
{
	struct zone_scan scan;
	enum result result = zone_scan_open(&scan, path);
	if (result != RESULT_OK) {
		log_error("resolver", "RES109", "%s: cannot be read: %s", path, strerror(errno));
		return result;
	}
	result = read_all(&scan, out);
	zone_scan_close(&scan);
	return result;
}

enum result trust_anchors_read(const struct config_dnssec *dnssec, struct trust_anchors *out)
{
	enum result result = RESULT_OK;
	out->count = 0;
	if (dnssec->trust_anchor_file[0] != '\0')
		result = read_file(dnssec->trust_anchor_file, out);
	for (uint32_t i = 0; i < dnssec->trust_anchors_count && result == RESULT_OK; i++) {
		struct zone_scan scan;
		const char *text = dnssec->trust_anchors[i];
		zone_scan_text(&scan, text, strlen(text), "dnssec.trust_anchors", i + 1);
		result = read_all(&scan, out);
		zone_scan_close(&scan);
	}
	if (result == RESULT_OK && out->count > 0)
		log_warn("resolver", "RES112",
		         "%u trust anchors: they are kept, but answers are not validated yet",
		         out->count);
	return result;
}
