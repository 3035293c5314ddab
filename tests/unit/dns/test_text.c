/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Escapes, numbers, encodings and addresses: the small steps of presentation form. */
#include "dns/text.h"

#include <stdlib.h>
#include <string.h>

#include "dns/address.h"
#include "dns/encoding.h"
#include "unit.h"

/* Every octet, escaped for a name or a string, comes back. */
static void escapes_round_trip(void)
{
	for (unsigned i = 0; i < 256; i++) {
		char text[2][TEXT_ESCAPE_MAX];
		const size_t len[2] = {text_escape_name((uint8_t)i, text[0]),
		                       text_escape_quoted((uint8_t)i, text[1])};
		for (size_t k = 0; k < 2; k++) {
			uint8_t octet = 0;
			if (len[k] == 1)
				octet = (uint8_t)text[k][0];
			else
				CU_ASSERT_EQUAL(text_unescape(text[k], len[k], &octet), len[k]);
			CU_ASSERT_EQUAL(octet, i);
		}
	}
	uint8_t octet;
	CU_ASSERT_EQUAL(text_unescape("\\", 1, &octet), 0);
	CU_ASSERT_EQUAL(text_unescape("\\12", 3, &octet), 0);
	CU_ASSERT_EQUAL(text_unescape("\\256", 4, &octet), 0);
	CU_ASSERT_EQUAL(text_unescape("\\x41", 4, &octet), 2);
}

static void numbers(void)
{
	char text[20];
	uint64_t value = 0;
	CU_ASSERT_EQUAL(text_from_u64(UINT64_MAX, text), 20);
	CU_ASSERT_TRUE(text_to_u64(text, 20, UINT64_MAX, &value));
	CU_ASSERT_EQUAL(value, UINT64_MAX);
	CU_ASSERT_FALSE(text_to_u64("18446744073709551616", 20, UINT64_MAX, &value));
	CU_ASSERT_FALSE(text_to_u64("256", 3, 255, &value));
	CU_ASSERT_FALSE(text_to_u64("", 0, 255, &value));
	CU_ASSERT_FALSE(text_to_u64("1a", 2, 255, &value));
	CU_ASSERT_EQUAL(text_from_u64(0, text), 1);
	CU_ASSERT_TRUE(text_is("aBc", 3, "AbC"));
	CU_ASSERT_FALSE(text_is("ab", 2, "abc"));
	CU_ASSERT_FALSE(text_is("abc", 3, "ab"));
}

/* Octets of all lengths through all encodings, in pieces of every size. */
static void encodings_round_trip(void)
{
	uint8_t data[48];
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 37 + 11);
	for (int base = ENCODING_HEX; base <= ENCODING_BASE64; base++) {
		for (size_t len = 0; len <= sizeof(data); len++) {
			uint8_t text[128];
			uint8_t back[48];
			struct bytes_writer writer = bytes_writer_of(text, sizeof(text));
			encoding_encode((enum encoding_base)base, data, len, &writer);
			struct bytes_writer out = bytes_writer_of(back, sizeof(back));
			struct encoding_decoder decoder;
			encoding_decoder_init(&decoder, (enum encoding_base)base, &out);
			for (size_t at = 0; at < writer.len; at++)
				CU_ASSERT_TRUE(encoding_decode(&decoder, (char *)text + at, 1));
			CU_ASSERT_TRUE(encoding_decode_end(&decoder));
			CU_ASSERT_EQUAL(out.len, len);
			CU_ASSERT_EQUAL(memcmp(back, data, len), 0);
		}
	}
}

/* RFC 4648 §10. */
static void encodings_known(void)
{
	static const struct {
		enum encoding_base base;
		const char *text;
	} rows[] = {{ENCODING_BASE64, "Zm9vYg=="},
	            {ENCODING_BASE32HEX, "CPNMUOG"},
	            {ENCODING_HEX, "666F6F62"}};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint8_t text[16] = {0};
		struct bytes_writer writer = bytes_writer_of(text, sizeof(text));
		encoding_encode(rows[i].base, (const uint8_t *)"foob", 4, &writer);
		CU_ASSERT_STRING_EQUAL((char *)text, rows[i].text);
	}
	static const struct {
		enum encoding_base base;
		const char *text;
	} bad[] = {
	    {ENCODING_BASE64, "Zm9"},   {ENCODING_BASE64, "Zm9v="}, {ENCODING_BASE64, "Zg==Zg=="},
	    {ENCODING_BASE64, "Zg==="}, {ENCODING_BASE64, "Z"},     {ENCODING_BASE64, "===="},
	    {ENCODING_HEX, "abc"},      {ENCODING_HEX, "0x"},       {ENCODING_BASE32HEX, "W"},
	    {ENCODING_BASE32HEX, "0"},  {ENCODING_BASE32HEX, "00="}};
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
		uint8_t back[16];
		struct bytes_writer out = bytes_writer_of(back, sizeof(back));
		struct encoding_decoder decoder;
		encoding_decoder_init(&decoder, bad[i].base, &out);
		CU_ASSERT_FALSE(encoding_decode(&decoder, bad[i].text, strlen(bad[i].text)) &&
		                encoding_decode_end(&decoder));
	}
}

/* RFC 5952 §4: one form for each address. */
static void addresses(void)
{
	static const char *const rows[][2] = {
	    {"2001:0db8::0001", "2001:db8::1"},
	    {"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
	    {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	    {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
	    {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
	    {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
	    {"::1.2.3.4", "::102:304"},
	    {"1::", "1::"},
	    {"FFFF:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint8_t address[16];
		char text[ADDRESS_IPV6_TEXT_MAX + 1] = {0};
		CU_ASSERT_TRUE(address_ipv6_read(rows[i][0], strlen(rows[i][0]), address));
		CU_ASSERT_EQUAL(address_ipv6_write(address, text), strlen(rows[i][1]));
		CU_ASSERT_STRING_EQUAL(text, rows[i][1]);
	}
}

static const struct unit_case cases[] = {
    {"escapes_round_trip", escapes_round_trip},
    {"numbers", numbers},
    {"encodings_round_trip", encodings_round_trip},
    {"encodings_known", encodings_known},
    {"addresses", addresses},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "dns/text", cases, ARRAY_COUNT(cases));
}
