/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Comparing values by their type, and writing them as JSON. */
#include "config/compare.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config/config.h"
#include "config/out.h"

static const char *text_at(const void *value)
{
	const char *text = *(const char *const *)value;
	return text != NULL ? text : "";
}

/* What a reference refers to, by name. */
static const char *reference_name(const struct option *option, const void *value)
{
	if (option->type == OPTION_ACL) {
		const char *text = ((const struct config_acl_ref *)value)->text;
		return text != NULL && text[0] != '\0' ? text : "none";
	}
	if (option->type == OPTION_KEY) {
		const struct config_tsig_key *key = *(const struct config_tsig_key *const *)value;
		return key != NULL ? key->name : "";
	}
	const struct config_forwarder *forwarder = *(const struct config_forwarder *const *)value;
	return forwarder != NULL ? forwarder->name : "*";
}

static bool objects_equal(const struct option_table *table, const void *a, const void *b)
{
	for (size_t i = 0; i < table->count; i++) {
		if (!config_compare_equal(&table->rows[i], a, b))
			return false;
	}
	return true;
}

static bool octets_equal(const struct option *option, const void *a, const void *b)
{
	uint32_t a_count;
	uint32_t b_count;
	const void *a_octets = option_items(option, a, &a_count);
	const void *b_octets = option_items(option, b, &b_count);
	return a_count == b_count && (a_count == 0 || memcmp(a_octets, b_octets, a_count) == 0);
}

/* One value or one element. */
static bool values_equal(const struct option *option, const void *a, const void *b)
{
	switch (option->type) {
	case OPTION_BOOL:
	case OPTION_UINT:
	case OPTION_DURATION:
	case OPTION_SIZE:
	case OPTION_CHOICE:
	case OPTION_CHOICES:
		return option_uint_get(option, a) == option_uint_get(option, b);
	case OPTION_TEXT:
	case OPTION_SECRET:
	case OPTION_PATH:
	case OPTION_NAME:
	case OPTION_DEVICE:
		return strcmp(text_at(a), text_at(b)) == 0;
	case OPTION_DOMAIN: /* RFC 4343 */
		return strcasecmp(text_at(a), text_at(b)) == 0;
	case OPTION_ADDRESS:
	case OPTION_ENDPOINT:
	case OPTION_INTERFACE:
	case OPTION_NETWORK:
	case OPTION_SERVER:
	case OPTION_UPSTREAM:
		return memcmp(a, b, sizeof(struct config_address)) == 0;
	case OPTION_LCORES:
		return memcmp(a, b, sizeof(struct config_lcores)) == 0;
	case OPTION_ACL:
	case OPTION_KEY:
	case OPTION_FORWARDER:
		return strcmp(reference_name(option, a), reference_name(option, b)) == 0;
	case OPTION_OBJECT:
		return objects_equal(option->table, a, b);
	case OPTION_BASE64:
	case OPTION_TYPE_COUNT:
		break;
	}
	return false;
}

bool config_compare_equal(const struct option *option, const void *a, const void *b)
{
	if (option->type == OPTION_BASE64)
		return octets_equal(option, a, b);
	if (!option->list)
		return values_equal(option, option_value_const(option, a),
		                    option_value_const(option, b));
	uint32_t a_count;
	uint32_t b_count;
	const char *a_items = option_items(option, a, &a_count);
	const char *b_items = option_items(option, b, &b_count);
	size_t size = option_item_bytes(option);
	bool equal = a_count == b_count;
	for (uint32_t i = 0; i < a_count && equal; i++)
		equal = values_equal(option, a_items + i * size, b_items + i * size);
	return equal;
}

static void put_quoted(struct config_out *out, const char *text)
{
	config_out_put(out, "\"");
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			config_out_put(out, "\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			config_out_put(out, "\\u%04x", (unsigned char)*text);
		else
			config_out_put(out, "%c", *text);
	}
	config_out_put(out, "\"");
}

static void put_choice(struct config_out *out, const struct option *option, uint64_t value)
{
	for (const struct option_word *word = option->words; word->text != NULL; word++) {
		if (word->value == value) {
			put_quoted(out, word->text);
			return;
		}
	}
}

static void put_choices(struct config_out *out, const struct option *option, uint64_t bits)
{
	const char *between = "";
	config_out_put(out, "[");
	for (const struct option_word *word = option->words; word->text != NULL; word++) {
		if ((word->value & bits) == 0)
			continue;
		config_out_put(out, "%s", between);
		put_quoted(out, word->text);
		between = ",";
	}
	config_out_put(out, "]");
}

static void put_lcores(struct config_out *out, const struct config_lcores *lcores)
{
	if (lcores->cpu_count == 0) {
		config_out_put(out, lcores->count == 0 ? "\"auto\"" : "%u", lcores->count);
		return;
	}
	for (uint32_t i = 0; i < lcores->cpu_count; i++)
		config_out_put(out, "%c%u", i == 0 ? '"' : ',', lcores->cpu[i]);
	config_out_put(out, "\"");
}

static void put_address(struct config_out *out, const struct config_address *address,
                        bool interface)
{
	char text[CONFIG_ADDRESS_TEXT];
	config_address_text(address, text);
	/* An interface's length is said even where it is all bits. */
	if (interface && strchr(text, '/') == NULL)
		config_out_put(out, "\"%s/%u\"", text, address->prefix_len);
	else
		config_out_put(out, "\"%s\"", text);
}

static void put_value(struct config_out *out, const struct option *option, const void *value);

static void put_object(struct config_out *out, const struct option_table *table, const void *object)
{
	for (size_t i = 0; i < table->count; i++) {
		char text[CONFIG_VALUE_BYTES];
		config_compare_text(&table->rows[i], object, text, sizeof(text));
		config_out_put(out, "%s\"%s\":%s", i == 0 ? "{" : ",", table->rows[i].key, text);
	}
	config_out_put(out, "}");
}

static void put_number(struct config_out *out, const struct option *option, const void *value)
{
	uint64_t number = option_uint_get(option, value);
	if (option->init == NULL && !option->required && number == CONFIG_UNSET)
		config_out_put(out, "null");
	else
		config_out_put(out, "%llu", (unsigned long long)number);
}

/* One value or one element. */
static void put_value(struct config_out *out, const struct option *option, const void *value)
{
	switch (option->type) {
	case OPTION_BOOL:
		config_out_put(out, *(const bool *)value ? "true" : "false");
		break;
	case OPTION_UINT:
	case OPTION_DURATION:
	case OPTION_SIZE:
		put_number(out, option, value);
		break;
	case OPTION_CHOICE:
		put_choice(out, option, option_uint_get(option, value));
		break;
	case OPTION_CHOICES:
		put_choices(out, option, option_uint_get(option, value));
		break;
	case OPTION_TEXT:
	case OPTION_PATH:
	case OPTION_NAME:
	case OPTION_DOMAIN:
	case OPTION_DEVICE:
		put_quoted(out, text_at(value));
		break;
	case OPTION_SECRET:
	case OPTION_BASE64:
		config_out_put(out, "\"***\"");
		break;
	case OPTION_ADDRESS:
	case OPTION_ENDPOINT:
	case OPTION_NETWORK:
	case OPTION_SERVER:
	case OPTION_UPSTREAM:
		put_address(out, value, false);
		break;
	case OPTION_INTERFACE:
		put_address(out, value, true);
		break;
	case OPTION_LCORES:
		put_lcores(out, value);
		break;
	case OPTION_ACL:
	case OPTION_KEY:
	case OPTION_FORWARDER:
		put_quoted(out, reference_name(option, value));
		break;
	case OPTION_OBJECT:
		put_object(out, option->table, value);
		break;
	case OPTION_TYPE_COUNT:
		break;
	}
}

void config_compare_text(const struct option *option, const void *object, char *text, size_t size)
{
	struct config_out out = config_out_of(text, size);
	if (option->list) {
		uint32_t count;
		const char *items = option_items(option, object, &count);
		config_out_put(&out, "[");
		for (uint32_t i = 0; i < count && out.len < size; i++) {
			config_out_put(&out, i == 0 ? "" : ",");
			put_value(&out, option, items + i * option_item_bytes(option));
		}
		config_out_put(&out, "]");
	} else {
		put_value(&out, option, option_value_const(option, object));
	}
	config_out_mark(&out);
}

const char *config_compare_name(const struct option *option, const void *element)
{
	const struct option *first = &option->table->rows[0];
	if (first->type != OPTION_NAME && first->type != OPTION_DOMAIN)
		return NULL;
	return text_at(option_value_const(first, element));
}

const void *config_compare_find(const struct option *option, const void *list, uint32_t count,
                                const char *name, uint32_t index)
{
	const char *items = list;
	size_t size = option_item_bytes(option);
	if (name == NULL)
		return index < count ? items + index * size : NULL;
	for (uint32_t i = 0; i < count; i++) {
		const char *other = config_compare_name(option, items + i * size);
		if (other != NULL && strcasecmp(name, other) == 0)
			return items + i * size;
	}
	return NULL;
}
