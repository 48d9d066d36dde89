"""Pauses: the intervals that do not count, and how far they move a due moment; they never reset the clock."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import msgspec

from streams.core.law import BadPause
from streams.core.moments import Moment
from streams.core.working_time import WorkingTime, named

Span: TypeAlias = tuple[Moment, Moment]
"""From the first moment to before the second."""


class Interval(msgspec.Struct, frozen=True):
    """A pause from `start` to before `end`; an open one has no end and counts to the `until` that the caller gives."""

    start: Moment
    end: Moment | None = None
    asked_by: str = ""


def extended(
    due_at: Moment, *, since: Moment, pauses: Iterable[Interval], calendar: WorkingTime, until: Moment | None = None
) -> Moment:
    """Return `due_at` moved by the working time of the pauses that began at or after `since` and before the moving due.

    So the unpaused working time from `since` to the result is that from `since` to `due_at`. Only the set of working
    seconds that are paused counts: overlaps count once, and a pause that holds no working time before the due moment
    moves nothing.
    """
    apart = united((pause.start, end) for pause, end in _ended(pauses, until) if pause.start >= since)
    return moved(due_at, apart, calendar)


def moved(due_at: Moment, apart: Iterable[Span], calendar: WorkingTime) -> Moment:
    """Return the same for spans that are already united; raise OutOfReach."""
    reached: int | None = None
    for start, end in apart:
        if start >= due_at:
            break
        begun = calendar.worked(start)
        if reached is None:
            reached = calendar.worked(due_at)
        if reached == begun:
            break
        paused = calendar.worked(end) - begun
        if paused:
            reached += paused
            due_at = calendar.moment_when(reached)
    return due_at


def clipped(pauses: Iterable[Interval], *, since: Moment, until: Moment | None = None) -> list[Interval]:
    """Return what lies after `since` of each pause, all of them ended; raise BadPause."""
    return [
        Interval(max(pause.start, since), end, pause.asked_by) for pause, end in _ended(pauses, until) if end > since
    ]


def united(spans: Iterable[Span]) -> list[Span]:
    """Return the union of the spans as spans that neither overlap nor touch, in order."""
    ordered = sorted(spans)
    if len(ordered) <= 1:
        return ordered
    apart: list[Span] = []
    for start, end in ordered:
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(apart[-1][1], end))
        else:
            apart.append((start, end))
    return apart


def _ended(pauses: Iterable[Interval], until: Moment | None) -> Iterator[tuple[Interval, Moment]]:
    for pause in pauses:
        end = until if pause.end is None else pause.end
        if end is None:
            raise BadPause(f"the pause from {named(pause.start)} is open, and no moment is given to count it to")
        if end < pause.start:
            raise BadPause(f"the pause from {named(pause.start)} ends before it begins, at {named(end)}")
        yield pause, end
