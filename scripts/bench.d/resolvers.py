# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Resolvers side by side: each in turn on the first processor, with one working thread, on a kernel
socket; clients and the servers of the tree have the other processors."""
import json
import os
import subprocess
import sys
import time

import side_by_side as bench

sys.path.insert(0, str(bench.TOP / 'tests' / 'e2e'))

PORT = 5391
CACHE_ANSWERS = 400000


def isolate():
    """As the tests: namespaces of its own, with /run/e2e for files."""
    import harness
    harness.isolate()
    harness.furnish()
    if os.cpu_count() > 1:
        os.sched_setaffinity(0, set(range(1, os.cpu_count())))


def scloud(folder, hints, zones=None, forward=None):
    config = {
        'dpdk': {'lcores': 2, 'memory': {'hugepages': 'off', 'size_mb': 1024}, 'ports': [],
                 'file_prefix': 'bench'},
        'listener': [{'name': 'bench', 'address': '127.0.0.1', 'port': PORT,
                      'protocols': ['udp', 'tcp'], 'acl': 'any',
                      'recursion_allowed': True}],
        'recursion': {'enabled': True, 'allowed_acl': 'any', 'max_recursive_queries': 4096},
        'cache': {'enabled': True, 'max_entries': CACHE_ANSWERS},
        'ratelimit': {'enabled': False},
        'root_hints': {'file': str(hints)},
    }
    (folder / 'scloud.json').write_text(json.dumps(config))
    return [str(bench.BUILD / 'app/scloud-dns/scloud-dns'), '--config', str(folder / 'scloud.json')]


def unbound(folder, hints):
    """As its documentation on optimising says, without DNSSEC, which we do not do either."""
    (folder / 'unbound.conf').write_text(
        f'server:\n interface: 127.0.0.1\n port: {PORT}\n access-control: 127.0.0.0/8 allow\n'
        f' username: ""\n chroot: ""\n directory: "{folder}"\n pidfile: ""\n use-syslog: no\n'
        f' do-daemonize: no\n root-hints: "{hints}"\n module-config: "iterator"\n'
        ' local-zone: "test." nodefault\n minimal-responses: yes\n num-threads: 1\n'
        ' outgoing-range: 8192\n num-queries-per-thread: 4096\n msg-cache-size: 256m\n'
        ' rrset-cache-size: 512m\n so-rcvbuf: 4m\n so-sndbuf: 4m\nremote-control:\n'
        ' control-enable: no\n')
    return ['unbound', '-d', '-c', str(folder / 'unbound.conf')]


RESOLVERS = {'scloud-dns': scloud, 'Unbound': unbound}


class Resolver:
    """A started resolver, alone on processor 0."""

    def __init__(self, make, folder, hints, first):
        folder.mkdir(exist_ok=True)
        words = make(folder, hints)
        with open(folder / 'log', 'wb') as log:
            self.process = subprocess.Popen(['taskset', '-c', '0', *words], cwd=folder,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            bench.wait_for_answer(self.process, PORT, recursive(first), 20)
        except SystemExit:
            print((folder / "log").read_text()[-2000:])
            raise

    def cpu_s(self):
        return bench.cost(self.process.pid)['cpu_s']

    def stop(self):
        self.process.terminate()
        self.process.wait()


def recursive(name):
    message = bytearray(bench.query(name, 1))
    message[2] |= 1  # RD
    return bytes(message)


def load(queries, *words, timeout=600):
    """dnsperf's figures."""
    import harness
    return harness.dnsperf('127.0.0.1', queries, '-p', PORT, *words, timeout=timeout)


def rate(resolver, queries, *words):
    """Answers a second, microseconds of the resolver's processor for each, shares that failed."""
    before, start = resolver.cpu_s(), time.monotonic()
    result = load(queries, *words)
    wall = time.monotonic() - start
    completed = max(result['completed'], 1)
    return {'per_s': result['rate'], 'cpu_us': (resolver.cpu_s() - before) * 1e6 / completed,
            'busy': (resolver.cpu_s() - before) / wall,
            'latency_ms': result['latency_average_s'] * 1000,
            'lost': result['lost'] / max(result['sent'], 1),
            'failed': 1 - result['codes'].get('NOERROR', 0) / completed}


COLUMNS = [('per_s', 'answers/s', '{:.0f}'), ('cpu_us', 'CPU µs each', '{:.1f}'),
           ('busy', 'processor busy', '{:.2f}'), ('latency_ms', 'average latency ms', '{:.2f}'),
           ('lost', 'lost', '{:.4f}'), ('failed', 'failed', '{:.4f}')]


def show(title, rows):
    """A table of medians with the ratio to Unbound."""
    medians = {name: {key: bench.median(runs, key) for key, _, _ in COLUMNS}
               for name, runs in rows.items()}
    lines = []
    for name, row in medians.items():
        cells = [form.format(row[key]) for key, _, form in COLUMNS]
        cells[0] += f" ({row['per_s'] / medians['Unbound']['per_s']:.2f})"
        lines.append([name, *cells])
    print(f'\n{title}; in brackets the ratio to Unbound\n')
    print(bench.table(['resolver', *(column for _, column, _ in COLUMNS)], lines), flush=True)
    return medians
