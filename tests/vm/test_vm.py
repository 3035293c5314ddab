# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""The server in a virtual machine, its virtio network card driven by DPDK, asked from the host.

The card's other end is a vhost-user socket: DPDK's testpmd holds it and passes frames between it and a TAP
interface of the host, so that dig, ping and dnsperf reach the guest. scripts/test-vm prepares and calls this.
"""
import os
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'e2e'))
from harness import (TOP, V4, V6, WORK, case, command, dig, dnsperf,  # noqa: E402
                     expect, expect_equal, run, status_of, wait_for)

IMAGE = TOP / 'build-vm'
SOCKET = WORK / 'vhost.sock'
CONSOLE = WORK / 'console.log'
HOST4, HOST6 = '10.53.0.1/24', 'fd53::1/64'
CARD = '52:54:00:53:00:02'
MEMORY_MB = 640

# How long a guest may take to say its first word, and then the server to answer. Software emulation needs 3 s
# for each on an idle machine; a KVM that does not work never says anything.
GUEST_S = {'kvm': 10, 'tcg': 60}
ANSWER_S = 60

running = []


def launch(words, **more):
    process = subprocess.Popen([str(word) for word in words], **more)
    running.append(process)
    return process


def open_switch():
    """testpmd between the guest's card and a TAP of ours. It ends when its input does."""
    log = open(WORK / 'testpmd.log', 'wb')
    launch(['dpdk-testpmd', '--no-huge', '-m', '256', '--no-pci', '--no-telemetry',
            '--file-prefix', 'vm', '--lcores', '0,1',
            '--vdev', f'net_vhost0,iface={SOCKET}', '--vdev', 'net_tap0,iface=host0', '--',
            '--forward-mode=io', '--auto-start', '--total-num-mbufs=16384'],
           stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT)
    wait_for('the vhost-user socket', SOCKET.exists)
    wait_for('the TAP', Path('/sys/class/net/host0').exists)
    command('ip', 'address', 'add', HOST4, 'dev', 'host0')
    command('ip', 'address', 'add', HOST6, 'dev', 'host0', 'nodad')
    command('ip', 'link', 'set', 'host0', 'up')


def boot(accelerator):
    """Starts the guest; None if it says nothing in time."""
    CONSOLE.unlink(missing_ok=True)
    processor = 'host' if accelerator == 'kvm' else 'max'
    guest = launch(
        ['qemu-system-x86_64', '-M', 'q35', '-accel', accelerator, '-cpu', processor, '-smp', '2',
         '-m', MEMORY_MB, '-nodefaults', '-nographic', '-no-reboot',
         # The guest's memory is shared with the switch: vhost-user reads and writes it directly.
         '-object', f'memory-backend-memfd,id=memory,size={MEMORY_MB}M,share=on',
         '-numa', 'node,memdev=memory',
         '-kernel', IMAGE / 'vmlinuz', '-initrd', IMAGE / 'initramfs.gz',
         '-append', 'console=ttyS0 quiet panic=-1',
         '-chardev', f'stdio,id=console,logfile={CONSOLE},signal=off', '-serial', 'chardev:console',
         '-chardev', f'socket,id=card,path={SOCKET}',
         '-netdev', 'vhost-user,id=net,chardev=card',
         '-device', f'virtio-net-pci,netdev=net,mac={CARD},addr=02.0'],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=open(WORK / 'qemu.log', 'ab'))
    try:
        wait_for('the guest', lambda: guest.poll() is not None or 'guest:' in console(),
                 GUEST_S[accelerator], 0.1)
    except Exception:
        guest.kill()
        guest.wait()
        return None
    return guest if guest.poll() is None else None


def console():
    return CONSOLE.read_text(errors='replace') if CONSOLE.exists() else ''


def accelerators():
    asked = os.environ.get('SCLOUD_VM_ACCELERATOR', 'auto')
    if asked != 'auto':
        return [asked]
    return ['kvm', 'tcg'] if os.access('/dev/kvm', os.R_OK | os.W_OK) else ['tcg']


guest = None


def setup():
    global guest
    open_switch()
    for accelerator in accelerators():
        guest = boot(accelerator)
        if guest is not None:
            print(f'       the guest runs under {accelerator}', flush=True)
            break
    expect(guest is not None, 'no guest came up')
    wait_for('the first answer', lambda: guest.poll() is not None or answers(), ANSWER_S, 0.1)
    expect(guest.poll() is None, 'the guest ended')


def answers():
    text = command('dig', f'@{V4}', '+tries=1', '+timeout=1', 'www.example.com', check=False)
    return 'status: NOERROR' in text


@case('the card is driven by DPDK through uio_pci_generic')
def driver():
    expect('cannot load' not in console(), 'a module is missing')
    expect('ready after' in console(), 'the server does not say that it is ready')


@case('UDP over IPv4 and IPv6')
def udp():
    for address in (V4, V6):
        text = dig(address, 'www.example.com', 'A')
        expect_equal(status_of(text), 'NOERROR', address)
        expect_equal(status_of(dig(address, 'nothere.example.com')), 'NXDOMAIN', address)


@case('ping and TCP: what is not DNS goes through the guest\'s kernel half')
def kernel_half():
    command('ping', '-c', '2', '-W', '5', V4)
    for address in (V4, V6):
        expect_equal(status_of(dig(address, '+tcp', 'www.example.com')), 'NOERROR', address)


@case('twenty thousand queries, none lost, each in the server\'s books')
def load():
    figures = dnsperf(V4, ['www.example.com A', 'nothere.example.com A'], '-n', '10000', '-c', '4',
                      '-q', '64', '-t', '20')
    expect_equal(figures['lost'], 0, 'lost')
    expect_equal(figures['completed'], 20000, 'answers')


def teardown():
    guest.stdin.write(b'stop\n')
    guest.stdin.flush()
    wait_for('the guest to power off', lambda: guest.poll() is not None, 30, 0.1)
    text = console()
    expect('guest: the server ended with status 0' in text, 'the server did not end with status 0')
    totals = text.split('stopped: ')[1].split()
    expect_equal(int(totals[0]), int(totals[2]) + int(totals[4]), 'in = answered + dropped')
    expect(int(totals[2]) > 20000, f'answered only {totals[2]}')
    for process in running:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)


run(setup, teardown)
