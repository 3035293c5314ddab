/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* One line of a block list, in each of the usual formats: which names does it deny or allow? */
#include <arpa/inet.h>
#include <string.h>

#include "dns/text.h"
#include "policy/policy_int.h"

struct span {
	const char *text;
	size_t len;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next word of a line; a comment ends it. Empty behind the last one. */
static struct span next_word(struct span *line)
{
	while (line->len > 0 && is_blank(line->text[0])) {
		line->text++;
		line->len--;
	}
	struct span word = {line->text, 0};
	if (line->len == 0 || line->text[0] == '#' || line->text[0] == ';') {
		line->len = 0;
		return word;
	}
	while (word.len < line->len && !is_blank(line->text[word.len]))
		word.len++;
	line->text += word.len;
	line->len -= word.len;
	return word;
}

static bool begins(const struct span *line, const char *with)
{
	const size_t len = strlen(with);
	return line->len >= len && memcmp(line->text, with, len) == 0;
}

static bool is_word(const struct span *span, const char *word)
{
	return text_is(span->text, span->len, word);
}

static void give(const struct policy_line *line, const struct span *name, uint8_t flag)
{
	line->name(line->context, name->text, name->len, flag);
}

/* -- one name a line -- */

static enum policy_form read_domain(const struct policy_line *line)
{
	struct span rest = {line->text, line->len};
	const struct span name = next_word(&rest);
	if (name.len == 0)
		return POLICY_FORM_PASSED;
	if (next_word(&rest).len > 0)
		return POLICY_FORM_OTHER;
	give(line, &name, POLICY_NAME_DENY);
	return POLICY_FORM_TAKEN;
}

/* -- hosts -- */

enum address {
	ADDRESS_NONE, /* not an address */
	ADDRESS_NOWHERE, /* 0.0.0.0, loopback: what block lists use */
	ADDRESS_HOST, /* of a machine: an entry of an ordinary hosts file */
};

static enum address read_address(const struct span *span)
{
	char text[INET6_ADDRSTRLEN];
	uint8_t octets[16];
	static const uint8_t zero[15];
	if (span->len == 0 || span->len >= sizeof(text))
		return ADDRESS_NONE;
	memcpy(text, span->text, span->len);
	text[span->len] = '\0';
	if (inet_pton(AF_INET, text, octets) == 1)
		return octets[0] == 127 || memcmp(octets, zero, 4) == 0 ? ADDRESS_NOWHERE
		                                                        : ADDRESS_HOST;
	if (inet_pton(AF_INET6, text, octets) == 1)
		return memcmp(octets, zero, 15) == 0 && octets[15] <= 1 ? ADDRESS_NOWHERE
		                                                        : ADDRESS_HOST;
	return ADDRESS_NONE;
}

/* What every hosts file has about the machine itself. */
static bool is_own_name(const struct span *name)
{
	static const char *const names[] = {"localhost",
	                                    "localhost.localdomain",
	                                    "local",
	                                    "broadcasthost",
	                                    "ip6-localhost",
	                                    "ip6-loopback",
	                                    "ip6-localnet",
	                                    "ip6-mcastprefix",
	                                    "ip6-allnodes",
	                                    "ip6-allrouters",
	                                    "ip6-allhosts",
	                                    "localhost4",
	                                    "localhost6",
	                                    "localhost4.localdomain4",
	                                    "localhost6.localdomain6"};
	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		if (is_word(name, names[i]))
			return true;
	}
	return read_address(name) != ADDRESS_NONE;
}

static enum policy_form read_hosts(const struct policy_line *line)
{
	struct span rest = {line->text, line->len};
	struct span word = next_word(&rest);
	const enum address address = read_address(&word);
	if (address == ADDRESS_NONE)
		return POLICY_FORM_OTHER;
	enum policy_form form = POLICY_FORM_PASSED;
	for (word = next_word(&rest); word.len > 0; word = next_word(&rest)) {
		if (address == ADDRESS_HOST || is_own_name(&word))
			continue;
		give(line, &word, POLICY_NAME_DENY);
		form = POLICY_FORM_TAKEN;
	}
	return form;
}

/* -- dnsmasq -- */

/* Names between slashes, then an address, "#" or nothing. */
static enum policy_form read_dnsmasq(const struct policy_line *line)
{
	const struct span whole = {line->text, line->len};
	const bool is_address = begins(&whole, "address=/");
	if (!is_address && !begins(&whole, "server=/") && !begins(&whole, "local=/"))
		return POLICY_FORM_OTHER;
	const char *at = memchr(whole.text, '/', whole.len);
	const char *end = whole.text + whole.len;
	const char *last = end;
	while (last[-1] != '/')
		last--;
	const struct span target = {last, (size_t)(end - last)};
	/* With a real address it is a host or a server, and nothing is denied. */
	const bool denies =
	    target.len == 0 ||
	    (is_address && (is_word(&target, "#") || read_address(&target) == ADDRESS_NOWHERE));
	if (!denies)
		return POLICY_FORM_PASSED;
	for (at++; at < last;) {
		const char *slash = memchr(at, '/', (size_t)(last - at));
		const struct span name = {at, (size_t)(slash - at)};
		give(line, &name, POLICY_NAME_DENY);
		at = slash + 1;
	}
	return POLICY_FORM_TAKEN;
}

/* -- filters of browsers -- */

/* "||name^" alone or with options that mean the whole name; others are for parts of pages. */
static enum policy_form read_adblock(const struct policy_line *line)
{
	struct span rest = {line->text, line->len};
	uint8_t flag = POLICY_NAME_DENY;
	if (begins(&rest, "@@")) {
		rest = (struct span){rest.text + 2, rest.len - 2};
		flag = POLICY_NAME_ALLOW;
	}
	if (!begins(&rest, "||"))
		return flag == POLICY_NAME_ALLOW ? POLICY_FORM_PASSED : POLICY_FORM_OTHER;
	rest = (struct span){rest.text + 2, rest.len - 2};
	const char *hat = memchr(rest.text, '^', rest.len);
	if (hat == NULL)
		return POLICY_FORM_PASSED;
	const struct span name = {rest.text, (size_t)(hat - rest.text)};
	const struct span options = {hat + 1, (size_t)(rest.text + rest.len - hat - 1)};
	if (options.len > 0 && !is_word(&options, "|") && !is_word(&options, "$important") &&
	    !is_word(&options, "$all"))
		return POLICY_FORM_PASSED;
	if (memchr(name.text, '/', name.len) != NULL || memchr(name.text, '*', name.len) != NULL)
		return POLICY_FORM_PASSED;
	give(line, &name, flag);
	return POLICY_FORM_TAKEN;
}

/* In a list of filters: what is about parts of pages. */
static bool is_page_filter(const struct span *line)
{
	if (line->text[0] == '/' || line->text[0] == '|')
		return true;
	for (size_t i = 0; i + 1 < line->len; i++) {
		if (line->text[i] == '#' && strchr("#@?$%", line->text[i + 1]) != NULL)
			return true;
	}
	return false;
}

/* -- unbound -- */

static struct span unquote(struct span word)
{
	if (word.len >= 2 && word.text[0] == '"' && word.text[word.len - 1] == '"')
		return (struct span){word.text + 1, word.len - 2};
	return word;
}

static enum policy_form read_unbound(const struct policy_line *line)
{
	static const char *const kinds[] = {"always_nxdomain", "always_refuse", "always_nodata",
	                                    "always_null",     "always_deny",   "refuse",
	                                    "static",          "deny",          "redirect"};
	struct span rest = {line->text, line->len};
	struct span word = next_word(&rest);
	if (is_word(&word, "server:") || is_word(&word, "local-data:"))
		return POLICY_FORM_PASSED;
	if (!is_word(&word, "local-zone:"))
		return POLICY_FORM_OTHER;
	const struct span name = unquote(next_word(&rest));
	const struct span kind = unquote(next_word(&rest));
	for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
		if (!is_word(&kind, kinds[i]))
			continue;
		give(line, &name, POLICY_NAME_DENY);
		return POLICY_FORM_TAKEN;
	}
	return POLICY_FORM_PASSED;
}

/* -- response policy zones -- */

/* OWNER [TTL] [IN] CNAME "." (no such name), "*." (no data) or an action. Owners are relative. */
static enum policy_form read_rpz(const struct policy_line *line)
{
	struct span rest = {line->text, line->len};
	const struct span owner = next_word(&rest);
	if (owner.len > 0 && owner.text[0] == '$')
		return POLICY_FORM_PASSED;
	for (unsigned i = 0; i < 3; i++) {
		const struct span word = next_word(&rest);
		if (word.len == 0)
			return POLICY_FORM_OTHER;
		if (is_word(&word, "SOA") || is_word(&word, "NS"))
			return POLICY_FORM_PASSED;
		if (!is_word(&word, "CNAME"))
			continue;
		const struct span action = next_word(&rest);
		if (is_word(&action, "rpz-passthru."))
			give(line, &owner, POLICY_NAME_ALLOW);
		else if (is_word(&action, ".") || is_word(&action, "*.") ||
		         is_word(&action, "rpz-drop."))
			give(line, &owner, POLICY_NAME_DENY);
		else
			return POLICY_FORM_PASSED;
		return POLICY_FORM_TAKEN;
	}
	return POLICY_FORM_OTHER;
}

typedef enum policy_form (*form_function)(const struct policy_line *line);

static enum policy_form read_any(const struct policy_line *line)
{
	/* The forms that show themselves first; a lone word last. */
	static const form_function forms[] = {read_adblock, read_dnsmasq, read_unbound,
	                                      read_hosts,   read_domain,  read_rpz};
	const struct span whole = {line->text, line->len};
	if (is_page_filter(&whole) && !begins(&whole, "||"))
		return POLICY_FORM_PASSED;
	for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
		const enum policy_form form = forms[i](line);
		if (form != POLICY_FORM_OTHER)
			return form;
	}
	return POLICY_FORM_OTHER;
}

enum policy_form policy_form_read(enum policy_list_format format, const struct policy_line *line)
{
	static const form_function forms[POLICY_LIST_FORMAT_COUNT] = {
	    [POLICY_LIST_AUTO] = read_any,        [POLICY_LIST_DOMAINS] = read_domain,
	    [POLICY_LIST_HOSTS] = read_hosts,     [POLICY_LIST_DNSMASQ] = read_dnsmasq,
	    [POLICY_LIST_ADBLOCK] = read_adblock, [POLICY_LIST_UNBOUND] = read_unbound,
	    [POLICY_LIST_RPZ] = read_rpz,
	};
	return forms[format](line);
}
