/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A head, then records as they stand in memory: what a signal handler can write. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "tap/flight_int.h"

#define NS_IN_SECOND UINT64_C(1000000000)
/* Of a file: more than the largest recorder on many lcores. */
#define FILE_BYTES_MAX (UINT64_C(1) << 36)

struct head {
	char magic[8];
	uint32_t head_bytes;
	uint32_t record_bytes;
	uint64_t tsc_hz;
	uint64_t tsc_base;
	uint64_t ns_base;
	char reason[64];
};

static bool write_all(int fd, const void *data, size_t len)
{
	const uint8_t *at = data;
	while (len > 0) {
		ssize_t done = write(fd, at, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		at += done;
		len -= (size_t)done;
	}
	return true;
}

static bool write_ring(int fd, const struct flight_ring *ring, uint64_t mask)
{
	return write_all(fd, ring->records,
	                 flight_ring_have(ring, mask) * sizeof(struct flight_record));
}

bool flight_write(const struct flight *flight, int fd, const char *reason)
{
	struct timespec now;
	struct head head = {.magic = {'S', 'C', 'D', 'N', 'S', 'F', 'R', '1'},
	                    .head_bytes = sizeof(head),
	                    .record_bytes = sizeof(struct flight_record),
	                    .tsc_hz = flight->tsc_hz};
	clock_gettime(CLOCK_REALTIME, &now);
	head.tsc_base = rte_rdtsc();
	head.ns_base = (uint64_t)now.tv_sec * NS_IN_SECOND + (uint64_t)now.tv_nsec;
	for (size_t i = 0; i + 1 < sizeof(head.reason) && reason[i] != '\0'; i++)
		head.reason[i] = reason[i];
	bool written = write_all(fd, &head, sizeof(head));
	for (unsigned i = 0; written && i < RTE_MAX_LCORE; i++) {
		const struct flight_lane *lane = flight->lane[i];
		if (lane != NULL)
			written = write_ring(fd, &lane->all, flight->mask) &&
			          write_ring(fd, &lane->odd, flight->odd_mask);
	}
	return written;
}

static bool read_all(int fd, void *out, size_t len)
{
	uint8_t *at = out;
	while (len > 0) {
		ssize_t done = read(fd, at, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		at += done;
		len -= (size_t)done;
	}
	return true;
}

static enum result read_head(int fd, struct flight_file *out, uint64_t *bytes)
{
	struct stat status;
	struct head head;
	if (fstat(fd, &status) != 0)
		return RESULT_IO;
	if (!S_ISREG(status.st_mode) || (uint64_t)status.st_size < sizeof(head) ||
	    !read_all(fd, &head, sizeof(head)))
		return RESULT_MALFORMED;
	*bytes = (uint64_t)status.st_size - sizeof(head);
	if (memcmp(head.magic, FLIGHT_MAGIC, sizeof(head.magic)) != 0 ||
	    head.head_bytes != sizeof(head) || head.record_bytes != sizeof(struct flight_record) ||
	    head.tsc_hz == 0)
		return RESULT_MALFORMED;
	if (*bytes > FILE_BYTES_MAX)
		return RESULT_TOO_LONG;
	out->tsc_hz = head.tsc_hz;
	out->tsc_base = head.tsc_base;
	out->ns_base = head.ns_base;
	memcpy(out->reason, head.reason, sizeof(out->reason));
	out->reason[sizeof(out->reason) - 1] = '\0';
	return RESULT_OK;
}

/* What cannot be is left out: the file may be cut, or anything. */
static bool is_sound(const struct flight_record *record)
{
	return (record->kind == FLIGHT_ANSWER || record->kind == FLIGHT_DROP) &&
	       record->drop < DROP_REASON_COUNT &&
	       (record->family == 0 || record->family == 4 || record->family == 6);
}

static enum result read_records(int fd, uint64_t bytes, struct flight_file *out)
{
	size_t count = bytes / sizeof(struct flight_record);
	size_t kept = 0;
	out->records = malloc((count + 1) * sizeof(struct flight_record));
	if (out->records == NULL)
		return RESULT_NO_MEMORY;
	if (!read_all(fd, out->records, count * sizeof(struct flight_record)))
		return RESULT_IO;
	for (size_t i = 0; i < count; i++) {
		if (is_sound(&out->records[i]))
			out->records[kept++] = out->records[i];
	}
	out->count = flight_put_in_order(out->records, kept);
	return RESULT_OK;
}

enum result flight_read(const char *path, struct flight_file *out)
{
	uint64_t bytes = 0;
	*out = (struct flight_file){.count = 0};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return RESULT_IO;
	enum result result = read_head(fd, out, &bytes);
	if (result == RESULT_OK)
		result = read_records(fd, bytes, out);
	close(fd);
	if (result != RESULT_OK)
		flight_file_free(out);
	return result;
}

void flight_file_free(struct flight_file *file)
{
	free(file->records);
	*file = (struct flight_file){.count = 0};
}
