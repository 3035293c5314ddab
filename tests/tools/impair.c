/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* impair INTERFACE INTERFACE [KEY=VALUE...]: a bad line between two interfaces, for tests: every frame that
 * comes in on one goes out on the other, later, twice, out of order or never. It does what netem does where
 * the kernel has none. A line of KEY=VALUE pairs on standard input changes how bad the line is and is answered
 * by what became of the frames until then; it ends with its standard input. ARP and neighbour discovery pass
 * untouched: their retries take seconds and are not what is tested.
 *
 * Frames are taken with the checksum and segmentation marks of the kernel (PACKET_VNET_HDR), so that what a
 * neighbour on the same machine left undone stays marked as such. */
#include <errno.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Frames under way: 100,000 a second for 100 ms, some of them of 64 KiB. One more is lost. */
#define FRAMES_MAX 16384u
#define FRAME_BYTES_MAX (65536u + 256u)
/* Frames taken from one side before the other has its turn. */
#define BURST 64u
#define SIDES 2u

struct frame {
	uint64_t due_ns;
	uint64_t order; /* among those of one time */
	unsigned side; /* it goes out here */
	size_t len;
	uint8_t octets[]; /* struct virtio_net_hdr and the frame */
};

enum setting {
	DELAY_US,
	JITTER_US, /* 0 to this many more; frames stay in order */
	LOSS_PERMILLE,
	DUPLICATE_PERMILLE,
	REORDER_PERMILLE, /* these do not wait */
	SEED,
	SETTINGS
};

static const char *const setting_names[SETTINGS] = {
    "delay_us", "jitter_us", "loss_permille", "duplicate_permille", "reorder_permille", "seed",
};

static uint64_t settings[SETTINGS];
static int sockets[SIDES];
static uint64_t last_due_ns[SIDES];
static struct frame *heap[FRAMES_MAX]; /* the first due at [0] */
static size_t heap_count;
static uint64_t orders;
static uint64_t forwarded, lost, duplicated, reordered;

static uint64_t now_ns(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* splitmix64: the same frames meet the same fate for the same seed. */
static uint64_t next_random(void)
{
	uint64_t z = settings[SEED] += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static bool happens(enum setting permille)
{
	return settings[permille] > 0 && next_random() % 1000 < settings[permille];
}

/* -- frames under way -- */

static bool is_before(const struct frame *a, const struct frame *b)
{
	return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

static void swap(size_t a, size_t b)
{
	struct frame *frame = heap[a];
	heap[a] = heap[b];
	heap[b] = frame;
}

static void push(struct frame *frame)
{
	size_t at = heap_count++;
	heap[at] = frame;
	for (; at > 0 && is_before(heap[at], heap[(at - 1) / 2]); at = (at - 1) / 2)
		swap(at, (at - 1) / 2);
}

static struct frame *pop(void)
{
	struct frame *first = heap[0];
	size_t at = 0;
	heap[0] = heap[--heap_count];
	for (;;) {
		size_t child = 2 * at + 1;
		if (child + 1 < heap_count && is_before(heap[child + 1], heap[child]))
			child++;
		if (child >= heap_count || !is_before(heap[child], heap[at]))
			return first;
		swap(at, child);
		at = child;
	}
}

static void put_under_way(unsigned side, const uint8_t *octets, size_t len, uint64_t due_ns)
{
	struct frame *frame = heap_count < FRAMES_MAX ? malloc(sizeof(*frame) + len) : NULL;
	if (frame == NULL) {
		lost++;
		return;
	}
	*frame = (struct frame){.due_ns = due_ns, .order = orders++, .side = side, .len = len};
	memcpy(frame->octets, octets, len);
	push(frame);
}

/* ARP, or ICMPv6 135 and 136 (RFC 4861 §4.3, §4.4). */
static bool finds_neighbours(const uint8_t *frame, size_t len)
{
	if (len < ETH_HLEN)
		return true;
	const unsigned type = frame[12] << 8 | frame[13];
	return type == ETH_P_ARP || (type == ETH_P_IPV6 && len > 54 && frame[20] == 58 &&
	                             (frame[54] == 135 || frame[54] == 136));
}

static void take(unsigned side, const uint8_t *octets, size_t len)
{
	const uint64_t now = now_ns();
	const size_t header = sizeof(struct virtio_net_hdr);
	if (len < header || finds_neighbours(octets + header, len - header)) {
		put_under_way(side, octets, len, now);
		return;
	}
	if (happens(LOSS_PERMILLE)) {
		lost++;
		return;
	}
	uint64_t due = now + settings[DELAY_US] * 1000;
	if (settings[JITTER_US] > 0)
		due += next_random() % (settings[JITTER_US] * 1000);
	if (happens(REORDER_PERMILLE)) {
		reordered++;
		due = now;
	} else {
		due = due > last_due_ns[side] ? due : last_due_ns[side];
		last_due_ns[side] = due;
	}
	put_under_way(side, octets, len, due);
	if (happens(DUPLICATE_PERMILLE)) {
		duplicated++;
		put_under_way(side, octets, len, due);
	}
}

static void receive(unsigned from)
{
	static uint8_t octets[FRAME_BYTES_MAX];
	for (unsigned i = 0; i < BURST; i++) {
		ssize_t len = recv(sockets[from], octets, sizeof(octets), MSG_DONTWAIT);
		if (len <= 0)
			return;
		take(1 - from, octets, (size_t)len);
	}
}

static void send_due(void)
{
	while (heap_count > 0 && heap[0]->due_ns <= now_ns()) {
		struct frame *frame = pop();
		if (send(sockets[frame->side], frame->octets, frame->len, 0) < 0)
			lost++;
		else
			forwarded++;
		free(frame);
	}
}

/* -- what it is told -- */

/* False: not a setting. */
static bool set(const char *word)
{
	for (unsigned i = 0; i < SETTINGS; i++) {
		const size_t len = strlen(setting_names[i]);
		char *end;
		if (strncmp(word, setting_names[i], len) != 0 || word[len] != '=')
			continue;
		settings[i] = strtoull(word + len + 1, &end, 10);
		return end != word + len + 1 && *end == '\0';
	}
	return false;
}

/* One line; false where there is none any more. */
static bool obey(void)
{
	char line[512], *rest = NULL;
	ssize_t len = read(STDIN_FILENO, line, sizeof(line) - 1);
	if (len <= 0)
		return false;
	line[len] = '\0';
	for (char *word = strtok_r(line, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest))
		if (!set(word))
			printf("unknown \"%s\" ", word);
	printf("forwarded=%" PRIu64 " lost=%" PRIu64 " duplicated=%" PRIu64 " reordered=%" PRIu64
	       "\n",
	       forwarded, lost, duplicated, reordered);
	fflush(stdout);
	return true;
}

static int open_side(const char *interface)
{
	const int on = 1, buffer = 16 << 20;
	struct sockaddr_ll address = {
	    .sll_family = AF_PACKET,
	    .sll_protocol = __builtin_bswap16(ETH_P_ALL),
	    .sll_ifindex = (int)if_nametoindex(interface),
	};
	struct packet_mreq all = {.mr_ifindex = address.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) != 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer)) != 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) != 0) {
		fprintf(stderr, "impair: %s: %s\n", interface, strerror(errno));
		exit(1);
	}
	return fd;
}

static void wait_for_work(struct pollfd *fds)
{
	struct timespec left = {.tv_sec = 3600};
	if (heap_count > 0) {
		const uint64_t now = now_ns();
		const uint64_t wait = heap[0]->due_ns > now ? heap[0]->due_ns - now : 0;
		left = (struct timespec){(time_t)(wait / 1000000000u), (long)(wait % 1000000000u)};
	}
	(void)ppoll(fds, SIDES + 1, &left, NULL);
}

int main(int count, char **words)
{
	if (count < 3) {
		fprintf(stderr, "usage: impair INTERFACE INTERFACE [KEY=VALUE...]\n");
		return 2;
	}
	for (int i = 3; i < count; i++) {
		if (!set(words[i])) {
			fprintf(stderr, "impair: unknown \"%s\"\n", words[i]);
			return 2;
		}
	}
	struct pollfd fds[SIDES + 1] = {[SIDES] = {.fd = STDIN_FILENO, .events = POLLIN}};
	for (unsigned i = 0; i < SIDES; i++) {
		sockets[i] = open_side(words[1 + i]);
		fds[i] = (struct pollfd){.fd = sockets[i], .events = POLLIN};
	}
	for (;;) {
		send_due();
		wait_for_work(fds);
		for (unsigned i = 0; i < SIDES; i++)
			if (fds[i].revents != 0)
				receive(i);
		if (fds[SIDES].revents != 0 && !obey())
			return 0;
	}
}
