# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Two result files of one bench side by side: before, after, and whether the change is more than the noise."""
import argparse
import json
import sys

import figures as known
import side_by_side as bench


def read(path):
    try:
        with open(path) as file:
            found = json.load(file)
    except (OSError, ValueError) as error:
        raise SystemExit(f'scripts/bench compare: {path}: {error}')
    if not isinstance(found, dict) or not isinstance(found.get('runs'), dict):
        raise SystemExit(f'scripts/bench compare: {path}: no result of a bench: no "runs" in it')
    return found


def verdict(key, before, after):
    """Better or worse only where the runs of one do not reach into those of the other."""
    if max(before) >= min(after) and max(after) >= min(before):
        return 'within the spread'
    is_more = min(after) > max(before)
    return 'better' if is_more == (known.KNOWN[key][3] == known.UP) else 'worse'


def lines_of(scene, before, after, bases):
    lines = []
    for title in [title for title in before if title in after]:
        keys = known.columns({'a': before[title], 'b': after[title]})
        for key in keys:
            old, new = known.median(before[title], key), known.median(after[title], key)
            lines.append([
                f'{scene}: {title}' if scene else title, known.KNOWN[key][0],
                f'{known.write(key, old)} ({known.spread(before[title], key)})',
                f'{known.write(key, new)} ({known.spread(after[title], key)})',
                f'{new / old:.3f}' if old else '',
                known.ratio(before, bases[0], title, key), known.ratio(after, bases[1], title, key),
                verdict(key, known.values(before[title], key), known.values(after[title], key))])
    return lines


def only_in(before, after):
    for scene in before:
        for title in before[scene]:
            if title not in after.get(scene, {}):
                yield f'{scene}: {title}' if scene else title


def main():
    parser = argparse.ArgumentParser(prog='scripts/bench compare', description=__doc__)
    parser.add_argument('before', help='a result file, as build-bench/auth.json')
    parser.add_argument('after', help='another one of the same bench')
    options = parser.parse_args()
    old, new = read(options.before), read(options.after)
    before, after = known.groups(old), known.groups(new)
    lines = []
    for scene in [scene for scene in before if scene in after]:
        lines += lines_of(scene, before[scene], after[scene],
                          (known.base_of(old, before[scene]), known.base_of(new, after[scene])))
    if not lines:
        raise SystemExit('scripts/bench compare: the files have no row in common')
    for name, figures in (('before', old), ('after', new)):
        machine = figures.get('machine', {})
        print(f"{name}: {machine.get('processor', '?')}, Linux {machine.get('kernel', '?')}, "
              f"load {machine.get('load_average', '?')}, {figures.get('commit', 'commit unknown')}")
    print('\n' + bench.table(['row', 'figure', 'before (spread)', 'after (spread)', 'after / before',
                              'of base before', 'of base after', 'verdict'], lines))
    for title in only_in(before, after):
        print(f'only before: {title}')
    for title in only_in(after, before):
        print(f'only after: {title}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
