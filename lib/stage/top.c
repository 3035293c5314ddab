/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Choosing samples, and what of a packet is counted. */
#include "stage/top.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

/* Octets of an IPv6 address that tell a network: a /64. */
#define NETWORK_BYTES 8

const char *top_kind_name(enum top_kind kind)
{
	static const char *const names[TOP_KIND_COUNT] = {
	    [TOP_CLIENTS] = "clients",
	    [TOP_NAMES] = "names",
	    [TOP_ZONES] = "zones",
	    [TOP_NXDOMAIN] = "nxdomain",
	};
	CHECK(kind < TOP_KIND_COUNT);
	return names[kind];
}

static uint32_t key_bytes(enum top_kind kind)
{
	return kind == TOP_CLIENTS ? TOP_CLIENT_BYTES : DNS_NAME_MAX;
}

static enum result make(struct top *top, enum top_kind first, enum top_kind second)
{
	enum result result = heavy_create(TOP_ENTRIES, key_bytes(first), &top->heavy[first]);
	if (result == RESULT_OK)
		result = heavy_create(TOP_ENTRIES, key_bytes(second), &top->heavy[second]);
	return result;
}

enum result top_create(enum top_part part, uint16_t lanes, uint64_t secret, struct top **out)
{
	struct top *tops = calloc(lanes, sizeof(*tops));
	if (tops == NULL)
		return RESULT_NO_MEMORY;
	for (uint16_t i = 0; i < lanes; i++) {
		tops[i].secret = secret;
		tops[i].sampler.weight = 1;
		tops[i].sampler.random = (secret + i) | 1;
		enum result result = part == TOP_QUESTIONS
		                         ? make(&tops[i], TOP_CLIENTS, TOP_NAMES)
		                         : make(&tops[i], TOP_ZONES, TOP_NXDOMAIN);
		if (result == RESULT_OK)
			continue;
		top_destroy(tops, lanes);
		return result;
	}
	*out = tops;
	return RESULT_OK;
}

void top_destroy(struct top *tops, uint16_t lanes)
{
	if (tops == NULL)
		return;
	for (uint16_t i = 0; i < lanes; i++)
		for (int kind = 0; kind < TOP_KIND_COUNT; kind++)
			heavy_destroy(tops[i].heavy[kind]);
	free(tops);
}

uint32_t top_window(uint64_t now_us)
{
	return (uint32_t)(now_us / TOP_WINDOW_US);
}

/* -- samples -- */

/* xorshift64: which packets are looked at need not be secret, only without a pattern. */
static uint64_t draw(struct top_sampler *sampler)
{
	sampler->random ^= sampler->random << 13;
	sampler->random ^= sampler->random >> 7;
	sampler->random ^= sampler->random << 17;
	return sampler->random;
}

/* How many packets to pass over, so that on average each weight-th is taken. */
static uint32_t draw_gap(struct top_sampler *sampler)
{
	if (sampler->weight == 1)
		return 0;
	return (uint32_t)(draw(sampler) % (2 * (uint64_t)sampler->weight - 1));
}

/* The last window tells what is to be expected of the next one. */
static uint32_t weight_for(uint64_t packets)
{
	uint32_t weight = 1;
	while (weight < TOP_WEIGHT_MAX && packets / weight > TOP_SAMPLES_MAX)
		weight *= 2;
	return weight;
}

static void turn(struct top_sampler *sampler, uint32_t window)
{
	const bool follows = sampler->window + 1 == window;
	const uint64_t packets = follows ? sampler->packets : 0;
	__atomic_store_n(&sampler->packets_before, packets, __ATOMIC_RELAXED);
	__atomic_store_n(&sampler->packets, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&sampler->window, window, __ATOMIC_RELAXED);
	sampler->samples = 0;
	sampler->weight = weight_for(packets);
}

/* A flood that began within the window. */
static void bound(struct top_sampler *sampler)
{
	if (sampler->samples <= TOP_SAMPLES_MAX || sampler->weight >= TOP_WEIGHT_MAX)
		return;
	sampler->weight *= 2;
	sampler->samples = TOP_SAMPLES_MAX / 2;
}

/* -- what is counted -- */

/* Without the secret nobody can choose addresses that meet in one set. */
static uint64_t hash_client(uint64_t secret, uint8_t family, uint64_t word)
{
	const uint64_t odd = (secret << 1) | 1;
	uint64_t hash = (word ^ secret ^ family) * odd;
	hash = (hash ^ (hash >> 32)) * odd;
	return hash ^ (hash >> 29);
}

static void count_client(struct top *top, const struct query *query)
{
	const struct query_address *client = &query->client;
	uint8_t key[TOP_CLIENT_BYTES] = {client->family};
	uint64_t word;
	memcpy(key + 1, client->octets, NETWORK_BYTES); /* of IPv4, four of them are 0 */
	memcpy(&word, key + 1, sizeof(word));
	const uint64_t hash = hash_client(top->secret, client->family, word);
	heavy_add(top->heavy[TOP_CLIENTS], hash, key, sizeof(key), top->sampler.weight,
	          top->sampler.window);
}

/* The suffix that has `labels` of the question's labels. */
static void count_suffix(struct top *top, enum top_kind kind, const struct dns_question *question,
                         uint8_t labels)
{
	const uint8_t first = (uint8_t)(question->label_count - labels);
	const uint8_t at = question->label_at[first];
	heavy_add(top->heavy[kind], question->hash[first], question->name + at,
	          (size_t)(question->name_len - at), top->sampler.weight, top->sampler.window);
}

static void count_answer(struct top *top, const struct query *query)
{
	const struct dns_question *question = &query->question;
	if (query->verdict == QUERY_VERDICT_ZONE && query->zone_labels <= question->label_count)
		count_suffix(top, TOP_ZONES, question, query->zone_labels);
	if (query->answer.rcode != DNS_RCODE_NXDOMAIN || question->label_count == 0)
		return;
	const uint8_t above = (uint8_t)(question->label_count - 1);
	count_suffix(top, TOP_NXDOMAIN, question,
	             above < TOP_SUFFIX_LABELS ? above : TOP_SUFFIX_LABELS);
}

static void count(struct top *top, struct rte_mbuf *mbuf)
{
	const struct query *query = query_of(mbuf);
	if (top->heavy[TOP_CLIENTS] != NULL) {
		count_client(top, query);
		if (query->question_ok)
			count_suffix(top, TOP_NAMES, &query->question, query->question.label_count);
	} else if (query->question_ok) {
		count_answer(top, query);
	}
}

void top_sample(struct top *top, struct rte_mbuf **burst, uint16_t count_in, uint64_t now_us)
{
	struct top_sampler *sampler = &top->sampler;
	const uint32_t window = top_window(now_us);
	if (sampler->window != window)
		turn(sampler, window);
	uint32_t at = sampler->left;
	while (at < count_in) {
		count(top, burst[at]);
		sampler->samples++;
		__atomic_store_n(&sampler->packets, sampler->packets + sampler->weight,
		                 __ATOMIC_RELAXED);
		bound(sampler);
		at += 1 + draw_gap(sampler);
	}
	sampler->left = at - count_in;
}
