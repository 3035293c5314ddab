/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Values that are written as text: what is taken, what is not. */
#include "unit.h"

#include <string.h>

#include "config/text.h"

static void addresses(void)
{
	struct config_address a;
	CU_ASSERT_TRUE(config_text_address("10.53.0.2", &a));
	CU_ASSERT_EQUAL(a.family, 4);
	CU_ASSERT_EQUAL(a.prefix_len, 32);
	CU_ASSERT_EQUAL(a.port, 0);
	CU_ASSERT_EQUAL(memcmp(a.octets, "\x0a\x35\0\x02\0\0\0\0\0\0\0\0\0\0\0\0", 16), 0);
	CU_ASSERT_TRUE(config_text_address("fd53::2", &a));
	CU_ASSERT_EQUAL(a.family, 6);
	CU_ASSERT_EQUAL(a.prefix_len, 128);
	CU_ASSERT_EQUAL(a.octets[15], 2);
	static const char *const bad[] = {"",          "10.53.0",  "10.53.0.256", "10.53.0.2 ",
	                                  "localhost", "fd53:::2", "[::1]",       "10.0.0.1/8"};
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
		CU_ASSERT_FALSE(config_text_address(bad[i], &a));
	CU_ASSERT_EQUAL(a.octets[15], 2);
}

static void endpoints(void)
{
	struct config_address a;
	CU_ASSERT_TRUE(config_text_endpoint("8.8.8.8:5353", 0, &a));
	CU_ASSERT_EQUAL(a.port, 5353);
	CU_ASSERT_TRUE(config_text_endpoint("[2001:db8::1]:65535", 0, &a));
	CU_ASSERT_EQUAL(a.port, 65535);
	CU_ASSERT_EQUAL(a.family, 6);
	CU_ASSERT_TRUE(config_text_endpoint("8.8.8.8", 53, &a));
	CU_ASSERT_EQUAL(a.port, 53);
	CU_ASSERT_TRUE(config_text_endpoint("2001:db8::1", 53, &a));
	CU_ASSERT_EQUAL(a.port, 53);
	static const char *const bad[] = {
	    "8.8.8.8:0",  "8.8.8.8:65536",  "8.8.8.8:",  ":53",
	    "[::1]:",     "[::1",           "::1]:53",   "[8.8.8.8]:53",
	    "8.8.8.8:+1", "dns.example:53", "8.8.8.8:5 "};
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
		CU_ASSERT_FALSE(config_text_endpoint(bad[i], 0, &a));
		CU_ASSERT_FALSE(config_text_endpoint(bad[i], 53, &a));
	}
	CU_ASSERT_FALSE(config_text_endpoint("8.8.8.8", 0, &a));
	CU_ASSERT_FALSE(config_text_endpoint("::1", 0, &a));
}

static void prefixes(void)
{
	struct config_address a;
	CU_ASSERT_TRUE(config_text_interface("10.53.0.1/24", &a));
	CU_ASSERT_EQUAL(a.prefix_len, 24);
	CU_ASSERT_EQUAL(a.octets[3], 1);
	CU_ASSERT_FALSE(config_text_interface("10.53.0.1", &a));
	CU_ASSERT_FALSE(config_text_network("10.53.0.1/24", &a));
	CU_ASSERT_TRUE(config_text_network("10.53.0.0/24", &a));
	CU_ASSERT_TRUE(config_text_network("0.0.0.0/0", &a));
	CU_ASSERT_EQUAL(a.prefix_len, 0);
	CU_ASSERT_TRUE(config_text_network("::/0", &a));
	CU_ASSERT_TRUE(config_text_network("::1", &a));
	CU_ASSERT_EQUAL(a.prefix_len, 128);
	CU_ASSERT_TRUE(config_text_network("fd53::/65", &a));
	static const char *const bad[] = {"10.0.0.0/33", "::/129",     "10.0.0.0/",   "/8",
	                                  "10.0.0.0/-1", "fd53::1/64", "10.0.0.0/8/8"};
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
		CU_ASSERT_FALSE(config_text_network(bad[i], &a));
}

#define LABEL63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LABEL61 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void domains(void)
{
	static const char *const good[] = {".",
	                                   "com",
	                                   "example.com.",
	                                   "a\\.b.c",
	                                   "\\000\\255.x",
	                                   "_acme-challenge.x",
	                                   LABEL63 ".x",
	                                   "a\\\\.",
	                                   "*.example",
	                                   LABEL63 "." LABEL63 "." LABEL63
	                                           "." LABEL61 /* 64 * 3 + 62 + 1 = 255 octets */};
	static const char *const bad[] = {"",
	                                  "..",
	                                  ".com",
	                                  "a..b",
	                                  LABEL63 "a.x",
	                                  "a b",
	                                  "\\256.x",
	                                  "\\12",
	                                  "a\\",
	                                  "\xc3\xa9.x",
	                                  LABEL63 "." LABEL63 "." LABEL63 "." LABEL61 "a"};
	for (size_t i = 0; i < ARRAY_COUNT(good); i++)
		CU_ASSERT_TRUE(config_text_domain(good[i]));
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
		CU_ASSERT_FALSE(config_text_domain(bad[i]));
}

static void is_duration(const char *text, const char *unit, uint64_t wanted)
{
	uint64_t value = 0;
	CU_ASSERT_TRUE(config_text_duration(text, unit, &value));
	CU_ASSERT_EQUAL(value, wanted);
}

static void durations(void)
{
	uint64_t value = 7;
	is_duration("1500", "ms", 1500);
	is_duration("1500ms", "ms", 1500);
	is_duration("2s", "ms", 2000);
	is_duration("2 min", "ms", 120000);
	is_duration("1h", "s", 3600);
	is_duration("1w", "s", 604800);
	is_duration("3000ms", "s", 3);
	static const char *const bad[] = {"",
	                                  "s",
	                                  "1.5s",
	                                  "-1s",
	                                  "1 y",
	                                  "1500ms ",
	                                  "1S",
	                                  "99999999999999999999s",
	                                  "18446744073709551615w"};
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
		CU_ASSERT_FALSE(config_text_duration(bad[i], "s", &value));
	CU_ASSERT_FALSE(config_text_duration("1500ms", "s", &value));
	CU_ASSERT_EQUAL(value, 7);
}

static void sizes(void)
{
	uint64_t value;
	CU_ASSERT_TRUE(config_text_size("64KiB", "octets", &value));
	CU_ASSERT_EQUAL(value, 65536);
	CU_ASSERT_TRUE(config_text_size("2G", "MiB", &value));
	CU_ASSERT_EQUAL(value, 2048);
	CU_ASSERT_TRUE(config_text_size("12", "MiB", &value));
	CU_ASSERT_EQUAL(value, 12);
	CU_ASSERT_FALSE(config_text_size("1KiB", "MiB", &value));
	CU_ASSERT_FALSE(config_text_size("1kb", "octets", &value));
	CU_ASSERT_FALSE(config_text_size("99999999TiB", "octets", &value));
}

static void processors(void)
{
	struct config_lcores lcores;
	CU_ASSERT_TRUE(config_text_lcores("auto", &lcores));
	CU_ASSERT_EQUAL(lcores.count, 0);
	CU_ASSERT_TRUE(config_text_lcores("0-3,8", &lcores));
	CU_ASSERT_EQUAL(lcores.count, 5);
	CU_ASSERT_EQUAL(lcores.cpu_count, 5);
	CU_ASSERT_EQUAL(lcores.cpu[3], 3);
	CU_ASSERT_EQUAL(lcores.cpu[4], 8);
	CU_ASSERT_TRUE(config_text_lcores("4", &lcores));
	CU_ASSERT_EQUAL(lcores.cpu_count, 1);
	CU_ASSERT_EQUAL(lcores.cpu[0], 4);
	static const char *const bad[] = {"",    "a",     "3-1",   "1,",        ",1", "1-",
	                                  "1,1", "0-3,2", "65536", "0-127,128", "1 2"};
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
		CU_ASSERT_FALSE(config_text_lcores(bad[i], &lcores));
	CU_ASSERT_EQUAL(lcores.cpu[0], 4);
}

static void devices(void)
{
	static const char *const good[] = {"0000:3b:00.0",
	                                   "3b:00.1",
	                                   "net_tap0,iface=scloud0",
	                                   "net_af_packet0,iface=eth0,qpairs=2",
	                                   "net_virtio_user0,path=/run/x.sock,queues=1",
	                                   "0000:3b:00.0,dv_flow_en=1",
	                                   "net_null"};
	static const char *const bad[] = {
	    "",         "eth0",          "net_",          "0000:3b:00",
	    "3b:00.8",  "net_tap0,",     "net_tap0,,a=b", "net_tap0 ,iface=x",
	    "net_TAP0", "net_tap0,a=b c"};
	for (size_t i = 0; i < ARRAY_COUNT(good); i++)
		CU_ASSERT_TRUE(config_text_device(good[i]));
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
		CU_ASSERT_FALSE(config_text_device(bad[i]));
}

static void is_base64(const char *text, const char *octets)
{
	uint8_t out[32] = {0};
	uint32_t len = 0;
	CU_ASSERT_TRUE(config_text_base64(text, out, &len));
	CU_ASSERT_EQUAL(len, strlen(octets));
	CU_ASSERT_STRING_EQUAL((char *)out, octets);
}

static void base64(void)
{
	uint8_t out[32];
	uint32_t len;
	/* RFC 4648 §10. */
	is_base64("", "");
	is_base64("Zg==", "f");
	is_base64("Zm8=", "fo");
	is_base64("Zm9v", "foo");
	is_base64("Zm9vYg==", "foob");
	is_base64("Zm9vYmFy", "foobar");
	static const char *const bad[] = {
	    "Z", "Zg", "Zg=", "Zg===", "Z===", "Zm9v====", "Zm 9v", "Zm9_", "=m9v", "Zm=v", "Zh=="};
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
		CU_ASSERT_FALSE(config_text_base64(bad[i], out, &len));
}

static const struct unit_case cases[] = {
    {"addresses", addresses},   {"endpoints", endpoints}, {"prefixes", prefixes},
    {"domains", domains},       {"durations", durations}, {"sizes", sizes},
    {"processors", processors}, {"devices", devices},     {"base64", base64},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "config/text", cases, ARRAY_COUNT(cases));
}
