/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* carrier -- packets without a client: they bring a question, or an answer for the cache, to another stage.
 *
 * What:    a stage takes one from a pool, fills it and emits it; the stage that it is for retires it. They
 *          have QUERY_SOURCE_NONE and are no part of the sums of what came in, was answered or dropped.
 * Threads: the lcore that takes one owns it until it is emitted.
 * Memory:  the packet pools'; short ones come from the frames', long ones from the streams' pool.
 * Limits:  a carrier holds a message of up to 65535 octets. Where a pool is empty there is none.
 * Trust:   what they carry is what our stages put in.
 * RFC:     none. */
#pragma once

#include "pipeline/pool.h"
#include "pipeline/query.h"

/* A carrier with header, question and room for `sections` octets behind it; NULL: no buffer. The question
 * goes in lower case. All else of its struct query is zero. */
struct rte_mbuf *carrier_take(const struct pipeline_pools *pools,
                              const struct dns_question *question, bool dnssec_ok,
                              uint32_t sections);
