# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Two placements of one pipeline are one server: equal answers, octet for octet."""
import random
import socket
import struct
import time

import wire
from harness import (UPSTREAM, V4, V6, Failure, Server, case, expect, expect_equal, run,
                     test_config)
from upstream import Upstream, gives

COUNT = 1000
WINDOW = 50  # questions that wait for their answers at the same time
RULES = {'nx.test.': gives(rcode=3, authority=[('test.', 'SOA', 3600, 900)]),
         'chain.test.': gives(('chain.test.', 'CNAME', 50, 'end.test.'),
                              ('end.test.', 'A', 20, '192.0.2.13'))}
KNOWN = ['www', 'multi', 'text', 'alias', 'alias2', 'away', 'dangling', 'deep.empty.terminal',
         'terminal', 'nothere', 'x.wild', 'there.wild', 'y.cnames', 'sub', 'host.sub', 'big',
         'huge', 'mail', 'wWw', 'a.b.c.d.nothere']


def questions(way):
    """COUNT messages, ever the same; names that are forwarded are new for each way of asking, so
    that each of them is a miss once and no TTL has counted down."""
    chance = random.Random(1)
    messages = []
    for i in range(COUNT):
        kind = chance.random()
        more = {'id': i, 'edns': chance.choice([None, 512, 1232, 4096]),
                'flags': chance.choice([0, wire.RD, wire.RD | wire.AD, wire.RD | wire.CD])}
        if more['edns']:
            more['do'] = chance.random() < 0.3
        rrtype = chance.choice(['A', 'AAAA', 'MX', 'TXT', 'NS', 'SOA', 'CNAME', 'ANY', 65280])
        if kind < 0.6:
            messages.append(wire.query(chance.choice(KNOWN) + '.example.com', rrtype, **more))
        elif kind < 0.7:
            messages.append(wire.query(f'host{chance.randrange(1000)}.example.com', 'A', **more))
        elif kind < 0.85:
            more['flags'] |= wire.RD
            messages.append(wire.query(f'{way}{i}.fwd.test', 'A', **more))
        else:
            messages.append(broken(chance, more))
    return messages


def broken(chance, more):
    """Messages that get an error, not an answer."""
    good = wire.query('www.example.com', 'A', **more)
    return chance.choice([
        good[:14],  # ends in the question
        good[:4] + b'\0\2' + good[6:],  # two questions promised
        good[:12] + b'\xc0\x0c\0\1\0\1',  # a pointer to itself
        good + b'junk',
        wire.query('www.example.com', 'A', **(more | {'flags': 5 << 11})),  # UPDATE
        wire.query('www.example.com', 'A', rrclass=3, **more),  # CHAOS
        wire.query('example.com', 252, **more),  # AXFR
    ])


def over_udp(address, messages):
    """Answers by id; each question must be answered once, without another try."""
    answers, at, last = {}, 0, time.monotonic()
    with socket.socket(wire.family_of(address), socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        client.connect((address, 53))
        client.settimeout(0.05)
        while len(answers) < len(messages):
            while at < len(messages) and at - len(answers) < WINDOW:
                client.send(messages[at])
                at += 1
            try:
                data = client.recv(65535)
                answers[struct.unpack('>H', data[:2])[0]] = data
                last = time.monotonic()
            except TimeoutError:
                if time.monotonic() - last > 4:
                    lost = [i for i in range(at) if i not in answers]
                    raise Failure(f'{len(lost)} questions without an answer, the first is '
                                  f'{messages[lost[0]]!r}') from None
    return answers


def over_tcp(address, messages):
    answers, at = {}, 0
    with wire.Tcp(address, timeout=5) as connection:
        while len(answers) < len(messages):
            while at < len(messages) and at - len(answers) < WINDOW:
                connection.send(messages[at])
                at += 1
            data = connection.receive()
            if data is None:
                raise Failure(f'closed after {len(answers)} answers')
            answers[struct.unpack('>H', data[:2])[0]] = data
    return answers


WAYS = {'udp4': (over_udp, V4), 'udp6': (over_udp, V6), 'tcp4': (over_tcp, V4),
        'tcp6': (over_tcp, V6)}
ANSWERS = {}


def collect(placement):
    config = test_config({'example.com.': 'example.zone'}, [UPSTREAM])
    config['dpdk']['placement'] = placement
    server = Server(config, name=placement).start(wire.query('www.example.com'))
    stages = ' '.join(server.threads())
    for way, (over, address) in WAYS.items():
        ANSWERS[placement, way] = over(address, questions(way))
    expect_equal(server.stop(), 0, 'exit status')
    return stages


@case('fused answers all questions')
def fused():
    global upstream
    upstream = Upstream(UPSTREAM, RULES)
    collect('fused')


@case('spread answers all questions, with a thread for each stage')
def spread():
    names = collect('spread').lower()
    for stage in ('listener', 'decoder', 'encoder', 'sender', 'zone_manager', 'cache_lookup'):
        expect(stage in names, f'no thread {stage} among {names}')


def compare(way):
    asked = questions(way)
    differ = [i for i in range(COUNT)
              if ANSWERS['fused', way].get(i) != ANSWERS['spread', way].get(i)]
    if differ:
        i = differ[0]
        raise Failure(f'{len(differ)} of {COUNT} differ; the first: {asked[i]!r}\n'
                      f'fused:  {ANSWERS["fused", way].get(i)!r}\n'
                      f'spread: {ANSWERS["spread", way].get(i)!r}')


for each in WAYS:
    case(f'the answers are equal octet for octet: {each}')(lambda way=each: compare(way))


@case('the questions were mixed: every common rcode is among the answers')
def mixed():
    codes = {data[3] & 15 for data in ANSWERS['fused', 'udp4'].values()}
    expect({0, 1, 3, 4} <= codes, f'rcodes {codes}')


run()
