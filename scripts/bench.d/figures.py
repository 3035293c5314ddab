# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""The figures that benches take, by key: how they are called, how they are written, and which way is better."""
import statistics

UP, DOWN = 'more is better', 'less is better'
# Key: title, format, factor of the unit that is shown, direction.
KNOWN = {
    'answers_per_second': ('M answers/s', '{:.3f}', 1e-6, UP),
    'per_s': ('answers/s', '{:.0f}', 1, UP),
    'cpu_ns': ('CPU ns each', '{:.0f}', 1, DOWN),
    'cpu_us': ('CPU µs each', '{:.2f}', 1, DOWN),
    'cycles': ('cycles', '{:.0f}', 1, DOWN),
    'latency.p50_us': ('p50 µs', '{:.1f}', 1, DOWN),
    'latency.p99_us': ('p99 µs', '{:.1f}', 1, DOWN),
    'latency.p99.9_us': ('p99.9 µs', '{:.1f}', 1, DOWN),
    'p50_us': ('p50 µs', '{:.1f}', 1, DOWN),
    'p99_us': ('p99 µs', '{:.1f}', 1, DOWN),
    'p99.9_us': ('p99.9 µs', '{:.1f}', 1, DOWN),
    'latency_ms': ('average ms', '{:.2f}', 1, DOWN),
    'wall_s': ('wall s', '{:.2f}', 1, DOWN),
    'cpu_s': ('CPU s', '{:.2f}', 1, DOWN),
    'cpu_percent': ('CPU %', '{:.2f}', 1, DOWN),
    'wakeups_per_s': ('wake-ups/s', '{:.0f}', 1, DOWN),
    'resident_mib': ('resident MiB', '{:.0f}', 1, DOWN),
    'peak_mib': ('peak MiB', '{:.0f}', 1, DOWN),
    'octets_each': ('octets each', '{:.0f}', 1, DOWN),
    'lost_percent': ('lost %', '{:.3f}', 1, DOWN),
    'hit_percent': ('hits %', '{:.1f}', 1, UP),
}
# Who the others are measured against, where a file does not say it.
BASES = ('echo', 'Knot', 'Unbound', 'fused', 'NSD')


def flat(run, prefix=''):
    """Numbers of nested objects with dotted keys; of a load run also the share that was lost."""
    found = {}
    for key, value in run.items():
        if isinstance(value, dict):
            found |= flat(value, f'{prefix}{key}.')
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found[prefix + key] = value
    if not prefix and found.get('sent'):
        found.setdefault('lost_percent', 100 * found.get('lost', 0) / found['sent'])
    return found


def columns(rows):
    """The known figures that all runs of all rows {title: [run]} have, in the order above."""
    runs = [flat(run) for group in rows.values() for run in group]
    return [key for key in KNOWN if runs and all(key in run for run in runs)]


def values(runs, key):
    return [flat(run)[key] for run in runs]


def write(key, value):
    _, form, factor, _ = KNOWN[key]
    return form.format(value * factor)


def spread(runs, key):
    found = values(runs, key)
    return f'{write(key, min(found))} to {write(key, max(found))}'


def median(runs, key):
    return statistics.median(values(runs, key))


def ratios(rows, base, title, key='answers_per_second'):
    """A row's figure against the base's of the same turn: what disturbs one turn disturbs both."""
    return [run / of for run, of in zip(values(rows[title], key), values(rows[base], key)) if of]


def ratio(rows, base, title, key='answers_per_second'):
    """Their median, as text; nothing where there is no base."""
    found = ratios(rows, base, title, key) if base in rows else []
    return f'{statistics.median(found):.2f}' if found else ''


def base_of(figures, rows):
    """The row that the others are measured against, or None."""
    return next((name for name in (figures.get('base'), *BASES) if name in rows), None)


def groups(figures):
    """The rows of a result file by scene ('' where there is but one): {scene: {title: [run]}}."""
    runs = figures['runs']
    if runs and all(isinstance(rows, dict) for rows in runs.values()):
        return runs
    return {'': runs}
