"""A dossier explained, as JSON values: the codes of the core as they are, moments in ISO 8601, lengths in seconds."""

from collections.abc import Sequence
from typing import Final

import msgspec

from alerts.core.ledger import LedgerLine
from deploy import law_in_words
from streams.core.events import AnyBody
from streams.core.moments import Moment
from streams.core.working_time import named
from streams.explained import Appointed, Explained, Line, Stop
from streams.wire.contract import MOMENTS
from streams.wire.records import Notice, Withdrawal

FACTS: Final = ("state", "unit", "procedure", "field", "channel", "level", "officer", "national_code")


def as_json(told: Explained, mails: Sequence[LedgerLine] | None) -> dict[str, object]:
    """Return the explanation; `mails` is null where the ledger was not asked."""
    appointed, recomputed = told.reckoned.appointed, told.reckoned.recomputed
    return {
        "dossier": told.key,
        "as_of": named(told.at),
        "rules": told.rules,
        **{name: getattr(told.dossier, name) for name in FACTS},
        **_standing(told),
        "appointed": None if appointed is None else _appointed(appointed),
        "recomputed": None if recomputed is None else law_in_words.as_json(recomputed),
        "pauses": [_stop(each) for each in told.reckoned.stops],
        "history": [_line(each) for each in told.history],
        "arrived_later": told.later,
        "unreadable": [msgspec.to_builtins(each) for each in told.unreadable],
        "findings": [
            msgspec.structs.asdict(each) | {"at": named(each.at), "severity": each.severity} for each in told.findings
        ],
        "notices": [_moments(each) for each in told.notices],
        "mails": None if mails is None else [_moments(each) for each in mails],
    }


def _standing(told: Explained) -> dict[str, object]:
    standing = told.standing
    return {
        "label": standing.label,
        "reason": standing.reason,
        "board": standing.board,
        "legal": standing.legal,
        "cause": standing.cause,
        "intake_overdue": standing.intake_overdue,
        "provisional": standing.provisional,
        "ranking_due_at": _named(standing.ranking_due_at),
        "legal_due_at": _named(told.dues.legal_due_at),
        "intake_due_at": _named(standing.intake_due_at),
        "next_at": _named(standing.next_at),
    }


def says(body: AnyBody) -> dict[str, object]:
    """Return what an event says, by field, without what it leaves out; moments in ISO 8601."""
    fields = msgspec.structs.asdict(body)
    return {
        name: named(value) if name in MOMENTS else value for name, value in fields.items() if value not in (None, "")
    }


def _line(line: Line) -> dict[str, object]:
    event = line.event
    return {
        "at": named(event.at),
        "kind": event.body.name,
        "source": event.source,
        "id": event.id,
        "arrived_at": named(event.arrived_at),
        "keyed_at": _named(event.keyed_at),
        "says": says(event.body),
        "part": line.part,
        "copies": line.copies,
        "content": event.content.hex(),
    }


def _stop(stop: Stop) -> dict[str, object]:
    pause = stop.pause
    return {
        "kind": pause.kind,
        "since": named(pause.since),
        "until": _named(pause.until),
        "ended_at": _named(pause.ended_at),
        "asked_by": pause.asked_by,
        "source": stop.source,
        "stops_the_clock": stop.counts,
        "seconds": stop.seconds,
    }


def _appointed(appointed: Appointed) -> dict[str, object]:
    return {
        "due_at": named(appointed.due_at),
        "named_at": named(appointed.named_at),
        "moved_to": named(appointed.moved_to),
        "moved_by": appointed.moved_by,
        "differs": appointed.differs,
        "intervals": [
            {"start": named(start), "end": named(end), "seconds": end - start} for start, end in appointed.intervals
        ],
    }


def _moments(record: Notice | Withdrawal | LedgerLine) -> dict[str, object]:
    fields: dict[str, object] = msgspec.to_builtins(record)
    return {
        name: named(value) if isinstance(value, int) and (name == "at" or name.endswith("_at")) else value
        for name, value in fields.items()
    }


def _named(at: Moment | None) -> str | None:
    return None if at is None else named(at)
