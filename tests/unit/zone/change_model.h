/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* change_model -- which records a zone is to have, and whether a version of it answers as it should.
 *
 * What:    a list of records, each present or not; the zone that a file with the present ones makes; and
 *          every question about every name near them, asked of two zones.
 * Threads: one.
 * Memory:  static arrays.
 * Limits:  MODEL_RECORDS_MAX records, MODEL_NAMES_MAX names.
 * Trust:   the tests' own texts.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zone/change.h"
#include "zone/zone.h"

#define MODEL_RECORDS_MAX 512
#define MODEL_NAMES_MAX 512
#define MODEL_NAME_TEXT_MAX 80
#define MODEL_ROOM_BYTES ((size_t)1 << 20)

/* A record that may be in the zone. */
struct model_candidate {
	struct zone_text_record text;
	uint8_t owner[DNS_NAME_MAX + 1];
	uint16_t type;
	uint16_t len;
	uint8_t rdata[512];
	bool present;
	uint32_t sequence; /* when it came */
};

extern struct zone_errors model_errors; /* of the last load or change */
extern uint32_t model_random_state;
extern struct model_candidate model_candidate[MODEL_RECORDS_MAX];
extern uint32_t model_count; /* of candidates; 0 and 1 are the SOAs, 2 the apex' NS */
extern uint32_t model_sequence;
extern char model_name_text[MODEL_NAMES_MAX][MODEL_NAME_TEXT_MAX];
extern uint32_t model_name_count;
extern struct zone_load model_settings;

/* The same numbers on each run. Below `limit`. */
uint32_t model_random(uint32_t limit);

/* Begins with the zone example.com and records of all kinds of names. */
void model_start(void);
void model_clear(void);
void model_add(const char *owner, const char *type, const char *rdata, bool present);
/* A name to ask for, with what is below and beside it. */
void model_add_names(const char *owner);
/* Takes out what may not stand beside what came before. */
void model_make_valid(void);

struct zone *model_load_texts(const struct zone_text_record *records, size_t count);
struct zone *model_load_text(const char *text);
/* The zone that a file with the present records makes, or NULL if it would be refused. */
struct zone *model_load(void);

/* Asks two zones everything. Gives how many answers differ. */
uint32_t model_differences(struct zone *one, struct zone *two);

struct zone_change_record model_record(const struct model_candidate *from,
                                       enum zone_change_kind kind);
enum result model_apply(const struct zone *old, const struct zone_change_record *records,
                        size_t count, struct zone **out);

/* A record that is made by hand. */
struct model_hand {
	struct dns_name owner;
	uint8_t rdata[64];
	uint16_t type;
	uint16_t len;
};
struct zone_change_record model_hand_record(const struct model_hand *from,
                                            enum zone_change_kind kind);
struct model_hand model_hand_address(const char *owner, uint32_t address);
/* a. b. and the serial and 1 1 1 1. */
struct model_hand model_hand_soa(uint32_t serial);
