# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""DNS over TLS: real clients, versions, resumption, certificates that change, files that are wrong."""
import re
import shutil
import signal
import ssl
import time

import wire
from harness import (UPSTREAM, V4, V6, WORK, Server, accounts_hold, case, command, dnsperf, expect,
                     expect_equal, run, stops_cleanly, test_config, wait_for)
from tls import Tls, context, make_certificate, refused
from upstream import Upstream

PORT = 853
IDLE_MS = 2000

config = test_config({'example.com.': 'example.zone'}, [UPSTREAM])
config['limits'] = {'tcp_idle_timeout_ms': IDLE_MS}
CERT, KEY = WORK / 'dot.crt', WORK / 'dot.key'
config['listener'] = config.get('listener', []) + [
    {'name': 'dot', 'address': '0.0.0.0', 'port': PORT, 'protocols': ['tcp'], 'enable_tls': True,
     'tls_cert_path': str(CERT), 'tls_key_path': str(KEY), 'recursion_allowed': True},
    {'name': 'dot6', 'address': '::', 'port': PORT, 'protocols': ['tcp'], 'enable_tls': True,
     'tls_cert_path': str(CERT), 'tls_key_path': str(KEY), 'recursion_allowed': True},
    {'name': 'local-dot', 'address': '127.0.0.1', 'port': PORT, 'protocols': ['tcp'],
     'enable_tls': True, 'tls_cert_path': str(CERT), 'tls_key_path': str(KEY), 'acl': 'none'}]
# Behind a proxy on this host; only the proxy's clients may ask.
config['listener'].append(
    {'name': 'proxied', 'address': '127.0.0.2', 'port': PORT, 'enable_tls': True,
     'tls_cert_path': str(CERT), 'tls_key_path': str(KEY), 'acl': '192.0.2.0/24',
     'proxy_protocol_acl': 'localhost'})
server = Server(config)


def slow(query, _):
    time.sleep(0.4)
    return wire.response(query, answer=[('slow.test.', 'A', 60, '192.0.2.9')])


def install(name):
    """Makes a certificate and puts it where the server looks for one."""
    for made, place in zip(make_certificate(WORK, name), (CERT, KEY)):
        shutil.copy(made, place)


def setup():
    install('first')
    Upstream(UPSTREAM, {'slow.test.': slow})
    server.start(wire.query('www.example.com'))


def streams():
    return server.telemetry('/scloud/streams')


@case('kdig +tls gets answers at every address, a padded one where it is asked for')
def kdig():
    for address in (V4, V6):
        text = command('kdig', f'@{address}', '+tls', '+padding=128', '+nsid', 'www.example.com', 'A')
        expect('NOERROR' in text, text)
        expect('TLS session (TLS1.3)' in text, text)
        size = int(re.search(r'Received (\d+) B', text)[1])
        expect_equal(size % 468, 0, f'size {size} over the block size of RFC 8467')


@case('the certificate is the one that was given, by name')
def certificate():
    text = command('kdig', f'@{V4}', '+tls', f'+tls-ca={CERT}', '+tls-hostname=ns.test',
                   'www.example.com')
    expect('NOERROR' in text, text)
    text = command('kdig', f'@{V4}', '+tls', f'+tls-ca={CERT}', '+tls-hostname=other.test',
                   'www.example.com', check=False)
    expect('NOERROR' not in text, 'a wrong name was taken')


@case('pipelining, and a fast answer does not wait for a slow one')
def pipelining():
    with Tls(V4, PORT) as connection:
        expect_equal(connection.socket.selected_alpn_protocol(), 'dot', 'ALPN')
        connection.send(wire.query('slow.test', id=1000),
                        *[wire.query(f'host{i}.example.com', id=i) for i in range(100)])
        ids = [wire.Message(connection.receive()).id for _ in range(101)]
        expect_equal(sorted(ids[:100]), list(range(100)), 'ids')
        expect_equal(ids[100], 1000, 'the last one')


@case('octet by octet, and the largest answer')
def octets():
    message = wire.query('www.example.com')
    with Tls(V4, PORT) as connection:
        for octet in len(message).to_bytes(2, 'big') + message:
            connection.raw(bytes([octet]))
        expect_equal(wire.Message(connection.receive()).status, 'NOERROR', 'rcode')
        for i in range(40):
            connection.send(wire.query('huge.example.com', 'TXT', id=i))
        for i in range(40):
            expect(len(connection.receive()) > 8000, 'a short answer')


@case('the keepalive option tells the idle time-out, and an idle connection is closed with a goodbye')
def keepalive():
    with Tls(V4, PORT) as connection:
        connection.send(wire.query('www.example.com', options=wire.option(11)))
        answer = connection.receive()
        expect(wire.option(11, (IDLE_MS // 100).to_bytes(2, 'big')) in answer, 'no keepalive')
        connection.socket.suppress_ragged_eofs = False
        expect(connection.receive() is None, 'octets from nowhere')


@case('TLS 1.2 and 1.3; nothing older, no other protocol')
def versions():
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with Tls(V4, PORT, context(version=version)) as connection:
            connection.send(wire.query('www.example.com'))
            expect_equal(wire.Message(connection.receive()).status, 'NOERROR', version.name)
    with Tls(V4, PORT, context(alpn=None)) as connection:
        connection.send(wire.query('www.example.com'))
        expect(connection.receive(), 'no answer without ALPN')
    old = context(version=ssl.TLSVersion.TLSv1_1)
    old.set_ciphers('ALL:@SECLEVEL=0')
    expect(refused(V4, PORT, old), 'TLS 1.1 was taken')
    expect(refused(V4, PORT, context(alpn=['http/1.1'])), 'http/1.1 was taken')


@case('a client that comes back resumes its session')
def resumption():
    before = streams()['tls_resumed']
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        how = context(version=version)
        with Tls(V4, PORT, how) as connection:
            connection.send(wire.query('www.example.com'))
            connection.receive()
            session = connection.socket.session
        with Tls(V4, PORT, how, session) as connection:
            expect(connection.socket.session_reused, f'not resumed with {version.name}')
            connection.send(wire.query('www.example.com'))
            expect(connection.receive(), 'no answer')
    expect_equal(streams()['tls_resumed'] - before, 2, 'counted resumptions')


@case('access lists hold; plain DNS at the port is not answered')
def access():
    with Tls('127.0.0.1', PORT) as connection:
        connection.send(wire.query('www.example.com'))
        expect_equal(wire.Message(connection.receive()).status, 'REFUSED', 'rcode')
    before = streams()['tls_failed_not_tls']
    expect(wire.tcp(V4, wire.query('www.example.com'), port=PORT) is None, 'plain DNS was answered')
    expect_equal(streams()['tls_failed_not_tls'] - before, 1, 'counted')


@case('a proxy says in a PROXY header who the client is, in front of TLS')
def proxied():
    def header(client):
        return (b'\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c' + bytes(client)
                + bytes([127, 0, 0, 2, 0x12, 0x67, 3, 0x55]))
    for client, wanted in (([192, 0, 2, 7], 'NOERROR'), ([198, 51, 100, 7], 'REFUSED')):
        with Tls('127.0.0.2', PORT, first=header(client)) as connection:
            connection.send(wire.query('www.example.com'))
            expect_equal(wire.Message(connection.receive()).status, wanted, f'rcode for {client}')
    before = streams()['proxy_wrong']
    expect(refused('127.0.0.2', PORT, context()), 'a proxy without a header was taken')
    expect_equal(streams()['proxy_wrong'] - before, 1, 'counted')


def at_hup(text):
    told = server.log_text().count(text)
    server.process.send_signal(signal.SIGHUP)
    wait_for(text, lambda: server.log_text().count(text) > told)


@case('a new certificate is taken at SIGHUP; connections go on')
def renewal():
    with Tls(V4, PORT) as connection:
        old = connection.peer_certificate()
        install('second')
        at_hup('TLS001')
        def renewed():
            with Tls(V4, PORT) as another:
                return another.peer_certificate() != old
        wait_for('the new certificate', renewed)
        connection.send(wire.query('www.example.com'))
        expect(connection.receive(), 'the connection of before was cut')


@case('a broken certificate at SIGHUP is told, and the one in use stays')
def broken():
    CERT.write_text('no certificate\n')
    at_hup('TLS002')
    expect(str(CERT) in server.log_text(), 'the file is not named')
    with Tls(V4, PORT) as connection:
        connection.send(wire.query('www.example.com'))
        expect(connection.receive(), 'no answer')
    install('third')
    at_hup('TLS001')


@case('with a wrong key neither --check nor the start succeeds, and both say why')
def check():
    wrong = test_config({'example.com.': 'example.zone'})
    _, other = make_certificate(WORK, 'other')
    wrong['listener'] = [{'name': 'dot', 'address': V4, 'port': PORT, 'enable_tls': True,
                          'tls_cert_path': str(CERT), 'tls_key_path': str(other)}]
    one = Server(wrong, 'wrong', ['--check'])
    for arguments in (['--check'], []):
        one.arguments = arguments
        one.launch()
        expect_equal(one.process.wait(20), 2, f'exit status {arguments}')
        expect(f'the key {other} does not belong to the certificate {CERT}' in one.log_text(),
               one.log_text())
        one.stop()


@case('dnsperf over DoT loses nothing')
def load():
    got = dnsperf(V4, [f'host{i}.example.com A' for i in range(50)], '-m', 'dot', '-p', PORT,
                  '-c', 8, '-l', 2, '-q', 200)
    expect(got['sent'] > 100, got['text'])
    expect_equal(got['lost'], 0, 'lost')


@case('the books balance')
def books():
    accounts_hold(server)


run(setup, stops_cleanly(server))
