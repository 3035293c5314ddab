# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""scloud-dns --probe: what it says of a machine whose interfaces and rights the test has set up."""
import re
import socket
import subprocess

from harness import BINARY, case, command, expect, expect_equal, run

UNDER_SANITIZERS = True


def probe(*before):
    """Output and exit status."""
    result = subprocess.run([*before, str(BINARY), '--probe'], text=True, timeout=30,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    expect_equal(result.stderr, '', 'standard error')
    return result.stdout, result.returncode


def state(text, what):
    found = re.search(rf'^  {re.escape(what)} +(\S+)', text, re.MULTILINE)
    expect(found, f'no row "{what}" in\n{text}')
    return found[1]


@case('as root: the default configuration can start, all rows are there')
def as_root():
    text, status = probe()
    expect_equal(status, 0, 'exit status')
    for title in ('Processors', 'Huge pages', 'PCI network devices', 'Interfaces of the kernel',
                  'DPDK', 'Kernel', 'This process', 'What to do'):
        expect(re.search(rf'^{title}', text, re.MULTILINE), f'no table "{title}"')
    for what in ('/dev/net/tun', 'network namespaces', 'CAP_NET_ADMIN'):
        expect_equal(state(text, what), 'yes', what)
    expect('net_tap' in text and 'net_af_packet' in text, 'DPDK\'s drivers are not listed')


@case('interfaces are listed with kind, state and MTU')
def interfaces():
    command('ip', 'link', 'add', 'pair0', 'mtu', '1400', 'type', 'veth', 'peer', 'name', 'pair1')
    text, _ = probe()
    expect(re.search(r'^  pair0 +\S+ +down +1400 +\d+$', text, re.MULTILINE), text)
    command('ip', 'link', 'delete', 'pair0')


@case('the DNS port: free, or taken by somebody')
def dns_port():
    expect_equal(state(probe()[0], 'UDP port 53'), 'free', 'before')
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(('127.0.0.1', 53))
        text, status = probe()
    expect_equal(state(text, 'UDP port 53'), 'taken', 'while somebody holds it')
    expect_equal(state(text, 'TCP port 53'), 'free', 'the other protocol')
    expect('- UDP port 53 is taken' in text, 'nothing is advised')
    expect_equal(status, 0, 'exit status: a TAP can start all the same')


@case('without rights: what is missing is said, and the exit status is 1')
def without_rights():
    text, status = probe('setpriv', '--bounding-set=-all', '--inh-caps=-all')
    expect_equal(status, 1, 'exit status')
    expect_equal(state(text, 'CAP_NET_ADMIN'), 'no', 'CAP_NET_ADMIN')
    expect_equal(state(text, 'network namespaces'), 'no', 'network namespaces')
    expect('- No CAP_NET_ADMIN' in text, 'nothing is advised')


@case('wrong use: one line and exit status 2')
def wrong_use():
    for words in (['--probe=x'], ['--probe', '--graph']):
        result = subprocess.run([str(BINARY), *words], text=True, capture_output=True, timeout=30)
        expect_equal(result.returncode, 2, f'exit status of {words}')
        expect_equal(result.stderr.count('\n'), 1, f'lines about {words}')


run()
