/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The map as text and as DOT. The SVG is in graph_svg.c. */
#include "pipeline/graph.h"

/* The stages that a link joins, and how many instances of each it pairs. */
struct link_ends {
	uint16_t from, to;
	uint16_t producers, consumers;
	uint16_t targets; /* consumers that one producer reaches */
};

static struct link_ends find_ends(const struct topology *topology,
                                  const struct placement *placement,
                                  const struct topology_link *link)
{
	uint16_t from = (uint16_t)topology_find_stage(topology, link->from);
	uint16_t to = (uint16_t)topology_find_stage(topology, link->to);
	return (struct link_ends){
	    .from = from,
	    .to = to,
	    .producers = topology_instance_count(topology, from, placement->lanes),
	    .consumers = topology_instance_count(topology, to, placement->lanes),
	    .targets = topology_target_count(topology, link, placement->lanes),
	};
}

/* The `target`-th consumer of that producer: any lane, its own lane, or the only one. */
static uint16_t consumer_of(const struct link_ends *ends, uint16_t producer, uint16_t target)
{
	if (ends->targets > 1)
		return target;
	return ends->consumers > 1 ? producer : 0;
}

struct graph_pairs graph_count_pairs(const struct topology *topology,
                                     const struct placement *placement,
                                     const struct topology_link *link)
{
	struct graph_pairs pairs = {0};
	const struct link_ends ends = find_ends(topology, placement, link);
	for (uint16_t i = 0; i < ends.producers; i++) {
		for (uint16_t j = 0; j < ends.targets; j++) {
			uint16_t consumer = consumer_of(&ends, i, j);
			bool together = placement_lcore_of(placement, ends.from, i) ==
			                placement_lcore_of(placement, ends.to, consumer);
			pairs.all++;
			pairs.rings += !together || !topology_link_may_be_direct(topology, link);
		}
	}
	return pairs;
}

/* "DECODER" or, where there are several, "DECODER-1". */
static void write_instance(const struct topology *topology, const struct placement *placement,
                           const struct placement_instance *instance, FILE *out)
{
	fprintf(out, "%s", topology->stages[instance->stage].ops->name);
	if (topology_instance_count(topology, instance->stage, placement->lanes) > 1)
		fprintf(out, "-%u", instance->instance);
}

static void write_text_lcores(const struct topology *topology, const struct placement *placement,
                              FILE *out)
{
	fprintf(out, "placement %s, %u lane%s, %u lcores and the main one\n\n",
	        placement_kind_name(placement->kind), placement->lanes,
	        placement->lanes > 1 ? "s" : "", placement->lcore_count);
	fprintf(out, "lcore  thread           stages\n");
	for (uint16_t i = 0; i < placement->lcore_count; i++) {
		const char *separator = "";
		fprintf(out, "%5u  %-15s  ", i + 1, placement->thread[i]);
		for (uint16_t j = 0; j < placement->instance_count; j++) {
			if (placement->instance[j].lcore != i)
				continue;
			fprintf(out, "%s", separator);
			write_instance(topology, placement, &placement->instance[j], out);
			separator = " ";
		}
		fprintf(out, "\n");
	}
}

static void write_text_links(const struct topology *topology, const struct placement *placement,
                             FILE *out)
{
	fprintf(out, "\n%-31s %-6s %7s %7s %7s %6s\n", "link", "policy", "depth", "credits",
	        "direct", "rings");
	for (uint16_t i = 0; i < topology->link_count; i++) {
		const struct topology_link *link = &topology->links[i];
		struct graph_pairs pairs = graph_count_pairs(topology, placement, link);
		fprintf(out, "%-31s %-6s %7u %7u %7u %6u\n", link->name,
		        link_policy_name(link->policy), link->depth, link->credits,
		        pairs.all - pairs.rings, pairs.rings);
	}
}

static void write_dot_lcores(const struct topology *topology, const struct placement *placement,
                             FILE *out)
{
	for (uint16_t i = 0; i < placement->lcore_count; i++) {
		fprintf(out, "\tsubgraph cluster_lcore%u {\n\t\tlabel=\"lcore %u: %s\";\n", i + 1,
		        i + 1, placement->thread[i]);
		for (uint16_t j = 0; j < placement->instance_count; j++) {
			if (placement->instance[j].lcore != i)
				continue;
			fprintf(out, "\t\t\"");
			write_instance(topology, placement, &placement->instance[j], out);
			fprintf(out, "\";\n");
		}
		fprintf(out, "\t}\n");
	}
}

static void write_dot_edge(const struct topology *topology, const struct placement *placement,
                           const struct topology_link *link,
                           const struct placement_instance ends[2], FILE *out)
{
	bool direct = ends[0].lcore == ends[1].lcore && topology_link_may_be_direct(topology, link);
	fprintf(out, "\t\"");
	write_instance(topology, placement, &ends[0], out);
	fprintf(out, "\" -> \"");
	write_instance(topology, placement, &ends[1], out);
	if (direct)
		fprintf(out, "\" [style=bold];\n");
	else
		fprintf(out, "\" [label=\"%s %u/%u\"%s];\n", link_policy_name(link->policy),
		        link->credits, link->depth,
		        link->policy == LINK_SHED ? ", style=dashed" : "");
}

static struct placement_instance find_end(const struct placement *placement, uint16_t stage,
                                          uint16_t instance)
{
	return (struct placement_instance){
	    .stage = (uint8_t)stage,
	    .instance = (uint8_t)instance,
	    .lcore = (uint8_t)placement_lcore_of(placement, stage, instance),
	};
}

static void write_dot_link(const struct topology *topology, const struct placement *placement,
                           const struct topology_link *link, FILE *out)
{
	const struct link_ends sides = find_ends(topology, placement, link);
	for (uint16_t i = 0; i < sides.producers; i++) {
		for (uint16_t j = 0; j < sides.targets; j++) {
			uint16_t consumer = consumer_of(&sides, i, j);
			const struct placement_instance ends[2] = {
			    find_end(placement, sides.from, i),
			    find_end(placement, sides.to, consumer)};
			write_dot_edge(topology, placement, link, ends, out);
		}
	}
}

static void write_dot(const struct topology *topology, const struct placement *placement, FILE *out)
{
	fprintf(out, "digraph pipeline {\n\trankdir=LR;\n\tnode [shape=box];\n");
	write_dot_lcores(topology, placement, out);
	for (uint16_t i = 0; i < topology->link_count; i++)
		write_dot_link(topology, placement, &topology->links[i], out);
	fprintf(out, "}\n");
}

enum result graph_write(const struct topology *topology, const struct placement *placement,
                        enum graph_format format, FILE *out)
{
	switch (format) {
	case GRAPH_TEXT:
		write_text_lcores(topology, placement, out);
		write_text_links(topology, placement, out);
		break;
	case GRAPH_DOT:
		write_dot(topology, placement, out);
		break;
	case GRAPH_SVG:
		graph_svg_write(topology, placement, out);
		break;
	}
	return fflush(out) == 0 && ferror(out) == 0 ? RESULT_OK : RESULT_IO;
}
