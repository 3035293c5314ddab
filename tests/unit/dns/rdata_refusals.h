/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* rdata_refusals -- rdata that must not be taken: wire, and text with the token at fault.
 *
 * What:    one row each; all of bad_wire are RESULT_MALFORMED.
 * Threads: any; const.
 * Memory:  static.
 * Limits:  none.
 * Trust:   no input.
 * RFC:     named beside the rows. */
#pragma once

#include <stddef.h>

#include "base/result.h"

static const struct {
	const char *type;
	const char *hex;
} rdata_bad_wire[] = {
    {"A", ""},
    {"A", "0102030405"},
    {"AAAA", "01020304"},
    {"TXT", ""},
    {"TXT", "0261"},
    {"NSEC", "00 0000"},
    {"NSEC", "00 0021 000000000000000000000000000000000000000000000000000000000000000001"},
    {"NSEC", "00 0001 00"},
    {"NSEC", "00 000140 000140"},
    {"NSEC", "00 010140 000140"},
    {"NSEC", "c000"},
    {"SVCB", "0001 00 0001"},
    {"SVCB", "0001 00 0003 0003 0035"},
    {"SVCB", "0001 00 0003 0002 0035 0003 0002 0035"},
    {"SVCB", "0001 00 0003 0002 0035 0001 0003 026832"},
    {"NSEC3", "01 00 0000 00 00"},
    {"CAA", "00 00"},
    {"DS", "0001 01 01"},
    {"APL", "0001 15 04 c0a820"},
    {"HIP", "ff 02 0003 20 01 02 03"},
    {"IPSECKEY", "0a 01 02 c00002"},
    {"HINFO", "0161"},
    {"SOA", "00 00 00000000"},
};

/* The token at fault is counted from 0; one behind the last: a token was missing. */
static const struct {
	const char *type;
	const char *text;
	size_t error_token;
	enum result want;
} rdata_bad_text[] = {
    {"A", "", 0, RESULT_MALFORMED},
    {"A", "1.2.3", 0, RESULT_MALFORMED},
    {"A", "1.2.3.4.", 0, RESULT_MALFORMED},
    {"A", "1.2.3.256", 0, RESULT_MALFORMED},
    {"A", "1.2.03.4", 0, RESULT_MALFORMED},
    {"A", "1..2.3", 0, RESULT_MALFORMED},
    {"A", "1.2.3.4 5", 1, RESULT_MALFORMED},
    {"AAAA", "1.2.3.4", 0, RESULT_MALFORMED},
    {"AAAA", "1::2::3", 0, RESULT_MALFORMED},
    {"AAAA", ":1:2:3:4:5:6:7", 0, RESULT_MALFORMED},
    {"AAAA", "1:2:3:4:5:6:7:", 0, RESULT_MALFORMED},
    {"AAAA", "1:2:3:4:5:6:7:8:9", 0, RESULT_MALFORMED},
    {"AAAA", "1:2:3:4:5:6:7:8::", 0, RESULT_MALFORMED},
    {"AAAA", "1:2:3:4:5:6:7", 0, RESULT_MALFORMED},
    {"AAAA", "12345::", 0, RESULT_MALFORMED},
    {"AAAA", ":", 0, RESULT_MALFORMED},
    {"AAAA", ":::", 0, RESULT_MALFORMED},
    {"AAAA", "::1.2.3", 0, RESULT_MALFORMED},
    {"AAAA", "fe80::1%eth0", 0, RESULT_MALFORMED},
    {"MX", "65536 a.", 0, RESULT_OUT_OF_RANGE},
    {"MX", "10", 1, RESULT_MALFORMED},
    {"MX", "-1 a.", 0, RESULT_MALFORMED},
    {"MX", "10 a..b", 1, RESULT_MALFORMED},
    {"SOA", "a. b. 1 1x 1 1 1", 3, RESULT_MALFORMED},
    {"SOA", "a. b. 1 1 1 1 999999w", 6, RESULT_OUT_OF_RANGE},
    {"SOA", "a. b. 4294967296 1 1 1 1", 2, RESULT_OUT_OF_RANGE},
    {"TXT", "", 0, RESULT_MALFORMED},
    {"TXT", "a b\\25", 1, RESULT_MALFORMED},
    {"DS", "1 8 2 ABC", 3, RESULT_MALFORMED},
    {"DS", "1 8 2", 3, RESULT_MALFORMED},
    {"DS", "1 8 2 AX", 3, RESULT_MALFORMED},
    {"DS", "1 FOO 2 AB", 1, RESULT_MALFORMED},
    {"DNSKEY", "1 3 8 AQI", 3, RESULT_MALFORMED},
    {"DNSKEY", "1 3 8 AQ=I", 3, RESULT_MALFORMED},
    {"RRSIG", "A 5 3 1 20031322173103 0 1 . AQID", 4, RESULT_OUT_OF_RANGE},
    {"RRSIG", "A 5 3 1 200313221731 0 1 . AQID", 4, RESULT_MALFORMED},
    {"RRSIG", "FOO 5 3 1 0 0 1 . AQID", 0, RESULT_MALFORMED},
    {"NSEC", "a. A FOO", 2, RESULT_MALFORMED},
    {"NSEC3", "1 0 0 - 2t7b4g4w", 4, RESULT_MALFORMED},
    {"NSEC3PARAM", "1 0 0 abc", 3, RESULT_MALFORMED},
    {"CAA", "0 is-sue x", 1, RESULT_MALFORMED},
    {"CAA", "256 issue x", 0, RESULT_OUT_OF_RANGE},
    {"LOC", "91 N 0 E 0", 0, RESULT_OUT_OF_RANGE},
    {"LOC", "90 0 0.001 N 0 E 0", 3, RESULT_OUT_OF_RANGE},
    {"LOC", "1 60 N 0 E 0", 1, RESULT_OUT_OF_RANGE},
    {"LOC", "1 1 60 N 0 E 0", 2, RESULT_MALFORMED},
    {"LOC", "1 N", 2, RESULT_MALFORMED},
    {"LOC", "1 N 1 E -100001m", 4, RESULT_MALFORMED},
    {"APL", "1:1.2.3.4/33", 0, RESULT_OUT_OF_RANGE},
    {"APL", "3:1.2.3.4/3", 0, RESULT_MALFORMED},
    {"APL", "1:1.2.3.4", 0, RESULT_MALFORMED},
    {"IPSECKEY", "10 4 2 . AQID", 1, RESULT_OUT_OF_RANGE},
    {"IPSECKEY", "10 0 2 x AQID", 3, RESULT_MALFORMED},
    {"EUI48", "00-00-5e-00-53", 0, RESULT_MALFORMED},
    {"EUI48", "00-00-5e-00-53-2a-00", 0, RESULT_MALFORMED},
    {"NID", "10 0014:4fff:ff20", 1, RESULT_MALFORMED},
    {"NULL", "x", 0, RESULT_MALFORMED},
    {"TYPE731", "x", 0, RESULT_MALFORMED},
    {"TYPE731", "\\# 2 abcdef", 1, RESULT_MALFORMED},
    {"TYPE731", "\\# 1", 2, RESULT_MALFORMED},
    {"TYPE731", "\\# x ab", 1, RESULT_MALFORMED},
    {"A", "\\# 3 010203", 2, RESULT_MALFORMED},
    {"MX", "\\# 4 000a c000", 2, RESULT_MALFORMED},
    /* RFC 9460 appendix D.3. */
    {"SVCB", "1 foo.example.com. key123=abc key123=def", 3, RESULT_MALFORMED},
    {"SVCB", "1 foo.example.com. mandatory", 2, RESULT_MALFORMED},
    {"SVCB", "1 foo.example.com. alpn", 2, RESULT_MALFORMED},
    {"SVCB", "1 foo.example.com. port", 2, RESULT_MALFORMED},
    {"SVCB", "1 foo.example.com. ipv4hint", 2, RESULT_MALFORMED},
    {"SVCB", "1 foo.example.com. ipv6hint", 2, RESULT_MALFORMED},
    {"SVCB", "1 foo.example.com. alpn=h2 no-default-alpn=abc", 3, RESULT_MALFORMED},
    {"SVCB", "1 foo.example.com. mandatory=key123", 2, RESULT_MALFORMED},
    {"SVCB", "1 foo.example.com. mandatory=mandatory", 2, RESULT_MALFORMED},
    {"SVCB", "1 foo.example.com. mandatory=key123,key123 key123=abc", 2, RESULT_MALFORMED},
    {"SVCB", "1 . no-default-alpn", 3, RESULT_MALFORMED},
    {"SVCB", "1 . alpn=h2,,h3", 2, RESULT_MALFORMED},
    {"SVCB", "1 . key01=a", 2, RESULT_MALFORMED},
    {"SVCB", "1 . key65535=a", 2, RESULT_MALFORMED},
    {"SVCB", "1 . ALPN=h2", 2, RESULT_MALFORMED},
    {"SVCB", "1 . ech=A", 2, RESULT_MALFORMED},
    {"SVCB", "1 . port=65536", 2, RESULT_MALFORMED},
};
