/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The words and their numbers. */
#include "dns/mnemonic.h"

#include "dns/text.h"

const struct mnemonic mnemonic_algorithms[] = {
    {"RSAMD5", 1},
    {"DH", 2},
    {"DSA", 3},
    {"RSASHA1", 5},
    {"DSA-NSEC3-SHA1", 6},
    {"NSEC3DSA", 6},
    {"RSASHA1-NSEC3-SHA1", 7},
    {"NSEC3RSASHA1", 7},
    {"RSASHA256", 8},
    {"RSASHA512", 10},
    {"ECC-GOST", 12},
    {"ECCGOST", 12},
    {"ECDSAP256SHA256", 13},
    {"ECDSAP384SHA384", 14},
    {"ED25519", 15},
    {"ED448", 16},
    {"INDIRECT", 252},
    {"PRIVATEDNS", 253},
    {"PRIVATEOID", 254},
    {NULL, 0},
};

const struct mnemonic mnemonic_cert_types[] = {
    {"PKIX", 1},   {"SPKI", 2},    {"PGP", 3},   {"IPKIX", 4}, {"ISPKI", 5}, {"IPGP", 6},
    {"ACPKIX", 7}, {"IACPKIX", 8}, {"URI", 253}, {"OID", 254}, {NULL, 0},
};

const struct mnemonic mnemonic_dsync_schemes[] = {{"NOTIFY", 1}, {NULL, 0}};

const struct mnemonic mnemonic_protocols[] = {{"ICMP", 1}, {"TCP", 6}, {"UDP", 17}, {NULL, 0}};

/* The services that WKS records of RFC 1035's time name; others go by number. */
const struct mnemonic mnemonic_services[] = {
    {"echo", 7},        {"discard", 9}, {"daytime", 13}, {"chargen", 19}, {"ftp-data", 20},
    {"ftp", 21},        {"ssh", 22},    {"telnet", 23},  {"smtp", 25},    {"time", 37},
    {"nameserver", 42}, {"domain", 53}, {"tftp", 69},    {"finger", 79},  {"http", 80},
    {"kerberos", 88},   {"pop3", 110},  {"sunrpc", 111}, {"nntp", 119},   {"ntp", 123},
    {"imap", 143},      {"snmp", 161},  {"https", 443},  {NULL, 0},
};

bool mnemonic_from_text(const struct mnemonic *list, const char *text, size_t len, uint16_t *out)
{
	for (; list->text != NULL; list++) {
		if (text_is(text, len, list->text)) {
			*out = list->value;
			return true;
		}
	}
	return false;
}

const char *mnemonic_to_text(const struct mnemonic *list, uint16_t value)
{
	for (; list->text != NULL; list++)
		if (list->value == value)
			return list->text;
	return NULL;
}
