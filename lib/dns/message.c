/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Reads resource records out of messages and knows the names of rcodes, opcodes and classes. */
#include "dns/message.h"

#include "dns/text.h"

enum result dns_rr_parse(struct bytes_reader *reader, struct dns_rr *out)
{
	struct bytes_reader ahead = *reader;
	uint16_t type;
	uint16_t class;
	uint32_t ttl;
	uint16_t rdata_len;
	const uint8_t *rdata;

	/* The fixed part first: nothing is written to *out before all of the record is known to be there. */
	enum result result = dns_name_skip(&ahead);
	if (result != RESULT_OK)
		return result;
	if (!bytes_take_u16(&ahead, &type) || !bytes_take_u16(&ahead, &class) ||
	    !bytes_take_u32(&ahead, &ttl) || !bytes_take_u16(&ahead, &rdata_len))
		return RESULT_TOO_SHORT;
	const size_t rdata_at = ahead.at;
	if (!bytes_take(&ahead, rdata_len, &rdata))
		return RESULT_TOO_SHORT;
	struct bytes_reader owner = *reader;
	result = dns_name_parse(&owner, &out->owner);
	if (result != RESULT_OK)
		return result;
	out->type = type;
	out->class = class;
	out->ttl = ttl;
	out->rdata_len = rdata_len;
	out->rdata = rdata;
	out->rdata_at = rdata_at;
	*reader = ahead;
	return RESULT_OK;
}

static const char *const rcode_texts[] = {
    [DNS_RCODE_NOERROR] = "NOERROR",
    [DNS_RCODE_FORMERR] = "FORMERR",
    [DNS_RCODE_SERVFAIL] = "SERVFAIL",
    [DNS_RCODE_NXDOMAIN] = "NXDOMAIN",
    [DNS_RCODE_NOTIMP] = "NOTIMP",
    [DNS_RCODE_REFUSED] = "REFUSED",
    [DNS_RCODE_YXDOMAIN] = "YXDOMAIN",
    [DNS_RCODE_YXRRSET] = "YXRRSET",
    [DNS_RCODE_NXRRSET] = "NXRRSET",
    [DNS_RCODE_NOTAUTH] = "NOTAUTH",
    [DNS_RCODE_NOTZONE] = "NOTZONE",
    [11] = "DSOTYPENI",
    [DNS_RCODE_BADVERS] = "BADVERS",
    [17] = "BADKEY",
    [18] = "BADTIME",
    [19] = "BADMODE",
    [20] = "BADNAME",
    [21] = "BADALG",
    [22] = "BADTRUNC",
    [DNS_RCODE_BADCOOKIE] = "BADCOOKIE",
};

static const char *const opcode_texts[] = {
    [DNS_OPCODE_QUERY] = "QUERY",   [1] = "IQUERY",
    [DNS_OPCODE_STATUS] = "STATUS", [DNS_OPCODE_NOTIFY] = "NOTIFY",
    [DNS_OPCODE_UPDATE] = "UPDATE", [DNS_OPCODE_DSO] = "DSO",
};

static const struct {
	uint16_t class;
	const char *text;
} classes[] = {
    {DNS_CLASS_IN, "IN"},     {DNS_CLASS_CH, "CH"},   {DNS_CLASS_HS, "HS"},
    {DNS_CLASS_NONE, "NONE"}, {DNS_CLASS_ANY, "ANY"},
};

const char *dns_rcode_text(unsigned rcode, char buffer[DNS_NUMBER_TEXT_MAX])
{
	if (rcode < ARRAY_COUNT(rcode_texts) && rcode_texts[rcode] != NULL)
		return rcode_texts[rcode];
	text_numbered("RCODE", rcode & UINT16_MAX, buffer, DNS_NUMBER_TEXT_MAX);
	return buffer;
}

const char *dns_opcode_text(unsigned opcode, char buffer[DNS_NUMBER_TEXT_MAX])
{
	if (opcode < ARRAY_COUNT(opcode_texts) && opcode_texts[opcode] != NULL)
		return opcode_texts[opcode];
	text_numbered("OPCODE", opcode & UINT16_MAX, buffer, DNS_NUMBER_TEXT_MAX);
	return buffer;
}

const char *dns_class_text(unsigned class, char buffer[DNS_NUMBER_TEXT_MAX])
{
	for (size_t i = 0; i < ARRAY_COUNT(classes); i++)
		if (classes[i].class == class)
			return classes[i].text;
	text_numbered("CLASS", class & UINT16_MAX, buffer, DNS_NUMBER_TEXT_MAX);
	return buffer;
}

bool dns_class_from_text(const char *text, size_t len, uint16_t *out)
{
	for (size_t i = 0; i < ARRAY_COUNT(classes); i++) {
		if (text_is(text, len, classes[i].text)) {
			*out = classes[i].class;
			return true;
		}
	}
	return text_to_numbered(text, len, "CLASS", out);
}
