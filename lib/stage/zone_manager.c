/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* ZONE_MANAGER: packets come from QUERY_DISPATCHER with a question below one of our zones; they go to
 * ENCODER with the sections of the answer. */
#include "stage/zone_manager.h"

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

static void answer(struct stage *stage, const struct zone_set *zones, struct rte_mbuf *mbuf)
{
	struct zone_manager *manager = stage->state;
	struct query *query = query_of(mbuf);
	const struct zone *zone = zone_set_find(zones, &query->question);

	if (UNLIKELY(zone == NULL)) {
		stage_count(&stage->counters->event[ZONE_MANAGER_EVENT_GONE], 1);
		query->answer.rcode = DNS_RCODE_REFUSED;
		query->answer.ede = EDNS_EDE_NOT_AUTHORITATIVE;
		stage_emit(stage, ZONE_MANAGER_TO_ENCODER, mbuf);
		return;
	}
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
	count_answer(stage, &query->answer);
	stage_emit(stage, ZONE_MANAGER_TO_ENCODER, mbuf);
}

static void zone_manager_process(struct stage *stage, struct rte_mbuf **burst, uint16_t count)
{
	const struct zone_manager *manager = stage->state;
	const struct zone_set *zones = snapshot_load(manager->settings->zones);

	for (uint16_t i = 0; i < count; i++)
		zone_set_prefetch(zones, &query_of(burst[i])->question);
	for (uint16_t i = 0; i < count; i++)
		answer(stage, zones, burst[i]);
}

const struct stage_ops stage_zone_manager_ops = {
    .name = "ZONE_MANAGER",
    .outputs = outputs,
    .state_size = sizeof(struct zone_manager),
    .init = zone_manager_init,
    .process = zone_manager_process,
};
