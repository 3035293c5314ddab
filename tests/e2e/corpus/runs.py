# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Whole runs of the corpus: make the zones, sign them or not, start the servers, ask, compare."""
import hashlib

import ask
import compare
import harness
import peers
import questions
import signing
import zones

MODES = ('plain', 'nsec', 'nsec3')
DIFFERENCES = harness.TOP / 'docs' / 'differences.md'
DIGESTS = harness.TOP / 'tests' / 'vectors' / 'answers' / 'corpus.digests'
DIGEST_OCTETS = 8
SHOWN = 5  # unexplained differences that are told in full
CHUNK = 20000  # questions at a time: bounds what is held in memory


def corpus(only=''):
    """The zones, or those whose name has `only` in it."""
    return [zone for zone in zones.all_zones() if only in zone.name]


class Run:
    """The servers with one form of the corpus."""

    def __init__(self, mode, names, only=''):
        self.mode, self.names = mode, names
        self.zones = corpus()  # all are served: aliases lead anywhere
        self.asked_zones = [zone for zone in self.zones if only in zone.name]
        folder = harness.WORK / mode
        self.files = zones.write(self.zones, folder / 'zones')
        if mode != 'plain':
            signing.sign(self.files, mode, folder / 'signer')
        self.servers = peers.Servers(folder, self.files, names)

    def compare(self, types, every=1):
        comparison = compare.Comparison(self.zones, self.names, self.mode != 'plain')
        asked = questions.questions(self.asked_zones, types, every)
        for start in range(0, len(asked), CHUNK):
            comparison.run(asked[start:start + CHUNK])
        return comparison

    def stop(self):
        return self.servers.stop()


def summary(comparison, mode, types):
    """One paragraph: counts, and each rule with how often it was needed."""
    lines = [f'{mode}, {len(types)} types: {comparison.asked} questions, '
             f'{comparison.equal} equal everywhere ('
             + ', '.join(f'{name} {count}' for name, count in comparison.equal_to.items())
             + f'), {comparison.explained} explained, {len(comparison.unexplained)} unexplained, '
             f'{len(comparison.broken)} broken']
    lines += [f'  {count:7} {name}: {rule}'
              for (name, rule), count in sorted(comparison.by_rule.items())]
    return '\n'.join(lines)


def problems(comparison):
    """What must not be: differences without a rule, broken or missing answers. Empty: all is well."""
    texts = [f'{name}: {compare.question_text(question)}: {what}'
             for name, question, what in comparison.broken[:SHOWN]]
    texts += [compare.unexplained_text(case) for case in comparison.unexplained[:SHOWN]]
    return '\n'.join(texts)


def undocumented():
    """Rules without a row in docs/differences.md, and rows without a rule."""
    text = DIFFERENCES.read_text()
    rows = {line.split('|')[1].strip().strip('`') for line in text.splitlines()
            if line.startswith('| `')}
    return rows ^ {name for name, *_ in compare.RULES}


def digests(types):
    """{zone: digest} of all our answers in the unsigned corpus, without any peer."""
    run = Run('plain', [])
    found = {}
    for zone in run.asked_zones:
        asked = [(name, rrtype) for owner in zone.owners() for name in questions.names_near(owner)
                 for rrtype in types.values()]
        asked = list(dict.fromkeys(asked))
        messages = [questions.message(question, False) for question in asked]
        data = ask.ask_all(peers.ADDRESS, peers.PORTS['scloud'], messages)
        digest = hashlib.sha256()
        for question, answer in zip(asked, data):
            harness.expect(answer, f'no answer to {compare.question_text(question)}')
            rcode, flags, sections = ask.parse(answer).key()
            digest.update(repr((question, rcode, flags,
                                [sorted(section) for section in sections])).encode())
        found[zone.name] = digest.hexdigest()[:2 * DIGEST_OCTETS]
    harness.expect_equal(run.stop(), 0, 'exit status of our server')
    return found


def known_digests():
    lines = (line for line in DIGESTS.read_text().splitlines() if not line.startswith('#'))
    return dict(line.split() for line in lines)


def write_digests(found):
    DIGESTS.parent.mkdir(parents=True, exist_ok=True)
    head = ('# Digests of all answers to the unsigned corpus, by zone; tests/e2e/corpus/run-full '
            '--accept writes them.\n')
    DIGESTS.write_text(head + ''.join(f'{name} {digest}\n' for name, digest in found.items()))
