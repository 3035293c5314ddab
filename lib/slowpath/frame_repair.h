/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* frame_repair -- finishes the checksums that a kernel neighbour left half-made.
 *
 * What:    a kernel that sends over veth or virtio sums only the pseudo-header of TCP and UDP and leaves the
 *          rest to a device that is not there. The kernel half would take such a frame for broken, and
 *          no container on the same host could open a TCP connection.
 * Threads: any.
 * Memory:  the frame is changed in place.
 * Limits:  frames in one segment; others are left as they are.
 * Trust:   made for any octets. A damaged frame is taken for a half-made one with probability 2^-16,
 *          the strength that the checksum itself has.
 * RFC:     1071, 9293 §3.1, 768. */
#pragma once

#include <rte_mbuf.h>

#include "base/attr.h"

/* Completes the TCP or UDP checksum if it is half-made. Gives whether it was. */
bool frame_repair_checksum(struct rte_mbuf *frame);
