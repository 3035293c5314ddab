/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* config -- the configuration as plain structs, read from JSON and checked by one table of options.
 *
 * What:    config_load_file() reads JSON (comments allowed) into struct config, or says what is wrong with
 *          file, line, column, key, what was found and what is allowed. What each field means, its range
 *          and default stand in the tables (options_*.c) and in docs/configuration.md, which is made from
 *          them. Member names here are those of the JSON keys, with the unit where it has one.
 * Threads: loading on a control thread; a loaded struct config is immutable, so any thread may read it.
 * Memory:  a struct config owns everything that it points to; config_free() frees it whole.
 * Limits:  config/config_limits.h.
 * Trust:   the file is the operator's, but may hold anything: errors are collected, never asserted.
 * RFC:     8259 (JSON); 1035, 6891, 7766, 8767, 8945 for the ranges of values. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/log.h"
#include "base/result.h"
#include "config/config_common.h"
#include "config/config_dpdk.h"
#include "config/config_limits.h"
#include "config/config_logging.h"
#include "config/config_metrics.h"
#include "config/config_policy.h"
#include "config/config_sandbox.h"
#include "config/config_watch.h"
#include "config/config_zone.h"

struct config_server {
	const char *name;
	const char *version;
	const char *environment;
	uint32_t max_concurrent_requests;
	uint32_t graceful_shutdown_timeout_secs;
	uint32_t default_ttl;
	uint16_t max_udp_payload;
	uint16_t max_udp_payload_ipv6; /* 0: as max_udp_payload; see config_udp_payload() */
	bool enable_edns;
	bool enable_tcp;
	bool enable_dnssec;
	uint16_t bind_port;
	bool rotate_answers;
	const char
	    *cookie_secret; /* CONFIG_COOKIE_SECRET_DIGITS hexadecimal digits; "": a random one */
	const char *cookie_secret_old; /* the same; "": none */
};

/* Instances of each stage; 0: as dpdk.lanes and the placement want it. */
struct config_workers {
	uint16_t listener;
	uint16_t tcp_acceptor;
	uint16_t doh_acceptor;
	uint16_t decoder;
	uint16_t query_dispatcher;
	uint16_t cache_lookup;
	uint16_t zone_manager;
	uint16_t resolver;
	uint16_t cache_writer;
	uint16_t encoder;
	uint16_t sender;
	uint16_t cache_janitor;
	uint16_t metrics;
};

struct config_control {
	const char *socket; /* "": /run/scloud-dns/PREFIX.sock */
};

struct config_admin {
	bool enabled;
	struct config_address bind;
	const char *auth_token;
	bool enable_tls;
};

/* What a listener's protocols hold. */
#define CONFIG_PROTOCOL_UDP 1u
#define CONFIG_PROTOCOL_TCP 2u

enum config_via {
	CONFIG_VIA_AUTO, /* a DPDK port if the address is one of its, else the kernel */
	CONFIG_VIA_KERNEL, /* sockets of the kernel */
	CONFIG_VIA_PORT, /* no socket: it gives the rules for addresses of DPDK ports */
};

struct config_listener {
	struct config_place place;
	const char *name;
	struct config_address address; /* port 0 */
	uint16_t port; /* server.bind_port where the file has none */
	uint32_t protocols; /* CONFIG_PROTOCOL_* */
	enum config_via via;
	bool recursion_allowed;
	struct config_acl_ref acl; /* who may ask here */
	uint16_t workers;
	bool enable_tls;
	const char *tls_cert_path;
	const char *tls_key_path;
	struct config_acl_ref proxy_protocol_acl;
};

struct config_doh {
	bool enabled;
	struct config_address bind;
	bool terminate_tls;
	const char *tls_cert_path;
	const char *tls_key_path;
	const char **paths;
	uint32_t paths_count;
	const char **allowed_origins;
	uint32_t allowed_origins_count;
	struct config_acl_ref proxy_protocol_acl;
};

struct config_forwarder_tls {
	bool enabled;
	bool verify;
	const char *name; /* "": none */
	const char *ca_file; /* "": the system's authorities */
	const char **pins; /* base64 of SHA-256 */
	uint32_t pins_count;
};

struct config_forwarder {
	struct config_place place;
	const char *name;
	/* Those of the file, and the name servers of resolv.conf in the place of "resolv.conf" (without
	 * addresses that we listen at ourselves). May be empty then: nothing to forward to. */
	struct config_address *addresses;
	uint32_t addresses_count;
	enum config_forward_policy policy;
	uint32_t timeout_ms;
	bool edns;
	bool use_tcp_on_retry;
	struct config_forwarder_tls tls;
};

struct config_root_hints {
	const char *file; /* "": the built-in ones */
};

enum config_eviction {
	CONFIG_EVICTION_LIGHT_LRU,
	CONFIG_EVICTION_LRU
};

struct config_cache {
	bool enabled;
	uint32_t max_entries;
	uint32_t memory_mb; /* 0: from max_entries */
	uint32_t min_ttl_seconds;
	uint32_t max_ttl_seconds;
	uint32_t negative_ttl_seconds;
	uint32_t stale_max_seconds; /* 0: never serve stale */
	uint32_t stale_client_timeout_ms; /* 0: only when resolution has failed */
	uint32_t failure_recheck_ms;
	bool prefetch;
	bool nxdomain_cut;
	const char *file; /* "": nothing is kept over a restart */
	enum config_eviction eviction_policy;
};

/* To whom names are sent in random case. */
enum config_case {
	CONFIG_CASE_OFF,
	CONFIG_CASE_ITERATION,
	CONFIG_CASE_ALWAYS
};

enum config_family {
	CONFIG_FAMILY_ANY,
	CONFIG_FAMILY_IPV4,
	CONFIG_FAMILY_IPV6
};

struct config_recursion {
	bool enabled;
	struct config_acl_ref allowed_acl;
	uint32_t max_recursive_queries;
	uint32_t recursion_timeout_ms;
	uint32_t retry_interval_ms;
	/* The groups to ask, in this order; "*" in the file stands for all of them. */
	const struct config_forwarder **forward_to;
	uint32_t forward_to_count;
	bool fallback_to_recursion;
	enum config_case case_randomization;
	bool cookies;
	enum config_family prefer_family;
	uint16_t server_port;
	struct config_address *egress;
	uint32_t egress_count;
	const char *egress_port; /* "": the host */
};

struct config_rrl {
	bool enabled;
	uint32_t window_seconds;
	uint32_t slip;
	uint32_t qps_threshold;
};

struct config_ratelimit {
	bool enabled;
	uint32_t global_qps;
	uint32_t per_ip_qps;
	uint32_t per_subnet_qps;
	struct config_acl_ref exempt_acl;
	struct config_rrl rrl;
};

struct config_amplification {
	bool drop_fragments;
	uint16_t max_response_size_udp;
};

struct config_tuning {
	uint32_t socket_recv_buffer_bytes; /* 0: the kernel's default */
	uint32_t socket_send_buffer_bytes;
	uint32_t max_label_length;
	uint32_t max_domain_length;
};

struct config_limits {
	uint16_t max_udp_packet_size;
	uint32_t max_queries_per_minute_per_ip; /* 0: no limit */
	uint32_t max_tcp_sessions;
	uint32_t max_tcp_sessions_per_ip;
	uint32_t max_tcp_in_flight; /* questions of one session that wait for answers */
	uint32_t tcp_idle_timeout_ms;
};

struct config {
	struct config_server server;
	struct config_workers workers;
	struct config_logging logging;
	struct config_sandbox sandbox;
	struct config_metrics metrics;
	struct config_control control;
	struct config_admin admin;
	struct config_acl *acl;
	uint32_t acl_count;
	struct config_listener *listener;
	uint32_t listener_count;
	struct config_doh doh;
	struct config_forwarder *forwarder;
	uint32_t forwarder_count;
	struct config_root_hints root_hints;
	struct config_cache cache;
	struct config_recursion recursion;
	struct config_ratelimit ratelimit;
	struct config_zone *zone;
	uint32_t zone_count;
	struct config_tsig_key *tsig_key;
	uint32_t tsig_key_count;
	struct config_axfr axfr;
	struct config_dnssec dnssec;
	struct config_policy policy;
	struct config_local_zone *local_zone;
	uint32_t local_zone_count;
	struct config_dns64 dns64;
	struct config_amplification amplification_mitigation;
	struct config_tuning tuning;
	struct config_view *view;
	uint32_t view_count;
	struct config_monitoring monitoring;
	struct config_dnstap dnstap;
	struct config_flight_recorder flight_recorder;
	struct config_dynupdate *dynupdate;
	uint32_t dynupdate_count;
	struct config_limits limits;
	struct config_dpdk dpdk;
	const char *file; /* name for messages */
	struct config_memory *memory; /* owns all of this */
};

/* One thing that is wrong ("key: found X, allowed: Y") or worth a warning. */
struct config_problem {
	uint32_t line; /* 0: the file as a whole */
	uint32_t column;
	char text[CONFIG_PROBLEM_BYTES];
};

/* Reading goes on after an error. Both lists are in the order of the file; the counts also tell of those
 * that were too many to keep. */
struct config_problems {
	char file[CONFIG_PATH_BYTES];
	uint32_t error_count;
	uint32_t warning_count;
	struct config_problem error[CONFIG_ERRORS_MAX];
	struct config_problem warning[CONFIG_WARNINGS_MAX];
};

/* How to read. All members may be zero. */
struct config_source {
	const char *name; /* for messages, config_load_text(): "configuration" if NULL */
	const char
	    *folder; /* relative paths start here; config_load_file(): the file's own if NULL */
	const char *resolv_conf; /* NULL: "/etc/resolv.conf" */
};

/* Reads and checks the file at `path`. `source` may be NULL.
 * Gives: *out, to be freed with config_free(); warnings may be in *problems even then.
 * Fails: RESULT_IO (cannot be read), RESULT_TOO_LONG (over CONFIG_FILE_BYTES), RESULT_MALFORMED (wrong in
 * itself), RESULT_NO_MEMORY; each says why in *problems. */
MUST_CHECK enum result config_load_file(const char *path, const struct config_source *source,
                                        struct config **out, struct config_problems *problems);

/* The same from text that needs no final NUL. */
MUST_CHECK enum result config_load_text(const char *text, size_t len,
                                        const struct config_source *source, struct config **out,
                                        struct config_problems *problems);

/* The configuration compiled into the program: the text of config/scloud-dns.json. Its relative paths
 * start at source->folder. */
MUST_CHECK enum result config_default(const struct config_source *source, struct config **out,
                                      struct config_problems *problems);
const char *config_default_text(void);

/* Frees everything that belongs to the configuration; NULL is fine. */
void config_free(struct config *config);

/* Writes "FILE:LINE:COLUMN: error: TEXT" for each problem and how many more there were. */
void config_problems_write(const struct config_problems *problems, FILE *stream);

/* Sends the same to the log (CFG001 for errors, CFG002 for warnings). */
void config_problems_log(const struct config_problems *problems);

/* How large an answer over UDP may be for a family (4 or 6): the least of server.max_udp_payload(_ipv6),
 * amplification_mitigation.max_response_size_udp and limits.max_udp_packet_size. 512..65535. */
uint16_t config_udp_payload(const struct config *config, uint8_t family);

/* Lanes asked for: dpdk.lanes, else the largest number under `workers` for a stage of the fast path;
 * 0: nobody asked, take what the lcores give. */
uint16_t config_lanes_wanted(const struct config *config);

/* "10.0.0.1", "10.0.0.1:53", "[::1]:53" or "10.0.0.0/8" (where prefix_len is less than all bits).
 * `out` holds CONFIG_ADDRESS_TEXT octets. */
void config_address_text(const struct config_address *address, char *out);

enum config_change_kind {
	CONFIG_CHANGED,
	CONFIG_ADDED,
	CONFIG_REMOVED
};

struct config_change {
	enum config_change_kind kind;
	bool live; /* can be taken over without a restart */
	char key[CONFIG_KEY_BYTES]; /* "cache.max_entries", "zone[example.com.].file" */
	char from[CONFIG_VALUE_BYTES]; /* as JSON, cut where long; secrets are "***" */
	char to[CONFIG_VALUE_BYTES];
};

/* What differs between two configurations, in the order of the tables. */
struct config_changes {
	struct config_change *change;
	uint32_t count;
	uint32_t restart_count; /* how many of them need a restart */
};

/* Compares. Elements of lists are matched by their names. Gives: *out, config_changes_free() it.
 * Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result config_diff(const struct config *from, const struct config *to,
                                   struct config_changes *out);
void config_changes_free(struct config_changes *changes);

/* Makes of `next` what a server that was started with `started` can do without a restart: every value that
 * cannot change while it runs is put back. config_diff(next as it was read, …) tells which ones.
 * Gives: `next` points into `started`, which has to outlive it. Fails: RESULT_NO_MEMORY; `next` is of no use
 * then but to be freed. */
MUST_CHECK enum result config_merge(const struct config *started, struct config *next);

/* What is made from the tables: the reference page (docs/configuration.md), the JSON schema, and the
 * options for --help; `section` NULL: all, else only that one ("cache"). Fails: RESULT_NOT_FOUND (no such
 * section), RESULT_NO_MEMORY, RESULT_IO (stream). */
MUST_CHECK enum result config_document_write(FILE *stream);
MUST_CHECK enum result config_schema_write(FILE *stream);
MUST_CHECK enum result config_help_write(const char *section, FILE *stream);
