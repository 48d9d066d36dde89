"""What can differ between a local list of dossiers and the national one, and the counts beside it."""

import enum
from collections import Counter
from typing import NamedTuple

import msgspec

from dashboards.core.pairing import Entry
from streams.core.moments import Moment


class Difference(enum.StrEnum):
    """What is not the same in the two lists."""

    NEVER_SYNCHRONISED = "never_synchronised"
    """Received locally, not in the national list a day later (R12)."""
    UNKNOWN_LOCALLY = "unknown_locally"
    STATE = "state"
    """The states have differed for over 24 hours (R11)."""
    STATE_UNDATED = "state_undated"
    """The states differ, and no date says since when."""
    KEYED_LATE = "keyed_late"
    """A date stands more than a working day later in the national list."""
    KEYED_LATE_LOCALLY = "keyed_late_locally"
    """A date stands more than a working day later in the local list."""
    OVERDUE_BY_SYNC = "overdue_by_sync"
    """Overdue by the national list, in time by the local one, due on the same day in both."""
    OVERDUE_BY_DUE = "overdue_by_due"
    """Overdue by the national list, in time by the local one, and due on different days."""


class Count(enum.StrEnum):
    """What is counted beside the differences, by unit."""

    LOCAL = "local"
    NATIONAL = "national"
    BOTH = "both"
    OVERDUE = "overdue"
    """Judged overdue by the national list, for whatever reason."""
    TOO_NEW = "too_new"
    """In one list alone, and too new for the other to have it."""
    STATE_TOO_NEW = "state_too_new"
    """The states differ, for 24 hours at most."""


class Found(msgspec.Struct, frozen=True):
    """One difference of one dossier; `local` and `national` are what each list says of it, `since` when it began."""

    difference: Difference
    code: str
    unit: str
    what: str = ""
    local: str | Moment | None = None
    national: str | Moment | None = None
    since: Moment | None = None


class Listed(NamedTuple):
    """A list: its entries, codes unique, and the moment at which it was so."""

    entries: tuple[Entry, ...]
    as_of: Moment


class Compared(NamedTuple):
    """What was found, in the order of the local list, and the counts by unit and name."""

    found: tuple[Found, ...]
    counts: dict[str, Counter[str]]

    @property
    def total(self) -> Counter[str]:
        """Return the counts of all units together."""
        return sum(self.counts.values(), Counter())
