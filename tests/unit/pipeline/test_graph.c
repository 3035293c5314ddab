/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The pictures of the fake pipeline: text to the letter, DOT and SVG by what they must hold. */
#include "pipeline/graph.h"

#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "unit.h"

static struct fake fake;

/* The caller frees. */
static char *draw(enum placement_kind kind, uint16_t lanes, enum graph_format format)
{
	static struct placement placement;
	struct pipeline_error error;
	struct placement_request request = {.kind = kind, .lanes = lanes};
	const struct topology *topology = fake_topology(&fake, 128, 100);
	char *text = NULL;
	size_t size = 0;
	CU_ASSERT_EQUAL_FATAL(placement_make(topology, &request, &placement, &error), RESULT_OK);
	FILE *out = open_memstream(&text, &size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	CU_ASSERT_EQUAL(graph_write(topology, &placement, format, out), RESULT_OK);
	fclose(out);
	return text;
}

static unsigned count(const char *text, const char *word)
{
	unsigned found = 0;
	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
		found++;
	return found;
}

static void test_text_of_fused(void)
{
	char *text = draw(PLACEMENT_FUSED, 1, GRAPH_TEXT);
	CU_ASSERT_STRING_EQUAL(
	    text, "placement fused, 1 lane, 3 lcores and the main one\n"
	          "\n"
	          "lcore  thread           stages\n"
	          "    1  SOURCE-SINK      SOURCE MIDDLE SINK\n"
	          "    2  HOLDER           HOLDER\n"
	          "    3  PORTER           PORTER\n"
	          "\n"
	          "link                            policy   depth credits  direct  rings\n"
	          "source_middle                   BLOCK      128     100       1      0\n"
	          "porter_middle                   BLOCK      128     100       0      1\n"
	          "middle_sink                     BLOCK      128     100       1      0\n"
	          "middle_holder                   SHED       128     100       0      1\n"
	          "holder_sink                     BLOCK      128     100       0      1\n"
	          "sink_porter                     SHED       128     100       0      1\n");
	free(text);
}

/* What the picture says is what the pipeline does. */
static void test_pictures_count_what_is_wired(void)
{
	for (unsigned kind = PLACEMENT_FUSED; kind <= PLACEMENT_SPREAD; kind++) {
		fake_init(&fake);
		struct topology *topology = fake_topology(&fake, 64, 64);
		struct pipeline *pipeline =
		    fake_create(&fake, topology, (enum placement_kind)kind, 2, IDLE_POLL);
		unsigned rings = 0;
		unsigned pictured = 0;
		for (uint16_t i = 0; i < pipeline_count_links(pipeline); i++) {
			struct pipeline_link_stats link;
			pipeline_get_link(pipeline, i, &link);
			rings += !link.is_direct;
		}
		for (uint16_t i = 0; i < topology->link_count; i++)
			pictured += graph_count_pairs(topology, pipeline_get_placement(pipeline),
			                              &topology->links[i])
			                .rings;
		CU_ASSERT_EQUAL(rings, pictured);
		pipeline_destroy(pipeline);
		fake_fini(&fake);
	}
}

static void test_dot_has_every_instance_and_pair(void)
{
	char *text = draw(PLACEMENT_SPREAD, 2, GRAPH_DOT);
	CU_ASSERT_EQUAL(count(text, "subgraph"), 8);
	CU_ASSERT_EQUAL(count(text, " -> "), 12);
	CU_ASSERT_EQUAL(count(text, "style=dashed"), 4);
	CU_ASSERT_EQUAL(count(text, "\"MIDDLE-1\" -> \"HOLDER\""), 1);
	CU_ASSERT_EQUAL(count(text, "\"HOLDER\" -> \"SINK-0\""), 1);
	CU_ASSERT_EQUAL(count(text, "\"SOURCE-0\" -> \"MIDDLE-1\""), 0);
	free(text);
}

static void test_svg_has_every_stage_and_link(void)
{
	char *text = draw(PLACEMENT_FUSED, 1, GRAPH_SVG);
	CU_ASSERT_EQUAL(strncmp(text, "<svg ", 5), 0);
	CU_ASSERT_STRING_EQUAL(text + strlen(text) - 7, "</svg>\n");
	CU_ASSERT_EQUAL(count(text, "class=\"b\""), FAKE_STAGES);
	CU_ASSERT_EQUAL(count(text, "<title>"), FAKE_LINKS);
	CU_ASSERT_EQUAL(count(text, "depth 128, credits 100"), FAKE_LINKS);
	free(text);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"text_of_fused", test_text_of_fused},
	    {"pictures_count_what_is_wired", test_pictures_count_what_is_wired},
	    {"dot_has_every_instance_and_pair", test_dot_has_every_instance_and_pair},
	    {"svg_has_every_stage_and_link", test_svg_has_every_stage_and_link},
	};
	fake_eal_start();
	int status = unit_main(argc, argv, "pipeline/graph", cases, ARRAY_COUNT(cases));
	fake_eal_stop();
	return status;
}
