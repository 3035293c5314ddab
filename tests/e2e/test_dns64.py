#!/usr/bin/env python3
# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""DNS64 (RFC 6147): clients behind a NAT64 get IPv6 addresses for names that have only IPv4 ones, names for
these addresses, and the prefix by ipv4only.arpa (RFC 7050, RFC 8880)."""
import ipaddress
import json
import socket

import wire
from harness import (BINARY, WORK, Server, accounts_hold, case, command, default_config, expect,
                     expect_equal, run, stops_cleanly, wait_for)
from wire import AA, CD, QR, RD, ask
from world import World

PORT = 5300
HERE = '127.0.0.1'
OTHER = '127.0.0.9'  # a client that is not behind the NAT64
ROOT, ZONE = '127.1.0.1', '127.1.1.1'
PREFIX = '64:ff9b::'
SECOND = '2001:db8:64:1::'

config = default_config()
config['zone'], config['forwarder'] = [], []
config['dpdk']['ports'] = []
config['ratelimit']['enabled'] = False
config['recursion'] |= {'forward_to': [], 'server_port': PORT, 'recursion_timeout_ms': 2000,
                        'allowed_acl': 'localhost'}
config['cache'] |= {'stale_client_timeout_ms': 300}
config['listener'] = [{'name': 'here', 'address': HERE, 'port': 53, 'recursion_allowed': True,
                       'acl': 'any'}]
config['local_zone'] = [{'name': 'lan.', 'type': 'static', 'records': [
    {'name': 'four', 'type': 'A', 'rdata': '198.51.100.7'},
    {'name': 'both', 'type': 'A', 'rdata': '198.51.100.8'},
    {'name': 'both', 'type': 'AAAA', 'rdata': 'fd00::8'}]}]
config['dns64'] = {'enabled': True, 'prefixes': [PREFIX + '/96'], 'clients_acl': '127.0.0.1/32',
                   'exclude': ['::ffff:0:0/96', '2001:db8:bad::/48'],
                   'exclude_ipv4': ['203.0.113.0/24'], 'ignore_domains': ['broken.zone.test']}
server = Server(config, arguments=['--test-clock'])


def setup():
    global world
    world = World(PORT)
    world.zone('.', ROOT, ('@', 'NS', 'a.root.'), ('a.root.', 'A', ROOT),
               ('zone.test.', 'NS', 'ns.zone.test.'), ('ns.zone.test.', 'A', ZONE),
               ('2.0.192.in-addr.arpa.', 'NS', 'ns.zone.test.'))
    world.zone('zone.test.', ZONE, ('@', 'NS', 'ns.zone.test.'), ('ns', 'A', ZONE),
               ('four', 'A', '192.0.2.1'), ('four', 'A', '192.0.2.2'), ('four', 'TXT', b'\3abc'),
               ('both', 'A', '192.0.2.3'), ('both', 'AAAA', '2001:db8::3'),
               ('six', 'AAAA', '2001:db8::4'), ('text', 'TXT', b'\3abc'),
               ('mapped', 'A', '192.0.2.5'), ('mapped', 'AAAA', '::ffff:192.0.2.5'),
               ('mixed', 'A', '192.0.2.6'), ('mixed', 'AAAA', '2001:db8:bad::6'),
               ('mixed', 'AAAA', '2001:db8::6'),
               ('alias', 'CNAME', 'four.zone.test.'), ('nowhere', 'CNAME', 'no.zone.test.'),
               ('www.broken', 'A', '192.0.2.7'), ('www.broken', 'AAAA', '2001:db8::7'),
               ('out', 'A', '203.0.113.1'), ('private', 'A', '10.0.0.1'),
               ('long', 'A', 3600, '192.0.2.8'), ('short', 'A', 10, '192.0.2.9'),
               *[('many', 'A', f'192.0.2.{i}') for i in range(1, 41)], minimum=120)
    world.zone('2.0.192.in-addr.arpa.', ZONE, ('@', 'NS', 'ns.zone.test.'),
               ('1', 'PTR', 'four.zone.test.'))
    hints = WORK / 'root.hints'
    hints.write_text(f'. 3600 NS a.root.\na.root. 3600 A {ROOT}\n')
    server.settings['root_hints'] = {'file': str(hints)}
    server.start(wire.query('four.zone.test'), HERE)


def q(name, rrtype='AAAA', **more):
    return ask(HERE, name, rrtype, timeout=4, **more)


def addresses(answer):
    return [record.data for record in answer.answer if record.type == 28]


def made(*addresses_, prefix=PREFIX):
    return [str(ipaddress.ip_address(int(ipaddress.ip_address(prefix))
                                     | int(ipaddress.ip_address(address)))) for address in addresses_]


def advance(seconds):
    server.control('clock', 'advance', seconds)


@case('IPv6 addresses are made of IPv4 ones, first from servers, then from the cache (RFC 6147 §5.1)')
def made_up():
    for _ in range(2):
        answer = q('four.zone.test')
        expect_equal((answer.status, sorted(addresses(answer)), answer.flags & AA),
                     ('NOERROR', made('192.0.2.1', '192.0.2.2'), 0), 'four')
    world.mark()
    q('four.zone.test')
    expect_equal(len(world.log), 0, 'questions upstream')
    expect_equal(sorted(r.data for r in q('four.zone.test', 'A').answer), ['192.0.2.1', '192.0.2.2'], 'A')
    expect_equal(len(q('four.zone.test', 'TXT').answer), 1, 'TXT')


@case('names with IPv6 addresses keep them; names with neither have none; names that are not there are not')
def left_alone():
    expect_equal(addresses(q('both.zone.test')), ['2001:db8::3'], 'both')
    expect_equal(addresses(q('six.zone.test')), ['2001:db8::4'], 'six')
    for _ in range(2):
        answer = q('text.zone.test')
        expect_equal((answer.status, len(answer.answer), [r.name for r in answer.authority]),
                     ('NOERROR', 0, ['zone.test.']), 'neither')
        expect_equal(q('no.zone.test').status, 'NXDOMAIN', 'not there (§5.1.2)')


@case('the chain of an alias stays, addresses are made at its end (§5.1.5)')
def alias():
    for _ in range(2):
        answer = q('alias.zone.test')
        expect_equal([r.type for r in answer.answer], [5, 28, 28], 'types')
        expect_equal({r.name for r in answer.answer[1:]}, {'four.zone.test.'}, 'owner')
    expect_equal(q('nowhere.zone.test').status, 'NXDOMAIN', 'to nowhere')


@case('excluded addresses count as none; the others stay (§5.1.4)')
def excluded():
    for _ in range(2):
        expect_equal(addresses(q('mapped.zone.test')), made('192.0.2.5'), 'all are excluded')
        expect_equal(addresses(q('mixed.zone.test')), ['2001:db8::6'], 'one is')
        expect_equal(addresses(q('www.broken.zone.test')), made('192.0.2.7'), 'a name whose own do not count')
        expect_equal(addresses(q('out.zone.test')), [], 'of an excluded IPv4 address')
        expect_equal(addresses(q('private.zone.test')), [],
                     'of a private one with the well-known prefix (RFC 6052 §3.1)')


@case('TTLs: the least of the A record and of the SOA that says that there is no AAAA (§5.1.7)')
def ttls():
    for _ in range(2):
        expect_equal([r.ttl for r in q('long.zone.test').answer], [120], 'by the SOA')
        expect(q('short.zone.test').answer[0].ttl <= 10, 'by the A record')


@case('a server that fails for AAAA, or is silent, does not keep clients from IPv4 (§5.1.2, §5.1.3)')
def broken():
    q('six.zone.test')
    world.habit(ZONE, lambda s: s.respond(flags=QR, rcode=2) if s.type == 'AAAA' else s.honest())
    server.control('cache', 'flush')
    expect_equal(sorted(addresses(q('four.zone.test'))), made('192.0.2.1', '192.0.2.2'), 'SERVFAIL')
    expect_equal(sorted(addresses(q('four.zone.test'))), made('192.0.2.1', '192.0.2.2'), 'again')
    world.habit(ZONE, lambda s: s.respond(flags=QR, rcode=2))
    answer = q('both.zone.test')
    expect_equal(answer.status, 'SERVFAIL', 'both fail')
    expect(answer.ede, 'no extended error')
    world.habit(ZONE)
    advance(10)
    expect_equal(addresses(q('both.zone.test')), ['2001:db8::3'], 'well again')


@case('nobody answers any more: stale addresses are made of stale ones')
def stale():
    expect_equal(sorted(addresses(q('four.zone.test'))), made('192.0.2.1', '192.0.2.2'), 'before')
    advance(3600)
    world.habit(ZONE, lambda s: None)
    for _ in range(3):
        answer = q('four.zone.test')
        expect_equal((sorted(addresses(answer)), list(answer.ede)),
                     (made('192.0.2.1', '192.0.2.2'), [3]), 'stale')
        expect(all(r.ttl <= 30 for r in answer.answer), 'TTL of stale answers')
    world.habit(ZONE)
    advance(60)
    wait_for('a fresh answer', lambda: not q('four.zone.test').ede, 5)


@case('clients outside of the list, and those that check signatures themselves, get what there is (§5.5)')
def others():
    def elsewhere(address, message, timeout):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.bind((OTHER, 0))
            client.settimeout(timeout)
            client.sendto(message, (address, 53))
            return client.recv(65535)
    expect_equal(addresses(ask(HERE, 'four.zone.test', 'AAAA', transport=elsewhere)), [], 'another client')
    expect_equal(addresses(q('four.zone.test', do=True, flags=RD | CD)), [], 'DO and CD')
    expect_equal(len(addresses(q('four.zone.test', do=True))), 2, 'DO alone')


@case('what does not fit is truncated; over TCP all is there')
def large():
    answer = q('many.zone.test', edns=512)
    expect(answer.flags & wire.TC, 'TC')
    expect_equal(len(addresses(q('many.zone.test', transport=wire.tcp))), 40, 'over TCP')


@case('names of addresses in the prefix lead to those of the IPv4 addresses (§5.3.1)')
def pointers():
    name = ipaddress.ip_address(made('192.0.2.1')[0]).reverse_pointer
    for _ in range(2):
        answer = q(name, 'PTR')
        expect_equal([(r.type, r.data) for r in answer.answer],
                     [(5, '1.2.0.192.in-addr.arpa.'), (12, 'four.zone.test.')], 'PTR')
    answer = q(ipaddress.ip_address(made('192.0.2.99')[0]).reverse_pointer, 'PTR')
    expect_equal((answer.status, len(answer.answer)), ('NXDOMAIN', 1), 'without a name')
    answer = q(ipaddress.ip_address(made('10.1.2.3')[0]).reverse_pointer, 'PTR')
    expect_equal((answer.status, [r.data for r in answer.answer]),
                 ('NXDOMAIN', ['3.2.1.10.in-addr.arpa.']), 'nobody is asked for private ones')


@case('ipv4only.arpa tells the prefix, and nobody is asked for it (RFC 7050, RFC 8880 §7.1)')
def itself():
    world.mark()
    expect_equal(addresses(q('ipv4only.arpa')), made('192.0.0.170', '192.0.0.171'), 'AAAA')
    expect_equal([r.data for r in q('IPv4Only.arpa', 'A').answer], ['192.0.0.170', '192.0.0.171'], 'A')
    answer = q('ipv4only.arpa', 'TXT')
    expect_equal((answer.status, len(answer.answer), len(answer.authority)), ('NOERROR', 0, 1), 'TXT')
    expect_equal(q('x.ipv4only.arpa').status, 'NXDOMAIN', 'below')
    expect_equal([row for row in world.log if 'ipv4only' in row.name], [], 'questions upstream')


@case('local data without IPv6 addresses get them as well')
def local():
    expect_equal(addresses(q('four.lan')), made('198.51.100.7'), 'four')
    expect_equal(addresses(q('both.lan')), ['fd00::8'], 'both')
    expect_equal(q('no.lan').status, 'NXDOMAIN', 'not there')


@case('prefixes change while the server runs; wrong ones are refused')
def live():
    server.settings['dns64'] |= {'prefixes': [SECOND + '/96', '2001:db8:32::/48'], 'reverse': False}
    server.config.write_text(json.dumps(server.settings))
    server.control('config', 'apply')
    got = addresses(q('four.zone.test'))
    expect_equal(sorted(got), sorted(made('192.0.2.1', '192.0.2.2', prefix=SECOND)
                                     + ['2001:db8:32:c000:2:100::', '2001:db8:32:c000:2:200::']), 'made')
    server.settings['dns64'] |= {'prefixes': ['2001:db8::/95']}
    wrong = WORK / 'wrong.json'
    wrong.write_text(json.dumps(server.settings))
    text = command('sh', '-c', f'"$0" --check {wrong} 2>&1 || true', BINARY)
    expect('dns64.prefixes[0]' in text and 'of 95 bits' in text, text)
    server.settings['dns64'] |= {'enabled': False, 'prefixes': [PREFIX + '/96']}
    server.config.write_text(json.dumps(server.settings))
    server.control('config', 'apply')
    expect_equal(addresses(q('four.zone.test')), [], 'switched off')


@case('the accounts hold')
def accounts():
    accounts_hold(server)


run(setup, stops_cleanly(server))
