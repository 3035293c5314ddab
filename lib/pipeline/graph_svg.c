/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The map as SVG. Stages stand in the cells that the topology gives them; links are drawn at right angles:
 * straight to a neighbour, over an arch above the picture past stages of the same row, by a step to another
 * row, back along a bottom line. Ends are spread over the side of a box where several meet. */
#include "pipeline/graph.h"

enum {
	BOX_WIDTH = 150,
	BOX_HEIGHT = 46,
	CELL_WIDTH = 216,
	CELL_HEIGHT = 104,
	LEFT = 24,
	TOP = 96,
	ARCH_TOP = 44, /* of the uppermost arch */
	ARCH_STEP = 16,
	STEP_OFFSET = 33, /* of the vertical piece of a step, from the consumer */
	STEP_SPREAD = 7, /* between such pieces */
	LEGEND_HEIGHT = 28,
	TITLE_Y = 24,
	TEXT_UP = 5, /* of a label above its line */
	TEXT_DOWN = 12, /* below it */
	TEXT_SHIFT = 4, /* of a label beside its line */
	COLOURS = 6,
};

enum side {
	SIDE_LEFT,
	SIDE_RIGHT,
	SIDE_TOP,
	SIDE_BOTTOM,
	SIDES
};

/* How a link is drawn, and at which sides it leaves and arrives. */
enum shape {
	SHAPE_STRAIGHT,
	SHAPE_ARCH,
	SHAPE_STEP,
	SHAPE_BACK,
	SHAPE_VERTICAL,
};

struct way {
	enum shape shape;
	enum side leaves, arrives;
};

struct point {
	int x, y;
};

struct drawing {
	const struct topology *topology;
	const struct placement *placement;
	FILE *out;
	struct way ways[TOPOLOGY_LINKS_MAX];
	unsigned arches, steps;
};

/* Fill of the boxes of one lcore group. */
static const char *const colours[COLOURS] = {"#dcebff", "#ffe6cc", "#dff3df",
                                             "#f0e2f7", "#fff6c9", "#e8e8e8"};

static const struct topology_stage *stage_named(const struct drawing *drawing, const char *name)
{
	return &drawing->topology->stages[topology_find_stage(drawing->topology, name)];
}

static struct point corner_of(const struct topology_stage *stage)
{
	return (struct point){LEFT + stage->column * CELL_WIDTH, TOP + stage->row * CELL_HEIGHT};
}

static bool is_step(const struct topology_stage *from, const struct topology_stage *to)
{
	return from->row != to->row && from->column < to->column;
}

static struct way choose_way(const struct topology_stage *from, const struct topology_stage *to)
{
	if (from->column == to->column && from->row < to->row)
		return (struct way){SHAPE_VERTICAL, SIDE_BOTTOM, SIDE_TOP};
	if (from->column == to->column)
		return (struct way){SHAPE_VERTICAL, SIDE_TOP, SIDE_BOTTOM};
	if (from->row == to->row && from->column + 1 == to->column)
		return (struct way){SHAPE_STRAIGHT, SIDE_RIGHT, SIDE_LEFT};
	if (from->row == to->row && from->column < to->column)
		return (struct way){SHAPE_ARCH, SIDE_TOP, SIDE_TOP};
	if (is_step(from, to))
		return (struct way){SHAPE_STEP, SIDE_RIGHT, SIDE_LEFT};
	return (struct way){SHAPE_BACK, SIDE_BOTTOM, SIDE_RIGHT};
}

/* A link ends at a side of a stage if it leaves or arrives there. */
static bool is_at(const struct drawing *drawing, uint16_t link, const struct topology_stage *stage,
                  enum side side)
{
	const struct topology_link *row = &drawing->topology->links[link];
	return (stage_named(drawing, row->from) == stage && drawing->ways[link].leaves == side) ||
	       (stage_named(drawing, row->to) == stage && drawing->ways[link].arrives == side);
}

/* Where link number `link` meets that side: the ends share it evenly, in the order of the table; at the top
 * in the opposite order, so that an arch lies within another one. */
static struct point end_at(const struct drawing *drawing, uint16_t link,
                           const struct topology_stage *stage, enum side side)
{
	int count = 0;
	int at = 0;
	for (uint16_t i = 0; i < drawing->topology->link_count; i++) {
		if (!is_at(drawing, i, stage, side))
			continue;
		count++;
		at += side == SIDE_TOP ? i >= link : i <= link;
	}
	struct point corner = corner_of(stage);
	int across = BOX_WIDTH * at / (count + 1);
	int down = BOX_HEIGHT * at / (count + 1);
	switch (side) {
	case SIDE_LEFT:
		return (struct point){corner.x, corner.y + down};
	case SIDE_RIGHT:
		return (struct point){corner.x + BOX_WIDTH, corner.y + down};
	case SIDE_TOP:
		return (struct point){corner.x + across, corner.y};
	case SIDE_BOTTOM:
	case SIDES:
		break;
	}
	return (struct point){corner.x + across, corner.y + BOX_HEIGHT};
}

static void write_label(const struct drawing *drawing, const struct topology_link *link, int x,
                        int y, const char *anchor)
{
	const struct graph_pairs pairs =
	    graph_count_pairs(drawing->topology, drawing->placement, link);
	if (pairs.rings == 0)
		return;
	fprintf(drawing->out,
	        "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" class=\"n\">%s %u</text>\n", x, y,
	        anchor, link->policy == LINK_SHED ? "shed" : "block", link->credits);
}

static void write_path(struct drawing *drawing, uint16_t index, struct point from, struct point to)
{
	const struct topology_link *link = &drawing->topology->links[index];
	FILE *out = drawing->out;
	fprintf(out, "<path class=\"%s%s\" d=\"M%d %d",
	        graph_count_pairs(drawing->topology, drawing->placement, link).rings > 0 ? "r"
	                                                                                 : "d",
	        link->policy == LINK_SHED ? " s" : "", from.x, from.y);
	int x = (from.x + to.x) / 2;
	int y = (from.y + to.y) / 2;
	const char *anchor = "middle";
	switch (drawing->ways[index].shape) {
	case SHAPE_STRAIGHT:
		fprintf(out, "H%d", to.x);
		x = from.x + TEXT_SHIFT;
		y = from.y + TEXT_DOWN;
		anchor = "start";
		break;
	case SHAPE_ARCH:
		y = ARCH_TOP + ARCH_STEP * (int)drawing->arches++;
		fprintf(out, "V%dH%dV%d", y, to.x, to.y);
		y -= TEXT_UP;
		break;
	case SHAPE_STEP:
		x = to.x - STEP_OFFSET + STEP_SPREAD * (int)(drawing->steps++ % 3);
		fprintf(out, "H%dV%dH%d", x, to.y, to.x);
		x += TEXT_SHIFT;
		anchor = "start";
		break;
	case SHAPE_BACK:
		fprintf(out, "V%dH%d", to.y, to.x);
		x = from.x - TEXT_SHIFT;
		y = to.y + TEXT_DOWN;
		anchor = "end";
		break;
	case SHAPE_VERTICAL:
		fprintf(out, "V%d", to.y);
		x = from.x + TEXT_SHIFT;
		anchor = "start";
		break;
	}
	fprintf(out,
	        "\" marker-end=\"url(#a)\"><title>%s: %s, depth %u, credits %u</title></path>\n",
	        link->name, link_policy_name(link->policy), link->depth, link->credits);
	write_label(drawing, link, x, y, anchor);
}

static void write_links(struct drawing *drawing)
{
	const struct topology *topology = drawing->topology;
	for (uint16_t i = 0; i < topology->link_count; i++)
		drawing->ways[i] = choose_way(stage_named(drawing, topology->links[i].from),
		                              stage_named(drawing, topology->links[i].to));
	for (uint16_t i = 0; i < topology->link_count; i++) {
		const struct topology_stage *from = stage_named(drawing, topology->links[i].from);
		const struct topology_stage *to = stage_named(drawing, topology->links[i].to);
		struct point start = end_at(drawing, i, from, drawing->ways[i].leaves);
		struct point end = end_at(drawing, i, to, drawing->ways[i].arrives);
		/* Two neighbours whose sides are shared differently still get a straight line. */
		if (drawing->ways[i].shape == SHAPE_STRAIGHT)
			start.y = end.y;
		if (drawing->ways[i].shape == SHAPE_VERTICAL)
			start.x = end.x;
		write_path(drawing, i, start, end);
	}
}

static void write_stages(const struct drawing *drawing)
{
	for (uint16_t i = 0; i < drawing->topology->stage_count; i++) {
		const struct topology_stage *stage = &drawing->topology->stages[i];
		struct point corner = corner_of(stage);
		unsigned lcore = placement_lcore_of(drawing->placement, i, 0);
		bool several =
		    topology_instance_count(drawing->topology, i, drawing->placement->lanes) > 1;
		fprintf(drawing->out,
		        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" fill=\"%s\" "
		        "class=\"b\"/>\n",
		        corner.x, corner.y, BOX_WIDTH, BOX_HEIGHT, colours[stage->group % COLOURS]);
		fprintf(drawing->out, "<text x=\"%d\" y=\"%d\" class=\"t\">%s</text>\n",
		        corner.x + BOX_WIDTH / 2, corner.y + BOX_HEIGHT / 2 - 2, stage->ops->name);
		fprintf(drawing->out, "<text x=\"%d\" y=\"%d\" class=\"l\">lcore %u%s</text>\n",
		        corner.x + BOX_WIDTH / 2, corner.y + BOX_HEIGHT / 2 + 14, lcore + 1,
		        several ? ", one per lane" : "");
	}
}

static void write_head(const struct drawing *drawing, int width, int height)
{
	fprintf(drawing->out,
	        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
	        "viewBox=\"0 0 %d %d\" font-family=\"sans-serif\">\n<style>\n"
	        ".b{stroke:#444;stroke-width:1.2}\n"
	        ".t{font-size:12px;font-weight:bold;text-anchor:middle;fill:#111}\n"
	        ".l{font-size:11px;text-anchor:middle;fill:#444}\n"
	        ".n{font-size:10px;fill:#555}\n"
	        ".d{fill:none;stroke:#333;stroke-width:2}\n"
	        ".r{fill:none;stroke:#1a5fb4;stroke-width:1.4}\n"
	        ".s{stroke-dasharray:6 4}\n</style>\n"
	        "<defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" "
	        "markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" "
	        "orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#333\"/></marker></defs>\n"
	        "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
	        width, height, width, height, width, height);
	fprintf(drawing->out,
	        "<text x=\"%d\" y=\"%d\" font-size=\"14\" fill=\"#111\">placement %s, %u lane%s, "
	        "%u lcores and the main one</text>\n",
	        LEFT, TITLE_Y, placement_kind_name(drawing->placement->kind),
	        drawing->placement->lanes, drawing->placement->lanes > 1 ? "s" : "",
	        drawing->placement->lcore_count);
}

static void write_legend(const struct drawing *drawing, int y)
{
	fprintf(
	    drawing->out,
	    "<path class=\"d\" d=\"M%d %dh40\"/><text x=\"%d\" y=\"%d\" class=\"n\">direct call"
	    "</text>\n"
	    "<path class=\"r\" d=\"M%d %dh40\"/><text x=\"%d\" y=\"%d\" class=\"n\">ring, BLOCK "
	    "and its credits</text>\n"
	    "<path class=\"r s\" d=\"M%d %dh40\"/><text x=\"%d\" y=\"%d\" class=\"n\">ring, SHED "
	    "and its credits</text>\n",
	    LEFT, y, LEFT + 46, y + 4, LEFT + 130, y, LEFT + 176, y + 4, LEFT + 340, y, LEFT + 386,
	    y + 4);
}

void graph_svg_write(const struct topology *topology, const struct placement *placement, FILE *out)
{
	struct drawing drawing = {.topology = topology, .placement = placement, .out = out};
	int columns = 0;
	int rows = 0;
	for (uint16_t i = 0; i < topology->stage_count; i++) {
		columns = topology->stages[i].column >= columns ? topology->stages[i].column + 1
		                                                : columns;
		rows = topology->stages[i].row >= rows ? topology->stages[i].row + 1 : rows;
	}
	int width = 2 * LEFT + columns * CELL_WIDTH - (CELL_WIDTH - BOX_WIDTH);
	int height = TOP + rows * CELL_HEIGHT + LEGEND_HEIGHT;
	write_head(&drawing, width, height);
	write_stages(&drawing);
	write_links(&drawing);
	write_legend(&drawing, height - LEGEND_HEIGHT);
	fprintf(out, "</svg>\n");
}
