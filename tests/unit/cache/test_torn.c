/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* One writer rewrites a few names as fast as it can, in a cache so small that entries and blocks are
 * reused all the time, while readers copy them out: no reader may ever see a mixture. Each answer
 * checks itself: all octets of its records are its version, and the version tells how many there are;
 * its first record carries the name's number. */
#include "cache/cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "dns_make.h"
#include "unit.h"

#define NAMES 40
#define READERS 3
#define INSERTS 60000
#define NOW_MS 1000000u

static struct cache *cache;
static struct dns_question question[NAMES];
static char name[NAMES][16];
static atomic_bool writer_done;

struct reader {
	pthread_t thread;
	uint64_t hits;
	uint64_t torn;
	unsigned seed;
};

static unsigned records_of(unsigned version)
{
	return 1 + version % 12;
}

static void insert_version(struct made *made, unsigned number, unsigned version)
{
	make_start(made, name[number], DNS_TYPE_TXT, DNS_RCODE_NOERROR);
	make_a(made, DNS_SECTION_ANSWER, name[number], 600, number);
	for (unsigned i = 0; i < records_of(version); i++)
		make_txt(made, DNS_SECTION_ANSWER, name[number], 600, (uint8_t)version, 90);
	const struct cache_item item = {
	    .question = &question[number],
	    .message = made->octets,
	    .len = made->writer.len,
	};
	if (cache_insert(cache, &item, NOW_MS) != RESULT_OK)
		abort();
}

static bool is_filled(const uint8_t *octets, size_t len, uint8_t fill)
{
	for (size_t i = 0; i < len; i++)
		if (octets[i] != fill)
			return false;
	return true;
}

/* Whether an answer is all of one version and belongs to its question. */
static bool is_whole(const struct dns_builder *builder, unsigned number)
{
	struct dns_rr rr;
	struct bytes_reader reader = bytes_reader_of(builder->message, builder->len);
	reader.at = DNS_HEADER_SIZE + question[number].name_len + 4u;
	if (dns_rr_parse(&reader, &rr) != RESULT_OK || rr.type != DNS_TYPE_A || rr.ttl != 600 ||
	    bytes_load_u32(rr.rdata) != number)
		return false;
	unsigned records = 0;
	unsigned version = 0;
	while (bytes_left(&reader) > 0) {
		if (dns_rr_parse(&reader, &rr) != RESULT_OK || rr.rdata_len != 91 || rr.ttl != 600)
			return false;
		if (records++ == 0)
			version = rr.rdata[1];
		if (!is_filled(rr.rdata + 1, 90, (uint8_t)version))
			return false;
	}
	return records == records_of(version) && records + 1 == builder->count[DNS_SECTION_ANSWER];
}

static void *read_all(void *argument)
{
	struct reader *reader = argument;
	static _Thread_local uint8_t message[4096];
	while (!atomic_load(&writer_done)) {
		unsigned number = (unsigned)rand_r(&reader->seed) % NAMES;
		struct dns_builder builder;
		struct dns_answer answer;
		uint32_t end = DNS_HEADER_SIZE + question[number].name_len + 4u;
		memcpy(message + DNS_HEADER_SIZE, question[number].name, question[number].name_len);
		dns_builder_init(&builder, message, end, sizeof(message));
		if (cache_find(cache, &question[number], false, NOW_MS, &builder, &answer) ==
		    CACHE_MISS)
			continue;
		reader->hits++;
		reader->torn += !is_whole(&builder, number);
	}
	return NULL;
}

static void write_all(void)
{
	static struct made made;
	unsigned seed = 1;
	for (unsigned i = 0; i < INSERTS; i++) {
		unsigned number = (unsigned)rand_r(&seed) % NAMES;
		insert_version(&made, number, (unsigned)rand_r(&seed) % 256);
		if (i % 64 == 0) {
			cache_janitor(cache, 4, NOW_MS);
			cache_drain(cache, 4, NOW_MS);
		}
	}
}

static void no_entry_is_torn(void)
{
	static struct reader readers[READERS];
	struct cache_settings settings = {.entries_max = 24, .memory_bytes = 1};
	CU_ASSERT_FATAL(cache_create(&settings, &cache) == RESULT_OK);
	for (unsigned i = 0; i < NAMES; i++) {
		snprintf(name[i], sizeof(name[i]), "n%u.test.", i);
		question[i] = made_question(name[i], DNS_TYPE_TXT);
	}
	for (unsigned i = 0; i < READERS; i++) {
		readers[i].seed = i + 100;
		CU_ASSERT_FATAL(pthread_create(&readers[i].thread, NULL, read_all, &readers[i]) ==
		                0);
	}
	write_all();
	atomic_store(&writer_done, true);
	uint64_t hits = 0;
	for (unsigned i = 0; i < READERS; i++) {
		pthread_join(readers[i].thread, NULL);
		hits += readers[i].hits;
		CU_ASSERT_EQUAL(readers[i].torn, 0);
	}
	CU_ASSERT(hits > 0);
	cache_destroy(cache);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {{"no_entry_is_torn", no_entry_is_torn}};
	static const uint64_t secret[2] = {1, 2};
	dns_name_hash_seed(secret);
	return unit_main(argc, argv, "torn", cases, ARRAY_COUNT(cases));
}
