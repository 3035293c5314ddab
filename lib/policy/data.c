/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Local data: records in presentation form become RRsets at nodes. */
#include <stdlib.h>
#include <string.h>

#include "policy/policy_int.h"

#define FIRST_ROWS 64u
#define TOKENS_MAX 512u
#define RDATA_BYTES 65535u

/* Room for one more element; NULL: none. */
static void *grow(void *rows, uint32_t count, uint32_t *size, size_t row_bytes)
{
	if (count < *size)
		return rows;
	const uint32_t wanted = *size == 0 ? FIRST_ROWS : *size * 2;
	void *grown = realloc(rows, (size_t)wanted * row_bytes);
	if (grown != NULL)
		*size = wanted;
	return grown;
}

/* The node of exactly this name. */
static enum result make_node(struct policy *policy, const uint8_t *name, uint32_t *out)
{
	const struct policy_name known =
	    policy_names_find(&policy->names, dns_name_hash(name), name);
	if ((known.flags & POLICY_NAME_NODE) != 0) {
		*out = known.node;
		return RESULT_OK;
	}
	struct policy_node *nodes =
	    grow(policy->nodes, policy->node_count, &policy->node_size, sizeof(*nodes));
	if (nodes == NULL)
		return RESULT_NO_MEMORY;
	policy->nodes = nodes;
	nodes[policy->node_count] = (struct policy_node){.zone = POLICY_NO_ZONE};
	const enum result result =
	    policy_names_add(&policy->names, name, POLICY_NAME_NODE, policy->node_count);
	if (result != RESULT_OK)
		return result;
	*out = policy->node_count++;
	return RESULT_OK;
}

enum result policy_data_node(struct policy *policy, const uint8_t *name, const uint8_t *zone,
                             uint32_t *out)
{
	uint8_t lower[DNS_NAME_MAX + 1];
	uint32_t above;
	const size_t len = dns_name_len(name);
	memcpy(lower, name, len);
	dns_name_to_lower(lower, len);
	enum result result = make_node(policy, lower, out);
	/* RFC 4592 §2.2.2: names between it and the zone's are there, too. */
	for (const uint8_t *at = lower; result == RESULT_OK && !dns_name_equal(at, zone);) {
		at += (size_t)*at + 1;
		result = make_node(policy, at, &above);
	}
	return result;
}

/* Blanks separate; quotes make one token, in the middle of a word as well (alpn="h2,h3"). */
static size_t split(const char *text, struct dns_token tokens[TOKENS_MAX])
{
	size_t count = 0;
	while (count < TOKENS_MAX) {
		text += strspn(text, " \t\r\n");
		if (*text == '\0')
			break;
		const bool quoted = *text == '"';
		bool inside = quoted;
		text += quoted ? 1 : 0;
		const char *start = text;
		for (; *text != '\0'; text++) {
			if (text[0] == '\\' && text[1] != '\0')
				text++;
			else if (*text == '"' && quoted)
				break;
			else if (*text == '"')
				inside = !inside;
			else if (!inside && strchr(" \t\r\n", *text) != NULL)
				break;
		}
		tokens[count++] = (struct dns_token){
		    .text = start, .len = (size_t)(text - start), .quoted = quoted};
		text += quoted && *text == '"' ? 1 : 0;
	}
	return count;
}

static void wrong(struct policy_errors *errors, const char *place, const char *found, size_t len,
                  const char *expected)
{
	char quote[POLICY_QUOTE_BYTES];
	policy_errors_add(errors, false, "%s: found \"%s\", expected %s", place,
	                  policy_errors_quote(found, len, quote), expected);
}

/* The owner and the type. */
static bool read_head(const struct dns_name *zone, const struct policy_record_row *row,
                      const char *place, struct policy_errors *errors, struct dns_name *owner,
                      uint16_t *type)
{
	if (dns_name_from_text(row->owner, strlen(row->owner), zone, owner) != RESULT_OK ||
	    !dns_name_is_below(owner->wire, zone->wire)) {
		wrong(errors, place, row->owner, strlen(row->owner),
		      "a domain name in the local zone");
		return false;
	}
	if (!dns_type_from_text(row->type, strlen(row->type), type) || dns_type_is_meta(*type)) {
		wrong(errors, place, row->type, strlen(row->type), "a record type");
		return false;
	}
	return true;
}

static bool read_rdata(const struct dns_name *zone, const struct policy_record_row *row,
                       const char *place, struct policy_errors *errors, uint16_t type,
                       uint8_t out[RDATA_BYTES], uint16_t *len)
{
	struct dns_token tokens[TOKENS_MAX];
	const size_t count = split(row->rdata, tokens);
	size_t at = 0;
	const char *expected = NULL;
	if (dns_rdata_from_tokens(type, tokens, count, zone, out, RDATA_BYTES, len, &at,
	                          &expected) == RESULT_OK)
		return true;
	if (expected == NULL)
		expected = "rdata of at most 65535 octets";
	if (at < count)
		wrong(errors, place, tokens[at].text, tokens[at].len, expected);
	else
		policy_errors_add(errors, false, "%s: found the end of the rdata, expected %s",
		                  place, expected);
	return false;
}

/* Puts a record behind the others. */
static enum result keep(struct policy *policy, uint32_t node, uint16_t type, uint32_t ttl,
                        const uint8_t *data, uint16_t len)
{
	if (policy->record_count >= POLICY_RECORDS_MAX)
		return RESULT_TOO_LONG;
	struct policy_draft *drafts =
	    grow(policy->drafts, policy->record_count, &policy->record_size, sizeof(*drafts));
	if (drafts == NULL)
		return RESULT_NO_MEMORY;
	policy->drafts = drafts;
	uint8_t *copy = malloc(len + 1u);
	if (copy == NULL)
		return RESULT_NO_MEMORY;
	memcpy(copy, data, len);
	drafts[policy->record_count] = (struct policy_draft){.node = node,
	                                                     .order = policy->record_count,
	                                                     .ttl = ttl,
	                                                     .type = type,
	                                                     .len = len,
	                                                     .data = copy};
	policy->record_count++;
	return RESULT_OK;
}

enum result policy_data_add(struct policy *policy, const struct dns_name *zone,
                            const struct policy_record_row *row, const char *place,
                            struct policy_errors *errors)
{
	struct dns_name owner;
	uint16_t type;
	uint16_t len;
	uint32_t node;
	uint8_t *data;
	if (!read_head(zone, row, place, errors, &owner, &type))
		return RESULT_OK;
	enum result result = policy_data_node(policy, owner.wire, zone->wire, &node);
	if (result != RESULT_OK)
		return result;
	data = malloc(RDATA_BYTES);
	if (data == NULL)
		return RESULT_NO_MEMORY;
	if (read_rdata(zone, row, place, errors, type, data, &len))
		result = keep(policy, node, type, row->ttl, data, len);
	free(data);
	return result;
}

static int draft_order(const void *a, const void *b)
{
	const struct policy_draft *one = a;
	const struct policy_draft *other = b;
	if (one->node != other->node)
		return one->node < other->node ? -1 : 1;
	if (one->type != other->type)
		return one->type < other->type ? -1 : 1;
	return one->order < other->order ? -1 : 1;
}

/* Adds a record to the last RRset or begins the next one. RFC 2181 §5.2: one TTL for all, the least. */
static void add_to_sets(struct policy *policy, const struct policy_draft *draft, uint32_t index)
{
	struct policy_node *node = &policy->nodes[draft->node];
	policy->rdata[index] = (struct dns_rdata){draft->len, draft->data};
	if (node->set_count == 0)
		node->set = policy->set_count;
	struct policy_set *last =
	    node->set_count > 0 ? &policy->sets[node->set + node->set_count - 1] : NULL;
	if (last != NULL && last->type == draft->type) {
		last->count++;
		last->ttl = last->ttl < draft->ttl ? last->ttl : draft->ttl;
		return;
	}
	policy->sets[policy->set_count++] = (struct policy_set){draft->type, 1, draft->ttl, index};
	node->set_count++;
}

static bool is_same(const struct policy_draft *one, const struct policy_draft *other)
{
	return one->node == other->node && one->type == other->type && one->len == other->len &&
	       memcmp(one->data, other->data, one->len) == 0;
}

/* RFC 2181 §5: a record is in its set once. */
static void drop_doubles(struct policy *policy)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < policy->record_count; i++) {
		struct policy_draft *draft = &policy->drafts[i];
		bool is_double = false;
		for (uint32_t j = kept; j > 0 && !is_double; j--) {
			const struct policy_draft *other = &policy->drafts[j - 1];
			if (other->node != draft->node || other->type != draft->type)
				break;
			is_double = is_same(other, draft);
		}
		if (is_double)
			free(draft->data);
		else
			policy->drafts[kept++] = *draft;
	}
	policy->record_count = kept;
}

/* RFC 1034 §3.6.2: where there is a CNAME there is nothing else, and only one. */
static void check_aliases(const struct policy *policy, struct policy_errors *errors)
{
	for (uint32_t i = 0; i < policy->node_count; i++) {
		const struct policy_set *alias = policy_data_find(policy, i, DNS_TYPE_CNAME);
		if (alias == NULL || (policy->nodes[i].set_count == 1 && alias->count == 1))
			continue;
		char target[DNS_NAME_TEXT_MAX];
		dns_name_to_text(policy->rdata[alias->rdata].data, target);
		policy_errors_add(
		    errors, false,
		    "local data: found a CNAME to %.255s beside other records, expected "
		    "it to be the only record of its name",
		    target);
	}
}

enum result policy_data_finish(struct policy *policy, struct policy_errors *errors)
{
	if (policy->record_count > 0)
		qsort(policy->drafts, policy->record_count, sizeof(*policy->drafts), draft_order);
	drop_doubles(policy);
	policy->sets = calloc(policy->record_count + 1u, sizeof(*policy->sets));
	policy->rdata = calloc(policy->record_count + 1u, sizeof(*policy->rdata));
	if (policy->sets == NULL || policy->rdata == NULL)
		return RESULT_NO_MEMORY;
	for (uint32_t i = 0; i < policy->record_count; i++)
		add_to_sets(policy, &policy->drafts[i], i);
	check_aliases(policy, errors);
	return RESULT_OK;
}

const struct policy_set *policy_data_find(const struct policy *policy, uint32_t node, uint16_t type)
{
	const struct policy_node *at = &policy->nodes[node];
	for (uint32_t i = 0; i < at->set_count; i++) {
		if (policy->sets[at->set + i].type == type)
			return &policy->sets[at->set + i];
	}
	return NULL;
}
