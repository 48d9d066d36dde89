"""A dossier: the set of its events and the facts that they fold into; `after` takes one event more.

The value is a function of the set of events alone: any order of arrival and any repeats give the same bytes. The
common event, one more from the only source, at the end, is folded onto the stored facts; any other folds the whole
history again, and a law says that the two agree.
"""

from typing import Final

import msgspec

from streams.core.differing import differences
from streams.core.events import Event
from streams.core.facts import Facts
from streams.core.findings import Finding, Rule
from streams.core.folding import folded
from streams.core.history import joined, place, standing
from streams.core.lines import Lines, lines_of
from streams.core.observed import seen
from streams.core.receiving import filled
from streams.core.voices import parted, speaks_for

VERSION: Final = 3
LONG_AGO: Final = 10 * 366 * 86_400
"""An event that arrives more than ten years after it happened is taken, and shown to an auditor."""


class Dossier(Facts, frozen=True, array_like=True, gc=False):
    """A dossier of the system `home`, with the ordered set of its events, packed, and the folded facts.

    `secondhand`: something here was told by others than the home. `plain`: one source, no correction, one content for
    each id, so that an event at the end can be folded onto the facts.
    """

    home: str = ""
    secondhand: bool = False
    plain: bool = True
    lines: Lines = Lines()

    @property
    def events(self) -> tuple[Event, ...]:
        """Return the ordered set of its events, unpacked anew: whoever needs them twice keeps them."""
        return self.lines.events()


def new(home: str) -> Dossier:
    """Return a dossier of the home system before any event."""
    return Dossier(home=home)


def after(dossier: Dossier, event: Event) -> Dossier:
    """Return the dossier after one more event, itself when it is known; never raises, whatever the event says."""
    if dossier.plain and event.body.name != "corrected" and _comes_last(dossier, event):
        secondhand = dossier.secondhand or not speaks_for(dossier.home, event.source)
        return msgspec.structs.replace(
            _stepped(dossier, event), lines=dossier.lines.followed_by(event), secondhand=secondhand
        )
    events = dossier.events
    more = joined(events, event)
    return dossier if more is events else refolded(dossier.home, more)


def refolded(home: str, events: tuple[Event, ...]) -> Dossier:
    """Return the dossier of the home system with this ordered set of events, folded from the beginning."""
    counting, findings = standing(events)
    counted, echoes = parted(counting, home)
    dossier = new(home)
    for event in counted:
        dossier = _stepped(dossier, event)
    secondhand = not all(speaks_for(home, source) for source in {event.source for event in counted})
    for event in echoes:
        before = dossier
        dossier = filled(dossier, event)
        secondhand = secondhand or dossier is not before
    plain = len({event.source for event in events}) == 1 and counting == events and not _corrects(events)
    return msgspec.structs.replace(
        dossier,
        lines=lines_of(events),
        plain=plain,
        secondhand=secondhand,
        findings=(*dossier.findings, *findings, *differences(counted, echoes)),
    )


def _corrects(events: tuple[Event, ...]) -> bool:
    return any(event.body.name == "corrected" for event in events)


def _comes_last(dossier: Dossier, event: Event) -> bool:
    if dossier.lines.surely_before(event):
        return True
    events = dossier.events
    if (event.source,) != dossier.lines.sources or place(events[-1]) >= place(event):
        return False
    return event.id not in [other.id for other in events]


def _stepped(dossier: Dossier, event: Event) -> Dossier:
    body = event.body
    dossier = seen(dossier, event, body) if body.name == "observed" else folded(dossier, event, body)
    if event.arrived_at - event.at > LONG_AGO:
        found = Finding(Rule.LONG_AGO, (event.id,), event.at)
        return msgspec.structs.replace(dossier, findings=(*dossier.findings, found))
    return dossier


class _Stored(msgspec.Struct, frozen=True, array_like=True):
    version: int
    dossier: Dossier


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(_Stored)


def encode(dossier: Dossier) -> bytes:
    """Return the dossier as msgpack; its first item is the version of this form."""
    return _ENCODER.encode(_Stored(VERSION, dossier))


def decode(stored: bytes) -> Dossier:
    """Return the dossier of `encode`; raises msgspec.DecodeError for anything else, ValueError for another version."""
    whole = _DECODER.decode(stored)
    if whole.version != VERSION:
        raise ValueError(f"a dossier stored in version {whole.version}; this program reads version {VERSION}")
    return whole.dossier
