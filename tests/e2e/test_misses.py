# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Hits never wait behind misses: recursion that hangs degrades only recursion."""
import subprocess
import time

import wire
from harness import (UPSTREAM, V4, WORK, Server, case, dnsperf, expect, expect_equal, run,
                     stops_cleanly, test_config)
from upstream import Upstream
from wire import ask

# It measures: nothing else may run beside it.
ALONE = True

MISSES_PER_S = 5000
SECONDS = 6
HITS_PER_S = 1000
WHOLE_MS = 2000
CACHED = [f'cached{i}.test' for i in range(100)]
HITS = [f'host{i}.example.com A' for i in range(100)] + [name + ' A' for name in CACHED]

server = Server(test_config({'example.com.': 'example.zone'}, [UPSTREAM], timeout_ms=500,
                            recursion_timeout_ms=WHOLE_MS))


def setup():
    global upstream
    upstream = Upstream(UPSTREAM)
    server.start(wire.query('www.example.com'))
    for name in CACHED:
        expect_equal(ask(V4, name).status, 'NOERROR', name)
    upstream.silent = True


def offer_misses():
    """A flood of names that nobody asked for before, towards a forwarder that says nothing."""
    file = WORK / 'misses'
    with open(file, 'w') as out:
        out.writelines(f'miss{i}.{time.monotonic_ns()}.test A\n'
                       for i in range(MISSES_PER_S * (SECONDS + 4)))
    return subprocess.Popen(['dnsperf', '-s', V4, '-d', str(file), '-Q', str(MISSES_PER_S),
                             '-l', str(SECONDS + 3), '-q', '60000', '-t', '4'], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def hits():
    return dnsperf(V4, HITS, '-Q', HITS_PER_S, '-l', SECONDS, '-t', 2)


@case('cached and zone answers come without loss and as fast while 5,000 misses a second hang')
def flood():
    calm = hits()
    expect_equal(calm['lost'], 0, 'lost without misses\n' + calm['text'])
    misses = offer_misses()
    try:
        time.sleep(1)  # the flood is at its rate and recursion has no credit left
        busy = hits()
    finally:
        text = misses.communicate()[0]
    expect_equal(busy['lost'], 0, 'lost beside misses\n' + busy['text'])
    expect_equal(set(busy['codes']), {'NOERROR'}, 'rcodes')
    limit = max(10 * calm['latency_average_s'], 0.010)
    expect(busy['latency_average_s'] < limit,
           f"average latency {busy['latency_average_s'] * 1000:.2f} ms, without misses "
           f"{calm['latency_average_s'] * 1000:.2f} ms\n" + text)


@case('a miss ends as SERVFAIL with an extended error, within the time-out')
def misses_end():
    misses = offer_misses()
    try:
        time.sleep(1)
        for i in range(20):
            answer = ask(V4, f'probe{i}.test', timeout=WHOLE_MS / 1000 + 10)
            expect_equal(answer.status, 'SERVFAIL', 'rcode')
            expect(answer.ede, 'no extended error')
    finally:
        misses.communicate()


@case('it resolves again as soon as the forwarder does')
def recovers():
    upstream.silent = False
    deadline = time.monotonic() + WHOLE_MS / 1000 + 3
    while ask(V4, f'again{time.monotonic_ns()}.test').status != 'NOERROR':
        expect(time.monotonic() < deadline, 'still SERVFAIL')
        time.sleep(0.1)


run(setup, stops_cleanly(server))
