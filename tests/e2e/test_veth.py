# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""A port that is a kernel interface (af_packet on veth), with a client in another namespace."""
from harness import (Server, case, command, expect, expect_equal, run, status_of,
                     stops_cleanly, test_config)

# It measures: nothing else may run beside it.
ALONE = True

SERVER4, SERVER6 = '198.51.100.1', '2001:db8:51::1'
CLIENT4, CLIENT6 = '198.51.100.2', '2001:db8:51::2'


def config():
    made = test_config({'example.com.': 'example.zone'})
    made['dpdk']['ports'] = [{'name': 'veth', 'device': 'net_af_packet0,iface=server0',
                              'addresses': [f'{SERVER4}/24', f'{SERVER6}/64']}]
    return made


server = Server(config())


def client(*words):
    return command('ip', 'netns', 'exec', 'client', *words)


def setup():
    command('ip', 'netns', 'add', 'client')
    command('ip', 'link', 'add', 'server0', 'type', 'veth', 'peer', 'name', 'client0',
            'netns', 'client')
    for where, name, addresses in ((command, 'server0', (SERVER4 + '/24', SERVER6 + '/64')),
                                   (client, 'client0', (CLIENT4 + '/24', CLIENT6 + '/64'))):
        for address in addresses:
            where('ip', 'address', 'add', address, 'dev', name, *(['nodad'] if ':' in address else []))
        where('ip', 'link', 'set', name, 'up')
    server.launch()
    server_ready()


def server_ready():
    """Readiness as the client sees it: dig's own patience is the deadline."""
    command('ip', 'netns', 'exec', 'client', 'dig', f'@{SERVER4}', '+tries=20', '+timeout=1',
            'www.example.com')


@case('UDP over IPv4 and IPv6: a neighbour whose checksums are only begun is answered')
def udp():
    for address in (SERVER4, SERVER6):
        text = client('dig', f'@{address}', '+tries=1', '+timeout=3', 'www.example.com')
        expect_equal(status_of(text), 'NOERROR', address)
        expect('192.0.2.80' in text, text)


@case('TCP over IPv4 and IPv6')
def tcp():
    for address in (SERVER4, SERVER6):
        text = client('dig', f'@{address}', '+tcp', '+tries=1', '+timeout=3', 'huge.example.com', 'TXT')
        expect_equal(status_of(text), 'NOERROR', address)


@case('each query has one answer: the kernel adds no "port unreachable"')
def one_answer():
    before = icmp_out()
    for _ in range(20):
        client('dig', f'@{SERVER4}', '+tries=1', '+timeout=3', 'www.example.com')
    expect_equal(icmp_out(), before, 'ICMP messages that the kernel sent')


def icmp_out():
    lines = [line.split() for line in open('/proc/net/snmp') if line.startswith('IcmpMsg:')]
    return dict(zip(*lines)).get('OutType3', '0') if len(lines) == 2 else '0'


@case('ping answers')
def ping():
    client('ping', '-c', 2, '-i', 0.2, '-W', 2, SERVER4)
    client('ping', '-c', 2, '-i', 0.2, '-W', 2, SERVER6)


@case('an answer larger than the frame goes in no frame that is too large')
def mtu():
    text = client('dig', f'@{SERVER4}', '+ignore', '+bufsize=4096', '+tries=1', '+timeout=3',
                  'huge.example.com', 'TXT')
    expect(' tc' in text.split('flags:')[1].split(';')[0], text)


@case('no loss at a moderate rate')
def load():
    open('/run/e2e/queries', 'w').writelines(f'host{i}.example.com A\n' for i in range(1000))
    text = client('dnsperf', '-s', SERVER4, '-d', '/run/e2e/queries', '-Q', 2000, '-l', 3)
    expect('Queries lost:         0 ' in text, text)


@case('the interface is as it was after the end')
def end():
    before = command('ip', '-o', 'address', 'show', 'dev', 'server0')
    expect_equal(stops_cleanly(server)(), None, 'end')
    expect_equal(command('ip', '-o', 'address', 'show', 'dev', 'server0'), before, 'server0')


run(setup)
