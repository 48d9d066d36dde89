"""The rows of a list as entries to compare: each judged by the rules, as an import of that list alone would be."""

from typing import Final

import msgspec

from dashboards.core.pairing import Entry
from deploy.connect.deriving import derived
from deploy.connect.rows import MILESTONES, Problem, Row
from deploy.connect.snapshot import state_shown
from deploy.connect.sources import Column
from deploy.connect.vocabulary import Vocabulary
from deploy.reconcile.reading import Sheet, Tell
from streams.core.dossier import after, new
from streams.core.judgement import judge
from streams.core.labels import State, Verdict
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.wire.cloudevents import event_of, received
from streams.wire.malformed import Malformed

BEGINS: Final[dict[str, tuple[Column, ...]]] = {
    State.SUBMITTED: (Column.SUBMITTED_AT,),
    State.ACCEPTED: (Column.ACCEPTED_AT, Column.SUPPLEMENT_RECEIVED_AT),
    State.PROCESSING: (Column.ACCEPTED_AT, Column.SUPPLEMENT_RECEIVED_AT),
    State.AWAITING_SUPPLEMENT: (Column.SUPPLEMENT_REQUESTED_AT,),
    State.REFUSED: (Column.REFUSED_AT,),
    State.STOPPED: (Column.STOPPED_AT,),
    State.DONE: (Column.DONE_AT,),
    State.RETURNED: (Column.RETURNED_AT,),
}
"""The dates that say since when a state stands; the latest of them counts."""


def entries(sheet: Sheet, *, now: Moment, rules: Rulebook, tell: Tell) -> tuple[Entry, ...]:
    """Return the list's dossiers as they stand at `now` by this list alone; a row that no import would take is told."""
    words = Vocabulary(sheet.source)
    found: list[Entry] = []
    for line, row in sheet.rows:
        try:
            board = _board(row, sheet, words, now=now, rules=rules)
        except Malformed as wrong:
            sheet.unread += 1
            tell(Problem(line, "", str(wrong)))
        else:
            found.append(_entry(row, str(state_shown(row, words) or ""), board))
    return tuple(found)


def _entry(row: Row, state: str, board: Verdict) -> Entry:
    begun = [at for column in BEGINS.get(state, ()) if (at := getattr(row, column)) is not None]
    return Entry(
        code=row.code,
        national_code=row.national_code,
        unit=row.unit,
        state=state,
        received_at=row.accepted_at if row.submitted_at is None else row.submitted_at,
        reached_at=max(begun, default=None),
        dates=tuple((column.value, at) for column in MILESTONES if (at := getattr(row, column)) is not None),
        due_at=row.due_at,
        board=board,
    )


def _board(row: Row, sheet: Sheet, words: Vocabulary, *, now: Moment, rules: Rulebook) -> Verdict:
    turn = derived(None, row, source=sheet.source, words=words, as_of=sheet.as_of)
    dossier = new(sheet.source.home)
    for sending in turn.events if turn is not None else ():
        # Through the bytes, as intake reads them: nothing is judged here that the pipeline would not take.
        dossier = after(dossier, event_of(received(msgspec.json.encode(sending)), sheet.as_of))
    return judge(dossier, now=now, rules=rules).board
