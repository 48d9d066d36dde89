"""What the log told of a dossier by a moment: its events as they arrived, and the notices decided about it."""

from collections.abc import Iterable
from typing import Final

import msgspec

from streams.core.events import Event
from streams.core.moments import Moment
from streams.wire.cloudevents import decoded
from streams.wire.malformed import Malformed
from streams.wire.records import Notice, NoticeRecord, Withdrawal

_NOTICES: Final[msgspec.json.Decoder[NoticeRecord]] = msgspec.json.Decoder(NoticeRecord)


class Unreadable(msgspec.Struct, frozen=True):
    """A record under the dossier's key that is none: our fault, or tampering; its offset, and what is wrong."""

    offset: int
    problem: str


class Heard(msgspec.Struct, frozen=True):
    """What the log holds of a dossier: what had arrived by a moment (with repeats), what came later, what is none."""

    events: tuple[Event, ...] = ()
    later: tuple[Event, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()


def heard(records: Iterable[tuple[int, bytes | None]], *, until: Moment) -> Heard:
    """Return what these records of `dossier.events`, (offset, value) of one key, had told by a moment; never raises."""
    events: list[Event] = []
    later: list[Event] = []
    unreadable: list[Unreadable] = []
    for offset, value in records:
        try:
            event = decoded(value or b"")
        except Malformed as error:
            unreadable.append(Unreadable(offset, str(error)))
        else:
            (events if event.arrived_at <= until else later).append(event)
    return Heard(tuple(events), tuple(later), tuple(unreadable))


def noticed(values: Iterable[bytes | None], *, dossier: str, until: Moment) -> tuple[Notice | Withdrawal, ...]:
    """Return the notices about a dossier decided by a moment; raises msgspec.DecodeError for what is no notice."""
    records = [_NOTICES.decode(value or b"") for value in values]
    about = [one for one in records if isinstance(one, Notice | Withdrawal) and one.dossier == dossier]
    return tuple(one for one in about if one.decided_at <= until)
