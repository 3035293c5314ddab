/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The OPT record: each option read and refused, our own record written and read back. */
#include "dns/edns.h"

#include <stdlib.h>
#include <string.h>

#include "dns/message.h"
#include "dns/rrtype.h"
#include "unit.h"

/* Parses class, ttl, rdlength and the given options, from an exactly sized copy. */
static enum result parse(const char *fixed, const void *options, size_t len, struct dns_edns *out)
{
	uint8_t *copy = malloc(8 + len);
	memcpy(copy, fixed, 6);
	bytes_store_u16(copy + 6, (uint16_t)len);
	memcpy(copy + 8, options, len);
	struct bytes_reader reader = bytes_reader_of(copy, 8 + len);
	const enum result result = dns_edns_parse(&reader, out);
	CU_ASSERT_EQUAL(reader.at, result == RESULT_OK ? 8 + len : 0);
	free(copy);
	return result;
}

#define PLAIN "\x04\xd0\0\0\0\0"
#define PARSE(options, out) parse(PLAIN, options, sizeof(options) - 1, out)

static void fixed_part(void)
{
	struct dns_edns edns;
	CU_ASSERT_EQUAL(parse("\x10\0\2\0\x80\0", "", 0, &edns), RESULT_OK);
	CU_ASSERT_TRUE(edns.present && edns.dnssec_ok);
	CU_ASSERT_EQUAL(edns.udp_size, 4096);
	CU_ASSERT_EQUAL(edns.extended_rcode, 2);
	CU_ASSERT_EQUAL(edns.version, 0);
	CU_ASSERT_FALSE(edns.nsid_asked || edns.subnet_present || edns.keepalive_asked);
	CU_ASSERT_EQUAL(edns.cookie_len, 0);
	/* RFC 6891 §6.2.3. */
	CU_ASSERT_EQUAL(parse("\0\x64\0\0\x7f\xff", "", 0, &edns), RESULT_OK);
	CU_ASSERT_EQUAL(edns.udp_size, 512);
	CU_ASSERT_FALSE(edns.dnssec_ok);
	/* Another version: what follows may look otherwise. */
	CU_ASSERT_EQUAL(parse("\4\xd0\0\1\0\0", "\1", 1, &edns), RESULT_OK);
	CU_ASSERT_EQUAL(edns.version, 1);
}

static void flags_of_options(void)
{
	struct dns_edns edns;
	CU_ASSERT_EQUAL(PARSE("\0\3\0\0"
	                      "\0\x0b\0\0"
	                      "\0\x0c\0\2\0\0"
	                      "\0\x09\0\0"
	                      "\0\x13\0\0"
	                      "\xff\xff\0\1x",
	                      &edns),
	                RESULT_OK);
	CU_ASSERT_TRUE(edns.nsid_asked);
	CU_ASSERT_TRUE(edns.keepalive_asked);
	CU_ASSERT_TRUE(edns.padding_asked);
	CU_ASSERT_TRUE(edns.expire_asked);
	CU_ASSERT_TRUE(edns.zoneversion_asked);
	CU_ASSERT_EQUAL(PARSE("\0\x0b\0\1x", &edns), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(PARSE("\0\x09\0\1x", &edns), RESULT_MALFORMED);
}

static void cookies(void)
{
	struct dns_edns edns;
	CU_ASSERT_EQUAL(PARSE("\0\x0a\0\x08"
	                      "abcdefgh",
	                      &edns),
	                RESULT_OK);
	CU_ASSERT_EQUAL(edns.cookie_len, 8);
	CU_ASSERT_EQUAL(memcmp(edns.cookie, "abcdefgh", 8), 0);
	CU_ASSERT_EQUAL(PARSE("\0\x0a\0\x08"
	                      "firstone\0\x0a\0\x08"
	                      "secondon",
	                      &edns),
	                RESULT_OK);
	CU_ASSERT_EQUAL(memcmp(edns.cookie, "firstone", 8), 0);
	for (uint8_t len = 0; len <= 48; len++) {
		uint8_t option[4 + 48] = {0, 10, 0, len};
		const bool good = len == 8 || (len >= 16 && len <= 40);
		CU_ASSERT_EQUAL(parse(PLAIN, option, 4u + len, &edns),
		                good ? RESULT_OK : RESULT_MALFORMED);
		if (good)
			CU_ASSERT_EQUAL(edns.cookie_len, len);
	}
}

static void subnets(void)
{
	struct dns_edns edns;
	CU_ASSERT_EQUAL(PARSE("\0\x08\0\7\0\1\x18\0\xc0\0\2", &edns), RESULT_OK);
	CU_ASSERT_TRUE(edns.subnet_present);
	CU_ASSERT_EQUAL(edns.subnet_family, 1);
	CU_ASSERT_EQUAL(edns.subnet_source, 24);
	CU_ASSERT_EQUAL(memcmp(edns.subnet_address, "\xc0\0\2\0", 4), 0);
	CU_ASSERT_EQUAL(PARSE("\0\x08\0\x0b\0\2\x38\0\x20\1\xd\xb8\1\2\3", &edns), RESULT_OK);
	CU_ASSERT_EQUAL(edns.subnet_family, 2);
	CU_ASSERT_EQUAL(PARSE("\0\x08\0\4\0\1\0\0", &edns), RESULT_OK);
	CU_ASSERT_EQUAL(PARSE("\0\x08\0\4\0\0\0\0", &edns), RESULT_OK);
	CU_ASSERT_TRUE(edns.subnet_present);
	/* A family that we do not know. */
	CU_ASSERT_EQUAL(PARSE("\0\x08\0\4\0\3\x20\0", &edns), RESULT_OK);
	CU_ASSERT_FALSE(edns.subnet_present);
	/* Too few, too many octets, too long a prefix, bits beyond it, no room for the fixed part. */
	CU_ASSERT_EQUAL(PARSE("\0\x08\0\6\0\1\x18\0\xc0\0", &edns), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(PARSE("\0\x08\0\x08\0\1\x18\0\xc0\0\2\0", &edns), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(PARSE("\0\x08\0\x09\0\1\x21\0\xc0\0\2\1\0", &edns), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(PARSE("\0\x08\0\7\0\1\x17\0\xc0\0\3", &edns), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(PARSE("\0\x08\0\3\0\1\0", &edns), RESULT_MALFORMED);
}

static void lengths_are_checked(void)
{
	struct dns_edns edns;
	CU_ASSERT_EQUAL(PARSE("\0", &edns), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(PARSE("\0\3\0", &edns), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(PARSE("\0\3\0\1", &edns), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(PARSE("\0\3\xff\xff", &edns), RESULT_MALFORMED);
	for (size_t len = 0; len < 8; len++) {
		struct bytes_reader reader = bytes_reader_of((const uint8_t *)PLAIN "\0\0", len);
		CU_ASSERT_EQUAL(dns_edns_parse(&reader, &edns), RESULT_TOO_SHORT);
	}
	struct bytes_reader reader = bytes_reader_of((const uint8_t *)PLAIN "\0\1", 8);
	CU_ASSERT_EQUAL(dns_edns_parse(&reader, &edns), RESULT_TOO_SHORT);
	CU_ASSERT_EQUAL(reader.at, 0);
}

static void option_count_is_bounded(void)
{
	struct dns_edns edns;
	uint8_t options[4 * (EDNS_OPTIONS_MAX + 1)] = {0};
	CU_ASSERT_EQUAL(parse(PLAIN, options, sizeof(options) - 4, &edns), RESULT_OK);
	CU_ASSERT_EQUAL(parse(PLAIN, options, sizeof(options), &edns), RESULT_MALFORMED);
}

static void reply_is_written(void)
{
	struct dns_edns client;
	CU_ASSERT_EQUAL(PARSE("\0\x08\0\7\0\1\x17\0\xc0\0\2", &client), RESULT_OK);
	const struct dns_edns_reply reply = {
	    .udp_size = 1232,
	    .rcode = DNS_RCODE_BADCOOKIE,
	    .dnssec_ok = true,
	    .ede = EDNS_EDE_STALE_ANSWER,
	    .ede_text = "old",
	    .nsid = (const uint8_t *)"me",
	    .nsid_len = 2,
	    .cookie = (const uint8_t *)"0123456789abcdef01234567",
	    .cookie_len = 24,
	    .keepalive = true,
	    .keepalive_timeout = 300,
	    .subnet_echo = &client,
	    .expire = true,
	    .expire_s = 86400,
	    .zoneversion = (const uint8_t *)"\2\0aaaa",
	    .zoneversion_len = 6,
	};
	static const char want[] = "\0\0\x29\4\xd0\1\0\x80\0\0\x4e"
	                           "\0\3\0\2me"
	                           "\0\x08\0\7\0\1\x17\0\xc0\0\2"
	                           "\0\x09\0\4\0\1\x51\x80"
	                           "\0\x0a\0\x18"
	                           "0123456789abcdef01234567"
	                           "\0\x0b\0\2\1\x2c"
	                           "\0\x0f\0\5\0\3old"
	                           "\0\x13\0\6\2\0aaaa";
	uint8_t out[256];
	struct bytes_writer writer = bytes_writer_of(out, sizeof(out));
	dns_edns_write(&writer, &reply);
	CU_ASSERT_FALSE(writer.overflow);
	CU_ASSERT_EQUAL(writer.len, sizeof(want) - 1);
	CU_ASSERT_EQUAL(writer.len, dns_edns_size(&reply));
	CU_ASSERT_EQUAL(memcmp(out, want, sizeof(want) - 1), 0);
	struct bytes_reader reader = bytes_reader_of(out + 3, writer.len - 3);
	struct dns_edns again;
	CU_ASSERT_EQUAL(dns_edns_parse(&reader, &again), RESULT_OK);
	CU_ASSERT_EQUAL(again.extended_rcode, 1);
	CU_ASSERT_EQUAL(again.cookie_len, 24);
	CU_ASSERT_EQUAL(again.subnet_source, 23);
	/* One octet too little: overflow, nothing behind the room is touched (the sanitizer looks). */
	uint8_t *tight = malloc(sizeof(want) - 2);
	writer = bytes_writer_of(tight, sizeof(want) - 2);
	dns_edns_write(&writer, &reply);
	CU_ASSERT_TRUE(writer.overflow);
	free(tight);
}

static void plain_reply(void)
{
	const struct dns_edns_reply reply = {.udp_size = 1232, .ede = EDNS_EDE_NONE};
	uint8_t out[16];
	struct bytes_writer writer = bytes_writer_of(out, sizeof(out));
	dns_edns_write(&writer, &reply);
	CU_ASSERT_EQUAL(writer.len, 11);
	CU_ASSERT_EQUAL(dns_edns_size(&reply), 11);
	CU_ASSERT_EQUAL(memcmp(out, "\0\0\x29\4\xd0\0\0\0\0\0\0", 11), 0);
}

static void padding_fills_blocks(void)
{
	struct dns_edns_reply reply = {.ede = EDNS_EDE_NONE, .padding_block = 468};
	static uint8_t out[2000];
	for (size_t before = 12; before < 1000; before++) {
		memset(out, 0xee, sizeof(out));
		struct bytes_writer writer = {.data = out, .size = sizeof(out), .len = before};
		dns_edns_write(&writer, &reply);
		CU_ASSERT_FALSE(writer.overflow);
		CU_ASSERT_EQUAL(writer.len % 468, 0);
		CU_ASSERT_TRUE(writer.len - before < 468 + 15);
		CU_ASSERT_EQUAL(bytes_load_u16(out + before + 9), writer.len - before - 11);
		CU_ASSERT_EQUAL(bytes_load_u16(out + before + 11), EDNS_OPTION_PADDING);
		CU_ASSERT_EQUAL(bytes_load_u16(out + before + 13), writer.len - before - 15);
		for (size_t i = before + 15; i < writer.len; i++)
			CU_ASSERT_EQUAL(out[i], 0);
	}
	/* Less room than a block: as much as there is; none for the option: no padding. */
	struct bytes_writer writer = {.data = out, .size = 100, .len = 50};
	dns_edns_write(&writer, &reply);
	CU_ASSERT_EQUAL(writer.len, 100);
	writer = (struct bytes_writer){.data = out, .size = 64, .len = 50};
	dns_edns_write(&writer, &reply);
	CU_ASSERT_EQUAL(writer.len, 61);
	CU_ASSERT_FALSE(writer.overflow);
}

static void ede_texts(void)
{
	for (int i = 0; i <= EDNS_EDE_INVALID_QUERY_TYPE; i++)
		CU_ASSERT_PTR_NOT_NULL(dns_ede_text((enum edns_ede)i));
	CU_ASSERT_STRING_EQUAL(dns_ede_text(EDNS_EDE_STALE_ANSWER), "Stale Answer");
	CU_ASSERT_STRING_EQUAL(dns_ede_text(EDNS_EDE_NONE), "Unknown Error");
	CU_ASSERT_STRING_EQUAL(dns_ede_text((enum edns_ede)31), "Unknown Error");
}

static const struct unit_case cases[] = {
    {"fixed_part", fixed_part},
    {"flags_of_options", flags_of_options},
    {"cookies", cookies},
    {"subnets", subnets},
    {"lengths_are_checked", lengths_are_checked},
    {"option_count_is_bounded", option_count_is_bounded},
    {"reply_is_written", reply_is_written},
    {"plain_reply", plain_reply},
    {"padding_fills_blocks", padding_fills_blocks},
    {"ede_texts", ede_texts},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "dns/edns", cases, ARRAY_COUNT(cases));
}
