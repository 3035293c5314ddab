/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The answers of DNS64: judged, filtered, made. */
#include <string.h>

#include "base/bytes.h"
#include "dns/rrtype.h"
#include "policy/dns64_int.h"

#define IPV4_BYTES 4u
#define IPV6_BYTES 16u

/* -- what an AAAA answer is worth -- */

/* Whether its AAAA records count at all. */
static bool is_ignored(const struct dns64 *dns64, const uint8_t *message)
{
	for (size_t i = 0; i < dns64->ignore_count; i++) {
		if (dns_name_is_below(message + DNS_HEADER_SIZE, dns64->ignore[i].wire))
			return true;
	}
	return false;
}

static bool counts(const struct dns64 *dns64, const struct dns_rdata *rdata)
{
	return rdata->len == IPV6_BYTES && !dns64_is_in(&dns64->exclude, 6, rdata->data);
}

/* RFC 2308 §5: the lesser of the SOA record's own TTL and its last number. */
static uint32_t negative_ttl(const struct dns_rrset *soa)
{
	const struct dns_rdata *rdata = &soa->rdata[0];
	const uint32_t minimum = bytes_load_u32(rdata->data + rdata->len - sizeof(uint32_t));
	return minimum < soa->ttl ? minimum : soa->ttl;
}

/* What an answer has. */
struct findings {
	unsigned good;
	unsigned bad;
	uint32_t ttl_s;
};

static enum result look(const struct dns64 *dns64, struct dns_rrset_reader *reader,
                        const uint8_t *message, size_t len, struct findings *out)
{
	struct dns_rrset rrset;
	enum result result = dns_rrset_reader_init(reader, message, len);
	*out = (struct findings){.ttl_s = DNS64_TTL_S};
	while (result == RESULT_OK) {
		result = dns_rrset_reader_next(reader, &rrset);
		if (result != RESULT_OK)
			continue;
		if (rrset.section == DNS_SECTION_AUTHORITY && rrset.type == DNS_TYPE_SOA)
			out->ttl_s = negative_ttl(&rrset);
		if (rrset.section != DNS_SECTION_ANSWER || rrset.type != DNS_TYPE_AAAA)
			continue;
		for (unsigned i = 0; i < rrset.count; i++) {
			if (counts(dns64, &rrset.rdata[i]))
				out->good++;
			else
				out->bad++;
		}
	}
	return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

enum dns64_worth dns64_judge(const struct dns64 *dns64, struct dns_rrset_reader *reader,
                             const uint8_t *message, size_t len, uint32_t *ttl_s)
{
	struct findings found;
	/* RFC 6147 §5.1.2: that the name does not exist holds for IPv4 too. */
	if ((dns_message_flags(message) & DNS_FLAG_RCODE) != DNS_RCODE_NOERROR ||
	    look(dns64, reader, message, len, &found) != RESULT_OK)
		return DNS64_WHOLE;
	*ttl_s = found.ttl_s;
	if (found.good == 0 || is_ignored(dns64, message))
		return DNS64_EMPTY;
	return found.bad == 0 ? DNS64_WHOLE : DNS64_PARTLY;
}

/* -- answers from answers -- */

static bool is_signature_of(const struct dns_rrset *rrset, uint16_t type)
{
	return rrset->type == DNS_TYPE_RRSIG && rrset->covered == type;
}

static enum result copy(const struct dns64_work *work, const struct dns_rrset *rrset)
{
	return dns_builder_rrset(work->builder, rrset->section, rrset->owner.wire, rrset->type,
	                         rrset->class, rrset->ttl, rrset->rdata, rrset->count);
}

/* RFC 6147 §5.1.4: those that count, as one RRset. */
static enum result copy_good(const struct dns64 *dns64, const struct dns64_work *work,
                             const struct dns_rrset *rrset)
{
	struct dns_rdata good[DNS64_RECORDS_MAX];
	uint16_t count = 0;
	for (unsigned i = 0; i < rrset->count && count < DNS64_RECORDS_MAX; i++) {
		if (counts(dns64, &rrset->rdata[i]))
			good[count++] = rrset->rdata[i];
	}
	if (count == 0)
		return RESULT_OK;
	return dns_builder_rrset(work->builder, rrset->section, rrset->owner.wire, rrset->type,
	                         rrset->class, rrset->ttl, good, count);
}

/* RFC 6052 §2.2: the prefix, then the IPv4 address around the reserved octet. */
static void embed(const struct net_prefix *prefix, const uint8_t *ipv4, uint8_t out[IPV6_BYTES])
{
	unsigned at = prefix->length / 8u;
	memset(out, 0, IPV6_BYTES);
	memcpy(out, prefix->address.octets, at);
	for (unsigned i = 0; i < IPV4_BYTES; i++) {
		at += at == DNS64_RESERVED_OCTET;
		out[at++] = ipv4[i];
	}
}

/* RFC 6052 §3.1: no private addresses in the well-known prefix: nobody beyond this network could tell whose
 * they are. */
static bool may_embed(const struct dns64 *dns64, const struct net_prefix *prefix,
                      const uint8_t *ipv4)
{
	static const struct net_prefix well_known = {{6, {0, 0x64, 0xff, 0x9b}}, 96};
	static const struct dns64_prefixes private = {
	    .count = 6,
	    .prefix = {{{4, {0}}, 8},
	               {{4, {10}}, 8},
	               {{4, {127}}, 8},
	               {{4, {169, 254}}, 16},
	               {{4, {172, 16}}, 12},
	               {{4, {192, 168}}, 16}},
	};
	if (dns64_is_in(&dns64->exclude_ipv4, 4, ipv4))
		return false;
	return dns64->map_private || prefix->length != well_known.length ||
	       memcmp(prefix->address.octets, well_known.address.octets, IPV6_BYTES) != 0 ||
	       !dns64_is_in(&private, 4, ipv4);
}

/* RFC 6147 §5.1.6 and §5.1.7. */
static enum result make(const struct dns64 *dns64, const struct dns64_work *work,
                        const struct dns_rrset *rrset)
{
	uint8_t octets[DNS64_RECORDS_MAX][IPV6_BYTES];
	struct dns_rdata rdata[DNS64_RECORDS_MAX];
	uint16_t count = 0;
	for (size_t p = 0; p < dns64->prefixes.count; p++) {
		for (unsigned i = 0; i < rrset->count && count < DNS64_RECORDS_MAX; i++) {
			const struct dns_rdata *from = &rrset->rdata[i];
			if (from->len != IPV4_BYTES ||
			    !may_embed(dns64, &dns64->prefixes.prefix[p], from->data))
				continue;
			embed(&dns64->prefixes.prefix[p], from->data, octets[count]);
			rdata[count] = (struct dns_rdata){IPV6_BYTES, octets[count]};
			count++;
		}
	}
	if (count == 0)
		return RESULT_OK;
	const uint32_t ttl = rrset->ttl < work->ttl_max_s ? rrset->ttl : work->ttl_max_s;
	return dns_builder_rrset(work->builder, rrset->section, rrset->owner.wire, DNS_TYPE_AAAA,
	                         rrset->class, ttl, rdata, count);
}

typedef enum result take_function(const struct dns64 *dns64, const struct dns64_work *work,
                                  const struct dns_rrset *rrset);

static enum result take_filtered(const struct dns64 *dns64, const struct dns64_work *work,
                                 const struct dns_rrset *rrset)
{
	if (rrset->type == DNS_TYPE_AAAA && rrset->section == DNS_SECTION_ANSWER)
		return copy_good(dns64, work, rrset);
	return is_signature_of(rrset, DNS_TYPE_AAAA) ? RESULT_OK : copy(work, rrset);
}

static enum result take_made(const struct dns64 *dns64, const struct dns64_work *work,
                             const struct dns_rrset *rrset)
{
	if (rrset->type == DNS_TYPE_A && rrset->section == DNS_SECTION_ANSWER)
		return make(dns64, work, rrset);
	return is_signature_of(rrset, DNS_TYPE_A) ? RESULT_OK : copy(work, rrset);
}

static enum result take_all(const struct dns64 *dns64, const struct dns64_work *work,
                            const struct dns_rrset *rrset)
{
	(void)dns64;
	return copy(work, rrset);
}

static void finish(const struct dns64_work *work, bool is_truncated)
{
	struct dns_answer *answer = work->answer;
	answer->rcode = dns_message_flags(work->message) & DNS_FLAG_RCODE;
	answer->truncated = is_truncated;
	answer->authenticated = false; /* nobody has signed what was made here */
	for (unsigned i = 0; i < DNS_SECTION_COUNT; i++)
		answer->count[i] = work->builder->count[i];
	answer->end = work->builder->len;
}

/* Goes through the other answer. What does not fit ends it, at the border of an RRset. */
static void go_through(const struct dns64 *dns64, const struct dns64_work *work,
                       take_function *take)
{
	struct dns_rrset rrset;
	enum result result = dns_rrset_reader_init(work->reader, work->message, work->len);
	while (result == RESULT_OK) {
		result = dns_rrset_reader_next(work->reader, &rrset);
		if (result == RESULT_OK)
			result = take(dns64, work, &rrset);
	}
	finish(work, result != RESULT_NOT_FOUND);
}

void dns64_filter(const struct dns64 *dns64, const struct dns64_work *work)
{
	go_through(dns64, work, take_filtered);
}

void dns64_synthesise(const struct dns64 *dns64, const struct dns64_work *work)
{
	go_through(dns64, work, take_made);
}

void dns64_point(const struct dns_question *asked, const struct dns64_work *work)
{
	const enum result result = dns_builder_rr(
	    work->builder, DNS_SECTION_ANSWER, work->builder->message + DNS_HEADER_SIZE,
	    DNS_TYPE_CNAME, DNS_CLASS_IN, DNS64_TTL_S, asked->name, asked->name_len);
	if (result != RESULT_OK)
		finish(work, true);
	else
		go_through(NULL, work, take_all);
}

/* -- ipv4only.arpa -- */

static const uint8_t itself[] = "\10ipv4only\4arpa";

/* RFC 7050 §2.2. */
static const uint8_t well_known[][IPV4_BYTES] = {{192, 0, 0, 170}, {192, 0, 0, 171}};

static enum result put_soa(struct dns_builder *builder, enum dns_section section)
{
	static const uint8_t nobody[] = "\6nobody\7invalid";
	static const uint32_t numbers[] = {1, 3600, 1200, 604800, DNS64_ITSELF_TTL_S};
	uint8_t rdata[sizeof(itself) + sizeof(nobody) + sizeof(numbers)];
	memcpy(rdata, itself, sizeof(itself));
	memcpy(rdata + sizeof(itself), nobody, sizeof(nobody));
	for (size_t i = 0; i < ARRAY_COUNT(numbers); i++)
		bytes_store_u32(rdata + sizeof(itself) + sizeof(nobody) + i * sizeof(uint32_t),
		                numbers[i]);
	return dns_builder_rr(builder, section, itself, DNS_TYPE_SOA, DNS_CLASS_IN,
	                      DNS64_ITSELF_TTL_S, rdata, (uint16_t)sizeof(rdata));
}

static enum result put_addresses(const struct dns64 *dns64, uint16_t type,
                                 struct dns_builder *builder)
{
	uint8_t octets[DNS64_PREFIXES_MAX * ARRAY_COUNT(well_known)][IPV6_BYTES];
	struct dns_rdata rdata[ARRAY_COUNT(octets)];
	uint16_t count = 0;
	for (size_t p = 0; p < (type == DNS_TYPE_A ? 1 : dns64->prefixes.count); p++) {
		for (size_t i = 0; i < ARRAY_COUNT(well_known); i++, count++) {
			rdata[count] = (struct dns_rdata){IPV4_BYTES, well_known[i]};
			if (type == DNS_TYPE_A)
				continue;
			embed(&dns64->prefixes.prefix[p], well_known[i], octets[count]);
			rdata[count] = (struct dns_rdata){IPV6_BYTES, octets[count]};
		}
	}
	return dns_builder_rrset(builder, DNS_SECTION_ANSWER, builder->message + DNS_HEADER_SIZE,
	                         type, DNS_CLASS_IN, DNS64_ITSELF_TTL_S, rdata, count);
}

void dns64_answer_itself(const struct dns64 *dns64, const struct dns_question *question,
                         struct dns_builder *builder, struct dns_answer *answer)
{
	enum result result;
	*answer = (struct dns_answer){
	    .rcode = question->label_count == 2 ? DNS_RCODE_NOERROR : DNS_RCODE_NXDOMAIN,
	    .authoritative = true,
	    .ede = EDNS_EDE_NONE,
	};
	if (question->label_count > 2)
		result = put_soa(builder, DNS_SECTION_AUTHORITY);
	else if (question->type == DNS_TYPE_A || question->type == DNS_TYPE_AAAA)
		result = put_addresses(dns64, question->type, builder);
	else
		result = put_soa(builder, question->type == DNS_TYPE_SOA ? DNS_SECTION_ANSWER
		                                                         : DNS_SECTION_AUTHORITY);
	answer->truncated = result != RESULT_OK;
}
