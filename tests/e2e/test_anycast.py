# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Anycast: BIRD in the kernel half of a port announces an address while the server answers, and withdraws it."""
import os
import re
import signal
import subprocess

import wire
from harness import TOP, V4, WORK, Server, case, command, expect, expect_equal, run, test_config, wait_for

SERVICE = '203.0.113.53'
CONFIG = test_config({'example.com.': 'example.zone'})
CONFIG['dpdk']['ports'][0]['namespace'] = 'dns'
CONFIG['dpdk']['ports'][0]['addresses'].append(f'{SERVICE}/32')
CONFIG['listener'] = []
SERVER = Server(CONFIG, 'anycast')
PROCESSES = []


def bird(name, text, *prefix):
    file = WORK / f'{name}.conf'
    file.write_text(text)
    process = subprocess.Popen([*prefix, 'bird', '-f', '-c', file, '-s', WORK / f'{name}.ctl',
                                '-P', WORK / f'{name}.pid'], stdout=subprocess.DEVNULL,
                               stderr=open(WORK / f'bird-{name}.log', 'w'))
    PROCESSES.append(process)
    wait_for(f'{name} to listen', (WORK / f'{name}.ctl').exists)


def ours():
    """The example, with the addresses of the test and without IPv6 sessions."""
    text = (TOP / 'config' / 'anycast' / 'bird.conf').read_text()
    text = text.replace('192.0.2.53', V4).replace('192.0.2.1 ', '10.53.0.1 ')
    text = text.replace('203.0.113.53', SERVICE).replace('log syslog all;', 'log stderr all;')
    expect_equal(len(re.findall(r'neighbor 10\.53\.0\.1 as', text)), 1, 'neighbours in the example')
    return text


ROUTER = '''
router id 10.53.0.1;
log stderr all;
protocol device { scan time 1; }
protocol kernel { ipv4 { export all; }; }
protocol bgp server {
  local 10.53.0.1 as 65000;
  neighbor 10.53.0.2 as 65053;
  hold time 9;
  connect delay time 1;
  ipv4 { import all; export none; };
}
'''


def route():
    return command('ip', 'route', 'show', SERVICE)


def setup():
    command('ip', 'netns', 'add', 'dns')
    SERVER.start(wire.query('www.example.com'))
    bird('router', ROUTER)
    bird('server', ours(), 'ip', 'netns', 'exec', 'dns')


@case('without a health check nothing is announced')
def silent():
    wait_for('the session', lambda: 'Established' in command(
        'birdc', '-s', WORK / 'router.ctl', 'show', 'protocols', 'server'), 60)
    expect_equal(route(), '', 'route')


@case('while the server answers its address is announced, and answers there')
def announced():
    PROCESSES.append(subprocess.Popen(
        [TOP / 'config' / 'anycast' / 'scloud-dns-anycast', '--server', V4, '--question', 'www.example.com A',
         '--protocol', 'service4', '--birdc', f'birdc -s {WORK}/server.ctl', '--interval', '0.2'],
        stdout=subprocess.DEVNULL))
    wait_for('the route', lambda: V4 in route(), 60)
    expect_equal(wire.ask(SERVICE, 'www.example.com').rcode, 0, 'rcode over the anycast address')


@case('a server that hangs is withdrawn, and announced again when it goes on')
def hangs():
    os.kill(SERVER.process.pid, signal.SIGSTOP)
    wait_for('the route to go', lambda: route() == '', 60)
    os.kill(SERVER.process.pid, signal.SIGCONT)
    wait_for('the route to come back', lambda: V4 in route(), 90)


@case('the end of the health check withdraws')
def ended():
    PROCESSES[-1].terminate()
    wait_for('the route to go', lambda: route() == '', 60)


def teardown():
    for process in PROCESSES:
        process.terminate()
        process.wait(20)
    expect_equal(SERVER.stop(), 0, 'exit status')


run(setup, teardown)
