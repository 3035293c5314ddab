/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* config_limits -- how much configuration is read and told.
 *
 * What:    each limit with what happens when it is too low or too high.
 * Threads: none.
 * Memory:  none.
 * Limits:  these.
 * Trust:   they bound what a broken file can cost.
 * RFC:     8259 §9 (parsers may limit size and depth). */
#pragma once

/* Too low: people see one error, mend it, see the next. Too high: the first cause is lost in its
 * consequences. */
#define CONFIG_ERRORS_MAX 20
/* Too low: something asked for and not done goes unsaid. Too high: nobody reads them. */
#define CONFIG_WARNINGS_MAX 64
/* Text of one problem: key, what was found (cut at CONFIG_VALUE_BYTES), what is allowed. */
#define CONFIG_PROBLEM_BYTES 640
/* A key path ("zone[12].records[3].rdata") in messages and changes. */
#define CONFIG_KEY_BYTES 320
/* A value in messages and changes. Too high: a whole list on one line. */
#define CONFIG_VALUE_BYTES 128
/* Linux' PATH_MAX. */
#define CONFIG_PATH_BYTES 4096
/* A configuration file. Too low: refuses a list of many thousand zones. Too high: reading /dev/zero by
 * mistake takes the machine's memory. */
#define CONFIG_FILE_BYTES (256u << 20)
/* Objects and lists in each other; our tables need 6. */
#define CONFIG_DEPTH_MAX 16
/* Longest text of config_address_text() with its NUL: "[v6%…]:65535", "v6/128". */
#define CONFIG_ADDRESS_TEXT 64
/* RTE_MAX_LCORE of Debian's DPDK: more lcores cannot be started. */
#define CONFIG_LCORES_MAX 128
/* The rules of a listener are looked for one by one. Too high: it costs on every packet. */
#define CONFIG_LISTENERS_MAX 16
/* Each view is a bit of the mask that an address is looked up for. */
#define CONFIG_VIEWS_MAX 64
/* Lanes are indexed by an octet in struct query. */
#define CONFIG_LANES_MAX 64
/* Edits between an unknown key and the one we suggest. Too high: nonsense is suggested. */
#define CONFIG_SUGGEST_EDITS_MAX 3
/* Name servers taken from resolv.conf; the C library takes 3. */
#define CONFIG_RESOLV_CONF_MAX 8
/* A server secret for cookies in hexadecimal: the key of SipHash-2-4 (RFC 9018 §4.4). */
#define CONFIG_COOKIE_SECRET_DIGITS 32
