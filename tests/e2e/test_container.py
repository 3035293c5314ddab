# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""As in a container: another user than root, of all capabilities CAP_NET_RAW alone, af_packet on the container's own
interface; the client is outside."""
from pathlib import Path

from harness import (BINARY, Server, case, command, expect, expect_equal, run, status_of, stops_cleanly,
                     test_config, wait_for)

SERVER4, SERVER6 = '198.51.100.1', '2001:db8:51::1'
CLIENT4, CLIENT6 = '198.51.100.2', '2001:db8:51::2'
# What a container engine does: the user, its one capability, nothing else ever.
CONFINED = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs',
            '--inh-caps=-all,+net_raw', '--ambient-caps=-all,+net_raw', '--bounding-set=-all,+net_raw']


def config():
    made = test_config({'example.com.': 'example.zone'})
    made['dpdk']['ports'] = [{'name': 'eth', 'device': 'net_af_packet0,iface=eth0',
                              'addresses': [f'{SERVER4}/24', f'{SERVER6}/64']}]
    return made


server = Server(config())


def client(*words):
    return command('ip', 'netns', 'exec', 'client', *words)


def setup():
    command('ip', 'netns', 'add', 'client')
    command('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'client0', 'netns', 'client')
    for where, name, addresses in ((command, 'eth0', (f'{SERVER4}/24', f'{SERVER6}/64')),
                                   (client, 'client0', (f'{CLIENT4}/24', f'{CLIENT6}/64'))):
        for address in addresses:
            where('ip', 'address', 'add', address, 'dev', name, *(['nodad'] if ':' in address else []))
        where('ip', 'link', 'set', name, 'up')
    # As container engines set it; else it takes CAP_NET_BIND_SERVICE too.
    Path('/proc/sys/net/ipv4/ip_unprivileged_port_start').write_text('0')
    server.before = CONFINED
    server.launch()
    wait_for('the server', lambda: 'SRV002' in server.log_text() or not server.alive(), 60)
    expect(server.alive(), 'the server ended')


@case('it has CAP_NET_RAW and nothing else, and is not root')
def confined():
    status = dict(line.split(':\t', 1) for line in open(f'/proc/{server.process.pid}/status') if ':\t' in line)
    expect_equal(status['Uid'].split()[0], '65534', 'user')
    for which in ('CapPrm', 'CapEff', 'CapBnd'):
        expect(int(status[which], 16) & ~(1 << 13) == 0, f'{which}: {status[which]}')


@case('the filter under which the port was started is gone with its thread')
def no_filter_stays():
    expect('PRT026' in server.log_text(), server.log_text())
    for path in Path(f'/proc/{server.process.pid}/task').glob('*/status'):
        status = path.read_text()
        expect('Seccomp_filters:\t1\n' in status, f'more than that of the sandbox: {status}')


@case('UDP and TCP over IPv4 and IPv6 are answered, once')
def answers():
    for address in (SERVER4, SERVER6):
        for transport in ('+notcp', '+tcp'):
            text = client('dig', f'@{address}', transport, '+tries=3', '+timeout=2', 'www.example.com')
            expect_equal(status_of(text), 'NOERROR', f'{address} {transport}')
            expect('192.0.2.80' in text, text)
    expect('PRT014' not in server.log_text(), 'the kernel answers too:\n' + server.log_text())


@case('--probe says that an af_packet port can work here')
def probe():
    text = command(*CONFINED, BINARY, '--probe', check=False)
    expect('AF_PACKET              yes' in text and 'CAP_NET_RAW            yes' in text, text)


run(setup, stops_cleanly(server))
