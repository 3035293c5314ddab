#!/usr/bin/env python3
# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Rebinding protection: private addresses are taken out of what servers say, from servers and from the cache."""
import wire
from harness import (WORK, Server, accounts_hold, case, default_config, expect, expect_equal, run,
                     stops_cleanly)
from wire import ask
from world import World

PORT = 5300
HERE = '127.0.0.1'
ROOT, ZONE, CORP = '127.1.0.1', '127.1.1.1', '127.1.1.2'
BLOCKED = 15

config = default_config()
config['zone'] = [{'name': 'corp.', 'type': 'stub', 'masters': [f'{CORP}:{PORT}']}]
config['forwarder'] = []
config['dpdk']['ports'] = []
config['ratelimit']['enabled'] = False
config['recursion'] |= {'forward_to': [], 'server_port': PORT, 'recursion_timeout_ms': 2000,
                        'allowed_acl': 'localhost'}
config['listener'] = [{'name': 'here', 'address': HERE, 'port': 53, 'recursion_allowed': True,
                       'acl': 'any'}]
config['local_zone'] = [{'name': 'lan.', 'type': 'static', 'records': [
    {'name': 'router', 'type': 'A', 'rdata': '192.168.1.1'}]}]
config['policy'] |= {'rebind_protection': True, 'private_domains': ['ours.zone.test']}
server = Server(config)


def setup():
    global world
    world = World(PORT)
    world.zone('.', ROOT, ('@', 'NS', 'a.root.'), ('a.root.', 'A', ROOT),
               ('zone.test.', 'NS', 'ns.zone.test.'), ('ns.zone.test.', 'A', ZONE))
    world.zone('zone.test.', ZONE, ('@', 'NS', 'ns.zone.test.'), ('ns', 'A', ZONE),
               ('good', 'A', '192.0.2.1'), ('bad', 'A', '192.168.0.1'), ('bad6', 'AAAA', 'fd00::1'),
               ('loop', 'A', '127.0.0.1'), ('zero', 'A', '0.0.0.0'),
               ('mapped', 'AAAA', '::ffff:192.168.0.1'), ('some', 'A', '10.0.0.1'),
               ('some', 'A', '192.0.2.2'), ('alias', 'CNAME', 'bad.zone.test.'),
               ('www.ours', 'A', '10.1.1.1'), ('to-corp', 'CNAME', 'www.corp.'),
               ('text', 'TXT', b'\x0a10.0.0.1.x'))
    world.zone('corp.', CORP, ('@', 'NS', 'ns.corp.'), ('ns', 'A', CORP), ('www', 'A', '10.2.2.2'))
    hints = WORK / 'root.hints'
    hints.write_text(f'. 3600 NS a.root.\na.root. 3600 A {ROOT}\n')
    server.settings['root_hints'] = {'file': str(hints)}
    server.start(wire.query('good.zone.test'), HERE)


def data(name, rrtype='A'):
    answer = ask(HERE, name, rrtype, timeout=4)
    return answer.status, sorted(r.data for r in answer.answer if r.type in (1, 28)), list(answer.ede)


@case('private addresses are taken out, with an extended error, also out of the cache')
def taken_out():
    for _ in range(2):
        expect_equal(data('good.zone.test'), ('NOERROR', ['192.0.2.1'], []), 'a public one')
        for name, rrtype in (('bad', 'A'), ('bad6', 'AAAA'), ('loop', 'A'), ('zero', 'A'),
                             ('mapped', 'AAAA')):
            expect_equal(data(f'{name}.zone.test', rrtype), ('NOERROR', [], [BLOCKED]), name)
        expect_equal(data('some.zone.test'), ('NOERROR', ['192.0.2.2'], []), 'one of two')
        expect_equal(data('alias.zone.test'), ('NOERROR', [], [BLOCKED]), 'behind an alias')
    world.mark()
    data('bad.zone.test')
    expect_equal(len(world.log), 0, 'questions upstream: it is kept')


@case('other types are left alone; so are names on the list, stub zones and local data')
def left_alone():
    expect_equal(len(ask(HERE, 'text.zone.test', 'TXT').answer), 1, 'TXT')
    expect_equal(data('www.ours.zone.test'), ('NOERROR', ['10.1.1.1'], []), 'on the list')
    expect_equal(data('www.corp'), ('NOERROR', ['10.2.2.2'], []), 'a stub zone')
    expect_equal(data('router.lan'), ('NOERROR', ['192.168.1.1'], []), 'local data')


@case('an answer without addresses has a SOA record, so that clients keep it')
def negative():
    answer = ask(HERE, 'bad.zone.test')
    expect(answer.authority and answer.authority[0].type == 6, str(answer.authority))


@case('the accounts hold')
def accounts():
    accounts_hold(server)


run(setup, stops_cleanly(server))
