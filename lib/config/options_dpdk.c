/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Options of the fast path: lcores, memory, ports. */
#include "config/config.h"
#include "config/option.h"

static const struct option_word hugepages[] = {
    {"auto", CONFIG_HUGEPAGES_AUTO, false},
    {"on", CONFIG_HUGEPAGES_ON, false},
    {"off", CONFIG_HUGEPAGES_OFF, false},
    {NULL, 0, false},
};

static const struct option memory_rows[] = {
    {.key = "hugepages",
     .type = OPTION_CHOICE,
     AT(memory_settings, hugepages),
     .words = hugepages,
     .init = "\"auto\"",
     .help =
         "off: plain pages, enough for net_tap and af_packet. on: start fails without. auto: if "
         "the machine has some free."},
    {.key = "size_mb",
     .type = OPTION_SIZE,
     AT(memory_settings, size_mb),
     RANGE(0, 1048576),
     .init = "0",
     .unit = "MiB",
     .help = "Memory for DPDK; 0: what buffers and rings need."},
    {.key = "packet_buffers",
     .type = OPTION_UINT,
     AT(memory_settings, packet_buffers),
     RANGE(0, 67108864),
     .init = "0",
     .unit = "buffers",
     .help = "Buffers for packets; 0: from queues, descriptors and max_concurrent_requests. Too "
             "low: frames are lost at the port."},
    {.key = "stream_buffers",
     .type = OPTION_UINT,
     AT(memory_settings, stream_buffers),
     RANGE(0, 1048576),
     .init = "0",
     .unit = "buffers",
     .help = "64 KiB buffers for messages over TCP; 0: from limits.max_tcp_sessions."},
};

static const struct option_table option_memory = {TABLE(memory_settings, memory_rows)};

static const struct option_word modes[] = {
    {"auto", CONFIG_PORT_AUTO, false},
    {"owned", CONFIG_PORT_OWNED, false},
    {"bifurcated", CONFIG_PORT_BIFURCATED, false},
    {NULL, 0, false},
};

static const struct option_word l2_words[] = {
    {"reflect", CONFIG_L2_REFLECT, false},
    {"route", CONFIG_L2_ROUTE, false},
    {NULL, 0, false},
};

static const struct option port_rows[] = {
    {.key = "name",
     .type = OPTION_NAME,
     AT(port, name),
     RANGE(1, 64),
     .required = true,
     .help = "Name for messages, metrics and the exception TAP."},
    {.key = "device",
     .type = OPTION_DEVICE,
     AT(port, device),
     .required = true,
     .help = "PCI address (0000:3b:00.0) or virtual device (net_tap0,iface=scloud0), with the "
             "driver's arguments behind commas."},
    {.key = "members",
     .type = OPTION_DEVICE,
     LIST_AT(port, members),
     .init = "[]",
     .items_max = 8,
     .help = "net_bonding: the devices that it is made of, written as device; the bond's own is "
             "\"net_bonding0,mode=4\" (LACP) or another mode of DPDK's."},
    {.key = "queues",
     .type = OPTION_UINT,
     AT(port, queues),
     RANGE(0, 64),
     .init = "0",
     .unit = "queues",
     .help = "Receive and transmit queues; 0: one for each lane."},
    {.key = "descriptors",
     .type = OPTION_UINT,
     AT(port, descriptors),
     RANGE(32, 32768),
     .init = "1024",
     .unit = "frames",
     .help =
         "Length of each queue, fitted to what the device can do. Too low: bursts are lost. Too "
         "high: old queries wait in line, caches overflow."},
    {.key = "mode",
     .type = OPTION_CHOICE,
     AT(port, mode),
     .words = modes,
     .init = "\"auto\"",
     .help =
         "owned: all frames come to us, and a TAP of ours gives the kernel what is not "
         "UDP/53. bifurcated: only UDP/53 comes to us (af_packet; af_xdp, with a filter of ours). "
         "auto: as the driver is used."},
    {.key = "mtu",
     .type = OPTION_UINT,
     AT(port, mtu),
     RANGE(1280, 9216),
     .init = "1500",
     .unit = "octets",
     .help = "Largest IP packet. IPv6 needs 1280."},
    {.key = "vlan",
     .type = OPTION_UINT,
     AT(port, vlan),
     RANGE(0, 4094),
     .init = "0",
     .help =
         "802.1Q VLAN on which our addresses are, for the kernel half (ARP, TCP); 0: none. Queries "
         "are answered on the VLAN that they came from in any case."},
    {.key = "vlan_outer",
     .type = OPTION_UINT,
     AT(port, vlan_outer),
     RANGE(0, 4094),
     .init = "0",
     .help = "The outer VLAN of two (802.1ad, QinQ) around vlan; 0: none."},
    {.key = "l2",
     .type = OPTION_CHOICE,
     AT(port, l2),
     .words = l2_words,
     .init = "\"reflect\"",
     .help = "Where answers go: reflect, to the MAC address that the query came from; route, to "
             "the next "
             "hop by the routes and neighbours of the kernel half (where it knows none, as with "
             "reflect)."},
    {.key = "addresses",
     .type = OPTION_INTERFACE,
     LIST_AT(port, addresses),
     .init = "[]",
     .items_max = 64,
     .help = "Our addresses at this port, with the length of the network's prefix."},
    {.key = "host_addresses",
     .type = OPTION_INTERFACE,
     LIST_AT(port, host_addresses),
     .init = "[]",
     .items_max = 64,
     .help = "net_tap: addresses for the kernel's side of the TAP, so that the host reaches us."},
    {.key = "gateways",
     .type = OPTION_ADDRESS,
     LIST_AT(port, gateways),
     .init = "[]",
     .items_max = 2,
     .help = "Default routers for the kernel half, at most one for IPv4 and one for IPv6."},
    {.key = "namespace",
     .type = OPTION_NAME,
     AT(port, namespace_name),
     RANGE(1, 255),
     .init = "\"own\"",
     .help =
         "Network namespace of the kernel half: own, one without a name that ends with us; else "
         "one made by \"ip netns add\"."},
};

static const struct option_table option_port = {
    TABLE(port, port_rows),
    .example = "[{\"name\": \"port0\", \"device\": \"net_tap0,iface=scloud0\", \"addresses\": "
               "[\"10.53.0.2/24\", \"fd53::2/64\"], \"host_addresses\": [\"10.53.0.1/24\", "
               "\"fd53::1/64\"]}]",
};

static const struct option_word placements[] = {
    {"auto", CONFIG_PLACEMENT_AUTO, false},
    {"fused", CONFIG_PLACEMENT_FUSED, false},
    {"spread", CONFIG_PLACEMENT_SPREAD, false},
    {NULL, 0, false},
};

static const struct option_word idles[] = {
    {"adaptive", CONFIG_IDLE_ADAPTIVE, false},
    {"poll", CONFIG_IDLE_POLL, false},
    {"interrupt", CONFIG_IDLE_INTERRUPT, false},
    {NULL, 0, false},
};

static const struct option dpdk_rows[] = {
    {.key = "lcores",
     .type = OPTION_LCORES,
     AT(dpdk, lcores),
     .init = "\"auto\"",
     .help = "Threads of the pipeline: a number of them, a list of processors to pin them to "
             "(\"0-3,8\"), or auto."},
    {.key = "lanes",
     .type = OPTION_UINT,
     AT(dpdk, lanes),
     RANGE(0, CONFIG_LANES_MAX),
     .init = "0",
     .unit = "lanes",
     .help = "Parallel fast paths, each with a receive queue of every port; 0: from workers, else "
             "from the lcores."},
    {.key = "placement",
     .type = OPTION_CHOICE,
     AT(dpdk, placement),
     .words = placements,
     .init = "\"auto\"",
     .help =
         "fused: the fast path of a lane on one lcore, from receiving to sending. spread: every "
         "stage on an lcore of its own. auto: what fits the lcores."},
    {.key = "idle",
     .type = OPTION_CHOICE,
     AT(dpdk, idle),
     .words = idles,
     .init = "\"adaptive\"",
     .help =
         "Without work: poll burns its processor for the least delay; interrupt sleeps at once; "
         "adaptive polls for a while, then sleeps."},
    {.key = "stamp_cycles",
     .type = OPTION_BOOL,
     AT(dpdk, stamp_cycles),
     .init = "false",
     .help =
         "Count the processor's cycles in each stage (telemetry, /scloud/workers: cycles). Costs "
         "two readings of the time stamp counter for each burst and stage."},
    {.key = "memory",
     .type = OPTION_OBJECT,
     AT(dpdk, memory),
     .table = &option_memory,
     .help = "Memory of the fast path."},
    {.key = "ports",
     .type = OPTION_OBJECT,
     LIST_AT(dpdk, ports),
     .table = &option_port,
     .items_max = 32,
     .init = "[]",
     .help = "DPDK ports."},
    {.key = "file_prefix",
     .type = OPTION_NAME,
     AT(dpdk, file_prefix),
     RANGE(1, 64),
     .init = "\"scloud-dns\"",
     .help = "Tells this process from other DPDK programs: /run/dpdk/PREFIX holds its telemetry "
             "socket."},
};

const struct option_table option_dpdk = {
    TABLE(dpdk, dpdk_rows),
    .example = "{\"lcores\": \"2-5\", \"placement\": \"fused\", \"idle\": \"poll\", \"memory\": "
               "{\"hugepages\": \"on\", \"size_mb\": \"1GiB\"}, \"ports\": [{\"name\": \"port0\", "
               "\"device\": \"0000:3b:00.0\", \"addresses\": [\"192.0.2.53/24\"], \"gateways\": "
               "[\"192.0.2.1\"]}]}",
};
