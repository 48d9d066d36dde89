"""What is kept of a dossier that has left: how it is counted, how its events are known again, where they stand.

The layout is that of an entry, with this in the place of the dossier, so that whoever reads only how a dossier is
counted reads both alike. From the records at its offsets the dossier comes out as it was, by the same fold.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final, Self

import msgspec

from streams.border import Incoming
from streams.core.counting import Counted
from streams.core.dossier import new
from streams.core.events import Event
from streams.core.findings import Finding
from streams.core.moments import Moment
from streams.core.stages import Told
from streams.register.entries import WIDTH, Entry
from streams.wire import cloudevents
from streams.wire.malformed import Malformed

LEFT: Final = 4
"""The version of an entry that is a stub."""
HASH: Final = 8
"""Bytes kept of the hash of an event."""


class Lost(Exception):
    """The dossier cannot come back from these records; the message says which is not what it was."""


class Traces(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The hashes of the events, in order, HASH bytes each; where the records stand; when the last of them arrived.

    Of the offsets the steps from one to the next are kept, seven bits a byte, low ones first, the last below 128.
    """

    hashes: bytes
    offsets: bytes
    last_at: Moment


class Stub(msgspec.Struct, frozen=True, array_like=True, kw_only=True, gc=False):
    """A dossier that has left; all but `traces` is as its entry had it."""

    version: int = LEFT
    next_at: None = None
    counted: Counted
    told: tuple[Told, ...] = ()
    traces: Traces
    found: tuple[Finding, ...] = ()
    edition: int = 0

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return what is kept of an entry that has been judged."""
        assert entry.counted is not None, "nobody leaves before he was judged"  # noqa: S101 - a fault of ours
        events = entry.dossier.events
        traces = Traces(hashes_of(events), _steps(entry.offsets), max(event.arrived_at for event in events))
        return cls(counted=entry.counted, told=entry.told, traces=traces, found=entry.found, edition=entry.edition)

    @property
    def events(self) -> int:
        """How many events the dossier has."""
        return len(self.traces.hashes) // HASH

    @property
    def offsets(self) -> tuple[int, ...]:
        """Where the records stand that made the dossier what it was."""
        found, at, step, shift = [], 0, 0, 0
        for byte in self.traces.offsets:
            step, shift = step | (byte & 127) << shift, shift + 7
            if byte < _MORE:
                at, step, shift = at + step, 0, 0
                found.append(at)
        return tuple(found)

    def knows(self, event: Event) -> bool:
        """Return whether an event is surely a repeat that changes nothing: known, and arrived after all the others."""
        hashes = self.traces.hashes
        return event.arrived_at >= self.traces.last_at and _hash(event) in {
            hashes[at : at + HASH] for at in range(0, len(hashes), HASH)
        }

    def entry(self, key: bytes, records: Mapping[int, Incoming]) -> Entry:
        """Return the entry as it was, from its records by offset; raises Lost."""
        entry = Entry(dossier=new(key.decode().partition("/")[0]))
        for offset in self.offsets:
            record = records.get(offset)
            if record is None or record.key != key:
                raise Lost(f"the record at offset {offset} is gone")
            try:
                entry.fold(cloudevents.decoded(record.value or b""), offset)
            except Malformed as error:
                raise Lost(f"the record at offset {offset} cannot be read: {error}") from error
        if hashes_of(entry.dossier.events) != self.traces.hashes:
            raise Lost("the records are not those of the events that it left with")
        entry.counted, entry.told, entry.found, entry.edition = self.counted, self.told, self.found, self.edition
        return entry

    def packed(self) -> bytes:
        """Return the stub as `dossier.state` keeps it."""
        return _encode(self)


def _steps(offsets: bytes) -> bytes:
    """Return the offsets of an entry as the traces keep them; each is after the one before."""
    packed, before = bytearray(), 0
    for place in range(0, len(offsets), WIDTH):
        at = int.from_bytes(offsets[place : place + WIDTH])
        step, before = at - before, at
        while step >= _MORE:
            packed.append(step & 127 | _MORE)
            step >>= 7
        packed.append(step)
    return bytes(packed)


def hashes_of(events: Iterable[Event]) -> bytes:
    """Return the hashes of events, in the order of the hashes."""
    return b"".join(sorted(map(_hash, events)))


def _hash(event: Event) -> bytes:
    return hashlib.blake2b(_encode((event.source, event.id, event.content)), digest_size=HASH).digest()


def is_stub(packed: bytes) -> bool:
    """Return whether these bytes of the state say that they are a stub."""
    return packed[1:2] == _MARK


def stub_in(packed: bytes) -> Stub:
    """Return the stub of its bytes; raises msgspec.DecodeError or ValueError."""
    stub = _decode(packed)
    traces = stub.traces
    if stub.version != LEFT or not traces.hashes or len(traces.hashes) % HASH or traces.offsets[-1:] > b"\x7f":
        raise ValueError("these are no traces of a dossier")
    return stub


_MORE: Final = 128
_MARK: Final = bytes([LEFT])
_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Stub).decode
