/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* DECODER: what a query says and what is wrong with it; nothing that comes from the wire can hurt. */
#include <stdlib.h>
#include <string.h>

#include "dns/rrtype.h"
#include "fake_stage.h"
#include "stage/decoder.h"
#include "unit.h"

static const struct stage_decoder_settings settings = {.udp_size_v4 = 1232, .udp_size_v6 = 1220};

static uint8_t message[1024];

static struct fake_event run(enum query_source source, size_t len)
{
	return fake_run(fake_packet(source, message, len));
}

static void expect_rcode(struct fake_event event, uint16_t rcode)
{
	CU_ASSERT_EQUAL_FATAL(event.output, DECODER_TO_ENCODER);
	CU_ASSERT_EQUAL(query_of(event.mbuf)->answer.rcode, rcode);
	CU_ASSERT_EQUAL(query_of(event.mbuf)->answer.end, query_of(event.mbuf)->question_end);
}

/* Appends an OPT record and counts it. */
static size_t append_opt(size_t len, uint16_t udp_size, uint8_t version, const void *options,
                         uint16_t options_len)
{
	struct bytes_writer writer = bytes_writer_of(message + len, sizeof(message) - len);
	bytes_put_u8(&writer, 0);
	bytes_put_u16(&writer, DNS_TYPE_OPT);
	bytes_put_u16(&writer, udp_size);
	bytes_put_u8(&writer, 0);
	bytes_put_u8(&writer, version);
	bytes_put_u16(&writer, 0x8000);
	bytes_put_u16(&writer, options_len);
	bytes_put(&writer, options, options_len);
	dns_message_set_count(message, DNS_SECTION_ADDITIONAL,
	                      (uint16_t)(dns_message_count(message, DNS_SECTION_ADDITIONAL) + 1));
	return len + writer.len;
}

static void a_plain_query_goes_to_the_dispatcher(void)
{
	fake_open(&stage_decoder_ops, &settings);
	size_t len = fake_query(message, sizeof(message), "WwW.Example.com.", DNS_TYPE_A, 1);
	struct fake_event event = run(QUERY_SOURCE_PORT, len);
	const struct query *query = query_of(event.mbuf);
	CU_ASSERT_EQUAL_FATAL(event.output, DECODER_TO_DISPATCHER);
	CU_ASSERT_EQUAL(query->id, 0x1234);
	CU_ASSERT_EQUAL(query->question.type, DNS_TYPE_A);
	CU_ASSERT_EQUAL(query->question.label_count, 3);
	CU_ASSERT_EQUAL(memcmp(query->question.name, "\3www\7example\3com", 17), 0);
	CU_ASSERT_EQUAL(query->question_end, len);
	CU_ASSERT_EQUAL(query->answer_limit, 512);
	CU_ASSERT_EQUAL(query->section_limit, 512);
	fake_close();
}

static void limits_follow_edns_family_and_source(void)
{
	fake_open(&stage_decoder_ops, &settings);
	size_t len = fake_query(message, sizeof(message), "example.", DNS_TYPE_A, 1);
	size_t with_opt = append_opt(len, 4096, 0, NULL, 0);
	struct fake_event event = run(QUERY_SOURCE_PORT, with_opt);
	CU_ASSERT_EQUAL(query_of(event.mbuf)->answer_limit, 1232);
	CU_ASSERT_TRUE(query_of(event.mbuf)->section_limit < 1232);
	CU_ASSERT_TRUE(query_of(event.mbuf)->edns.dnssec_ok);

	struct rte_mbuf *six = fake_packet(QUERY_SOURCE_PORT, message, with_opt);
	query_of(six)->client.family = 6;
	CU_ASSERT_EQUAL(query_of(fake_run(six).mbuf)->answer_limit, 1220);

	event = run(QUERY_SOURCE_STREAM, with_opt);
	CU_ASSERT_EQUAL(query_of(event.mbuf)->answer_limit, 4096); /* the fake buffer's size */

	len = fake_query(message, sizeof(message), "example.", DNS_TYPE_A, 1);
	event = run(QUERY_SOURCE_PORT, append_opt(len, 100, 0, NULL, 0));
	CU_ASSERT_EQUAL(query_of(event.mbuf)->answer_limit, 512); /* RFC 6891 §6.2.3 */
	fake_close();
}

static void what_is_no_query_is_dropped_by_name(void)
{
	fake_open(&stage_decoder_ops, &settings);
	size_t len = fake_query(message, sizeof(message), "example.", DNS_TYPE_A, 1);
	for (size_t cut = 0; cut < DNS_HEADER_SIZE; cut++)
		CU_ASSERT_EQUAL(run(QUERY_SOURCE_PORT, cut).reason, DROP_DECODER_TOO_SHORT);
	message[2] |= 0x80;
	CU_ASSERT_EQUAL(run(QUERY_SOURCE_PORT, len).reason, DROP_DECODER_NOT_A_QUERY);
	fake_close();
}

static void every_cut_of_a_query_is_a_formerr(void)
{
	fake_open(&stage_decoder_ops, &settings);
	size_t len = fake_query(message, sizeof(message), "www.example.", DNS_TYPE_A, 1);
	for (size_t cut = DNS_HEADER_SIZE; cut < len; cut++)
		expect_rcode(run(QUERY_SOURCE_PORT, cut), DNS_RCODE_FORMERR);
	size_t with_opt = append_opt(len, 1232, 0, "\0\12\0\10abcdefgh", 12);
	for (size_t cut = len; cut < with_opt; cut++)
		expect_rcode(run(QUERY_SOURCE_PORT, cut), DNS_RCODE_FORMERR);
	fake_close();
}

static void wrong_counts_and_trailing_octets_are_formerr(void)
{
	fake_open(&stage_decoder_ops, &settings);
	size_t len = fake_query(message, sizeof(message), "www.example.", DNS_TYPE_A, 1);
	message[len] = 0;
	expect_rcode(run(QUERY_SOURCE_PORT, len + 1), DNS_RCODE_FORMERR);
	dns_message_set_count(message, DNS_SECTION_QUESTION, 2);
	expect_rcode(run(QUERY_SOURCE_PORT, len), DNS_RCODE_FORMERR);
	dns_message_set_count(message, DNS_SECTION_QUESTION, 0);
	expect_rcode(run(QUERY_SOURCE_PORT, len), DNS_RCODE_FORMERR);
	fake_close();
}

static void a_pointer_in_the_question_is_a_formerr(void)
{
	fake_open(&stage_decoder_ops, &settings);
	fake_query(message, sizeof(message), "www.example.", DNS_TYPE_A, 1);
	memcpy(message + 12, "\300\14\0\1\0\1", 6);
	expect_rcode(run(QUERY_SOURCE_PORT, 18), DNS_RCODE_FORMERR);
	fake_close();
}

static void opt_rules(void)
{
	fake_open(&stage_decoder_ops, &settings);
	size_t len = fake_query(message, sizeof(message), "www.example.", DNS_TYPE_A, 1);
	expect_rcode(run(QUERY_SOURCE_PORT, append_opt(len, 1232, 1, NULL, 0)), DNS_RCODE_BADVERS);

	len = fake_query(message, sizeof(message), "www.example.", DNS_TYPE_A, 1);
	len = append_opt(len, 1232, 0, NULL, 0);
	expect_rcode(run(QUERY_SOURCE_PORT, append_opt(len, 1232, 0, NULL, 0)), DNS_RCODE_FORMERR);

	len = fake_query(message, sizeof(message), "www.example.", DNS_TYPE_A, 1);
	expect_rcode(run(QUERY_SOURCE_PORT, append_opt(len, 1232, 0, "\0\3\0\11", 4)),
	             DNS_RCODE_FORMERR);

	/* RFC 6891 §6.1.2: unknown options are ignored. */
	len = fake_query(message, sizeof(message), "www.example.", DNS_TYPE_A, 1);
	struct fake_event event =
	    run(QUERY_SOURCE_PORT, append_opt(len, 1232, 0, "\xff\xf0\0\1x", 5));
	CU_ASSERT_EQUAL(event.output, DECODER_TO_DISPATCHER);
	fake_close();
}

static void unknown_opcodes_are_notimp(void)
{
	fake_open(&stage_decoder_ops, &settings);
	size_t len = fake_query(message, sizeof(message), "www.example.", DNS_TYPE_A, 1);
	message[2] = (uint8_t)(9 << 3);
	struct fake_event event = run(QUERY_SOURCE_PORT, len);
	expect_rcode(event, DNS_RCODE_NOTIMP);
	CU_ASSERT_FALSE(query_of(event.mbuf)->question_ok);
	fake_close();
}

/* RFC 7873 §5.4: a client that wants a cookie and nothing else; RFC 9619 §4 leaves it that. */
static void no_question_is_fine_with_a_cookie_only(void)
{
	const struct stage_decoder_settings with_cookies = {
	    .udp_size_v4 = 1232, .udp_size_v6 = 1220, .cookies = true};
	static const uint8_t header[] = {1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	fake_open(&stage_decoder_ops, &with_cookies);
	memcpy(message, header, sizeof(header));
	expect_rcode(run(QUERY_SOURCE_PORT, sizeof(header)), DNS_RCODE_FORMERR);
	size_t len = append_opt(sizeof(header), 1232, 0, "\0\12\0\10abcdefgh", 12);
	struct fake_event event = run(QUERY_SOURCE_PORT, len);
	expect_rcode(event, DNS_RCODE_NOERROR);
	CU_ASSERT_FALSE(query_of(event.mbuf)->question_ok);
	CU_ASSERT_EQUAL(query_of(event.mbuf)->question_end, DNS_HEADER_SIZE);

	memcpy(message, header, sizeof(header));
	expect_rcode(run(QUERY_SOURCE_PORT, append_opt(sizeof(header), 1232, 0, NULL, 0)),
	             DNS_RCODE_FORMERR);
	fake_close();
	fake_open(&stage_decoder_ops, &settings);
	memcpy(message, header, sizeof(header));
	len = append_opt(sizeof(header), 1232, 0, "\0\12\0\10abcdefgh", 12);
	expect_rcode(run(QUERY_SOURCE_PORT, len), DNS_RCODE_FORMERR);
	fake_close();
}

/* RFC 6891 §6.1.1. */
static void an_unknown_opcode_keeps_its_opt_record(void)
{
	fake_open(&stage_decoder_ops, &settings);
	size_t len = fake_query(message, sizeof(message), "www.example.", DNS_TYPE_A, 1);
	len = append_opt(len, 1232, 0, NULL, 0);
	message[2] = (uint8_t)(15 << 3);
	struct fake_event event = run(QUERY_SOURCE_PORT, len);
	expect_rcode(event, DNS_RCODE_NOTIMP);
	CU_ASSERT_TRUE(query_of(event.mbuf)->edns.present);
	event = run(QUERY_SOURCE_PORT, len - 1);
	expect_rcode(event, DNS_RCODE_NOTIMP);
	CU_ASSERT_FALSE(query_of(event.mbuf)->edns.present);
	fake_close();
}

static void names_longer_than_wanted_are_refused(void)
{
	const struct stage_decoder_settings strict = {
	    .udp_size_v4 = 1232, .udp_size_v6 = 1220, .name_octets_max = 13, .label_octets_max = 7};
	fake_open(&stage_decoder_ops, &strict);
	size_t len = fake_query(message, sizeof(message), "www.example.", DNS_TYPE_A, 1);
	CU_ASSERT_EQUAL(run(QUERY_SOURCE_PORT, len).output, DECODER_TO_DISPATCHER);
	len = fake_query(message, sizeof(message), "wwww.example.", DNS_TYPE_A, 1);
	struct fake_event event = run(QUERY_SOURCE_PORT, len);
	expect_rcode(event, DNS_RCODE_REFUSED);
	CU_ASSERT_EQUAL(query_of(event.mbuf)->answer.ede, EDNS_EDE_PROHIBITED);
	len = fake_query(message, sizeof(message), "examples.", DNS_TYPE_A, 1);
	expect_rcode(run(QUERY_SOURCE_PORT, len), DNS_RCODE_REFUSED);
	fake_close();
}

static void edns_can_be_switched_off(void)
{
	const struct stage_decoder_settings without = {
	    .udp_size_v4 = 1232, .udp_size_v6 = 1220, .ignore_edns = true};
	fake_open(&stage_decoder_ops, &without);
	size_t len = fake_query(message, sizeof(message), "www.example.", DNS_TYPE_A, 1);
	struct fake_event event = run(QUERY_SOURCE_PORT, append_opt(len, 4096, 1, NULL, 0));
	CU_ASSERT_EQUAL(event.output, DECODER_TO_DISPATCHER);
	CU_ASSERT_FALSE(query_of(event.mbuf)->edns.present);
	CU_ASSERT_EQUAL(query_of(event.mbuf)->answer_limit, 512);
	fake_close();
}

/* Room that ENCODER will need is not given to the sections. */
static void room_is_kept_for_options(void)
{
	fake_open(&stage_decoder_ops, &settings);
	size_t len = fake_query(message, sizeof(message), "example.", DNS_TYPE_SOA, 1);
	struct fake_event event = run(QUERY_SOURCE_PORT, append_opt(len, 1232, 0, NULL, 0));
	const uint32_t plain = query_of(event.mbuf)->section_limit;
	len = fake_query(message, sizeof(message), "example.", DNS_TYPE_SOA, 1);
	event = run(QUERY_SOURCE_PORT, append_opt(len, 1232, 0, "\0\11\0\0\0\23\0\0", 8));
	CU_ASSERT_EQUAL(query_of(event.mbuf)->section_limit, plain - 8 - 10);
	len = fake_query(message, sizeof(message), "example.", DNS_TYPE_A, 1);
	event = run(QUERY_SOURCE_PORT, append_opt(len, 1232, 0, "\0\11\0\0", 4));
	CU_ASSERT_EQUAL(query_of(event.mbuf)->section_limit, plain);
	fake_close();
}

/* Appends a record of that type with no data and counts it in a section. */
static size_t append_record(size_t len, enum dns_section section, uint16_t type)
{
	struct bytes_writer writer = bytes_writer_of(message + len, sizeof(message) - len);
	bytes_put_u8(&writer, 0);
	bytes_put_u16(&writer, type);
	bytes_put(&writer, "\0\1\0\0\0\0\0\0", 8);
	dns_message_set_count(message, section,
	                      (uint16_t)(dns_message_count(message, section) + 1));
	return len + writer.len;
}

/* RFC 1995 §3: a secondary says which version it has. Other questions bring no records. */
static void an_ixfr_has_a_soa_in_authority(void)
{
	fake_open(&stage_decoder_ops, &settings);
	size_t len = fake_query(message, sizeof(message), "example.", DNS_TYPE_IXFR, 1);
	len = append_record(len, DNS_SECTION_AUTHORITY, DNS_TYPE_SOA);
	CU_ASSERT_EQUAL(run(QUERY_SOURCE_STREAM, len).output, DECODER_TO_DISPATCHER);
	len = fake_query(message, sizeof(message), "example.", DNS_TYPE_SOA, 1);
	len = append_record(len, DNS_SECTION_AUTHORITY, DNS_TYPE_SOA);
	expect_rcode(run(QUERY_SOURCE_STREAM, len), DNS_RCODE_FORMERR);
	len = fake_query(message, sizeof(message), "example.", DNS_TYPE_IXFR, 1);
	len = append_record(len, DNS_SECTION_ANSWER, DNS_TYPE_SOA);
	expect_rcode(run(QUERY_SOURCE_STREAM, len), DNS_RCODE_FORMERR);
	fake_close();
}

/* RFC 8945 §5.1. */
static void tsig_is_the_last_record(void)
{
	fake_open(&stage_decoder_ops, &settings);
	size_t len = fake_query(message, sizeof(message), "example.", DNS_TYPE_SOA, 1);
	len = append_opt(len, 1232, 0, NULL, 0);
	len = append_record(len, DNS_SECTION_ADDITIONAL, DNS_TYPE_TSIG);
	struct fake_event event = run(QUERY_SOURCE_STREAM, len);
	CU_ASSERT_EQUAL(event.output, DECODER_TO_DISPATCHER);
	CU_ASSERT_TRUE(query_of(event.mbuf)->tsig_present);
	len = append_record(len, DNS_SECTION_ADDITIONAL, DNS_TYPE_A);
	expect_rcode(run(QUERY_SOURCE_STREAM, len), DNS_RCODE_FORMERR);
	fake_close();
}

static void random_octets_never_do_harm(void)
{
	fake_open(&stage_decoder_ops, &settings);
	srand(53);
	for (unsigned round = 0; round < 20000; round++) {
		size_t len = (size_t)rand() % 80;
		for (size_t i = 0; i < len; i++)
			message[i] = (uint8_t)rand();
		if (len > 5) {
			message[2] &= 0x07;
			memcpy(message + 4, "\0\1", 2);
			message[6] = message[8] = message[10] = 0;
			message[7] = message[9] = 0;
			message[11] &= 3;
			message[5] = (uint8_t)(round % 8 != 0);
		}
		struct fake_event event = run(QUERY_SOURCE_PORT, len);
		CU_ASSERT_TRUE(event.output >= 0 || event.reason == DROP_DECODER_TOO_SHORT ||
		               event.reason == DROP_DECODER_NOT_A_QUERY);
		fake_close();
		fake_open(&stage_decoder_ops, &settings);
	}
	fake_close();
}

static const struct unit_case cases[] = {
    {"a_plain_query_goes_to_the_dispatcher", a_plain_query_goes_to_the_dispatcher},
    {"limits_follow_edns_family_and_source", limits_follow_edns_family_and_source},
    {"what_is_no_query_is_dropped_by_name", what_is_no_query_is_dropped_by_name},
    {"every_cut_of_a_query_is_a_formerr", every_cut_of_a_query_is_a_formerr},
    {"wrong_counts_and_trailing_octets_are_formerr", wrong_counts_and_trailing_octets_are_formerr},
    {"a_pointer_in_the_question_is_a_formerr", a_pointer_in_the_question_is_a_formerr},
    {"opt_rules", opt_rules},
    {"unknown_opcodes_are_notimp", unknown_opcodes_are_notimp},
    {"no_question_is_fine_with_a_cookie_only", no_question_is_fine_with_a_cookie_only},
    {"an_unknown_opcode_keeps_its_opt_record", an_unknown_opcode_keeps_its_opt_record},
    {"names_longer_than_wanted_are_refused", names_longer_than_wanted_are_refused},
    {"edns_can_be_switched_off", edns_can_be_switched_off},
    {"room_is_kept_for_options", room_is_kept_for_options},
    {"an_ixfr_has_a_soa_in_authority", an_ixfr_has_a_soa_in_authority},
    {"tsig_is_the_last_record", tsig_is_the_last_record},
    {"random_octets_never_do_harm", random_octets_never_do_harm},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "stage/decoder", cases, ARRAY_COUNT(cases));
}
