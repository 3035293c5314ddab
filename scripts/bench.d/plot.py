# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""A line chart as SVG: sizes on a logarithmic axis, a figure on a linear one that starts at nought."""
import math
from html import escape
from pathlib import Path

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 24, 44, 56
# Told apart without colours as well: by dashes and by marks.
STYLES = [('#0b6bcb', '', 'circle'), ('#c2410c', '6 4', 'square'), ('#3f7d20', '2 3', 'circle')]


def short(size):
    """1000 as 1 k, 10000000 as 10 M."""
    for factor, letter in ((10**6, ' M'), (10**3, ' k')):
        if size >= factor:
            return f'{size / factor:g}{letter}'
    return f'{size:g}'


def step_of(most):
    """The distance of the lines: 1, 2 or 5 times a power of ten, four to nine of them."""
    power = 10 ** math.floor(math.log10(most / 4))
    return next(power * factor for factor in (1, 2, 5, 10) if most / (power * factor) <= 8)


class Axes:
    def __init__(self, series):
        sizes = sorted({x for points in series.values() for x, *_ in points})
        self.sizes = sizes
        self.low, self.high = math.log10(sizes[0]), math.log10(max(sizes[-1], sizes[0] * 10))
        most = max(max(point[1:]) for points in series.values() for point in points)
        self.step = step_of(most)
        self.most = math.ceil(most / self.step) * self.step

    def x(self, size):
        return LEFT + (math.log10(size) - self.low) / (self.high - self.low) * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        return HEIGHT - BOTTOM - value / self.most * (HEIGHT - TOP - BOTTOM)


def frame(axes, title, x_title, y_title):
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
           f'font-size="12"><title>{escape(title)}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>')
    yield f'<text x="{LEFT}" y="18" font-size="14" font-weight="bold">{escape(title)}</text>'
    value = 0
    while value <= axes.most:
        y = axes.y(value)
        yield (f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#ddd"/>'
               f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
        value += axes.step
    for size in axes.sizes:
        x = axes.x(size)
        yield (f'<line x1="{x:.1f}" y1="{HEIGHT - BOTTOM}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM + 5}" stroke="#555"/>'
               f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 19}" text-anchor="middle">{short(size)}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text x="{middle}" y="{HEIGHT - 14}" text-anchor="middle">{escape(x_title)}</text>'
    yield (f'<text transform="translate(18 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">'
           f'{escape(y_title)}</text>')


def line(axes, points, style):
    """The median as a line with marks, least and largest as a bar."""
    colour, dashes, mark = style
    path = ' '.join(f'{axes.x(x):.1f},{axes.y(y):.1f}' for x, y, *_ in points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>'
    for x, y, low, high in points:
        yield (f'<line x1="{axes.x(x):.1f}" y1="{axes.y(low):.1f}" x2="{axes.x(x):.1f}" y2="{axes.y(high):.1f}" '
               f'stroke="{colour}"/>')
        if mark == 'circle':
            yield f'<circle cx="{axes.x(x):.1f}" cy="{axes.y(y):.1f}" r="4" fill="{colour}"/>'
        else:
            yield f'<rect x="{axes.x(x) - 4:.1f}" y="{axes.y(y) - 4:.1f}" width="8" height="8" fill="{colour}"/>'


def legend(titles):
    x = LEFT
    for title, (colour, dashes, _) in zip(titles, STYLES):
        yield (f'<line x1="{x}" y1="32" x2="{x + 26}" y2="32" stroke="{colour}" stroke-width="2" '
               f'stroke-dasharray="{dashes}"/><text x="{x + 32}" y="36">{escape(title)}</text>')
        x += 60 + 7 * len(title)


def write(path, title, x_title, y_title, series):
    """`series` {title: [(size, median, least, largest)]}, three at most."""
    axes = Axes(series)
    parts = [*frame(axes, title, x_title, y_title), *legend(series)]
    for points, style in zip(series.values(), STYLES):
        parts += line(axes, points, style)
    Path(path).write_text('\n'.join([*parts, '</svg>', '']))
