"""Small charts as SVG: lines without axes or text, which the text beside them explains."""

from __future__ import annotations

import math
from collections.abc import Sequence

_WIDTH, _HEIGHT, _EDGE = 96.0, 22.0, 2.5


def sparkline(values: Sequence[float], *, colour: str) -> str:
    """A line of values over equal steps, from zero up, with a dot at its end; NaN leaves a gap.

    Args:
        values: from 0 up.
        colour: of the line.
    """
    known = [value for value in values if math.isfinite(value)]
    top = max(known, default=0.0) or 1.0
    step = (_WIDTH - 2 * _EDGE) / max(len(values) - 1, 1)
    pieces: list[str] = []
    pen_down = False
    last = (_EDGE, _HEIGHT - _EDGE)
    for number, value in enumerate(values):
        if not math.isfinite(value):
            pen_down = False
            continue
        last = (_EDGE + number * step, _HEIGHT - _EDGE - (_HEIGHT - 2 * _EDGE) * value / top)
        pieces.append(f"{'L' if pen_down else 'M'}{last[0]:.1f} {last[1]:.1f}")
        pen_down = True
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" '
        f'width="{_WIDTH:g}" height="{_HEIGHT:g}">'
        f'<path d="M{_EDGE} {_HEIGHT - _EDGE}H{_WIDTH - _EDGE}" stroke="#c9c4bb" '
        'stroke-width="0.6" fill="none"/>'
        f'<path d="{"".join(pieces)}" fill="none" stroke="{colour}" stroke-width="1.6" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
        f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="2" fill="{colour}"/></svg>'
    )
