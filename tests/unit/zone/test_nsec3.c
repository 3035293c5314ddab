/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* SHA-1 and the hashed names of RFC 5155 appendix A. */
#include <stdio.h>
#include <string.h>

#include "unit.h"

#include "zone/nsec3.h"
#include "zone/sha1.h"

static void sha1_is(const char *text, const char *hex)
{
	uint8_t digest[SHA1_BYTES];
	char got[2 * SHA1_BYTES + 1];
	zone_sha1((const uint8_t *)text, strlen(text), digest);
	for (unsigned i = 0; i < SHA1_BYTES; i++)
		snprintf(got + 2 * i, 3, "%02x", digest[i]);
	CU_ASSERT_STRING_EQUAL(got, hex);
}

/* FIPS 180-2 appendix A. */
static void test_sha1(void)
{
	sha1_is("abc", "a9993e364706816aba3e25717850c26c9cd0d89d");
	sha1_is("", "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	sha1_is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	        "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	char long_text[SHA1_INPUT_MAX + 1];
	memset(long_text, 'a', SHA1_INPUT_MAX);
	long_text[SHA1_INPUT_MAX] = '\0';
	uint8_t digest[SHA1_BYTES];
	zone_sha1((const uint8_t *)long_text, SHA1_INPUT_MAX, digest);
	/* The lengths around which padding needs one block more. */
	for (size_t len = 53; len < 68; len++) {
		uint8_t other[SHA1_BYTES];
		zone_sha1((const uint8_t *)long_text, len, digest);
		zone_sha1((const uint8_t *)long_text, len + 1, other);
		CU_ASSERT(memcmp(digest, other, sizeof(digest)) != 0);
	}
}

static void test_appendix_a(void)
{
	static const struct {
		const char *name;
		size_t len;
		const char *hash;
	} names[] = {
	    {"\7example", 9, "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"},
	    {"\1a\7example", 11, "35mthgpgcu1qg68fab165klnsnk3dpvl"},
	    {"\2ai\7example", 12, "gjeqe526plbf1g8mklp59enfd789njgi"},
	    {"\3ns1\7example", 13, "2t7b4g4vsa5smi47k61mv5bv1a22bojr"},
	    {"\3ns2\7example", 13, "q04jkcevqvmu85r014c7dkba38o0ji5r"},
	    {"\1w\7example", 11, "k8udemvp1j2f7eg6jebps17vp3n8i58h"},
	    {"\1*\1w\7example", 13, "r53bq7cc2uvmubfu5ocmm6pers9tk9en"},
	    {"\1x\1w\7example", 13, "b4um86eghhds6nea196smvmlo4ors995"},
	    {"\1y\1w\7example", 13, "ji6neoaepv8b5o6k4ev33abha8ht9fgc"},
	    {"\1x\1y\1w\7example", 15, "2vptu5timamqttgl4luu9kg21e0aor3s"},
	    {"\2xx\7example", 12, "t644ebqk9bibcna874givr6joj62mlhv"},
	};
	static const uint8_t salt[] = {0xaa, 0xbb, 0xcc, 0xdd};
	const struct zone zone = {.nsec3_iterations = 12, .nsec3_salt_len = 4, .nsec3_salt = salt};
	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		const struct zone_nsec3_hash hash =
		    zone_nsec3_hash(&zone, (const uint8_t *)names[i].name, names[i].len);
		CU_ASSERT(hash.label[0] == 32);
		CU_ASSERT(memcmp(hash.label + 1, names[i].hash, 32) == 0);
	}
}

static const struct unit_case cases[] = {
    {"sha1", test_sha1},
    {"appendix_a", test_appendix_a},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "zone/nsec3", cases, ARRAY_COUNT(cases));
}
