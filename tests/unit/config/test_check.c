/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What must go together: references, names, zones, listeners, ports, forwarders. */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NO_RECURSION "\"recursion\": {\"enabled\": false}"

static void access_lists(void)
{
	struct config *config =
	    load_good("{" NO_RECURSION ",\"acl\":[{\"name\":\"in\",\"networks\":[\"10.0.0.0/8\"]}],"
	              "\"listener\":[{\"name\":\"a\",\"address\":\"127.0.0.1\",\"acl\":\"in\"},"
	              "{\"name\":\"b\",\"address\":\"127.0.0.2\",\"acl\":\"0.0.0.0/0\"},"
	              "{\"name\":\"c\",\"address\":\"127.0.0.3\",\"acl\":\"none\"},"
	              "{\"name\":\"d\",\"address\":\"127.0.0.4\",\"acl\":\"\"},"
	              "{\"name\":\"e\",\"address\":\"127.0.0.5\"},"
	              "{\"name\":\"f\",\"address\":\"127.0.0.6\",\"acl\":\"localhost\"}]}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	static const uint32_t networks[] = {1, 1, 0, 0, 2, 2};
	for (size_t i = 0; i < ARRAY_COUNT(networks); i++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(config->listener[i].acl.acl);
		CU_ASSERT_EQUAL(config->listener[i].acl.acl->networks_count, networks[i]);
	}
	CU_ASSERT_PTR_EQUAL(config->listener[0].acl.acl, &config->acl[0]);
	CU_ASSERT_EQUAL(config->listener[1].acl.acl->networks[0].prefix_len, 0);
	CU_ASSERT_EQUAL(config->listener[5].acl.acl->networks[1].prefix_len, 128);
	config_free(config);
	LOAD_EXPECT(
	    "{\"recursion\": {\"allowed_acl\": \"inside\"}}",
	    "t:1:31: error: recursion.allowed_acl: found \"inside\", which is no acl of this "
	    "file, allowed: the name of an acl, a prefix, \"any\", \"none\" or "
	    "\"localhost\"\n");
}

/* A list named localhost is used instead of ours. */
static void own_localhost(void)
{
	struct config *config =
	    load_good("{\"acl\":[{\"name\":\"localhost\",\"networks\":[\"127.0.0.1/32\"]}]}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_PTR_EQUAL(config->recursion.allowed_acl.acl, &config->acl[0]);
	config_free(config);
}

static void open_resolver(void)
{
	LOAD_EXPECT("{\"forwarder\": [{\"name\": \"f\", \"addresses\": [\"192.0.2.1\"]}],\n"
	            "\"recursion\": {\"allowed_acl\": \"0.0.0.0/0\"}}",
	            "t:2:30: warning: recursion.allowed_acl: everybody may have recursion; an open "
	            "resolver is used for attacks on others (RFC 5358)\n");
}

static void keys(void)
{
	struct config *config = load_good(
	    "{\"tsig_key\":[{\"name\":\"k\",\"secret\":\"Zm9v\"}],\"zone\":[{\"name\":\"a.\","
	    "\"file\":\"x\",\"axfr_tsig_key\":\"K\"},{\"name\":\"b.\",\"file\":\"x\"}]}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_PTR_EQUAL(config->zone[0].axfr_tsig_key, &config->tsig_key[0]);
	CU_ASSERT_PTR_NULL(config->zone[1].axfr_tsig_key);
	config_free(config);
	LOAD_EXPECT(
	    "{\"zone\": [{\"name\": \"a.\", \"file\": \"x\", \"axfr_tsig_key\": \"k\"}]}",
	    "t:1:56: error: zone[0].axfr_tsig_key: found \"k\", which is no tsig_key of this "
	    "file, allowed: the name of one\n");
}

static void names_twice(void)
{
	LOAD_EXPECT(
	    "{" NO_RECURSION ",\"acl\": [{\"name\": \"a\", \"networks\": []},\n"
	    "{\"name\": \"A\", \"networks\": []}],\n"
	    "\"forwarder\": [{\"name\": \"f\", \"addresses\": []},\n"
	    "{\"name\": \"f\", \"addresses\": []}]}",
	    "t:2:1: error: acl[1].name: found \"A\" a second time, allowed: once (line 1)\n"
	    "t:4:1: error: forwarder[1].name: found \"f\" a second time, allowed: once (line "
	    "3)\n");
	LOAD_EXPECT("{" NO_RECURSION ",\"zone\": [{\"name\": \"a.example\", \"file\": \"x\"},\n"
	            "{\"name\": \"b.\", \"file\": \"x\"},\n{\"name\": \"A.Example.\", \"file\": "
	            "\"y\"}]}",
	            "t:3:1: error: zone[2].name: found \"A.Example.\" a second time, allowed: once "
	            "(line 1)\n");
}

static void zone_sources(void)
{
	LOAD_EXPECT(
	    "{\"zone\": [{\"name\": \"a.\"},\n{\"name\": \"b.\", \"inline\": true},\n"
	    "{\"name\": \"c.\", \"type\": \"secondary\"},\n"
	    "{\"name\": \"d.\", \"type\": \"forward\"}]," NO_RECURSION "}",
	    "t:1:11: error: zone[0]: a. has no source, needed: \"file\", or \"inline\": true "
	    "with \"records\"\n"
	    "t:2:1: error: zone[1]: b. has no source, needed: \"records\" (inline is true)\n"
	    "t:3:1: error: zone[2]: c. has no source, needed: \"masters\"\n"
	    "t:4:1: error: zone[3]: d. has no source, needed: \"forwarders\"\n"
	    "t:3:24: warning: zone[2].type: \"secondary\" is asked for and not done yet\n");
	LOAD_EXPECT("{\"zone\": [{\"name\": \"a.\", \"file\": \"x\", \"records\":\n"
	            "[{\"name\": \"@\", \"type\": \"A\", \"rdata\": \"192.0.2.1\"}]}]," NO_RECURSION
	            "}",
	            "t:1:11: error: zone[0].records: found records, allowed: only with \"inline\": "
	            "true\n");
	LOAD_EXPECT(
	    "{\"zone\": [{\"name\": \"a.\", \"file\": \"x\", \"inline\": true, \"records\":\n"
	    "[{\"name\": \"@\", \"type\": \"A\", \"rdata\": \"192.0.2.1\"}]}]," NO_RECURSION "}",
	    "t:1:11: error: zone[0].file: found a file, allowed: none with \"inline\": "
	    "true\n");
	LOAD_EXPECT("{\"dynupdate\": [{\"zone\": \"a.\"}]," NO_RECURSION "}",
	            "t:1:16: error: dynupdate[0].zone: found \"a.\", allowed: the name of a zone "
	            "of this file\n"
	            "t:1:2: warning: dynupdate is asked for and not done yet\n");
}

static void listeners(void)
{
	LOAD_EXPECT("{" NO_RECURSION ",\"listener\": [\n{\"name\": \"a\", \"address\": \"::1\"},\n"
	            "{\"name\": \"b\", \"address\": \"::1\", \"protocols\": [\"tcp\"]},\n"
	            "{\"name\": \"c\", \"address\": \"::1\", \"port\": 54}]}",
	            "t:3:1: error: listener[1]: \"b\" has the address, port and protocol of \"a\" "
	            "(line 2), allowed: once\n");
	LOAD_EXPECT(
	    "{" NO_RECURSION ",\"listener\": [\n"
	    "{\"name\": \"a\", \"address\": \"10.0.0.1\", \"via\": \"port\"}]}",
	    "t:2:1: warning: listener[0].via: \"port\", but no port under dpdk.ports has the "
	    "address\n");
	LOAD_EXPECT("{" NO_RECURSION ",\"listener\": [\n"
	            "{\"name\": \"a\", \"address\": \"10.0.0.1\", \"enable_tls\": true}]}",
	            "t:2:1: error: listener[0]: enable_tls without tls_cert_path or tls_key_path, "
	            "needed: both\n");
}

static void tcp_ports_taken(void)
{
	LOAD_EXPECT(
	    "{" NO_RECURSION
	    ",\n\"doh\": {\"enabled\": true, \"bind\": \"0.0.0.0:8053\", \"terminate_tls\": "
	    "false},\n"
	    "\"admin\": {\"enabled\": true, \"bind\": \"127.0.0.1:8053\"},\n"
	    "\"metrics\": {\"enabled\": false, \"health_bind\": \"127.0.0.1:8053\"}}",
	    "t:3:1: warning: admin is asked for and not done yet\n"
	    "t:3:36: warning: admin.bind: TCP port 8053 is taken by doh.bind (line 2) too: "
	    "only one of them can have it\n");
	LOAD_EXPECT(
	    "{" NO_RECURSION ",\"listener\": [\n{\"name\": \"l\", \"address\": \"127.0.0.1\", "
	    "\"port\": 443}],\n\"doh\": {\"enabled\": true, \"bind\": \"127.0.0.1:443\", "
	    "\"terminate_tls\": false}}",
	    "t:3:34: warning: doh.bind: TCP port 443 is taken by l (line 2) too: only one of "
	    "them can have it\n");
}

static void doh(void)
{
	LOAD_EXPECT("{" NO_RECURSION ",\n\"doh\": {\"enabled\": true}}",
	            "t:2:8: error: doh.terminate_tls: found true without tls_cert_path or "
	            "tls_key_path, allowed: with both, or false behind a proxy\n");
	LOAD_EXPECT("{" NO_RECURSION ",\n\"doh\": {\"enabled\": true, \"terminate_tls\": false, "
	            "\"paths\": [\"/a\", \"dns-query{?dns}\"]}}",
	            "t:2:59: error: doh.paths[1]: found \"dns-query{?dns}\", allowed: a path that "
	            "begins with / and has no query\n");
}

static void dpdk_ports(void)
{
	LOAD_EXPECT(
	    "{" NO_RECURSION ",\"dpdk\": {\"ports\": [\n"
	    "{\"name\": \"a\", \"device\": \"net_tap0,iface=a23456789012345x\"},\n"
	    "{\"name\": \"b\", \"device\": \"net_null0\", \"host_addresses\": "
	    "[\"10.0.0.1/8\"]},\n"
	    "{\"name\": \"c\", \"device\": \"net_null0\"},\n"
	    "{\"name\": \"c\", \"device\": \"net_null1\"},\n"
	    "{\"name\": \"d\", \"device\": \"net_null2\", \"gateways\": [\"::1\", "
	    "\"::2\"]}]}}",
	    "t:5:1: error: dpdk.ports[3].name: found \"c\" a second time, allowed: once (line "
	    "4)\n");
	LOAD_EXPECT(
	    "{" NO_RECURSION ",\"dpdk\": {\"ports\": [\n"
	    "{\"name\": \"a\", \"device\": \"net_tap0,iface=a23456789012345x\"},\n"
	    "{\"name\": \"b\", \"device\": \"net_null0\", \"host_addresses\": "
	    "[\"10.0.0.1/8\"]},\n"
	    "{\"name\": \"c\", \"device\": \"net_null0\"},\n"
	    "{\"name\": \"d\", \"device\": \"net_null2\", \"gateways\": [\"::1\", "
	    "\"::2\"]}]}}",
	    "t:2:1: error: dpdk.ports[0].device: found an interface name of 16 octets, "
	    "allowed: 1 to 15\n"
	    "t:4:1: error: dpdk.ports[2].device: found \"net_null0\" a second time, allowed: "
	    "once (line 3)\n"
	    "t:5:1: error: dpdk.ports[3].gateways: found two of one family, allowed: one for "
	    "IPv4 and one for IPv6\n"
	    "t:3:1: warning: dpdk.ports[1].host_addresses: only net_tap has a host side; "
	    "ignored\n");
}

static void forward_to(void)
{
#define FORWARDERS                                                                                 \
	"\"forwarder\":[{\"name\":\"a\",\"addresses\":[\"192.0.2.1\"]},"                           \
	"{\"name\":\"b\",\"addresses\":[\"192.0.2.2:5353\"]},"                                     \
	"{\"name\":\"c\",\"addresses\":[\"2001:db8::3\"]}]"
	static const struct {
		const char *words;
		const char *names;
	} table[] = {{"", "abc"},
	             {",\"forward_to\":[\"*\"]", "abc"},
	             {",\"forward_to\":[\"c\",\"a\"]", "ca"},
	             {",\"forward_to\":[\"b\",\"*\"]", "bac"},
	             {",\"forward_to\":[\"b\",\"b\"]", "b"}};
	for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
		char text[512];
		snprintf(text, sizeof(text), "{" FORWARDERS ",\"recursion\":{\"enabled\":true%s}}",
		         table[i].words);
		struct config *config = load_good(text);
		CU_ASSERT_PTR_NOT_NULL_FATAL(config);
		CU_ASSERT_EQUAL_FATAL(config->recursion.forward_to_count, strlen(table[i].names));
		for (size_t j = 0; j < strlen(table[i].names); j++)
			CU_ASSERT_EQUAL(config->recursion.forward_to[j]->name[0],
			                table[i].names[j]);
		CU_ASSERT_EQUAL(config->forwarder[1].addresses[0].port, 5353);
		CU_ASSERT_EQUAL(config->forwarder[2].addresses[0].port, 53);
		config_free(config);
	}
	LOAD_EXPECT("{" FORWARDERS ",\n\"recursion\": {\"forward_to\": [\"d\"]}}",
	            "t:2:30: error: recursion.forward_to[0]: found \"d\", which is no forwarder of "
	            "this file, allowed: the name of one, or \"*\"\n");
}

static struct config_problems problems;

static struct config *load_with_resolv_conf(const char *resolv_conf, const char *text)
{
	char path[] = "/tmp/test-resolv-XXXXXX";
	struct config *config = NULL;
	const struct config_source source = {.resolv_conf = path};
	int fd = mkstemp(path);
	CU_ASSERT_TRUE_FATAL(fd >= 0);
	ssize_t written = write(fd, resolv_conf, strlen(resolv_conf));
	CU_ASSERT_EQUAL(written, (ssize_t)strlen(resolv_conf));
	close(fd);
	enum result result = config_load_text(text, strlen(text), &source, &config, &problems);
	unlink(path);
	CU_ASSERT_EQUAL(result, RESULT_OK);
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	return config;
}

static void is_address(const struct config_address *address, const char *wanted)
{
	char text[CONFIG_ADDRESS_TEXT];
	config_address_text(address, text);
	CU_ASSERT_STRING_EQUAL(text, wanted);
}

static void resolv_conf(void)
{
	struct config *config = load_with_resolv_conf(
	    "# made by hand\nsearch example.com\nnameserver 127.0.0.1\nnameserver\t192.0.2.53\n"
	    "nameserver  2001:db8::53 # comment\nnameserver fe80::1%eth0\nnameserver\n"
	    "nameserver 10.53.0.2\noptions edns0\n",
	    "{\"listener\":[{\"name\":\"l\",\"address\":\"127.0.0.1\"}],\"dpdk\":{\"ports\":["
	    "{\"name\":\"p\",\"device\":\"net_tap0\",\"addresses\":[\"10.53.0.2/24\"]}]},"
	    "\"forwarder\":[{\"name\":\"h\",\"addresses\":[\"192.0.2.1\",\"resolv.conf\","
	    "\"192.0.2.2:5353\"]}]}");
	const struct config_forwarder *forwarder = &config->forwarder[0];
	CU_ASSERT_EQUAL(problems.warning_count, 0);
	CU_ASSERT_EQUAL_FATAL(forwarder->addresses_count, 4);
	is_address(&forwarder->addresses[0], "192.0.2.1:53");
	is_address(&forwarder->addresses[1], "192.0.2.53:53");
	is_address(&forwarder->addresses[2], "[2001:db8::53]:53");
	is_address(&forwarder->addresses[3], "192.0.2.2:5353");
	config_free(config);
}

/* Asking ourselves would go round in a circle. */
static void resolv_conf_is_ourselves(void)
{
	struct config *config = load_with_resolv_conf(
	    "nameserver 127.0.0.1\n",
	    "{\"listener\":[{\"name\":\"l\",\"address\":\"127.0.0.1\"}],"
	    "\"forwarder\":[{\"name\":\"h\",\"addresses\":[\"resolv.conf\"]}]}");
	CU_ASSERT_EQUAL(config->forwarder[0].addresses_count, 0);
	CU_ASSERT_EQUAL_FATAL(problems.warning_count, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(problems.warning[0].text, "names no server but ourselves"));
	config_free(config);
}

static void lanes(void)
{
	LOAD_EXPECT("{" NO_RECURSION ", \"workers\": {\"decoder\": 2}}", "");
	LOAD_EXPECT(
	    "{" NO_RECURSION ",\n\"workers\": {\"decoder\": 2, \"encoder\": 3}}",
	    "t:2:1: warning: workers: stages of the fast path have one instance in each lane, "
	    "and there are 3 lanes (the largest number here, or dpdk.lanes)\n");
}

static void addresses_as_text(void)
{
	struct config_address address = {.family = 4, .prefix_len = 32, .octets = {10, 0, 0, 1}};
	is_address(&address, "10.0.0.1");
	address.prefix_len = 8;
	is_address(&address, "10.0.0.1/8");
	address = (struct config_address){.family = 6, .prefix_len = 128, .port = 53};
	is_address(&address, "[::]:53");
	address.port = 0;
	is_address(&address, "::");
	address.prefix_len = 0;
	is_address(&address, "::/0");
	address.family = 0;
	is_address(&address, "none");
}

static void cookie_secrets(void)
{
	LOAD_EXPECT("{" NO_RECURSION
	            ", \"server\": {\"cookie_secret\": \"e5e973e5a6b2a43f48e7dc849e37bfcf\", "
	            "\"cookie_secret_old\": \"445536BCD2513298075A5D379663C962\"}}",
	            "");
	LOAD_EXPECT("{" NO_RECURSION ",\n\"server\": {\"cookie_secret\": \"e5\"}}",
	            "t:2:29: error: server.cookie_secret: found another text, allowed: 32 "
	            "hexadecimal digits, or none\n");
	LOAD_EXPECT("{" NO_RECURSION ",\n\"server\": {\"cookie_secret_old\": "
	            "\"445536bcd2513298075a5d379663c962\"}}",
	            "t:2:33: error: server.cookie_secret_old: found a secret, allowed: one only "
	            "beside \"cookie_secret\"\n");
}

static void view_zones(void)
{
	LOAD_EXPECT("{" NO_RECURSION ", \"view\": [{\"name\": \"v\", \"zones\": [{\"name\": "
	            "\"a.\", \"file\": \"x\"}, {\"name\": \"b.\", \"file\": \"x\"}]}]}",
	            "");
	LOAD_EXPECT("{" NO_RECURSION ", \"view\": [{\"name\": \"v\", \"zones\": [{\"name\": "
	            "\"a.\", \"file\": \"x\"},\n{\"name\": \"A\", \"file\": \"y\"}]}]}",
	            "t:2:1: error: view[0].zones[1].name: found \"A.\" a second time, allowed: "
	            "once (line 1)\n");
	LOAD_EXPECT(
	    "{" NO_RECURSION ",\n\"view\": [{\"name\": \"v\", \"zones\": [{\"name\": \"a.\"}]}]}",
	    "t:2:34: error: view[0].zones[0].file: the key is missing, needed: a path of a file, "
	    "shorter than 4096 octets\n");
}

static void egress(void)
{
	LOAD_EXPECT("{\"recursion\": {\"enabled\": false, \"egress\": [\"192.0.2.1\", "
	            "\"192.0.2.2\", \"2001:db8::1\"]}}",
	            "");
	LOAD_EXPECT("{\"recursion\": {\"enabled\": false,\n\"egress\": [\"::\"]}}",
	            "t:2:11: error: recursion.egress: found an address of zeros, allowed: an "
	            "address of this host; none: the kernel chooses\n");
}

static void egress_port(void)
{
#define EGRESS_PORT                                                                                \
	",\n\"dpdk\": {\"ports\": [{\"name\": \"p0\", \"device\": \"net_tap0,iface=x\", "          \
	"\"addresses\": [\"192.0.2.1/24\"]}]}}"
	LOAD_EXPECT("{\"recursion\": {\"enabled\": false, \"egress_port\": \"p0\", \"egress\": "
	            "[\"192.0.2.1\"]}" EGRESS_PORT,
	            "");
	LOAD_EXPECT("{\"recursion\": {\"enabled\": false,\n\"egress_port\": \"p1\"}" EGRESS_PORT,
	            "t:2:16: error: recursion.egress_port: found \"p1\", allowed: the name of a "
	            "port under dpdk.ports (there are 1); \"\": the host\n");
	LOAD_EXPECT("{\"recursion\": {\"enabled\": false, \"egress_port\": \"p0\",\n\"egress\": "
	            "[\"192.0.2.2\"]}" EGRESS_PORT,
	            "t:2:11: error: recursion.egress[0]: it is no address of the port \"p0\", "
	            "allowed: addresses of recursion.egress_port\n");
#undef EGRESS_PORT
}

static const struct unit_case cases[] = {
    {"access_lists", access_lists},
    {"own_localhost", own_localhost},
    {"open_resolver", open_resolver},
    {"keys", keys},
    {"names_twice", names_twice},
    {"zone_sources", zone_sources},
    {"listeners", listeners},
    {"tcp_ports_taken", tcp_ports_taken},
    {"doh", doh},
    {"dpdk_ports", dpdk_ports},
    {"forward_to", forward_to},
    {"resolv_conf", resolv_conf},
    {"resolv_conf_is_ourselves", resolv_conf_is_ourselves},
    {"lanes", lanes},
    {"addresses_as_text", addresses_as_text},
    {"cookie_secrets", cookie_secrets},
    {"view_zones", view_zones},
    {"egress", egress},
    {"egress_port", egress_port},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "config/check", cases, ARRAY_COUNT(cases));
}
