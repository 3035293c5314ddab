/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The capability probe: every wish is intersected with what the device says that it can do. */
#include "port/caps_int.h"

#include <stdio.h>

#include "base/log.h"

#define WANTED_RX (RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM)
#define WANTED_TX (RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM)
#define WANTED_RSS (RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP)

static uint16_t min_u16(uint32_t a, uint32_t b)
{
	return (uint16_t)(a < b ? a : b);
}

/* Queues: no more than lanes, than wished for, and than there are. */
static void plan_queues(const struct port_settings *settings, const struct port_driver *driver,
                        const struct rte_eth_dev_info *info, uint16_t lane_count,
                        struct caps_plan *plan)
{
	uint16_t wanted = min_u16(lane_count, PORT_QUEUES_MAX);
	plan->tx_queues = min_u16(wanted, info->max_tx_queues);
	if (settings->queues != 0)
		wanted = min_u16(wanted, settings->queues);
	plan->rx_queues = min_u16(wanted, info->max_rx_queues);
	if (driver->paired_queues)
		plan->rx_queues = plan->tx_queues = min_u16(plan->rx_queues, plan->tx_queues);
}

static uint16_t wanted_mtu(const struct port_settings *settings)
{
	return settings->mtu == 0 ? PORT_MTU_DEFAULT : settings->mtu;
}

/* The largest MTU that the device takes, as rte_eth_dev_configure() will reckon. */
static uint16_t plan_mtu(const struct port_settings *settings, const struct rte_eth_dev_info *info)
{
	uint32_t wanted = wanted_mtu(settings);
	uint32_t overhead = RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;
	if (info->max_mtu != UINT16_MAX && info->max_rx_pktlen > info->max_mtu)
		overhead = info->max_rx_pktlen - info->max_mtu;
	uint32_t limit = info->max_rx_pktlen > overhead ? info->max_rx_pktlen - overhead : 0;
	if (info->max_mtu < limit)
		limit = info->max_mtu;
	if (limit < RTE_ETHER_MIN_MTU) /* a device that does not know */
		limit = PORT_MTU_DEFAULT;
	return min_u16(wanted, limit);
}

static void plan_descriptors(const struct port_settings *settings, const struct port_driver *driver,
                             const struct rte_eth_dev_info *info, struct caps_plan *plan)
{
	uint32_t rx = settings->rx_descriptors;
	uint32_t tx = settings->tx_descriptors;
	rx = rx == 0 ? PORT_DESCRIPTORS_DEFAULT : rx;
	tx = tx == 0 ? PORT_DESCRIPTORS_DEFAULT : tx;
	if (driver->rx_descriptors_max != 0)
		rx = min_u16(rx, driver->rx_descriptors_max);
	/* rte_eth_dev_adjust_nb_rx_tx_desc() does the rest, on the configured device. */
	plan->rx_descriptors = min_u16(rx, UINT16_MAX);
	plan->tx_descriptors = min_u16(tx, UINT16_MAX);
	if (info->rx_desc_lim.nb_max != 0)
		plan->rx_descriptors = min_u16(plan->rx_descriptors, info->rx_desc_lim.nb_max);
}

static void plan_offloads(const struct port_driver *driver, const struct rte_eth_dev_info *info,
                          struct caps_plan *plan)
{
	/* The kernel half may give frames in several buffers. */
	plan->conf.txmode.offloads |= RTE_ETH_TX_OFFLOAD_MULTI_SEGS & info->tx_offload_capa;
	if (driver->software_checksums)
		return;
	plan->conf.rxmode.offloads |= WANTED_RX & info->rx_offload_capa;
	plan->conf.txmode.offloads |= WANTED_TX & info->tx_offload_capa;
}

static void plan_rss(const struct rte_eth_dev_info *info, struct caps_plan *plan)
{
	uint64_t fields = WANTED_RSS & info->flow_type_rss_offloads;
	if (plan->rx_queues < 2 || fields == 0)
		return;
	plan->conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	plan->conf.rx_adv_conf.rss_conf.rss_hf = fields;
}

void port_caps_plan(const struct port_settings *settings, const struct port_driver *driver,
                    const struct rte_eth_dev_info *info, uint16_t lane_count,
                    struct rte_mempool *pool, enum caps_step step, struct caps_plan *out)
{
	struct caps_plan plan = {.conf = {.intr_conf = {.rxq = driver->wakes}}};
	plan_queues(settings, driver, info, lane_count, &plan);
	plan_descriptors(settings, driver, info, &plan);
	plan.mtu = plan_mtu(settings, info);
	if (step == CAPS_BARE) {
		plan.rx_queues = plan.tx_queues = 1;
		plan.mtu = min_u16(plan.mtu, PORT_MTU_DEFAULT);
		plan.conf.intr_conf.rxq = 0;
	}
	plan.conf.rxmode.mtu = plan.mtu;
	if (driver->no_crc && plan.mtu < wanted_mtu(settings))
		plan.mtu = min_u16(wanted_mtu(settings), plan.mtu + RTE_ETHER_CRC_LEN);
	if (step < CAPS_NO_OFFLOAD)
		plan_offloads(driver, info, &plan);
	if (step < CAPS_NO_RSS)
		plan_rss(info, &plan);
	uint32_t room = rte_pktmbuf_data_room_size(pool) - RTE_PKTMBUF_HEADROOM;
	uint32_t frame = plan.mtu + RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN + 2 * RTE_VLAN_HLEN;
	if (frame > room)
		plan.conf.rxmode.offloads |= RTE_ETH_RX_OFFLOAD_SCATTER & info->rx_offload_capa;
	*out = plan;
}

void port_caps_take(const struct caps_plan *plan, uint16_t lane_count, struct port *port)
{
	uint64_t rx = plan->conf.rxmode.offloads;
	uint64_t tx = plan->conf.txmode.offloads;
	port->rx_queue_count = plan->rx_queues;
	port->tx_queue_count = plan->tx_queues;
	port->tx_shared = plan->tx_queues < lane_count;
	port->mtu = plan->mtu;
	port->rss = plan->conf.rxmode.mq_mode == RTE_ETH_MQ_RX_RSS;
	port->rx_ip_checksum = (rx & RTE_ETH_RX_OFFLOAD_IPV4_CKSUM) != 0;
	port->rx_udp_checksum = (rx & RTE_ETH_RX_OFFLOAD_UDP_CKSUM) != 0;
	port->tx_ip_checksum = (tx & RTE_ETH_TX_OFFLOAD_IPV4_CKSUM) != 0;
	port->tx_udp_checksum = (tx & RTE_ETH_TX_OFFLOAD_UDP_CKSUM) != 0;
}

void port_caps_log(const struct port *port, const struct port_settings *settings,
                   uint16_t lane_count)
{
	uint16_t mtu = wanted_mtu(settings);
	log_info("port", "PRT007",
	         "%s: %s, MTU %u, %u receive and %u transmit queues, checksums by %s/%s, RSS %s",
	         port->name, port->driver, port->mtu, port->rx_queue_count, port->tx_queue_count,
	         port->rx_udp_checksum ? "device" : "software",
	         port->tx_udp_checksum ? "device" : "software", port->rss ? "on" : "off");
	if (port->mtu < mtu)
		log_warn("port", "PRT008", "%s: the device takes an MTU of %u, not %u", port->name,
		         port->mtu, mtu);
	if (port->rx_queue_count < lane_count)
		log_info("port", "PRT009",
		         "%s: %u receive queues for %u lanes: queries are spread over all lanes "
		         "in software",
		         port->name, port->rx_queue_count, lane_count);
}
