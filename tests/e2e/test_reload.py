# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""A large zone is edited and read again under load: nothing is lost or mixed, memory stays."""
import os
import re
import signal
import sys
import threading
import time

import wire
from harness import (TOP, V4, WORK, Failure, Server, accounts_hold, case, dnsperf, expect,
                     expect_equal, run, stops_cleanly, test_config, wait_for)

sys.path.insert(0, str(TOP / 'scripts' / 'bench.d'))
import zone_file  # noqa: E402

# It measures: nothing else may run beside it.
ALONE = True

# By hand: SCLOUD_NAMES=1000000 SCLOUD_RELOADS=100 sudo -E tests/e2e/test_reload.py
NAMES = int(os.environ.get('SCLOUD_NAMES', 72000))  # 99,000 records
RELOADS = int(os.environ.get('SCLOUD_RELOADS', 20))
RATE = 2000
# A reload of this zone takes about 0.1 s; of a million names 1 s.
RELOAD_S = 5 + NAMES / 20000
ZONE = WORK / 'large.zone'
LARGE = test_config()
LARGE['zone'] = [{'name': 'example.', 'type': 'master', 'file': str(ZONE)}]
server = Server(LARGE)
serial = 1


def setup():
    zone_file.write(ZONE, NAMES)
    server.start(wire.query('changing.example', 'TXT'))


def said(pattern):
    return len(re.findall(pattern, server.log_text()))


def version():
    """The serial, as the SOA record tells it."""
    return wire.ask(V4, 'example', 'SOA').answer[0].data[2]


def edit(change):
    """Puts another version of the file in place, as editors do: at once."""
    text = change(ZONE.read_text())
    new = ZONE.with_suffix('.new')
    new.write_text(text)
    new.rename(ZONE)


def next_version():
    """Counts up the serial and the records that tell it: one at the apex, one below."""
    global serial
    old, serial = serial, serial + 1
    edit(lambda text: text.replace(f'hostmaster {old} ', f'hostmaster {serial} ', 1)
         .replace(f'TXT "{old}"', f'TXT "{serial}"', 2))


def reload():
    """Asks for a reload and gives the time until the log tells of its end."""
    before, start = said('ZON007'), time.monotonic()
    server.process.send_signal(signal.SIGHUP)
    wait_for('the end of the reload', lambda: said('ZON007') > before, RELOAD_S, every=0.005)
    return time.monotonic() - start


class Readers:
    """Clients that ask for the changing record and the SOA in one message after the other, and note
    the versions that they see."""

    def __init__(self, count=2):
        self.go_on = True
        self.seen = []
        self.trouble = []
        self.threads = [threading.Thread(target=self.read) for _ in range(count)]

    def read(self):
        newest = 0
        try:
            while self.go_on:
                first = int(wire.ask(V4, 'changing.example', 'TXT').answer[0].data[1:])
                soa = version()
                last = int(wire.ask(V4, 'changing.example', 'TXT').answer[0].data[1:])
                if not newest <= first <= soa <= last:
                    self.trouble.append(f'after {newest}: {first}, SOA {soa}, {last}')
                newest = last
                self.seen.append(last)
        except Exception as problem:
            self.trouble.append(repr(problem))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.go_on = False
        for thread in self.threads:
            thread.join()


@case('one record is edited under load: no query is lost, the new version is seen at once')
def one_record():
    results = []
    queries = [f'host{i}.g{i // 1000}.example A' for i in range(0, NAMES, 8)]
    load = threading.Thread(target=lambda: results.append(
        dnsperf(V4, queries, '-Q', RATE, '-l', 6, '-t', 3)))
    with Readers() as readers:
        load.start()
        times = []
        while load.is_alive():
            next_version()
            times.append(reload())
            start = time.monotonic()
            expect_equal(version(), serial, 'serial right after the reload')
            expect(time.monotonic() - start < 1, 'the first answer took a second')
        load.join()
    print(f'       measured: reload in {min(times):.2f} s under load')
    expect_equal(readers.trouble, [], 'what readers saw')
    expect(serial in readers.seen, 'no reader saw the last version')
    expect(results, 'dnsperf failed')
    expect_equal(results[0]['lost'], 0, 'lost\n' + results[0]['text'])
    expect_equal(set(results[0]['codes']), {'NOERROR'}, 'rcodes')


@case('a message is of one version: SOA and TXT of the apex agree in each answer for ANY')
def one_message():
    trouble, seen, go_on = [], set(), True

    def ask_all():
        with wire.Tcp(V4) as stream:
            while go_on:
                stream.send(wire.query('example', 'ANY'))
                records = wire.Message(stream.receive()).answer
                soa = [record.data[2] for record in records if record.type == wire.TYPES['SOA']]
                text = [int(record.data[1:]) for record in records
                        if record.type == wire.TYPES['TXT']]
                seen.add(tuple(soa))
                if soa != text:
                    trouble.append(f'SOA {soa}, TXT {text}')
    reader = threading.Thread(target=ask_all)
    reader.start()
    for _ in range(5):
        next_version()
        reload()
        wait_for('an answer of this version', lambda: (serial,) in seen)
    go_on = False
    reader.join()
    expect_equal(trouble, [], 'mixtures')


@case('a broken file: the old version stays, the log says where and what')
def broken_file():
    good = ZONE.read_text()
    before = version()
    edit(lambda text: text.replace('changing TXT', 'changing TXTX', 1))
    with Readers() as readers:
        reload()
        expect_equal(version(), before, 'serial')
    expect_equal(readers.trouble, [], 'what readers saw')
    log = server.log_text()
    expect('large.zone:7:10: ' in log and 'TXTX' in log, 'the log does not say what is wrong')
    expect('stays in service' in log, 'the log does not say that the old version stays')
    edit(lambda _: good)
    next_version()
    reload()
    expect_equal(version(), serial, 'serial of the mended file')


@case('a file that is gone: the old version stays')
def no_file():
    hidden = ZONE.with_suffix('.hidden')
    ZONE.rename(hidden)
    reload()
    expect_equal(version(), serial, 'serial')
    hidden.rename(ZONE)


@case('memory after many reloads is what it was after the first')
def memory():
    def next_one():
        next_version()
        reload()
        return server.rss_kib()
    for _ in range(3):  # the allocator's own room settles
        first = next_one()
    sizes = [next_one() for _ in range(RELOADS)]
    print(f'       measured: {first} KiB, then {min(sizes)} to {max(sizes)}, at last {sizes[-1]}')
    expect(sizes[-1] <= first * 1.02 + 1024, f'{first} KiB, after {RELOADS} reloads {sizes[-1]}')


@case('after it: in = answered + dropped by name, nothing dropped')
def accounts():
    expect_equal(accounts_hold(server)['dropped'], 0, 'dropped')


run(setup, stops_cleanly(server))
