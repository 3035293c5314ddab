# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Forwarding and the cache: TTLs that count down, negative answers, TCP after TC, dead servers."""
import time

import wire
from harness import (UPSTREAM, UPSTREAM_2, V4, V6, Server, case, expect, expect_equal, run,
                     stops_cleanly, test_config, wait_for)
from upstream import Upstream, gives
from wire import AA, QR, RA, TC, ask

TIMEOUT_MS = 400
WHOLE_MS = 2500

server = Server(test_config({'example.com.': 'example.zone'}, [UPSTREAM, UPSTREAM_2],
                            timeout_ms=TIMEOUT_MS, recursion_timeout_ms=WHOLE_MS))

SOA = ('negative.test.', 'SOA', 3600, 2)  # RFC 2308 §5: the lesser of TTL and minimum counts


def truncating(query, transport):
    name = 'large.test.'
    if transport == 'udp':
        return wire.response(query, flags=QR | RA | TC)
    return wire.response(query, answer=[(name, 'A', 60, f'192.0.2.{i}') for i in range(100)])


def silence(_query, _transport):
    return None


RULES = {
    'ttl.test.': gives(('ttl.test.', 'A', 100, '192.0.2.10')),
    'short.test.': gives(('short.test.', 'A', 1, '192.0.2.11')),
    'zero.test.': gives(('zero.test.', 'A', 0, '192.0.2.12')),
    'nx.negative.test.': gives(rcode=3, authority=[SOA]),
    'nodata.negative.test.': gives(authority=[SOA]),
    'chain.test.': gives(('chain.test.', 'CNAME', 50, 'end.test.'),
                         ('end.test.', 'A', 20, '192.0.2.13')),
    'large.test.': truncating,
    'silent.test.': silence,
    'refused.test.': gives(rcode=5),
    'servfail.test.': gives(rcode=2),
}


def setup():
    global first, second
    first = Upstream(UPSTREAM, RULES | {'first.silent.test.': silence})
    second = Upstream(UPSTREAM_2, dict(RULES))
    server.start(wire.query('www.example.com'))


def asked(name):
    """How often the question reached either of the upstreams."""
    return sum(upstream.asked[name, way] for upstream in (first, second) for way in ('udp', 'tcp'))


@case('an answer comes through: RA, no AA, over every transport, asked once')
def through():
    for address in (V4, V6, '127.0.0.1'):
        for transport in (wire.udp, wire.tcp):
            answer = ask(address, 'plain.test', 'A', transport=transport)
            expect_equal((answer.status, [r.data for r in answer.answer]),
                         ('NOERROR', ['192.0.2.1']), 'answer')
            expect(answer.flags & RA and not answer.flags & AA, f'flags {answer.flags:#x}')
    expect_equal(asked('plain.test.'), 1, 'questions upstream')


@case('the TTL counts down in the cache')
def countdown():
    expect_equal(ask(V4, 'ttl.test').answer[0].ttl, 100, 'TTL at first')
    start = time.monotonic()
    later = wait_for('the TTL to go down',
                     lambda: [r.ttl for r in ask(V4, 'ttl.test').answer if r.ttl < 99], 5, 0.1)
    passed = time.monotonic() - start
    expect(100 - passed - 2 <= later[0] <= 100 - passed + 2, f'TTL {later} after {passed:.1f} s')
    expect_equal(asked('ttl.test.'), 1, 'questions upstream')


@case('an entry ends with its TTL; a TTL of 0 is not kept')
def expiry():
    ask(V4, 'short.test')
    wait_for('a second question upstream',
             lambda: ask(V4, 'short.test') and asked('short.test.') >= 2, 5, 0.1)
    for _ in range(3):
        expect_equal(ask(V4, 'zero.test').status, 'NOERROR', 'rcode')
    expect_equal(asked('zero.test.'), 3, 'questions upstream')


@case('negative answers are kept as long as their SOA says')
def negative():
    for name, status in (('nx.negative.test', 'NXDOMAIN'), ('nodata.negative.test', 'NOERROR')):
        for cached in (False, True, True):
            answer = ask(V4, name)
            expect_equal((answer.status, answer.answer), (status, []), name)
            expect_equal([r.type for r in answer.authority], [wire.TYPES['SOA']], 'authority')
            expect(not cached or answer.authority[0].ttl <= 2,
                   f'cached, the SOA has TTL {answer.authority[0].ttl}')
        expect_equal(asked(name + '.'), 1, f'questions upstream for {name}')
        wait_for('it to be asked again', lambda: ask(V4, name) and asked(name + '.') >= 2, 6, 0.2)


@case('other types of a name are other entries; case does not matter')
def keys():
    ask(V4, 'keys.test', 'A')
    ask(V4, 'keys.test', 'AAAA')
    expect_equal(asked('keys.test.'), 2, 'questions upstream')
    answer = ask(V4, 'KEYS.test', 'A')
    expect_equal(answer.question[0][0], 'KEYS.test.', 'question')
    expect_equal(asked('keys.test.'), 2, 'questions upstream after another case')


@case('a chain of CNAMEs comes through whole')
def chain():
    for _ in range(2):
        answer = ask(V4, 'chain.test')
        expect_equal([(r.name, r.type) for r in answer.answer],
                     [('chain.test.', 5), ('end.test.', 1)], 'chain')


@case('a truncated answer is fetched over TCP, and truncated again only for those who need it')
def truncated():
    small = ask(V4, 'large.test', edns=None)
    expect(small.flags & TC, 'TC is not set towards a client without EDNS')
    expect(first.asked['large.test.', 'tcp'] + second.asked['large.test.', 'tcp'] == 1, 'not fetched over TCP')
    full = ask(V4, 'large.test', transport=wire.tcp)
    expect_equal((full.flags & TC, len(full.answer)), (0, 100), 'over TCP')
    expect_equal(asked('large.test.'), 2, 'questions upstream (one UDP, one TCP)')


@case('a forwarder that does not answer: the next one is asked')
def next_one():
    answer = ask(V4, 'first.silent.test', timeout=WHOLE_MS / 1000 + 10)
    expect_equal((answer.status, len(answer.answer)), ('NOERROR', 1), 'answer')
    expect(second.asked['first.silent.test.', 'udp'] >= 1, 'the second was not asked')


@case('no forwarder answers: SERVFAIL with an extended error')
def dead():
    answer = ask(V4, 'silent.test', timeout=WHOLE_MS / 1000 + 10)
    expect_equal(answer.status, 'SERVFAIL', 'rcode')
    expect(answer.ede, 'no extended error')
    expect(first.asked['silent.test.', 'udp'] and second.asked['silent.test.', 'udp'],
           'not both were asked')


@case('errors of a forwarder: the next one is asked, then SERVFAIL')
def errors():
    for name in ('refused.test', 'servfail.test'):
        expect_equal(ask(V4, name).status, 'SERVFAIL', name)
        expect(second.asked[name + '.', 'udp'] >= 1, f'{name}: the second was not asked')


@case('equal questions at the same time are asked upstream once')
def coalescing():
    def slow(query, _):
        time.sleep(0.2)
        return wire.response(query, answer=[('same.test.', 'A', 60, '192.0.2.5')])
    first.rules['same.test.'] = slow
    with wire.Tcp(V4) as connection:
        connection.send(*[wire.query('same.test', id=i) for i in range(50)])
        got = [wire.Message(connection.receive()) for _ in range(50)]
    expect_equal({message.status for message in got}, {'NOERROR'}, 'rcodes')
    expect_equal(sorted(message.id for message in got), list(range(50)), 'ids')
    expect_equal(asked('same.test.'), 1, 'questions upstream')


@case('a wrong answer is not taken: other id, other question, other sender')
def spoofed():
    def wrong_id(query, _):
        first.udp.sendto(b'\xff\xff' + wire.response(
            query, answer=[('spoof.test.', 'A', 300, '192.0.2.66')])[2:], first.client)
        other = wire.query('other.test', id=int.from_bytes(query[:2], 'big'))
        first.udp.sendto(wire.response(
            other, answer=[('other.test.', 'A', 300, '192.0.2.66')]), first.client)
        second.udp.sendto(wire.response(
            query, answer=[('spoof.test.', 'A', 300, '192.0.2.66')]), first.client)
        return wire.response(query, answer=[('spoof.test.', 'A', 300, '192.0.2.14')])
    first.rules['spoof.test.'] = wrong_id
    for _ in range(2):
        expect_equal([r.data for r in ask(V4, 'spoof.test').answer], ['192.0.2.14'], 'answer')


@case('upstream is asked with EDNS, from changing ports and with changing ids')
def hard_to_guess():
    seen = []

    def look(query, _):
        seen.append((first.client[1], query[:2], wire.Message(query).edns is not None))
        return wire.response(query, answer=[('guess.test.', 'A', 0, '192.0.2.1')])
    first.rules['guess.test.'] = look
    for _ in range(20):
        ask(V4, 'guess.test')
    expect_equal(len(seen), 20, 'questions upstream')
    expect(all(edns for _, _, edns in seen), 'without EDNS')
    expect(len({ident for _, ident, _ in seen}) >= 18, 'ids repeat')
    expect(len({port for port, _, _ in seen}) >= 2, 'always from one port')


run(setup, stops_cleanly(server))
