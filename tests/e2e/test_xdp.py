# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""A port that shares a kernel interface by our XDP filter (af_xdp on veth), with a client in another namespace."""
import re
import signal

from harness import (Server, accounts_hold, case, command, expect, expect_equal, run, status_of,
                     stops_cleanly, test_config, wait_for)

SERVER4, SERVER6 = '198.51.100.1', '2001:db8:51::1'
CLIENT4, CLIENT6 = '198.51.100.2', '2001:db8:51::2'
OTHER4 = '198.51.100.3'  # the host's, not ours


def config(**port):
    made = test_config({'example.com.': 'example.zone'})
    made['dpdk']['ports'] = [{'name': 'xdp', 'device': 'net_af_xdp0,iface=server0',
                              'addresses': [f'{SERVER4}/24', f'{SERVER6}/64']} | port]
    return made


server = Server(config())


def client(*words):
    return command('ip', 'netns', 'exec', 'client', *words)


def setup():
    command('ip', 'netns', 'add', 'client')
    command('ip', 'link', 'add', 'server0', 'type', 'veth', 'peer', 'name', 'client0', 'netns', 'client')
    for where, name, addresses in (
            (command, 'server0', (f'{SERVER4}/24', f'{OTHER4}/24', f'{SERVER6}/64')),
            (client, 'client0', (f'{CLIENT4}/24', f'{CLIENT6}/64'))):
        for address in addresses:
            where('ip', 'address', 'add', address, 'dev', name, *(['nodad'] if ':' in address else []))
        where('ip', 'link', 'set', name, 'up')
    server.launch()
    server_ready(server)


def server_ready(which):
    wait_for('the server', lambda: 'SRV002' in which.log_text() or not which.alive(), 60)
    expect(which.alive(), 'the server ended')


def received(which):
    return which.telemetry('/scloud/ports')['xdp']['rx_packets']


def has_program():
    return 'xdp' in command('ip', 'link', 'show', 'dev', 'server0')


@case('UDP over IPv4 and IPv6 goes past the kernel')
def udp():
    for address in (SERVER4, SERVER6):
        before = received(server)
        text = client('dig', f'@{address}', '+tries=1', '+timeout=3', 'www.example.com')
        expect_equal(status_of(text), 'NOERROR', address)
        expect('192.0.2.80' in text, text)
        expect_equal(received(server) - before, 1, 'frames that the port received')


@case('everything else is the kernel\'s: TCP, ping, other UDP ports, other addresses')
def others():
    before = received(server)
    for address in (SERVER4, SERVER6):
        text = client('dig', f'@{address}', '+tcp', '+tries=1', '+timeout=3', 'huge.example.com', 'TXT')
        expect_equal(status_of(text), 'NOERROR', address)
        client('ping', '-c', 1, '-W', 2, address)
    for address, port in ((SERVER4, 5300), (OTHER4, 53)):
        text = command('ip', 'netns', 'exec', 'client', 'dig', f'@{address}', '-p', port, '+tries=1', '+timeout=1',
                       'www.example.com', check=False)
        expect('connection refused' in text, f'{address} port {port}: the kernel should have said no\n{text}')
    expect_equal(received(server), before, 'frames that the port received')


@case('a query in fragments is passed to the kernel, and answered there')
def fragments():
    before = received(server)
    client('ip', 'link', 'set', 'client0', 'mtu', '1280')
    query = '+ednsopt=65001:' + '00' * 1300
    text = client('dig', f'@{SERVER4}', query, '+tries=2', '+timeout=2', 'www.example.com')
    expect_equal(status_of(text), 'NOERROR', text)
    client('ip', 'link', 'set', 'client0', 'mtu', '1500')
    expect_equal(received(server), before, 'frames that the port received')


@case('no loss at a moderate rate, and the books are right')
def load():
    open('/run/e2e/queries', 'w').writelines(f'host{i}.example.com A\n' for i in range(1000))
    before = received(server)
    text = client('dnsperf', '-s', SERVER4, '-d', '/run/e2e/queries', '-Q', 2000, '-l', 2)
    expect('Queries lost:         0 ' in text, text)
    sent = int(re.search(r'Queries sent: +(\d+)', text)[1])
    expect(sent > 0 and received(server) - before >= sent, 'queries went over the kernel')
    accounts_hold(server)


@case('the end takes the filter away and leaves the interface as it was')
def end():
    before = command('ip', '-o', 'address', 'show', 'dev', 'server0')
    expect(has_program(), 'no filter on the interface')
    stops_cleanly(server)()
    expect(not has_program(), 'the filter is still there')
    expect_equal(command('ip', '-o', 'address', 'show', 'dev', 'server0'), before, 'server0')


@case('a server that is killed leaves no filter behind, and the next one starts')
def killed():
    first = Server(config(), 'first')
    first.launch()
    server_ready(first)
    first.stop(signal.SIGKILL)
    wait_for('the filter to go', lambda: not has_program(), 20)
    second = Server(config(), 'second')
    second.launch()
    server_ready(second)
    client('dig', f'@{SERVER4}', '+tries=3', '+timeout=1', 'www.example.com')
    stops_cleanly(second)()


@case('a second server on the interface says that it is taken')
def taken():
    first = Server(config(), 'holder')
    first.launch()
    server_ready(first)
    second = Server(config(), 'latecomer')
    second.launch()
    wait_for('the second to end', lambda: not second.alive(), 60)
    expect('PRT018' in second.log_text(), second.log_text())
    client('dig', f'@{SERVER4}', '+tries=3', '+timeout=1', 'www.example.com')
    stops_cleanly(first)()


run(setup)
