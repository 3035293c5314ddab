/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The file as a whole: JSON errors, unknown and repeated keys, comments, defaults, pending options, files. */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/option.h"

#define NO_RECURSION "\"recursion\": {\"enabled\": false}"

static void json_errors(void)
{
	LOAD_EXPECT("",
	            "t:1:1: error: found the end of the text, allowed: the end of what is open\n");
	LOAD_EXPECT("{\n  \"a\": 1,\n",
	            "t:3:1: error: found the end of the text, allowed: the end of "
	            "what is open\n");
	LOAD_EXPECT("{\n  server: 1}",
	            "t:2:3: error: found 's', allowed: a key in double quotes\n");
	LOAD_EXPECT("{\"server\" 1}", "t:1:11: error: found '1', allowed: \":\" behind a key\n");
	LOAD_EXPECT("{\"a\": 1 \"b\": 2}",
	            "t:1:9: error: found '\"', allowed: \",\" or \"}\" behind a value\n");
	LOAD_EXPECT("{\"a\": [1 2]}",
	            "t:1:10: error: found '2', allowed: \",\" or \"]\" behind a value\n");
	LOAD_EXPECT("{\"a\": 1,}", "t:1:9: error: found '}', allowed: keys and values with one "
	                           "comma between them, // and /* */ comments\n");
	LOAD_EXPECT("{} x", "t:1:4: error: found 'x', allowed: keys and values with one comma "
	                    "between them, // and /* */ comments\n");
	LOAD_EXPECT("{} /* x",
	            "t:1:4: error: found a comment without end, allowed: one that ends in "
	            "*/\n");
	LOAD_EXPECT("{\"a\": \"\xff\"}", "t:1:8: error: found octet 0xff, allowed: UTF-8\n");
	LOAD_EXPECT(
	    "{\"a\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}",
	    "t:1:21: error: found '[', allowed: no more than 16 objects and lists inside of "
	    "each other\n");
}

static void unknown_keys(void)
{
	LOAD_EXPECT("{\"sever\": {}}",
	            "t:1:2: error: sever: unknown key, did you mean \"server\"?\n");
	LOAD_EXPECT("{\"dpdk\": {\n\t\"memory\": {\"huge_pages\": \"on\"}}}",
	            "t:2:13: error: dpdk.memory.huge_pages: unknown key, did you mean "
	            "\"hugepages\"?\n");
	LOAD_EXPECT("{\"nonsense\": 1}",
	            "t:1:2: error: nonsense: unknown key; docs/configuration.md "
	            "lists what is allowed\n");
	LOAD_EXPECT("{\"acl\": [{\"name\": \"a\", \"networks\": [], \"network\": []}]}",
	            "t:1:40: error: acl[0].network: unknown key, did you mean \"networks\"?\n");
}

static void repeated_keys(void)
{
	LOAD_EXPECT("{\"server\": {\"name\": \"a\",\n \"name\": \"b\"}}",
	            "t:2:2: error: server.name: the key stands here a second time, allowed: once "
	            "(line 1)\n");
	LOAD_EXPECT("{\"cache\": {},\n\n\"cache\": {}}",
	            "t:3:1: error: cache: the key stands here a second time, allowed: once (line "
	            "1)\n");
}

static void missing_keys(void)
{
	LOAD_EXPECT("{\"acl\": [{\"name\": \"a\"}]}",
	            "t:1:10: error: acl[0].networks: the key is missing, needed: a list, each a "
	            "prefix without bits behind its length such as \"10.0.0.0/8\" or "
	            "\"fd00::/8\"\n");
}

static void comments_are_left_alone(void)
{
	LOAD_EXPECT("// head\n{ /* a */ \"_comments\": {\"x\": [1]}, // b\n" NO_RECURSION ",\n"
	            "\"server\": {\"_note\": 5, \"_note\": 6, \"name\": \"http://x\"}}\n// end",
	            "");
	LOAD_EXPECT("{/* \xc3\xa9\xc3\xa9 */ \"x\": 1}",
	            "t:1:11: error: x: unknown key; docs/configuration.md lists what is allowed\n");
}

static void many_errors(void)
{
	char text[4096] = "{\"server\":{";
	size_t len = strlen(text);
	for (int i = 0; i < 30; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\n\"zz%02dyyxx\":1",
		                        i == 0 ? "" : ",", i);
	snprintf(text + len, sizeof(text) - len, "}}");
	const char *problems = load_problems(text);
	unsigned lines = 0;
	for (const char *p = problems; *p != '\0'; p++)
		lines += *p == '\n';
	CU_ASSERT_EQUAL(lines, CONFIG_ERRORS_MAX + 1);
	CU_ASSERT_EQUAL(strncmp(problems, "t:2:1: error: server.zz00yyxx: unknown key", 41), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(problems, "\nt: error: 10 more\n"));
}

static void errors_in_the_files_order(void)
{
	LOAD_EXPECT(
	    "{\"zone\": [{\"name\": \"a.\", \"file\": \"x\", \"notify_acl\": \"nobody\"}],\n"
	    "\"cache\": {\"enabled\": 3},\n\"serve\": 1}",
	    "t:1:53: error: zone[0].notify_acl: found \"nobody\", which is no acl of this "
	    "file, allowed: the name of an acl, a prefix, \"any\", \"none\" or "
	    "\"localhost\"\n"
	    "t:2:22: error: cache.enabled: found 3, allowed: true or false\n"
	    "t:3:1: error: serve: unknown key, did you mean \"server\"?\n");
}

static void defaults(void)
{
	struct config *config = load_good("{}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_STRING_EQUAL(config->server.name, "scloud-dns");
	CU_ASSERT_EQUAL(config->server.max_udp_payload, 1232);
	CU_ASSERT_EQUAL(config->server.bind_port, 53);
	CU_ASSERT_EQUAL(config->listener_count, 0);
	CU_ASSERT_EQUAL(config->forwarder_count, 0);
	CU_ASSERT_EQUAL(config->recursion.forward_to_count, 0);
	CU_ASSERT_STRING_EQUAL(config->recursion.allowed_acl.acl->name, "localhost");
	CU_ASSERT_EQUAL(config->recursion.allowed_acl.acl->networks_count, 2);
	CU_ASSERT_EQUAL(config->doh.paths_count, 1);
	CU_ASSERT_STRING_EQUAL(config->doh.paths[0], "/dns-query");
	CU_ASSERT_EQUAL(config->ratelimit.rrl.slip, 2);
	CU_ASSERT_EQUAL(config->metrics.prometheus_bind.port, 9153);
	CU_ASSERT_EQUAL(config->logging.level, LOG_LEVEL_INFO);
	CU_ASSERT_STRING_EQUAL(config->file, "t");
	config_free(config);
}

/* What is asked for and not done yet is said once, not for each key inside of it. */
static void pending(void)
{
	LOAD_EXPECT("{" NO_RECURSION ", \"axfr\": {\"enabled\": false, "
	            "\"max_concurrent_transfers\": 9}}",
	            "");
	LOAD_EXPECT("{" NO_RECURSION ",\n\"axfr\": {\"enabled\": true},\n\"tsig_key\": []}",
	            "t:2:1: warning: axfr is asked for and not done yet\n");
	LOAD_EXPECT("{" NO_RECURSION ",\n\"server\": {\"enable_dnssec\": true}}",
	            "t:2:29: warning: server.enable_dnssec: true is asked for and not done yet\n");
	LOAD_EXPECT("{" NO_RECURSION ",\n\"workers\": {\"resolver\": 1}}", "");
	LOAD_EXPECT("{" NO_RECURSION ",\n\"workers\": {\"resolver\": 4}}",
	            "t:2:25: warning: workers.resolver: 4 is asked for and not done yet, 1 is "
	            "used\n");
	LOAD_EXPECT("{" NO_RECURSION ",\n\"root_hints\": {\"file\": \"/x\"}}", "");
	LOAD_EXPECT("{" NO_RECURSION ", \"zone\": [{\"name\": \"a.\", \"type\": \"slave\",\n"
	            "\"masters\": [\"::1\"], \"allow_update_acl\": \"\"}]}",
	            "t:1:67: warning: zone[0].type: \"slave\" is asked for and not done yet\n");
}

static struct config_problems problems;

/* The default configuration says of itself what is not the table's default. */
static void built_in(void)
{
	struct config *config = NULL;
	struct config *empty = load_good("{}");
	const struct config_source source = {.folder = SOURCE_ROOT "/config",
	                                     .resolv_conf = LOAD_NO_RESOLV_CONF};
	CU_ASSERT_EQUAL_FATAL(config_default(&source, &config, &problems), RESULT_OK);
	CU_ASSERT_PTR_NOT_NULL_FATAL(empty);
	CU_ASSERT_STRING_EQUAL(config->zone[0].file, SOURCE_ROOT "/config/zones/example.com.zone");
	CU_ASSERT_EQUAL(config->listener[0].port, 53);
	CU_ASSERT_STRING_EQUAL(config->file, "built-in configuration");
	struct config_changes changes;
	CU_ASSERT_EQUAL_FATAL(config_diff(empty, config, &changes), RESULT_OK);
	static const char *const here[] = {"dpdk.memory.hugepages", "dpdk.ports[tap0]",
	                                   "acl[clients]",          "listener[local]",
	                                   "forwarder[host]",       "recursion.allowed_acl",
	                                   "recursion.forward_to",  "zone[example.com.]"};
	CU_ASSERT_EQUAL_FATAL(changes.count, ARRAY_COUNT(here));
	for (size_t i = 0; i < ARRAY_COUNT(here); i++)
		CU_ASSERT_STRING_EQUAL(changes.change[i].key, here[i]);
	config_changes_free(&changes);
	config_free(empty);
	config_free(config);
}

/* Counts the keys of the table that the default file does not show. */
static unsigned unexplained(const struct option_table *table, const char *text)
{
	unsigned count = 0;
	for (size_t i = 0; i < table->count; i++) {
		char key[64];
		snprintf(key, sizeof(key), "\"%s\":", table->rows[i].key);
		if (strstr(text, key) == NULL) {
			printf("config/scloud-dns.json does not show %s\n", key);
			count++;
		}
		if (table->rows[i].table != NULL)
			count += unexplained(table->rows[i].table, text);
	}
	return count;
}

static void built_in_shows_every_option(void)
{
	/* The keys of a record and of a key stand in comments, and its class is always IN. */
	static char text[1 << 16];
	snprintf(text, sizeof(text), "%s \"class\": \"priority\":", config_default_text());
	CU_ASSERT_EQUAL(unexplained(&option_root, text), 0);
}

static void example_files(void)
{
	static const char *const files[] = {"authoritative", "forwarder", "bare-metal",
	                                    "vhost-user"};
	const struct config_source source = {.resolv_conf = LOAD_NO_RESOLV_CONF};
	for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
		char path[512];
		struct config *config = NULL;
		snprintf(path, sizeof(path), SOURCE_ROOT "/config/examples/%s.json", files[i]);
		CU_ASSERT_EQUAL_FATAL(config_load_file(path, &source, &config, &problems),
		                      RESULT_OK);
		/* forwarder.json wants the host's servers, and there are none here. */
		CU_ASSERT_EQUAL(problems.warning_count, strcmp(files[i], "forwarder") == 0);
		config_free(config);
	}
}

static void full_example(void)
{
	struct config *config = NULL;
	const struct config_source source = {.resolv_conf = LOAD_NO_RESOLV_CONF};
	CU_ASSERT_EQUAL_FATAL(
	    config_load_file(SOURCE_ROOT "/config/examples/full.json", &source, &config, &problems),
	    RESULT_OK);
	/* Sections that are not done yet give one warning each. */
	static const char *const once[] = {"admin is", "tsig_key is", "axfr is", "dynupdate is"};
	for (size_t i = 0; i < ARRAY_COUNT(once); i++) {
		unsigned count = 0;
		for (uint32_t j = 0; j < problems.warning_count; j++)
			count += strncmp(problems.warning[j].text, once[i], strlen(once[i])) == 0;
		CU_ASSERT_EQUAL(count, 1);
	}
	CU_ASSERT_EQUAL(config_lanes_wanted(config), 4);
	CU_ASSERT_EQUAL(config_udp_payload(config, 4), 4096);
	CU_ASSERT_EQUAL(config_udp_payload(config, 6), 1232);
	CU_ASSERT_EQUAL_FATAL(config->zone_count, 4);
	CU_ASSERT_EQUAL_FATAL(config->zone[2].records_count, 5);
	CU_ASSERT_EQUAL(config->zone[2].records[1].ttl, 3600);
	CU_ASSERT_STRING_EQUAL(config->zone[2].records[3].rdata, "10 mail.example.com.");
	CU_ASSERT_STRING_EQUAL(config->zone[0].axfr_tsig_key->name, "axfr-key");
	CU_ASSERT_STRING_EQUAL(config->zone[0].allow_update_acl.text, "");
	CU_ASSERT_EQUAL(config->zone[0].allow_update_acl.acl->networks_count, 0);
	CU_ASSERT_EQUAL(config->recursion.forward_to_count, 3);
	CU_ASSERT_EQUAL(config->tsig_key[1].secret_count, 0);
	config_free(config);
}

static void files_that_cannot_be_read(void)
{
	struct config *config = NULL;
	CU_ASSERT_EQUAL(config_load_file("/nonexistent/x.json", NULL, &config, &problems),
	                RESULT_IO);
	CU_ASSERT_STRING_EQUAL(problems.error[0].text, "No such file or directory");
	CU_ASSERT_STRING_EQUAL(problems.file, "/nonexistent/x.json");
	CU_ASSERT_EQUAL(config_load_file("/tmp", NULL, &config, &problems), RESULT_IO);
	CU_ASSERT_STRING_EQUAL(problems.error[0].text, "Is a directory");
	CU_ASSERT_PTR_NULL(config);
}

static void derived(void)
{
	struct config *config = load_good("{\"server\":{\"max_udp_payload\":4096},"
	                                  "\"amplification_mitigation\":"
	                                  "{\"max_response_size_udp\":1400},"
	                                  "\"dpdk\":{\"lanes\":2},\"workers\":{\"decoder\":3}}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_EQUAL(config_udp_payload(config, 4), 1400);
	CU_ASSERT_EQUAL(config_udp_payload(config, 6), 1400);
	CU_ASSERT_EQUAL(config_lanes_wanted(config), 2);
	config_free(config);
	LOAD_EXPECT("{" NO_RECURSION ", \"server\": {\"max_udp_payload_ipv6\": 100}}",
	            "t:1:70: error: server.max_udp_payload_ipv6: found 100, allowed: 0, or a whole "
	            "number from 512 to 65535 octets\n");
}

/* Any octet of a good file may go, change or come twice: never a crash, always an end. */
static void broken_files(void)
{
	const char *good = config_default_text();
	static char text[1 << 16];
	uint32_t state = 12345;
	for (unsigned round = 0; round < 3000; round++) {
		snprintf(text, sizeof(text), "%s", good);
		size_t len = strlen(text);
		for (unsigned change = 0; change < 3; change++) {
			state = state * 1664525u + 1013904223u;
			size_t at = (state >> 8) % (len - 1);
			static const char octets[] = "{}[]\",:/*\\0-1te\n\xff ";
			text[at] = octets[(state >> 3) % (sizeof(octets) - 1)];
		}
		(void)load_problems(text);
	}
}

static const struct unit_case cases[] = {
    {"json_errors", json_errors},
    {"unknown_keys", unknown_keys},
    {"repeated_keys", repeated_keys},
    {"missing_keys", missing_keys},
    {"comments_are_left_alone", comments_are_left_alone},
    {"many_errors", many_errors},
    {"errors_in_the_files_order", errors_in_the_files_order},
    {"defaults", defaults},
    {"pending", pending},
    {"built_in", built_in},
    {"built_in_shows_every_option", built_in_shows_every_option},
    {"example_files", example_files},
    {"full_example", full_example},
    {"files_that_cannot_be_read", files_that_cannot_be_read},
    {"derived", derived},
    {"broken_files", broken_files},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "config/config", cases, ARRAY_COUNT(cases));
}
