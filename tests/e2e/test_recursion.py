# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Iteration from the root through a tree of real name servers (NSD)."""
import time

import wire
from harness import (V4, Server, accounts_hold, case, expect, expect_equal, run, stops_cleanly,
                     test_config)
from tree import Tree, hints
from wire import AA, RA, ask

WHOLE_MS = 4000

config = test_config({'example.com.': 'example.zone'}, recursion_timeout_ms=WHOLE_MS)
config['recursion']['enabled'] = True
config['root_hints'] = {'file': ''}
server = Server(config)


def setup():
    global tree
    tree = Tree()
    server.settings['root_hints']['file'] = hints()
    server.start(wire.query('www.example.com'))


def data(answer):
    return [record.data for record in answer.answer if record.type in ('A', 'AAAA', 1, 28)]


def resolves(name, wanted, kind='A'):
    answer = ask(V4, name, kind, timeout=WHOLE_MS / 1000 + 1)
    expect_equal((answer.status, data(answer)), ('NOERROR', wanted), name)
    return answer


def fails(name, kind='A'):
    """SERVFAIL with an extended error."""
    answer = ask(V4, name, kind, timeout=WHOLE_MS / 1000 + 10)
    expect_equal(answer.status, 'SERVFAIL', name)
    expect(answer.ede, f'{name}: no extended error')


@case('a name, from the root down: RA, no AA')
def name():
    answer = resolves('www.example.test', ['192.0.2.1'])
    expect(answer.flags & RA and not answer.flags & AA, f'flags {answer.flags:#x}')
    resolves('www.example.test', ['2001:db8::1'], 'AAAA')


@case('no such name, no such data: with the SOA of the zone')
def negative():
    for kind, question, status in (('A', 'missing.example.test', 'NXDOMAIN'),
                                   ('MX', 'www.example.test', 'NOERROR'),
                                   ('A', 'missing.invalidtld', 'NXDOMAIN')):
        answer = ask(V4, question, kind)
        expect_equal((answer.status, len(answer.answer), len(answer.authority)),
                     (status, 0, 1), question)


@case('a name of many labels, below empty ones, and a wildcard')
def deep():
    resolves('a.b.c.d.e.f.g.h.i.j.k.l.m.n.example.test', ['192.0.2.2'])
    resolves('x.y.z.wild.example.test', ['192.0.2.3'])


@case('CNAME chains over zones, and a DNAME')
def chains():
    expect_equal(len(resolves('alias.example.test', ['192.0.2.10']).answer), 2, 'records')
    expect_equal(len(resolves('long.example.test', ['192.0.2.4']).answer), 3, 'records')
    expect_equal(len(resolves('www.tree.example.test', ['192.0.2.10']).answer), 3, 'records')
    answer = ask(V4, 'nowhere.example.test')
    expect_equal((answer.status, len(answer.answer)), ('NXDOMAIN', 1), 'a chain to nowhere')


@case('a chain in a circle fails')
def circle():
    fails('loop.example.test')


@case('delegations without glue, one behind the other')
def glueless():
    resolves('www.target.other', ['192.0.2.10'])
    resolves('www.link1.test', ['192.0.2.20'])


@case('delegations in a circle, to themselves, and to many names that do not exist fail')
def hopeless():
    fails('www.circle1.test')
    fails('www.itself.test')
    fails('www.fan.test')


@case('a silent server among live ones, and one that knows nothing of the zone')
def half():
    for name in ('www.half.test', 'www.lame.test'):
        resolves(name, ['192.0.2.20'])
    for i in range(10):
        start = time.monotonic()
        expect_equal(ask(V4, f'm{i}.half.test').status, 'NXDOMAIN', 'half')
        expect_equal(ask(V4, f'm{i}.lame.test').status, 'NXDOMAIN', 'lame')
        expect(time.monotonic() - start < 2, 'it waits for the silent server')


@case('all servers are silent: SERVFAIL with an extended error, within the time-out')
def dead():
    fails('www.dead.test')


@case('an answer that does not fit into a datagram')
def large():
    answer = ask(V4, 'large.example.test', 'TXT', transport=wire.tcp)
    expect_equal((answer.status, len(answer.answer)), ('NOERROR', 60), 'TXT')


@case('a zone whose only server has only an IPv6 address')
def six():
    resolves('www.six.test', ['192.0.2.30'])


@case('DS is asked for at the parent')
def ds():
    answer = ask(V4, 'example.test', 'DS')
    expect_equal((answer.status, len(answer.answer), answer.authority[0].name.lower()),
                 ('NOERROR', 0, 'test.'), 'DS')


@case('the accounts hold')
def accounts():
    accounts_hold(server)


run(setup, stops_cleanly(server))
