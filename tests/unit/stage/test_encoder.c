/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* ENCODER: flags, counts and OPT record of the finished message. */
#include <string.h>

#include "dns/rrtype.h"
#include "base/clock.h"
#include "fake_stage.h"
#include "guard/cookie.h"
#include "stage/encoder.h"
#include "unit.h"

static const struct stage_encoder_settings settings = {
    .udp_size = 1232, .nsid_len = 4, .nsid = "ns-1"};

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
		query_of(mbuf)->keepalive_100ms = 77;
		flags_of(mbuf);
		CU_ASSERT_EQUAL(query_of(mbuf)->message_len,
		                end + EDNS_OPT_FIXED_SIZE + (stream ? 6u : 0u));
		if (stream)
			CU_ASSERT_EQUAL(
			    bytes_load_u16(query_message(mbuf) + end + EDNS_OPT_FIXED_SIZE + 4),
			    77);
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

/* Where our OPT record's options begin: behind the question, since there are no records. */
static const uint8_t *options_of(struct rte_mbuf *mbuf)
{
	return query_message(mbuf) + query_of(mbuf)->question_end + EDNS_OPT_FIXED_SIZE;
}

static uint16_t extended_rcode(struct rte_mbuf *mbuf)
{
	const uint8_t *opt = query_message(mbuf) + query_of(mbuf)->question_end;
	return (uint16_t)(opt[5] << 4 | (dns_message_flags(query_message(mbuf)) & DNS_FLAG_RCODE));
}

static void texts_go_where_there_is_room(void)
{
	fake_open(&stage_encoder_ops, &settings);
	struct rte_mbuf *mbuf = answered(QUERY_SOURCE_PORT, DNS_RCODE_REFUSED);
	query_of(mbuf)->edns.present = true;
	query_of(mbuf)->answer.ede = EDNS_EDE_PROHIBITED;
	query_of(mbuf)->ede_text = "no transfers";
	flags_of(mbuf);
	CU_ASSERT_EQUAL(memcmp(options_of(mbuf), "\0\17\0\16\0\22no transfers", 18), 0);

	mbuf = answered(QUERY_SOURCE_PORT, DNS_RCODE_REFUSED);
	query_of(mbuf)->edns.present = true;
	query_of(mbuf)->answer.ede = EDNS_EDE_PROHIBITED;
	query_of(mbuf)->ede_text = "no transfers";
	query_of(mbuf)->answer_limit = query_of(mbuf)->question_end + EDNS_OPT_FIXED_SIZE + 6 + 11;
	flags_of(mbuf);
	CU_ASSERT_EQUAL(memcmp(options_of(mbuf), "\0\17\0\2\0\22", 6), 0);
	CU_ASSERT_EQUAL(query_of(mbuf)->message_len,
	                query_of(mbuf)->question_end + EDNS_OPT_FIXED_SIZE + 6u);
	fake_close();
}

static void what_is_known_of_the_zone_is_told(void)
{
	fake_open(&stage_encoder_ops, &settings);
	struct rte_mbuf *mbuf = answered(QUERY_SOURCE_PORT, 0);
	struct query *query = query_of(mbuf);
	query->edns.present = true;
	query->serial_known = true;
	query->zone_labels = 2;
	query->zone_serial = 0x01020304;
	query->expire_known = true;
	query->zone_expire_s = 0x00127500;
	flags_of(mbuf);
	CU_ASSERT_EQUAL(memcmp(options_of(mbuf), "\0\11\0\4\0\x12\x75\0", 8), 0);
	CU_ASSERT_EQUAL(memcmp(options_of(mbuf) + 8, "\0\23\0\6\2\0\1\2\3\4", 10), 0);
	fake_close();
}

/* RFC 7830 §4, RFC 8467 §4.1. */
static void padding_needs_a_padded_query_and_encryption(void)
{
	fake_open(&stage_encoder_ops, &settings);
	for (unsigned way = 0; way < 8; way++) {
		const bool stream = way & 1;
		const bool encrypted = way & 2;
		const bool padded = way & 4;
		struct rte_mbuf *mbuf =
		    answered(stream ? QUERY_SOURCE_STREAM : QUERY_SOURCE_PORT, 0);
		query_of(mbuf)->answer_limit = 4000;
		query_of(mbuf)->edns.present = true;
		query_of(mbuf)->edns.padding_asked = padded;
		query_of(mbuf)->encrypted = encrypted;
		flags_of(mbuf);
		if (way == 7)
			CU_ASSERT_EQUAL(query_of(mbuf)->message_len, ENCODER_PADDING_BLOCK);
		if (way != 7)
			CU_ASSERT_TRUE(query_of(mbuf)->message_len < 100);
	}
	fake_close();
}

/* -- response rate limits -- */

static struct cookie_keys keys = {.secret_count = 1, .secret = {{7}}};
static struct snapshot keys_snapshot;
static const struct ratelimit_settings one_a_second = {
    .response_qps = 1, .slip = 1, .keys_max = 100};
static struct snapshot limits = {.release = ratelimit_lanes_free};
static struct stage_encoder_settings limited = {
    .udp_size = 1232, .cookie_keys = &keys_snapshot, .ratelimit = &limits};

static void set_limit(const struct ratelimit_settings *limit)
{
	struct ratelimit_lanes *lanes;
	CU_ASSERT_EQUAL_FATAL(ratelimit_lanes_create(limit, 1, &lanes), RESULT_OK);
	snapshot_publish(&limits, NULL, lanes);
}

static void open_limited(void)
{
	snapshot_publish(&keys_snapshot, NULL, &keys);
	set_limit(&one_a_second);
	fake_open(&stage_encoder_ops, &limited);
}

/* Uses up what the client may have. */
static void flood(void)
{
	for (unsigned i = 0; i < 10; i++)
		(void)flags_of(answered(QUERY_SOURCE_PORT, DNS_RCODE_NXDOMAIN));
}

static void slip_is_tc_without_a_cookie(void)
{
	open_limited();
	CU_ASSERT_FALSE(flags_of(answered(QUERY_SOURCE_PORT, DNS_RCODE_NXDOMAIN)) & DNS_FLAG_TC);
	flood();
	struct rte_mbuf *mbuf = answered(QUERY_SOURCE_PORT, DNS_RCODE_NXDOMAIN);
	query_of(mbuf)->edns.present = true;
	CU_ASSERT_TRUE(flags_of(mbuf) & DNS_FLAG_TC);
	CU_ASSERT_EQUAL(extended_rcode(mbuf), DNS_RCODE_NXDOMAIN);
	fake_close();
}

/* RFC 7873 §5.2.3: who has a client cookie gets a server cookie to come back with. */
static void slip_is_badcookie_with_a_cookie(void)
{
	open_limited();
	flood();
	struct rte_mbuf *mbuf = answered(QUERY_SOURCE_PORT, DNS_RCODE_NXDOMAIN);
	struct query *query = query_of(mbuf);
	query->edns.present = true;
	query->edns.cookie_len = COOKIE_CLIENT_BYTES;
	memcpy(query->edns.cookie, "abcdefgh", COOKIE_CLIENT_BYTES);
	CU_ASSERT_FALSE(flags_of(mbuf) & DNS_FLAG_TC);
	CU_ASSERT_EQUAL(extended_rcode(mbuf), DNS_RCODE_BADCOOKIE);
	const uint8_t *option = options_of(mbuf);
	CU_ASSERT_EQUAL_FATAL(memcmp(option, "\0\12\0\30abcdefgh", 12), 0);
	CU_ASSERT_EQUAL(cookie_check(&keys, option + 4, COOKIE_BYTES, query->client.family,
	                             query->client.octets, (uint32_t)clock_calendar_s()),
	                COOKIE_GOOD);
	fake_close();
}

static void proved_and_exempt_clients_are_not_limited(void)
{
	open_limited();
	for (unsigned way = 0; way < 3; way++) {
		flood();
		struct rte_mbuf *mbuf = answered(way == 0 ? QUERY_SOURCE_STREAM : QUERY_SOURCE_PORT,
		                                 DNS_RCODE_NXDOMAIN);
		query_of(mbuf)->cookie_state = way == 1 ? COOKIE_GOOD : COOKIE_NONE;
		query_of(mbuf)->exempt = way == 2;
		CU_ASSERT_FALSE(flags_of(mbuf) & DNS_FLAG_TC);
	}
	fake_close();
}

static void without_slip_they_are_dropped_by_name(void)
{
	const struct ratelimit_settings hard = {.response_qps = 1, .slip = 0, .keys_max = 100};
	const struct stage_encoder_settings settings_hard = {.udp_size = 1232,
	                                                     .ratelimit = &limits};
	set_limit(&hard);
	fake_open(&stage_encoder_ops, &settings_hard);
	unsigned dropped = 0;
	for (unsigned i = 0; i < 10; i++)
		dropped +=
		    fake_run(answered(QUERY_SOURCE_PORT, 0)).reason == DROP_ENCODER_RATE_LIMIT;
	CU_ASSERT_TRUE(dropped >= 8);
	fake_close();
}

/* RFC 7873 §5.4: a query without a question. */
static void a_cookie_query_is_answered_with_a_cookie(void)
{
	open_limited();
	for (unsigned bad = 0; bad <= 1; bad++) {
		struct rte_mbuf *mbuf = answered(QUERY_SOURCE_PORT, 0);
		struct query *query = query_of(mbuf);
		query->question_ok = false;
		query->question_end = DNS_HEADER_SIZE;
		query->answer.end = DNS_HEADER_SIZE;
		query->edns.present = true;
		query->edns.cookie_len = bad ? COOKIE_BYTES : COOKIE_CLIENT_BYTES;
		memset(query->edns.cookie, 'x', COOKIE_BYTES);
		flags_of(mbuf);
		CU_ASSERT_EQUAL(extended_rcode(mbuf), bad ? DNS_RCODE_BADCOOKIE : 0);
		CU_ASSERT_EQUAL(memcmp(options_of(mbuf), "\0\12\0\30xxxxxxxx", 12), 0);
		CU_ASSERT_EQUAL(dns_message_count(query_message(mbuf), DNS_SECTION_QUESTION), 0);
	}
	fake_close();
}

static const struct unit_case cases[] = {
    {"flags_say_what_the_answer_is", flags_say_what_the_answer_is},
    {"ad_only_for_clients_that_know_it", ad_only_for_clients_that_know_it},
    {"opt_only_if_the_query_had_one", opt_only_if_the_query_had_one},
    {"extended_codes_need_an_opt_record", extended_codes_need_an_opt_record},
    {"keepalive_goes_to_streams_only", keepalive_goes_to_streams_only},
    {"errors_carry_their_extended_code", errors_carry_their_extended_code},
    {"texts_go_where_there_is_room", texts_go_where_there_is_room},
    {"what_is_known_of_the_zone_is_told", what_is_known_of_the_zone_is_told},
    {"padding_needs_a_padded_query_and_encryption", padding_needs_a_padded_query_and_encryption},
    {"slip_is_tc_without_a_cookie", slip_is_tc_without_a_cookie},
    {"slip_is_badcookie_with_a_cookie", slip_is_badcookie_with_a_cookie},
    {"proved_and_exempt_clients_are_not_limited", proved_and_exempt_clients_are_not_limited},
    {"without_slip_they_are_dropped_by_name", without_slip_they_are_dropped_by_name},
    {"a_cookie_query_is_answered_with_a_cookie", a_cookie_query_is_answered_with_a_cookie},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "stage/encoder", cases, ARRAY_COUNT(cases));
}
