"""Two systems' lists of dossiers: what an entry says, and which entries of the two are the same dossier."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from streams.core.labels import Verdict
from streams.core.moments import Moment


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One dossier as one list has it.

    `state` is a national state's name, or the source's own word where nobody mapped it; empty: the list does not say.
    `reached_at` is when the dossier came to that state, None where no date says so; `dates` are the dates of its
    milestones by name; `due_at` is the appointed due moment; `board` the national board's verdict at one moment.
    """

    code: str
    national_code: str = ""
    unit: str = ""
    state: str = ""
    received_at: Moment | None = None
    reached_at: Moment | None = None
    dates: tuple[tuple[str, Moment], ...] = ()
    due_at: Moment | None = None
    board: Verdict = Verdict.NONE


class Paired(NamedTuple):
    """Two lists taken apart; every entry stands in exactly one of the three."""

    pairs: tuple[tuple[Entry, Entry], ...]
    only_local: tuple[Entry, ...]
    only_national: tuple[Entry, ...]


def paired(local: Iterable[Entry], national: Iterable[Entry]) -> Paired:
    """Return which entries are one dossier: those of one code, then those that a national code ties together.

    Codes are unique within a list. A national code that ties an entry to more than one other ties nobody: that would
    be a guess.
    """
    by_code = {entry.code: entry for entry in national}
    pairs: list[tuple[Entry, Entry]] = []
    rest: dict[str, Entry] = {}
    for entry in local:
        other = by_code.pop(entry.code, None)
        if other is None:
            rest[entry.code] = entry
        else:
            pairs.append((entry, other))
    for ours, theirs in _tied(rest, by_code):
        pairs.append((rest.pop(ours), by_code.pop(theirs)))
    return Paired(tuple(pairs), tuple(rest.values()), tuple(by_code.values()))


def _tied(local: dict[str, Entry], national: dict[str, Entry]) -> list[tuple[str, str]]:
    ours, theirs = _owners(local.values()), _owners(national.values())
    ties = {(one, other) for name in ours if name in theirs for one in ours[name] for other in theirs[name]}
    left, right = Counter(one for one, _ in ties), Counter(other for _, other in ties)
    return sorted((one, other) for one, other in ties if left[one] == right[other] == 1)


def _owners(entries: Iterable[Entry]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in entries:
        for name in {entry.code, entry.national_code} - {""}:
            found.setdefault(name, []).append(entry.code)
    return found
