"""The history of a dossier as bytes, one line an event: it stays packed until somebody asks for the events.

The common event, the last one so far from the only source, is added behind the others without reading them. The bytes
are a function of the ordered events alone, so two histories are the same when their lines are.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from streams.core.events import AnyBody, Event
from streams.core.moments import Moment


class _Line(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An event: its source is a place in the list of sources, its arrival a distance from its moment."""

    source: int
    id: str
    at: Moment
    lag: int
    content: bytes
    body: AnyBody
    keyed_at: Moment | None = None


class Lines(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Ordered events, packed: their sources in the order of the alphabet, how many they are, the moment of the last."""

    sources: tuple[str, ...] = ()
    count: int = 0
    last_at: Moment = 0
    packed: bytes = b""

    def events(self) -> tuple[Event, ...]:
        """Return the events, read anew; raises msgspec.DecodeError or IndexError for bytes never written here."""
        sources = self.sources
        return tuple(
            [
                Event(sources[one.source], one.id, one.at, one.at + one.lag, one.content, one.body, one.keyed_at)
                for one in self._lines()
            ]
        )

    def prove(self) -> None:
        """Read every line, at half the cost of the events; raises msgspec.DecodeError or IndexError where one fails."""
        for source in {one.source for one in self._lines()}:
            if not 0 <= source < len(self.sources):
                raise IndexError(f"a line names source {source} of {len(self.sources)}")

    def _lines(self) -> list[_Line]:
        # The form of a msgpack array of 32-bit length: the lines follow as they are.
        return _read(b"\xdd%b%b" % (self.count.to_bytes(4), self.packed)) if self.count else []

    def surely_before(self, event: Event) -> bool:
        """Return whether the event comes last, from the one source there is, and repeats no id; False is no answer.

        An id that stands nowhere in the bytes is no event's; one that does may be part of something else.
        """
        if not self.count:
            return True
        return event.at > self.last_at and (event.source,) == self.sources and event.id.encode() not in self.packed

    def followed_by(self, event: Event) -> "Lines":
        """Return the history with one event more, for which `surely_before` holds."""
        return Lines((event.source,), self.count + 1, event.at, self.packed + _written(event, 0))


def lines_of(events: Sequence[Event]) -> Lines:
    """Return the history of ordered events."""
    sources = sorted({event.source for event in events})
    places = {source: place for place, source in enumerate(sources)}
    packed = b"".join([_written(event, places[event.source]) for event in events])
    return Lines(tuple(sources), len(events), events[-1].at if events else 0, packed)


def _written(event: Event, source: int) -> bytes:
    lag = event.arrived_at - event.at
    return _encode(_Line(source, event.id, event.at, lag, event.content, event.body, event.keyed_at))


_encode: Final = msgspec.msgpack.Encoder().encode
_read: Final = msgspec.msgpack.Decoder(list[_Line]).decode
