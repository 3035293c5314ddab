/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What we say besides the question: sizes, cookies, names in random case, and what servers make of it. */
#include "fake_network.h"

#define NAME "a-rather-long-name-for-this.example."

static const uint8_t server_cookie[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
static const uint8_t other_cookie[] = {9, 9, 9, 9, 9, 9, 9, 9};

static void open_with(bool edns, bool cookies, bool randomise_case)
{
	static struct net_endpoint server;
	server = fake_endpoint(1);
	struct fake_setup setup = {
	    .groups = {{.name = "a",
	                .servers = &server,
	                .server_count = 1,
	                .timeout_ms = 100,
	                .edns = edns,
	                .randomise_case = randomise_case}},
	    .group_count = 1,
	    .cookies = cookies,
	};
	CU_ASSERT_FATAL(fake_create(&setup) == RESULT_OK);
}

/* The OPT record of what was sent. */
static struct dns_edns edns_of(unsigned index)
{
	struct bytes_reader reader = bytes_reader_of(sent[index].message, sent[index].len);
	struct dns_edns edns = {.present = false};
	reader.at = DNS_HEADER_SIZE;
	CU_ASSERT_FATAL(dns_name_skip(&reader) == RESULT_OK && bytes_skip(&reader, 4));
	if (dns_message_count(sent[index].message, DNS_SECTION_ADDITIONAL) == 0)
		return edns;
	CU_ASSERT_FATAL(bytes_skip(&reader, 3));
	CU_ASSERT_FATAL(dns_edns_parse(&reader, &edns) == RESULT_OK);
	CU_ASSERT_EQUAL(bytes_left(&reader), 0);
	return edns;
}

/* Adds an OPT record with the client's part of a cookie as it was sent, and the server's. */
static void make_opt(unsigned rcode, const uint8_t *client, const uint8_t *server, uint8_t len)
{
	uint8_t cookie[EDNS_COOKIE_MAX];
	struct dns_edns_reply opt = {.udp_size = 1232, .rcode = (uint16_t)rcode};
	opt.ede = EDNS_EDE_NONE;
	if (client != NULL) {
		memcpy(cookie, client, 8);
		memcpy(cookie + 8, server, len);
		opt.cookie = cookie;
		opt.cookie_len = (uint8_t)(8 + len);
	}
	dns_edns_write(&made.writer, &opt);
	dns_message_set_count(made.octets, DNS_SECTION_ADDITIONAL, 1);
	bytes_store_u16(made.octets + 2,
	                (uint16_t)((dns_message_flags(made.octets) & ~DNS_FLAG_RCODE) |
	                           (rcode & DNS_FLAG_RCODE)));
}

static void answer_with_cookie(unsigned index, const uint8_t *server, uint8_t len)
{
	struct dns_edns edns = edns_of(index);
	fake_make_a(NAME);
	make_opt(DNS_RCODE_NOERROR, edns.cookie, server, len);
	fake_respond(&sent[index]);
}

static void ask(void)
{
	fake_clear();
	fake_ask(1, NAME, DNS_TYPE_A, false);
	CU_ASSERT_EQUAL_FATAL(sent_count, 1);
}

/* RFC 7873 §5.1: our part first, then the server's along with it. */
static void cookies_are_remembered(void)
{
	open_with(true, true, false);
	ask();
	struct dns_edns first = edns_of(0);
	CU_ASSERT_EQUAL(first.cookie_len, 8);
	answer_with_cookie(0, server_cookie, 16);
	CU_ASSERT_EQUAL(answer_count, 1);
	ask();
	struct dns_edns second = edns_of(0);
	CU_ASSERT_EQUAL(second.cookie_len, 24);
	CU_ASSERT_EQUAL(memcmp(second.cookie, first.cookie, 8), 0);
	CU_ASSERT_EQUAL(memcmp(second.cookie + 8, server_cookie, 16), 0);
	/* A new one takes the place of the old one. */
	answer_with_cookie(0, other_cookie, 8);
	ask();
	CU_ASSERT_EQUAL(edns_of(0).cookie_len, 16);
	answer_with_cookie(0, server_cookie, 16);
	/* After a day we draw another one, and are unknown. */
	now_ms += RESOLVER_COOKIE_MS;
	ask();
	CU_ASSERT_EQUAL(edns_of(0).cookie_len, 8);
	CU_ASSERT_NOT_EQUAL(memcmp(edns_of(0).cookie, first.cookie, 8), 0);
	fake_close();
}

/* RFC 7873 §5.3: an answer with a cookie that is not ours is not an answer. */
static void wrong_cookies_are_near_misses(void)
{
	struct resolver_stats stats;
	open_with(true, true, false);
	ask();
	struct dns_edns edns = edns_of(0);
	edns.cookie[3] ^= 1;
	fake_make_a(NAME);
	make_opt(DNS_RCODE_NOERROR, edns.cookie, server_cookie, 16);
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL(answer_count, 0);
	resolver_stats(engine, &stats);
	CU_ASSERT_EQUAL(stats.mismatched, 1);
	/* Past a limit the question goes where nobody can guess. */
	for (unsigned i = 0; i < RESOLVER_NEAR_MISSES_MAX; i++)
		fake_respond(&sent[0]);
	CU_ASSERT_EQUAL_FATAL(sent_count, 2);
	CU_ASSERT(sent[1].tcp);
	answer_with_cookie(1, server_cookie, 16);
	CU_ASSERT_EQUAL(answer_count, 1);
	fake_close();
}

/* RFC 7873 §5.3: who had a cookie and has none now is asked where nobody can spoof. */
static void missing_cookies_are_seen(void)
{
	open_with(true, true, false);
	ask();
	answer_with_cookie(0, server_cookie, 16);
	ask();
	fake_make_a(NAME);
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL(answer_count, 0);
	CU_ASSERT_EQUAL_FATAL(sent_count, 2);
	CU_ASSERT(sent[1].tcp);
	fake_make_a(NAME);
	fake_respond(&sent[1]);
	CU_ASSERT_EQUAL(answer_count, 1);
	/* It really has none any more. */
	ask();
	CU_ASSERT_FALSE(sent[0].tcp);
	CU_ASSERT_EQUAL(edns_of(0).cookie_len, 8);
	fake_make_a(NAME);
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL(answer_count, 1);
	fake_close();
}

/* RFC 7873 §5.3: BADCOOKIE brings the right one along; if that will not do either: TCP. */
static void bad_cookies_are_mended(void)
{
	open_with(true, true, false);
	ask();
	for (unsigned i = 0; i < 2; i++) {
		struct dns_edns edns = edns_of(i);
		make_start(&made, NAME, DNS_TYPE_A, DNS_RCODE_NOERROR);
		make_opt(DNS_RCODE_BADCOOKIE, edns.cookie, server_cookie, 16);
		fake_respond(&sent[i]);
		CU_ASSERT_EQUAL_FATAL(sent_count, i + 2);
		CU_ASSERT_EQUAL(edns_of(i + 1).cookie_len, 24);
		CU_ASSERT_EQUAL(sent[i + 1].tcp, i == 1);
	}
	answer_with_cookie(2, server_cookie, 16);
	CU_ASSERT_EQUAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_NOERROR);
	fake_close();
}

/* FORMERR: first without the option that may be new to the server, then without EDNS; and it is remembered. */
static void refused_edns_is_taken_away(void)
{
	open_with(true, true, false);
	ask();
	for (unsigned i = 0; i < 2; i++) {
		make_start(&made, NAME, DNS_TYPE_A, i == 0 ? DNS_RCODE_FORMERR : DNS_RCODE_NOTIMP);
		fake_respond(&sent[i]);
		CU_ASSERT_EQUAL_FATAL(sent_count, i + 2);
		CU_ASSERT_FALSE(sent[i + 1].tcp);
		CU_ASSERT_EQUAL(edns_of(i + 1).present, i == 0);
		CU_ASSERT_EQUAL(edns_of(i + 1).cookie_len, 0);
	}
	fake_make_a(NAME);
	fake_respond(&sent[2]);
	CU_ASSERT_EQUAL(answer_count, 1);
	ask();
	CU_ASSERT_FALSE(edns_of(0).present);
	fake_make_a(NAME);
	fake_respond(&sent[0]);
	now_ms += RESOLVER_PLAIN_MS;
	ask();
	CU_ASSERT(edns_of(0).present);
	CU_ASSERT_EQUAL(edns_of(0).cookie_len, 8);
	fake_close();
}

/* RFC 6891 §6.1.3: an answer that is BADVERS is none, though the lower bits say NOERROR. */
static void badvers_is_no_answer(void)
{
	open_with(true, false, false);
	ask();
	make_start(&made, NAME, DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_opt(DNS_RCODE_BADVERS, NULL, NULL, 0);
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL(answer_count, 0);
	CU_ASSERT_EQUAL_FATAL(sent_count, 2);
	CU_ASSERT_FALSE(edns_of(1).present);
	fake_close();
}

/* Silence: a smaller size, then no EDNS, which then is remembered. */
static void silence_makes_us_modest(void)
{
	open_with(true, true, false);
	ask();
	CU_ASSERT_EQUAL(edns_of(0).udp_size, 1232);
	fake_wait(100);
	CU_ASSERT_EQUAL_FATAL(sent_count, 2);
	CU_ASSERT_EQUAL(edns_of(1).udp_size, RESOLVER_UDP_BYTES_SMALL);
	fake_wait(100);
	CU_ASSERT_EQUAL_FATAL(sent_count, 3);
	CU_ASSERT_FALSE(edns_of(2).present);
	fake_make_a(NAME);
	fake_respond(&sent[2]);
	CU_ASSERT_EQUAL(answer_count, 1);
	ask();
	CU_ASSERT_FALSE(edns_of(0).present);
	fake_make_a(NAME);
	fake_respond(&sent[0]);
	fake_close();
}

/* A server that is known to speak EDNS has only lost something: DO is not given up. */
static void loss_is_not_refusal(void)
{
	open_with(true, false, false);
	ask();
	fake_make_a(NAME);
	make_opt(DNS_RCODE_NOERROR, NULL, NULL, 0);
	fake_respond(&sent[0]);
	ask();
	fake_wait(300);
	CU_ASSERT_EQUAL_FATAL(sent_count, 4);
	for (unsigned i = 1; i < sent_count; i++)
		CU_ASSERT_EQUAL(edns_of(i).udp_size, RESOLVER_UDP_BYTES_SMALL);
	/* What came through was cut: answers of the usual size do not get here. */
	make_start(&made, NAME, DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_opt(DNS_RCODE_NOERROR, NULL, NULL, 0);
	bytes_store_u16(made.octets + 2, DNS_FLAG_QR | DNS_FLAG_TC);
	fake_respond(&sent[3]);
	CU_ASSERT_EQUAL_FATAL(sent_count, 5);
	CU_ASSERT(sent[4].tcp);
	fake_make_a(NAME);
	fake_respond(&sent[4]);
	ask();
	CU_ASSERT_EQUAL(edns_of(0).udp_size, RESOLVER_UDP_BYTES_SMALL);
	fake_close();
}

/* "0x20": an answer in other case may be a guess, or a server that folds case: TCP tells. */
static void random_case_falls_back(void)
{
	open_with(false, false, true);
	ask();
	const struct dns_name lower = made_name(NAME);
	CU_ASSERT_NOT_EQUAL(memcmp(sent[0].message + DNS_HEADER_SIZE, lower.wire, lower.len), 0);
	fake_make_a(NAME);
	memcpy(made.octets, sent[0].message, 2);
	fake_inject(&sent[0], sent[0].port_slot, sent[0].to);
	CU_ASSERT_EQUAL(answer_count, 0);
	CU_ASSERT_EQUAL_FATAL(sent_count, 2);
	CU_ASSERT(sent[1].tcp);
	/* It folds: from now on it is asked in lower case. */
	memcpy(made.octets, sent[1].message, 2);
	fake_inject(&sent[1], 0, sent[1].to);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ANSWER), 1);
	ask();
	CU_ASSERT_EQUAL(memcmp(sent[0].message + DNS_HEADER_SIZE, lower.wire, lower.len), 0);
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL(answer_count, 1);
	/* Not for ever. */
	now_ms += RESOLVER_PLAIN_MS;
	ask();
	CU_ASSERT_NOT_EQUAL(memcmp(sent[0].message + DNS_HEADER_SIZE, lower.wire, lower.len), 0);
	fake_make_a(NAME);
	fake_respond(&sent[0]);
	/* One that keeps the case goes on getting it, though somebody guessed once. */
	ask();
	fake_make_a(NAME);
	memcpy(made.octets, sent[0].message, 2);
	fake_inject(&sent[0], sent[0].port_slot, sent[0].to);
	fake_make_a(NAME);
	fake_respond(&sent[1]);
	CU_ASSERT_EQUAL(answer_count, 1);
	ask();
	CU_ASSERT_NOT_EQUAL(memcmp(sent[0].message + DNS_HEADER_SIZE, lower.wire, lower.len), 0);
	fake_close();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"cookies_are_remembered", cookies_are_remembered},
	    {"wrong_cookies_are_near_misses", wrong_cookies_are_near_misses},
	    {"missing_cookies_are_seen", missing_cookies_are_seen},
	    {"bad_cookies_are_mended", bad_cookies_are_mended},
	    {"refused_edns_is_taken_away", refused_edns_is_taken_away},
	    {"badvers_is_no_answer", badvers_is_no_answer},
	    {"silence_makes_us_modest", silence_makes_us_modest},
	    {"loss_is_not_refusal", loss_is_not_refusal},
	    {"random_case_falls_back", random_case_falls_back},
	};
	return fake_main(argc, argv, "edns", cases, ARRAY_COUNT(cases));
}
