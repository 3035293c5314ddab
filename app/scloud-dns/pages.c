/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From the configuration to pages. */
#include "pages.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "net/prefix.h"
#include "slowpath/endpoint.h"

static void fill(const struct config_address *from, struct sockaddr_storage *out)
{
	struct query_address address = {.family = from->family, .port = from->port};
	memcpy(address.octets, from->octets, sizeof(address.octets));
	endpoint_to_sockaddr(&address, out);
}

static const char *text_of(const struct config_address *from, char text[NET_TEXT_BYTES])
{
	struct net_endpoint endpoint = {.address.family = from->family, .port = from->port};
	memcpy(endpoint.address.octets, from->octets, sizeof(endpoint.address.octets));
	return net_endpoint_format(&endpoint, text);
}

static void tell(const struct config_metrics *metrics)
{
	char text[NET_TEXT_BYTES];
	log_info("telemetry", "TEL001", "metrics: http://%s/metrics",
	         text_of(&metrics->prometheus_bind, text));
	if (metrics->enable_health_endpoint)
		log_info("telemetry", "TEL002", "health: http://%s/healthz and /readyz",
		         text_of(&metrics->health_bind, text));
}

struct web *pages_open(const struct config *config)
{
	const struct config_metrics *metrics = &config->metrics;
	struct web_settings settings = {0};
	struct web *web = NULL;
	char first[NET_TEXT_BYTES], second[NET_TEXT_BYTES];
	if (!metrics->enabled)
		return NULL;
	fill(&metrics->prometheus_bind, &settings.metrics);
	if (metrics->enable_health_endpoint)
		fill(&metrics->health_bind, &settings.health);
	enum result result = web_open(&settings, &web);
	if (result != RESULT_OK) {
		log_warn("telemetry", "TEL003", "no metrics: cannot listen at %s%s%s: %s",
		         text_of(&metrics->prometheus_bind, first),
		         metrics->enable_health_endpoint ? " and " : "",
		         metrics->enable_health_endpoint ? text_of(&metrics->health_bind, second)
		                                         : "",
		         result == RESULT_IO ? strerror(errno) : result_text(result));
		return NULL;
	}
	tell(metrics);
	return web;
}
