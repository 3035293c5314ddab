/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Rows in words: what they take, for messages, the reference page and --help. */
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "config/option.h"
#include "config/out.h"

static const struct {
	const char *name; /* in tables */
	const char *names; /* in "list of ..." */
	const char *allowed; /* in messages; NULL: made from range or words */
} types[OPTION_TYPE_COUNT] = {
    [OPTION_BOOL] = {"boolean", "booleans", "true or false"},
    [OPTION_UINT] = {"whole number", "whole numbers", NULL},
    [OPTION_DURATION] = {"duration", "durations", NULL},
    [OPTION_SIZE] = {"size", "sizes", NULL},
    [OPTION_TEXT] = {"text", "texts", NULL},
    [OPTION_SECRET] = {"secret", "secrets", NULL},
    [OPTION_PATH] = {"path", "paths", "a path of a file, shorter than 4096 octets"},
    [OPTION_NAME] = {"name", "names", NULL},
    [OPTION_DOMAIN] = {"domain name", "domain names",
                       "a domain name: ASCII, labels of 1 to 63 octets, 255 in all"},
    [OPTION_CHOICE] = {"word", "words", NULL},
    [OPTION_CHOICES] = {"list of words", "words", NULL},
    [OPTION_ADDRESS] = {"address", "addresses",
                        "an IPv4 or IPv6 address such as \"10.0.0.1\" or \"fd53::1\""},
    [OPTION_ENDPOINT] = {"address:port", "addresses:ports",
                         "address and port such as \"10.0.0.1:53\" or \"[fd53::1]:53\""},
    [OPTION_INTERFACE] = {"address/length", "addresses/lengths",
                          "address and prefix length such as \"10.53.0.2/24\" or "
                          "\"fd53::2/64\""},
    [OPTION_NETWORK] = {"prefix", "prefixes",
                        "a prefix without bits behind its length such as \"10.0.0.0/8\" or "
                        "\"fd00::/8\""},
    [OPTION_SERVER] = {"server", "servers",
                       "an address, with or without port, such as \"10.0.0.1\", \"10.0.0.1:53\" "
                       "or \"[fd53::1]:53\""},
    [OPTION_UPSTREAM] = {"server", "servers",
                         "\"resolv.conf\", or an address, with or without port, such as "
                         "\"10.0.0.1\", \"10.0.0.1:53\" or \"[fd53::1]:53\""},
    [OPTION_BASE64] = {"base64", "base64 texts", NULL},
    [OPTION_LCORES] = {"lcores", "lcores",
                       "\"auto\", a number from 1 to 128, or a list of processors such as "
                       "\"0-3,8\""},
    [OPTION_DEVICE] = {"device", "devices",
                       "a PCI address such as \"0000:3b:00.0\" or a virtual device such as "
                       "\"net_tap0,iface=scloud0\""},
    [OPTION_ACL] = {"access list", "access lists",
                    "the name of an acl, a prefix, \"any\", \"none\" or \"localhost\""},
    [OPTION_KEY] = {"key name", "key names", "the name of a tsig_key, or nothing"},
    [OPTION_FORWARDER] = {"forwarder name", "forwarder names", "the name of a forwarder, or \"*\""},
    [OPTION_OBJECT] = {"object", "objects", "an object"},
};

static void put_words(struct config_out *out, const struct option *option, const char *quote,
                      const char *last)
{
	for (const struct option_word *word = option->words; word->text != NULL; word++) {
		const char *between = word == option->words      ? ""
		                      : (word + 1)->text == NULL ? last
		                                                 : ", ";
		config_out_put(out, "%s%s%s%s", between, quote, word->text, quote);
	}
}

static void put_range(struct config_out *out, const struct option *option, const char *between)
{
	config_out_put(out, "%llu%s%llu", (unsigned long long)option->min, between,
	               (unsigned long long)option->max);
	if (option->unit != NULL)
		config_out_put(out, " %s", option->unit);
}

/* What one value or element may be. */
static void put_allowed(struct config_out *out, const struct option *option)
{
	const char *allowed = types[option->type].allowed;
	if (allowed != NULL) {
		config_out_put(out, "%s", allowed);
		return;
	}
	switch ((int)option->type) {
	case OPTION_CHOICE:
		put_words(out, option, "\"", " or ");
		return;
	case OPTION_CHOICES:
		config_out_put(out, "a list of ");
		put_words(out, option, "\"", " and ");
		config_out_put(out, ", each once");
		return;
	case OPTION_TEXT:
	case OPTION_SECRET:
		config_out_put(out, "text of ");
		put_range(out, option, " to ");
		config_out_put(out, " octets");
		return;
	case OPTION_NAME:
		config_out_put(out, "a name of letters, digits and \"-_.\", ");
		put_range(out, option, " to ");
		config_out_put(out, " octets");
		return;
	case OPTION_BASE64:
		config_out_put(out, "base64 of ");
		put_range(out, option, " to ");
		config_out_put(out, " octets");
		return;
	default:
		config_out_put(out, "a whole number from ");
		put_range(out, option, " to ");
		break;
	}
	if (option->type == OPTION_DURATION)
		config_out_put(out, ", or text with ms, s, m, h, d, w such as \"2s\"");
	if (option->type == OPTION_SIZE)
		config_out_put(out, ", or text with KiB, MiB, GiB such as \"2MiB\"");
}

void option_allowed_text(const struct option *option, char *text, size_t size)
{
	struct config_out out = config_out_of(text, size);
	if (option->list && option->items_max > 0)
		config_out_put(&out, "a list of at most %u, each ", option->items_max);
	else if (option->list)
		config_out_put(&out, "a list, each ");
	put_allowed(&out, option);
}

void option_range_text(const struct option *option, char *text, size_t size)
{
	struct config_out out = config_out_of(text, size);
	switch ((int)option->type) {
	case OPTION_BOOL:
		config_out_put(&out, "true, false");
		break;
	case OPTION_UINT:
	case OPTION_DURATION:
	case OPTION_SIZE:
		config_out_put(&out, "%llu..%llu", (unsigned long long)option->min,
		               (unsigned long long)option->max);
		break;
	case OPTION_CHOICE:
	case OPTION_CHOICES:
		put_words(&out, option, "", ", ");
		break;
	case OPTION_LCORES:
		config_out_put(&out, "auto, 1..%u, list", CONFIG_LCORES_MAX);
		break;
	default:
		break;
	}
	if (option->items_max > 0)
		config_out_put(&out, "at most %u", option->items_max);
}

void option_type_text(const struct option *option, char *text, size_t size)
{
	snprintf(text, size, "%s%s", option->list ? "list of " : "",
	         option->list ? types[option->type].names : types[option->type].name);
}
