"""Many due moments at once: a limit under a calendar as a table of pieces, for when every open dossier is dated again.

Seen as a function of the receipt, a due moment is made of pieces on which it either stands still (a receipt outside
the sessions, a due moment held at a closing) or moves second by second with the receipt. A table of these pieces
answers with one bisection and one multiplication.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from streams.core.calendar import Calendar
from streams.core.due import due
from streams.core.limits import Limit
from streams.core.moments import SECOND_OF_DAY, Moment, day_of, moment_on

WORTH_A_TABLE = 4
"""Receipts for each day between the first and the last, from which on a table costs less than it saves."""


def due_many(limit: Limit, received: Sequence[Moment], *, calendar: Calendar) -> list[Moment]:
    """Return the due moments of many receipts, in their order, without pauses; raise OutOfReach as `due` does."""
    if not received:
        return []
    first, last = min(received), max(received)
    if len(received) < WORTH_A_TABLE * ((last - first) // SECOND_OF_DAY + 1):
        return [due(limit, at, calendar=calendar).due_at for at in received]
    edges, slopes, bases = _table(limit, first, last=last, calendar=calendar)
    return [bases[place := bisect_right(edges, at)] + slopes[place] * at for at in received]


def _table(
    limit: Limit, first: Moment, *, last: Moment, calendar: Calendar
) -> tuple[list[Moment], list[int], list[Moment]]:
    """Return where pieces begin (but the first), and for each piece its slope, 0 or 1, and its base."""
    edges: list[Moment] = []
    slopes: list[int] = []
    bases: list[Moment] = []
    for start, slope, due_at in _pieces(limit, first, last=last, calendar=calendar):
        base = due_at - slope * start
        if slopes and (slopes[-1], bases[-1]) == (slope, base):
            continue
        if slopes:
            edges.append(start)
        slopes.append(slope)
        bases.append(base)
    return edges, slopes, bases


def _pieces(limit: Limit, first: Moment, *, last: Moment, calendar: Calendar) -> Iterator[tuple[Moment, int, Moment]]:
    """Give stretches of receipts on which the due moment stands still or moves along: start, slope, due moment there.

    The clock times at which any day's sessions begin or end part most of them; the others are found by halving, which
    is safe because on a stretch without such a clock time the due moment never both stands still and jumps.
    """
    clocks = [0, *calendar.borders, SECOND_OF_DAY]
    for day in range(day_of(first), day_of(last) + 1):
        midnight = moment_on(day)
        waiting = [
            (max(midnight + start, first), min(midnight + end - 1, last))
            for start, end in pairwise(clocks)
            if start < end
        ][::-1]
        while waiting:
            start, end = waiting.pop()
            if start > end:
                continue
            due_at = due(limit, start, calendar=calendar).due_at
            gained = due(limit, end, calendar=calendar).due_at - due_at
            if gained in (0, end - start):
                yield start, 1 if gained else 0, due_at
            else:
                middle = (start + end) // 2
                waiting += [(middle + 1, end), (start, middle)]
