/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From JSON to what DPDK 22.11 can say: whole numbers, texts of 127 octets, objects by name. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <json-c/linkhash.h>
#include <rte_telemetry.h>

#include "telemetry/telemetry_int.h"

static_assert(TELEMETRY_TEXT_BYTES == RTE_TEL_MAX_STRING_LEN, "DPDK's limit");

/* A name that is too long keeps its beginning and its end: those tell most. */
static const char *shorten(const char *text, char out[TELEMETRY_TEXT_BYTES])
{
	const size_t len = strlen(text);
	const size_t part = (TELEMETRY_TEXT_BYTES - sizeof("...")) / 2;
	if (len < TELEMETRY_TEXT_BYTES)
		return text;
	snprintf(out, TELEMETRY_TEXT_BYTES, "%.*s...%s", (int)part, text, text + len - part);
	return out;
}

static int make_nested(struct json_object *value, struct rte_tel_data **out);

static int add_member(struct rte_tel_data *dict, const char *key, struct json_object *value)
{
	char text[TELEMETRY_TEXT_BYTES];
	struct rte_tel_data *nested;
	switch (json_object_get_type(value)) {
	case json_type_boolean:
		return rte_tel_data_add_dict_int(dict, key, json_object_get_boolean(value));
	case json_type_int:
		return rte_tel_data_add_dict_u64(dict, key, json_object_get_uint64(value));
	case json_type_null: /* there was no memory for it */
		return -ENOMEM;
	case json_type_double:
	case json_type_string:
		return rte_tel_data_add_dict_string(dict, key,
		                                    shorten(json_object_get_string(value), text));
	case json_type_object:
	case json_type_array:
		break;
	}
	int status = make_nested(value, &nested);
	return status != 0 ? status : rte_tel_data_add_dict_container(dict, key, nested, 0);
}

static int fill_dict(const struct json_object *object, struct rte_tel_data *dict)
{
	rte_tel_data_start_dict(dict);
	json_object_object_foreach(object, key, value)
	{
		int status = add_member(dict, key, value);
		if (status != 0)
			return status;
	}
	return 0;
}

/* DPDK 22.11 shows no lists of objects within objects: the numbers of the entries become their names. */
static int fill_list(const struct json_object *array, struct rte_tel_data *dict)
{
	char key[TELEMETRY_NAME_BYTES];
	rte_tel_data_start_dict(dict);
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		snprintf(key, sizeof(key), "%zu", i);
		int status = add_member(dict, key, json_object_array_get_idx(array, i));
		if (status != 0)
			return status;
	}
	return 0;
}

static int make_nested(struct json_object *value, struct rte_tel_data **out)
{
	struct rte_tel_data *data = rte_tel_data_alloc();
	if (data == NULL)
		return -ENOMEM;
	int status = json_object_is_type(value, json_type_array) ? fill_list(value, data)
	                                                         : fill_dict(value, data);
	if (status != 0)
		rte_tel_data_free(data);
	else
		*out = data;
	return status;
}

int telemetry_reply(const struct json_object *object, struct rte_tel_data *reply)
{
	return fill_dict(object, reply);
}
