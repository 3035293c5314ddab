/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The sections ratelimit and limits become limits of lanes. */
#include "rate_limits.h"

#include <sys/random.h>

/* Clients that rate limits keep track of for each lane; 15 take a cache line. */
#define RATELIMIT_KEYS (1u << 18)
#define SECONDS_PER_MINUTE 60

/* The lower one of two limits, of which 0 is none. */
static uint32_t least_limit(uint32_t a, uint32_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

static enum result make_queries(const struct config *config, uint64_t secret, uint32_t lanes,
                                struct rate_limits *out)
{
	const struct config_ratelimit *from = &config->ratelimit;
	uint32_t per_minute = config->limits.max_queries_per_minute_per_ip;
	struct ratelimit_settings settings = {
	    .address_qps = (per_minute + SECONDS_PER_MINUTE - 1) / SECONDS_PER_MINUTE,
	    .keys_max = RATELIMIT_KEYS,
	    .secret = secret,
	};
	if (from->enabled) {
		settings.global_qps = from->global_qps;
		settings.address_qps = least_limit(settings.address_qps, from->per_ip_qps);
		settings.network_qps = from->per_subnet_qps;
	}
	if (settings.global_qps == 0 && settings.address_qps == 0 && settings.network_qps == 0)
		return RESULT_OK;
	return ratelimit_lanes_create(&settings, lanes, &out->queries);
}

static enum result make_responses(const struct config *config, uint64_t secret, uint32_t lanes,
                                  struct rate_limits *out)
{
	const struct config_ratelimit *from = &config->ratelimit;
	const struct ratelimit_settings settings = {
	    .response_qps = from->rrl.qps_threshold,
	    .slip = from->rrl.slip,
	    .window_ms = from->rrl.window_seconds * 1000,
	    .keys_max = RATELIMIT_KEYS,
	    .secret = secret,
	};
	if (!from->enabled || !from->rrl.enabled)
		return RESULT_OK;
	return ratelimit_lanes_create(&settings, lanes, &out->responses);
}

enum result rate_limits_make(const struct config *config, uint32_t lanes, struct rate_limits *out)
{
	uint64_t secret;
	*out = (struct rate_limits){.queries = NULL};
	if (getrandom(&secret, sizeof(secret), 0) != sizeof(secret))
		return RESULT_IO;
	enum result result = make_queries(config, secret, lanes, out);
	if (result == RESULT_OK)
		result = make_responses(config, secret, lanes, out);
	if (result != RESULT_OK)
		rate_limits_free(out);
	return result;
}

void rate_limits_free(struct rate_limits *limits)
{
	ratelimit_lanes_free(limits->queries);
	ratelimit_lanes_free(limits->responses);
	*limits = (struct rate_limits){.queries = NULL};
}

void rate_limits_publish(const struct rate_limits *limits, struct pipeline_rcu *rcu,
                         struct settings *settings)
{
	snapshot_publish(&settings->queries, rcu, limits->queries);
	snapshot_publish(&settings->responses, rcu, limits->responses);
}
