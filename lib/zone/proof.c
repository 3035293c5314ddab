/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Which NSEC and NSEC3 records prove an answer (RFC 4035 §3.1.3, RFC 5155 §7.2). */
#include <string.h>

#include "zone/chain.h"
#include "zone/nsec3.h"
#include "zone/reply.h"

static void add(struct reply *reply, const struct zone_node *node)
{
	if (node == NULL)
		return;
	for (uint8_t i = 0; i < reply->proof_count; i++) {
		if (reply->proof[i].node == node)
			return;
	}
	if (reply->proof_count < REPLY_PROOFS_MAX)
		reply->proof[reply->proof_count++] =
		    (struct reply_proof){.zone = reply->zone, .node = node};
}

/* A name of the zone without the zone's own name, closed by a root octet: what the chain is ordered by. */
struct prefix {
	uint8_t wire[DNS_NAME_MAX + 3];
};

static void prefix_of_suffix(const struct reply *reply, uint8_t label, struct prefix *out)
{
	const struct dns_question *question = reply->question;
	const size_t at = question->label_at[label];
	const size_t len = question->name_len - at - reply->zone->origin_len;
	memcpy(out->wire, question->name + at, len);
	out->wire[len] = 0;
}

static void nsec_cover(struct reply *reply, uint8_t label)
{
	struct prefix name;
	prefix_of_suffix(reply, label, &name);
	add(reply, zone_chain_before(reply->zone, name.wire));
}

/* RFC 4035 §3.1.3.2: that "*" below the encloser is not there. */
static void nsec_cover_wildcard(struct reply *reply)
{
	struct prefix encloser, name = {.wire = {1, '*'}};
	prefix_of_suffix(reply, reply->label, &encloser);
	memcpy(name.wire + 2, encloser.wire, dns_name_len(encloser.wire));
	add(reply, zone_chain_before(reply->zone, name.wire));
}

/* The hash of the question's suffix from `label` on; `star`: with "*" before it. */
static struct zone_nsec3_hash hash_suffix(const struct reply *reply, uint8_t label, bool star)
{
	const struct dns_question *question = reply->question;
	const size_t at = question->label_at[label];
	uint8_t name[DNS_NAME_MAX + 3] = {1, '*'};
	const size_t prefix = star ? 2 : 0;
	memcpy(name + prefix, question->name + at, question->name_len - at);
	return zone_nsec3_hash(reply->zone, name, prefix + question->name_len - at);
}

static void nsec3_match(struct reply *reply, const struct zone_node *node)
{
	add(reply, zone_nsec3_of(reply->zone, node));
}

static void nsec3_cover(struct reply *reply, uint8_t label, bool star)
{
	const struct zone_nsec3_hash hash = hash_suffix(reply, label, star);
	add(reply, zone_nsec3_before(reply->zone, &hash));
}

/* RFC 5155 §7.2.1: the closest encloser that has an NSEC3, and that the name one label longer is not there
 * (or, with opt-out, not signed). `label`: where to begin to look; `exists`: the name there is the one that
 * is asked about, so that nothing is to be covered if it has an NSEC3. Gives where one was found. */
static uint8_t nsec3_encloser(struct reply *reply, uint8_t label, bool exists)
{
	const uint8_t first = label;
	const unsigned apex = reply->question->label_count - reply->zone->origin_labels;
	for (; label <= apex; label++) {
		const struct zone_node *node =
		    zone_find_suffix(reply->zone, reply->question, label);
		const struct zone_node *hashed =
		    node == NULL ? NULL : zone_nsec3_of(reply->zone, node);
		if (hashed == NULL)
			continue;
		add(reply, hashed);
		if (label > first || !exists)
			nsec3_cover(reply, (uint8_t)(label - 1), false);
		return label;
	}
	return (uint8_t)apex;
}

void reply_prove_no_data(struct reply *reply)
{
	if (!reply->secure)
		return;
	if (reply->zone->nsec3 && reply->wildcard) { /* RFC 5155 §7.2.5 */
		const uint8_t encloser = nsec3_encloser(reply, reply->label, false);
		nsec3_match(reply, reply->node);
		/* A wildcard that is an empty non-terminal above unsigned cuts alone has no NSEC3 with
		 * opt-out (§7.1); what covers it says so. For DS the encloser is enough (§7.2.4). */
		if (reply->node->nsec3 == 0 && reply->question->type != DNS_TYPE_DS)
			nsec3_cover(reply, encloser, true);
	} else if (reply->zone->nsec3) { /* §7.2.3, §7.2.4 */
		(void)nsec3_encloser(reply, 0, true);
	} else if (zone_node_find(reply->node, DNS_TYPE_NSEC) != NULL) {
		add(reply, reply->node);
		if (reply->wildcard) /* RFC 4035 §3.1.3.4 */
			nsec_cover(reply, 0);
	} else { /* an empty non-terminal has no NSEC of its own */
		nsec_cover(reply, 0);
		if (reply->wildcard)
			nsec_cover_wildcard(reply);
	}
}

void reply_prove_no_name(struct reply *reply)
{
	if (!reply->secure)
		return;
	if (reply->zone->nsec3) { /* RFC 5155 §7.2.2 */
		nsec3_cover(reply, nsec3_encloser(reply, reply->label, false), true);
	} else { /* RFC 4035 §3.1.3.2 */
		nsec_cover(reply, 0);
		nsec_cover_wildcard(reply);
	}
}

void reply_prove_wildcard(struct reply *reply)
{
	if (!reply->secure)
		return;
	if (reply->zone->nsec3) /* RFC 5155 §7.2.6 */
		nsec3_cover(reply, (uint8_t)(reply->label - 1), false);
	else /* RFC 4035 §3.1.3.3 */
		nsec_cover(reply, 0);
}

void reply_prove_no_ds(struct reply *reply)
{
	if (!reply->secure)
		return;
	if (reply->zone->nsec3) /* RFC 5155 §7.2.7 */
		(void)nsec3_encloser(reply, reply->label, true);
	else if (zone_node_find(reply->node, DNS_TYPE_NSEC) != NULL) /* RFC 4035 §3.1.4 */
		add(reply, reply->node);
}
