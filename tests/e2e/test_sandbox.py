# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""The sandbox: what the started server has given up, shown by letting it try."""
import os
import re
from pathlib import Path

import wire
from harness import (SANITIZED, UPSTREAM, V4, WORK, Server, case, command, expect, expect_equal, run,
                     stops_cleanly, test_config, wait_for)
from upstream import Upstream

CONFIG = test_config({'example.com.': 'example.zone'}, [UPSTREAM])
SECRET = Path('/root/secret-of-somebody')
SERVER = Server(CONFIG, 'sandbox', ['--test-sandbox'])


def setup():
    Upstream(UPSTREAM, {})
    SERVER.start(wire.query('www.example.com'))


def outcome(what, *path):
    return SERVER.control('sandbox', 'try', what, *path)['outcome']


def threads_of(server):
    """/proc/PID/task/*/status as dictionaries."""
    rows = []
    for path in Path(f'/proc/{server.process.pid}/task').glob('*/status'):
        rows.append(dict(line.split(':\t', 1) for line in path.read_text().splitlines()))
    return rows


def files_denied():
    for path in ('/etc/passwd', '/etc/shadow', '/root/.profile', '/bin/sh', '/home', '/'):
        expect_equal(outcome('read', path), 'EACCES', f'reading {path}')
    for path in ('/etc/e2e-made', '/usr/lib/e2e-made', '/tmp/e2e-made', '/dev/e2e-made'):
        expect_equal(outcome('write', path), 'EACCES', f'writing {path}')
        expect(not os.path.exists(path), f'{path} was made')


@case('it cannot read or write a file outside of its list')
def no_files():
    files_denied()


@case('it reads what it is to read: its configuration, zones, certificates of the system')
def own_files():
    for path in (SERVER.config, '/etc/resolv.conf', '/proc/self/status', '/etc/ssl/certs',
                 Path(__file__).parent / 'zones' / 'example.zone'):
        if os.path.exists(path):
            expect_equal(outcome('read', path), 'done', f'reading {path}')


@case('it cannot run a program, one that it may read neither')
def no_programs():
    for path in ('/bin/true', '/usr/bin/env', '/lib64/ld-linux-x86-64.so.2'):
        expect_equal(outcome('execute', path), 'EPERM', f'running {path}')
    expect(SERVER.alive(), 'the server became another program')


@case('it makes no process, no code, no raw frames, no namespace, and does not become root again')
def no_ways_out():
    for what in ('fork', 'code', 'frames', 'namespace', 'root', 'signal'):
        expect_equal(outcome(what), 'EPERM', what)


@case('what was denied is in the log, with its name and the thread')
def denied_is_told():
    outcome('frames')
    wait_for('SBX003 in the log', lambda: re.search(
        r'SBX003 sandbox: system call socket was denied [0-9]+ times, last in thread \S+',
        SERVER.log_text()))


@case('all threads are confined, none has a capability but those of its driver')
def all_threads():
    rows = threads_of(SERVER)
    expect(len(rows) > 3, f'only {len(rows)} threads')
    allowed = 1 << 1 | 1 << 12  # dac_override of root, net_admin of net_tap
    for row in rows:
        name = row['Name']
        expect_equal(row['NoNewPrivs'], '1', f'NoNewPrivs of {name}')
        expect_equal(row['Seccomp'], '2', f'Seccomp of {name}')
        for of in ('CapEff', 'CapPrm', 'CapBnd', 'CapAmb'):
            expect_equal(int(row[of], 16) & ~allowed, 0, f'{of} of {name}')


@case('sandbox show says so')
def show():
    shown = SERVER.control('sandbox', 'show')
    expect_equal(shown['seccomp'], 'on', 'seccomp')
    expect(shown['landlock'] >= 1, f'no Landlock: {shown}')
    expect_equal(shown['threads'], len(threads_of(SERVER)), 'threads')


@case('it answers, forwards and reloads as before')
def works():
    expect_equal(wire.ask(V4, 'www.example.com').rcode, 0, 'rcode')
    SERVER.control('zone', 'reload')
    expect_equal(wire.ask(V4, 'www.example.com').rcode, 0, 'rcode after a reload')


@case('as another user: it is that user, has no capability of root, and serves')
def other_user():
    folder = WORK / 'nobody'
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    config = test_config({'example.com.': 'example.zone'}, [UPSTREAM])
    config['sandbox'] = {'user': 'nobody'}
    config['dpdk']['ports'][0]['device'] = 'net_tap7,iface=sandbox7'
    config['dpdk']['ports'][0]['addresses'] = ['10.54.0.2/24']
    config['dpdk']['ports'][0]['host_addresses'] = ['10.54.0.1/24']
    config['logging'] = {'file': str(folder / 'log')}
    config['listener'] = []
    server = Server(config, 'nobody', ['--test-sandbox'])
    server.start(wire.query('www.example.com'), '10.54.0.2')
    for row in threads_of(server):
        expect_equal(row['Uid'].split(), ['65534'] * 4, f"uid of {row['Name']}")
        expect_equal(row['Gid'].split(), ['65534'] * 4, f"gid of {row['Name']}")
        expect_equal(int(row['CapEff'], 16) & ~(1 << 12), 0, f"CapEff of {row['Name']}")
    expect_equal(server.control('sandbox', 'try', 'root')['outcome'], 'EPERM', 'root')
    os.rename(folder / 'log', folder / 'log.old')
    server.process.send_signal(10)
    wait_for('the log to be opened again', lambda: (folder / 'log').exists())
    expect_equal(os.stat(folder / 'log').st_uid, 65534, 'owner of the new log')
    expect_equal(server.stop(), 0, 'exit status')
    text = (folder / 'log.old').read_text() + (folder / 'log').read_text()
    expect('SBX005' not in text, text)


@case('a user that does not exist is a clear error')
def no_user():
    config = dict(CONFIG, sandbox={'user': 'nobody-of-that-name'})
    server = Server(config, 'no-user')
    server.launch()
    expect_equal(server.process.wait(20), 2, 'exit status')
    expect('SBX001' in server.log_text(), server.log_text())


@case('each part can be switched off')
def switched_off():
    config = dict(CONFIG, sandbox={'drop_capabilities': False, 'landlock': False, 'seccomp': 'off'})
    config['dpdk'] = dict(config['dpdk'], ports=[])
    config['listener'] = [{'name': 'l', 'address': '127.0.0.9', 'protocols': ['udp'], 'acl': 'any'}]
    server = Server(config, 'open', ['--test-sandbox'])
    server.start(wire.query('www.example.com'), '127.0.0.9')
    row = threads_of(server)[0]
    expect_equal((row['NoNewPrivs'], row['Seccomp']), ('0', '0'), 'NoNewPrivs, Seccomp')
    for what in (('read', '/etc/passwd'), ('code',), ('frames',)):
        expect_equal(server.control('sandbox', 'try', *what)['outcome'], 'done', what)
    expect_equal(server.stop(), 0, 'exit status')


if SANITIZED:
    print('e2e/sandbox: 0 passed, 0 failed (builds with sanitizers are not confined)')
else:
    run(setup, stops_cleanly(SERVER))
