# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Out of service: not ready, everything answered, idle connections sent away, then the end."""
import http.client
import subprocess

import wire
from harness import DNSCTL, V4, Server, case, expect, expect_equal, run, test_config, wait_for
from wire import ask

HEALTH = ('127.0.0.1', 8081)
CONFIG = test_config({'example.com.': 'example.zone'})
CONFIG['metrics'] = {'enabled': True, 'prometheus_bind': '127.0.0.1:9153', 'enable_health_endpoint': True,
                     'health_bind': '%s:%d' % HEALTH}
# Longer than the test waits: whoever closes it, the time-out did not.
CONFIG.setdefault('limits', {})['tcp_idle_timeout_ms'] = 60000
SERVER = Server(CONFIG)
KEEPALIVE = {'options': wire.option(11)}


def setup():
    SERVER.start(wire.query('www.example.com'))


def page(path):
    connection = http.client.HTTPConnection(*HEALTH, timeout=5)
    try:
        connection.request('GET', path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def state():
    return page('/readyz'), SERVER.control('status')['state']


@case('drained it is not ready, lives and answers; resumed it is as before')
def stays():
    wait_for('to be ready', lambda: state() == ((200, 'ok\n'), 'answering'))
    expect_equal(SERVER.control('drain', '--stay')['stays'], True, 'reply')
    expect_equal(state(), ((503, 'draining\n'), 'drained'), 'drained')
    expect_equal(page('/healthz'), (200, 'ok\n'), '/healthz')
    for transport in (wire.udp, wire.tcp):
        expect_equal(ask(V4, 'www.example.com', 'A', transport).status, 'NOERROR', 'drained')
    SERVER.control('resume')
    expect_equal(state(), ((200, 'ok\n'), 'answering'), 'resumed')


@case('an idle connection is closed, one that asks is told a time-out of 0')
def connections():
    with wire.Tcp(V4, timeout=20) as idle:
        question = wire.query('www.example.com', **KEEPALIVE)
        idle.send(question)
        expect(wire.option(11, (600).to_bytes(2, 'big')) in idle.receive(), 'no time-out before')
        SERVER.control('drain', '--stay')
        idle.send(question)
        expect(wire.option(11, bytes(2)) in idle.receive(), 'not told 0')
        expect_equal(idle.receive(), None, 'the end of the connection')
    SERVER.control('resume')
    with wire.Tcp(V4) as again:
        again.send(question)
        expect(wire.option(11, (600).to_bytes(2, 'big')) in again.receive(), 'no time-out after')


@case('wrong use is told and changes nothing')
def wrong():
    for words, status, text in ((('drain', '4000'), 2, 'at most 3600'), (('drain', '5', '--stay'), 2, '--stay'),
                                (('resume',), 1, 'not drained')):
        done = subprocess.run([DNSCTL, '--socket', SERVER.socket(), *words], timeout=60, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        expect_equal(done.returncode, status, f'{words}: {done.stderr}')
        expect(text in done.stderr, done.stderr)
    expect_equal(state(), ((200, 'ok\n'), 'answering'), 'afterwards')


@case('after its seconds it stops by itself, status 0')
def ends():
    expect_equal(SERVER.control('drain', '2')['stops_in_seconds'], 2, 'reply')
    expect_equal(ask(V4, 'www.example.com', 'A').status, 'NOERROR', 'an answer meanwhile')
    expect_equal(SERVER.process.wait(30), 0, 'exit status')
    expect('SRV004' in SERVER.log_text(), SERVER.log_text())


run(setup)
