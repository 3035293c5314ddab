/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The recorder keeps the youngest, in order, and files of it can be read; others are refused. */
#include "tap/flight.h"

#include <stdlib.h>
#include <unistd.h>

#include "eal.h"
#include "tap_case.h"

#define ENTRIES FLIGHT_ENTRIES_MIN

static struct flight *flight;

static void record_answers(unsigned count)
{
	struct rte_mbuf *mbuf = case_packet("www.example.", DNS_TYPE_A);
	struct query *query = query_of(mbuf);
	for (unsigned i = 0; i < count; i++) {
		query->client.port = (uint16_t)i;
		query->answer.rcode = i % 100 == 0 ? DNS_RCODE_SERVFAIL : DNS_RCODE_NOERROR;
		flight_answer(flight, query, 1000 + i);
	}
	rte_pktmbuf_free(mbuf);
}

static void record_drops(void)
{
	struct rte_mbuf *mbuf = case_packet("dropped.example.", DNS_TYPE_A);
	flight_drop(flight, query_of(mbuf), TAP_KNOWN_QUESTION, DROP_DISPATCHER_ACL);
	flight_drop(flight, query_of(mbuf), TAP_KNOWN_FRAME, DROP_LISTENER_NOT_OURS);
	rte_pktmbuf_free(mbuf);
}

static void open_flight(void)
{
	CU_ASSERT_FATAL(flight_create(ENTRIES, &flight) == RESULT_OK);
	CU_ASSERT_TRUE(flight_is_on(flight));
}

static void the_youngest_are_kept_and_failures_longer(void)
{
	struct flight_record *records;
	size_t count;
	unsigned answers = ENTRIES * 3;
	open_flight();
	record_answers(answers);
	CU_ASSERT_EQUAL(flight_collect(flight, 0, SIZE_MAX, &records, &count), RESULT_OK);
	/* The ring of all, and the failures that have fallen out of it. */
	CU_ASSERT(count > ENTRIES && count < ENTRIES + 40);
	for (size_t i = 1; i < count; i++)
		CU_ASSERT(records[i - 1].tsc < records[i].tsc);
	CU_ASSERT_EQUAL(records[count - 1].tsc, 1000 + answers - 1);
	CU_ASSERT_EQUAL(records[0].rcode, DNS_RCODE_SERVFAIL);
	free(records);
	CU_ASSERT_EQUAL(flight_collect(flight, 0, 10, &records, &count), RESULT_OK);
	CU_ASSERT_EQUAL(count, 10);
	CU_ASSERT_EQUAL(records[9].tsc, 1000 + answers - 1);
	free(records);
	flight_destroy(flight);
}

static void a_file_is_read_again(void)
{
	char path[] = "/tmp/test_flight_XXXXXX";
	struct flight_file file;
	open_flight();
	record_drops();
	int fd = mkstemp(path);
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_TRUE(flight_write(flight, fd, "a test"));
	CU_ASSERT_EQUAL_FATAL(flight_read(path, &file), RESULT_OK);
	CU_ASSERT_STRING_EQUAL(file.reason, "a test");
	CU_ASSERT_EQUAL_FATAL(file.count, 2);
	CU_ASSERT_EQUAL(file.records[0].drop, DROP_DISPATCHER_ACL);
	CU_ASSERT_EQUAL(file.records[0].name_len, 17);
	CU_ASSERT_EQUAL(file.records[0].client_port, 5300);
	CU_ASSERT_EQUAL(file.records[1].family, 0);
	CU_ASSERT_EQUAL(file.records[1].name_len, 0);
	flight_file_free(&file);
	/* Cut within a record: the whole ones count. */
	CU_ASSERT_EQUAL(ftruncate(fd, lseek(fd, 0, SEEK_END) - 300), 0);
	CU_ASSERT_EQUAL(flight_read(path, &file), RESULT_OK);
	CU_ASSERT(file.count < 2);
	flight_file_free(&file);
	CU_ASSERT_EQUAL(ftruncate(fd, 20), 0);
	CU_ASSERT_EQUAL(flight_read(path, &file), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(flight_read("/nowhere/at/all", &file), RESULT_IO);
	CU_ASSERT_EQUAL(flight_read("/tmp", &file), RESULT_MALFORMED);
	close(fd);
	unlink(path);
	flight_destroy(flight);
}

static void it_can_be_stopped(void)
{
	open_flight();
	flight_freeze(flight);
	CU_ASSERT_FALSE(flight_is_on(flight));
	flight_thaw(flight);
	CU_ASSERT_TRUE(flight_is_on(flight));
	CU_ASSERT_FALSE(flight_is_on(NULL));
	flight_destroy(flight);
	flight_destroy(NULL);
	CU_ASSERT_EQUAL(flight_create(ENTRIES + 1, &flight), RESULT_OUT_OF_RANGE);
	CU_ASSERT_EQUAL(flight_create(FLIGHT_ENTRIES_MAX * 2, &flight), RESULT_OUT_OF_RANGE);
}

static const struct unit_case cases[] = {
    {"the_youngest_are_kept_and_failures_longer", the_youngest_are_kept_and_failures_longer},
    {"a_file_is_read_again", a_file_is_read_again},
    {"it_can_be_stopped", it_can_be_stopped},
};

int main(int argc, char **argv)
{
	unit_eal_start();
	if (!case_open())
		return 1;
	return unit_main(argc, argv, "tap/flight", cases, ARRAY_COUNT(cases));
}
