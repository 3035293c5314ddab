# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""What benches share: processes and what they cost, servers of other makers, tables."""
import json
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import figures

TOP = Path(__file__).resolve().parent.parent.parent
BUILD = TOP / os.environ.get('SCLOUD_BUILD', 'build-release')
OUT = Path(os.environ.get('SCLOUD_BENCH_OUT', TOP / 'build-bench'))
MIB = 1 << 20


def claim_processors():
    """Makes a niceness below 0 count against other sessions, too: the kernel shares processors between
    sessions first (sched_autogroup_enabled), and only within one by niceness."""
    group = Path('/proc/self/autogroup')
    if os.nice(0) >= 0 or not group.exists():
        return
    try:
        os.setsid()
    except PermissionError:
        pass  # it leads its group of processes: then its session is its own
    group.write_text('-20')


def isolate():
    """Starts the program again in network, mount and process namespaces of its own."""
    claim_processors()
    if os.environ.get('SCLOUD_BENCH') == 'inside':
        subprocess.run(['mount', '-t', 'tmpfs', 'tmpfs', '/run'], check=True)
        subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
        return
    os.environ['SCLOUD_BENCH'] = 'inside'
    os.execvp('unshare', ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child',
                          '--mount-proc', sys.executable, '-B', *sys.argv])


def version(*words):
    """The first version number that a program prints."""
    text = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    found = re.search(r'\d+\.\d+(\.\d+)?', text)
    return found[0] if found else '?'


def machine():
    model = re.search(r'model name\s*:\s*(.*)', Path('/proc/cpuinfo').read_text())
    memory = re.search(r'MemTotal:\s*(\d+)', Path('/proc/meminfo').read_text())
    return {'processor': model[1] if model else platform.machine(), 'processors': os.cpu_count(),
            'memory_gib': round(int(memory[1]) / MIB, 1), 'kernel': platform.release(),
            'load_average': os.getloadavg()[0]}


def tree(pid):
    """The process and all that it started."""
    found = [pid]
    for parent in found:
        for task in Path(f'/proc/{parent}/task').glob('*/children'):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                pass
    return found


def cost(pid):
    """Processor time, memory now (shared pages counted once) and the sum of the peaks."""
    cpu, resident, peak = 0.0, 0, 0
    for process in tree(pid):
        try:
            stat = Path(f'/proc/{process}/stat').read_text().rsplit(')', 1)[1].split()
            status = Path(f'/proc/{process}/status').read_text()
            rollup = Path(f'/proc/{process}/smaps_rollup').read_text()
        except OSError:
            continue
        cpu += sum(map(int, stat[11:15])) / os.sysconf('SC_CLK_TCK')
        resident += int(re.search(r'^Pss:\s+(\d+)', rollup, re.MULTILINE)[1]) << 10
        peak = max(peak, int(re.search(r'VmHWM:\s+(\d+)', status)[1]) << 10)
    return {'cpu_s': cpu, 'resident_bytes': resident, 'peak_bytes': max(peak, resident)}


def runtime_ns(pid):
    """Processor time of a process to the nanosecond, which waiting for a processor does not count to."""
    return sum(int((task / 'schedstat').read_text().split()[0]) for task in Path(f'/proc/{pid}/task').iterdir())


def query(name, rrtype=6):
    """A question with id 1."""
    labels = b''.join(bytes([len(label)]) + label.encode() for label in name.split('.') if label)
    return b'\0\1\0\0\0\1\0\0\0\0\0\0' + labels + b'\0' + rrtype.to_bytes(2) + b'\0\1'


def wait_for_answer(process, port, message, timeout_s=120):
    """Waits until an answer with records comes from 127.0.0.1."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f'{process.args[0]} ended, status {process.returncode}')
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.02)
            client.connect(('127.0.0.1', port))
            try:
                client.send(message)
                answer = client.recv(65535)
                if answer[6:8] != b'\0\0':
                    return
            except ConnectionRefusedError:
                time.sleep(0.005)
            except TimeoutError:
                pass
    raise SystemExit(f'{process.args[0]} does not answer')


def knot(folder, zones, port, threads=1):
    """Files and the command that serve `zones` {name: file}."""
    rows = ''.join(f'  - domain: {name}\n    file: {file}\n' for name, file in zones.items())
    (folder / 'knot.conf').write_text(
        f'server:\n    rundir: {folder}\n    listen: 127.0.0.1@{port}\n'
        f'    background-workers: {threads}\n    udp-workers: 1\n    tcp-workers: 1\n'
        f'database:\n    storage: {folder}\n'
        'template:\n  - id: default\n    zonefile-load: whole\n    journal-content: none\n'
        f'zone:\n{rows}')
    return ['/usr/sbin/knotd', '-c', str(folder / 'knot.conf')]


def nsd(folder, zones, port):
    rows = ''.join(f'zone:\n  name: {name}\n  zonefile: {file}\n' for name, file in zones.items())
    (folder / 'nsd.conf').write_text(
        f'server:\n  server-count: 1\n  ip-address: 127.0.0.1@{port}\n  username: ""\n'
        f'  zonesdir: ""\n  database: ""\n  pidfile: ""\n  xfrdfile: {folder}/xfrd\n'
        f'  zonelistfile: {folder}/zone.list\n  xfrdir: {folder}\n'
        f'remote-control:\n  control-enable: no\n{rows}')
    return ['/usr/sbin/nsd', '-d', '-c', str(folder / 'nsd.conf')]


def scloud(folder, zones, port):
    config = {
        'dpdk': {'lcores': 1, 'memory': {'hugepages': 'off', 'size_mb': 256}, 'ports': [],
                 'file_prefix': f'bench{port}'},
        'listener': [{'name': 'bench', 'address': '127.0.0.1', 'port': port,
                      'protocols': ['udp', 'tcp'], 'acl': 'any', 'recursion_allowed': False}],
        'recursion': {'enabled': False}, 'cache': {'enabled': False},
        'ratelimit': {'enabled': False},
        'zone': [{'name': name, 'type': 'master', 'file': str(file)}
                 for name, file in zones.items()],
    }
    (folder / 'scloud.json').write_text(json.dumps(config))
    return [str(BUILD / 'app/scloud-dns/scloud-dns'), '--config', str(folder / 'scloud.json')]


def edit(file, sections):
    """Replaces sections of a configuration file."""
    file.write_text(json.dumps(json.loads(file.read_text()) | sections))


def in_mib(row):
    return {'wall_s': row['wall_s'], 'cpu_s': row['cpu_s'],
            'resident_mib': row.get('resident_bytes', 0) / MIB,
            'peak_mib': row['peak_bytes'] / MIB}


def serve(make, folder, zones, port, name, rrtype=6):
    """Starts a server of `zones` {name: file} and looks at it when it answers for `name`."""
    work = Path(tempfile.mkdtemp(dir=folder))
    words = make(work, zones, port)
    start = time.monotonic()
    with open(work / 'log', 'wb') as log:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        wait_for_answer(process, port, query(name, rrtype))
        wall = time.monotonic() - start
        return in_mib({'wall_s': wall, **cost(process.pid)})
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(work)


def median(rows, key):
    return statistics.median(row[key] for row in rows)


def table(titles, rows):
    """Lines of a Markdown table with aligned columns."""
    lines = [titles, ['-' * len(title) for title in titles], *rows]
    widths = [max(len(str(line[i])) for line in lines) for i in range(len(titles))]
    return '\n'.join('| ' + ' | '.join(str(cell).ljust(width) for cell, width in zip(line, widths))
                     + ' |' for line in lines)


def commit():
    """What was measured, for who compares files later."""
    git = ['git', '-c', f'safe.directory={TOP}', '-C', str(TOP)]
    done = subprocess.run([*git, 'describe', '--always', '--dirty', '--abbrev=12'], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return done.stdout.strip() or 'commit unknown'


def report(rows, base, keys, notes=None):
    """A table of medians, with the spread of the first figure and its ratio to the row `base`. `keys` are of figures.py;
    `notes` {title: text} are a last column."""
    main, others = keys[0], keys[1:]
    titles = ['', figures.KNOWN[main][0], 'spread', *([f'of {base}'] if base else []),
              *(figures.KNOWN[key][0] for key in others), *([''] if notes else [])]
    lines = []
    for title, runs in rows.items():
        lines.append([title, figures.write(main, figures.median(runs, main)),
                      figures.spread(runs, main),
                      *([figures.ratio(rows, base, title, main)] if base else []),
                      *(figures.write(key, figures.median(runs, key)) for key in others),
                      *([notes.get(title, '')] if notes else [])])
    return table(titles, lines)


def save(name, found):
    """Leaves the bench's figures as JSON; `runs` in it is {row: [figures of a run]}, perhaps by scene."""
    OUT.mkdir(exist_ok=True, parents=True)
    found = {'bench': name, 'time': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()),
             'commit': commit()} | found
    (OUT / f'{name}.json').write_text(json.dumps(found, indent=1, default=str) + '\n')
