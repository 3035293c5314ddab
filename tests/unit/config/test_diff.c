/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Comparing two configurations key by key. */
#include "load.h"

#include <stdio.h>
#include <string.h>

static struct config_changes changes;

static void compare(const char *from_text, const char *to_text)
{
	struct config *from = load_good(from_text);
	struct config *to = load_good(to_text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(from);
	CU_ASSERT_PTR_NOT_NULL_FATAL(to);
	CU_ASSERT_EQUAL_FATAL(config_diff(from, to, &changes), RESULT_OK);
	config_free(from);
	config_free(to);
}

static void is_change(uint32_t index, enum config_change_kind kind, bool live, const char *key,
                      const char *from, const char *to)
{
	CU_ASSERT_TRUE_FATAL(index < changes.count);
	const struct config_change *change = &changes.change[index];
	CU_ASSERT_EQUAL(change->kind, kind);
	CU_ASSERT_EQUAL(change->live, live);
	CU_ASSERT_STRING_EQUAL(change->key, key);
	CU_ASSERT_STRING_EQUAL(change->from, from);
	CU_ASSERT_STRING_EQUAL(change->to, to);
}

static void same(void)
{
	/* Another way to write the same. */
	compare(
	    "{\"cache\":{\"max_ttl_seconds\":86400},\"zone\":[{\"name\":\"a\",\"file\":\"x\"}]}",
	    "{\"zone\":[{\"file\":\"x\",\"name\":\"a.\"}],\"cache\":{\"max_ttl_seconds\":\"1d\"}}");
	CU_ASSERT_EQUAL(changes.count, 0);
	CU_ASSERT_EQUAL(changes.restart_count, 0);
	config_changes_free(&changes);
}

static void values(void)
{
	compare("{\"server\":{\"bind_port\":53,\"name\":\"a\"},\"logging\":{\"level\":\"info\"},"
	        "\"ratelimit\":{\"rrl\":{\"slip\":2}},\"dpdk\":{\"lcores\":\"0-1\"}}",
	        "{\"server\":{\"bind_port\":54,\"name\":\"a\\\"b\"},"
	        "\"logging\":{\"level\":\"debug\",\"rotate\":false},"
	        "\"ratelimit\":{\"rrl\":{\"slip\":3}},\"dpdk\":{\"lcores\":4}}");
	CU_ASSERT_EQUAL_FATAL(changes.count, 6);
	is_change(0, CONFIG_CHANGED, false, "server.name", "\"a\"", "\"a\\\"b\"");
	is_change(1, CONFIG_CHANGED, false, "server.bind_port", "53", "54");
	is_change(2, CONFIG_CHANGED, false, "dpdk.lcores", "\"0,1\"", "4");
	is_change(3, CONFIG_CHANGED, true, "logging.level", "\"info\"", "\"debug\"");
	is_change(4, CONFIG_CHANGED, true, "logging.rotate", "true", "false");
	is_change(5, CONFIG_CHANGED, true, "ratelimit.rrl.slip", "2", "3");
	CU_ASSERT_EQUAL(changes.restart_count, 3);
	config_changes_free(&changes);
	CU_ASSERT_EQUAL(changes.count, 0);
}

static void lists(void)
{
	compare("{\"acl\":[{\"name\":\"a\",\"networks\":[\"10.0.0.0/8\"]}],"
	        "\"policy\":{\"deny_domains\":[]}}",
	        "{\"acl\":[{\"name\":\"a\",\"networks\":[\"10.0.0.0/8\",\"::/0\"]}],"
	        "\"policy\":{\"deny_domains\":[\"x.\",\"y.\"]}}");
	CU_ASSERT_EQUAL_FATAL(changes.count, 2);
	is_change(0, CONFIG_CHANGED, true, "acl[a].networks", "[\"10.0.0.0/8\"]",
	          "[\"10.0.0.0/8\",\"::/0\"]");
	is_change(1, CONFIG_CHANGED, true, "policy.deny_domains", "[]", "[\"x.\",\"y.\"]");
	config_changes_free(&changes);
}

/* Elements are matched by name, so that a new one in front changes nothing else. */
static void elements(void)
{
	compare("{\"zone\":[{\"name\":\"a.\",\"file\":\"x\"},{\"name\":\"b.\",\"file\":\"y\"}]}",
	        "{\"zone\":[{\"name\":\"c.\",\"file\":\"z\"},{\"name\":\"A.\",\"file\":\"x\"}]}");
	CU_ASSERT_EQUAL_FATAL(changes.count, 2);
	is_change(0, CONFIG_REMOVED, true, "zone[b.]", "", "");
	is_change(1, CONFIG_ADDED, true, "zone[c.]", "", "");
	config_changes_free(&changes);
	compare("{\"zone\":[{\"name\":\"a.\",\"file\":\"x\"},{\"name\":\"b.\",\"file\":\"y\"}]}",
	        "{\"zone\":[{\"name\":\"b.\",\"file\":\"y\"},{\"name\":\"a.\",\"file\":\"/n\"}]}");
	CU_ASSERT_EQUAL_FATAL(changes.count, 1);
	is_change(0, CONFIG_CHANGED, true, "zone[a.].file", "\"/etc/scloud/x\"", "\"/n\"");
	config_changes_free(&changes);
	compare("{\"zone\":[{\"name\":\"a.\",\"file\":\"x\"},{\"name\":\"b.\",\"file\":\"y\"}]}",
	        "{\"zone\":[{\"name\":\"b.\",\"file\":\"y\"},{\"name\":\"a.\",\"file\":\"x\"}]}");
	CU_ASSERT_EQUAL_FATAL(changes.count, 1);
	is_change(0, CONFIG_CHANGED, true, "zone", "", "");
	config_changes_free(&changes);
	compare("{}", "{\"listener\":[{\"name\":\"l\",\"address\":\"::1\"}]}");
	CU_ASSERT_EQUAL_FATAL(changes.count, 1);
	is_change(0, CONFIG_ADDED, false, "listener[l]", "", "");
	CU_ASSERT_EQUAL(changes.restart_count, 1);
	config_changes_free(&changes);
}

static void records(void)
{
#define ZONE(rdata_)                                                                               \
	"{\"zone\":[{\"name\":\"a.\",\"inline\":true,\"records\":[{\"name\":\"@\",\"type\":\"A\"," \
	"\"rdata\":\"" rdata_ "\"}]}]}"
	compare(ZONE("192.0.2.1"), ZONE("192.0.2.2"));
	CU_ASSERT_EQUAL_FATAL(changes.count, 1);
	is_change(0, CONFIG_CHANGED, true, "zone[a.].records[0].rdata", "\"192.0.2.1\"",
	          "\"192.0.2.2\"");
	config_changes_free(&changes);
}

static void references(void)
{
#define KEYS(key_, acl_)                                                                           \
	"{\"tsig_key\":[{\"name\":\"k\",\"secret\":\"Zm9v\"},{\"name\":\"l\",\"secret\":\"Zm9v\"}" \
	"],"                                                                                       \
	"\"forwarder\":[{\"name\":\"f\",\"addresses\":[\"::1\"]},{\"name\":\"g\",\"addresses\":["  \
	"\""                                                                                       \
	"::1\"]}],"                                                                                \
	"\"zone\":[{\"name\":\"a.\",\"file\":\"x\",\"axfr_tsig_key\":\"" key_                      \
	"\",\"notify_acl\":\"" acl_ "\"}]}"
	compare(KEYS("k", "none"), KEYS("l", ""));
	CU_ASSERT_EQUAL_FATAL(changes.count, 1);
	is_change(0, CONFIG_CHANGED, true, "zone[a.].axfr_tsig_key", "\"k\"", "\"l\"");
	config_changes_free(&changes);
	compare(KEYS("", "any"), KEYS("", "localhost"));
	CU_ASSERT_EQUAL_FATAL(changes.count, 1);
	is_change(0, CONFIG_CHANGED, true, "zone[a.].notify_acl", "\"any\"", "\"localhost\"");
	config_changes_free(&changes);
}

static void secrets_stay_hidden(void)
{
	compare("{\"admin\":{\"auth_token\":\"one\"},"
	        "\"tsig_key\":[{\"name\":\"k\",\"secret\":\"Zm9v\"}]}",
	        "{\"admin\":{\"auth_token\":\"two\"},"
	        "\"tsig_key\":[{\"name\":\"k\",\"secret\":\"Zm9w\"}]}");
	CU_ASSERT_EQUAL_FATAL(changes.count, 2);
	is_change(0, CONFIG_CHANGED, true, "admin.auth_token", "\"***\"", "\"***\"");
	is_change(1, CONFIG_CHANGED, true, "tsig_key[k].secret", "\"***\"", "\"***\"");
	config_changes_free(&changes);
}

static void long_values_are_cut(void)
{
	char text[1024];
	char name[256];
	memset(name, 'x', 250);
	name[250] = '\0';
	snprintf(text, sizeof(text), "{\"server\":{\"name\":\"%s\"}}", name);
	compare("{}", text);
	CU_ASSERT_EQUAL_FATAL(changes.count, 1);
	CU_ASSERT_EQUAL(strlen(changes.change[0].to), CONFIG_VALUE_BYTES - 1);
	CU_ASSERT_STRING_EQUAL(changes.change[0].to + CONFIG_VALUE_BYTES - 6, "xx...");
	config_changes_free(&changes);
}

static const struct unit_case cases[] = {
    {"same", same},
    {"values", values},
    {"lists", lists},
    {"elements", elements},
    {"records", records},
    {"references", references},
    {"secrets_stay_hidden", secrets_stay_hidden},
    {"long_values_are_cut", long_values_are_cut},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "config/diff", cases, ARRAY_COUNT(cases));
}
