/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What a running server takes over from a new file, and what it keeps. */
#include "load.h"

#include <string.h>

static struct config *started;
static struct config *next;

/* Merges; what was put back may not show in a second comparison. */
static void merge(const char *started_text, const char *next_text, uint32_t live)
{
	struct config_changes changes;
	started = load_good(started_text);
	next = load_good(next_text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(started);
	CU_ASSERT_PTR_NOT_NULL_FATAL(next);
	CU_ASSERT_EQUAL_FATAL(config_merge(started, next), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(config_diff(started, next, &changes), RESULT_OK);
	CU_ASSERT_EQUAL(changes.restart_count, 0);
	CU_ASSERT_EQUAL(changes.count, live);
	config_changes_free(&changes);
}

static void end(void)
{
	config_free(next);
	config_free(started);
}

static void values(void)
{
	merge("{\"server\":{\"bind_port\":53,\"name\":\"a\"},\"logging\":{\"level\":\"info\"}}",
	      "{\"server\":{\"bind_port\":54,\"name\":\"b\"},\"logging\":{\"level\":\"debug\"},"
	      "\"ratelimit\":{\"rrl\":{\"slip\":3}},\"dpdk\":{\"lcores\":4}}",
	      2);
	CU_ASSERT_EQUAL(next->server.bind_port, 53);
	CU_ASSERT_STRING_EQUAL(next->server.name, "a");
	CU_ASSERT_EQUAL(next->dpdk.lcores.count, 0);
	CU_ASSERT_EQUAL(next->logging.level, LOG_LEVEL_DEBUG);
	CU_ASSERT_EQUAL(next->ratelimit.rrl.slip, 3);
	end();
}

/* Listeners have sockets: they stay, but who may ask there changes. */
static void fixed_lists(void)
{
	merge("{\"listener\":[{\"name\":\"x\",\"address\":\"127.0.0.1\",\"acl\":\"any\"},"
	      "{\"name\":\"y\",\"address\":\"127.0.0.2\"}]}",
	      "{\"acl\":[{\"name\":\"in\",\"networks\":[\"10.0.0.0/8\"]}],"
	      "\"listener\":[{\"name\":\"z\",\"address\":\"127.0.0.3\"},"
	      "{\"name\":\"x\",\"address\":\"127.0.0.9\",\"acl\":\"in\"}]}",
	      2);
	CU_ASSERT_EQUAL_FATAL(next->listener_count, 2);
	CU_ASSERT_STRING_EQUAL(next->listener[0].name, "x");
	CU_ASSERT_EQUAL(next->listener[0].address.octets[3], 1);
	CU_ASSERT_STRING_EQUAL(next->listener[0].acl.text, "in");
	CU_ASSERT_PTR_EQUAL(next->listener[0].acl.acl, &next->acl[0]);
	CU_ASSERT_STRING_EQUAL(next->listener[1].name, "y");
	end();
}

static void live_lists(void)
{
	merge("{\"zone\":[{\"name\":\"a.\",\"file\":\"1\"},{\"name\":\"b.\",\"file\":\"2\"}],"
	      "\"forwarder\":[{\"name\":\"f\",\"addresses\":[\"10.0.0.1\"]}]}",
	      "{\"zone\":[{\"name\":\"c.\",\"file\":\"3\"},{\"name\":\"a.\",\"file\":\"4\"}],"
	      "\"forwarder\":[{\"name\":\"f\",\"addresses\":[\"10.0.0.2\",\"10.0.0.3\"]}]}",
	      4);
	CU_ASSERT_EQUAL_FATAL(next->zone_count, 2);
	CU_ASSERT_PTR_NOT_NULL(strchr(next->zone[0].file, '3'));
	CU_ASSERT_PTR_NOT_NULL(strchr(next->zone[1].file, '4'));
	CU_ASSERT_EQUAL(next->forwarder[0].addresses_count, 2);
	CU_ASSERT_PTR_EQUAL(next->recursion.forward_to[0], &next->forwarder[0]);
	end();
}

static void nothing_new(void)
{
	merge("{}", "{}", 0);
	end();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"values that need a restart are put back", values},
	    {"listeners stay, their access lists change", fixed_lists},
	    {"zones and forwarders come and go", live_lists},
	    {"nothing new", nothing_new},
	};
	return unit_main(argc, argv, "config/merge", cases, ARRAY_COUNT(cases));
}
