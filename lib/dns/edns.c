/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Reads the OPT record of a query and writes ours. */
#include "dns/edns.h"

#include <string.h>

#include "dns/message.h"
#include "dns/rrtype.h"

#define OPTION_HEADER_SIZE 4
#define FLAG_DO 0x8000u
#define COOKIE_CLIENT_SIZE 8
#define COOKIE_FULL_MIN 16
#define SUBNET_FIXED_SIZE 4
#define SUBNET_FAMILY_IPV4 1
#define SUBNET_FAMILY_IPV6 2

static enum result cookie_read(const uint8_t *data, uint16_t len, struct dns_edns *out)
{
	/* RFC 7873 §5.2: only the first counts. */
	if (out->cookie_len != 0)
		return RESULT_OK;
	/* RFC 7873 §5.2.2: other lengths are FORMERR. */
	if (len != COOKIE_CLIENT_SIZE && (len < COOKIE_FULL_MIN || len > EDNS_COOKIE_MAX))
		return RESULT_MALFORMED;
	out->cookie_len = (uint8_t)len;
	memcpy(out->cookie, data, len);
	return RESULT_OK;
}

static size_t subnet_octets(uint8_t source)
{
	return ((size_t)source + 7) / 8;
}

static enum result subnet_read(const uint8_t *data, uint16_t len, struct dns_edns *out)
{
	if (out->subnet_present)
		return RESULT_OK;
	if (len < SUBNET_FIXED_SIZE)
		return RESULT_MALFORMED;
	const uint16_t family = bytes_load_u16(data);
	const uint8_t source = data[2];
	if (family > SUBNET_FAMILY_IPV6)
		return RESULT_OK;
	static const uint8_t source_max[] = {0, 32, 128};
	/* RFC 7871 §6: too few or too many octets, or bits beyond the prefix, are FORMERR. */
	const size_t octets = subnet_octets(source);
	if (source > source_max[family] || len != SUBNET_FIXED_SIZE + octets)
		return RESULT_MALFORMED;
	if (source % 8 != 0 && (data[SUBNET_FIXED_SIZE + octets - 1] & 0xffu >> source % 8) != 0)
		return RESULT_MALFORMED;
	out->subnet_present = true;
	out->subnet_family = (uint8_t)family;
	out->subnet_source = source;
	memcpy(out->subnet_address, data + SUBNET_FIXED_SIZE, octets);
	return RESULT_OK;
}

/* An option by which a client asks without saying more, and a server may answer with `answer` octets. */
static enum result asked(bool *out, uint16_t len, uint16_t answer)
{
	if (len != 0 && len != answer)
		return RESULT_MALFORMED;
	*out = true;
	return RESULT_OK;
}

static enum result option_read(uint16_t code, const uint8_t *data, uint16_t len,
                               struct dns_edns *out)
{
	switch (code) {
	case EDNS_OPTION_NSID:
		out->nsid_asked = true;
		return RESULT_OK;
	case EDNS_OPTION_CLIENT_SUBNET:
		return subnet_read(data, len, out);
	case EDNS_OPTION_EXPIRE:
		return asked(&out->expire_asked, len, 4);
	case EDNS_OPTION_COOKIE:
		return cookie_read(data, len, out);
	case EDNS_OPTION_KEEPALIVE:
		return asked(&out->keepalive_asked, len, 2);
	case EDNS_OPTION_PADDING:
		out->padding_asked = true;
		return RESULT_OK;
	case EDNS_OPTION_ZONEVERSION:
		out->zoneversion_asked = true;
		return RESULT_OK;
	default:
		/* RFC 6891 §6.1.2: options that are not understood are ignored. */
		return RESULT_OK;
	}
}

static enum result options_read(const uint8_t *data, uint16_t len, struct dns_edns *out)
{
	struct bytes_reader options = bytes_reader_of(data, len);
	for (unsigned walked = 0; bytes_left(&options) > 0; walked++) {
		uint16_t code;
		uint16_t option_len;
		const uint8_t *option;
		if (walked == EDNS_OPTIONS_MAX)
			return RESULT_MALFORMED;
		if (!bytes_take_u16(&options, &code) || !bytes_take_u16(&options, &option_len) ||
		    !bytes_take(&options, option_len, &option))
			return RESULT_MALFORMED;
		const enum result result = option_read(code, option, option_len, out);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

enum result dns_edns_parse(struct bytes_reader *reader, struct dns_edns *out)
{
	struct bytes_reader ahead = *reader;
	struct dns_edns edns = {.present = true};
	uint16_t udp_size;
	uint16_t flags;
	uint16_t len;
	const uint8_t *options;

	if (!bytes_take_u16(&ahead, &udp_size) || !bytes_take_u8(&ahead, &edns.extended_rcode) ||
	    !bytes_take_u8(&ahead, &edns.version) || !bytes_take_u16(&ahead, &flags) ||
	    !bytes_take_u16(&ahead, &len) || !bytes_take(&ahead, len, &options))
		return RESULT_TOO_SHORT;
	edns.udp_size = udp_size < DNS_UDP_PLAIN_MAX ? DNS_UDP_PLAIN_MAX : udp_size;
	edns.dnssec_ok = (flags & FLAG_DO) != 0;
	if (edns.version == 0) {
		const enum result result = options_read(options, len, &edns);
		if (result != RESULT_OK)
			return result;
	}
	*out = edns;
	*reader = ahead;
	return RESULT_OK;
}

static size_t ede_text_len(const struct dns_edns_reply *reply)
{
	return reply->ede_text != NULL ? strlen(reply->ede_text) : 0;
}

size_t dns_edns_size(const struct dns_edns_reply *reply)
{
	size_t size = EDNS_OPT_FIXED_SIZE;
	if (reply->ede != EDNS_EDE_NONE)
		size += OPTION_HEADER_SIZE + 2 + ede_text_len(reply);
	if (reply->nsid != NULL)
		size += OPTION_HEADER_SIZE + (size_t)reply->nsid_len;
	if (reply->cookie != NULL)
		size += OPTION_HEADER_SIZE + (size_t)reply->cookie_len;
	if (reply->keepalive)
		size += OPTION_HEADER_SIZE + 2;
	if (reply->expire)
		size += OPTION_HEADER_SIZE + 4;
	if (reply->zoneversion != NULL)
		size += OPTION_HEADER_SIZE + (size_t)reply->zoneversion_len;
	if (reply->subnet_echo != NULL)
		size += OPTION_HEADER_SIZE + SUBNET_FIXED_SIZE +
		        subnet_octets(reply->subnet_echo->subnet_source);
	return size;
}

static void option_begin(struct bytes_writer *writer, enum edns_option code, size_t len)
{
	bytes_put_u16(writer, (uint16_t)code);
	bytes_put_u16(writer, (uint16_t)len);
}

static void subnet_write(struct bytes_writer *writer, const struct dns_edns *edns)
{
	const size_t octets = subnet_octets(edns->subnet_source);
	option_begin(writer, EDNS_OPTION_CLIENT_SUBNET, SUBNET_FIXED_SIZE + octets);
	bytes_put_u16(writer, edns->subnet_family);
	bytes_put_u8(writer, edns->subnet_source);
	bytes_put_u8(writer, 0); /* RFC 7871 §7.2.1: the answer is good for everybody */
	bytes_put(writer, edns->subnet_address, octets);
}

static void options_write(struct bytes_writer *writer, const struct dns_edns_reply *reply)
{
	if (reply->nsid != NULL) {
		option_begin(writer, EDNS_OPTION_NSID, reply->nsid_len);
		bytes_put(writer, reply->nsid, reply->nsid_len);
	}
	if (reply->subnet_echo != NULL)
		subnet_write(writer, reply->subnet_echo);
	if (reply->expire) {
		option_begin(writer, EDNS_OPTION_EXPIRE, 4);
		bytes_put_u32(writer, reply->expire_s);
	}
	if (reply->cookie != NULL) {
		option_begin(writer, EDNS_OPTION_COOKIE, reply->cookie_len);
		bytes_put(writer, reply->cookie, reply->cookie_len);
	}
	if (reply->keepalive) {
		option_begin(writer, EDNS_OPTION_KEEPALIVE, 2);
		bytes_put_u16(writer, reply->keepalive_timeout);
	}
	if (reply->ede != EDNS_EDE_NONE) {
		option_begin(writer, EDNS_OPTION_EDE, 2 + ede_text_len(reply));
		bytes_put_u16(writer, (uint16_t)reply->ede);
		bytes_put(writer, reply->ede_text, ede_text_len(reply));
	}
	if (reply->zoneversion != NULL) {
		option_begin(writer, EDNS_OPTION_ZONEVERSION, reply->zoneversion_len);
		bytes_put(writer, reply->zoneversion, reply->zoneversion_len);
	}
}

/* RFC 7830 §3: zeros up to the next multiple of the block, or to the end of the room if that is nearer. */
static void padding_write(struct bytes_writer *writer, size_t block)
{
	const size_t room = writer->size - writer->len;
	if (writer->overflow || room < OPTION_HEADER_SIZE)
		return;
	const size_t over = (writer->len + OPTION_HEADER_SIZE) % block;
	size_t zeros = over == 0 ? 0 : block - over;
	if (zeros > room - OPTION_HEADER_SIZE)
		zeros = room - OPTION_HEADER_SIZE;
	option_begin(writer, EDNS_OPTION_PADDING, zeros);
	uint8_t *space = bytes_put_space(writer, zeros);
	if (space != NULL)
		memset(space, 0, zeros);
}

void dns_edns_write(struct bytes_writer *writer, const struct dns_edns_reply *reply)
{
	uint8_t *fixed = bytes_put_space(writer, EDNS_OPT_FIXED_SIZE);
	if (fixed == NULL)
		return;
	const size_t options_at = writer->len;
	fixed[0] = 0;
	bytes_store_u16(fixed + 1, DNS_TYPE_OPT);
	bytes_store_u16(fixed + 3, reply->udp_size);
	fixed[5] = (uint8_t)(reply->rcode >> 4);
	fixed[6] = 0; /* the version that we speak */
	bytes_store_u16(fixed + 7, reply->dnssec_ok ? FLAG_DO : 0);
	options_write(writer, reply);
	if (reply->padding_block != 0)
		padding_write(writer, reply->padding_block);
	bytes_store_u16(fixed + 9, (uint16_t)(writer->len - options_at));
}

static const char *const ede_texts[] = {
    [EDNS_EDE_OTHER] = "Other Error",
    [EDNS_EDE_UNSUPPORTED_DNSKEY_ALGORITHM] = "Unsupported DNSKEY Algorithm",
    [EDNS_EDE_UNSUPPORTED_DS_DIGEST] = "Unsupported DS Digest Type",
    [EDNS_EDE_STALE_ANSWER] = "Stale Answer",
    [EDNS_EDE_FORGED_ANSWER] = "Forged Answer",
    [EDNS_EDE_DNSSEC_INDETERMINATE] = "DNSSEC Indeterminate",
    [EDNS_EDE_DNSSEC_BOGUS] = "DNSSEC Bogus",
    [EDNS_EDE_SIGNATURE_EXPIRED] = "Signature Expired",
    [EDNS_EDE_SIGNATURE_NOT_YET_VALID] = "Signature Not Yet Valid",
    [EDNS_EDE_DNSKEY_MISSING] = "DNSKEY Missing",
    [EDNS_EDE_RRSIGS_MISSING] = "RRSIGs Missing",
    [EDNS_EDE_NO_ZONE_KEY_BIT] = "No Zone Key Bit Set",
    [EDNS_EDE_NSEC_MISSING] = "NSEC Missing",
    [EDNS_EDE_CACHED_ERROR] = "Cached Error",
    [EDNS_EDE_NOT_READY] = "Not Ready",
    [EDNS_EDE_BLOCKED] = "Blocked",
    [EDNS_EDE_CENSORED] = "Censored",
    [EDNS_EDE_FILTERED] = "Filtered",
    [EDNS_EDE_PROHIBITED] = "Prohibited",
    [EDNS_EDE_STALE_NXDOMAIN] = "Stale NXDOMAIN Answer",
    [EDNS_EDE_NOT_AUTHORITATIVE] = "Not Authoritative",
    [EDNS_EDE_NOT_SUPPORTED] = "Not Supported",
    [EDNS_EDE_NO_REACHABLE_AUTHORITY] = "No Reachable Authority",
    [EDNS_EDE_NETWORK_ERROR] = "Network Error",
    [EDNS_EDE_INVALID_DATA] = "Invalid Data",
    [EDNS_EDE_SIGNATURE_EXPIRED_BEFORE_VALID] = "Signature Expired before Valid",
    [EDNS_EDE_TOO_EARLY] = "Too Early",
    [EDNS_EDE_UNSUPPORTED_NSEC3_ITERATIONS] = "Unsupported NSEC3 Iterations Value",
    [EDNS_EDE_POLICY] = "Unable to conform to policy",
    [EDNS_EDE_SYNTHESIZED] = "Synthesized",
    [EDNS_EDE_INVALID_QUERY_TYPE] = "Invalid Query Type",
};

const char *dns_ede_text(enum edns_ede ede)
{
	if (ede < 0 || (size_t)ede >= ARRAY_COUNT(ede_texts))
		return "Unknown Error";
	return ede_texts[ede];
}
