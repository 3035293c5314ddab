# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Names that are treated in a way of their own: local zones, block lists, special names."""
import re
import signal
import socket
import subprocess

import wire
from harness import (BINARY, UPSTREAM, V4, V6, WORK, Server, accounts_hold, case, expect,
                     expect_equal, run, stops_cleanly, test_config, wait_for)
from upstream import Upstream
from wire import AA, ask

EXEMPT, OUTSIDE = '127.0.0.77', '127.0.0.78'
MILLION = 1_000_000
BLOCKED, FORGED = 15, 4  # RFC 8914


def write_million(extra=''):
    """A hosts file of a million names under some hundred top-level domains."""
    lines = ['# a list', '0.0.0.0 localhost', *(
        f'0.0.0.0 ads{i}.tracker{i % 1000}.net{i % 128}' for i in range(MILLION)), extra]
    (WORK / 'million.hosts').write_text('\n'.join(lines) + '\n')


def configure():
    config = test_config({'example.com.': 'example.zone'}, [UPSTREAM])
    (WORK / 'small.txt').write_text(
        '||ads.world^\n@@||fine.ads.world^\naddress=/dnsmasq.world/\nnot a line\nwww.example.com\n')
    write_million()
    config['acl'].append({'name': 'exempt', 'networks': [EXEMPT + '/32']})
    config['acl'].append({'name': 'inside', 'networks': [
        '10.53.0.0/24', 'fd53::/64', '127.0.0.0/26', EXEMPT + '/32']})
    config['recursion']['allowed_acl'] = 'inside'
    config['policy'] |= {
        'deny_domains': ['bad.world', 'worse.world.'],
        'allow_domains': ['good.worse.world'],
        'block_lists': [{'file': str(WORK / 'small.txt')},
                        {'file': str(WORK / 'million.hosts'), 'format': 'hosts'}],
        'exempt_acl': 'exempt'}
    config['zone'].append({'name': 'forward.local.', 'type': 'forward', 'forwarders': [UPSTREAM]})
    config['local_zone'] = [
        {'name': 'lan.', 'type': 'static', 'records': [
            {'name': 'nas', 'type': 'A', 'rdata': '192.168.1.5', 'ttl': 60},
            {'name': 'nas', 'type': 'TXT', 'rdata': '"local data"', 'ttl': 60},
            {'name': 'files', 'type': 'CNAME', 'rdata': 'nas', 'ttl': 60},
            {'name': 'mail', 'type': 'MX', 'priority': 10, 'rdata': 'nas', 'ttl': 60}]},
        {'name': 'half.world.', 'records': [
            {'name': 'www', 'type': 'A', 'rdata': '192.168.1.6', 'ttl': 60}]},
        {'name': 'apps.world.', 'type': 'redirect', 'records': [
            {'name': '@', 'type': 'A', 'rdata': '192.168.1.80', 'ttl': 60}]},
        {'name': 'refused.world.', 'type': 'always_refuse'},
        {'name': 'silent.world.', 'type': 'deny'},
    ]
    return config


server = upstream = None


def setup():
    global server, upstream
    upstream = Upstream(UPSTREAM)
    server = Server(configure())
    server.start(wire.query('www.example.com'))


def seen(name, rrtype='A', **more):
    """Status, extended error and data of an answer."""
    answer = ask(V4, name, rrtype, **more)
    return answer.status, answer.ede, [r.data for r in answer.answer]


def source(address):
    """A transport for wire.ask() that asks from one of our addresses."""
    def transport(_to, message, timeout):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(timeout)
            client.bind((address, 0))
            client.sendto(message, ('127.0.0.1', 53))
            return client.recv(65535)
    return transport


from_exempt, from_outside = source(EXEMPT), source(OUTSIDE)


def asked(name):
    return upstream.asked[name + '.', 'udp'] + upstream.asked[name + '.', 'tcp']


@case('denied names do not exist, say why, and nobody is asked')
def denied():
    for name in ('bad.world', 'x.y.bad.world', 'WORSE.world', 'ads.world', 'a.dnsmasq.world'):
        for transport in (wire.udp, wire.tcp):
            answer = ask(V4, name, transport=transport)
            expect_equal((answer.status, answer.ede, answer.answer),
                         ('NXDOMAIN', [BLOCKED], []), name)
            expect_equal([r.type for r in answer.authority], [wire.TYPES['SOA']], 'authority')
            expect(not answer.flags & AA, 'AA is set')
        expect_equal(asked(name.lower()), 0, f'questions upstream for {name}')
    expect_equal(ask(V6, 'bad.world').status, 'NXDOMAIN', 'IPv6')


@case('allowed names win, their neighbours are looked up, our own zones are not touched')
def allowed():
    for name in ('good.worse.world', 'x.good.worse.world', 'fine.ads.world', 'notbad.world', 'world'):
        expect_equal(seen(name), ('NOERROR', [], ['192.0.2.1']), name)
        expect_equal(asked(name), 1, 'questions upstream')
    expect_equal(seen('www.example.com'), ('NOERROR', [], ['192.0.2.80']), 'own zone')


@case('a million names: each of them, and none besides')
def million():
    for i in (0, 1, 4711, 500_000, MILLION - 1):
        name = f'ads{i}.tracker{i % 1000}.net{i % 128}'
        expect_equal(seen(name)[:2], ('NXDOMAIN', [BLOCKED]), name)
        expect_equal(seen('x.' + name)[:2], ('NXDOMAIN', [BLOCKED]), 'below it')
        expect_equal(seen(f'tracker{i % 1000}.net{i % 128}')[0], 'NOERROR', 'above it')
    expect_equal(seen(f'ads{MILLION}.tracker0.net64')[0], 'NOERROR', 'one more')
    found = re.search(r'POL003 .*?(\d+) names .* in (\d+) octets; .* in (\d+) ms', server.log_text())
    expect(int(found[1]) > MILLION, f'{found[1]} names')
    expect(int(found[2]) < 64 * MILLION, f'{found[2]} octets')
    print(f'      {found[1]} names in {found[2]} octets, loaded in {found[3]} ms')


@case('wrong lines are told with file and line')
def wrong_lines():
    expect('small.txt:4: found "not a line", expected' in server.log_text(), 'no message')


@case('who is exempt sees the world as it is')
def exempt():
    expect_equal(seen('x.bad.world', transport=from_exempt), ('NOERROR', [], ['192.0.2.1']), 'exempt')
    expect_equal(seen('x.bad.world')[0], 'NXDOMAIN', 'others, although it is in the cache now')


@case('local zones: data, what is not there, redirection, refusal, silence')
def local_zones():
    answer = ask(V4, 'NAS.lan')
    expect_equal((answer.status, [r.data for r in answer.answer]), ('NOERROR', ['192.168.1.5']), 'nas')
    expect(answer.flags & AA, 'AA is not set')
    expect_equal(seen('nas.lan', 'AAAA'), ('NOERROR', [], []), 'no data')
    expect_equal(seen('nobody.lan'), ('NXDOMAIN', [], []), 'no name')
    expect_equal(seen('files.lan'), ('NOERROR', [], ['nas.lan.', '192.168.1.5']), 'alias')
    expect_equal(seen('www.half.world'), ('NOERROR', [], ['192.168.1.6']), 'transparent data')
    expect_equal(seen('other.half.world'), ('NOERROR', [], ['192.0.2.1']), 'transparent')
    expect_equal(seen('a.b.apps.world'), ('NOERROR', [], ['192.168.1.80']), 'redirect')
    expect_equal(seen('a.refused.world'), ('REFUSED', [BLOCKED], []), 'refuse')
    expect(wire.udp(V4, wire.query('a.silent.world'), timeout=0.3) is None, 'a silent zone answers')
    expect_equal(server.telemetry('/scloud/stats')['drop_dispatcher_policy'], 1, 'drops')


@case('special names are answered here, but for those that somebody else is configured for')
def special():
    expect_equal(seen('x.localhost'), ('NOERROR', [], ['127.0.0.1']), 'localhost')
    expect_equal(seen('1.0.0.127.in-addr.arpa', 'PTR'), ('NOERROR', [], ['localhost.']), 'reverse')
    for name in ('3.2.168.192.in-addr.arpa', 'x.onion', 'printer.local', 'x.home.arpa'):
        expect_equal(seen(name, 'PTR'), ('NXDOMAIN', [], []), name)
        expect_equal(asked(name), 0, 'questions upstream')
    expect_equal(seen('x.forward.local'), ('NOERROR', [], ['192.0.2.1']), 'forward zone')
    expect_equal(seen('x.test'), ('NOERROR', [], ['192.0.2.1']), 'exception')


@case('who may not recurse learns nothing of it')
def outsiders():
    for name in ('nas.lan', 'bad.world', 'x.localhost'):
        expect_equal(seen(name, transport=from_outside)[0], 'REFUSED', name)


@case('counters tell what was done')
def counters():
    before = server.telemetry('/scloud/stats')
    for name in ('bad.world', 'nas.lan', 'x.localhost', 'x.onion'):
        ask(V4, name)
    after = server.telemetry('/scloud/stats')
    for counter, more in (('policy_denied', 1), ('policy_local', 1), ('policy_special', 2)):
        expect_equal(after[counter] - before[counter], more, counter)
    accounts_hold(server)


@case('SIGHUP reads lists again while answers go on; a list that is gone leaves all as it was')
def reload():
    expect_equal(seen('new.world')[0], 'NOERROR', 'before')
    write_million('0.0.0.0 new.world')
    server.process.send_signal(signal.SIGHUP)
    wait_for('the new name', lambda: seen('new.world')[0] == 'NXDOMAIN', 30)
    expect_equal(seen('ads7.tracker7.net7')[0], 'NXDOMAIN', 'the old ones')
    (WORK / 'small.txt').unlink()
    server.process.send_signal(signal.SIGHUP)
    wait_for('the message', lambda: 'POL005' in server.log_text(), 30)
    expect_equal(seen('ads.world')[0], 'NXDOMAIN', 'after the failure')
    expect(server.alive(), 'the server ended')


@case('without the list the server does not start, and --check says why')
def missing():
    result = subprocess.run([BINARY, '--check', '--config', server.config], text=True,
                            capture_output=True, timeout=60)
    expect_equal(result.returncode, 2, 'exit status')
    expect('small.txt: cannot be read: No such file' in result.stderr, result.stderr)


run(setup, lambda: stops_cleanly(server)())
