# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Ending: queries in flight are finished, and nothing of the server stays behind."""
import os
import signal
import threading
import time
from pathlib import Path

import wire
from harness import (UPSTREAM, V4, Server, case, command, expect, expect_equal, run, test_config,
                     wait_for)
from upstream import Upstream

CONFIG = test_config({'example.com.': 'example.zone'}, [UPSTREAM], timeout_ms=2000)


def traces():
    """All that a server could leave: interfaces, addresses, routes, files, mounts, processes."""
    files = {str(path) for top in ('/run', '/dev/shm', '/var/run') for path in Path(top).rglob('*')
             if not str(path).startswith(('/run/e2e', '/var/run/e2e'))}
    files |= {str(path) for path in Path('/tmp').glob('*') if 'scloud' in path.name.lower()
              or 'dpdk' in path.name.lower() or path.name.startswith('rte')}
    return {
        'interfaces': command('ip', '-o', 'link'),
        'addresses': command('ip', '-o', 'address'),
        'routes': command('ip', 'route') + command('ip', '-6', 'route'),
        'files': sorted(files),
        'mounts': Path('/proc/self/mounts').read_text(),
        'huge pages': sorted(os.listdir('/dev/hugepages')) if os.path.isdir('/dev/hugepages') else [],
        'processes': sorted(path.name for path in Path('/proc').glob('[0-9]*')),
    }


def setup():
    Upstream(UPSTREAM, {'slow.test.': slow})


def slow(query, _):
    time.sleep(0.5)
    return wire.response(query, answer=[('slow.test.', 'A', 0, '192.0.2.9')])


def ends(how, text):
    before = traces()
    server = Server(CONFIG).start(wire.query('www.example.com'))
    expect(traces()['interfaces'] != before['interfaces'], 'the server made no interface')
    wire.ask(V4, 'forwarded.test')
    expect_equal(server.stop(how), 0, f'exit status after {text}')
    after = traces()
    for what, was in before.items():
        expect_equal(after[what], was, f'{what} after {text}')


@case('SIGTERM leaves nothing behind, status 0')
def sigterm():
    ends(signal.SIGTERM, 'SIGTERM')


@case('Ctrl-C leaves nothing behind, status 0')
def sigint():
    ends(signal.SIGINT, 'SIGINT')


@case('a question that waits for a forwarder when SIGTERM comes still gets its answer')
def in_flight():
    server = Server(CONFIG).start(wire.query('www.example.com'))
    got = {}

    def ask(way, transport):
        got[way] = transport(V4, wire.query('slow.test'), 5)
    clients = [threading.Thread(target=ask, args=way)
               for way in (('udp', wire.udp), ('tcp', wire.tcp))]
    for client in clients:
        client.start()
    wait_for('both questions to wait',
             lambda: server.telemetry('/scloud/workers')['RESOLVER_0']['held'] == len(clients), 5)
    expect_equal(server.stop(), 0, 'exit status')
    for client in clients:
        client.join()
    for way in ('udp', 'tcp'):
        expect(got.get(way) is not None, f'no answer over {way}')
        expect_equal(wire.Message(got[way]).status, 'NOERROR', f'rcode over {way}')


@case('SIGTERM while clients ask and connections are open ends it soon')
def under_load():
    server = Server(CONFIG).start(wire.query('www.example.com'))
    connections = [wire.Tcp(V4) for _ in range(10)]
    stop = threading.Event()

    def load():
        while not stop.is_set():
            try:
                wire.udp(V4, wire.query('www.example.com'), 0.01)
            except OSError:
                return
    thread = threading.Thread(target=load)
    thread.start()
    time.sleep(0.3)
    start = time.monotonic()
    status = server.stop()
    took = time.monotonic() - start
    stop.set()
    thread.join()
    for connection in connections:
        connection.close()
    expect_equal(status, 0, 'exit status')
    expect(took < 10, f'took {took:.1f} s')


@case('after kill -9 the next start works, and cleans up')
def killed():
    before = traces()
    server = Server(CONFIG).start(wire.query('www.example.com'))
    server.process.kill()
    server.process.wait()
    server.start(wire.query('www.example.com'))
    expect_equal(server.stop(), 0, 'exit status')
    expect_equal(traces()['files'], before['files'], 'files')
    expect_equal(traces()['interfaces'], before['interfaces'], 'interfaces')


@case('a port 53 on 127.0.0.1 that is taken is a warning with its holder, not a failure')
def taken():
    import socket
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(('127.0.0.1', 53))
        server = Server(CONFIG, name='second').start(wire.query('www.example.com'))
        text = server.log_text()
        expect('127.0.0.1' in text and str(os.getpid()) in text,
               'the log does not name the holder of the port')
        expect_equal(server.stop(), 0, 'exit status')


run(setup)
