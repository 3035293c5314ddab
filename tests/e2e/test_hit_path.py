#!/usr/bin/env python3
# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""A cached answer at a DPDK port in the placement fused: it crosses no ring, from receiving to sending, and no
other lcore has to do with it."""
import wire
from harness import (UPSTREAM, V4, Server, accounts_hold, case, expect, expect_equal, run,
                     stops_cleanly, telemetry_list, test_config)
from upstream import Upstream
from wire import ask

HITS = 300

config = test_config({'example.com.': 'example.zone'}, [UPSTREAM])
config['dpdk'] |= {'placement': 'fused'}
server = Server(config)


def setup():
    global upstream
    upstream = Upstream(UPSTREAM)
    server.start(wire.query('www.example.com'))


def handed():
    """Packets that went over each ring."""
    links = telemetry_list(server, '/scloud/links')
    return {name: link['handed'] for name, link in links.items() if link['kind'] == 'ring'}


def changed(work):
    before = handed()
    expect(before, 'there are no rings at all: this shows nothing')
    work()
    after = handed()
    # Frames of the kernel half (ARP and the like) go to and from TCP_ACCEPTOR whenever they like.
    return {name: after[name] - before[name] for name in after
            if after[name] != before[name] and 'tcp_acceptor' not in name}


@case('a miss crosses rings, so that the count is worth something')
def miss():
    expect(changed(lambda: ask(V4, 'cached.test')), 'a miss over no ring')


@case('hits cross none')
def hits():
    asked = upstream.total

    def work():
        for _ in range(HITS):
            expect_equal(len(ask(V4, 'cached.test').answer), 1, 'records')
    expect_equal(changed(work), {}, 'packets over rings')
    expect_equal(upstream.total, asked, 'questions upstream')


@case('the accounts hold')
def accounts():
    accounts_hold(server)


run(setup, stops_cleanly(server))
