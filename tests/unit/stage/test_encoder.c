/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* ENCODER: flags, counts and OPT record of the finished message. */
#include <string.h>

#include "dns/rrtype.h"
#include "fake_stage.h"
#include "stage/encoder.h"
#include "unit.h"

static const struct stage_encoder_settings settings = {
    .udp_size = 1232, .keepalive_100ms = 100, .nsid_len = 4, .nsid = "ns-1"};

/* A packet as an engine leaves it: question read, nothing written. */
static struct rte_mbuf *answered(enum query_source source, uint16_t rcode)
{
	uint8_t message[128];
	size_t len = fake_query(message, sizeof(message), "www.example.", DNS_TYPE_A, 1);
	struct rte_mbuf *mbuf = fake_packet(source, message, len);
	struct query *query = query_of(mbuf);
	query->flags = DNS_FLAG_RD;
	query->question_ok = true;
	query->question_end = (uint16_t)len;
	query->answer_limit = 512;
	query->answer =
	    (struct dns_answer){.rcode = rcode, .ede = EDNS_EDE_NONE, .end = (uint32_t)len};
	return mbuf;
}

static uint16_t flags_of(struct rte_mbuf *mbuf)
{
	struct fake_event event = fake_run(mbuf);
	CU_ASSERT_EQUAL_FATAL(event.output, ENCODER_TO_SENDER);
	return dns_message_flags(query_message(mbuf));
}

static void flags_say_what_the_answer_is(void)
{
	fake_open(&stage_encoder_ops, &settings);
	struct rte_mbuf *mbuf = answered(QUERY_SOURCE_PORT, DNS_RCODE_NXDOMAIN);
	query_of(mbuf)->answer.authoritative = true;
	CU_ASSERT_EQUAL(flags_of(mbuf), DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_AA | 3);

	mbuf = answered(QUERY_SOURCE_PORT, 0);
	query_of(mbuf)->recursion_allowed = true;
	query_of(mbuf)->answer.truncated = true;
	query_of(mbuf)->flags |= DNS_FLAG_CD;
	CU_ASSERT_EQUAL(flags_of(mbuf),
	                DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA | DNS_FLAG_TC | DNS_FLAG_CD);
	fake_close();
}

static void ad_only_for_clients_that_know_it(void)
{
	fake_open(&stage_encoder_ops, &settings);
	struct rte_mbuf *mbuf = answered(QUERY_SOURCE_PORT, 0);
	query_of(mbuf)->answer.authenticated = true;
	CU_ASSERT_FALSE(flags_of(mbuf) & DNS_FLAG_AD);
	mbuf = answered(QUERY_SOURCE_PORT, 0);
	query_of(mbuf)->answer.authenticated = true;
	query_of(mbuf)->flags |= DNS_FLAG_AD;
	CU_ASSERT_TRUE(flags_of(mbuf) & DNS_FLAG_AD);
	fake_close();
}

static void opt_only_if_the_query_had_one(void)
{
	fake_open(&stage_encoder_ops, &settings);
	struct rte_mbuf *mbuf = answered(QUERY_SOURCE_PORT, 0);
	uint32_t end = query_of(mbuf)->question_end;
	flags_of(mbuf);
	CU_ASSERT_EQUAL(query_of(mbuf)->message_len, end);
	CU_ASSERT_EQUAL(dns_message_count(query_message(mbuf), DNS_SECTION_ADDITIONAL), 0);

	mbuf = answered(QUERY_SOURCE_PORT, 0);
	query_of(mbuf)->edns.present = true;
	query_of(mbuf)->edns.nsid_asked = true;
	flags_of(mbuf);
	CU_ASSERT_EQUAL(query_of(mbuf)->message_len, end + EDNS_OPT_FIXED_SIZE + 4 + 4);
	CU_ASSERT_EQUAL(dns_message_count(query_message(mbuf), DNS_SECTION_ADDITIONAL), 1);
	CU_ASSERT_EQUAL(mbuf->data_len, query_of(mbuf)->message_len);
	CU_ASSERT_EQUAL(memcmp(query_message(mbuf) + end + EDNS_OPT_FIXED_SIZE, "\0\3\0\4ns-1", 8),
	                0);
	fake_close();
}

static void extended_codes_need_an_opt_record(void)
{
	fake_open(&stage_encoder_ops, &settings);
	CU_ASSERT_EQUAL(flags_of(answered(QUERY_SOURCE_PORT, DNS_RCODE_BADVERS)) & DNS_FLAG_RCODE,
	                DNS_RCODE_SERVFAIL);
	struct rte_mbuf *mbuf = answered(QUERY_SOURCE_PORT, DNS_RCODE_BADVERS);
	uint32_t end = query_of(mbuf)->question_end;
	query_of(mbuf)->edns.present = true;
	CU_ASSERT_EQUAL(flags_of(mbuf) & DNS_FLAG_RCODE, 0);
	CU_ASSERT_EQUAL(query_message(mbuf)[end + 5], 1);
	fake_close();
}

static void keepalive_goes_to_streams_only(void)
{
	fake_open(&stage_encoder_ops, &settings);
	for (int stream = 0; stream <= 1; stream++) {
		struct rte_mbuf *mbuf =
		    answered(stream ? QUERY_SOURCE_STREAM : QUERY_SOURCE_PORT, 0);
		uint32_t end = query_of(mbuf)->question_end;
		query_of(mbuf)->edns.present = true;
		query_of(mbuf)->edns.keepalive_asked = true;
		flags_of(mbuf);
		CU_ASSERT_EQUAL(query_of(mbuf)->message_len,
		                end + EDNS_OPT_FIXED_SIZE + (stream ? 6u : 0u));
	}
	fake_close();
}

static void errors_carry_their_extended_code(void)
{
	fake_open(&stage_encoder_ops, &settings);
	struct rte_mbuf *mbuf = answered(QUERY_SOURCE_PORT, DNS_RCODE_SERVFAIL);
	uint32_t end = query_of(mbuf)->question_end;
	query_of(mbuf)->edns.present = true;
	query_of(mbuf)->answer.ede = EDNS_EDE_NO_REACHABLE_AUTHORITY;
	CU_ASSERT_EQUAL(flags_of(mbuf) & DNS_FLAG_RCODE, DNS_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(
	    memcmp(query_message(mbuf) + end + EDNS_OPT_FIXED_SIZE, "\0\17\0\2\0\26", 6), 0);
	fake_close();
}

static const struct unit_case cases[] = {
    {"flags_say_what_the_answer_is", flags_say_what_the_answer_is},
    {"ad_only_for_clients_that_know_it", ad_only_for_clients_that_know_it},
    {"opt_only_if_the_query_had_one", opt_only_if_the_query_had_one},
    {"extended_codes_need_an_opt_record", extended_codes_need_an_opt_record},
    {"keepalive_goes_to_streams_only", keepalive_goes_to_streams_only},
    {"errors_carry_their_extended_code", errors_carry_their_extended_code},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "stage/encoder", cases, ARRAY_COUNT(cases));
}
