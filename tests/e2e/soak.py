# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""The long run, outside of scripts/test: no growth in memory, no leaked buffer, no credit gone.

Load of every kind for SOAK_MINUTES (scripts/soak sets it): UDP and TCP, both families, zone answers,
cache hits, misses that are forwarded, questions that end in SERVFAIL, clients that break off.
"""
import os
import random
import subprocess
import time

import wire
from harness import (UPSTREAM, V4, V6, WORK, Server, accounts_hold, case, expect, pools, run,
                     stops_cleanly, test_config)
from upstream import Upstream

MINUTES = float(os.environ.get('SOAK_MINUTES', '10'))
ROUND_S = 20
# After this much of the time every pool, cache and thread arena has its size.
WARM_UP = 0.2
GROWTH_KIB = 2048

CONFIG = test_config({'example.com.': 'example.zone'}, [UPSTREAM], timeout_ms=300,
                     recursion_timeout_ms=1000)
# Small, so that it is full during the warm-up and evicts from then on.
CONFIG['cache']['max_entries'] = 20000
server = Server(CONFIG)
chance = random.Random(5)


def setup():
    Upstream(UPSTREAM, {f'silent{i}.test.': lambda *_: None for i in range(100)})
    server.start(wire.query('www.example.com'))


def load(name, address, queries, rate, *words):
    file = WORK / f'{name}.queries'
    file.write_text('\n'.join(queries) + '\n')
    return subprocess.Popen(['dnsperf', '-s', address, '-d', str(file), '-Q', str(rate), '-l',
                             str(ROUND_S), '-t', '2', *words], text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)


def one_round(number):
    """Everything at once for ROUND_S; gives how many answers came."""
    hits = [f'host{i}.example.com A' for i in range(1000)] + [f'c{i}.test A' for i in range(500)]
    new = [f'r{number}n{i}.test A' for i in range(40 * ROUND_S)]
    bad = [f'silent{i}.test A' for i in range(100)]
    running = [load('hits4', V4, hits, 2500), load('hits6', V6, hits, 1000),
               load('tcp4', V4, hits, 300, '-m', 'tcp', '-c', '5'),
               load('tcp6', V6, hits, 200, '-m', 'tcp', '-c', '5'),
               load('new', V4, new, 40), load('silent', V4, bad, 5)]
    while any(process.poll() is None for process in running):
        connection = wire.Tcp(chance.choice((V4, V6)))
        connection.send(wire.query(f'cut{chance.random()}.test'))
        connection.close()
        time.sleep(0.2)
    answers = 0
    for process in running:
        text = process.communicate()[0]
        answers += int(text.split('Queries completed:')[1].split()[0])
    return answers


@case(f'load of every kind for {MINUTES:g} minutes')
def soak():
    global memory, memory_warm, buffers
    start = time.monotonic()
    buffers = pools(server)
    memory_warm, number, answers = None, 0, 0
    while (passed := time.monotonic() - start) < MINUTES * 60:
        if memory_warm is None and passed > WARM_UP * MINUTES * 60:
            memory_warm = server.rss_kib()
        answers += one_round(number)
        number += 1
        expect(server.alive(), f'the server died, status {server.process.poll()}')
        print(f'       {time.monotonic() - start:5.0f} s: {answers} answers, '
              f'{server.rss_kib()} KiB, buffers {pools(server)}', flush=True)
    memory = server.rss_kib()


@case('no growth in memory')
def growth():
    expect(memory_warm is not None, 'it ran for too short a time to tell')
    expect(memory - memory_warm < GROWTH_KIB, f'{memory_warm} KiB, then {memory} KiB')


@case('no buffer and no credit is lost, every packet is accounted for')
def accounts():
    accounts_hold(server, buffers, timeout=30)


run(setup, stops_cleanly(server))
