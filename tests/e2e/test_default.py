# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""The default configuration: what the README promises, from the host's point of view."""
import re
import shutil
import socket
import subprocess

import wire
from harness import (BINARY, DEFAULT_CONFIG, UPSTREAM, V4, V6, WORK, Failure, Server, case, command,
                     dig, expect, expect_equal, run, status_of, stops_cleanly)
from tls import make_certificate
from upstream import Upstream

server = Server(DEFAULT_CONFIG)


def setup():
    global upstream
    upstream = Upstream(UPSTREAM)
    server.start(wire.query('www.example.com'))


def expect_answer(text, rrtype):
    expect_equal(status_of(text), 'NOERROR', 'status')
    expect(re.search(rf'^www\.example\.com\.\s+\d+\s+IN\s+{rrtype}\s', text, re.MULTILINE),
           f'no {rrtype} record in:\n{text}')


@case('dig over UDP and IPv4')
def udp_v4():
    expect_answer(dig(V4, 'www.example.com', 'A'), 'A')


@case('dig over UDP and IPv6')
def udp_v6():
    expect_answer(dig(V6, 'www.example.com', 'AAAA'), 'AAAA')


@case('dig over TCP and IPv4')
def tcp_v4():
    expect_answer(dig(V4, '+tcp', 'www.example.com', 'A'), 'A')


@case('dig over TCP and IPv6')
def tcp_v6():
    expect_answer(dig(V6, '+tcp', 'www.example.com', 'AAAA'), 'AAAA')


@case('dig at 127.0.0.1, over UDP and TCP')
def loopback():
    expect_answer(dig('127.0.0.1', 'www.example.com', 'A'), 'A')
    expect_answer(dig('127.0.0.1', '+tcp', 'www.example.com', 'A'), 'A')


@case('all five ways give the same sections')
def alike():
    ways = [(V4,), (V6,), (V4, '+tcp'), (V6, '+tcp'), ('127.0.0.1',)]
    texts = {'\n'.join(sorted(dig(*way, '+noall', '+answer', '+authority', '+additional',
                                  'www.example.com').splitlines())) for way in ways}
    expect(len(texts) == 1, 'different answers:\n' + '\n\n'.join(texts))


@case('kdig agrees that the answer is well formed')
def kdig():
    text = command('kdig', f'@{V4}', '+edns', '+retry=0', 'www.example.com', 'A')
    expect('status: NOERROR' in text and 'WARNING' not in text, text)


@case('ping answers, over IPv4 and IPv6: the kernel half lives')
def ping():
    command('ping', '-c', 2, '-i', 0.2, '-W', 2, V4)
    command('ping', '-c', 2, '-i', 0.2, '-W', 2, V6)


@case("what we have no zone for goes to the name servers of resolv.conf, and is cached")
def forwarding():
    for server_address in (V4, V6, '127.0.0.1'):
        text = dig(server_address, 'forwarded.example', 'A')
        expect('192.0.2.1' in text, text)
    expect_equal(upstream.asked['forwarded.example.', 'udp'], 1, 'questions that reached upstream')


@case('a port that is not open answers with ICMP, as a host does')
def closed_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(3)
        client.connect((V4, 5353))
        client.send(b'anybody?')
        try:
            client.recv(512)
        except ConnectionRefusedError:
            return
        except TimeoutError:
            raise Failure('silence') from None
        raise Failure('somebody answered')


@case('--check says that the default configuration and all examples are right')
def check():
    # Certificates are the operator's: these are made for a copy of the examples.
    folder = WORK / 'config'
    shutil.copytree(DEFAULT_CONFIG.parent, folder)
    for name in ('dot', 'doh'):
        make_certificate(folder, name)
    for file in (DEFAULT_CONFIG, *sorted((folder / 'examples').glob('*.json'))):
        if file.parent.parent == folder:
            file.write_text(file.read_text().replace('/etc/scloud-dns/certs', str(folder)))
        command(BINARY, '--check', file)


@case('--help, --version and --graph work without root')
def words():
    nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
    for word, wanted in (('--help', '--config'), ('--version', '0.1'), ('--graph', 'ENCODER')):
        text = command(*nobody, BINARY, word)
        expect(wanted in text, f'{word} does not say {wanted}:\n{text}')


@case('an unknown option is an error that says so, exit status 2')
def unknown():
    result = subprocess.run([BINARY, '--frobnicate'], stderr=subprocess.PIPE, text=True,
                            stdout=subprocess.PIPE)
    expect_equal(result.returncode, 2, 'exit status')
    expect('--frobnicate' in result.stderr, result.stderr)


@case('threads are named after their stages')
def threads():
    names = ' '.join(server.threads()).lower()
    for stage in ('resolver', 'tcp_acceptor'):
        expect(stage[:8] in names, f'no thread of {stage} among: {names}')


run(setup, stops_cleanly(server))
