# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""All name servers are dead for a while, then back: hits do not notice, what has expired is served
stale, and names resolve again at once."""
import concurrent.futures
import os
import time

import wire
from harness import (V4, Server, accounts_hold, case, dnsperf, expect, expect_equal, run,
                     stops_cleanly, test_config)
from tree import Tree, hints
from wire import ask

# It measures: nothing else may run beside it.
ALONE = True

# How long they are dead; by hand: SCLOUD_OUTAGE_S=60.
OUTAGE_S = int(os.environ.get('SCLOUD_OUTAGE_S', '6'))
BACK_S = 2
WHOLE_MS = 4000
PATIENCE_S = WHOLE_MS / 1000 + 1
HITS_PER_S = 2000
HITS = [f'n{i}.example.test' for i in range(200)]
BRIEF = [f'brief{i}.example.test' for i in range(20)]  # TTL 1
STALE_EDE, STALE_TTL = 3, 30

config = test_config(recursion_timeout_ms=WHOLE_MS)
config['recursion']['enabled'] = True
config['root_hints'] = {'file': ''}
server = Server(config)


def setup():
    global tree
    tree = Tree(delay_us=1000)
    server.settings['root_hints']['file'] = hints()
    server.start()
    for name in HITS + BRIEF:
        expect_equal(ask(V4, name).status, 'NOERROR', name)


def hits(seconds):
    return dnsperf(V4, [f'{name} A' for name in HITS], '-Q', HITS_PER_S, '-l', seconds, '-t', 2)


def stale(name):
    """Whether the answer is a stale one; it must be an answer in any case."""
    answer = ask(V4, name, timeout=PATIENCE_S)
    expect_equal((answer.status, [r.data for r in answer.answer]), ('NOERROR', ['192.0.2.70']), name)
    if STALE_EDE not in answer.ede:
        return False
    expect(answer.answer[0].ttl <= STALE_TTL, f'a stale TTL of {answer.answer[0].ttl} s')
    return True


@case('while all servers are dead hits come as before, what has expired is stale, the rest fails')
def dead():
    calm = hits(2)
    tree.change(loss_permille=1000)
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        unknown = pool.map(lambda i: ask(V4, f'new{i}.example.test', timeout=PATIENCE_S), range(20))
        busy = hits(OUTAGE_S)
        for answer in unknown:
            expect_equal((answer.status, bool(answer.ede)), ('SERVFAIL', True), 'an unknown name')
        for name, is_stale in zip(BRIEF[:10], pool.map(stale, BRIEF[:10])):
            expect(is_stale, f'{name}: not a stale answer')
    for what, result in (('before', calm), ('while all are dead', busy)):
        expect_equal((result['lost'], set(result['codes'])), (0, {'NOERROR'}),
                     f'{what}:\n' + result['text'])
    expect(busy['rate'] > 0.95 * calm['rate'], f"{calm['rate']:.0f} hits a second before, "
           f"{busy['rate']:.0f} while all are dead")


def first_fresh(begin, fresh):
    """Seconds until fresh() is true."""
    while not fresh():
        expect(time.monotonic() - begin < BACK_S, f'no fresh answer within {BACK_S} s')
        time.sleep(0.02)
    return time.monotonic() - begin


@case('when they are back the first fresh answers come within two seconds')
def back():
    tree.change(loss_permille=0)
    begin = time.monotonic()
    number = iter(range(100000))

    def new_name():
        data = wire.udp(V4, wire.query(f'back{next(number)}.wild.example.test'), timeout=0.5)
        return data is not None and wire.Message(data).status == 'NOERROR'
    new = first_fresh(begin, new_name)
    old = first_fresh(begin, lambda: not stale(BRIEF[15]))
    print(f'       a new name after {new:.2f} s, an expired one after {old:.2f} s')


@case('the accounts hold')
def accounts():
    accounts_hold(server)


run(setup, stops_cleanly(server))
