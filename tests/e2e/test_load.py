# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Load over TAP: no loss at a moderate rate, named loss beyond, full speed again after it."""
import subprocess
import time

import wire
from harness import (UPSTREAM, V4, V6, WORK, Server, accounts_hold, case, dnsperf, expect,
                     expect_equal, pools, run, stops_cleanly, test_config, wait_for)
from upstream import Upstream

# It measures: nothing else may run beside it.
ALONE = True

# What two processors, shared by server, load and kernel, take with ease.
RATE = 3000
TCP_RATE = 500
SECONDS = 4
QUERIES = ([f'host{i}.example.com A' for i in range(500)]
           + [f'nothere{i}.example.com A' for i in range(100)]
           + [f'x{i}.wild.example.com A' for i in range(100)]
           + [f'cached{i}.test A' for i in range(100)])

server = Server(test_config({'example.com.': 'example.zone'}, [UPSTREAM]))


def setup():
    global buffers
    Upstream(UPSTREAM)
    server.start(wire.query('www.example.com'))
    for i in range(100):  # into the cache, so that the upstream is no part of the measurement
        wire.ask(V4, f'cached{i}.test')
    wire.tcp(V4, wire.query('www.example.com'))
    wait_for('rest', lambda: server.telemetry('/scloud/stats')['in_flight'] == 0)
    buffers = pools(server)


def no_loss(address, rate, *words):
    result = dnsperf(address, QUERIES, '-Q', rate, '-l', SECONDS, '-t', 2, *words)
    expect_equal(result['lost'], 0, 'lost\n' + result['text'])
    expect_equal(set(result['codes']), {'NOERROR', 'NXDOMAIN'}, 'rcodes')
    return result


@case('no loss at a moderate rate over UDP, IPv4 and IPv6')
def moderate():
    for address in (V4, V6):
        result = no_loss(address, RATE)
        print(f"       measured: {result['rate']:.0f}/s, latency "
              f"{result['latency_average_s'] * 1e6:.0f} us")


@case('no loss at a moderate rate over TCP, IPv4 and IPv6')
def tcp():
    for address in (V4, V6):
        no_loss(address, TCP_RATE, '-m', 'tcp', '-c', 8)


@case('no loss at a moderate rate at 127.0.0.1')
def loopback():
    no_loss('127.0.0.1', RATE)


@case('after it: in = answered + dropped by name, credits and buffers are back')
def accounts():
    stats = accounts_hold(server, buffers)
    expect_equal(stats['dropped'], 0, 'dropped without overload: ' + str(
        {name: count for name, count in stats.items() if name.startswith('drop_') and count}))


@case('overload loses by name or at the device only, and is over within a second')
def overload():
    file = WORK / 'overload'
    file.write_text('\n'.join(QUERIES) + '\n')
    words = ['dnsperf', '-s', V4, '-d', str(file), '-l', '3', '-q', '20000', '-t', '1', '-c', '20']
    load = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            for _ in range(3)]
    for process in load:
        process.communicate()
    time.sleep(1)
    no_loss(V4, RATE)
    no_loss(V6, RATE)
    accounts_hold(server, buffers)


@case('memory does not grow with the number of queries')
def memory():
    no_loss(V4, RATE)
    before = server.rss_kib()
    for _ in range(3):
        no_loss(V4, RATE)
    grown = server.rss_kib() - before
    expect(grown < 1024, f'grown by {grown} KiB')


run(setup, stops_cleanly(server))
