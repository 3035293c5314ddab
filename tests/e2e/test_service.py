# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""As a service: what the service manager and its journal are told, and what a crash leaves."""
import ctypes
import os
import re
import signal
import socket
import time
from pathlib import Path

import wire
from harness import (SANITIZED, WORK, Server, case, expect, expect_equal, run, test_config, wait_for)

CONFIG = test_config({'example.com.': 'example.zone'})
CONFIG['dpdk']['ports'] = []
PROBE = wire.query('www.example.com')
STARTED = []


def start(name, **sections):
    """A server at an address of its own: one that does not end disturbs no other case."""
    address = f'127.0.9.{len(STARTED) + 1}'
    listener = {'name': 'l', 'address': address, 'protocols': ['udp'], 'acl': 'any'}
    server = Server(dict(CONFIG, listener=[listener], **sections), name)
    STARTED.append(server)
    return server.start(PROBE, address)


def unset(*names):
    for name in names:
        os.environ.pop(name, None)
    for server in STARTED:
        server.stop(signal.SIGKILL)


class Manager:
    """Plays the service manager: the socket of NOTIFY_SOCKET."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(name if name[0] != '@' else '\0' + name[1:])
        self.socket.settimeout(0.05)
        self.seen = []
        os.environ['NOTIFY_SOCKET'] = name

    def told(self, word):
        """Whether a message with that line has come since the last look for it."""
        try:
            while True:
                self.seen.append(self.socket.recv(4096).decode().splitlines())
        except socket.timeout:
            pass
        for at, lines in enumerate(self.seen):
            if word in lines:
                del self.seen[:at + 1]
                return True
        return False

    def close(self):
        self.socket.close()
        unset('NOTIFY_SOCKET', 'WATCHDOG_USEC')


def life(name):
    manager = Manager(name)
    os.environ['WATCHDOG_USEC'] = '2000000'
    try:
        server = start('notify')
        wait_for('READY=1', lambda: manager.told('READY=1'))
        for turn in range(3):
            wait_for(f'sign of life {turn}', lambda: manager.told('WATCHDOG=1'))
        server.process.send_signal(signal.SIGHUP)
        wait_for('RELOADING=1', lambda: manager.told('RELOADING=1'))
        wait_for('READY=1 after a reload', lambda: manager.told('READY=1'))
        expect_equal(server.stop(), 0, 'exit status')
        wait_for('STOPPING=1', lambda: manager.told('STOPPING=1'))
    finally:
        manager.close()


@case('the service manager is told: ready, alive, reloading, ready again, stopping')
def notified():
    life('/run/e2e/notify.sock')


@case('and over a socket with an abstract name')
def abstract():
    life('@scloud-e2e-notify')


@case('an lcore that hangs ends the signs of life, and the log says which')
def hung():
    manager = Manager('/run/e2e/hung.sock')
    os.environ['WATCHDOG_USEC'] = '1000000'
    try:
        server = start('hung')
        wait_for('a sign of life', lambda: manager.told('WATCHDOG=1'))
        thread = int(next(path.parent.name for path in
                          Path(f'/proc/{server.process.pid}/task').glob('*/comm')
                          if 'resolver' in path.read_text().lower()))
        hold(thread)
        wait_for('SRV012', lambda: 'SRV012' in server.log_text(), 40)
        manager.told('drain what came before')
        manager.seen.clear()
        time.sleep(3)  # three times as long as a sign of life may be late
        expect(not manager.told('WATCHDOG=1'), 'signs of life while an lcore hangs')
        ptrace(PTRACE_DETACH, thread)
    finally:
        manager.close()


PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WALL = 0x40000000


def ptrace(request, thread):
    ctypes.CDLL(None).ptrace(request, thread, 0, 0)


def hold(thread):
    """Stops one thread alone, as a debugger does."""
    ptrace(PTRACE_SEIZE, thread)
    ptrace(PTRACE_INTERRUPT, thread)
    os.waitpid(thread, WALL)


@case('where standard error is the journal, lines have its priorities and no time')
def journal():
    log = WORK / 'journal.log'
    log.touch()
    status = os.stat(log)
    os.environ['JOURNAL_STREAM'] = f'{status.st_dev}:{status.st_ino}'
    try:
        server = start('journal')
        server.stop()
    finally:
        unset('JOURNAL_STREAM')
    expect(re.search(r'^<6>info  SRV002 server: ready', server.log_text(), re.MULTILINE),
           server.log_text())


@case('and elsewhere they have the time and no priorities, whatever JOURNAL_STREAM says')
def no_journal():
    os.environ['JOURNAL_STREAM'] = '1:1'
    try:
        server = start('no-journal')
        server.stop()
    finally:
        unset('JOURNAL_STREAM')
    expect(re.search(r'^\d{4}-\d\d-\d\dT\S+Z info  SRV002 server: ready', server.log_text(),
                     re.MULTILINE), server.log_text())


@case('components have levels of their own, and lose them with the configuration')
def levels():
    server = start('levels', logging={'level': 'error',
                                      'levels': [{'component': 'zones', 'level': 'info'}]})
    expect('ZON005' in server.log_text(), server.log_text())
    expect('SRV002' not in server.log_text(), server.log_text())
    rows = {row['component']: row['level'] for row in server.control('log', 'levels')}
    expect_equal((rows['zones'], rows['server']), ('info', 'error'), 'levels')
    expect_equal(server.stop(), 0, 'exit status')


@case('SIGUSR1 opens the log again and nothing else')
def reopen():
    file = WORK / 'turned.log'
    server = start('turned', logging={'file': str(file)})
    file.rename(WORK / 'turned.log.1')
    server.process.send_signal(signal.SIGUSR1)
    wait_for('the new log', file.exists)
    expect_equal(server.stop(), 0, 'exit status')
    expect('SRV003' in file.read_text(), file.read_text())
    expect('ZON007' not in file.read_text(), 'zones were read again')


def crashes(server, number):
    server.process.send_signal(number)
    server.process.wait(20)
    return server.process.returncode


@case('a crash leaves a report with thread, calls and memory map, and keeps its signal')
def crash():
    folder = WORK / 'crash'
    folder.mkdir()
    server = start('crash', sandbox={'crash_folder': str(folder)})
    expect_equal(crashes(server, signal.SIGSEGV), -signal.SIGSEGV, 'exit status')
    file, = folder.glob(f'crash-20*T*Z-{server.process.pid}.txt')
    text = file.read_text()
    for found in (r'^scloud-dns \S+ crashed at \d{8}T\d{6}Z: SIGSEGV .*thread \S+$', r'^rip [0-9a-f]{16}$',
                  r'^\S*scloud-dns\(\+0x[0-9a-f]+\)', r'r-xp .*/scloud-dns$'):
        expect(re.search(found, text, re.MULTILINE), f'no {found} in\n{text}')
    expect('SIGSEGV' in server.log_text(), 'nothing on standard error')
    expect(f'saved: {folder}/crash-' in server.log_text(), server.log_text())
    stamp = time.strptime(file.name.split('-')[1], '%Y%m%dT%H%M%SZ')
    expect(abs(time.mktime(stamp) - time.mktime(time.gmtime())) < 60, f'time of {file.name}')


@case('a crash saves the flight recorder, which another server reads')
def crash_flight():
    folder = WORK / 'flight'
    folder.mkdir()
    server = start('flight', sandbox={'crash_folder': str(folder)})
    expect_equal(crashes(server, signal.SIGSEGV), -signal.SIGSEGV, 'exit status')
    file, = folder.glob(f'crash-20*T*Z-{server.process.pid}.flight')
    reader = start('reader', sandbox={'crash_folder': str(folder)})
    # What the start asked.
    shown = str(reader.control('flight', 'show', str(file)))
    expect("'name': 'www.example.com.'" in shown, shown)
    expect_equal(reader.stop(), 0, 'exit status')


@case('a crash without a folder tells standard error')
def crash_plain():
    server = start('plain')
    expect_equal(crashes(server, signal.SIGABRT), -signal.SIGABRT, 'exit status')
    expect('SIGABRT' in server.log_text(), server.log_text())


if SANITIZED:
    print('e2e/service: 0 passed, 0 failed (sanitizers take crashes themselves)')
else:
    run()
