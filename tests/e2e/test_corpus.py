# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Our answers beside those of nsd, Knot and BIND: a part of the corpus; corpus/run-full asks all."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / 'corpus'))

import peers  # noqa: E402
import questions  # noqa: E402
import runs  # noqa: E402
from harness import case, expect, expect_equal, run  # noqa: E402

# Each n-th question: prime, so that no type and no kind of name is always left out.
EVERY = 43
EVERY_MORE = 97


def compare(mode):
    corpus = runs.Run(mode, peers.installed())
    for types, every in ((questions.TYPES, EVERY), (questions.MORE_TYPES, EVERY_MORE)):
        comparison = corpus.compare(types, every)
        found = runs.problems(comparison)
        expect(not found, runs.summary(comparison, mode, types) + '\n' + found)
    expect_equal(corpus.stop(), 0, 'exit status of our server')


@case('each rule of the comparison has its row in docs/differences.md')
def documented():
    expect_equal(runs.undocumented(), set(), 'rules without a row, or rows without a rule')


@case('unsigned zones: all answers are those that were last compared with the peers')
def as_recorded():
    known, found = runs.known_digests(), runs.digests(questions.TYPES)
    expect_equal(set(found), set(known), 'zones')
    changed = [name for name in found if found[name] != known[name]]
    expect(not changed, f'other answers than before in {len(changed)} zones: '
           + ' '.join(changed[:10]) + '; tests/e2e/corpus/run-full tells what they are')


if set(peers.PROGRAMS) <= set(peers.installed()):
    @case('unsigned zones: equal to the peers, but for known differences')
    def plain():
        compare('plain')

    @case('zones signed with NSEC: equal to the peers, but for known differences')
    def nsec():
        compare('nsec')

    @case('zones signed with NSEC3, salt, opt-out: equal to the peers, but for known differences')
    def nsec3():
        compare('nsec3')


run()
