/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Groups the records of a message into RRsets. */
#include "dns/rrset.h"

#include "dns/rrtype.h"

enum result dns_rrset_reader_init(struct dns_rrset_reader *reader, const uint8_t *message,
                                  size_t len)
{
	if (len < DNS_HEADER_SIZE)
		return RESULT_TOO_SHORT;
	if (dns_message_count(message, DNS_SECTION_QUESTION) != 1)
		return RESULT_MALFORMED;
	reader->reader = bytes_reader_of(message, len);
	reader->reader.at = DNS_HEADER_SIZE;
	enum result result = dns_name_skip(&reader->reader);
	if (result != RESULT_OK)
		return result;
	if (!bytes_skip(&reader->reader, 4))
		return RESULT_TOO_SHORT;
	reader->section = DNS_SECTION_ANSWER;
	for (unsigned i = 0; i < DNS_SECTION_COUNT; i++)
		reader->left[i] = dns_message_count(message, (enum dns_section)i);
	return RESULT_OK;
}

/* Moves to the next section that has records left; false at the end. */
static bool has_more(struct dns_rrset_reader *reader)
{
	while (reader->section < DNS_SECTION_COUNT && reader->left[reader->section] == 0)
		reader->section++;
	return reader->section < DNS_SECTION_COUNT;
}

static uint16_t covered_of(const struct dns_rr *rr)
{
	return rr->type == DNS_TYPE_RRSIG && rr->rdata_len >= 2 ? bytes_load_u16(rr->rdata) : 0;
}

/* RFC 2181 §8. */
static uint32_t ttl_of(const struct dns_rr *rr)
{
	return rr->ttl > INT32_MAX ? 0 : rr->ttl;
}

static void start(const struct dns_rrset_reader *reader, struct dns_rrset *out)
{
	out->section = (enum dns_section)reader->section;
	out->owner = reader->rr.owner;
	out->type = reader->rr.type;
	out->class = reader->rr.class;
	out->covered = covered_of(&reader->rr);
	out->ttl = ttl_of(&reader->rr);
	out->count = 0;
	out->rdata = reader->rdata;
}

static bool belongs(const struct dns_rr *rr, const struct dns_rrset *rrset)
{
	return rr->type == rrset->type && rr->class == rrset->class &&
	       covered_of(rr) == rrset->covered &&
	       dns_name_equal(rr->owner.wire, rrset->owner.wire);
}

/* Takes the record that was just parsed into the RRset. */
static enum result take(struct dns_rrset_reader *reader, struct dns_rrset *out, size_t *used)
{
	const struct dns_rr *rr = &reader->rr;
	if (out->count >= DNS_RRSET_RECORDS_MAX)
		return RESULT_TOO_LONG;
	struct bytes_reader at = reader->reader;
	at.at = rr->rdata_at;
	uint16_t len;
	enum result result =
	    dns_rdata_from_message(&at, rr->type, rr->rdata_len, reader->arena + *used,
	                           sizeof(reader->arena) - *used, &len);
	if (result != RESULT_OK)
		return result == RESULT_NO_SPACE ? RESULT_TOO_LONG : result;
	reader->rdata[out->count++] = (struct dns_rdata){len, reader->arena + *used};
	*used += len;
	if (ttl_of(rr) < out->ttl)
		out->ttl = ttl_of(rr);
	return RESULT_OK;
}

enum result dns_rrset_reader_next(struct dns_rrset_reader *reader, struct dns_rrset *out)
{
	struct dns_rrset rrset = {.count = 0};
	size_t used = 0;
	while (has_more(reader)) {
		if (rrset.count > 0 && rrset.section != (enum dns_section)reader->section)
			break;
		const struct bytes_reader before = reader->reader;
		enum result result = dns_rr_parse(&reader->reader, &reader->rr);
		if (result != RESULT_OK)
			return result;
		if (dns_type_is_meta(reader->rr.type)) {
			reader->left[reader->section]--;
			continue;
		}
		if (rrset.count == 0)
			start(reader, &rrset);
		if (!belongs(&reader->rr, &rrset)) {
			reader->reader = before;
			break;
		}
		result = take(reader, &rrset, &used);
		if (result != RESULT_OK)
			return result;
		reader->left[reader->section]--;
	}
	if (rrset.count == 0)
		return RESULT_NOT_FOUND;
	*out = rrset;
	return RESULT_OK;
}

enum result dns_rrset_cut(struct dns_rrset_reader *reader, const uint8_t *message, size_t len,
                          size_t limit, struct dns_rrset_cut *out)
{
	enum result result = dns_rrset_reader_init(reader, message, len);
	if (result != RESULT_OK)
		return result;
	struct dns_rrset rrset;
	struct dns_rrset_cut cut = {.end = (uint32_t)reader->reader.at};
	while ((result = dns_rrset_reader_next(reader, &rrset)) == RESULT_OK) {
		if (reader->reader.at > limit) {
			cut.truncated = rrset.section != DNS_SECTION_ADDITIONAL;
			break;
		}
		cut.end = (uint32_t)reader->reader.at;
		cut.count[rrset.section] = (uint16_t)(cut.count[rrset.section] + rrset.count);
	}
	if (result != RESULT_OK && result != RESULT_NOT_FOUND)
		return result;
	*out = cut;
	return RESULT_OK;
}
