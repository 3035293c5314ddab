/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* ZONE_MANAGER: packets come from QUERY_DISPATCHER with a question below one of our zones; they go to
 * ENCODER with the sections of the answer. */
#include "stage/zone_manager.h"

#include <rte_prefetch.h>

#include "guard/views.h"
#include "dns/rrtype.h"
#include "pipeline/query.h"
#include "zone/zone.h"

struct zone_manager {
	const struct stage_zone_manager_settings *settings;
	uint32_t rotation;
};

static const char *const outputs[] = {"encoder", NULL};

static enum result zone_manager_init(struct stage *stage, const void *settings)
{
	struct zone_manager *manager = stage->state;
	manager->settings = settings;
	return RESULT_OK;
}

static void count_answer(struct stage *stage, const struct dns_answer *answer)
{
	unsigned event = ZONE_MANAGER_EVENT_NODATA_OR_REFERRAL;
	if (answer->rcode == DNS_RCODE_NXDOMAIN)
		event = ZONE_MANAGER_EVENT_NXDOMAIN;
	else if (answer->count[DNS_SECTION_ANSWER] > 0)
		event = ZONE_MANAGER_EVENT_POSITIVE;
	stage_count(&stage->counters->event[event], 1);
}

/* Where a question is answered from. */
struct place {
	const struct zone_set *zones;
	const struct zone *zone; /* NULL: it is gone */
};

/* What QUERY_DISPATCHER found. Its numbers are those of one version of the views: in another one all is
 * found again. */
static struct place place_of(const struct views *views, const struct query *query)
{
	struct place place = {.zones = views_zones(views, query->view)};
	if (LIKELY(query->views_generation == views->generation)) {
		place.zone = zone_set_get(place.zones, query->zone_ref);
		return place;
	}
	const uint8_t view = views_pick(views, query->client.family, query->client.octets);
	place.zones = views_zones(views, view);
	place.zone = zone_set_find(place.zones, &query->question);
	return place;
}

static void refuse(struct stage *stage, struct query *query)
{
	stage_count(&stage->counters->event[ZONE_MANAGER_EVENT_GONE], 1);
	query->verdict = QUERY_VERDICT_ANSWER;
	query->answer.rcode = DNS_RCODE_REFUSED;
	query->answer.ede = EDNS_EDE_NOT_AUTHORITATIVE;
}

/* What clients may ask about the zone besides its records, for ENCODER's OPT record. */
static void describe(struct query *query, const struct zone *zone)
{
	const struct dns_name *origin = zone_origin(zone);
	/* RFC 9660 §3.2: the version of the zone that the question's name is in, in answers of all kinds. */
	query->serial_known = query->edns.zoneversion_asked;
	query->zone_serial = zone_serial(zone);
	/* RFC 7314 §3.1: of a primary, the SOA's own value; for questions that secondaries ask. */
	query->expire_known = query->edns.expire_asked && query->question.type == DNS_TYPE_SOA &&
	                      query->question.name_len == origin->len;
	query->zone_expire_s = zone_expire_s(zone);
}

static void answer(struct stage *stage, const struct zone_set *zones, const struct zone *zone,
                   struct rte_mbuf *mbuf)
{
	struct zone_manager *manager = stage->state;
	struct query *query = query_of(mbuf);
	struct zone_answer_request request = {
	    .question = &query->question,
	    .dnssec_ok = query->edns.present && query->edns.dnssec_ok,
	    .stream = query->source == QUERY_SOURCE_STREAM,
	    .rotation = manager->settings->rotate ? manager->rotation++ : 0,
	};
	struct dns_builder builder;
	query_builder(mbuf, &builder);
	zone_answer(zones, zone, &request, &builder, &query->answer);
	query_take_sections(query, &builder);
	query->zone_labels = zone_origin(zone)->label_count;
	if (UNLIKELY(query->edns.present &&
	             (query->edns.zoneversion_asked || query->edns.expire_asked)))
		describe(query, zone);
	count_answer(stage, &query->answer);
}

/* In steps, so that the memory loads of the whole burst run side by side: QUERY_DISPATCHER has asked for the
 * buckets, which lead to the nodes, which are asked for in one go (zone/zone.h says why). */
static void zone_manager_process(struct stage *stage, struct rte_mbuf **burst, uint16_t count)
{
	const struct zone_manager *manager = stage->state;
	const struct views *views = snapshot_load(manager->settings->zones);
	struct place place[PIPELINE_BURST];
	const uint8_t
	    *node[PIPELINE_BURST]; /* never NULL: nothing costs more to look up than nowhere */

	for (uint16_t i = 0; i < count; i++) {
		const struct query *query = query_of(burst[i]);
		place[i] = place_of(views, query);
		node[i] = UNLIKELY(place[i].zone == NULL)
		              ? NULL
		              : zone_node_line(place[i].zone, &query->question);
		if (node[i] == NULL)
			node[i] = (const uint8_t *)query;
	}
	for (uint16_t i = 0; i < count; i++) {
		for (unsigned at = 0; at < ZONE_NODE_AHEAD_BYTES; at += CACHE_LINE_BYTES)
			rte_prefetch0(node[i] + at);
	}
	for (uint16_t i = 0; i < count; i++) {
		if (LIKELY(place[i].zone != NULL))
			answer(stage, place[i].zones, place[i].zone, burst[i]);
		else
			refuse(stage, query_of(burst[i]));
		stage_emit(stage, ZONE_MANAGER_TO_ENCODER, burst[i]);
	}
}

const struct stage_ops stage_zone_manager_ops = {
    .name = "ZONE_MANAGER",
    .outputs = outputs,
    .state_size = sizeof(struct zone_manager),
    .init = zone_manager_init,
    .process = zone_manager_process,
};
