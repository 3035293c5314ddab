# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Runs the built server where nothing else can be touched, and the cases of a test file.

A test file registers its cases with @case and ends with run(). run() starts the file again in
network, mount and process namespaces of its own: interfaces, addresses, sockets, /run and
/etc/resolv.conf are private, and all of it is gone when the test ends, however it ends. Any test
file can be started by hand: sudo tests/e2e/test_zone.py [CASE].

Nothing here waits for a fixed time: wait_for() polls for what is expected, until a deadline.
"""
import copy
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import traceback
from pathlib import Path

import wire

TOP = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
BUILD = TOP / os.environ.get('SCLOUD_BUILD', 'build-release')
BINARY = BUILD / 'app' / 'scloud-dns' / 'scloud-dns'
DNSCTL = BUILD / 'app' / 'scloud-dnsctl' / 'scloud-dnsctl'
SANITIZED = 'asan' in BUILD.name
WORK = Path('/run/e2e')

# The default configuration's addresses, on its TAP port; the host's side has .1.
V4 = '10.53.0.2'
V6 = 'fd53::2'
# Where tests play the servers that are asked by forwarding; all of 127/8 is ours in here.
UPSTREAM = '127.0.1.1'
UPSTREAM_2 = '127.0.1.2'

# How long the server may take to answer for the first time. The goal is a second on a machine that
# has nothing else to do; test_start.py measures it.
START_S = 30 if SANITIZED else 15
STOP_S = 20


class Failure(Exception):
    """A case that failed in a foreseen way: only its text is shown."""


def expect(condition, text):
    """Fails the case with the text unless the condition holds."""
    if not condition:
        raise Failure(text)


def expect_equal(got, wanted, what):
    expect(got == wanted, f'{what}: got {got!r}, wanted {wanted!r}')


def wait_for(what, condition, timeout=10.0, every=0.02):
    """Polls until condition() gives something true, and gives it; fails after the timeout."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failure(f'not within {timeout:g} s: {what}')
        time.sleep(every)


def command(*words, timeout=30, check=True, **more):
    """Runs a program and gives its standard output; fails the case if the program does."""
    if 'input' not in more:
        more['stdin'] = subprocess.DEVNULL
    result = subprocess.run([str(word) for word in words], timeout=timeout, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    if check and result.returncode != 0:
        raise Failure(f'{" ".join(map(str, words))}: exit status {result.returncode}\n'
                      + result.stdout + result.stderr)
    return result.stdout


# -- configuration ----------------------------------------------------------------------------

def without_comments(text):
    """JSON from JSON with comments, at equal line numbers."""
    token = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
    return token.sub(lambda m: m[0] if m[0][0] == '"' else '\n' * m[0].count('\n'), text)


DEFAULT_CONFIG = TOP / 'config' / 'scloud-dns.json'


def default_config():
    """The default configuration as a dictionary, with paths that hold from any folder."""
    config = json.loads(without_comments(DEFAULT_CONFIG.read_text()))
    for zone in config.get('zone', []):
        if 'file' in zone:
            zone['file'] = str(DEFAULT_CONFIG.parent / zone['file'])
    # Names that tests play the world with: by default they are not looked up (RFC 6761).
    config['policy']['empty_zone_exceptions'] = ['test.']
    return config


def test_config(zones=(), forwarders=(), timeout_ms=1000, recursion_timeout_ms=3000):
    """The default configuration with other zones {name: file} and forwarders [address…]."""
    config = default_config()
    config['zone'] = [{'name': name, 'type': 'master', 'file': str(HERE / 'zones' / file)}
                      for name, file in dict(zones).items()]
    config['forwarder'] = [{'name': 'test', 'policy': 'first', 'timeout_ms': timeout_ms,
                            'addresses': [f'{address}:53' for address in forwarders]}]
    config['recursion']['recursion_timeout_ms'] = recursion_timeout_ms
    if not forwarders:
        del config['forwarder']
        config['recursion']['enabled'] = False
        config['recursion'].pop('forward_to', None)
    config.setdefault('ratelimit', {})['enabled'] = False
    return config


# -- the server -------------------------------------------------------------------------------

SERVERS = []


class Server:
    """One run of the built server."""

    def __init__(self, config=DEFAULT_CONFIG, name='server', arguments=()):
        self.name = name
        self.log = WORK / f'{name}.log'
        self.process = None
        self.arguments = list(arguments)
        self.before = []  # words in front of the program: who runs it, and how
        self.settings = None
        self.prefix = None
        if isinstance(config, dict):
            self.settings = copy.deepcopy(config)
            self.settings.setdefault('dpdk', {})['file_prefix'] = self.prefix = name
            self.config = WORK / f'{name}.json'
        else:
            self.config = Path(config)

    def start(self, probe=None, address=V4):
        """Starts it and waits until it answers `probe` (a message; the default asks for its own
        version, which every configuration answers in some way)."""
        probe = probe or wire.query('ready.test', 'A')
        self.launch()
        self.started_s = wait_for('the first answer', lambda: self.ready(probe, address),
                                  START_S, every=0) - self.launched
        return self

    def launch(self):
        if self not in SERVERS:
            SERVERS.append(self)
        if self.settings is not None:
            self.config.write_text(json.dumps(self.settings, indent=1))
        self.launched = time.monotonic()
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(
                [*self.before, str(BINARY), '--config', str(self.config), *self.arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=WORK)

    def ready(self, probe, address):
        expect(self.alive(), f'the server ended at once, exit status {self.process.returncode}')
        try:
            if wire.udp(address, probe, timeout=0.05):
                return time.monotonic()
        except OSError:  # the interface, or its address, is not there yet
            time.sleep(0.005)
        return None

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, how=signal.SIGTERM):
        """Asks it to end and gives its exit status; -9 where it had to be killed."""
        if self.process is None:
            return None
        if self.alive():
            self.process.send_signal(how)
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self in SERVERS:
            SERVERS.remove(self)
        return self.process.returncode

    def log_text(self):
        return self.log.read_text(errors='replace') if self.log.exists() else ''

    def telemetry(self, what):
        """The answer of DPDK's telemetry socket to a command, as Python values."""
        prefix = self.prefix or next(path.parent.name for path in
                                     Path('/run/dpdk').glob('*/dpdk_telemetry.v2'))
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
            client.settimeout(5)
            client.connect(f'/run/dpdk/{prefix}/dpdk_telemetry.v2')
            size = json.loads(client.recv(4096))['max_output_len']
            client.send(what.encode())
            answer = json.loads(client.recv(size))
        return answer[what.split(',')[0]]

    def control(self, *words):
        """The result of a command over the control socket, as Python values; fails the case if the
        server says no."""
        text = command(DNSCTL, '--socket', self.socket(), '--json', *words)
        lines = [json.loads(line) for line in text.splitlines()]
        items = [line['item'] for line in lines if 'item' in line]
        return items + [lines[-1]['result']] if items else lines[-1]['result']

    def socket(self):
        """The path of its control socket."""
        return f'/run/scloud-dns/{self.prefix or "scloud-dns"}.sock'

    def cpu_seconds(self):
        """Processor time that the process used until now."""
        fields = Path(f'/proc/{self.process.pid}/stat').read_text().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def rss_kib(self):
        status = Path(f'/proc/{self.process.pid}/status').read_text()
        return int(re.search(r'^VmRSS:\s+(\d+)', status, re.MULTILINE)[1])

    def threads(self):
        """Names of its threads."""
        return sorted(path.read_text().strip()
                      for path in Path(f'/proc/{self.process.pid}/task').glob('*/comm'))


# -- clients ----------------------------------------------------------------------------------

def dig(server, *words):
    """What dig prints; one try, so that nothing hides a lost packet."""
    return command('dig', f'@{server}', '+tries=1', '+timeout=3', *words)


def status_of(text):
    return re.search(r'status: (\w+)', text)[1]


def dnsperf(server, queries, *words, timeout=120):
    """Runs dnsperf with the lines of queries and gives its figures."""
    file = WORK / 'dnsperf.queries'
    file.write_text('\n'.join(queries) + '\n')
    text = command('dnsperf', '-s', server, '-d', file, *words, timeout=timeout)

    def number(pattern):
        found = re.search(pattern, text)
        return float(found[1]) if found else 0.0
    latency = re.search(r'Average Latency \(s\):\s+([\d.]+) \(min ([\d.]+), max ([\d.]+)\)', text)
    return {
        'sent': int(number(r'Queries sent:\s+(\d+)')),
        'completed': int(number(r'Queries completed:\s+(\d+)')),
        'lost': int(number(r'Queries lost:\s+(\d+)')),
        'rate': number(r'Queries per second:\s+([\d.]+)'),
        'latency_average_s': float(latency[1]) if latency else 0.0,
        'latency_max_s': float(latency[3]) if latency else 0.0,
        'codes': {name: int(count) for name, count in
                  re.findall(r'(\w+) (\d+) \([\d.]+%\)',
                             (re.search(r'Response codes:(.*)', text) or ['', ''])[1])},
        'text': text,
    }


# -- accounts ---------------------------------------------------------------------------------

def telemetry_list(server, what):
    """All entries of a list by name, however many answers it takes."""
    found, at = {}, '0'
    while at is not None:
        part = server.telemetry(f'{what},{at}')
        at = str(part.pop('next')) if 'next' in part else None
        found |= {name: row for name, row in part.items() if isinstance(row, dict)}
    return found


def pools(server):
    """Buffers in use, by pool: what device queues keep and what is in flight."""
    return {name: count for name, count in server.telemetry('/scloud/stats').items()
            if name.startswith('pool_') and name.endswith('_in_use')}


def accounts_hold(server, pools_before=None, timeout=10):
    """in = answered + dropped by name, exactly, as soon as the server is at rest; then nothing is in
    flight, every credit is back, and so is every buffer. While an lcore is within a turn its packets
    are on no link: one reading proves nothing, so it is read until the books balance."""
    seen = {}

    def at_rest():
        seen.update(server.telemetry('/scloud/stats'))
        balanced = seen['answered'] + seen['dropped'] == seen['in']
        return seen if balanced and seen['in_flight'] == 0 else None
    try:
        stats = wait_for('the books to balance', at_rest, timeout, 0.1)
    finally:
        if seen['answered'] + seen['dropped'] != seen['in']:
            print(f"in {seen['in']}, answered {seen['answered']}, dropped {seen['dropped']}, "
                  f"in flight {seen['in_flight']}")
    by_name = sum(count for name, count in stats.items() if name.startswith('drop_'))
    expect_equal(by_name, stats['dropped'], 'sum of the named drops')
    for name, link in telemetry_list(server, '/scloud/links').items():
        if link['kind'] == 'ring':
            expect_equal(link['returned'], link['handed'], f'credits returned on {name}')
    if pools_before is not None:
        wait_for(f'buffers in use to be {pools_before} again, now {pools(server)}',
                 lambda: pools(server) == pools_before, timeout, 0.1)
    return stats


# -- cases ------------------------------------------------------------------------------------

CASES = []
CLEANUPS = []


def case(text):
    """Registers a function as the case that shows `text`."""
    def register(function):
        CASES.append((text, function))
        return function
    return register


def isolate():
    """Starts this file again in namespaces of its own; returns only inside of them."""
    if os.environ.get('SCLOUD_E2E') == 'inside':
        return
    if os.geteuid() != 0:
        sys.exit('needs root, to make namespaces: sudo ' + ' '.join(sys.argv))
    if not BINARY.exists():
        sys.exit(f'{BINARY} is not there: sudo scripts/test builds it')
    os.environ['SCLOUD_E2E'] = 'inside'
    os.execvp('unshare', ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child',
                          '--mount-proc', sys.executable, '-B', *sys.argv])


def furnish():
    """Inside: a /run and /sys of our own, the loopback up, name servers that tests play."""
    command('mount', '-t', 'tmpfs', 'tmpfs', '/run')
    command('mount', '-t', 'sysfs', 'sysfs', '/sys')
    WORK.mkdir()
    command('ip', 'link', 'set', 'lo', 'up')
    name_servers(UPSTREAM)


def name_servers(*addresses):
    """Makes /etc/resolv.conf name these servers, in here."""
    ours = WORK / 'resolv.conf'
    ours.write_text(''.join(f'nameserver {address}\n' for address in addresses))
    real = Path(os.path.realpath('/etc/resolv.conf'))
    if real.parts[:2] == ('/', 'run') or real.parts[:3] == ('/', 'var', 'run'):
        real.parent.mkdir(parents=True, exist_ok=True)
        real.write_text(ours.read_text())
    elif not os.path.ismount(real):
        command('mount', '--bind', ours, real)


def run_case(text, function):
    try:
        function()
    except (Failure, wire.Broken) as failure:
        print(f'FAILED {text}\n       ' + str(failure).replace('\n', '\n       '), flush=True)
        return False
    except Exception:  # a broken test must not end the ones after it
        print(f'FAILED {text}\n       ' + traceback.format_exc().replace('\n', '\n       '),
              flush=True)
        return False
    print(f'ok     {text}', flush=True)
    return True


def run(setup=None, teardown=None):
    """Runs the cases of the file, or those whose text has argv[1] in it, and exits."""
    isolate()
    furnish()
    only = sys.argv[1] if len(sys.argv) > 1 else ''
    cases = [(text, function) for text, function in CASES if only in text]
    if setup:
        cases.insert(0, ('the server starts', setup))
    if teardown:
        cases.append(('the server stops cleanly', teardown))
    passed = failed = 0
    for text, function in cases:
        if run_case(text, function):
            passed += 1
        else:
            failed += 1
            if function is setup:
                break
    if failed:
        for log in sorted(WORK.glob('*.log')):
            lines = log.read_text(errors='replace').splitlines()
            print(f'-- {log.name}, the last of {len(lines)} lines')
            print('\n'.join(lines[-40:]))
    for server in list(SERVERS):
        server.stop(signal.SIGKILL)
    name = 'e2e/' + Path(sys.argv[0]).stem.removeprefix('test_')
    print(f'{name}: {passed} passed, {failed} failed', flush=True)
    os._exit(0 if passed and not failed else 1)


def stops_cleanly(server):
    """A teardown: it is still alive, and ends with status 0 when asked to."""
    def teardown():
        expect(server.alive(), f'the server died, status {server.process.poll()}')
        expect_equal(server.stop(), 0, 'exit status')
    return teardown
