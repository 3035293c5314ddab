# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Other zones for other clients: who sees what, over both transports and families, and reloads."""
import re
import shutil
import signal
import socket

import wire
from harness import (HERE, V4, V6, WORK, Server, case, command, expect,
                     expect_equal, run, stops_cleanly, test_config, wait_for)
from wire import ask

# Clients on the TAP port's network: of the first view, of the second, of none. 10.53.0.1 is of none.
INSIDE, INSIDE_V6, SECOND, NOBODY = '10.53.0.66', 'fd53::66', '10.53.0.67', '10.53.0.68'


def configure():
    config = test_config({'example.com.': 'example.zone', 'example.net.': 'other.zone'})
    shutil.copy(HERE / 'zones' / 'inside.zone', WORK)
    zones = [{'name': 'example.com.', 'file': str(WORK / 'inside.zone')}]
    config['acl'] = [{'name': 'clients', 'networks': [INSIDE + '/32', INSIDE_V6 + '/128']}]
    config['view'] = [
        {'name': 'inside', 'acl': 'clients', 'zones': zones},
        {'name': 'second', 'acl': '10.53.0.66/31', 'zones': zones},
    ]
    return config


server = None


def setup():
    global server
    server = Server(configure())
    server.start()
    device = next(word.split('=')[1] for port in server.settings['dpdk']['ports']
                  for word in port['device'].split(',') if word.startswith('iface='))
    for address in (INSIDE, SECOND, NOBODY):
        command('ip', 'address', 'add', address + '/24', 'dev', device)
    command('ip', 'address', 'add', INSIDE_V6 + '/64', 'dev', device, 'nodad')


def source(address):
    """A transport for wire.ask() that asks from one of our addresses by UDP."""
    def transport(to, message, timeout):
        with socket.socket(wire.family_of(to), socket.SOCK_DGRAM) as client:
            client.settimeout(timeout)
            client.bind((address, 0))
            client.connect((to, 53))
            client.send(message)
            try:
                return client.recv(65535)
            except TimeoutError:
                return None
    return transport


def stream(address):
    """The same by TCP."""
    def transport(to, message, timeout):
        with socket.create_connection((to, 53), timeout, (address, 0)) as client:
            client.sendall(len(message).to_bytes(2, 'big') + message)
            with client.makefile('rb') as answers:
                return answers.read(int.from_bytes(answers.read(2), 'big'))
    return transport


def addresses(name, transport, to=V4):
    answer = ask(to, name, 'A', transport=transport)
    return answer.status, [record.data for record in answer.answer if record.type == 1]


@case('a client of a view sees its zone, over UDP and TCP, IPv4 and IPv6')
def inside():
    for transport in (source(INSIDE), stream(INSIDE)):
        expect_equal(addresses('www.example.com', transport), ('NOERROR', ['10.80.80.80']), 'www')
    expect_equal(addresses('www.example.com', source(INSIDE_V6), V6),
                 ('NOERROR', ['10.80.80.80']), 'IPv6')
    expect_equal(addresses('secret.example.com', source(SECOND)), ('NOERROR', ['10.80.80.81']),
                 'second view')


@case('others see the common zones and nothing of the view')
def outside():
    for transport in (source(NOBODY), stream(NOBODY), wire.udp):
        expect_equal(addresses('www.example.com', transport), ('NOERROR', ['192.0.2.80']), 'www')
        expect_equal(addresses('secret.example.com', transport), ('NXDOMAIN', []), 'secret')
    expect_equal(addresses('www.example.com', source('fd53::1'), V6), ('NOERROR', ['192.0.2.80']), 'IPv6')


@case('what a view does not have comes from the common zones, at the end of an alias too')
def common():
    expect_equal(addresses('www.example.net', source(INSIDE)), ('NOERROR', ['192.0.2.90']), 'www')
    expect_equal(addresses('away.example.com', source(INSIDE)), ('NOERROR', ['192.0.2.90']),
                 'alias')
    expect_equal(ask(V4, 'multi.example.com', transport=source(INSIDE)).status, 'NXDOMAIN',
                 'a name that only the common version of a zone of the view has')
    expect_equal(addresses('www.example.org', source(INSIDE))[0], 'REFUSED', 'nobody has it')


@case('a file that two views name is read once')
def once():
    found = re.search(r'(\d+) zones with (\d+) records are loaded', server.log_text())
    expect_equal(found[1], '3', 'zones')


@case('SIGHUP reads the zones of views again; a broken one stays as it was')
def reload():
    file = WORK / 'inside.zone'
    text = file.read_text()
    file.write_text(text.replace('10.80.80.80', '10.80.80.90'))
    server.process.send_signal(signal.SIGHUP)
    wait_for('the new address', lambda: addresses('www.example.com', source(SECOND))[1]
             == ['10.80.80.90'])
    expect_equal(addresses('www.example.com', wire.udp)[1], ['192.0.2.80'], 'outside')
    file.write_text(text + 'broken A here\n')
    before = server.log_text().count('stays in service')
    server.process.send_signal(signal.SIGHUP)
    wait_for('the message', lambda: server.log_text().count('stays in service') > before)
    wait_for('the end of the reload', lambda: server.log_text().count('ZON007') == 2)
    for client in (INSIDE, SECOND):
        expect_equal(addresses('www.example.com', source(client))[1], ['10.80.80.90'], client)
    expect(server.alive(), 'the server ended')


run(setup, lambda: stops_cleanly(server)())
