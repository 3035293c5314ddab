#!/usr/bin/env python3
# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""The control socket and scloud-dnsctl: commands, wrong use, hostile clients, a clock that is moved."""
import json
import os
import re
import socket
import stat
import subprocess
from pathlib import Path

import wire
from harness import (DNSCTL, V4, Server, case, dig, expect, expect_equal, run, stops_cleanly,
                     test_config, wait_for)

CONFIG = test_config({'example.com.': 'example.zone'})
SERVER = Server(CONFIG, arguments=['--test-clock'])


def setup():
    SERVER.start(wire.query('www.example.com'))


def dnsctl(*words, where=None):
    """Exit status, standard output and standard error of scloud-dnsctl."""
    result = subprocess.run([DNSCTL, '--socket', where or SERVER.socket(), *words], timeout=20, text=True,
                            stdin=subprocess.DEVNULL, capture_output=True)
    return result.returncode, result.stdout, result.stderr


def client():
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(SERVER.socket())
    connection.settimeout(10)
    return connection


def lines_of(connection, count):
    """So many lines of replies as Python values."""
    stream = connection.makefile('r')
    return [json.loads(stream.readline()) for _ in range(count)]


def refused(words, status, *parts):
    """The command ends with the status and one line on standard error that has these parts."""
    code, out, err = dnsctl(*words)
    expect_equal(code, status, f'exit status of {words}')
    expect_equal(out, '', f'standard output of {words}')
    expect_equal(err.count('\n'), 1, f'lines on standard error of {words}')
    for part in parts:
        expect(part in err, f'{words}: {part!r} is not in {err!r}')


@case('the socket is for the server\'s user only')
def mode():
    status = os.stat(SERVER.socket())
    expect(stat.S_ISSOCK(status.st_mode), 'no socket')
    expect_equal(stat.S_IMODE(status.st_mode), 0o600, 'mode')


@case('status tells what the server is, for people and as JSON')
def status():
    code, out, _ = dnsctl('status')
    expect_equal(code, 0, 'exit status')
    expect(re.search(rf'^pid +{SERVER.process.pid}$', out, re.MULTILINE), out)
    expect_equal(SERVER.control('status')['pid'], SERVER.process.pid, 'pid')


@case('every command has help, and its wrong use gives one line and status 2')
def wrong_use():
    commands = SERVER.control('help')
    expect(any(row['usage'] == 'clock advance SECONDS' for row in commands), str(commands))
    for row in commands:
        words = row['usage'].split(' [')[0].split()
        name = [word for word in words if word.islower()]
        refused([*name, '--no-such-option'], 2, '--no-such-option', row['usage'])
        if len(name) < len(words):
            refused(name, 2, 'is missing', row['usage'])
    refused(['clock'], 2, 'show, advance')
    refused(['frobnicate'], 2, 'unknown command frobnicate')
    refused(['clock', 'advance', 'soon'], 2, 'a number is needed, not soon')
    refused(['clock', 'advance', '-1'], 2, 'a number is needed')
    refused([], 2, 'a command is missing')


@case('without a server there is one clear line and status 1')
def no_server():
    code, _, err = dnsctl('status', where='/run/nothing.sock')
    expect_equal((code, err.count('\n')), (1, 1), 'status and lines')
    expect('/run/nothing.sock' in err, err)


@case('the clock moves for the whole server, and the log and the uptime keep theirs')
def clock():
    before = SERVER.control('clock', 'show')
    uptime = SERVER.control('status')['uptime_seconds']
    after = SERVER.control('clock', 'advance', '86400')
    moved = after['calendar_seconds'] - before['calendar_seconds']
    expect(86400 <= moved < 86460, f'moved by {moved} s')
    expect_equal(after['advanced_seconds'], 86400, 'advanced')
    expect(SERVER.control('status')['uptime_seconds'] - uptime < 60, 'the uptime was moved')
    expect(SERVER.telemetry('/scloud/stats')['uptime_seconds'] < 600, 'telemetry\'s uptime was moved')
    expect('192.0.2.' in dig(V4, 'www.example.com', '+short'), 'no answer after it')


@case('a TCP connection that the clock\'s move makes idle is closed at once')
def clock_closes():
    with socket.create_connection((V4, 53), timeout=10) as stream:
        query = wire.query('www.example.com')
        stream.sendall(len(query).to_bytes(2, 'big') + query)
        expect(stream.recv(2) != b'', 'no answer')
        SERVER.control('clock', 'advance', '3600')
        while stream.recv(65536):
            pass


@case('hostile clients stop neither the others nor the answers')
def hostile():
    silent = [client() for _ in range(10)]
    for number, connection in enumerate(silent):
        connection.sendall(b'{"command": "sta' if number % 2 else b'')
    flood = client()
    flood.setblocking(False)
    try:
        while True:  # asks and never reads, until the server stops reading
            flood.send(b'{"command":"help"}\n' * 100)
    except BlockingIOError:
        pass
    endless = client()
    try:
        endless.sendall(b'x' * 200000)
    except ConnectionError:
        pass
    expect('at most' in lines_of(endless, 1)[0]['error'], 'no word about the line')
    expect_equal(SERVER.control('status')['pid'], SERVER.process.pid, 'pid')
    expect('192.0.2.' in dig(V4, 'www.example.com', '+short'), 'no answer')
    for connection in [*silent, flood, endless]:
        connection.close()


@case('broken lines get an error each, and the connection goes on')
def broken_lines():
    lines = [b'', b'hello', b'[]', b'{}', b'{"command":1}', b'{"words":[]}', b'{"words":[1]}',
             b'{"words":["clock"],"command":"help"}', b'{"command":"help","arguments":[]}',
             b'{"command":"clock advance","arguments":{"seconds":-1}}',
             b'{"command":"clock advance","arguments":{"seconds":"1"}}',
             b'{"command":"clock advance","arguments":{"seconds":1e300}}',
             b'{"command":"help","arguments":{"x":1}}', b'{"command":"help"} trailing',
             b'{"command":"he\xff\xfe"}', b'{"command":"he\\u0000lp"}', b'[' * 1000]
    with client() as connection:
        connection.sendall(b'\n'.join(lines) + b'\n{"command":"status"}\r\n')
        replies = lines_of(connection, len(lines))
    for line, reply in zip(lines[1:], replies):
        expect_equal((reply['ok'], reply.get('wrong_use')), (False, True), f'{line}: {reply}')
    expect_equal(replies[-1]['result']['pid'], SERVER.process.pid, 'pid')


@case('who only ends its requests still gets the replies')
def half_closed():
    with client() as connection:
        connection.sendall(b'{"command":"status"}\n' * 3)
        connection.shutdown(socket.SHUT_WR)
        text = b''
        while part := connection.recv(65536):
            text += part
    expect_equal(text.count(b'"ok":true'), 3, 'replies')


@case('more clients than there are places are told so')
def too_many():
    clients = [client() for _ in range(40)]
    told = 0
    for connection in clients:
        connection.setblocking(False)
    def count_told():
        nonlocal told
        for connection in clients:
            try:
                told += b'too many clients' in connection.recv(1000)
            except BlockingIOError:
                pass
        return told >= 8
    wait_for('the surplus to be told', count_told)
    for connection in clients:
        connection.close()
    wait_for('a free place', lambda: dnsctl('status')[0] == 0)


@case('a dead server\'s socket is taken over, a living one\'s is not, and other files stay')
def sockets():
    config = CONFIG | {'control': {'socket': '/run/e2e/second.sock'}, 'listener': []}
    config['dpdk'] = {'ports': [], 'idle': 'interrupt'}
    path = Path('/run/e2e/second.sock')

    def second(name):
        server = Server(config, name)
        server.launch()
        wait_for('SRV002', lambda: 'SRV002' in server.log_text())
        return server
    first = second('first')
    other = second('other')
    expect('another server listens there' in other.log_text(), other.log_text())
    expect_equal(other.stop(), 0, 'exit status')
    first.stop(9)
    expect(path.is_socket(), 'the dead server\'s socket is gone')
    third = second('third')
    expect_equal(dnsctl('stop', where=path)[0], 0, 'status of stop')
    expect_equal(third.process.wait(20), 0, 'exit status')
    expect(not path.exists(), 'the socket stays behind')
    path.write_text('mine')
    fourth = second('fourth')
    expect('no socket is there' in fourth.log_text(), fourth.log_text())
    expect_equal(fourth.stop(), 0, 'exit status')
    expect_equal(path.read_text(), 'mine', 'the file')


@case('without --test-clock the clock stays where it is')
def no_test_clock():
    config = CONFIG | {'listener': []}
    config['dpdk'] = {'ports': [], 'idle': 'interrupt'}
    server = Server(config, 'plain')
    server.launch()
    wait_for('SRV002', lambda: 'SRV002' in server.log_text())
    code, _, err = dnsctl('clock', 'advance', '1', where=server.socket())
    expect_equal(code, 1, 'exit status')
    expect('--test-clock' in err, err)
    expect_equal(server.stop(), 0, 'exit status')


run(setup, stops_cleanly(SERVER))
