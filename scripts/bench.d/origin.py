# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""What benches of caches share: a server upstream that knows all answers, resolvers that forward to it, cache files."""
import os
import re
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import side_by_side as bench
import vhost

PORT = 5399
RESOLVER_PORT = 5398
FORWARD = {
    'acl': [{'name': 'clients', 'networks': ['10.53.0.0/24', '127.0.0.0/8']}],
    'forwarder': [{'name': 'origin', 'addresses': [f'127.0.0.1:{PORT}']}],
    'recursion': {'enabled': True, 'allowed_acl': 'clients', 'forward_to': ['origin'],
                  'max_recursive_queries': 1000},
}


@contextmanager
def running(folder, names):
    """A server of the zone of `names` addresses on a kernel socket, on the generator's processor."""
    work = Path(tempfile.mkdtemp(dir=folder))
    vhost.write_zone(work / 'zone', names)
    words = ['taskset', '-c', str(vhost.GENERATOR_CPU),
             *bench.scloud(work, {vhost.ZONE + '.': work / 'zone'}, PORT)]
    with open(work / 'log', 'wb') as log:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        bench.wait_for_answer(process, PORT, bench.query(vhost.ZONE))
        yield
    finally:
        process.terminate()
        process.wait()


def scloud(folder, entries):
    """A forwarder with a cache on a kernel socket, all of it on one processor: the file and the words."""
    words = bench.scloud(folder, {}, RESOLVER_PORT)
    bench.edit(folder / 'scloud.json', FORWARD | {
        'listener': [{'name': 'bench', 'address': '127.0.0.1', 'port': RESOLVER_PORT, 'protocols': ['udp'],
                      'acl': 'any', 'recursion_allowed': True}],
        'cache': {'enabled': True, 'max_entries': entries, 'prefetch': False},
        'dpdk': {'lcores': 2, 'memory': {'hugepages': 'off', 'size_mb': 256}, 'ports': [],
                 'file_prefix': 'benchcache'}})
    return words


def unbound(folder, entries):
    """Room for as many entries as ours: its caches count octets, so a generous number of them."""
    (folder / 'unbound.conf').write_text(
        f'server:\n interface: 127.0.0.1\n port: {RESOLVER_PORT}\n access-control: 127.0.0.0/8 allow\n'
        f' username: ""\n chroot: ""\n directory: "{folder}"\n pidfile: ""\n use-syslog: no\n'
        ' do-daemonize: no\n module-config: "iterator"\n do-not-query-localhost: no\n num-threads: 1\n'
        ' minimal-responses: yes\n outgoing-range: 4096\n num-queries-per-thread: 2048\n so-rcvbuf: 4m\n'
        f' msg-cache-size: {entries * 400 + 4000000}\n rrset-cache-size: {entries * 400 + 4000000}\n'
        f'forward-zone:\n name: "."\n forward-addr: 127.0.0.1@{PORT}\n'
        'remote-control:\n control-enable: no\n')
    return ['unbound', '-d', '-c', str(folder / 'unbound.conf')]


RESOLVERS = {'scloud-dns': scloud, 'Unbound': unbound}


@contextmanager
def resolver(make, folder, entries):
    """A started resolver, on the servers' processor; gives its process."""
    work = Path(tempfile.mkdtemp(dir=folder))
    words = ['taskset', '-c', str(vhost.SERVER_CPU), *make(work, entries)]
    with open(work / 'log', 'wb') as log:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=work)
    try:
        message = bytearray(bench.query(vhost.name(0), 1))
        message[2] |= 1  # RD
        bench.wait_for_answer(process, RESOLVER_PORT, bytes(message))
        yield process
    except SystemExit as error:
        raise SystemExit(f'{error}\n{(work / "log").read_text()[-2000:]}')
    finally:
        process.terminate()
        process.wait()


def write_cache_file(path, names):
    """A cache of `names` addresses, as scloud-dns writes it when it stops (cache.file)."""
    with open(path, 'w') as file:
        file.write(f'cache 1 saved {int(time.time())}\n')
        for i in range(names):
            name = vhost.name(i)
            file.write(f'question {name}. IN A NOERROR left 80000 rank answer security unchecked\n'
                       f'answer {name}. 80000 IN A 10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}\n')
    os.chmod(path, 0o600)


def dnsperf(process, questions, *words):
    """dnsperf against the resolver, on the generator's processor; what it saw, and the resolver's CPU for each answer."""
    command = ['taskset', '-c', str(vhost.GENERATOR_CPU), 'dnsperf', '-s', '127.0.0.1', '-p', RESOLVER_PORT,
               '-d', questions, *words]
    before = bench.cost(process.pid)['cpu_s']
    text = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, check=True).stdout
    cpu = bench.cost(process.pid)['cpu_s'] - before

    def number(pattern):
        found = re.search(pattern, text)
        return float(found[1]) if found else 0.0
    completed = number(r'Queries completed:\s+(\d+)')
    return {'per_s': number(r'Queries per second:\s+([\d.]+)'), 'cpu_us': cpu * 1e6 / max(completed, 1),
            'latency_ms': number(r'Average Latency \(s\):\s+([\d.]+)') * 1000,
            'sent': number(r'Queries sent:\s+(\d+)'), 'lost': number(r'Queries lost:\s+(\d+)'),
            'nxdomain': number(r'NXDOMAIN (\d+)'), 'failed': number(r'SERVFAIL (\d+)')}
