/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* rdata_vectors -- rdata of every type: text as written, wire, and text as we write it.
 *
 * What:    examples of the RFCs where they give both forms; others made by hand from the wire format.
 * Threads: any; const.
 * Memory:  static.
 * Limits:  none.
 * Trust:   no input.
 * RFC:     named beside the rows. */
#pragma once

struct rdata_vector {
	const char *type;
	const char *text; /* relative names are below example.com. */
	const char *hex; /* blanks are left out; NULL: not compared */
	const char *canonical; /* NULL: as `text` */
};

static const struct rdata_vector rdata_vectors[] = {
    {"A", "192.0.2.1", "c0000201", NULL},
    {"A", "255.255.255.255", "ffffffff", NULL},
    {"A", "0.0.0.0", "00000000", NULL},
    {"NS", "ns1", "036e7331 076578616d706c65 03636f6d 00", "ns1.example.com."},
    {"NS", ".", "00", NULL},
    {"MD", "a.", "016100", NULL},
    {"MF", "a.", "016100", NULL},
    {"CNAME", "WWW.example.NET.", "03575757 076578616d706c65 034e4554 00", NULL},
    {"SOA", "ns. admin\\.x. 2024010101 1h30m 15m 1w2d 86400",
     "026e7300 0761646d696e2e7800 78a3f175 00001518 00000384 000bdd80 00015180",
     "ns. admin\\.x. 2024010101 5400 900 777600 86400"},
    {"SOA", ". . 0 4294967295 0 0 0", "00 00 00000000 ffffffff 00000000 00000000 00000000", NULL},
    {"MB", "a.", "016100", NULL},
    {"MG", "a.", "016100", NULL},
    {"MR", "a.", "016100", NULL},
    {"NULL", "\\# 3 01 02 03", "010203", "\\# 3 010203"},
    {"NULL", "\\# 0", "", NULL},
    {"WKS", "10.0.0.1 TCP smtp 21 domain", "0a000001 06 00000440 000004", "10.0.0.1 6 21 25 53"},
    {"PTR", "@", "076578616d706c65 03636f6d 00", "example.com."},
    {"HINFO", "PC-Intel \"Linux 6.1\"", "0850432d496e74656c 094c696e757820362e31",
     "\"PC-Intel\" \"Linux 6.1\""},
    {"MINFO", "a. b.", "016100 016200", NULL},
    {"MX", "10 mail", "000a 046d61696c 076578616d706c65 03636f6d 00", "10 mail.example.com."},
    {"TXT", "abc \"d e\" \"q\\\"\\\\\" \\007\\255 \"\"", "03616263 03642065 0371225c 0207ff 00",
     "\"abc\" \"d e\" \"q\\\"\\\\\" \"\\007\\255\" \"\""},
    {"TXT", "\"v=spf1 -all\"", "0b 763d73706631202d616c6c", NULL},
    {"RP", "a. b.", "016100 016200", NULL},
    {"AFSDB", "1 a.", "0001 016100", NULL},
    {"X25", "311061700956", "0c 333131303631373030393536", "\"311061700956\""},
    {"ISDN", "150862028003217", "0f 313530383632303238303033323137", "\"150862028003217\""},
    {"ISDN", "1508 004", "04 31353038 03 303034", "\"1508\" \"004\""},
    {"RT", "2 a.", "0002 016100", NULL},
    /* RFC 1706 §5. */
    {"NSAP", "0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00",
     "47 0005 80 005a00 0000 0001 e133 ffffff000161 00",
     "0x47000580005A0000000001E133FFFFFF00016100"},
    {"NSAP-PTR", "a.", "016100", NULL},
    {"SIG", "A 5 2 3600 20240101000000 20231201000000 2642 example. AQID",
     "0001 05 02 00000e10 65920080 65692200 0a52 076578616d706c6500 010203", NULL},
    {"KEY", "256 3 5 AQID", "0100 03 05 010203", NULL},
    {"KEY", "49152 3 0", "c000 03 00", NULL},
    {"PX", "10 a. b.", "000a 016100 016200", NULL},
    {"GPOS", "-32.6882 116.8652 10.0", "08 2d33322e36383832 08 3131362e38363532 04 31302e30",
     "\"-32.6882\" \"116.8652\" \"10.0\""},
    {"AAAA", "2001:DB8::1", "20010db8000000000000000000000001", "2001:db8::1"},
    {"AAAA", "::", "00000000000000000000000000000000", NULL},
    {"AAAA", "1:0:0:2::3", "0001 0000 0000 0002 0000 0000 0000 0003", "1:0:0:2::3"},
    {"AAAA", "::ffff:192.0.2.1", "00000000000000000000ffffc0000201", NULL},
    {"AAAA", "1:2:3:4:5:6:7::", "0001 0002 0003 0004 0005 0006 0007 0000", "1:2:3:4:5:6:7:0"},
    {"AAAA", "fe80::", "fe800000000000000000000000000000", NULL},
    /* RFC 1876 §4. */
    {"LOC", "42 21 54 N 71 06 18 W -24m 30m", "00 33 16 13 89172dd0 70be15f0 00988d20",
     "42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m"},
    {"LOC", "52 14 05 N 00 08 50 E 10m", NULL,
     "52 14 5.000 N 0 8 50.000 E 10.00m 1.00m 10000.00m 10.00m"},
    {"LOC", "32 7 19 S 116 2 25 E 10m", NULL,
     "32 7 19.000 S 116 2 25.000 E 10.00m 1.00m 10000.00m 10.00m"},
    {"LOC", "90 S 180 W -100000 0 90000000m 0.01", "00 00 99 10 6cb02700 59604e00 00000000",
     "90 0 0.000 S 180 0 0.000 W -100000.00m 0.00m 90000000.00m 0.01m"},
    {"NXT", "a. A NS TXT NXT", "016100 60008002", NULL},
    {"EID", "E32C6F78 163A9348", "e32c6f78163a9348", "E32C6F78163A9348"},
    {"NIMLOC", "32251A03 0067", "32251a030067", "32251A030067"},
    {"SRV", "0 5 5060 sip", "0000 0005 13c4 03736970 076578616d706c65 03636f6d 00",
     "0 5 5060 sip.example.com."},
    {"ATMA", "+358400123", "01 333538343030313233", NULL},
    {"ATMA", "39.246f.00", "00 39246f00", "39246F00"},
    /* RFC 3403 §6.2. */
    {"NAPTR", "100 50 \"s\" \"z3950+I2L+I2C\" \"\" _z3950._tcp.gatech.edu.",
     "0064 0032 0173 0d7a333935302b49324c2b493243 00 065f7a33393530 045f746370 06676174656368 "
     "03656475 00",
     NULL},
    {"KX", "1 a.", "0001 016100", NULL},
    {"CERT", "PGP 0 0 AQID", "0003 0000 00 010203", "3 0 0 AQID"},
    {"CERT", "65535 1 RSASHA256 AQID", "ffff 0001 08 010203", "65535 1 8 AQID"},
    {"DNAME", "a.", "016100", NULL},
    {"SINK", "1 2 3 AQID", "01 02 03 010203", NULL},
    /* RFC 3123 §5. */
    {"APL", "1:192.168.32.0/21 !1:192.168.38.0/28", "0001 15 03 c0a820 0001 1c 83 c0a826", NULL},
    {"APL", "1:224.0.0.0/4 2:FF00:0:0:0:0:0:0:0/8", "0001 04 01 e0 0002 08 01 ff",
     "1:224.0.0.0/4 2:ff00::/8"},
    {"APL", "", "", NULL},
    /* RFC 4034 §5.4. */
    {"DS", "60485 RSASHA1 1 2BB183AF5F22588179A53B0A 98631FAD1A292118",
     "ec45 05 01 2bb183af5f22588179a53b0a98631fad1a292118",
     "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"},
    /* RFC 4255 §3.2. */
    {"SSHFP", "2 1 123456789abcdef67890123456789abcdef67890",
     "02 01 123456789abcdef67890123456789abcdef67890",
     "2 1 123456789ABCDEF67890123456789ABCDEF67890"},
    /* RFC 4025 §3.2. */
    {"IPSECKEY", "10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==",
     "0a 01 02 c0000226 010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801",
     NULL},
    {"IPSECKEY", "10 0 2 . AQID", "0a 00 02 010203", NULL},
    {"IPSECKEY", "10 2 2 2001:db8::1 AQID", "0a 02 02 20010db8000000000000000000000001 010203",
     NULL},
    {"IPSECKEY", "10 3 2 mygateway AQID",
     "0a 03 02 096d7967617465776179 076578616d706c65 03636f6d 00 010203",
     "10 3 2 mygateway.example.com. AQID"},
    {"IPSECKEY", "10 0 0 .", "0a 00 00", NULL},
    /* RFC 4034 §3.3. */
    {"RRSIG", "A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1 W6WN",
     "0001 05 03 00015180 3e7c9dd7 3e5510d7 0a52 076578616d706c65 03636f6d 00 a090755ba58d",
     "A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1W6WN"},
    {"RRSIG", "TYPE65280 ED25519 3 1d 4294967295 0 65535 . AQID",
     "ff00 0f 03 00015180 ffffffff 00000000 ffff 00 010203",
     "TYPE65280 15 3 86400 21060207062815 19700101000000 65535 . AQID"},
    /* RFC 4034 §4.3. */
    {"NSEC", "host.example.com. A MX RRSIG NSEC TYPE1234",
     "04686f7374 076578616d706c65 03636f6d 00 0006 400100000003 041b "
     "000000000000000000000000000000000000000000000000000020",
     NULL},
    {"DNSKEY", "257 3 13 AQID BAUG", "0101 03 0d 010203040506", "257 3 13 AQIDBAUG"},
    /* RFC 4701 §3.6.1. */
    {"DHCID", "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=",
     "000201636fc0b8271c82825bb1ac5c41cf5351aa69b4febd94e8f17cdb95000da48c40", NULL},
    /* RFC 5155 appendix A. */
    {"NSEC3", "1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA NSEC3PARAM RRSIG",
     "01 01 000c 04 aabbccdd 14 174eb2409fe28bcb4887a1836f957f0a8425e27b 0007 22010000000290",
     "1 1 12 AABBCCDD 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR NS SOA MX RRSIG DNSKEY NSEC3PARAM"},
    {"NSEC3", "1 0 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR",
     "01 00 0000 00 14 174eb2409fe28bcb4887a1836f957f0a8425e27b", NULL},
    {"NSEC3PARAM", "1 0 12 aabbccdd", "01 00 000c 04 aabbccdd", "1 0 12 AABBCCDD"},
    {"NSEC3PARAM", "1 0 0 -", "01 00 0000 00", NULL},
    {"TLSA", "3 1 1 D2ABDE24", "03 01 01 d2abde24", NULL},
    {"SMIMEA", "3 1 1 D2ABDE24", "03 01 01 d2abde24", NULL},
    /* RFC 8005 §6, keys shortened. */
    {"HIP", "2 200100107B1A74DF365639CC39F1D578 AwEA rvs1.example.com. rvs2.example.com.",
     "10 02 0003 200100107b1a74df365639cc39f1d578 030100 0472767331076578616d706c6503636f6d00 "
     "0472767332076578616d706c6503636f6d00",
     NULL},
    {"HIP", "2 2001 AwEA", "02 02 0003 2001 030100", NULL},
    {"NINFO", "\"a\"", "0161", NULL},
    {"RKEY", "0 3 5 AQID", "0000 03 05 010203", NULL},
    {"TALINK", "a. b.", "016100 016200", NULL},
    {"CDS", "0 0 0 00", "0000 00 00 00", NULL},
    {"CDNSKEY", "0 3 0 AA==", "0000 03 00 00", NULL},
    {"OPENPGPKEY", "AQID BA==", "01020304", "AQIDBA=="},
    /* RFC 7477 §2.2. */
    {"CSYNC", "66 3 A NS AAAA", "00000042 0003 0004 60000008", NULL},
    {"ZONEMD", "2018031500 1 1 FEBE3D4C", "7848b78c 01 01 febe3d4c", NULL},
    /* RFC 9460 appendix D. */
    {"HTTPS", "0 foo.example.com.", "0000 03666f6f076578616d706c6503636f6d00", NULL},
    {"SVCB", "1 .", "0001 00", NULL},
    {"SVCB", "16 foo.example.com. port=53",
     "0010 03666f6f076578616d706c6503636f6d00 0003 0002 0035", NULL},
    {"SVCB", "1 foo.example.com. key667=hello",
     "0001 03666f6f076578616d706c6503636f6d00 029b 0005 68656c6c6f",
     "1 foo.example.com. key667=\"hello\""},
    {"SVCB", "1 foo.example.com. key667=\"hello\\210qoo\"",
     "0001 03666f6f076578616d706c6503636f6d00 029b 0009 68656c6c6fd2716f6f", NULL},
    {"SVCB", "1 foo.example.com. ipv6hint=\"2001:db8::1,2001:db8::53:1\"",
     "0001 03666f6f076578616d706c6503636f6d00 0006 0020 20010db8000000000000000000000001 "
     "20010db8000000000000000000530001",
     "1 foo.example.com. ipv6hint=2001:db8::1,2001:db8::53:1"},
    {"SVCB", "1 example.com. ipv6hint=\"2001:db8:122:344::192.0.2.33\"",
     "0001 076578616d706c6503636f6d00 0006 0010 20010db80122034400000000c0000221",
     "1 example.com. ipv6hint=2001:db8:122:344::c000:221"},
    {"SVCB", "16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1",
     "0010 03666f6f076578616d706c65036f726700 0000 0004 00010004 0001 0009 02683205 68332d3139 "
     "0004 0004 c0000201",
     "16 foo.example.org. mandatory=alpn,ipv4hint alpn=\"h2,h3-19\" ipv4hint=192.0.2.1"},
    {"SVCB", "16 foo.example.org. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"",
     "0010 03666f6f076578616d706c65036f726700 0001 000c 08665c6f6f2c626172 026832", NULL},
    {"SVCB", "16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2",
     "0010 03666f6f076578616d706c65036f726700 0001 000c 08665c6f6f2c626172 026832",
     "16 foo.example.org. alpn=\"f\\\\\\\\oo\\\\,bar,h2\""},
    {"HTTPS", "1 . alpn=h2 no-default-alpn ech=AQID ohttp dohpath=\"/dns-query{?dns}\"",
     "0001 00 0001 0003 026832 0002 0000 0005 0003 010203 0007 0010 "
     "2f646e732d71756572797b3f646e737d 0008 0000",
     "1 . alpn=\"h2\" no-default-alpn ech=AQID dohpath=\"/dns-query{?dns}\" ohttp"},
    {"HTTPS", "1 . key3=\\000\\053 key65534", "0001 00 0003 0002 0035 fffe 0000",
     "1 . port=53 key65534"},
    /* RFC 9859 §2.1. */
    {"DSYNC", "CDS NOTIFY 5359 cds-scanner.example.net.",
     "003b 01 14ef 0b6364732d7363616e6e6572076578616d706c65036e657400", NULL},
    {"DSYNC", "CSYNC 128 0 .", "003e 80 0000 00", NULL},
    {"HHIT", "AQID", "010203", NULL},
    {"BRID", "AQID", "010203", NULL},
    {"SPF", "\"v=spf1\"", "06763d73706631", NULL},
    /* RFC 6742 §2. */
    {"NID", "10 0014:4fff:ff20:ee64", "000a 00144fffff20ee64", NULL},
    {"L32", "10 10.1.2.0", "000a 0a010200", NULL},
    {"L64", "10 2001:0DB8:1140:1000", "000a 20010db811401000", "10 2001:0db8:1140:1000"},
    {"LP", "10 l64-subnet1.example.com.", "000a 0b6c36342d7375626e657431076578616d706c6503636f6d00",
     NULL},
    /* RFC 7043 §3.2, §4.2. */
    {"EUI48", "00-00-5e-00-53-2a", "00005e00532a", NULL},
    {"EUI64", "00-00-5e-ef-10-00-00-2a", "00005eef1000002a", NULL},
    /* RFC 7553 §4. */
    {"URI", "10 1 \"ftp://ftp1.example.com/public\"",
     "000a 0001 6674703a2f2f667470312e6578616d706c652e636f6d2f7075626c6963", NULL},
    /* RFC 8659 §4. */
    {"CAA", "0 issue \"ca1.example.net\"", "00 056973737565 6361312e6578616d706c652e6e6574", NULL},
    {"CAA", "128 tbs Unknown", "80 03746273 556e6b6e6f776e", "128 tbs \"Unknown\""},
    {"CAA", "0 issue \";\"", "00 056973737565 3b", NULL},
    {"AVC", "\"app-name:x\"", "0a6170702d6e616d653a78", NULL},
    {"DOA", "0 1 2 \"text/plain\" AQID", "00000000 00000001 02 0a746578742f706c61696e 010203",
     NULL},
    {"DOA", "1 1 2 \"\" -", "00000001 00000001 02 00", NULL},
    /* RFC 8777 §4.3. */
    {"AMTRELAY", "10 0 1 203.0.113.15", "0a 01 cb00710f", NULL},
    {"AMTRELAY", "10 0 2 2001:db8::15", "0a 02 20010db8000000000000000000000015", NULL},
    {"AMTRELAY", "128 1 3 amtrelays.example.com.",
     "80 83 09616d7472656c617973076578616d706c6503636f6d00", NULL},
    {"AMTRELAY", "10 0 0 .", "0a 00", NULL},
    {"RESINFO", "qnamemin exterr=15,16,17", "08716e616d656d696e 0f6578746572723d31352c31362c3137",
     "\"qnamemin\" \"exterr=15,16,17\""},
    {"WALLET", "\"BTC\" \"x\"", "03425443 0178", NULL},
    {"CLA", "\"TCP-v4\"", "065443502d7634", NULL},
    {"IPN", "3735928559", "00000000deadbeef", NULL},
    {"TA", "1 8 2 AB", "0001 08 02 ab", NULL},
    {"DLV", "1 8 2 AB", "0001 08 02 ab", NULL},
    /* RFC 3597 §5. */
    {"TYPE731", "\\# 6 abcd ef 01 23 45", "abcdef012345", "\\# 6 ABCDEF012345"},
    {"TYPE62347", "\\# 0", "", NULL},
    {"A", "\\# 4 0A000001", "0a000001", "10.0.0.1"},
    {"MX", "\\# 5 000a 0161 00", "000a016100", "10 a."},
    {"OPT", "\\# 1 00", "00", NULL},
};
