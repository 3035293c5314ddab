/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Records become protobuf messages (protobuf-c), which libfstrm carries. */
#include "tap/dnstap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <dnstap.pb-c.h>
#include <fstrm.h>

#define NS_IN_SECOND UINT64_C(1000000000)
#define CONTENT_TYPE "protobuf:dnstap.Dnstap"
#define REOPEN_S 1
/* Longest wait of a message for others, in seconds. */
#define FLUSH_S 1
#define PATH_BYTES 4096

struct dnstap {
	const struct tap *tap;
	struct dnstap_settings settings;
	char identity[256];
	char version[64];
	struct fstrm_iothr *thread;
	struct fstrm_iothr_queue *queue;
	_Atomic uint64_t given;
	_Atomic uint64_t lost;
};

/* -- messages -- */

static bool is_recursive(const struct tap_record *record)
{
	return (dns_message_flags(record->data) & DNS_FLAG_RD) != 0;
}

static Dnstap__Message__Type type_of(const struct tap_record *record)
{
	bool rd = is_recursive(record);
	switch ((enum tap_kind)record->kind) {
	case TAP_QUERY:
		return rd ? DNSTAP__MESSAGE__TYPE__CLIENT_QUERY : DNSTAP__MESSAGE__TYPE__AUTH_QUERY;
	case TAP_UPSTREAM_QUERY:
		return rd ? DNSTAP__MESSAGE__TYPE__FORWARDER_QUERY
		          : DNSTAP__MESSAGE__TYPE__RESOLVER_QUERY;
	case TAP_UPSTREAM_RESPONSE:
		return rd ? DNSTAP__MESSAGE__TYPE__FORWARDER_RESPONSE
		          : DNSTAP__MESSAGE__TYPE__RESOLVER_RESPONSE;
	case TAP_RESPONSE:
	case TAP_DROP:
	case TAP_KIND_COUNT:
		break;
	}
	return rd ? DNSTAP__MESSAGE__TYPE__CLIENT_RESPONSE : DNSTAP__MESSAGE__TYPE__AUTH_RESPONSE;
}

/* The record stays constant: protobuf-c only reads. */
static ProtobufCBinaryData bytes_of(const void *data, size_t len)
{
	ProtobufCBinaryData bytes = {.len = len};
	memcpy(&bytes.data, &data, sizeof(bytes.data));
	return bytes;
}

static void set_addresses(const struct tap_record *record, Dnstap__Message *message)
{
	const bool is_upstream =
	    record->kind == TAP_UPSTREAM_QUERY || record->kind == TAP_UPSTREAM_RESPONSE;
	/* Who asks; towards other servers that is us. */
	const struct query_address *asker = is_upstream ? &record->local : &record->client;
	const struct query_address *asked = is_upstream ? &record->client : &record->local;
	const uint8_t family = record->client.family;
	message->has_socket_family = family != 0;
	message->socket_family =
	    family == 4 ? DNSTAP__SOCKET_FAMILY__INET : DNSTAP__SOCKET_FAMILY__INET6;
	if (asker->family != 0) {
		message->has_query_address = message->has_query_port = true;
		message->query_address = bytes_of(asker->octets, net_address_bytes(asker->family));
		message->query_port = asker->port;
	}
	if (asked->family != 0) {
		message->has_response_address = message->has_response_port = true;
		message->response_address =
		    bytes_of(asked->octets, net_address_bytes(asked->family));
		message->response_port = asked->port;
	}
}

static void set_protocol(const struct tap_record *record, Dnstap__Message *message)
{
	static const Dnstap__SocketProtocol protocols[TAP_TRANSPORT_COUNT] = {
	    [TAP_UDP] = DNSTAP__SOCKET_PROTOCOL__UDP,
	    [TAP_TCP] = DNSTAP__SOCKET_PROTOCOL__TCP,
	    [TAP_TLS] = DNSTAP__SOCKET_PROTOCOL__DOT,
	    [TAP_HTTPS] = DNSTAP__SOCKET_PROTOCOL__DOH,
	};
	message->has_socket_protocol = true;
	message->socket_protocol = protocols[record->transport];
}

static void set_query_time(Dnstap__Message *message, uint64_t ns)
{
	message->has_query_time_sec = message->has_query_time_nsec = true;
	message->query_time_sec = ns / NS_IN_SECOND;
	message->query_time_nsec = (uint32_t)(ns % NS_IN_SECOND);
}

static void set_message(const struct dnstap *dnstap, const struct tap_record *record,
                        Dnstap__Message *message)
{
	const uint64_t ns = tap_time_ns(dnstap->tap, record->tsc);
	const ProtobufCBinaryData data = bytes_of(record->data, record->data_len);
	if (record->kind == TAP_QUERY || record->kind == TAP_UPSTREAM_QUERY) {
		set_query_time(message, ns);
		message->has_query_message = true;
		message->query_message = data;
		return;
	}
	if (record->arrival_tsc != 0)
		set_query_time(message, tap_time_ns(dnstap->tap, record->arrival_tsc));
	message->has_response_time_sec = message->has_response_time_nsec = true;
	message->response_time_sec = ns / NS_IN_SECOND;
	message->response_time_nsec = (uint32_t)(ns % NS_IN_SECOND);
	message->has_response_message = true;
	message->response_message = data;
}

static void *pack(const struct dnstap *dnstap, const struct tap_record *record, size_t *len)
{
	Dnstap__Dnstap whole = DNSTAP__DNSTAP__INIT;
	Dnstap__Message message = DNSTAP__MESSAGE__INIT;
	message.type = type_of(record);
	set_addresses(record, &message);
	set_protocol(record, &message);
	set_message(dnstap, record, &message);
	whole.type = DNSTAP__DNSTAP__TYPE__MESSAGE;
	whole.message = &message;
	whole.has_identity = dnstap->identity[0] != '\0';
	whole.identity = bytes_of(dnstap->identity, strlen(dnstap->identity));
	whole.has_version = true;
	whole.version = bytes_of(dnstap->version, strlen(dnstap->version));
	*len = dnstap__dnstap__get_packed_size(&whole);
	uint8_t *packed = malloc(*len);
	if (packed != NULL)
		dnstap__dnstap__pack(&whole, packed);
	return packed;
}

static void release_packed(void *data, void *context)
{
	(void)context;
	free(data);
}

static void take(void *context, const struct tap_record *record)
{
	struct dnstap *dnstap = context;
	size_t len;
	if (record->is_frame || record->data_len < DNS_HEADER_SIZE)
		return;
	void *packed = pack(dnstap, record, &len);
	if (packed != NULL && fstrm_iothr_submit(dnstap->thread, dnstap->queue, packed, len,
	                                         release_packed, NULL) == fstrm_res_success) {
		atomic_fetch_add_explicit(&dnstap->given, 1, memory_order_relaxed);
		return;
	}
	free(packed);
	atomic_fetch_add_explicit(&dnstap->lost, 1, memory_order_relaxed);
}

/* -- the stream -- */

/* A file from before keeps what is in it under another name. */
static bool move_away(const char *path)
{
	char next[PATH_BYTES];
	char stamp[32];
	struct stat status;
	const time_t now = time(NULL);
	struct tm utc;
	if (stat(path, &status) != 0)
		return errno == ENOENT;
	if (!S_ISREG(status.st_mode) || status.st_size == 0)
		return true;
	gmtime_r(&now, &utc);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	snprintf(next, sizeof(next), "%s.%s", path, stamp);
	return rename(path, next) == 0;
}

static struct fstrm_writer *make_writer(const struct dnstap_settings *settings)
{
	struct fstrm_writer *writer = NULL;
	struct fstrm_writer_options *options = fstrm_writer_options_init();
	fstrm_writer_options_add_content_type(options, CONTENT_TYPE, sizeof(CONTENT_TYPE) - 1);
	if (settings->socket[0] != '\0') {
		struct fstrm_unix_writer_options *unix_options = fstrm_unix_writer_options_init();
		fstrm_unix_writer_options_set_socket_path(unix_options, settings->socket);
		writer = fstrm_unix_writer_init(unix_options, options);
		fstrm_unix_writer_options_destroy(&unix_options);
	} else {
		struct fstrm_file_options *file_options = fstrm_file_options_init();
		fstrm_file_options_set_file_path(file_options, settings->file);
		writer = fstrm_file_writer_init(file_options, options);
		fstrm_file_options_destroy(&file_options);
	}
	fstrm_writer_options_destroy(&options);
	return writer;
}

static enum result start(struct dnstap *dnstap, struct fstrm_writer *writer)
{
	struct fstrm_iothr_options *options = fstrm_iothr_options_init();
	fstrm_iothr_options_set_num_input_queues(options, 1);
	fstrm_iothr_options_set_input_queue_size(options, DNSTAP_QUEUE);
	fstrm_iothr_options_set_queue_model(options, FSTRM_IOTHR_QUEUE_MODEL_SPSC);
	fstrm_iothr_options_set_reopen_interval(options, REOPEN_S);
	fstrm_iothr_options_set_flush_timeout(options, FLUSH_S);
	dnstap->thread = fstrm_iothr_init(options, &writer);
	fstrm_iothr_options_destroy(&options);
	if (dnstap->thread == NULL) {
		fstrm_writer_destroy(&writer);
		return RESULT_NO_MEMORY;
	}
	dnstap->queue = fstrm_iothr_get_input_queue(dnstap->thread);
	return dnstap->queue != NULL ? RESULT_OK : RESULT_NO_MEMORY;
}

/* libfstrm opens on its thread and tells nobody: whether it can is found out here. */
static enum result open_file(const struct dnstap_settings *settings)
{
	if (settings->socket[0] != '\0')
		return RESULT_OK;
	if (!move_away(settings->file))
		return RESULT_IO;
	FILE *file = fopen(settings->file, "ae");
	if (file == NULL)
		return RESULT_IO;
	fclose(file);
	return RESULT_OK;
}

enum result dnstap_open(const struct dnstap_settings *settings, const struct tap *tap,
                        struct dnstap **out)
{
	enum result result = open_file(settings);
	if (result != RESULT_OK)
		return result;
	struct dnstap *dnstap = calloc(1, sizeof(*dnstap));
	struct fstrm_writer *writer = dnstap != NULL ? make_writer(settings) : NULL;
	if (writer == NULL) {
		free(dnstap);
		return RESULT_NO_MEMORY;
	}
	dnstap->tap = tap;
	dnstap->settings = *settings;
	snprintf(dnstap->identity, sizeof(dnstap->identity), "%s", settings->identity);
	snprintf(dnstap->version, sizeof(dnstap->version), "%s", settings->version);
	result = start(dnstap, writer);
	if (result == RESULT_OK)
		*out = dnstap;
	else
		dnstap_close(dnstap);
	return result;
}

void dnstap_close(struct dnstap *dnstap)
{
	if (dnstap == NULL)
		return;
	if (dnstap->thread != NULL)
		fstrm_iothr_destroy(&dnstap->thread);
	free(dnstap);
}

struct tap_sink dnstap_sink(struct dnstap *dnstap)
{
	const struct dnstap_settings *settings = &dnstap->settings;
	uint32_t kinds = 0;
	if (settings->queries)
		kinds |= 1u << TAP_QUERY;
	if (settings->responses)
		kinds |= 1u << TAP_RESPONSE;
	if (settings->upstream)
		kinds |= 1u << TAP_UPSTREAM_QUERY | 1u << TAP_UPSTREAM_RESPONSE;
	return (struct tap_sink){
	    .name = "dnstap",
	    .filter = {.kinds = kinds, .sample = settings->sample},
	    .take = take,
	    .context = dnstap,
	};
}

void dnstap_stats(const struct dnstap *dnstap, struct dnstap_stats *out)
{
	out->given = atomic_load_explicit(&dnstap->given, memory_order_relaxed);
	out->lost = atomic_load_explicit(&dnstap->lost, memory_order_relaxed);
}
