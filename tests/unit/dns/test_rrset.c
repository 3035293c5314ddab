/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* RRsets out of messages, and where a message is cut. */
#include "dns/rrset.h"

#include "../cache/dns_make.h"
#include "unit.h"

static struct made made;
static struct dns_rrset_reader reader;
static struct dns_rrset rrset;

static void neighbours_are_grouped(void)
{
	make_start(&made, "www.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_ANSWER, "www.example.", DNS_TYPE_CNAME, 60, "a.example.");
	make_a(&made, DNS_SECTION_ANSWER, "a.example.", 50, 1);
	make_a(&made, DNS_SECTION_ANSWER, "A.example.", 40, 2);
	make_a(&made, DNS_SECTION_ADDITIONAL, "a.example.", 30, 3);
	CU_ASSERT_EQUAL_FATAL(dns_rrset_reader_init(&reader, made.octets, made.writer.len),
	                      RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(dns_rrset_reader_next(&reader, &rrset), RESULT_OK);
	CU_ASSERT(rrset.type == DNS_TYPE_CNAME && rrset.count == 1 && rrset.ttl == 60);
	CU_ASSERT_EQUAL(rrset.section, DNS_SECTION_ANSWER);
	CU_ASSERT_EQUAL_FATAL(dns_rrset_reader_next(&reader, &rrset), RESULT_OK);
	/* RFC 2181 §5.2: one TTL, the least. */
	CU_ASSERT(rrset.type == DNS_TYPE_A && rrset.count == 2 && rrset.ttl == 40);
	CU_ASSERT_EQUAL(bytes_load_u32(rrset.rdata[1].data), 2);
	CU_ASSERT_EQUAL_FATAL(dns_rrset_reader_next(&reader, &rrset), RESULT_OK);
	CU_ASSERT(rrset.section == DNS_SECTION_ADDITIONAL && rrset.count == 1);
	CU_ASSERT_EQUAL(dns_rrset_reader_next(&reader, &rrset), RESULT_NOT_FOUND);
	CU_ASSERT_EQUAL(dns_rrset_reader_next(&reader, &rrset), RESULT_NOT_FOUND);
}

static void signatures_are_told_apart(void)
{
	uint8_t rdata[40] = {0};
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	for (uint16_t covered = DNS_TYPE_A; covered <= DNS_TYPE_NS; covered++) {
		bytes_store_u16(rdata, covered);
		make_rr(&made, DNS_SECTION_ANSWER, "a.example.", DNS_TYPE_RRSIG, 60, rdata, 24);
	}
	CU_ASSERT_FATAL(dns_rrset_reader_init(&reader, made.octets, made.writer.len) == RESULT_OK);
	for (uint16_t covered = DNS_TYPE_A; covered <= DNS_TYPE_NS; covered++) {
		CU_ASSERT_EQUAL_FATAL(dns_rrset_reader_next(&reader, &rrset), RESULT_OK);
		CU_ASSERT(rrset.covered == covered && rrset.count == 1);
	}
}

static void meta_records_are_passed_over(void)
{
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_rr(&made, DNS_SECTION_ADDITIONAL, ".", DNS_TYPE_OPT, 0, "", 0);
	make_a(&made, DNS_SECTION_ADDITIONAL, "a.example.", 0x80000000, 1);
	CU_ASSERT_FATAL(dns_rrset_reader_init(&reader, made.octets, made.writer.len) == RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(dns_rrset_reader_next(&reader, &rrset), RESULT_OK);
	/* RFC 2181 §8. */
	CU_ASSERT(rrset.type == DNS_TYPE_A && rrset.ttl == 0);
	CU_ASSERT_EQUAL(dns_rrset_reader_next(&reader, &rrset), RESULT_NOT_FOUND);
}

static void broken_messages(void)
{
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "a.example.", 60, 1);
	size_t question_end = DNS_HEADER_SIZE + made.question.name_len + 4u;
	for (size_t len = 0; len < made.writer.len; len++) {
		enum result result = dns_rrset_reader_init(&reader, made.octets, len);
		CU_ASSERT_EQUAL(result == RESULT_OK, len >= question_end);
		if (result == RESULT_OK)
			CU_ASSERT_EQUAL(dns_rrset_reader_next(&reader, &rrset), RESULT_TOO_SHORT);
	}
	made.octets[5] = 2;
	CU_ASSERT_EQUAL(dns_rrset_reader_init(&reader, made.octets, made.writer.len),
	                RESULT_MALFORMED);
	/* More records of one RRset than anybody needs. */
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	for (unsigned i = 0; i <= DNS_RRSET_RECORDS_MAX; i++)
		make_a(&made, DNS_SECTION_ANSWER, "a.example.", 60, i);
	CU_ASSERT_FATAL(dns_rrset_reader_init(&reader, made.octets, made.writer.len) == RESULT_OK);
	CU_ASSERT_EQUAL(dns_rrset_reader_next(&reader, &rrset), RESULT_TOO_LONG);
}

/* RFC 2181 §9. */
static void cut_at_every_length(void)
{
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	size_t ends[4] = {made.writer.len};
	make_a(&made, DNS_SECTION_ANSWER, "a.example.", 60, 1);
	make_a(&made, DNS_SECTION_ANSWER, "a.example.", 60, 2);
	ends[1] = made.writer.len;
	make_soa(&made, "example.", 60, 60);
	ends[2] = made.writer.len;
	make_a(&made, DNS_SECTION_ADDITIONAL, "b.example.", 60, 3);
	ends[3] = made.writer.len;
	for (size_t limit = ends[0]; limit <= ends[3]; limit++) {
		struct dns_rrset_cut cut;
		unsigned fits = 0;
		while (fits < 3 && ends[fits + 1] <= limit)
			fits++;
		CU_ASSERT_EQUAL(dns_rrset_cut(&reader, made.octets, made.writer.len, limit, &cut),
		                RESULT_OK);
		CU_ASSERT_EQUAL(cut.end, ends[fits]);
		CU_ASSERT_EQUAL(cut.truncated, fits < 2);
		CU_ASSERT_EQUAL(cut.count[DNS_SECTION_ANSWER], fits >= 1 ? 2 : 0);
		CU_ASSERT_EQUAL(cut.count[DNS_SECTION_AUTHORITY], fits >= 2);
		CU_ASSERT_EQUAL(cut.count[DNS_SECTION_ADDITIONAL], fits >= 3);
	}
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"neighbours_are_grouped", neighbours_are_grouped},
	    {"signatures_are_told_apart", signatures_are_told_apart},
	    {"meta_records_are_passed_over", meta_records_are_passed_over},
	    {"broken_messages", broken_messages},
	    {"cut_at_every_length", cut_at_every_length},
	};
	return unit_main(argc, argv, "rrset", cases, ARRAY_COUNT(cases));
}
