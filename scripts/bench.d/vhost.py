# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""What benches over vhost-user share: servers and an echo on one processor, the generator on another.

Every subject is a process with a vhost-user socket; scloud-dnsperf is the other end, memory to memory. All subjects are
started once and stopped (SIGSTOP) but for the one whose turn it is, so that runs are interleaved and none pays for
another. The echo is testpmd, which swaps addresses and ports and sends the frame back: what the port itself can do with
these frames.
"""
import argparse
import json
import os
import signal
import statistics
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import figures
import side_by_side as bench

APP = bench.BUILD / 'app'
PAGES = Path('/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages')
PAGES_WANTED = 700
SERVER, SOURCE = '10.53.0.2', '10.53.0.10-10.53.0.109'
ZONE = 'example.com'
SERVER_CPU, GENERATOR_CPU = 0, 1


@contextmanager
def hugepages(count=PAGES_WANTED):
    """`count` huge pages more while the bench runs. Those that are free now may be meant for others, another bench
    that is starting among them."""
    before = int(PAGES.read_text())
    PAGES.write_text(str(before + count))
    added = int(PAGES.read_text()) - before
    try:
        if added < count:
            raise SystemExit(f'only {added} of {count} huge pages can be had; memory is short or in pieces: {PAGES}')
        yield
    finally:
        PAGES.write_text(str(max(0, int(PAGES.read_text()) - added)))


def name(i):
    """A name whose query makes a frame of 78 octets."""
    return f'n{i:05x}.{ZONE}'


def write_zone(path, names):
    """An apex and `names` addresses."""
    with open(path, 'w') as file:
        file.write(f'$ORIGIN {ZONE}.\n$TTL 3600\n@ SOA ns1 hostmaster 1 7200 3600 1209600 600\n'
                   '@ NS ns1\nns1 A 192.0.2.1\n')
        file.writelines(f'n{i:05x} A 10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}\n'
                        for i in range(names))


def sign(folder, zone):
    """Signs the zone with a fresh ECDSA key, NSEC; gives the signed file."""
    (folder / 'sign.conf').write_text(
        f'server:\n    rundir: {folder}\ndatabase:\n    storage: {folder}\n'
        'policy:\n  - id: bench\n    algorithm: ecdsap256sha256\n    single-type-signing: on\n'
        f'zone:\n  - domain: {ZONE}\n    file: {zone}\n    storage: {folder}\n'
        '    dnssec-signing: on\n    dnssec-policy: bench\n')
    signed = folder / 'signed'
    signed.mkdir()
    subprocess.run(['kzonesign', '-r', '-c', folder / 'sign.conf', '-o', signed, ZONE],
                   check=True, stdout=subprocess.PIPE)
    return next(signed.iterdir())


def write_questions(path, names, line='{} A NOERROR', first='n'):
    with open(path, 'w') as file:
        file.writelines(line.format(first + name(i)[1:]) + '\n' for i in range(names))


class Subject:
    """A process behind a vhost-user socket, asleep unless it is its turn."""

    def __init__(self, folder, title, words, ready, ready_s=120):
        self.title = title
        self.socket = folder / f'{title}.sock'
        self.log = folder / f'{title}.log'
        self.process = subprocess.Popen([str(word) for word in words], stdin=subprocess.PIPE,
                                        stdout=open(self.log, 'wb'), stderr=subprocess.STDOUT)
        end = time.monotonic() + ready_s
        while not (self.socket.exists() and ready in self.log.read_text(errors='replace')):
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f'{title} does not start:\n{self.log.read_text()[-2000:]}')
            time.sleep(0.05)
        self.pause()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def end(self):
        """testpmd may miss a signal that comes before it reads: the end of its input ends it too."""
        self.go_on()
        self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def echo(folder):
    """testpmd, one forwarding lcore."""
    return Subject(folder, 'echo', [
        'dpdk-testpmd', '--in-memory', '--single-file-segments', '--no-pci', '--no-telemetry',
        '--file-prefix', 'benchecho', '-m', '256', '--main-lcore', '0',
        '--lcores', f'0@{GENERATOR_CPU},1@{SERVER_CPU}',
        '--vdev', f'net_vhost0,iface={folder}/echo.sock,queues=1', '--',
        '--forward-mode=5tswap', '--auto-start', '--nb-cores=1', '--burst=64',
        '--no-flush-rx'], 'Configuring Port 0')


def scloud(folder, title, zone, ready_s=120, **sections):
    """Our server of one zone, a file, or of a list of zones as in the configuration; `sections` replace those of the
    configuration, but for `dpdk`, whose keys do."""
    served = [{'name': ZONE + '.', 'type': 'master', 'file': str(zone)}] if zone else []
    config = {
        'dpdk': {'lcores': str(SERVER_CPU), 'placement': 'fused', 'lanes': 1, 'idle': 'adaptive',
                 'memory': {'hugepages': 'on'}, 'file_prefix': f'bench{title}',
                 'ports': [{'name': 'vhost0', 'addresses': [SERVER + '/24'],
                            'device': f'net_vhost0,iface={folder}/{title}.sock,queues=1'}]},
        'recursion': {'enabled': False}, 'ratelimit': {'enabled': False},
        'zone': zone if isinstance(zone, list) else served,
    }
    file = folder / f'{title}.json'
    dpdk = {'dpdk': config['dpdk'] | sections.get('dpdk', {})}
    file.write_text(json.dumps(config | sections | dpdk))
    return Subject(folder, title, [APP / 'scloud-dns/scloud-dns', '--config', file], 'ready after',
                   ready_s)


def generate(folder, subject, questions, *words, timeout=600):
    """One run of scloud-dnsperf against a subject; gives its figures."""
    out = folder / 'figures.json'
    command = [APP / 'scloud-dnsperf/scloud-dnsperf', '--huge', '--quiet', '--device',
               f'net_virtio_user0,path={subject.socket},queues=1,packed_vq=1,queue_size=1024',
               '-s', SERVER, '--source', SOURCE, '-d', questions, '--cpus', GENERATOR_CPU,
               '--file-prefix', 'benchload', '--json', out, *words]
    if subject.title == 'echo':
        command += ['--echo', '--target-mac', '02:00:00:00:00:01']
    subject.go_on()
    before = bench.runtime_ns(subject.process.pid)
    result = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, timeout=timeout, check=False)
    spent = bench.runtime_ns(subject.process.pid) - before
    subject.pause()
    if result.returncode != 0:
        raise SystemExit(f'{subject.title}: {result.stdout[-3000:]}')
    figures_found = json.loads(out.read_text())
    # testpmd polls without a pause: what it spends says nothing.
    if subject.title != 'echo' and figures_found['answered']:
        figures_found['cpu_ns'] = spent / figures_found['answered']
    return figures_found


def arguments(doc, program):
    parser = argparse.ArgumentParser(prog=f'scripts/bench {program}', description=doc)
    parser.add_argument('-r', '--runs', type=int, default=5, help='runs of each, in turn')
    parser.add_argument('-l', '--seconds', type=float, default=3, help='of each run')
    parser.add_argument('-q', '--in-flight', type=int, default=512)
    return parser


def measure(folder, subjects, options, *words):
    """Interleaved runs; `subjects` {title: (subject, questions, word of the generator...)}; gives {title: [figures]}."""
    rows = {title: [] for title in subjects}
    for _ in range(options.runs):
        for title, (subject, questions, *own) in subjects.items():
            rows[title].append(generate(folder, subject, questions, '--random', '-l', options.seconds,
                                        '-q', options.in_flight, '-t', '1', *words, *own))
    return rows


def cpu_ns(runs):
    found = [run['cpu_ns'] for run in runs if 'cpu_ns' in run]
    return f'{statistics.median(found):.0f}' if found else ''


def show(rows, base='echo'):
    """A table of medians with their spread, the ratio to the echo of the same turn, and that of the best runs of both:
    on a busy machine the best run is the one that was disturbed the least."""
    lines = []
    best = max(run['answers_per_second'] for run in rows[base])
    for title, runs in rows.items():
        rates = [run['answers_per_second'] for run in runs]
        ratios = figures.ratios(rows, base, title)
        lines.append([title, f'{statistics.median(rates) / 1e6:.2f}',
                      f'{min(rates) / 1e6:.2f} to {max(rates) / 1e6:.2f}',
                      f'{statistics.median(ratios):.2f}', f'{min(ratios):.2f} to {max(ratios):.2f}',
                      f'{max(rates) / best:.2f}', cpu_ns(runs),
                      f"{statistics.median(run['latency']['p50_us'] for run in runs):.0f}",
                      f"{statistics.median(run['latency']['p99_us'] for run in runs):.0f}",
                      f"{max(run['lost'] / run['sent'] * 100 for run in runs):.3f}"])
    return bench.table(['subject', 'M answers/s', 'spread', f'of {base}', 'spread', 'best of best', 'CPU ns each', 'p50 µs', 'p99 µs',
                        'lost %'],
                       lines)


def run(doc, program, make, arguments_more=None, words=()):
    """The whole of a bench: make(folder, options) gives {title: (subject, questions, word...)}; the echo is added
    with the first one's questions. `words` are for the generator, in all rows."""
    parser = arguments(doc, program)
    if arguments_more:
        arguments_more(parser)
    options = parser.parse_args()
    bench.isolate()
    with tempfile.TemporaryDirectory(prefix='scloud-bench-') as path, hugepages():
        folder = Path(path)
        os.chmod(folder, 0o755)
        subjects = make(folder, options)
        first = next(iter(subjects.values()))
        if 'echo' not in subjects:
            subjects = {'echo': (echo(folder), first[1])} | subjects
        try:
            rows = measure(folder, subjects, options, *words)
        finally:
            for subject in {id(row[0]): row[0] for row in subjects.values()}.values():
                subject.end()
    print(show(rows))
    bench.save(program, {'machine': bench.machine(), 'options': vars(options), 'base': 'echo', 'runs': rows})
