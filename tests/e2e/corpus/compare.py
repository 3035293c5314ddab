# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Compares our answers with those of the peers, record for record, and names each difference.

A difference is what is only in ours or only in theirs: rcode, flags, and records by section. Each
rule takes away what it explains; what is then left is unexplained, and a failure. The names of the
rules are the headings of docs/differences.md, which says why ours is right.

Where a peer stops in the middle of a chain of aliases (at the end of a zone, or at its own limit), it
is asked for the rest, and the parts are put together before they are compared.
"""
import struct

import ask
import peers
import questions

CNAME, NS, SOA, DNAME, DS, RRSIG, NSEC, NSEC3, ANY = 5, 2, 6, 39, 43, 46, 47, 50, 255
A, SRV, NAPTR = 1, 33, 35
SERVICES = {64, 65}
PROOFS = {NSEC, NSEC3}
SERVFAIL, NXDOMAIN = 2, 3
OUR_CHAIN_MAX = 16
ROUNDS = 20  # of asking on: more than any chain of the corpus needs
TWICE = b'twice'
ANSWER, AUTHORITY, ADDITIONAL = range(3)
SECTION_NAMES = ('answer', 'authority', 'additional')


def parent(name):
    return name[1 + name[0]:]


def below(name, apex):
    """Whether the name is the apex or below it; both in wire form and lower case."""
    while len(name) > len(apex):
        name = parent(name)
    return name == apex


class World:
    """What the zones hold, for rules that have to know: owners, cuts, DNAMEs, apexes."""

    def __init__(self, zones):
        self.apexes, self.owners, self.cuts, self.dnames = set(), set(), set(), set()
        for zone in zones:
            apex = questions.wire_of(questions.labels_of(zone.name))
            self.apexes.add(apex)
            for text, rrtype in zone.records:
                owner = questions.wire_of(questions.labels_of(text)).lower()
                self.owners.add(owner)
                if rrtype == 'NS' and owner != apex:
                    self.cuts.add(owner)
                if rrtype == 'DNAME':
                    self.dnames.add(owner)
        self.empty = {name for owner in self.owners for name in self.above(owner)} - self.owners

    def above(self, owner):
        """The names between an owner and its apex."""
        while owner not in self.apexes:
            owner = parent(owner)
            yield owner

    def wildcard_of(self, name):
        """The wildcard that stands for a name that is not there, were there one."""
        encloser = name
        while encloser != b'\0' and encloser not in self.owners and encloser not in self.empty:
            encloser = parent(encloser)
        return b'\1*' + encloser if encloser != name else None

    def zone_of(self, name):
        return self.first_above(name, self.apexes)

    @staticmethod
    def first_above(name, names):
        """The longest of the names that `name` is or is below; None if there is none."""
        while name not in names:
            if name == b'\0':
                return None
            name = parent(name)
        return name

    def has_nested_zone(self, name):
        """Whether a zone that the name is in lies within another zone of ours."""
        apex = self.zone_of(name)
        return apex is not None and self.zone_of(parent(apex)) is not None


def chain_of(answer, name, made_only=False):
    """The names on the way along the CNAMEs of an answer, the first one included; `made_only`: only
    along those that a DNAME made."""
    target = {owner: data for owner, rrtype, _, data in answer.sections[ANSWER] if rrtype == CNAME}
    if made_only:
        dnames = {owner for owner, rrtype, *_ in answer.sections[ANSWER] if rrtype == DNAME}
        target = {owner: data for owner, data in target.items()
                  if any(below(parent(owner), dname) for dname in dnames)}
    names = [name]
    while names[-1] in target and target[names[-1]] not in names:
        names.append(target[names[-1]])
    return names


# -- asking on ------------------------------------------------------------------------------------

class Peer:
    """The answers of one server, put together where it stops in the middle of a chain."""

    def __init__(self, name, world, dnssec_ok):
        self.name, self.world, self.dnssec_ok = name, world, dnssec_ok
        self.answers = {}
        self.broken = []

    def ask(self, wanted):
        wanted = [question for question in wanted if question not in self.answers]
        messages = [questions.message(question, self.dnssec_ok) for question in wanted]
        data = ask.ask_all(peers.ADDRESS, peers.PORTS[self.name], messages)
        for question, answer in zip(wanted, data):
            try:
                self.answers[question] = ask.parse(answer or b'')
            except ask.Broken as error:
                self.answers[question] = None
                self.broken.append((question, str(error) if answer else 'no answer'))

    def rest_of(self, question, answer, seen):
        """The question that would bring the rest of a chain; None where it is complete."""
        if answer is None or answer.rcode != 0 or question[1] == CNAME:
            return None
        chain = chain_of(answer, question[0], question[1] == ANY)
        end = chain[-1]
        if len(chain) == 1 or end in seen or self.world.zone_of(end) is None:
            return None
        if any(owner == end and (rrtype in (question[1], CNAME) or question[1] == ANY)
               for owner, rrtype, *_ in answer.sections[ANSWER]):
            return None
        for owner, rrtype, *_ in answer.sections[AUTHORITY]:
            # A referral to a zone that this very server has is no end.
            if rrtype == SOA or (rrtype == NS and owner not in self.world.apexes):
                return None
        return end, question[1]

    def whole(self, question):
        """The answer with all parts, and the question that is still to be asked, or None."""
        answer, seen, at = self.answers[question], {question[0].lower()}, question
        at = (question[0].lower(), question[1])
        whole = answer
        while (following := self.rest_of(at, answer, seen)) is not None:
            if following not in self.answers:
                return None, following
            answer, at = self.answers[following], following
            if answer is None:
                return None, None
            seen.add(at[0])
            whole = joined(whole, answer)
        return whole, None

    def complete(self, asked):
        """Asks until all chains of the questions are complete; gives {question: answer}."""
        self.ask(asked)
        done = {}
        for _ in range(ROUNDS):
            more = set()
            for question in asked:
                if question not in done:
                    whole, missing = self.whole(question)
                    if missing is None:
                        done[question] = whole
                    else:
                        more.add(missing)
            if not more:
                break
            self.ask(sorted(more))
        for question in asked:
            done.setdefault(question, self.answers[question])
        return done


def joined(first, second):
    """Two parts of a chain as one answer; a referral within the first is no longer one."""
    glued = any(rrtype == NS for _, rrtype, *_ in first.sections[AUTHORITY])
    authority = frozenset(() if glued else first.sections[AUTHORITY])
    additional = frozenset(() if glued else first.sections[ADDITIONAL])
    return ask.Answer(second.rcode, first.flags | second.flags & ask.TC,
                      (first.sections[ANSWER] | second.sections[ANSWER],
                       authority | second.sections[AUTHORITY],
                       additional | second.sections[ADDITIONAL]))


# -- differences ----------------------------------------------------------------------------------

class Difference:
    """What of one answer is only in ours, or only in a peer's; rules take away from it."""

    def __init__(self, question, peer, answers, world):
        self.question, self.peer, self.answers, self.world = question, peer, answers, world
        self.name, self.type = question[0].lower(), question[1]
        self.ours, self.theirs = answers['scloud'], answers[peer]
        self.rcode = self.ours.rcode != self.theirs.rcode
        self.flags = self.ours.flags ^ self.theirs.flags
        self.only_ours = [ours - theirs for ours, theirs
                          in zip(self.ours.sections, self.theirs.sections)]
        self.only_theirs = [theirs - ours for ours, theirs
                            in zip(self.ours.sections, self.theirs.sections)]
        self.rules = []

    def is_empty(self):
        return not (self.rcode or self.flags or any(self.only_ours) or any(self.only_theirs))

    def size(self):
        return (self.rcode, self.flags, sum(map(len, self.only_ours)),
                sum(map(len, self.only_theirs)))

    def clear(self):
        self.rcode, self.flags = False, 0
        self.only_ours = [frozenset()] * 3
        self.only_theirs = [frozenset()] * 3

    def clear_section(self, section):
        self.only_ours[section] = self.only_theirs[section] = frozenset()

    def drop_ours(self, section, which):
        self.only_ours[section] = frozenset(r for r in self.only_ours[section] if not which(r))

    def drop_theirs(self, section, which):
        self.only_theirs[section] = frozenset(r for r in self.only_theirs[section]
                                              if not which(r))

    def others(self):
        return [answer for name, answer in self.answers.items()
                if name not in ('scloud', self.peer) and answer is not None]

    def chain(self):
        return chain_of(self.ours, self.name)

    def explain(self):
        for name, servers, rule in RULES:
            if self.is_empty():
                return
            if self.peer in servers:
                before = self.size()
                rule(self)
                if self.size() != before:
                    self.rules.append(name)


def is_proof(record):
    return record[1] in PROOFS or (record[1] == RRSIG and
                                   struct.unpack('>H', record[3][:2])[0] in PROOFS)


def positive_authority(difference):
    """nsd adds the zone's NS, and their addresses, to positive answers."""
    extra = {record for record in difference.only_theirs[AUTHORITY]
             if record[0] in difference.world.apexes and
             (record[1] == NS or (record[1] == RRSIG and record[3][:2] == b'\0\2'))}
    if difference.ours.sections[ANSWER]:
        servers = {record[3] for record in extra if record[1] == NS}
        difference.drop_theirs(AUTHORITY, extra.__contains__)
        difference.drop_theirs(ADDITIONAL, lambda record: record[0] in servers)


def opt_out_failure(difference):
    """Knot gives nothing where opt-out leaves an empty non-terminal without NSEC3."""
    theirs = difference.theirs
    if not any(theirs.sections) and theirs.rcode in (SERVFAIL, NXDOMAIN) and any(
            rrtype == NSEC3 for _, rrtype, *_ in difference.ours.sections[AUTHORITY]) and any(
            other.key() == difference.ours.key() for other in difference.others()):
        difference.clear()


def any_minimal(difference):
    """Each gives the RRsets that it likes best where ANY is asked, and what they want beside them."""
    if difference.type == ANY:
        end = chain_of(difference.ours, difference.name, True)[-1]
        answers = difference.ours.sections[ANSWER], difference.theirs.sections[ANSWER]
        if all(any(record[0] == end for record in answer) for answer in answers):
            difference.drop_ours(ANSWER, lambda record: record[0] == end)
            difference.drop_theirs(ANSWER, lambda record: record[0] == end)
            difference.clear_section(ADDITIONAL)


def meta_alias(difference):
    """nsd follows an alias where NSEC is asked, and none where NSEC3 is."""
    if difference.type in PROOFS and any(
            record[1] == CNAME for answer in (difference.ours, difference.theirs)
            for record in answer.sections[ANSWER]):
        difference.clear()


def cut_nsec(difference):
    """BIND answers for the NSEC of a cut instead of a referral."""
    if difference.type == NSEC and difference.world.first_above(difference.chain()[-1],
                                                                difference.world.cuts):
        difference.clear()


def has_answer(difference, types):
    return any(record[1] in types for record in difference.ours.sections[ANSWER])


def svcb_hosts(difference):
    """nsd adds nothing for SVCB and HTTPS."""
    if has_answer(difference, SERVICES):
        difference.drop_ours(ADDITIONAL, lambda record: True)


def svcb_chain(difference):
    """Knot adds the first target only, and the NSEC or NSEC3 of it; "." is nothing to it, and a
    wildcard's records come with its own name."""
    if has_answer(difference, SERVICES):
        difference.drop_ours(ADDITIONAL, lambda record: True)
        difference.drop_theirs(ADDITIONAL, lambda record: is_proof(record) or
                               record[0].startswith(b'\1*'))


def svcb_alias(difference):
    """BIND follows aliases and wildcards' aliases of SVCB targets."""
    if has_answer(difference, SERVICES):
        difference.drop_theirs(ADDITIONAL, lambda record: True)


def naptr_hosts(difference):
    """Knot adds nothing for NAPTR, nsd no SRV."""
    if has_answer(difference, {NAPTR}):
        difference.drop_ours(ADDITIONAL, lambda record: True)


def bind_loop(difference):
    """SERVFAIL from BIND where aliases go round, or on for too long."""
    ours = difference.ours
    last = difference.chain()[-1]
    goes_round = any(owner == last and rrtype == CNAME
                     for owner, rrtype, *_ in ours.sections[ANSWER])
    if difference.theirs.rcode == SERVFAIL and (goes_round or is_endless(difference)):
        difference.clear()


def is_endless(difference):
    return len(difference.chain()) >= OUR_CHAIN_MAX


def chain_limit(difference):
    """Both go along the same endless chain, and one stops before the other."""
    ours, theirs = difference.ours, difference.theirs
    if is_endless(difference) and (theirs.sections[ANSWER] <= ours.sections[ANSWER] or
                                   ours.sections[ANSWER] <= theirs.sections[ANSWER]):
        difference.clear()


def record_twice(difference):
    """Knot repeats a DNAME that is applied twice; Knot and nsd a wildcard's CNAME to the name itself."""
    difference.drop_theirs(ANSWER, lambda record: record[0] == TWICE)


def star_dname(difference):
    """Knot takes the owner of a DNAME at "*" for a wildcard's and writes another one, or fails."""
    world, theirs = difference.world, difference.theirs
    wrong = not any(theirs.sections) or any(
        rrtype == DNAME and owner not in world.owners
        for owner, rrtype, *_ in theirs.sections[ANSWER])
    for name in difference.chain():
        owner = world.first_above(parent(name), world.dnames) if name != b'\0' else None
        if wrong and owner is not None and owner.startswith(b'\1*'):
            difference.clear()


def wildcard_hosts(difference):
    """nsd adds no addresses that a wildcard stands for, or those of an alias without the alias."""
    difference.drop_ours(ADDITIONAL, lambda record: record[0] not in difference.world.owners)
    if has_answer(difference, {SRV}):
        difference.drop_theirs(ADDITIONAL, lambda record: True)


def wildcard_glue(difference):
    """BIND does not take a wildcard below a cut for glue."""
    difference.drop_ours(ADDITIONAL, lambda record: record[0] not in difference.world.owners)


def occluded_hosts(difference):
    """Knot adds what lies below a cut for MX and others, too."""
    world = difference.world
    difference.drop_theirs(ADDITIONAL,
                           lambda record: world.first_above(record[0], world.cuts) is not None)


def optional_hosts(difference):
    """BIND leaves out addresses that are not required: of servers that are not in the delegated zone."""
    cuts = [owner for owner, rrtype, *_ in difference.ours.sections[AUTHORITY] if rrtype == NS]
    difference.drop_ours(ADDITIONAL,
                         lambda record: not any(below(record[0], cut) for cut in cuts))


def nested_zone(difference):
    """nsd keeps the names of all zones in one tree: what the parent has below the cut, the child has."""
    if any(difference.world.has_nested_zone(name) for name in difference.chain()):
        difference.clear()


def empty_wildcard(difference):
    """Knot and BIND leave out the NSEC that shows the wildcard to be an empty non-terminal."""
    world = difference.world
    if any(world.wildcard_of(name) in world.empty for name in difference.chain()):
        difference.drop_ours(AUTHORITY, is_proof)


def supported_proofs(difference):
    """NSEC and NSEC3 of ours that a third server has, too; theirs that no third server has."""
    others = [other.sections[AUTHORITY] for other in difference.others()]
    if others:
        difference.drop_ours(AUTHORITY, lambda record: is_proof(record) and
                             any(record in other for other in others))
        difference.drop_theirs(AUTHORITY, lambda record: is_proof(record) and
                               not any(record in other for other in others))


def asterisk_alias(difference):
    """Knot gives no proof for an alias to "*.x" that a wildcard covers, nor for a wildcard's NSEC."""
    owners = difference.world.owners
    if difference.type == NSEC or any(name.startswith(b'\1*') and name not in owners for name in difference.chain()):
        supported_proofs(difference)


def opt_out_ds(difference):
    """BIND proves for DS, too, that there is no wildcard."""
    if difference.type == DS:
        supported_proofs(difference)


RULES = [
    ('positive-authority', ('nsd',), positive_authority),
    ('any-minimal', ('nsd', 'knot', 'bind'), any_minimal),
    ('meta-alias', ('nsd',), meta_alias),
    ('cut-nsec', ('bind',), cut_nsec),
    ('loop-servfail', ('bind',), bind_loop),
    ('chain-limit', ('nsd', 'knot', 'bind'), chain_limit),
    ('record-twice', ('nsd', 'knot'), record_twice),
    ('star-dname', ('knot',), star_dname),
    ('wildcard-hosts', ('nsd',), wildcard_hosts),
    ('wildcard-glue', ('bind',), wildcard_glue),
    ('opt-out-failure', ('knot',), opt_out_failure),
    ('occluded-hosts', ('knot',), occluded_hosts),
    ('optional-hosts', ('bind',), optional_hosts),
    ('svcb-hosts', ('nsd',), svcb_hosts),
    ('svcb-chain', ('knot',), svcb_chain),
    ('svcb-alias', ('bind',), svcb_alias),
    ('naptr-hosts', ('nsd', 'knot'), naptr_hosts),
    ('nested-zone', ('nsd',), nested_zone),
    ('empty-wildcard', ('knot', 'bind'), empty_wildcard),
    ('nsd-proofs', ('nsd',), supported_proofs),
    ('asterisk-alias', ('knot',), asterisk_alias),
    ('opt-out-ds', ('bind',), opt_out_ds),
]


class Comparison:
    """Asks all, compares all, counts."""

    def __init__(self, zones, names, dnssec_ok):
        self.world = World(zones)
        self.names = ['scloud', *names]
        self.dnssec_ok = dnssec_ok
        self.asked = self.explained = 0
        self.equal = 0  # with all peers; beside it, with each
        self.equal_to = dict.fromkeys(names, 0)
        self.by_rule = {}
        self.unexplained = []
        self.broken = []
        self.examples = {}

    def run(self, asked):
        found = {}
        for name in self.names:
            peer = Peer(name, self.world, self.dnssec_ok)
            if name == 'scloud':  # it has to give whole chains at once
                peer.ask(asked)
                found[name] = {question: peer.answers[question] for question in asked}
            else:
                found[name] = peer.complete(asked)
            self.broken += [(name, *what) for what in peer.broken]
        for question in asked:
            self.compare(question, {name: found[name][question] for name in self.names})

    def compare(self, question, answers):
        self.asked += 1
        if answers['scloud'] is None:
            return
        if any(owner == TWICE for section in answers['scloud'].sections
               for owner, *_ in section):
            self.broken.append(('scloud', question, 'a record stands twice in a section'))
        rules, left = set(), []
        for name in self.names[1:]:
            if answers[name] is None:
                continue
            if answers[name].key() == answers['scloud'].key():
                self.equal_to[name] += 1
                continue
            difference = Difference(question, name, answers, self.world)
            difference.explain()
            for rule in difference.rules:
                rules.add((name, rule))
            if not difference.is_empty():
                left.append(difference)
        for rule in rules:
            self.by_rule[rule] = self.by_rule.get(rule, 0) + 1
            self.examples.setdefault(rule, []).append((question, left, answers))
        if left:
            self.unexplained.append((question, left, answers))
        elif rules:
            self.explained += 1
        else:
            self.equal += 1


# -- text -----------------------------------------------------------------------------------------

TYPE_NAMES = {number: name for name, number in
              {**questions.TYPES, **questions.MORE_TYPES, 'RRSIG': RRSIG, 'PTR': 12, 'KX': 36,
               'AFSDB': 18}.items()}


def name_text(name):
    if name == TWICE:
        return 'TWICE'
    text, at = '', 0
    while name[at]:
        label = name[at + 1:at + 1 + name[at]]
        text += ''.join(chr(octet) if 32 < octet < 127 and octet != 46 else f'\\{octet:03}'
                        for octet in label) + '.'
        at += 1 + name[at]
    return text or '.'


def record_text(record):
    owner, rrtype, ttl, data = record
    if rrtype in ask.NAMES_IN:
        data = name_text(data[ask.NAMES_IN[rrtype][0]:])
    elif rrtype == NSEC:
        data = name_text(data)
    elif rrtype == A:
        data = '.'.join(map(str, data))
    elif rrtype == RRSIG:
        data = TYPE_NAMES.get(struct.unpack('>H', data[:2])[0])
    else:
        data = data[:16].hex()
    return f'{name_text(owner)} {ttl} {TYPE_NAMES.get(rrtype, rrtype)} {data}'


def question_text(question):
    return f'{name_text(question[0])} {TYPE_NAMES.get(question[1], question[1])}'


def answer_text(answer):
    if answer is None:
        return ['  none']
    flags = ' '.join(name for bit, name in ask.FLAGS.items() if answer.flags & bit)
    lines = [f'  rcode {answer.rcode}, flags {flags}']
    for section, records in zip(SECTION_NAMES, answer.sections):
        lines += [f'    {section}: {text}' for text in sorted(map(record_text, records))]
    return lines


def unexplained_text(case):
    """All that is known of a difference that no rule explains."""
    question, left, answers = case
    lines = ['question ' + question_text(question)
             + ', unexplained against ' + ' '.join(d.peer for d in left)]
    for name, answer in answers.items():
        lines += [f' {name}'] + answer_text(answer)
    return '\n'.join(lines)
