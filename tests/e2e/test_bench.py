# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""scripts/bench: each bench starts and prints its table with tiny parameters; what they say is for other days."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

from harness import BUILD, WORK, case, expect, expect_equal, run

TOP = Path(__file__).resolve().parent.parent.parent
# Benches have a /run of their own.
OUT = Path(tempfile.mkdtemp(prefix='scloud-e2e-bench-'))
# Benches that need no huge pages, which a machine for tests may not have: name, options, rows wanted.
TINY = [
    ('zones', ['-n', 3, '-r', 1], ['scloud-dns', 'Knot', 'NSD']),
    ('memory', ['-n', 100, '-c', 100, '-r', 1], ['scloud-dns', 'Knot', 'NSD', 'Unbound']),
    ('tcp', ['-n', 100, '-l', 0.3, '-r', 1, '-s', 'pipelined'], ['scloud-dns', 'NSD']),
    ('connections', ['-n', 20, '-b', 5, '-l', 0.2, '-r', 1], ['alone', '20 idle', '20 idle, 5 busy']),
    ('idle', ['-l', 0.1, '-k', 2, '-r', 1], ['scloud-dns, adaptive', 'Knot', 'NSD', 'Unbound']),
]


def scripts_bench(*words, timeout=60):
    # A bench makes namespaces of its own, unless it is told that it is in some.
    env = {key: value for key, value in os.environ.items() if key != 'SCLOUD_E2E'} | {'SCLOUD_BUILD': str(BUILD)}
    return subprocess.run([TOP / 'scripts/bench', *map(str, words)], text=True, capture_output=True, timeout=timeout,
                          env=env, check=False)


def result(name, rows):
    """A result file as benches write it."""
    file = WORK / f'{name}.json'
    file.write_text(json.dumps({'bench': 'auth', 'base': 'echo', 'runs': {
        title: [{'answers_per_second': rate, 'latency': {'p50_us': 5}} for rate in rates]
        for title, rates in rows.items()}}))
    return file


@case('the list names every bench, and says what it measures')
def listing():
    done = scripts_bench('list')
    expect_equal(done.returncode, 0, done.stderr)
    names = [file.name for file in (TOP / 'scripts/bench.d').iterdir() if os.access(file, os.X_OK)]
    expect_equal(sorted(line.split()[0] for line in done.stdout.splitlines()), sorted(names), 'names')
    expect(all(len(line.split()) > 4 for line in done.stdout.splitlines()), done.stdout)


@case('every bench tells its options')
def helps():
    for name in [line.split()[0] for line in scripts_bench('list').stdout.splitlines()]:
        done = scripts_bench(name, '--help')
        expect_equal(done.returncode, 0, f'{name}: {done.stderr}')
        expect(f'usage: scripts/bench {name}' in done.stdout, done.stdout)


@case('tiny runs of the benches that need no huge pages')
def tiny():
    for name, words, rows in TINY:
        done = scripts_bench('--out', OUT, name, *words)
        expect_equal(done.returncode, 0, f'{name}:\n{done.stdout}\n{done.stderr}')
        for row in rows:
            expect(f'\n| {row}' in done.stdout, f'{name} has no row {row}:\n{done.stdout}')
        saved = json.loads((OUT / f'{name}.json').read_text())
        expect_equal(saved['bench'], name, 'what the file is of')
        expect(saved['runs'] and saved['machine']['processors'] > 0, f'{name}.json')


@case('wrong use is told in a line')
def wrong():
    done = scripts_bench('nonsense')
    expect_equal(done.returncode, 2, 'exit status')
    expect('no bench "nonsense"; there are:' in done.stderr and 'auth-1m' in done.stderr, done.stderr)
    done = scripts_bench('-r', 3)
    expect_equal((done.returncode, done.stderr.count('\n')), (2, 1), done.stderr)
    done = scripts_bench('compare', WORK / 'none.json', WORK / 'none.json')
    expect_equal(done.returncode, 1, 'exit status')
    expect('No such file' in done.stderr and done.stderr.count('\n') == 1, done.stderr)


@case('compare: better, worse, and what is within the noise')
def compare():
    before = result('before', {'echo': [100, 110], 'auth': [50, 55], 'gone': [1, 1], 'same': [9, 12]})
    after = result('after', {'echo': [101, 111], 'auth': [60, 66], 'new': [1, 1], 'same': [10, 11]})
    done = scripts_bench('compare', before, after)
    expect_equal(done.returncode, 0, done.stderr)
    verdicts = {}
    for line in done.stdout.splitlines():
        cells = [cell.strip() for cell in line.strip('|').split('|')]
        if len(cells) == 8 and cells[1] == 'M answers/s':
            verdicts[cells[0]] = (cells[4], cells[-1])
    expect_equal(verdicts, {'echo': ('1.010', 'within the spread'), 'auth': ('1.200', 'better'),
                            'same': ('1.000', 'within the spread')}, 'verdicts')
    expect('only before: gone' in done.stdout and 'only after: new' in done.stdout, done.stdout)
    worse = scripts_bench('compare', after, before).stdout
    expect(any('auth' in line and 'worse' in line for line in worse.splitlines()), worse)


@case('a picture of growth: a point for each size, scales that hold them')
def picture():
    sys.path.insert(0, str(TOP / 'scripts/bench.d'))
    import plot
    file = WORK / 'growth.svg'
    plot.write(file, 'Growth', 'names', 'ns', {'ours': [(1000, 120, 110, 130), (10**6, 180, 150, 190)],
                                               'echo': [(1000, 100, 90, 101), (10**6, 101, 99, 120)]})
    tree = xml.parse(file)
    marks = [element for element in tree.iter() if element.tag.endswith('circle')]
    expect_equal(len(marks), 2, 'points of the first line')
    texts = [element.text for element in tree.iter() if element.tag.endswith('text')]
    expect(all(text in texts for text in ('1 k', '1 M', 'ours', 'echo', '0', '200')), texts)
    heights = [float(mark.get('cy')) for mark in marks]
    expect(heights[0] > heights[1] and all(0 < y < plot.HEIGHT for y in heights), heights)


@case('results are left where they outlive the bench')
def out():
    done = scripts_bench('--out', '/run/lost', 'load')
    expect_equal((done.returncode, done.stderr.count('\n')), (2, 1), done.stderr)
    shutil.rmtree(OUT)


run()
