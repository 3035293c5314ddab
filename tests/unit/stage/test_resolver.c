/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* RESOLVER with a server of the test on the loopback interface: packets wait, get their answers, and leave as
 * the budget allows. */
#include "stage/resolver.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cache_stage_case.h"

#define PATIENCE_MS 5000

static struct fake_stage *fake;
static int server = -1;
static struct net_endpoint endpoint;

static void open_server(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	server = socket(AF_INET, SOCK_DGRAM, 0);
	CU_ASSERT_FATAL(server >= 0);
	CU_ASSERT_FATAL(bind(server, (struct sockaddr *)&address, len) == 0);
	CU_ASSERT_FATAL(getsockname(server, (struct sockaddr *)&address, &len) == 0);
	endpoint = (struct net_endpoint){
	    .address = {.family = 4, .octets = {127, 0, 0, 1}},
	    .port = ntohs(address.sin_port),
	};
}

static void open_stage(uint32_t clients_max)
{
	static const uint32_t first[] = {0};
	const struct resolver_group group = {
	    .name = "test", .servers = &endpoint, .server_count = 1, .timeout_ms = 1000};
	struct resolver_zone zone = {made_name("."), first, 1};
	static const struct pipeline_pools pools;
	struct stage_resolver_settings settings = {
	    .engine = {.groups = &group,
	               .group_count = 1,
	               .zones = &zone,
	               .zone_count = 1,
	               .tasks_max = 16,
	               .clients_max = clients_max,
	               .deadline_ms = 3000,
	               .stale_after_ms = 1800},
	    .upstream = {.port_slots = 4, .connections = 2},
	    .cache = case_cache,
	    .pools = &pools,
	};
	fake = fake_open(&stage_resolver_ops, &settings);
	fake->stage.now_us = CASE_NOW_US;
}

static void open_all(void)
{
	open_server();
	case_open_cache(3600);
	open_stage(64);
}

static void close_all(void)
{
	fake_close();
	cache_destroy(case_cache);
	close(server);
}

static void give(struct rte_mbuf *mbuf)
{
	fake->stage.ops->process(&fake->stage, &mbuf, 1);
	fake->stage.ops->flush(&fake->stage);
}

/* Waits for news and lets the stage take them. */
static void turn(uint16_t budget)
{
	int fd;
	CU_ASSERT_EQUAL_FATAL(fake->stage.ops->wake_fds(&fake->stage, &fd, 1), 1);
	struct pollfd entry = {.fd = fd, .events = POLLIN};
	CU_ASSERT_EQUAL_FATAL(poll(&entry, 1, PATIENCE_MS), 1);
	fake->stage.ops->poll(&fake->stage, budget);
	fake->stage.ops->flush(&fake->stage);
}

/* Takes a query from the socket and answers it with the records of case_made. */
static void serve(void)
{
	uint8_t octets[512];
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	struct pollfd entry = {.fd = server, .events = POLLIN};
	CU_ASSERT_EQUAL_FATAL(poll(&entry, 1, PATIENCE_MS), 1);
	ssize_t size = recvfrom(server, octets, sizeof(octets), 0, (struct sockaddr *)&peer, &len);
	CU_ASSERT_FATAL(size >= DNS_HEADER_SIZE);
	memcpy(case_made.octets, octets, 2);
	ssize_t sent = sendto(server, case_made.octets, case_made.writer.len, 0,
	                      (struct sockaddr *)&peer, len);
	CU_ASSERT_EQUAL(sent, (ssize_t)case_made.writer.len);
}

static uint32_t held(void)
{
	return fake->stage.ops->held(&fake->stage);
}

static void make_answer(const char *name)
{
	make_start(&case_made, name, DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&case_made, DNS_SECTION_ANSWER, name, 60, 0x0a000001);
}

static void answer_comes_back(void)
{
	open_all();
	struct rte_mbuf *mbuf = case_packet("WWW.example.", DNS_TYPE_A, 512);
	give(mbuf);
	CU_ASSERT_EQUAL(fake->event_count, 0);
	CU_ASSERT_EQUAL(held(), 1);
	make_answer("www.example.");
	serve();
	turn(PIPELINE_BURST);
	CU_ASSERT_EQUAL_FATAL(fake->event_count, 1);
	CU_ASSERT_EQUAL(fake->event[0].output, RESOLVER_TO_CACHE_WRITER);
	CU_ASSERT_PTR_EQUAL(fake->event[0].mbuf, mbuf);
	CU_ASSERT_EQUAL(held(), 0);
	const struct query *query = query_of(mbuf);
	CU_ASSERT_EQUAL(query->answer.rcode, DNS_RCODE_NOERROR);
	CU_ASSERT_EQUAL(query->answer.count[DNS_SECTION_ANSWER], 1);
	CU_ASSERT_EQUAL(query->answer.ede, EDNS_EDE_NONE);
	CU_ASSERT_EQUAL(query->keep, QUERY_KEEP_ANSWER);
	CU_ASSERT_EQUAL(fake->stage.ops->deadline_us(&fake->stage), UINT64_MAX);
	/* The record stands behind the client's own question. */
	struct dns_rr rr;
	struct bytes_reader reader = bytes_reader_of(query_message(mbuf), query->answer.end);
	reader.at = query->question_end;
	CU_ASSERT_EQUAL_FATAL(dns_rr_parse(&reader, &rr), RESULT_OK);
	CU_ASSERT_EQUAL(bytes_load_u32(rr.rdata), 0x0a000001);
	CU_ASSERT(memcmp(rr.owner.wire, "\3WWW", 4) == 0);
	close_all();
}

/* One upstream question, every client its answer, one of them to be kept; no more at once than allowed. */
static void coalesced_clients_and_the_budget(void)
{
	unsigned kept = 0;
	open_all();
	for (unsigned i = 0; i < 20; i++)
		give(case_packet("www.example.", DNS_TYPE_A, 512));
	CU_ASSERT_EQUAL(held(), 20);
	CU_ASSERT_EQUAL(fake->counters.event[RESOLVER_EVENT_COUNT_SENT_UDP], 1);
	make_answer("www.example.");
	serve();
	turn(7);
	CU_ASSERT_EQUAL(fake->event_count, 7);
	CU_ASSERT_EQUAL(held(), 13);
	CU_ASSERT_EQUAL(fake->stage.ops->deadline_us(&fake->stage), CASE_NOW_US);
	fake->stage.ops->poll(&fake->stage, 100);
	CU_ASSERT_EQUAL_FATAL(fake->event_count, 20);
	CU_ASSERT_EQUAL(held(), 0);
	for (unsigned i = 0; i < 20; i++) {
		const struct query *query = query_of(fake->event[i].mbuf);
		kept += query->keep == QUERY_KEEP_ANSWER;
		CU_ASSERT_EQUAL(query->answer.count[DNS_SECTION_ANSWER], 1);
	}
	CU_ASSERT_EQUAL(kept, 1);
	close_all();
}

/* The whole answer goes into the packet as far as it fits, whatever the client takes: it is to be kept. */
static void more_than_the_client_takes(void)
{
	open_all();
	struct rte_mbuf *mbuf = case_packet("www.example.", DNS_TYPE_TXT, 512);
	give(mbuf);
	make_start(&case_made, "www.example.", DNS_TYPE_TXT, DNS_RCODE_NOERROR);
	for (unsigned i = 0; i < 9; i++)
		make_txt(&case_made, DNS_SECTION_ANSWER, "www.example.", 60, (uint8_t)i, 100);
	serve();
	turn(PIPELINE_BURST);
	CU_ASSERT_EQUAL_FATAL(fake->event_count, 1);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.count[DNS_SECTION_ANSWER], 9);
	CU_ASSERT_EQUAL(query_of(mbuf)->keep, QUERY_KEEP_ANSWER);
	close_all();
}

static void silence_ends_as_servfail(void)
{
	open_all();
	struct rte_mbuf *mbuf = case_packet("www.example.", DNS_TYPE_A, 512);
	give(mbuf);
	for (unsigned i = 0; i < 10 && fake->event_count == 0; i++) {
		fake->stage.now_us = fake->stage.ops->deadline_us(&fake->stage);
		fake->stage.ops->poll(&fake->stage, PIPELINE_BURST);
	}
	CU_ASSERT_EQUAL_FATAL(fake->event_count, 1);
	CU_ASSERT_EQUAL(fake->stage.now_us, CASE_NOW_US + 3000000);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.rcode, DNS_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.ede, EDNS_EDE_NO_REACHABLE_AUTHORITY);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.end, query_of(mbuf)->question_end);
	CU_ASSERT_EQUAL(query_of(mbuf)->keep, QUERY_KEEP_FAILURE);
	close_all();
}

/* RFC 8767 §5. Nobody is there: the kernel tells, and the stale answer is given at once. */
static void stale_when_nobody_is_there(void)
{
	open_all();
	case_insert("www.example.", 1, CASE_NOW_US - 10000000);
	close(server);
	server = -1;
	struct rte_mbuf *mbuf = case_packet("www.example.", DNS_TYPE_A, 512);
	CU_ASSERT_EQUAL(case_find(mbuf, CASE_NOW_US), CACHE_STALE);
	give(mbuf);
	for (unsigned i = 0; i < 10 && fake->event_count == 0; i++) {
		turn(PIPELINE_BURST); /* ICMP */
		fake->stage.ops->poll(&fake->stage, PIPELINE_BURST);
	}
	CU_ASSERT_EQUAL_FATAL(fake->event_count, 1);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.rcode, DNS_RCODE_NOERROR);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.ede, EDNS_EDE_STALE_ANSWER);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.count[DNS_SECTION_ANSWER], 1);
	CU_ASSERT_EQUAL(query_of(mbuf)->keep, QUERY_KEEP_FAILURE);
	close_all();
}

/* RFC 8767 §5: the client response timer. The client has its stale answer after 1.8 s, the question goes on,
 * and what comes then goes to the cache without a client. */
static void stale_when_it_takes_long(void)
{
	open_all();
	case_insert("www.example.", 1, CASE_NOW_US - 10000000);
	struct rte_mbuf *mbuf = case_packet("www.example.", DNS_TYPE_A, 512);
	CU_ASSERT_EQUAL(case_find(mbuf, CASE_NOW_US), CACHE_STALE);
	give(mbuf);
	for (unsigned i = 0; i < 10 && fake->event_count == 0; i++) {
		fake->stage.now_us = fake->stage.ops->deadline_us(&fake->stage);
		fake->stage.ops->poll(&fake->stage, PIPELINE_BURST);
	}
	CU_ASSERT_EQUAL_FATAL(fake->event_count, 1);
	CU_ASSERT_EQUAL(fake->stage.now_us, CASE_NOW_US + 1800000);
	CU_ASSERT_PTR_EQUAL(fake->event[0].mbuf, mbuf);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.ede, EDNS_EDE_STALE_ANSWER);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.count[DNS_SECTION_ANSWER], 1);
	CU_ASSERT_EQUAL(query_of(mbuf)->keep, QUERY_KEEP_HOLD);
	CU_ASSERT_EQUAL(fake->counters.event[RESOLVER_EVENT_COUNT_STALE], 1);
	CU_ASSERT_EQUAL(held(), 0);
	make_answer("www.example.");
	serve();
	turn(PIPELINE_BURST);
	CU_ASSERT_EQUAL_FATAL(fake->event_count, 2);
	const struct query *carrier = query_of(fake->event[1].mbuf);
	CU_ASSERT_EQUAL(carrier->source, QUERY_SOURCE_NONE);
	CU_ASSERT_EQUAL(carrier->keep, QUERY_KEEP_ANSWER);
	CU_ASSERT_EQUAL(carrier->answer.count[DNS_SECTION_ANSWER], 1);
	CU_ASSERT_EQUAL(held(), 0);
	close_all();
}

/* A question without a client: it ends here as a packet, and its answer goes to the cache. */
static void refreshes_by_carriers(void)
{
	open_all();
	struct dns_question question = made_question("www.example.", DNS_TYPE_A);
	struct rte_mbuf *carrier = carrier_take(NULL, &question, true, 0);
	give(carrier);
	CU_ASSERT_EQUAL_FATAL(fake->event_count, 1);
	CU_ASSERT_EQUAL(fake->event[0].output, FAKE_RETIRED);
	CU_ASSERT_EQUAL(held(), 0);
	CU_ASSERT_EQUAL(fake->counters.event[RESOLVER_EVENT_COUNT_REFRESH], 1);
	make_answer("www.example.");
	serve();
	turn(PIPELINE_BURST);
	CU_ASSERT_EQUAL_FATAL(fake->event_count, 2);
	const struct query *query = query_of(fake->event[1].mbuf);
	CU_ASSERT_EQUAL(query->source, QUERY_SOURCE_NONE);
	CU_ASSERT_EQUAL(query->keep, QUERY_KEEP_ANSWER);
	CU_ASSERT_TRUE(query->edns.dnssec_ok);
	CU_ASSERT_EQUAL(query->answer.rcode, DNS_RCODE_NOERROR);
	close_all();
}

/* RFC 2181 §5.4: the parts of a chain are kept as answers of their own; the client's packet brings the whole. */
static void chains_are_kept_in_parts(void)
{
	unsigned carriers = 0;
	open_all();
	give(case_packet("www.example.", DNS_TYPE_A, 512));
	make_start(&case_made, "www.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_target(&case_made, DNS_SECTION_ANSWER, "www.example.", DNS_TYPE_CNAME, 60,
	            "host.example.");
	make_a(&case_made, DNS_SECTION_ANSWER, "host.example.", 60, 0x0a000001);
	serve();
	turn(PIPELINE_BURST);
	CU_ASSERT_EQUAL_FATAL(fake->event_count, 3);
	for (unsigned i = 0; i < 3; i++) {
		const struct query *query = query_of(fake->event[i].mbuf);
		CU_ASSERT_EQUAL(query->keep, QUERY_KEEP_ANSWER);
		if (query->source != QUERY_SOURCE_NONE) {
			CU_ASSERT_EQUAL(query->answer.count[DNS_SECTION_ANSWER], 2);
			continue;
		}
		carriers++;
		CU_ASSERT_EQUAL(query->answer.count[DNS_SECTION_ANSWER], 1);
	}
	CU_ASSERT_EQUAL(carriers, 2);
	CU_ASSERT_EQUAL(fake->counters.event[RESOLVER_EVENT_COUNT_CARRIED], 2);
	close_all();
}

/* The client's packet is too small for the answer, which is cut there and kept whole. */
static void more_than_the_packet_holds(void)
{
	open_all();
	struct rte_mbuf *mbuf = case_packet("www.example.", DNS_TYPE_TXT, 512);
	mbuf->buf_len = 700;
	give(mbuf);
	make_start(&case_made, "www.example.", DNS_TYPE_TXT, DNS_RCODE_NOERROR);
	for (unsigned i = 0; i < 9; i++)
		make_txt(&case_made, DNS_SECTION_ANSWER, "www.example.", 60, (uint8_t)i, 100);
	serve();
	turn(PIPELINE_BURST);
	CU_ASSERT_EQUAL_FATAL(fake->event_count, 2);
	CU_ASSERT_EQUAL(query_of(mbuf)->keep, QUERY_KEEP_NOT);
	CU_ASSERT_TRUE(query_of(mbuf)->answer.truncated);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.count[DNS_SECTION_ANSWER], 0);
	const struct query *carrier = query_of(fake->event[0].mbuf);
	CU_ASSERT_EQUAL(carrier->source, QUERY_SOURCE_NONE);
	CU_ASSERT_EQUAL(carrier->keep, QUERY_KEEP_ANSWER);
	CU_ASSERT_EQUAL(carrier->answer.count[DNS_SECTION_ANSWER], 9);
	close_all();
}

static void more_than_there_are_places(void)
{
	open_server();
	case_open_cache(0);
	open_stage(4);
	for (unsigned i = 0; i < 6; i++) {
		char name[32];
		snprintf(name, sizeof(name), "n%u.example.", i);
		give(case_packet(name, DNS_TYPE_A, 512));
	}
	CU_ASSERT_EQUAL(held(), 4);
	CU_ASSERT_EQUAL(fake->counters.drop[DROP_RESOLVER_NO_PLACE], 2);
	/* What still waits at the end is dropped by name. */
	stage_resolver_ops.fini(&fake->stage);
	CU_ASSERT_EQUAL(fake->counters.drop[DROP_RESOLVER_STOPPING], 4);
	close_all();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"answer_comes_back", answer_comes_back},
	    {"coalesced_clients_and_the_budget", coalesced_clients_and_the_budget},
	    {"more_than_the_client_takes", more_than_the_client_takes},
	    {"silence_ends_as_servfail", silence_ends_as_servfail},
	    {"stale_when_nobody_is_there", stale_when_nobody_is_there},
	    {"stale_when_it_takes_long", stale_when_it_takes_long},
	    {"refreshes_by_carriers", refreshes_by_carriers},
	    {"chains_are_kept_in_parts", chains_are_kept_in_parts},
	    {"more_than_the_packet_holds", more_than_the_packet_holds},
	    {"more_than_there_are_places", more_than_there_are_places},
	};
	static const uint64_t secret[2] = {5, 6};
	dns_name_hash_seed(secret);
	return unit_main(argc, argv, "resolver_stage", cases, ARRAY_COUNT(cases));
}
