# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""An Unbound beside our server: the same tree, the same questions."""
import subprocess

import wire
from harness import WORK, expect, wait_for
from tree import hints

ADDRESS, PORT = '127.0.0.1', 5335


class Unbound:
    """Resolves from the tree's root; `lines` are further lines of its server: clause."""

    def __init__(self, lines=''):
        folder = WORK / 'unbound'
        folder.mkdir()
        (folder / 'unbound.conf').write_text(
            f'server:\n interface: {ADDRESS}\n port: {PORT}\n access-control: 127.0.0.0/8 allow\n'
            f' username: ""\n chroot: ""\n directory: "{folder}"\n pidfile: ""\n use-syslog: no\n'
            f' logfile: "{folder}/unbound.log"\n do-daemonize: no\n root-hints: "{hints()}"\n'
            ' module-config: "iterator"\n local-zone: "test." nodefault\n'
            ' local-zone: "invalid." nodefault\n minimal-responses: yes\n num-threads: 1\n'
            f' use-caps-for-id: no\n prefetch: no\n{lines}remote-control:\n control-enable: no\n')
        self.process = subprocess.Popen(['unbound', '-d', '-c', folder / 'unbound.conf'],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        wait_for('Unbound', self.answers)

    def answers(self):
        expect(self.process.poll() is None, 'Unbound does not start')
        return wire.udp(ADDRESS, wire.query('ready.test'), timeout=0.2, port=PORT)

    def stop(self):
        self.process.terminate()
        self.process.wait()
