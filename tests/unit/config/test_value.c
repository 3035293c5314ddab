/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Every type: what it takes ends up in the struct, what it does not is told with the exact words. */
#include "load.h"

#include <string.h>

static void booleans(void)
{
	struct config *config = load_good("{\"server\":{\"enable_tcp\":false}}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_FALSE(config->server.enable_tcp);
	CU_ASSERT_TRUE(config->server.enable_edns);
	config_free(config);
	LOAD_EXPECT("{\"server\":\n  {\"enable_tcp\": 1}}",
	            "t:2:18: error: server.enable_tcp: found 1, allowed: true or false\n");
	LOAD_EXPECT("{\"cache\": {\"enabled\": \"yes\"}}",
	            "t:1:23: error: cache.enabled: found \"yes\", allowed: true or false\n");
	LOAD_EXPECT("{\"cache\": {\"enabled\": null}}",
	            "t:1:23: error: cache.enabled: found null, allowed: true or false\n");
}

static void whole_numbers(void)
{
	struct config *config =
	    load_good("{\"server\":{\"bind_port\":65535,\"max_concurrent_requests\":64}}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_EQUAL(config->server.bind_port, 65535);
	CU_ASSERT_EQUAL(config->server.max_concurrent_requests, 64);
	config_free(config);
	LOAD_EXPECT(
	    "{\"server\": {\"bind_port\": 65536}}",
	    "t:1:26: error: server.bind_port: found 65536, allowed: a whole number from 1 to "
	    "65535\n");
	LOAD_EXPECT("{\"server\": {\"bind_port\": 0}}",
	            "t:1:26: error: server.bind_port: found 0, allowed: a whole number from 1 to "
	            "65535\n");
	LOAD_EXPECT("{\"server\": {\"bind_port\": -1}}",
	            "t:1:26: error: server.bind_port: found -1, allowed: a whole number from 1 to "
	            "65535\n");
	LOAD_EXPECT(
	    "{\"server\": {\"bind_port\": 53.0}}",
	    "t:1:26: error: server.bind_port: found 53.0, allowed: a whole number from 1 to "
	    "65535\n");
	LOAD_EXPECT(
	    "{\"server\": {\"bind_port\": \"53\"}}",
	    "t:1:26: error: server.bind_port: found \"53\", allowed: a whole number from 1 to "
	    "65535\n");
	LOAD_EXPECT(
	    "{\"server\": {\"max_udp_payload\": 511}}",
	    "t:1:32: error: server.max_udp_payload: found 511, allowed: a whole number from "
	    "512 to 65535 octets\n");
	LOAD_EXPECT("{\"server\": {\"bind_port\": 99999999999999999999999}}",
	            "t:1:26: error: server.bind_port: found 18446744073709551615, allowed: a whole "
	            "number from 1 to 65535\n");
}

static void durations_and_sizes(void)
{
	struct config *config =
	    load_good("{\"limits\":{\"tcp_idle_timeout_ms\":\"30s\"},"
	              "\"cache\":{\"max_ttl_seconds\":\"2d\",\"memory_mb\":\"1GiB\"},"
	              "\"tuning\":{\"socket_recv_buffer_bytes\":4096}}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_EQUAL(config->limits.tcp_idle_timeout_ms, 30000);
	CU_ASSERT_EQUAL(config->cache.max_ttl_seconds, 172800);
	CU_ASSERT_EQUAL(config->cache.memory_mb, 1024);
	CU_ASSERT_EQUAL(config->tuning.socket_recv_buffer_bytes, 4096);
	config_free(config);
	LOAD_EXPECT("{\"limits\": {\"tcp_idle_timeout_ms\": \"30 sec\"}}",
	            "t:1:36: error: limits.tcp_idle_timeout_ms: found \"30 sec\", allowed: a whole "
	            "number from 100 to 3600000 ms, or text with ms, s, m, h, d, w such as "
	            "\"2s\"\n");
	LOAD_EXPECT("{\"limits\": {\"tcp_idle_timeout_ms\": \"2h\"}}",
	            "t:1:36: error: limits.tcp_idle_timeout_ms: found \"2h\", allowed: a whole "
	            "number from 100 to 3600000 ms, or text with ms, s, m, h, d, w such as "
	            "\"2s\"\n");
	LOAD_EXPECT(
	    "{\"cache\": {\"memory_mb\": \"1KiB\"}}",
	    "t:1:25: error: cache.memory_mb: found \"1KiB\", allowed: a whole number from 0 "
	    "to 1048576 MiB, or text with KiB, MiB, GiB such as \"2MiB\"\n");
}

static void texts(void)
{
	struct config *config = load_good("{\"server\":{\"name\":\"n\\u00e9\"},"
	                                  "\"logging\":{\"file\":\"log/x.log\"},"
	                                  "\"monitoring\":{\"query_log_path\":\"/var/q.log\"}}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_STRING_EQUAL(config->server.name, "n\xc3\xa9");
	CU_ASSERT_STRING_EQUAL(config->logging.file, "/etc/scloud/log/x.log");
	CU_ASSERT_STRING_EQUAL(config->monitoring.query_log_path, "/var/q.log");
	CU_ASSERT_STRING_EQUAL(config->doh.tls_key_path, "");
	config_free(config);
	LOAD_EXPECT("{\"server\": {\"name\": \"\"}}",
	            "t:1:21: error: server.name: found \"\", allowed: text of 1 to 255 octets\n");
	LOAD_EXPECT("{\"server\": {\"name\": \"a\\u0000b\"}}",
	            "t:1:21: error: server.name: found \"a\\u0000b\", allowed: text of 1 to 255 "
	            "octets\n");
	LOAD_EXPECT("{\"logging\": {\"file\": 5}}",
	            "t:1:22: error: logging.file: found 5, allowed: a "
	            "path of a file, shorter than 4096 octets\n");
	LOAD_EXPECT("{\"dpdk\": {\"file_prefix\": \"a/b\"}}",
	            "t:1:26: error: dpdk.file_prefix: found \"a/b\", allowed: a name of letters, "
	            "digits and \"-_.\", 1 to 64 octets\n");
}

static void secrets_stay_hidden(void)
{
	LOAD_EXPECT(
	    "{\"admin\": {\"auth_token\": 12345}}",
	    "t:1:26: error: admin.auth_token: found a value that is not shown, allowed: text "
	    "of 0 to 4096 octets\n");
	LOAD_EXPECT("{\"tsig_key\": [{\"name\": \"k\", \"secret\": \"c2VjcmV0*\"}]}",
	            "t:1:39: error: tsig_key[0].secret: found a value that is not shown, allowed: "
	            "base64 of 1 to 4096 octets\n");
}

static void words(void)
{
	struct config *config =
	    load_good("{\"logging\":{\"level\":\"warning\",\"format\":\"json\"},"
	              "\"dpdk\":{\"placement\":\"spread\",\"idle\":\"interrupt\","
	              "\"stamp_cycles\":true}}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_EQUAL(config->logging.level, LOG_LEVEL_WARN);
	CU_ASSERT_EQUAL(config->logging.format, LOG_FORMAT_JSON);
	CU_ASSERT_EQUAL(config->dpdk.placement, CONFIG_PLACEMENT_SPREAD);
	CU_ASSERT_EQUAL(config->dpdk.idle, CONFIG_IDLE_INTERRUPT);
	CU_ASSERT_TRUE(config->dpdk.stamp_cycles);
	config_free(config);
	LOAD_EXPECT(
	    "{\"dpdk\": {\"placement\": \"Fused\"}}",
	    "t:1:24: error: dpdk.placement: found \"Fused\", allowed: \"auto\", \"fused\" or "
	    "\"spread\"\n");
	LOAD_EXPECT(
	    "{\"recursion\": {\"enabled\": false}, \"cache\":\n {\"eviction_policy\": \"lru\"}}",
	    "t:2:22: warning: cache.eviction_policy: \"lru\" is asked for and not done yet\n");
}

#define LISTENER(rest_)                                                                            \
	"{\"recursion\":{\"enabled\":false},\"listener\":[\n"                                      \
	"{\"name\":\"l\",\"address\":\"127.0.0.1\"" rest_ "}]}"

static void word_lists(void)
{
	struct config *config = load_good(LISTENER(",\"protocols\":[\"tcp\"]"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_EQUAL(config->listener[0].protocols, CONFIG_PROTOCOL_TCP);
	config_free(config);
	config = load_good(LISTENER(""));
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_EQUAL(config->listener[0].protocols, CONFIG_PROTOCOL_TCP | CONFIG_PROTOCOL_UDP);
	config_free(config);
	LOAD_EXPECT(
	    LISTENER(",\"protocols\":[\"udp\",\"dot\"]"),
	    "t:2:47: error: listener[0].protocols: found [\"udp\",\"dot\"], allowed: a list "
	    "of \"udp\" and \"tcp\", each once\n");
	LOAD_EXPECT(
	    LISTENER(",\"protocols\":[\"udp\",\"udp\"]"),
	    "t:2:47: error: listener[0].protocols: found [\"udp\",\"udp\"], allowed: a list "
	    "of \"udp\" and \"tcp\", each once\n");
	LOAD_EXPECT(
	    LISTENER(",\"protocols\":[]"),
	    "t:2:47: error: listener[0].protocols: found [], allowed: a list of \"udp\" and "
	    "\"tcp\", each once\n");
}

static void addresses(void)
{
	LOAD_EXPECT("{\"listener\": [{\"name\": \"l\", \"address\": \"localhost\"}]}",
	            "t:1:40: error: listener[0].address: found \"localhost\", allowed: an IPv4 or "
	            "IPv6 address such as \"10.0.0.1\" or \"fd53::1\"\n");
	LOAD_EXPECT(
	    "{\"admin\": {\"bind\": \"127.0.0.1\"}}",
	    "t:1:20: error: admin.bind: found \"127.0.0.1\", allowed: address and port such "
	    "as \"10.0.0.1:53\" or \"[fd53::1]:53\"\n");
	LOAD_EXPECT(
	    "{\"acl\": [{\"name\": \"a\", \"networks\": [\"10.0.0.0/8\",\n \"10.1.2.3/8\"]}]}",
	    "t:2:2: error: acl[0].networks[1]: found \"10.1.2.3/8\", allowed: a prefix without "
	    "bits behind its length such as \"10.0.0.0/8\" or "
	    "\"fd00::/8\"\n");
	LOAD_EXPECT("{\"forwarder\": [{\"name\": \"f\", \"addresses\": [\"8.8.8.8:0\"]}]}",
	            "t:1:44: error: forwarder[0].addresses[0]: found \"8.8.8.8:0\", allowed: "
	            "\"resolv.conf\", or an address, with or without port, such as "
	            "\"10.0.0.1\", \"10.0.0.1:53\" or \"[fd53::1]:53\"\n");
	LOAD_EXPECT("{\"zone\": [{\"name\": \"a.\", \"masters\": [\"resolv.conf\"]}]}",
	            "t:1:38: error: zone[0].masters[0]: found \"resolv.conf\", allowed: "
	            "an address, with or without port, such as \"10.0.0.1\", \"10.0.0.1:53\" or "
	            "\"[fd53::1]:53\"\n");
}

#define PORT(rest_)                                                                                \
	"{\"recursion\":{\"enabled\":false},\"dpdk\":{\"ports\":[\n"                               \
	"{\"name\":\"p\",\"device\":\"net_tap0\"" rest_ "}]}}"

static void ports(void)
{
	struct config *config = load_good(
	    PORT(",\"addresses\":[\"10.53.0.2/24\",\"fd53::2/64\"],\"gateways\":[\"10.53.0.1\"]"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_EQUAL_FATAL(config->dpdk.ports_count, 1);
	const struct config_port *port = &config->dpdk.ports[0];
	CU_ASSERT_EQUAL(port->place.line, 2);
	CU_ASSERT_EQUAL(port->place.column, 1);
	CU_ASSERT_STRING_EQUAL(port->device, "net_tap0");
	CU_ASSERT_EQUAL(port->mtu, 1500);
	CU_ASSERT_EQUAL(port->descriptors, 1024);
	CU_ASSERT_EQUAL_FATAL(port->addresses_count, 2);
	CU_ASSERT_EQUAL(port->addresses[0].prefix_len, 24);
	CU_ASSERT_EQUAL(port->addresses[0].octets[3], 2);
	CU_ASSERT_EQUAL(port->addresses[1].family, 6);
	CU_ASSERT_EQUAL(port->host_addresses_count, 0);
	CU_ASSERT_EQUAL(port->gateways_count, 1);
	CU_ASSERT_STRING_EQUAL(port->namespace_name, "own");
	config_free(config);
	LOAD_EXPECT(PORT(",\"addresses\":[\"10.53.0.2\"]"),
	            "t:2:46: error: dpdk.ports[0].addresses[0]: found \"10.53.0.2\", allowed: "
	            "address and prefix length such as \"10.53.0.2/24\" or "
	            "\"fd53::2/64\"\n");
	LOAD_EXPECT(
	    "{\"dpdk\": {\"ports\": [{\"name\": \"p\", \"device\": \"eth0\"}]}}",
	    "t:1:45: error: dpdk.ports[0].device: found \"eth0\", allowed: a PCI address such "
	    "as \"0000:3b:00.0\" or a virtual device such as "
	    "\"net_tap0,iface=scloud0\"\n");
}

static void lcores(void)
{
	struct config *config = load_good("{\"dpdk\":{\"lcores\":4}}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_EQUAL(config->dpdk.lcores.count, 4);
	CU_ASSERT_EQUAL(config->dpdk.lcores.cpu_count, 0);
	config_free(config);
	config = load_good("{\"dpdk\":{\"lcores\":\"2-3\"}}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_EQUAL(config->dpdk.lcores.count, 2);
	CU_ASSERT_EQUAL(config->dpdk.lcores.cpu[1], 3);
	config_free(config);
	LOAD_EXPECT(
	    "{\"dpdk\": {\"lcores\": 0}}",
	    "t:1:21: error: dpdk.lcores: found 0, allowed: \"auto\", a number from 1 to 128, "
	    "or a list of processors such as \"0-3,8\"\n");
	LOAD_EXPECT(
	    "{\"dpdk\": {\"lcores\": \"3-1\"}}",
	    "t:1:21: error: dpdk.lcores: found \"3-1\", allowed: \"auto\", a number from 1 to "
	    "128, or a list of processors such as \"0-3,8\"\n");
}

static void domain_names(void)
{
	struct config *config = load_good(
	    "{\"zone\":[{\"name\":\"a.example\",\"file\":\"a\"},"
	    "{\"name\":\"b\\\\.\",\"file\":\"b\"},{\"name\":\"c\\\\\\\\.\",\"file\":\"c\"},"
	    "{\"name\":\".\",\"file\":\"d\"}]}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_STRING_EQUAL(config->zone[0].name, "a.example.");
	CU_ASSERT_STRING_EQUAL(config->zone[1].name, "b\\..");
	CU_ASSERT_STRING_EQUAL(config->zone[2].name, "c\\\\.");
	CU_ASSERT_STRING_EQUAL(config->zone[3].name, ".");
	CU_ASSERT_STRING_EQUAL(config->zone[0].file, "/etc/scloud/a");
	config_free(config);
	LOAD_EXPECT("{\"zone\": [{\"name\": \"a..b\", \"file\": \"x\"}]}",
	            "t:1:20: error: zone[0].name: found \"a..b\", allowed: a domain name: ASCII, "
	            "labels of 1 to 63 octets, 255 in all\n");
}

static void base64_secrets(void)
{
	struct config *config =
	    load_good("{\"tsig_key\":[{\"name\":\"k\",\"secret\":\"Zm9vYmE=\"}]}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_EQUAL_FATAL(config->tsig_key[0].secret_count, 5);
	CU_ASSERT_EQUAL(memcmp(config->tsig_key[0].secret, "fooba", 5), 0);
	CU_ASSERT_EQUAL(config->tsig_key[0].algorithm, CONFIG_TSIG_SHA256);
	config_free(config);
	LOAD_EXPECT(
	    "{\"recursion\": {\"enabled\": false}, \"tsig_key\":\n"
	    "[{\"name\": \"k\", \"secret\": \"REPLACE_WITH_BASE64_SECRET==\"}]}",
	    "t:1:35: warning: tsig_key is asked for and not done yet\n"
	    "t:2:26: warning: tsig_key[0].secret: found a placeholder, needed: base64; what "
	    "needs it will not work\n");
}

static void lists_and_objects(void)
{
	LOAD_EXPECT("{\"server\": []}", "t:1:12: error: server: found [], allowed: an object\n");
	LOAD_EXPECT("{\"acl\": {}}",
	            "t:1:9: error: acl: found an object, allowed: a list, each an object\n");
	LOAD_EXPECT("{\"acl\": [5]}", "t:1:10: error: acl[0]: found 5, allowed: an object\n");
	LOAD_EXPECT("{\"policy\": {\"deny_domains\": \"a.\"}}",
	            "t:1:29: error: policy.deny_domains: found \"a.\", allowed: a list, each a "
	            "domain name: ASCII, labels of 1 to 63 octets, 255 in all\n");
	LOAD_EXPECT(PORT(",\"gateways\":[\"10.0.0.1\",\"::1\",\"::2\"]"),
	            "t:2:44: error: dpdk.ports[0].gateways: found [\"10.0.0.1\",\"::1\",\"::2\"], "
	            "allowed: a list of at most 2, each an IPv4 or IPv6 address such as "
	            "\"10.0.0.1\" or \"fd53::1\"\n");
	LOAD_EXPECT("[]", "t:1:1: error: the file: found [], allowed: an object\n");
}

static const struct unit_case cases[] = {
    {"booleans", booleans},
    {"whole_numbers", whole_numbers},
    {"durations_and_sizes", durations_and_sizes},
    {"texts", texts},
    {"secrets_stay_hidden", secrets_stay_hidden},
    {"words", words},
    {"word_lists", word_lists},
    {"addresses", addresses},
    {"ports", ports},
    {"lcores", lcores},
    {"domain_names", domain_names},
    {"base64_secrets", base64_secrets},
    {"lists_and_objects", lists_and_objects},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "config/value", cases, ARRAY_COUNT(cases));
}
