# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Signs the zones of the corpus: one run of knotd with automatic signing writes the files, which then
all servers read as they stand."""
import subprocess
from pathlib import Path

import harness
import peers

SIGN_S = 120
# NSEC3 with a salt for every other zone, and with opt-out for every third.
POLICIES = '''policy:
 - id: nsec
   algorithm: ecdsap256sha256
   single-type-signing: on
   nsec3: off
 - id: nsec3
   algorithm: ecdsap256sha256
   single-type-signing: on
   nsec3: on
   nsec3-iterations: 0
   nsec3-salt-length: 0
 - id: nsec3-salt
   algorithm: ecdsap256sha256
   single-type-signing: on
   nsec3: on
   nsec3-iterations: 5
   nsec3-salt-length: 8
 - id: nsec3-opt-out
   algorithm: ecdsap256sha256
   single-type-signing: on
   nsec3: on
   nsec3-iterations: 0
   nsec3-salt-length: 0
   nsec3-opt-out: on
'''


def policy_of(mode, index):
    if mode == 'nsec':
        return 'nsec'
    return 'nsec3-opt-out' if index % 3 == 0 else 'nsec3-salt' if index % 3 == 1 else 'nsec3'


def sign(files, mode, folder):
    """Signs the files in their places; `mode` is nsec or nsec3."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    zones = ''.join(f' - domain: "{name}"\n   file: "{file}"\n'
                    f'   dnssec-policy: {policy_of(mode, index)}\n'
                    for index, (name, file) in enumerate(files.items()))
    config = folder / 'signer.conf'
    config.write_text(f'''server:
  rundir: {folder}
  listen: {peers.ADDRESS}@{peers.PORTS['signer']}
  background-workers: 2
database:
  storage: {folder}/signer
log:
 - target: stderr
   any: error
{POLICIES}template:
 - id: default
   semantic-checks: off
   dnssec-signing: on
   journal-content: none
   zonefile-sync: 0
zone:
{zones}''')
    (folder / 'signer').mkdir(exist_ok=True)
    with open(folder / 'signer.log', 'ab') as log:
        process = subprocess.Popen(['knotd', '-c', str(config)], stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=subprocess.STDOUT, cwd=folder)
    # The files are written under another name and renamed: whoever sees signatures sees all.
    left = list(files.values())

    def done():
        harness.expect(process.poll() is None, 'the signer ended at once: '
                       + (folder / 'signer.log').read_text()[-2000:])
        left[:] = [file for file in left if ' RRSIG' not in file.read_text().replace('\t', ' ')]
        return not left
    harness.wait_for('the zones to be signed', done, SIGN_S, 0.2)
    process.terminate()
    process.wait(20)
