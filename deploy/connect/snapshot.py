"""What the last export said of a dossier, as it is kept, and the state it shows."""

from typing import Any, Final

import msgspec

from deploy.connect.rows import CLOSING, MILESTONES, Row
from deploy.connect.sources import Column, Source
from deploy.connect.vocabulary import Vocabulary
from streams.core.labels import State
from streams.core.moments import Moment

REACHED: Final = {
    Column.SUBMITTED_AT: State.SUBMITTED,
    Column.ACCEPTED_AT: State.ACCEPTED,
    Column.SUPPLEMENT_REQUESTED_AT: State.AWAITING_SUPPLEMENT,
    Column.SUPPLEMENT_RECEIVED_AT: State.PROCESSING,
    Column.REFUSED_AT: State.REFUSED,
    Column.STOPPED_AT: State.STOPPED,
    Column.DONE_AT: State.DONE,
    Column.RETURNED_AT: State.RETURNED,
}


class Snapshot(msgspec.Struct, frozen=True, array_like=True):
    """What the last export said of a dossier, as `import.snapshots` keeps it.

    `link` is the hash of this row and of all before it; `said` has the id of the event that each date became, `shown`
    moment and id of the `observed` events still standing. `missing_since` is the moment of the first export in which
    the dossier no longer was.
    """

    version: int
    as_of: Moment
    link: bytes
    row: Row
    said: dict[str, str] = {}
    shown: tuple[tuple[Moment, str], ...] = ()
    missing_since: Moment | None = None


class Sending(msgspec.Struct, frozen=True):
    """One CloudEvent as it goes to the inbox."""

    id: str
    source: str
    type: str
    subject: str
    time: Any
    data: dict[str, Any]
    specversion: str = "1.0"
    datacontenttype: str = "application/json"


def subject_of(source: Source, code: str) -> str:
    """Return the dossier that a code of this source names: `home/code`."""
    return f"{source.home}/{code}"


def state_shown(row: Row, words: Vocabulary) -> State | str | None:
    """Return the state that a row shows: the one it names (unmapped: its word), else the one its dates lead to."""
    if row.state:
        return words.state(row.state) or row.state
    reached = [column for column in MILESTONES if getattr(row, column) is not None]
    return REACHED[last_of(row, reached)] if reached else None


def closed_without_date(row: Row, words: Vocabulary) -> bool:
    """Return whether a row says that the dossier is closed and not when: the export's moment then stands for it."""
    state = words.state(row.state) if row.state else None
    return state in {REACHED[column] for column in CLOSING} and not any(getattr(row, one) for one in CLOSING)


def last_of(row: Row, columns: list[Column]) -> Column:
    """Return the latest of these dates; of two at one moment, the one that comes later in the procedure."""
    return max(columns, key=lambda column: (getattr(row, column), MILESTONES.index(column)))
