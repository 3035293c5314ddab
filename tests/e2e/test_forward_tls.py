# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Forwarding over TLS: to an Unbound that speaks DNS over TLS, known by name or by pin."""
import base64
import concurrent.futures
import hashlib
import json
import socket
import subprocess

import tls
import wire
from harness import (BINARY, UPSTREAM, V4, WORK, Server, accounts_hold, case, command, expect, expect_equal,
                     run, test_config, wait_for)
from wire import ask

NAME = 'dot.test'
NAMES = 300

config = test_config(forwarders=[UPSTREAM], recursion_timeout_ms=4000)
server = Server(config)


def pin_of(key):
    """The pin of a key (RFC 7858 section 4.2)."""
    public = subprocess.run(['openssl', 'pkey', '-in', key, '-pubout', '-outform', 'DER'],
                            stdout=subprocess.PIPE, check=True).stdout
    return base64.b64encode(hashlib.sha256(public).digest()).decode()


def start_unbound():
    global unbound
    data = ''.join(f' local-data: "n{i}.tls.example. 60 A 192.0.2.{i % 250 + 1}"\n'
                   for i in range(NAMES))
    (WORK / 'unbound.conf').write_text(
        f'server:\n interface: {UPSTREAM}@853\n access-control: 127.0.0.0/8 allow\n'
        f' username: ""\n chroot: ""\n directory: "{WORK}"\n pidfile: ""\n use-syslog: no\n'
        f' logfile: "{WORK}/unbound.log"\n do-daemonize: no\n num-threads: 1\n'
        f' tls-service-key: "{key}"\n tls-service-pem: "{cert}"\n'
        f' local-zone: "tls.example." static\n{data}remote-control:\n control-enable: no\n')
    unbound = subprocess.Popen(['unbound', '-d', '-c', WORK / 'unbound.conf'],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    wait_for('Unbound at port 853', listens)


def listens():
    try:
        socket.create_connection((UPSTREAM, 853), 1).close()
        return True
    except OSError:
        return False


def setup():
    global cert, key, pin, clear
    cert, key = tls.make_certificate(WORK, common_name=NAME)
    pin = pin_of(key)
    start_unbound()
    # Whoever is asked in the clear would be here.
    clear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    clear.bind((UPSTREAM, 53))
    clear.setblocking(False)
    start_with(name=NAME, ca_file=str(cert))


def start_with(**options):
    """Starts the server anew with these settings of forwarder.tls."""
    server.stop()
    server.settings['forwarder'][0]['tls'] = {'enabled': True} | options
    server.start(wire.query('version.bind', 'TXT', rrclass=3))


def resolves(i):
    answer = ask(V4, f'n{i}.tls.example', timeout=5)
    expect_equal((answer.status, [r.data for r in answer.answer]),
                 ('NOERROR', [f'192.0.2.{i % 250 + 1}']), f'n{i}')


def fails(reason):
    answer = ask(V4, 'n1.tls.example', timeout=5)
    expect_equal((answer.status, bool(answer.ede)), ('SERVFAIL', True), 'rcode')
    lines = [line for line in server.log_text().splitlines() if 'RES111' in line]
    expect(lines and reason in lines[-1], f'no "{reason}" in {lines[-1:]}')


def connections():
    text = command('ss', '-tnH', 'state', 'established', 'dst', f'{UPSTREAM}:853')
    return len(text.splitlines())


@case('names resolve over TLS, hundreds of questions over few connections')
def by_name():
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        list(pool.map(resolves, range(NAMES)))
    expect(1 <= connections() <= 4, f'{connections()} connections')
    answer = ask(V4, 'missing.tls.example')
    expect_equal(answer.status, 'NXDOMAIN', 'a name that is not there')


@case('a forwarder that starts anew is found again')
def restart():
    unbound.terminate()
    unbound.wait()
    start_unbound()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: ask(V4, f'again{i}.tls.example', timeout=5), range(8)))
    wait_for('an answer', lambda: ask(V4, 'again9.tls.example', timeout=5).status == 'NXDOMAIN')


@case('the accounts hold')
def accounts():
    accounts_hold(server)


@case('a certificate for another name is refused, and the log says why')
def wrong_name():
    start_with(name='other.test', ca_file=str(cert))
    fails('certificate')


@case('an authority that is not trusted is refused')
def wrong_authority():
    start_with(name=NAME)
    fails('certificate')


@case('a pin is enough, the wrong one is not')
def pins():
    start_with(verify=False, pins=[pin])
    resolves(2)
    wrong = base64.b64encode(bytes(32)).decode()
    start_with(verify=False, pins=[wrong, wrong])
    fails('certificate')


@case('a server without TLS gets no question')
def plain():
    server.settings['forwarder'][0]['addresses'] = [f'{UPSTREAM}:854']
    with socket.create_server((UPSTREAM, 854)) as deaf:
        deaf.settimeout(5)
        start_with(name=NAME, ca_file=str(cert))
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            failed = pool.submit(fails, 'TLS')
            client, _ = deaf.accept()
            data = client.recv(65536)
            expect(data[:2] == b'\x16\x03', f'no TLS: {data[:16]!r}')
            client.sendall(b'\0\x0cnot TLS here')
            client.close()
            failed.result()
    try:
        expect(not clear.recv(512), 'a question in the clear')
    except BlockingIOError:
        pass


@case('what is wrong in the configuration is told')
def configuration():
    for options, text in (({}, 'tls.name: the key is missing'),
                      ({'name': NAME, 'pins': ['!' * 44]}, 'allowed: the base64 of 32 octets'),
                      ({'verify': False}, 'may pretend to be the server')):
        server.settings['forwarder'][0]['tls'] = {'enabled': True} | options
        file = WORK / 'check.json'
        file.write_text(json.dumps(server.settings))
        result = subprocess.run([BINARY, '--check', file], stdout=subprocess.PIPE, text=True,
                                stderr=subprocess.STDOUT, timeout=30)
        expect(text in result.stdout, f'no "{text}" in {result.stdout}')


run(setup)
