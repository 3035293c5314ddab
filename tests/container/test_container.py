# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Runs the image as a container engine would. usage: test_container.py IMAGE-FOLDER IMAGE.json"""
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'e2e'))
import wire  # noqa: E402

POD = '172.31.53.2'
POD6 = 'fd31:53::2'
BRIDGE = '172.31.53.1'
START_S = 120
PASSED, FAILED = [], []


def command(*words, check=True):
    return subprocess.run(words, check=check, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT).stdout


def isolate():
    if os.environ.get('SCLOUD_CONTAINER') != 'inside':
        os.environ['SCLOUD_CONTAINER'] = 'inside'
        os.execvp('unshare', ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child',
                              '--mount-proc', sys.executable, '-B', *sys.argv])


def make_bridge():
    """The engine's side: an address, and the pod's namespace behind a veth pair."""
    command('mount', '-t', 'tmpfs', 'tmpfs', '/run')
    command('ip', 'link', 'set', 'lo', 'up')
    command('ip', 'netns', 'add', 'pod')
    command('ip', 'link', 'add', 'bridge0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', 'pod')
    command('ip', 'address', 'add', BRIDGE + '/24', 'dev', 'bridge0')
    command('ip', 'address', 'add', 'fd31:53::1/64', 'dev', 'bridge0', 'nodad')
    command('ip', 'link', 'set', 'bridge0', 'up')
    for words in (['address', 'add', POD + '/24', 'dev', 'eth0'],
                  ['address', 'add', POD6 + '/64', 'dev', 'eth0', 'nodad'],
                  ['link', 'set', 'eth0', 'up'], ['link', 'set', 'lo', 'up'],
                  ['route', 'add', 'default', 'via', BRIDGE]):
        command('ip', '-netns', 'pod', *words)
    # As Docker does for every container.
    command('ip', 'netns', 'exec', 'pod', 'sysctl', '-qw', 'net.ipv4.ip_unprivileged_port_start=0')


def furnish(image):
    """What a runtime mounts: proc, sys, a few devices, a /run in memory, resolv.conf."""
    (image / 'etc/resolv.conf').write_text(f'nameserver {BRIDGE}\n')
    for folder in ('proc', 'sys', 'dev', 'run'):
        (image / folder).mkdir(exist_ok=True)
    command('mount', '--bind', str(image), str(image))
    command('mount', '-t', 'proc', 'proc', str(image / 'proc'))
    command('mount', '-t', 'tmpfs', '-o', 'uid=65532,gid=65532,mode=755', 'tmpfs', str(image / 'run'))
    command('mount', '-t', 'tmpfs', 'tmpfs', str(image / 'dev'))
    for device in ('null', 'zero', 'random', 'urandom'):
        (image / 'dev' / device).touch()
        command('mount', '--bind', f'/dev/{device}', str(image / 'dev' / device))


class Container:
    def __init__(self, image, entry, capabilities, user, *arguments):
        bounds = '-all' + ''.join(f',+{name}' for name in capabilities)
        self.log = open('/run/container.log', 'w+')
        self.process = subprocess.Popen(
            ['ip', 'netns', 'exec', 'pod', 'setpriv', '--bounding-set', bounds, 'chroot',
             f'--userspec={user}', str(image), *entry, *arguments],
            env={'XDG_RUNTIME_DIR': '/run', 'PATH': '/usr/sbin:/usr/bin'},
            stdout=self.log, stderr=subprocess.STDOUT)

    def text(self):
        return Path('/run/container.log').read_text()

    def answers(self, address):
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f'it ended with {self.process.returncode}:\n' + self.text())
            try:
                answer = wire.udp(address, wire.query('localhost', 'A'), timeout=0.3)
                if answer:
                    return answer
            except OSError:
                time.sleep(0.1)
        raise AssertionError('no answer:\n' + self.text())

    def status(self):
        rows = {}
        for line in Path(f'/proc/{self.process.pid}/status').read_text().splitlines():
            key, _, value = line.partition(':\t')
            rows[key] = value
        return rows

    def stop(self):
        self.process.terminate()
        status = self.process.wait(30)
        assert status == 0, f'exit status {status}:\n' + self.text()


def case(text):
    def register(function):
        try:
            function()
            print('ok    ', text, flush=True)
            PASSED.append(text)
        except Exception as error:  # one case must not end the others
            print('FAILED', text, '\n      ', str(error).replace('\n', '\n       '), flush=True)
            FAILED.append(text)
    return register


def over_tcp(address):
    message = wire.query('localhost', 'A')
    with socket.create_connection((address, 53), timeout=10) as client:
        client.sendall(len(message).to_bytes(2, 'big') + message)
        return client.recv(65535)


def main():
    isolate()
    image = Path(sys.argv[1]).resolve()
    config = json.loads(Path(sys.argv[2]).read_text())['OCIv1']['config']
    make_bridge()
    furnish(image)
    entry, arguments = config['Entrypoint'], config['Cmd']

    @case('the image is small, has no shell, and is not run by root')
    def _():
        size = sum(path.lstat().st_size for path in image.rglob('*')
                   if path.is_file() and not path.is_symlink()
                   and path.relative_to(image).parts[0] not in ('proc', 'sys', 'dev', 'run'))
        print(f'       measured: {size / 1e6:.0f} MB in files')
        assert size < 150e6, size
        assert not [path for path in ('bin/sh', 'usr/bin/sh', 'usr/bin/apt', 'bin/bash')
                    if (image / path).exists()], 'a shell'
        assert config['User'] == '65532:65532', config['User']

    @case('kernel sockets, user 65532, no capability: answers over UDP, TCP and IPv6')
    def _():
        container = Container(image, entry, ['sys_chroot', 'setuid', 'setgid'], '65532:65532', *arguments)
        try:
            container.answers(POD)
            container.answers(POD6)
            assert len(over_tcp(POD)) > 12, 'nothing over TCP'
            status = container.status()
            assert status['Uid'].split()[0] == '65532', status['Uid']
            assert int(status['CapEff'], 16) == 0, status['CapEff']
            assert status['Seccomp'] == '2' and status['NoNewPrivs'] == '1', status
            told = command('chroot', '--userspec=65532:65532', str(image), '/usr/bin/scloud-dnsctl', 'status')
            assert 'answered' in told or 'uptime' in told, told
        finally:
            container.stop()

    @case('af_packet with CAP_NET_RAW: answers over UDP past the kernel, and over TCP')
    def _():
        container = Container(image, entry,
                              ['sys_chroot', 'net_raw', 'net_bind_service', 'setuid', 'setgid', 'setpcap', 'chown'],
                              '0:0', '--config', '/etc/scloud-dns/af-packet.json')
        try:
            container.answers(POD)
            container.answers(POD6)
            assert len(over_tcp(POD)) > 12, 'nothing over TCP'
            status = container.status()
            assert status['Uid'].split()[0] == '65532', status['Uid']
            assert int(status['CapEff'], 16) == 0, status['CapEff']
            assert 'net_af_packet' in container.text(), container.text()
        finally:
            container.stop()

    print(f'container: {len(PASSED)} passed, {len(FAILED)} failed', flush=True)
    os._exit(1 if FAILED else 0)


main()
