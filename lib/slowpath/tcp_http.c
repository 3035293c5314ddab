/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* HTTP/2 on a connection: octets between the socket and lib/slowpath/http*.c. */
#include <errno.h>

#include "slowpath/tcp_int.h"

bool tcp_http_begin(struct tcp_server *server, struct tcp_connection *connection, uint64_t now_us)
{
	connection->http = http_session_open(server->http, connection->service->http, now_us);
	if (connection->http == NULL) {
		tcp_connection_end(server, connection, TCP_EVENT_REFUSED);
		return false;
	}
	if (tcp_connection_is_tls(connection) && tls_session_is_http1(&connection->tls)) {
		http_session_refuse_http1(connection->http);
		connection->ended = true;
		tcp_answer_mark(server, connection);
	}
	/* Else the client speaks first: what it says may not be HTTP/2. */
	return true;
}

bool tcp_http_fill(struct tcp_server *server, struct tcp_connection *connection, uint64_t now_us)
{
	ssize_t count = tcp_io_read(connection, connection->input.data, connection->input.size);
	if (count < 0 && errno != EAGAIN) {
		tcp_connection_broken(server, connection);
		return false;
	}
	if (count == 0)
		connection->ended = true;
	if (count <= 0)
		return true;
	enum result result =
	    http_session_input(connection->http, connection->input.data, (size_t)count, now_us);
	if (result == RESULT_NO_MEMORY) {
		tcp_connection_end(server, connection, TCP_EVENT_REFUSED);
		return false;
	}
	if (result == RESULT_MALFORMED || result == RESULT_UNSUPPORTED)
		server->counts[TCP_EVENT_PROTOCOL]++;
	/* A broken session has its last words, then it ends. */
	if (http_session_state(connection->http).is_over)
		connection->ended = true;
	tcp_answer_mark(server, connection);
	return true;
}

bool tcp_http_pull(struct tcp_server *server, struct tcp_connection *connection)
{
	if (connection->http == NULL)
		return true;
	while (
	    !http_session_output(connection->http, &connection->output, TCP_OUTPUT_PAUSE_BYTES)) {
		if (!tcp_answer_end_slowest(server, connection)) {
			tcp_connection_end(server, connection, TCP_EVENT_SLOW_READER);
			return false;
		}
	}
	struct http_state state = http_session_state(connection->http);
	if (state.is_over)
		connection->ended = true;
	/* Only whole blocks are progress: else a window of one octet would keep all answers. */
	if (state.sent_bytes - connection->http_sent >= STREAM_BLOCK_BYTES) {
		connection->http_sent = state.sent_bytes;
		tcp_timer_stop(connection, TCP_TIMER_OUTPUT);
	}
	return true;
}

enum result tcp_http_answer(struct tcp_server *server, struct tcp_connection *connection,
                            uint32_t request, const uint8_t *message, uint32_t len)
{
	enum result result;
	do {
		result = http_session_answer(connection->http, request, message, len);
	} while (result == RESULT_NO_MEMORY && tcp_answer_end_slowest(server, connection));
	return result == RESULT_NO_MEMORY ? RESULT_NO_SPACE : result;
}

void tcp_http_goodbye(struct tcp_server *server, struct tcp_connection *connection)
{
	struct iovec parts[STREAM_GATHER_BLOCKS];
	if (connection->http == NULL)
		return;
	http_session_goodbye(connection->http);
	if (connection->output.bytes > 0 ||
	    !http_session_output(connection->http, &connection->output, TCP_OUTPUT_PAUSE_BYTES))
		return;
	int count = stream_output_gather(&connection->output, &server->output_pool, parts,
	                                 STREAM_GATHER_BLOCKS);
	ssize_t written = count > 0 ? tcp_io_write(connection, parts, count) : 0;
	if (written > 0)
		(void)stream_output_advance(&connection->output, &server->output_pool,
		                            (size_t)written);
}

void tcp_http_close(struct tcp_connection *connection)
{
	http_session_close(connection->http);
	connection->http = NULL;
}
