/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* LOC: latitude, longitude, altitude and how well they are known (RFC 1876). */
#include <stdio.h>
#include <string.h>

#include "dns/rdata_field.h"
#include "dns/text.h"

/* RFC 1876 §2: angles count thousandths of an arc second from 2^31. */
#define ANGLE_ORIGIN UINT32_C(0x80000000)
#define DEGREE_MS 3600000u
#define MINUTE_MS 60000u
#define SECOND_MS 1000u
/* Altitude counts centimetres from 100,000 m below the reference. */
#define ALTITUDE_BASE_CM INT64_C(10000000)
#define ALTITUDE_MAX_CM (INT64_C(4294967295) - ALTITUDE_BASE_CM)
/* Sizes are a digit and a power of ten of centimetres: at most 9e9. */
#define SIZE_MAX_CM UINT64_C(9000000000)
#define SIZE_DEFAULT 0x12 /* 1 m */
#define HORIZONTAL_DEFAULT 0x16 /* 10 km */
#define VERTICAL_DEFAULT 0x13 /* 10 m */
#define LOC_SIZE 16

/* Reads "12", "12.3" … with at most `places` digits behind the point, as a multiple of 10^-places. */
static bool fixed_point(const char *text, size_t len, unsigned places, uint64_t max, uint64_t *out)
{
	const char *point = memchr(text, '.', len);
	const size_t whole_len = point != NULL ? (size_t)(point - text) : len;
	uint64_t value;
	if (!text_to_u64(text, whole_len, max, &value))
		return false;
	const size_t fraction_len = point != NULL ? len - whole_len - 1 : 0;
	if (fraction_len > places || (point != NULL && fraction_len == 0))
		return false;
	for (unsigned i = 0; i < places; i++) {
		value *= 10;
		if (i < fraction_len) {
			const char c = point[1 + i];
			if (c < '0' || c > '9')
				return false;
			value += (uint64_t)(c - '0');
		}
	}
	if (value > max)
		return false;
	*out = value;
	return true;
}

/* Whether the token is one of two letters, any case; *second tells which. */
static bool hemisphere(const struct dns_token *token, const char *first_word,
                       const char *second_word, bool *second)
{
	*second = text_is(token->text, token->len, second_word);
	return *second || text_is(token->text, token->len, first_word);
}

/* Degrees, then minutes and seconds if there are any, then the hemisphere. */
static enum result angle_read(struct rdata_input *input, unsigned degrees_max, const char *positive,
                              const char *negative, const char *expected)
{
	uint64_t degrees;
	uint64_t minutes = 0;
	uint64_t milliseconds = 0;
	bool below;
	enum result result = rdata_number_read(input, degrees_max, expected, &degrees);
	if (result != RESULT_OK)
		return result;
	const struct dns_token *token = rdata_peek(input, expected);
	if (token != NULL && !hemisphere(token, positive, negative, &below)) {
		result = rdata_number_read(input, 59, expected, &minutes);
		if (result != RESULT_OK)
			return result;
		token = rdata_peek(input, expected);
	}
	if (token != NULL && !hemisphere(token, positive, negative, &below)) {
		if (!fixed_point(token->text, token->len, 3, 59999, &milliseconds))
			return RESULT_MALFORMED;
		input->at++;
		token = rdata_peek(input, expected);
	}
	if (token == NULL || !hemisphere(token, positive, negative, &below))
		return RESULT_MALFORMED;
	const uint64_t angle = degrees * DEGREE_MS + minutes * MINUTE_MS + milliseconds;
	if (angle > (uint64_t)degrees_max * DEGREE_MS)
		return RESULT_OUT_OF_RANGE;
	input->at++;
	bytes_put_u32(&input->out, (uint32_t)(below ? ANGLE_ORIGIN - angle : ANGLE_ORIGIN + angle));
	return RESULT_OK;
}

/* Metres with an optional m, as centimetres. */
static bool metres(const struct dns_token *token, uint64_t max, uint64_t *out)
{
	size_t len = token->len;
	if (len > 0 && (token->text[len - 1] == 'm' || token->text[len - 1] == 'M'))
		len--;
	return fixed_point(token->text, len, 2, max, out);
}

static enum result altitude_read(struct rdata_input *input)
{
	const struct dns_token *token = rdata_peek(input, "an altitude in metres");
	uint64_t value;
	if (token == NULL || token->len == 0)
		return RESULT_MALFORMED;
	struct dns_token absolute = *token;
	const bool below = token->text[0] == '-';
	if (below) {
		absolute.text++;
		absolute.len--;
	}
	if (!metres(&absolute, (uint64_t)(below ? ALTITUDE_BASE_CM : ALTITUDE_MAX_CM), &value))
		return RESULT_MALFORMED;
	input->at++;
	const int64_t signed_value = below ? -(int64_t)value : (int64_t)value;
	bytes_put_u32(&input->out, (uint32_t)(ALTITUDE_BASE_CM + signed_value));
	return RESULT_OK;
}

/* One of size, horizontal and vertical precision; the default where the record ends. */
static enum result precision_read(struct rdata_input *input, uint8_t *out)
{
	const struct dns_token *token = rdata_peek(input, "a size in metres, at most 90000000");
	uint64_t value;
	if (token == NULL)
		return RESULT_OK;
	if (!metres(token, SIZE_MAX_CM, &value))
		return RESULT_MALFORMED;
	unsigned exponent = 0;
	for (; value > 9; value /= 10)
		exponent++;
	*out = (uint8_t)(value << 4 | exponent);
	input->at++;
	return RESULT_OK;
}

enum result rdata_loc_read(struct rdata_input *input)
{
	uint8_t precision[3] = {SIZE_DEFAULT, HORIZONTAL_DEFAULT, VERTICAL_DEFAULT};
	uint8_t *fixed = bytes_put_space(&input->out, 4);
	if (fixed == NULL)
		return RESULT_NO_SPACE;
	enum result result =
	    angle_read(input, 90, "N", "S", "a latitude: degrees [minutes [seconds]] N or S");
	if (result == RESULT_OK)
		result = angle_read(input, 180, "E", "W",
		                    "a longitude: degrees [minutes [seconds]] E or W");
	if (result == RESULT_OK)
		result = altitude_read(input);
	for (size_t i = 0; i < sizeof(precision) && result == RESULT_OK; i++)
		result = precision_read(input, &precision[i]);
	if (result != RESULT_OK)
		return result;
	fixed[0] = 0; /* version */
	memcpy(fixed + 1, precision, sizeof(precision));
	return RESULT_OK;
}

static void angle_text(struct rdata_output *output, uint32_t value, char positive, char negative)
{
	char text[40];
	const bool below = value < ANGLE_ORIGIN;
	const uint32_t angle = below ? ANGLE_ORIGIN - value : value - ANGLE_ORIGIN;
	snprintf(text, sizeof(text), "%u %u %u.%03u %c", angle / DEGREE_MS, angle / MINUTE_MS % 60,
	         angle / SECOND_MS % 60, angle % SECOND_MS, below ? negative : positive);
	rdata_space(output);
	rdata_put_text(output, text);
}

static void centimetres_text(struct rdata_output *output, uint64_t value)
{
	char text[40];
	snprintf(text, sizeof(text), "%llu.%02llum", (unsigned long long)(value / 100),
	         (unsigned long long)(value % 100));
	rdata_put_text(output, text);
}

static bool is_precision(uint8_t octet)
{
	if (octet >> 4 == 0)
		return octet == 0;
	return octet >> 4 <= 9 && (octet & 15) <= 9;
}

static void precision_text(struct rdata_output *output, uint8_t octet)
{
	uint64_t value = octet >> 4;
	for (unsigned exponent = octet & 15; exponent > 0; exponent--)
		value *= 10;
	rdata_space(output);
	centimetres_text(output, value);
}

enum result rdata_loc_text(struct rdata_output *output)
{
	const uint8_t *p;
	if (!bytes_take(&output->in, LOC_SIZE, &p))
		return RESULT_MALFORMED;
	if (p[0] != 0 || !is_precision(p[1]) || !is_precision(p[2]) || !is_precision(p[3]))
		return RESULT_UNSUPPORTED;
	const uint32_t latitude = bytes_load_u32(p + 4);
	const uint32_t longitude = bytes_load_u32(p + 8);
	const int64_t altitude = (int64_t)bytes_load_u32(p + 12) - ALTITUDE_BASE_CM;
	if (latitude - (ANGLE_ORIGIN - 90 * DEGREE_MS) > 180 * DEGREE_MS ||
	    longitude - (ANGLE_ORIGIN - 180 * DEGREE_MS) > 360 * DEGREE_MS)
		return RESULT_UNSUPPORTED;
	angle_text(output, latitude, 'N', 'S');
	angle_text(output, longitude, 'E', 'W');
	rdata_space(output);
	if (altitude < 0)
		rdata_put_text(output, "-");
	centimetres_text(output, (uint64_t)(altitude < 0 ? -altitude : altitude));
	for (size_t i = 1; i <= 3; i++)
		precision_text(output, p[i]);
	return RESULT_OK;
}
