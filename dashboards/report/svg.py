"""Bars and a trend as inline SVG: no script, no file beside the page, sharp on paper."""

from collections.abc import Mapping, Sequence
from typing import Final

from markupsafe import Markup

from dashboards.core.report import MonthLine
from dashboards.words import COLOURS, LABELS, Language
from streams.core.labels import Label

WIDTH: Final = 600
HEIGHT: Final = 150
FOOT: Final = 22


def label_bar(labels: Mapping[Label, int], language: Language, *, height: int = 16) -> Markup:
    """Return one bar whose pieces are the labels' shares; each says its name and count to who points or listens."""
    whole = sum(labels.values())
    pieces, at = [], 0.0
    for label, words in LABELS.items():
        count = max(0, labels.get(label, 0))
        width = WIDTH * count / whole if whole else 0.0
        if count:
            pieces.append(
                Markup('<rect x="{:.2f}" width="{:.2f}" height="{}" fill="{}"><title>{}: {}</title></rect>').format(
                    at, width, height, COLOURS[label], words.of(language), count
                )
            )
        at += width
    return Markup('<svg class="bar" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img">{}</svg>').format(
        WIDTH, height, Markup("").join(pieces)
    )


def share_bar(part: int, whole: int, *, height: int = 12) -> Markup:
    """Return one bar filled by a share; an empty one where there is nothing to divide by."""
    width = WIDTH * min(1.0, max(0.0, part / whole)) if whole > 0 else 0.0
    return Markup(
        '<svg class="bar" viewBox="0 0 {0} {1}" preserveAspectRatio="none" role="img">'
        '<rect width="{0}" height="{1}" fill="#e6e8eb"/><rect width="{2:.2f}" height="{1}" fill="#1b7f4b"/></svg>'
    ).format(WIDTH, height, width)


def trend(months: Sequence[MonthLine]) -> Markup:
    """Return, month by month, what was received, and of it what was settled in time and what is late."""
    most = max((month.received for month in months), default=0) or 1
    step = WIDTH / max(1, len(months))
    drawn = []
    for place, month in enumerate(months):
        bars = ((month.received, "#c9d3de"), (month.in_time, "#1b7f4b"), (month.late, "#c4472b"))
        for number, (count, colour) in enumerate(bars):
            tall = (HEIGHT - FOOT - 16) * count / most
            drawn.append(
                Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"/>').format(
                    step * place + step * (0.1 + 0.27 * number), HEIGHT - FOOT - tall, step * 0.25, tall, colour
                )
            )
        middle = step * (place + 0.5)
        drawn.append(
            Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(middle, HEIGHT - 6, month.month)
        )
    return Markup('<svg class="trend" viewBox="0 0 {} {}" role="img">{}</svg>').format(
        WIDTH, HEIGHT, Markup("").join(drawn)
    )
