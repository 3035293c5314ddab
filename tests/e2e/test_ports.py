# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Several ports of one server at once, each with another driver: memif and virtio-user behind a switch (DPDK's
testpmd) that ends in interfaces of the kernel, so that real clients use them; vhost-user with two queues, which
scloud-dnsperf asks; a TAP. And what telemetry says of them."""
import json
import os
import subprocess

from harness import (BUILD, V4, V6, WORK, Server, accounts_hold, case, command, dig, expect, expect_equal, run,
                     status_of, stops_cleanly, telemetry_list, test_config, wait_for)

DNSPERF = BUILD / 'app' / 'scloud-dnsperf' / 'scloud-dnsperf'
# Our addresses on each port; the client's end of a network is .1.
MEMIF, VIRTIO, VHOST = '10.54.0.2', '10.55.0.2', '10.56.0.2'
NETWORKS = {'memif': (MEMIF, 'fd54::2'), 'virtio': (VIRTIO, 'fd55::2')}
LANES = 2


def config():
    made = test_config({'example.com.': 'example.zone'})
    made['dpdk']['lanes'] = LANES
    made['dpdk']['ports'] = [
        {'name': 'memif', 'device': f'net_memif0,role=client,socket-abstract=no,socket={WORK}/memif.sock',
         'queues': 1, 'addresses': [f'{MEMIF}/24', 'fd54::2/64']},
        {'name': 'virtio', 'device': f'net_virtio_user0,path={WORK}/virtio.sock',
         'addresses': [f'{VIRTIO}/24', 'fd55::2/64']},
        {'name': 'vhost', 'device': f'net_vhost0,iface={WORK}/vhost.sock,queues={LANES}',
         'addresses': [f'{VHOST}/24']},
        {'name': 'tap', 'device': 'net_tap0,iface=scloud0', 'queues': LANES,
         'addresses': [f'{V4}/24', f'{V6}/64'], 'host_addresses': ['10.53.0.1/24', 'fd53::1/64']}]
    return made


server = Server(config())
switch = None


def open_switch():
    """testpmd: each port of the server to a TAP. It ends when its input does."""
    global switch
    log = open(WORK / 'testpmd.log', 'wb')
    switch = subprocess.Popen(
        ['dpdk-testpmd', '--no-huge', '-m', '256', '--no-pci', '--no-telemetry', '--file-prefix', 'ports-switch',
         '--lcores', '0,1',
         '--vdev', f'net_memif0,role=server,socket-abstract=no,socket={WORK}/memif.sock',
         '--vdev', 'net_tap0,iface=memif0',
         '--vdev', f'net_vhost0,iface={WORK}/virtio.sock', '--vdev', 'net_tap1,iface=virtio0', '--',
         '--forward-mode=io', '--auto-start', '--total-num-mbufs=16384'],
        stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT)
    for name, addresses in NETWORKS.items():
        wait_for(f'the interface {name}0', lambda: os.path.exists(f'/sys/class/net/{name}0'), 60)
        for address in addresses:
            ours = address[:-1] + ('1/64' if ':' in address else '1/24')
            command('ip', 'address', 'add', ours, 'dev', f'{name}0', *(['nodad'] if ':' in address else []))
        command('ip', 'link', 'set', f'{name}0', 'up')
    wait_for('the switch', lambda: b'Port 3' in (WORK / 'testpmd.log').read_bytes(), 60)


def setup():
    open_switch()
    server.launch()
    for addresses in NETWORKS.values():
        command('dig', f'@{addresses[0]}', '+tries=60', '+timeout=1', 'www.example.com', timeout=90)
    expect(server.alive(), 'the server ended')


def received(port):
    return server.telemetry('/scloud/ports')[port]['rx_packets']


def all_of_it(port, *addresses):
    for address in addresses:
        command('ping', '-c', 1, '-W', 3, address)
        before = received(port)
        text = dig(address, '+tries=3', 'www.example.com')
        expect_equal(status_of(text), 'NOERROR', address)
        expect('192.0.2.80' in text, text)
        expect(received(port) > before, f'{port} received nothing')
        expect_equal(status_of(dig(address, '+tries=3', '+tcp', 'huge.example.com', 'TXT')), 'NOERROR', address)


@case('memif: ARP, neighbour discovery, ping, UDP and TCP')
def memif():
    all_of_it('memif', *NETWORKS['memif'])


@case('virtio-user: the same')
def virtio():
    all_of_it('virtio', *NETWORKS['virtio'])


@case('a TAP beside them: the same')
def tap():
    all_of_it('tap', V4, V6)


@case('vhost-user with two queues: every answer is right, and each queue feeds a lane of its own')
def vhost():
    def lanes():
        return [stage['made'] for name, stage in telemetry_list(server, '/scloud/workers').items()
                if name.startswith('LISTENER')]
    before = lanes()
    figures = WORK / 'perf.json'
    queries = 'www.example.com A NOERROR\nnothere.example.com A NXDOMAIN\n'
    command(DNSPERF, '--device', f'net_virtio_user0,path={WORK}/vhost.sock,queues={LANES},queue_size=256',
            '--lcores', LANES, '-s', VHOST, '--source', '10.56.0.20-10.56.0.99', '-n', 1000, '-q', 20,
            '--json', figures, '--quiet', input=queries, timeout=60)
    got = json.loads(figures.read_text())
    expect_equal((got['sent'], got['answered'], got['lost'], got['mismatched'], got['bad_checksum']),
                 (2000, 2000, 0, 0, 0), 'counts')
    expect(all(now - then > 100 for now, then in zip(lanes(), before)), f'lanes {before} became {lanes()}')


@case('telemetry shows each port: driver, link, queues, MTU, counters')
def telemetry():
    ports = server.telemetry('/scloud/ports')
    expect_equal(ports['count'], 4, 'ports')
    for name, driver in (('memif', 'net_memif'), ('virtio', 'net_virtio_user'), ('vhost', 'net_vhost'),
                         ('tap', 'net_tap')):
        port = ports[name]
        expect_equal((port['driver'], port['mode'], port['mtu']), (driver, 'owned', 1500), name)
        expect(port['rx_packets'] > 0 and port['tx_packets'] > 0, f'{name}: {port}')
    expect_equal((ports['vhost']['rx_queues'], ports['tap']['rx_queues'], ports['memif']['rx_queues']),
                 (LANES, LANES, 1), 'receive queues')
    expect_equal((ports['tap']['link'], ports['memif']['link']), ('up', 'up'), 'links')


@case('telemetry shows all that a driver counts, from any entry on; wrong parameters give nothing')
def xstats():
    every = server.telemetry('/scloud/xstats,tap')
    expect_equal(len(every) - 1, every['count'], 'counters')
    expect(every['rx_good_packets'] > 0 and 'rx_q1_packets' in every, str(every))
    some = server.telemetry(f'/scloud/xstats,tap,{every["count"] - 2}')
    expect_equal(len(some), 3, str(some))
    for wrong in ('nosuch', 'tap,x', 'tap,-1', ''):
        expect_equal(server.telemetry(f'/scloud/xstats,{wrong}'), None, f'"{wrong}"')


@case('a peer that goes away leaves the others as they are')
def peer_gone():
    switch.stdin.close()
    switch.wait(60)
    expect_equal(status_of(dig(V4, '+tries=3', 'www.example.com')), 'NOERROR', 'the TAP')
    wait_for('the link of memif to go down', lambda: server.telemetry('/scloud/ports')['memif']['link'] == 'down', 60)
    accounts_hold(server)


run(setup, stops_cleanly(server))
