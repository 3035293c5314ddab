/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* graph -- the pipeline as a picture: stages, lcores, links with their depth, credits and policy.
 *
 * What:    made from the topology and a placement, nothing needs to run: text for terminals, DOT for
 *          graphviz, SVG for the documentation (docs/pipeline.svg).
 * Threads: control threads.
 * Memory:  none kept.
 * Limits:  pipeline/pipeline_limits.h.
 * Trust:   ours; names are those of our stages and need no escaping.
 * RFC:     none. */
#pragma once

#include <stdio.h>

#include "pipeline/placement.h"
#include "pipeline/topology.h"

enum graph_format {
	GRAPH_TEXT,
	GRAPH_DOT,
	GRAPH_SVG,
};

/* Requires: a checked topology. Fails: RESULT_IO, when `out` takes no more. */
MUST_CHECK enum result graph_write(const struct topology *topology,
                                   const struct placement *placement, enum graph_format format,
                                   FILE *out);

/* The SVG alone: graph_svg.c. */
void graph_svg_write(const struct topology *topology, const struct placement *placement, FILE *out);

/* How many pairs of instances a link joins, and how many of them by a ring. */
struct graph_pairs {
	unsigned all, rings;
};
struct graph_pairs graph_count_pairs(const struct topology *topology,
                                     const struct placement *placement,
                                     const struct topology_link *link);
