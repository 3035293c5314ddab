/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache_sieve ENTRIES INSERTS SKEW [READERS]: questions for names by Zipf's law go through the cache until INSERTS
 * answers were put into it, and the same ones through two models of the same size: SIEVE as its paper has it (no
 * bound on the hand), and LRU. READERS threads copy entries out meanwhile and look whether what they get
 * belongs together. Prints one line of JSON. */
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "cache/cache.h"
#include "dns/rrtype.h"
#include "measure.h"

/* Names there are, for each entry of the cache: most are asked for once. */
#define NAMES_PER_ENTRY 16u
#define NONE UINT32_MAX
#define NOW_MS 1000000u
#define READERS_MAX 16

static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* -- Zipf's law, by rejection (Devroye), for an exponent other than 1 -- */

struct zipf {
	uint32_t names;
	double skew;
	double mass; /* under the curve that lies above */
};

static double curve(const struct zipf *zipf, double x)
{
	return (pow(x, 1 - zipf->skew) - 1) / (1 - zipf->skew);
}

static struct zipf zipf_of(uint32_t names, double skew)
{
	struct zipf zipf = {names, skew, 0};
	zipf.mass = curve(&zipf, names + 0.5) + 1;
	return zipf;
}

/* 0 is the most popular name. */
static uint32_t zipf_next(const struct zipf *zipf, uint64_t *state)
{
	for (;;) {
		const double u = (double)(next_random(state) >> 11) / 9007199254740992.0;
		const double v = (double)(next_random(state) >> 11) / 9007199254740992.0;
		const double at = u * zipf->mass;
		const double x =
		    at <= 1 ? at : pow((at - 1) * (1 - zipf->skew) + 1, 1 / (1 - zipf->skew));
		const uint32_t k = at <= 1 ? 1 : (uint32_t)(x + 0.5);
		const double above = k <= 1 ? 1 : pow(x, -zipf->skew);
		if (k <= zipf->names && v * above <= pow(k, -zipf->skew))
			return k - 1;
	}
}

/* -- models: a list of names in the order of insertion, or of use -- */

struct model {
	bool is_lru;
	uint32_t size;
	uint32_t count;
	uint32_t newest;
	uint32_t oldest;
	uint32_t hand;
	uint64_t hits;
	uint32_t *newer;
	uint32_t *older;
	uint8_t *state; /* 1: in it, 2: visited */
};

static struct model model_of(uint32_t size, uint32_t names, bool is_lru)
{
	struct model model = {is_lru, size, 0, NONE, NONE, NONE, 0, NULL, NULL, NULL};
	model.newer = malloc(names * sizeof(uint32_t));
	model.older = malloc(names * sizeof(uint32_t));
	model.state = calloc(names, 1);
	if (model.newer == NULL || model.older == NULL || model.state == NULL)
		abort();
	return model;
}

static void model_push(struct model *model, uint32_t name)
{
	model->newer[name] = NONE;
	model->older[name] = model->newest;
	if (model->newest != NONE)
		model->newer[model->newest] = name;
	else
		model->oldest = name;
	model->newest = name;
	model->state[name] = 1;
}

static void model_remove(struct model *model, uint32_t name)
{
	if (model->newer[name] != NONE)
		model->older[model->newer[name]] = model->older[name];
	else
		model->newest = model->older[name];
	if (model->older[name] != NONE)
		model->newer[model->older[name]] = model->newer[name];
	else
		model->oldest = model->newer[name];
	model->state[name] = 0;
}

static uint32_t model_victim(struct model *model)
{
	if (model->is_lru)
		return model->oldest;
	uint32_t at = model->hand != NONE ? model->hand : model->oldest;
	while ((model->state[at] & 2) != 0) {
		model->state[at] = 1;
		at = model->newer[at] != NONE ? model->newer[at] : model->oldest;
	}
	model->hand = model->newer[at];
	return at;
}

static void model_ask(struct model *model, uint32_t name)
{
	if (model->state[name] != 0) {
		model->hits++;
		if (model->is_lru) {
			model_remove(model, name);
			model_push(model, name);
		}
		model->state[name] |= 2;
		return;
	}
	if (model->count == model->size)
		model_remove(model, model_victim(model));
	else
		model->count++;
	model_push(model, name);
}

/* -- the cache -- */

static void question_of(uint32_t name, struct dns_question *out)
{
	char digits[16];
	uint8_t wire[32];
	const int len = snprintf(digits, sizeof(digits), "n%u", name);
	wire[0] = (uint8_t)len;
	memcpy(wire + 1, digits, (size_t)len);
	memcpy(wire + 1 + len, "\7example", 9);
	dns_question_set(out, wire, DNS_TYPE_A, DNS_CLASS_IN);
}

/* Its addresses: as many as the name says, all of them the name's number. */
static unsigned records_of(uint32_t name)
{
	return 1 + name % 4;
}

static size_t make_answer(const struct dns_question *question, uint32_t name, uint8_t *out)
{
	uint8_t rdata[4];
	struct dns_builder builder;
	const uint32_t end = DNS_HEADER_SIZE + question->name_len + 4u;
	memset(out, 0, DNS_HEADER_SIZE);
	memcpy(out + DNS_HEADER_SIZE, question->name, question->name_len);
	bytes_store_u16(out + end - 4, question->type);
	bytes_store_u16(out + end - 2, question->class);
	dns_builder_init(&builder, out, end, 512);
	bytes_store_u32(rdata, name);
	for (unsigned i = 0; i < records_of(name); i++) {
		if (dns_builder_rr(&builder, DNS_SECTION_ANSWER, out + DNS_HEADER_SIZE, DNS_TYPE_A,
		                   DNS_CLASS_IN, 3600, rdata, 4) != RESULT_OK)
			abort();
	}
	bytes_store_u16(out + 2, DNS_FLAG_QR);
	dns_message_set_count(out, DNS_SECTION_QUESTION, 1);
	dns_message_set_count(out, DNS_SECTION_ANSWER, builder.count[DNS_SECTION_ANSWER]);
	return builder.len;
}

static bool find(struct cache *cache, const struct dns_question *question, uint8_t *message,
                 struct dns_answer *answer)
{
	struct dns_builder builder;
	memcpy(message + DNS_HEADER_SIZE, question->name, question->name_len);
	dns_builder_init(&builder, message, DNS_HEADER_SIZE + question->name_len + 4u, 512);
	return cache_find(cache, question, false, NOW_MS, &builder, answer) != CACHE_MISS;
}

struct reader {
	pthread_t thread;
	struct cache *cache;
	struct zipf zipf;
	uint64_t seed;
	uint64_t hits;
	uint64_t looks;
	uint64_t torn;
};

static atomic_bool is_over;

static bool is_whole(const struct dns_question *question, uint32_t name, const uint8_t *message,
                     const struct dns_answer *answer)
{
	struct bytes_reader bytes = bytes_reader_of(message, answer->end);
	struct dns_rr rr;
	bytes.at = DNS_HEADER_SIZE + question->name_len + 4u;
	if (answer->count[DNS_SECTION_ANSWER] != records_of(name))
		return false;
	for (unsigned i = 0; i < records_of(name); i++) {
		if (dns_rr_parse(&bytes, &rr) != RESULT_OK || rr.rdata_len != 4 ||
		    bytes_load_u32(rr.rdata) != name ||
		    !dns_name_equal(rr.owner.wire, question->name))
			return false;
	}
	return bytes.at == answer->end;
}

static void *read_all(void *context)
{
	struct reader *reader = context;
	uint8_t message[512] = {0};
	while (!atomic_load_explicit(&is_over, memory_order_relaxed)) {
		struct dns_question question;
		struct dns_answer answer;
		const uint32_t name = zipf_next(&reader->zipf, &reader->seed);
		question_of(name, &question);
		reader->looks++;
		if (!find(reader->cache, &question, message, &answer))
			continue;
		reader->hits++;
		reader->torn += !is_whole(&question, name, message, &answer);
	}
	return NULL;
}

static void ask_cache(struct cache *cache, uint32_t name, uint64_t *hits, uint64_t *inserts)
{
	uint8_t message[512] = {0};
	struct dns_question question;
	struct dns_answer answer;
	question_of(name, &question);
	if (find(cache, &question, message, &answer)) {
		++*hits;
		return;
	}
	const struct cache_item item = {
	    .question = &question,
	    .message = message,
	    .len = make_answer(&question, name, message),
	};
	if (cache_insert(cache, &item, NOW_MS) != RESULT_OK)
		abort();
	++*inserts;
}

int main(int argc, char **argv)
{
	static struct reader readers[READERS_MAX];
	if (argc < 4) {
		fprintf(stderr, "usage: cache_sieve ENTRIES INSERTS SKEW [READERS]\n");
		return 2;
	}
	const uint32_t entries = (uint32_t)strtoul(argv[1], NULL, 10);
	const uint64_t wanted = strtoull(argv[2], NULL, 10);
	const struct zipf zipf = zipf_of(entries * NAMES_PER_ENTRY, strtod(argv[3], NULL));
	unsigned reader_count = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 0;
	static const uint64_t secret[2] = {1, 2};
	const struct cache_settings settings = {.entries_max = entries};
	struct cache *cache;
	struct cache_stats before;
	struct cache_stats after;
	dns_name_hash_seed(secret);
	if (cache_create(&settings, &cache) != RESULT_OK || reader_count > READERS_MAX)
		return 1;
	struct model sieve = model_of(entries, zipf.names, false);
	struct model lru = model_of(entries, zipf.names, true);
	for (unsigned i = 0; i < reader_count; i++) {
		readers[i] = (struct reader){.cache = cache, .zipf = zipf, .seed = 1000 + i};
		if (pthread_create(&readers[i].thread, NULL, read_all, &readers[i]) != 0)
			return 1;
	}
	uint64_t seed = 7;
	uint64_t asked = 0;
	uint64_t hits = 0;
	uint64_t inserts = 0;
	double resident_full = 0;
	cache_stats(cache, &before);
	const double start = measure_s(CLOCK_MONOTONIC);
	while (inserts < wanted) {
		const uint32_t name = zipf_next(&zipf, &seed);
		asked++;
		model_ask(&sieve, name);
		model_ask(&lru, name);
		ask_cache(cache, name, &hits, &inserts);
		if (resident_full == 0 && inserts == wanted / 5)
			resident_full = measure_resident_bytes();
	}
	const double took = measure_s(CLOCK_MONOTONIC) - start;
	const double resident_end = measure_resident_bytes();
	atomic_store(&is_over, true);
	uint64_t torn = 0;
	uint64_t looks = 0;
	for (unsigned i = 0; i < reader_count; i++) {
		pthread_join(readers[i].thread, NULL);
		torn += readers[i].torn;
		looks += readers[i].looks;
	}
	cache_stats(cache, &after);
	printf("{\"entries\": %u, \"names\": %u, \"skew\": %s, \"asked\": %" PRIu64
	       ", \"inserts\": %" PRIu64
	       ", \"hit_rate\": %.4f, \"sieve\": %.4f, \"lru\": %.4f, \"reserved_before\": %" PRIu64
	       ", \"reserved_after\": %" PRIu64 ", \"resident_at_a_fifth\": %.0f, "
	       "\"resident_at_end\": %.0f, \"kept\": %" PRIu64 ", \"reader_looks\": %" PRIu64
	       ", \"torn\": %" PRIu64 ", \"seconds\": %.1f}\n",
	       entries, zipf.names, argv[3], asked, inserts, (double)hits / (double)asked,
	       (double)sieve.hits / (double)asked, (double)lru.hits / (double)asked,
	       before.memory_bytes, after.memory_bytes, resident_full, resident_end, after.entries,
	       looks, torn, took);
	cache_destroy(cache);
	return 0;
}
