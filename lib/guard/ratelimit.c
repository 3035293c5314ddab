/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Keys of clients and their networks, and what each of them costs in the meter. */
#include "guard/ratelimit.h"

#include <stdlib.h>
#include <string.h>

#include "guard/meter.h"

/* Prefixes that responses are counted for, the smallest first. */
#define LEVELS 3
static const uint8_t v4_levels[LEVELS] = {32, RATELIMIT_V4_NETWORK, RATELIMIT_V4_PROVIDER};
static const uint8_t v6_levels[LEVELS] = {RATELIMIT_V6_ADDRESS, RATELIMIT_V6_NETWORK,
                                          RATELIMIT_V6_PROVIDER};

struct ratelimit {
	struct ratelimit_settings settings;
	struct meter *meter;
	uint32_t price_global;
	uint32_t price_address;
	uint32_t price_network;
	uint32_t price_response[LEVELS];
	uint32_t limited; /* responses so far, for slip */
};

/* Kinds of keys: they must not meet in the hash. */
enum purpose {
	PURPOSE_GLOBAL = 1,
	PURPOSE_QUERY = 2,
	PURPOSE_RESPONSE = 16
};

static uint32_t price_or_zero(uint64_t per_second, uint32_t window_ms)
{
	if (per_second == 0)
		return 0;
	return meter_price(per_second > UINT32_MAX ? UINT32_MAX : (uint32_t)per_second, window_ms);
}

void ratelimit_divide(struct ratelimit_settings *settings, uint32_t shares)
{
	uint32_t *limits[] = {&settings->global_qps, &settings->address_qps, &settings->network_qps,
	                      &settings->response_qps};
	for (size_t i = 0; i < ARRAY_COUNT(limits); i++)
		*limits[i] = *limits[i] / shares + (*limits[i] % shares != 0);
}

enum result ratelimit_create(const struct ratelimit_settings *settings, struct ratelimit **out)
{
	struct ratelimit *limit = calloc(1, sizeof(*limit));
	if (limit == NULL)
		return RESULT_NO_MEMORY;
	uint32_t window_ms = settings->window_ms != 0 ? settings->window_ms : METER_WINDOW_MS;
	enum result result = meter_create(settings->keys_max, window_ms, &limit->meter);
	if (result != RESULT_OK) {
		free(limit);
		return result;
	}
	limit->settings = *settings;
	limit->price_global = price_or_zero(settings->global_qps, window_ms);
	limit->price_address = price_or_zero(settings->address_qps, window_ms);
	limit->price_network = price_or_zero(settings->network_qps, window_ms);
	uint64_t response_qps = settings->response_qps;
	for (unsigned i = 0; i < LEVELS; i++, response_qps *= RATELIMIT_NETWORK_FACTOR)
		limit->price_response[i] = price_or_zero(response_qps, window_ms);
	*out = limit;
	return RESULT_OK;
}

void ratelimit_free(struct ratelimit *limit)
{
	if (limit == NULL)
		return;
	meter_free(limit->meter);
	free(limit);
}

struct ratelimit_lanes {
	uint32_t count;
	struct ratelimit *limit[];
};

enum result ratelimit_lanes_create(const struct ratelimit_settings *settings, uint32_t lanes,
                                   struct ratelimit_lanes **out)
{
	struct ratelimit_settings share = *settings;
	struct ratelimit_lanes *made = calloc(1, sizeof(*made) + lanes * sizeof(made->limit[0]));
	if (made == NULL)
		return RESULT_NO_MEMORY;
	ratelimit_divide(&share, lanes);
	for (; made->count < lanes; made->count++) {
		enum result result = ratelimit_create(&share, &made->limit[made->count]);
		if (result == RESULT_OK)
			continue;
		ratelimit_lanes_free(made);
		return result;
	}
	*out = made;
	return RESULT_OK;
}

void ratelimit_lanes_free(void *object)
{
	struct ratelimit_lanes *lanes = object;
	if (lanes == NULL)
		return;
	for (uint32_t i = 0; i < lanes->count; i++)
		ratelimit_free(lanes->limit[i]);
	free(lanes);
}

struct ratelimit *ratelimit_lane(const struct ratelimit_lanes *lanes, uint32_t lane)
{
	return lanes != NULL && lane < lanes->count ? lanes->limit[lane] : NULL;
}

static uint64_t fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t key_of(const struct ratelimit *limit, uint64_t prefix, uint8_t length,
                       unsigned purpose)
{
	uint64_t mixed = fold(prefix ^ limit->settings.secret, UINT64_C(0x9e3779b97f4a7c15));
	return fold(mixed ^ ((uint64_t)length << 8 | purpose), UINT64_C(0xe7037ed1a0b428db));
}

/* The first `length` bits of an address, in the upper bits. */
static uint64_t prefix_of(uint8_t family, const uint8_t *octets, uint8_t length)
{
	uint64_t value = 0;
	size_t count = family == 4 ? 4 : 8;
	for (size_t i = 0; i < count; i++)
		value |= (uint64_t)octets[i] << (56 - 8 * i);
	return value & ~UINT64_C(0) << (64 - length);
}

static uint8_t address_length(uint8_t family)
{
	return family == 4 ? 32 : RATELIMIT_V6_ADDRESS;
}

static uint8_t network_length(uint8_t family)
{
	return family == 4 ? RATELIMIT_V4_NETWORK : RATELIMIT_V6_NETWORK;
}

/* Families apart: 10.0.0.0 and 0a00:: have the same upper bits. */
static uint64_t client_key(const struct ratelimit *limit, uint8_t family, const uint8_t *octets,
                           uint8_t length, unsigned purpose)
{
	return key_of(limit, prefix_of(family, octets, length), length,
	              purpose | (family == 4 ? 0u : 128u));
}

static bool take(struct ratelimit *limit, uint8_t family, const uint8_t *octets, uint8_t length,
                 unsigned purpose, uint32_t price, uint32_t now_ms)
{
	return price == 0 ||
	       meter_take(limit->meter, client_key(limit, family, octets, length, purpose), price,
	                  now_ms);
}

bool ratelimit_query(struct ratelimit *limit, uint8_t family, const uint8_t *octets,
                     uint32_t now_ms)
{
	if (!take(limit, family, octets, address_length(family), PURPOSE_QUERY,
	          limit->price_address, now_ms) ||
	    !take(limit, family, octets, network_length(family), PURPOSE_QUERY,
	          limit->price_network, now_ms))
		return false;
	return limit->price_global == 0 ||
	       meter_take(limit->meter, key_of(limit, 0, 0, PURPOSE_GLOBAL), limit->price_global,
	                  now_ms);
}

static bool response_passes(struct ratelimit *limit, uint8_t family, const uint8_t *octets,
                            enum ratelimit_kind kind, uint32_t now_ms)
{
	const uint8_t *levels = family == 4 ? v4_levels : v6_levels;
	for (unsigned i = 0; i < LEVELS; i++) {
		if (!take(limit, family, octets, levels[i], PURPOSE_RESPONSE + (unsigned)kind,
		          limit->price_response[i], now_ms))
			return false;
	}
	return true;
}

enum ratelimit_verdict ratelimit_response(struct ratelimit *limit, uint8_t family,
                                          const uint8_t *octets, enum ratelimit_kind kind,
                                          uint32_t now_ms)
{
	if (response_passes(limit, family, octets, kind, now_ms))
		return RATELIMIT_PASS;
	limit->limited++;
	if (limit->settings.slip > 0 && limit->limited % limit->settings.slip == 0)
		return RATELIMIT_SLIP;
	return RATELIMIT_DROP;
}

void ratelimit_response_prefetch(const struct ratelimit *limit, uint8_t family,
                                 const uint8_t *octets, enum ratelimit_kind kind)
{
	const uint8_t *levels = family == 4 ? v4_levels : v6_levels;
	for (unsigned i = 0; i < LEVELS; i++)
		meter_prefetch(limit->meter, client_key(limit, family, octets, levels[i],
		                                        PURPOSE_RESPONSE + (unsigned)kind));
}

static uint32_t look(const struct ratelimit *limit, uint8_t family, const uint8_t *octets,
                     uint8_t length, unsigned purpose, uint32_t price, uint32_t now_ms)
{
	if (price == 0)
		return 0;
	return meter_look(limit->meter, client_key(limit, family, octets, length, purpose), now_ms);
}

void ratelimit_look(const struct ratelimit *limit, uint8_t family, const uint8_t *octets,
                    enum ratelimit_kind kind, uint32_t now_ms, struct ratelimit_state *out)
{
	const uint8_t *levels = family == 4 ? v4_levels : v6_levels;
	*out = (struct ratelimit_state){
	    .limits_queries =
	        limit->price_address != 0 || limit->price_network != 0 || limit->price_global != 0,
	    .limits_responses = limit->price_response[0] != 0,
	    .address = look(limit, family, octets, address_length(family), PURPOSE_QUERY,
	                    limit->price_address, now_ms),
	    .network = look(limit, family, octets, network_length(family), PURPOSE_QUERY,
	                    limit->price_network, now_ms),
	};
	if (limit->price_global != 0)
		out->global = meter_look(limit->meter, key_of(limit, 0, 0, PURPOSE_GLOBAL), now_ms);
	for (unsigned i = 0; i < LEVELS; i++) {
		uint32_t used =
		    look(limit, family, octets, levels[i], PURPOSE_RESPONSE + (unsigned)kind,
		         limit->price_response[i], now_ms);
		out->response = used > out->response ? used : out->response;
	}
}
