"""The records others read: notices, tallies, trail lines, rejected records, and how each is written.

JSON, one object a record, moments as whole seconds since 1970-01-01T00:00:00Z. Fields are only ever added, with a
default; `version` is raised when a field's meaning changes. A `version` that is left out
is 1. `schemas.json` beside this module is made from here (`streams.wire.schemas`).
"""

import enum
from typing import Literal

import msgspec

from streams.core.counting import Cohort
from streams.core.findings import Rule
from streams.core.labels import Cause, Label, State, Verdict
from streams.core.moments import Moment
from streams.core.stages import Addressee, Stage


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every record has in common: its version."""


class Notice(Record, frozen=True, tag="tell", tag_field="action"):
    """Someone must be told of a dossier: a stage has been reached.

    `id` is deterministic (`streams.core.stages`). `stage_at` is the moment at which the stage was reached, `decided_at`
    the `now` by which it was decided; `delayed` says that the pipeline itself was behind when it decided. `step` counts
    how often the same stage was said before, `to` says to whom it goes this time.
    """

    id: str
    stage: Stage
    dossier: str
    unit: str
    state: State
    label: Label
    stage_at: Moment
    decided_at: Moment
    due_at: Moment | None = None
    started_at: Moment | None = None
    officer: str | None = None
    procedure: str | None = None
    field: str | None = None
    delayed: bool = False
    reason: str = ""
    policy: str = ""
    step: int = 0
    to: Addressee = Addressee.OFFICER
    version: int = 1


class Withdrawal(Record, frozen=True, tag="withdraw", tag_field="action"):
    """A notice no longer holds: `id` and `stage` are the notice's own; `reason` says what happened."""

    id: str
    stage: Stage
    dossier: str
    unit: str
    decided_at: Moment
    officer: str | None = None
    reason: str = ""
    to: Addressee = Addressee.OFFICER
    version: int = 1


class Mark(Record, frozen=True, tag="mark", tag_field="action"):
    """Replay only: every notice of this partition decided at or before `now` stands before this line."""

    now: Moment
    version: int = 1


NoticeRecord = Notice | Withdrawal | Mark


class Cell(msgspec.Struct, frozen=True, array_like=True):
    """How many dossiers of one cohort are alike in everything that is counted."""

    cohort: Cohort
    label: Label
    cause: Cause
    board: Verdict
    field: str
    channel: str
    level: int
    count: int


class Found(msgspec.Struct, frozen=True, array_like=True):
    """Of how many dossiers received that day a finding of this rule holds now."""

    rule: Rule
    count: int


class Tally(Record, frozen=True):
    """The cohorts of one day of one unit, as one partition counts them.

    Key `partition/unit/day` (`day` as 2020-07-10); a later record of the same key replaces the earlier one. An empty
    string or 0 in a cell means that the sources did not say. Cells are sorted; those of count 0 are left out.
    """

    partition: int
    unit: str
    day: str
    cells: tuple[Cell, ...] = ()
    findings: tuple[Found, ...] = ()
    version: int = 1


class Counted(Record, frozen=True):
    """Key `counted/partition`: this partition's dossiers are counted up to `now`."""

    partition: int
    now: Moment
    kind: Literal["counted"] = "counted"
    version: int = 1


class Speaker(enum.StrEnum):
    """Who can be heard of: a source that reports, or a unit that an event names."""

    SOURCE = "source"
    UNIT = "unit"


class Heard(Record, frozen=True):
    """When an event of a source, or one that names a unit, last arrived in a partition of the inbox, to the minute.

    Key `partition/speaker/name`; a later record of the same key replaces the earlier one.
    """

    partition: int
    speaker: Speaker
    name: str
    at: Moment
    version: int = 1


class Rejected(Record, frozen=True):
    """A record that could not be taken: where it stood, why, its size and hash, and what of it may be kept (base64)."""

    topic: str
    partition: int
    offset: int
    arrived_at: Moment
    reason: str
    detail: str
    size: int
    sha256: str
    value: bytes = b""
    version: int = 1
