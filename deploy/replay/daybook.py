"""What a register decided in a span of its own time, read from the lines that it wrote: the trail's, and the notices'.

A decision belongs to the moment to which the register's time had come, not to the clock of the worker that came to it:
a stage that was decided late, after a worker had stood still, belongs to the moment at which it was reached.
"""

import enum
from collections import deque
from collections.abc import Container, Iterable, Mapping
from typing import Final, TypeAlias

import msgspec

from streams.core.moments import Moment
from streams.wire.records import Mark, Notice, NoticeRecord, Withdrawal
from streams.wire.trail import Cleared, Decided, Labelled, Raised, Taken, Withdrawn

ALWAYS: Final = 1 << 62
"""The end of a span that has none."""


class What(enum.StrEnum):
    """What was decided of a dossier."""

    VERDICT = "verdict"
    NOTICE = "notice"
    WITHDRAWAL = "withdrawal"
    FINDING = "finding"
    FINDING_WITHDRAWN = "finding_withdrawn"


SPOKEN: Final = (What.NOTICE, What.WITHDRAWAL)
"""What somebody hears of."""


class Decision(msgspec.Struct, frozen=True, gc=False):
    """One decision; `name` is the label of a verdict, the stage of a notice or its withdrawal, the rule of a finding.

    A finding's `stage_at` is the moment from which it holds, its reason the note, its id the events that show it.

    `at` is the time to which the register had come, `decided_at` the `now` of its decision, `stage_at` the moment at
    which the stage was reached. The reason and the due moment of a notice, and to whom it or its withdrawal goes, stand
    in `dossier.notices` alone, and are empty where that is no longer kept.
    """

    what: What
    dossier: str
    name: str
    at: Moment
    decided_at: Moment
    reason: str = ""
    due_at: Moment | None = None
    stage_at: Moment | None = None
    id: str = ""
    unit: str = ""
    officer: str = ""


_Which: TypeAlias = tuple[str, str, Moment]
Line: TypeAlias = Taken | Labelled | Decided | Withdrawn | Raised | Cleared
_decode: Final = msgspec.json.Decoder(Line).decode
_decode_notice: Final = msgspec.json.Decoder(NoticeRecord).decode
_READ: Final = tuple(
    f'{{"line":"{kind}"'.encode() for kind in ("event", "label", "stage", "withdrawn", "finding", "finding_withdrawn")
)


class Daybook:
    """The decisions from `start` to before `end`, in the order of the lines."""

    def __init__(self, start: Moment = 0, end: Moment = ALWAYS) -> None:
        """Begin before the first line of a partition's trail."""
        self._start, self._end = start, end
        self.now: Moment = 0
        self.decisions: list[Decision] = []

    @property
    def over(self) -> bool:
        """Whether what comes belongs to a later time."""
        return self.now >= self._end

    def enter(self, lines: Iterable[bytes], *, came_to: Moment, notices: Iterable[bytes] = ()) -> None:
        """Enter the lines of one epoch, the time it came to, and its notices where they are at hand.

        Raises msgspec.DecodeError for what is no line or no notice.
        """
        known = len(self.decisions)
        if self._start <= came_to and not self.over:
            for line in lines:
                if line.startswith(_READ):
                    self._line(line)
        self.now = max(self.now, came_to)
        self.fill(notices, since=known)

    def _line(self, value: bytes) -> None:
        line = _decode(value)
        # A stage falls at its own moment, or where that had passed already, at the event that made it known.
        self.now = max(self.now, line.stage_at if isinstance(line, Decided) else line.decided_at)
        if self._start <= self.now < self._end and not isinstance(line, Taken):
            self.decisions.append(_decision(line, self.now))

    def fill(self, notices: Iterable[bytes], *, since: int = 0) -> None:
        """Add to each notice from this place on what its record says; raises msgspec.DecodeError for what is none."""
        wanted = {_which(one) for one in self.decisions[since:] if one.what in SPOKEN}
        if wanted:
            found = _found(notices, wanted)
            self.decisions[since:] = [_filled(one, found) for one in self.decisions[since:]]


def _decision(line: Labelled | Decided | Withdrawn | Raised | Cleared, at: Moment) -> Decision:
    match line:
        case Labelled():
            return Decision(What.VERDICT, line.dossier, line.label, at, line.decided_at, line.reason, line.due_at)
        case Decided():
            return Decision(
                What.NOTICE, line.dossier, line.stage, at, line.decided_at, stage_at=line.stage_at, id=line.id
            )
        case Withdrawn():
            return Decision(What.WITHDRAWAL, line.dossier, line.stage, at, line.decided_at, line.reason, id=line.id)
        case Raised() | Cleared():
            what = What.FINDING if isinstance(line, Raised) else What.FINDING_WITHDRAWN
            shown = " ".join(line.events) if isinstance(line, Raised) else ""
            return Decision(what, line.dossier, line.rule, at, line.decided_at, line.note, stage_at=line.at, id=shown)


def _which(one: Decision | Notice | Withdrawal) -> _Which:
    withdrawn = one.what is What.WITHDRAWAL if isinstance(one, Decision) else isinstance(one, Withdrawal)
    return "withdrawn" if withdrawn else "told", one.id, one.decided_at


def _found(values: Iterable[bytes], wanted: Container[_Which]) -> dict[_Which, deque[Notice | Withdrawal]]:
    """Return the notices that are wanted; what was withdrawn and told again in one second stands in its order."""
    found: dict[_Which, deque[Notice | Withdrawal]] = {}
    for value in values:
        record = _decode_notice(value)
        if not isinstance(record, Mark) and (which := _which(record)) in wanted:
            found.setdefault(which, deque()).append(record)
    return found


def _filled(one: Decision, found: Mapping[_Which, deque[Notice | Withdrawal]]) -> Decision:
    if one.what not in SPOKEN or not (kept := found.get(_which(one))):
        return one
    record = kept.popleft()
    one = msgspec.structs.replace(one, unit=record.unit, officer=record.officer or "")
    if isinstance(record, Withdrawal):
        return one
    return msgspec.structs.replace(one, reason=record.reason, due_at=record.due_at)
