# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Makes the zones of the corpus: always the same ones, several hundred, all served at once.

Six families of fragments (tree shape, wildcard, DNAME, CNAME, delegation, targets) have up to 13
variants each. A plan of 13 x 13 zones, a Latin square for each family, has every pair of variants of
any two families meet in one zone; later fragments point into the earlier ones and are mounted below
them, so that they really meet. Beside these stand zones drawn by chance over an alphabet of three
labels, where names collide in ways that nobody plans, and a few special ones.
"""
import random
from pathlib import Path

TOP = 'corpus.'
SIDE = 13  # a prime: only then do all the squares of the plan differ in all pairs
RANDOM_ZONES = 140
# Names in aliases that no zone of the corpus has, and that no server may know.
OUTSIDE = 'host.outside.invalid.'
DS_TEXT = '4711 13 2 ' + '5A' * 32
LABEL_MAX = 63


class Zone:
    """Records of one zone; refuses what would make it illegal, so that fragments need not care."""

    def __init__(self, name, kind, soa_ttl=3600, minimum=300):
        self.name, self.kind = name, kind
        self.records = {}
        self.put(name, 'SOA', f'ns.{name} host.{name} 1 7200 3600 1209600 {minimum}', soa_ttl)
        self.put(name, 'NS', f'ns.{name}', 3000)
        self.put(f'ns.{name}', 'A', '192.0.2.1')
        self.points = [f'ns.{name}']

    def types_at(self, owner):
        return {rrtype for name, rrtype in self.records if name == owner}

    def fits(self, owner, rrtype, data):
        """No CNAME beside other data, one CNAME or DNAME, nothing below a DNAME."""
        if len(owner) > 253 or not (owner == self.name or owner.endswith('.' + self.name)):
            return False
        there = self.types_at(owner)
        if 'CNAME' in there or (rrtype == 'CNAME' and there) or (rrtype == 'DNAME' and
                                                                 there & {'DNAME', 'NS'}):
            return False
        if rrtype == 'DNAME' and any(name.endswith('.' + owner) for name, _ in self.records):
            return False
        if rrtype == 'NS' and 'DNAME' in there:
            return False
        above = owner
        while above != self.name:
            above = above.split('.', 1)[1]
            if (above, 'DNAME') in self.records:
                return False
        return data not in self.records.get((owner, rrtype), (0, []))[1]

    def put(self, owner, rrtype, data, ttl=600):
        if self.fits(owner, rrtype, data):
            self.records.setdefault((owner, rrtype), (ttl, []))[1].append(data)
            return True
        return False

    def owners(self):
        return sorted({owner for owner, _ in self.records})

    def text(self):
        return ''.join(f'{owner} {ttl} IN {rrtype} {item}\n'
                       for (owner, rrtype), (ttl, data) in self.records.items() for item in data)


class Fragments:
    """What is put into one zone: each method of a family adds records at the name `at`, with `aim`
    as the target of what points, and gives (names worth pointing at, a name to mount more below)."""

    def __init__(self, zone, number, others):
        self.zone, self.number, self.others = zone, number, others

    def host(self, name, last=10):
        self.zone.put(name, 'A', f'192.0.2.{last}')
        self.zone.put(name, 'AAAA', f'2001:db8::{last}')
        return name

    # -- where the first fragment stands

    def shape(self, variant, at):
        put = self.zone.put
        places = [
            lambda: at,
            lambda: f'a.{at}',
            lambda: f'a.b.{at}',
            lambda: f'a.b.c.d.{at}',
            lambda: f'a.{at}' if put(f'a.{at}', 'TXT', '"above"') else at,
            lambda: f'a.b.{at}' if put(f'a.b.{at}', 'A', '192.0.2.77') else at,
            lambda: f'a.b.{at}' if put(f'b.{at}', 'MX', f'10 ns.{at}') else at,
            lambda: f'{"l" * LABEL_MAX}.{at}',
            lambda: '.'.join('k' * 20 for _ in range(6)) + '.' + at,
            lambda: f'_tcp.a.{at}',
            lambda: f'a.a.a.a.a.a.a.a.a.{at}',
            lambda: f'\\000x.{at}' if put(f'\\000x.{at}', 'TXT', '"nul"') else at,
            lambda: f'w\\.dot.{at}' if put(f'w\\.dot.{at}', 'TXT', '"dot"') else at,
        ]
        return places[variant]()

    # -- wildcards

    def wildcard(self, variant, at, aim):
        put, star = self.zone.put, f'*.{at}'
        points = [f'some.{at}', at, star]
        if variant == 1:
            put(star, 'A', '192.0.2.42')
            put(star, 'TXT', '"wild"')
        elif variant == 2:  # at an empty non-terminal, with another that blocks it
            put(f'*.e.{at}', 'A', '192.0.2.43')
            put(f'host.f.e.{at}', 'A', '192.0.2.44')
            points = [f'some.e.{at}', f'x.f.e.{at}', f'e.{at}']
        elif variant == 3:
            put(star, 'CNAME', self.host(f'real.{at}'))
        elif variant == 4:  # of itself
            put(star, 'CNAME', f'turn.{at}')
        elif variant == 5:
            put(star, 'CNAME', aim)
        elif variant == 6:
            put(star, 'CNAME', f'nothere.{self.zone.name}')
        elif variant == 7:
            put(f'*.d.{at}', 'DNAME', aim)
            points = [f'some.d.{at}', f'x.*.d.{at}']
        elif variant == 8:
            put(star, 'MX', f'10 mail.{at}')
            put(star, 'A', '192.0.2.45')
        elif variant == 9:
            put(star, 'A', '192.0.2.46')
            put(f'*.*.{at}', 'TXT', '"twice"')
            put(f'a.*.{at}', 'A', '192.0.2.47')
        elif variant == 10:  # the asterisk is itself an empty non-terminal
            put(f'a.*.{at}', 'A', '192.0.2.48')
            points = [f'some.{at}', f'a.*.{at}', star]
        elif variant == 11:
            put(star, 'SRV', f'0 0 53 some.{at}')
            put(star, 'AAAA', '2001:db8::50')
            put(f'there.{at}', 'TXT', '"there"')
            points += [f'x.there.{at}']
        elif variant == 12:  # below a cut
            put(f'cut.{at}', 'NS', f'ns.x.cut.{at}')
            put(f'*.cut.{at}', 'A', '192.0.2.51')
            put(f'*.{at}', 'A', '192.0.2.52')
            points = [f'some.cut.{at}', f'cut.{at}']
        return points, f'in.{at}'

    # -- DNAME

    def dname(self, variant, at, aim):
        put, owner = self.zone.put, f'd.{at}'
        points = [f'x.{owner}', owner]
        if variant == 1:
            put(owner, 'DNAME', f't.{at}')
            self.host(f'x.t.{at}')
        elif variant == 2:
            put(owner, 'DNAME', aim)
        elif variant == 3:  # grows until the name is too long
            put(owner, 'DNAME', f'y.{owner}')
        elif variant == 4:
            put(owner, 'DNAME', f'd2.{at}')
            put(f'd2.{at}', 'DNAME', owner)
        elif variant == 5:
            put(owner, 'DNAME', OUTSIDE)
        elif variant == 6:
            put(owner, 'DNAME', self.others[0])
        elif variant == 7:
            put(owner, 'DNAME', f't.{at}')
            put(owner, 'TXT', '"beside"')
            put(owner, 'MX', f'10 x.{owner}')
            put(f'*.t.{at}', 'A', '192.0.2.61')
        elif variant == 8:
            put(owner, 'DNAME', f'd2.{at}')
            put(f'd2.{at}', 'DNAME', f'd3.{at}')
            put(f'd3.{at}', 'DNAME', f't.{at}')
            put(f'x.t.{at}', 'CNAME', self.host(f'h.{at}'))
        elif variant == 9:
            put(owner, 'DNAME', f'nothere.{self.zone.name}')
        elif variant == 10:  # YXDOMAIN for all but the shortest names
            room = 250 - len(self.zone.name) - len(at)
            tail = '.'.join(['o' * LABEL_MAX] * 4)[:max(room, 1)].strip('.')
            put(owner, 'DNAME', f'{tail}.{self.zone.name}')
        elif variant == 11:
            put(owner, 'DNAME', f'cut.{at}')
            put(f'cut.{at}', 'NS', f'ns.cut.{at}')
            put(f'ns.cut.{at}', 'A', '192.0.2.62')
            put(f'x.cut.{at}', 'A', '192.0.2.63')
        elif variant == 12:
            put(owner, 'DNAME', '.')
        return points, f'in.{at}'

    # -- CNAME

    def cname(self, variant, at, aim):
        put, owner = self.zone.put, f'c.{at}'
        points = [owner, f'x.{owner}']
        if variant == 1:
            put(owner, 'CNAME', f'c2.{at}')
            put(f'c2.{at}', 'CNAME', f'c3.{at}')
            put(f'c3.{at}', 'CNAME', self.host(f'end.{at}'))
        elif variant == 2:
            put(owner, 'CNAME', aim)
        elif variant == 3:
            put(owner, 'CNAME', owner)
        elif variant == 4:
            put(owner, 'CNAME', f'c2.{at}')
            put(f'c2.{at}', 'CNAME', owner)
        elif variant == 5:
            put(owner, 'CNAME', f'nothere.{at}')
        elif variant == 6:
            put(owner, 'CNAME', OUTSIDE)
        elif variant == 7:
            put(owner, 'CNAME', f'ns.{self.others[0]}')
        elif variant == 8:
            put(owner, 'CNAME', f'nothere.{self.others[1]}')
        elif variant == 9:
            put(owner, 'CNAME', self.zone.name)
        elif variant == 10:  # to and fro between two zones
            put(owner, 'CNAME', f'back.{self.others[0]}')
            put(f'back.{self.zone.name}', 'CNAME', aim)
        elif variant == 11:
            put(owner, 'CNAME', f'e.{at}')
            put(f'below.e.{at}', 'TXT', '"e is empty"')
        elif variant == 12:
            for step in range(6):
                put(f'c{step}.{at}', 'CNAME', f'c{step + 1}.{at}')
            put(f'c6.{at}', 'CNAME', aim)
            points = [f'c0.{at}']
        return points, f'in.{at}'

    # -- delegation

    def delegation(self, variant, at, aim):
        put, cut = self.zone.put, f'g.{at}'
        points = [f'x.{cut}', cut]
        if variant == 0:
            return points, f'in.{at}'
        if variant == 1:
            put(cut, 'NS', self.host(f'ns.{cut}'))
        elif variant == 2:
            put(cut, 'NS', OUTSIDE)
        elif variant == 3:  # sibling glue
            put(cut, 'NS', f'ns.g2.{at}')
            put(f'g2.{at}', 'NS', f'ns.{cut}')
            self.host(f'ns.{cut}', 11)
            self.host(f'ns.g2.{at}', 12)
        elif variant == 4:  # a cut below a cut
            put(cut, 'NS', self.host(f'ns.{cut}'))
            put(f'deep.{cut}', 'NS', self.host(f'ns.deep.{cut}', 13))
            put(f'deep.{cut}', 'DS', DS_TEXT)
            points.append(f'x.deep.{cut}')
        elif variant == 5:  # occluded records at and below the cut
            put(cut, 'NS', f'ns.{self.zone.name}')
            for rrtype, data in (('MX', f'10 x.{cut}'), ('TXT', '"hidden"'), ('A', '192.0.2.71')):
                put(cut, rrtype, data)
                put(f'x.{cut}', rrtype, data)
            put(f'c.{cut}', 'CNAME', aim)
        elif variant == 6:
            put(cut, 'NS', self.host(f'ns.{cut}'))
            put(cut, 'NS', OUTSIDE)
            put(cut, 'DS', DS_TEXT)
        elif variant == 7:  # the server's name is the cut's own
            put(cut, 'NS', cut)
            self.host(cut)
        elif variant == 8:  # under a wildcard, an alias, and nothing
            put(f'*.w.{at}', 'A', '192.0.2.72')
            put(cut, 'NS', f'ns.w.{at}')
            put(f'ali.{at}', 'CNAME', self.host(f'h.{at}'))
            put(cut, 'NS', f'ali.{at}')
            put(cut, 'NS', f'nothere.{at}')
        elif variant == 9:  # below an empty non-terminal
            put(f'u.{cut}', 'NS', self.host(f'ns.u.{cut}'))
            put(f'u.{cut}', 'DS', DS_TEXT)
            points = [f'x.u.{cut}', cut]
        elif variant == 10:
            put(cut, 'NS', f'ns.{self.others[0]}')
            put(cut, 'NS', self.host(f'plain.{at}'))
        elif variant == 11:
            put(cut, 'NS', self.host(f'ns.{cut}'))
            put(f'*.{cut}', 'A', '192.0.2.73')
            put(f'x.y.{cut}', 'A', '192.0.2.74')
        elif variant == 12:  # several, of which one has no address
            put(cut, 'NS', self.host(f'ns1.{cut}', 14))
            put(cut, 'NS', f'ns2.{cut}')
            put(f'ns3.{at}', 'AAAA', '2001:db8::99')
            put(cut, 'NS', f'ns3.{at}')
        return points, f'in.{at}'

    # -- records that name other hosts

    def targets(self, variant, at, aim):
        put, owner = self.zone.put, f't.{at}'
        kinds = {1: ('MX', '10 {}'), 2: ('SRV', '0 0 53 {}'), 3: ('MX', '10 {}'),
                 4: ('SRV', '0 0 53 {}'), 5: ('NAPTR', '10 10 "S" "SIP+D2U" "" {}'),
                 6: ('NAPTR', '10 10 "A" "SIP+D2U" "" {}'), 7: ('SVCB', '0 {}'),
                 8: ('HTTPS', '0 {}'), 9: ('SVCB', '1 {}'), 10: ('HTTPS', '1 {} alpn="h2"')}
        if variant in kinds:
            rrtype, form = kinds[variant]
            put(owner, rrtype, form.format(aim))
            if variant in (3, 4):
                for other in (f'nothere.{at}', self.host(f'h.{at}'), OUTSIDE,
                              f'ns.{self.others[0]}'):
                    put(owner, rrtype, form.format(other))
            elif variant in (7, 8):
                put(f't2.{at}', rrtype, form.format(owner))
                put(f't3.{at}', rrtype, form.format(f't2.{at}'))
            elif variant == 5:
                put(owner, rrtype, form.format(f'_sip._udp.{at}'))
                put(f'_sip._udp.{at}', 'SRV', f'0 0 5060 {self.host(f"h.{at}")}')
            elif variant in (9, 10):
                put(owner, 'A', '192.0.2.81')
                put(owner, rrtype, form.replace('1 ', '2 ').format('.'))
        elif variant == 11:  # alias mode around
            put(owner, 'SVCB', f'0 t2.{at}')
            put(f't2.{at}', 'SVCB', f'0 {owner}')
            put(f't3.{at}', 'SVCB', f'0 .')
        elif variant == 12:
            put(owner, 'NS', aim)
            put(f'p.{at}', 'PTR', aim)
            put(f'p.{at}', 'KX', f'10 {aim}')
            put(f'p.{at}', 'AFSDB', f'1 {aim}')
        return [owner, f'p.{at}'], f'in.{at}'


def planned_zone(row, column, others):
    """One square of the plan."""
    number = row * SIDE + column
    name = f'p{number:03}.{TOP}'
    soa_ttl, minimum = (3600, 300) if number % 2 else (120, 86400)
    zone = Zone(name, 'planned', soa_ttl, minimum)
    fragments = Fragments(zone, number, others)
    at = fragments.shape((row + 4 * column) % SIDE, name)
    families = [(fragments.wildcard, row), (fragments.dname, column),
                (fragments.cname, (row + column) % SIDE),
                (fragments.delegation, (row + 2 * column) % SIDE),
                (fragments.targets, (row + 3 * column) % SIDE)]
    # Who stands above and who points at whom changes from zone to zone.
    turn = number % len(families)
    families = families[turn:] + families[:turn]
    points, below = [f'ns.{name}'], at
    for index, (family, variant) in enumerate(families):
        aim = points[(number + index) % len(points)]
        # Every other fragment stands below the one before it, inside what that one made.
        place = below if (number >> index) & 1 else at
        new, below = family(variant, place, aim)
        points = new + points
    for index, point in enumerate(points[:4]):
        zone.put(f'to{index}.{name}', 'CNAME', point)
        zone.put(f'mx.{name}', 'MX', f'{index} {point}')
    zone.put(f'back.{name}', 'CNAME', f'c.{others[0]}')
    zone.points = points
    return zone


def random_zone(number, others):
    """A zone by chance over the labels a, b, c and the asterisk."""
    chance = random.Random(number)
    name = f'r{number:03}.{TOP}'
    zone = Zone(name, 'random', *((3600, 300) if number % 2 else (120, 86400)))

    def some_name(asterisk=True):
        labels = [chance.choice('aabbc*' if asterisk else 'aabbcx')
                  for _ in range(chance.randint(1, 3))]
        return '.'.join(labels) + '.' + name

    def target():
        roll = chance.random()
        if roll < 0.75:
            return some_name(chance.random() < 0.15)
        if roll < 0.85:
            return some_name(False).replace(name, chance.choice(others))
        return chance.choice([OUTSIDE, name, f'ns.{name}', chance.choice(others)])

    forms = {'A': lambda: f'192.0.2.{chance.randint(1, 250)}', 'AAAA': lambda: '2001:db8::7',
             'TXT': lambda: '"text"', 'CNAME': target, 'DNAME': target, 'NS': target,
             'MX': lambda: f'10 {target()}', 'SRV': lambda: f'0 0 1 {target()}',
             'SVCB': lambda: f'{chance.randint(0, 1)} {target()}', 'DS': lambda: DS_TEXT}
    weights = {'A': 5, 'AAAA': 2, 'TXT': 2, 'CNAME': 4, 'DNAME': 3, 'NS': 4, 'MX': 2, 'SRV': 1,
               'SVCB': 1}
    for _ in range(chance.randint(4, 14)):
        rrtype = chance.choices(list(weights), list(weights.values()))[0]
        owner = some_name()
        if rrtype == 'NS' and owner.startswith('*'):
            continue  # RFC 4592 §4.2 leaves it undefined
        zone.put(owner, rrtype, forms[rrtype]())
        if rrtype == 'NS' and chance.random() < 0.4:
            zone.put(owner, 'DS', forms['DS']())
    return zone


def special_zones():
    """A parent and its child, both served; a DNAME and others at the apex; many records; odd names."""
    parent = Zone(f'up.{TOP}', 'special')
    child, lone = f'down.{parent.name}', f'lone.ent.{parent.name}'
    parent.put(child, 'NS', f'ns.{child}')
    parent.put(f'ns.{child}', 'A', '192.0.2.200')  # the child says otherwise
    parent.put(child, 'DS', DS_TEXT)
    parent.put(lone, 'NS', f'ns.{lone}')
    parent.put(f'x.{child}', 'TXT', '"of the parent"')
    parent.put(f'to.{parent.name}', 'CNAME', f'www.{child}')
    parent.put(f'into.{parent.name}', 'DNAME', child)
    parent.put(f'mail.{parent.name}', 'MX', f'10 www.{child}')
    below = Zone(child, 'special')
    below.put(f'www.{child}', 'A', '192.0.2.201')
    below.put(f'up.{child}', 'CNAME', f'to.{parent.name}')
    below.put(f'*.{child}', 'CNAME', f'www.{child}')
    alone = Zone(lone, 'special')
    alone.put(f'*.{lone}', 'TXT', '"in the child"')
    apex = Zone(f'dname.{TOP}', 'special')
    del apex.records[(f'ns.{apex.name}', 'A')]
    apex.records[(apex.name, 'NS')] = (3000, [f'ns.{parent.name}'])
    apex.put(apex.name, 'DNAME', parent.name)
    apex.put(apex.name, 'MX', f'10 to.{apex.name}')
    wild = Zone(f'wild.{TOP}', 'special')
    wild.put(f'*.{wild.name}', 'A', '192.0.2.202')
    wild.put(f'*.{wild.name}', 'MX', f'10 any.{wild.name}')
    wild.put(wild.name, 'MX', f'10 mail.{wild.name}')
    wild.put(wild.name, 'HTTPS', f'1 . alpn="h2"')
    wild.put(wild.name, 'TXT', '"apex"')
    wild.put(wild.name, 'CAA', '0 issue "ca.invalid"')
    wild.put(f'sub.{wild.name}', 'NS', f'ns.sub.{wild.name}')
    return [parent, below, alone, apex, wild]


def all_zones():
    """The corpus: planned, special, random; the order and the contents are always the same."""
    planned = [f'p{number:03}.{TOP}' for number in range(SIDE * SIDE)]
    drawn = [f'r{number:03}.{TOP}' for number in range(RANDOM_ZONES)]
    zones = []
    for number in range(SIDE * SIDE):
        others = [planned[(number + 1) % len(planned)], planned[(number + 7) % len(planned)]]
        zones.append(planned_zone(number // SIDE, number % SIDE, others))
    zones += special_zones()
    for number in range(RANDOM_ZONES):
        zones.append(random_zone(number, [drawn[(number + 1) % len(drawn)],
                                          drawn[(number + 3) % len(drawn)]]))
    return zones


def write(zones, folder):
    """Writes the files and gives {zone name: path}."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for zone in zones:
        files[zone.name] = folder / f'{zone.name}zone'
        files[zone.name].write_text(zone.text())
    return files
