"""One line of the register, and its bytes in `dossier.state`.

The bytes begin with what a restore needs (what is due next, what is counted, what has been told); the dossier itself
stays packed behind it until somebody touches it.
"""

from typing import Final, TypeAlias

import msgspec

from streams.core.counting import Counted
from streams.core.dossier import Dossier, after
from streams.core.events import Event
from streams.core.findings import Finding
from streams.core.labels import Label
from streams.core.moments import Moment
from streams.core.stages import Told

VERSION: Final = 3
WIDTH: Final = 5
"""Bytes of an offset: a million million records in a partition."""
PARTITION_KEY: Final = b"@partition"
"""Beside the dossiers a partition keeps one record of itself; no subject begins with @."""


class Header(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a restore reads of an entry, and nothing behind it."""

    version: int
    next_at: Moment | None
    counted: Counted | None
    told: tuple[Told, ...]


class Entry(msgspec.Struct, array_like=True, kw_only=True, gc=False):
    """A dossier as the register knows it: its history, and how it stood when it was last judged and told of.

    `found` are the findings that the trail holds as raised and not withdrawn. `edition` counts the changes of the rules
    in its partition up to that judgement. `offsets` says where the records stand that made the dossier what it is,
    WIDTH bytes each; of one that was first heard of by a program that did not note them, it is empty for good.
    `leaving`: at `next_at` it leaves, and is not judged.
    """

    version: int = VERSION
    next_at: Moment | None = None
    counted: Counted | None = None
    told: tuple[Told, ...] = ()
    dossier: Dossier
    found: tuple[Finding, ...] = ()
    edition: int = 0
    offsets: bytes = b""
    leaving: bool = False

    def fold(self, event: Event, offset: int) -> bool:
        """Fold the event of the record at an offset; returns whether that changed the dossier."""
        before = self.dossier
        self.dossier = after(before, event)
        if self.dossier is before:
            return False
        at = offset.to_bytes(WIDTH)
        # Else some are not known, or are those of another log.
        known = len(self.offsets) >= WIDTH * before.lines.count and self.offsets[-WIDTH:] < at
        self.offsets = self.offsets + at if known else b""
        return True

    @property
    def standing(self) -> tuple[object, ...]:
        """How it stood; whoever changes none of this has changed nothing."""
        return self.next_at, self.counted, self.told, self.found

    @property
    def label(self) -> Label | None:
        """How it was judged last; None while it never was."""
        return None if self.counted is None else self.counted.alike.label

    def packed(self) -> bytes:
        """Return the entry as `dossier.state` keeps it."""
        return _encode(self)


def unpacked(packed: bytes) -> Entry:
    """Return the entry of `packed`; raises msgspec.DecodeError or ValueError."""
    entry = _decode(packed)
    if entry.version != VERSION:
        raise ValueError(f"an entry in version {entry.version}; this program reads version {VERSION}")
    return entry


def proved(packed: bytes) -> Entry:
    """Return the same after reading every event of its history; raises msgspec.DecodeError, ValueError, IndexError."""
    entry = unpacked(packed)
    entry.dossier.lines.prove()
    return entry


class Glance(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An entry with its dossier left packed: how it is counted, and under which edition it was judged."""

    version: int
    next_at: Moment | None
    counted: Counted | None
    told: msgspec.Raw
    dossier: msgspec.Raw
    found: msgspec.Raw = msgspec.Raw(b"\x90")
    edition: int = 0


Rules: TypeAlias = tuple[str, int, Moment, bytes | None]
"""The rules a partition works by: the last four fields of a Partition."""


class Partition(msgspec.Struct, frozen=True, array_like=True):
    """What a partition keeps of itself: the head of its trail, the lines behind it, the time it has come to.

    `reference` names the rules it works by, the `edition`-th; dossiers are judged by them as of `as_of`, and up to the
    key `cursor` they have been, None: all.
    """

    version: int
    head: bytes
    length: int
    now: Moment
    reference: str = ""
    edition: int = 0
    as_of: Moment = 0
    cursor: bytes | None = None


def partition_of(packed: bytes | None) -> Partition | None:
    """Return what a partition keeps of itself; None where it keeps nothing that can be read."""
    try:
        return None if packed is None else decode_partition(packed)
    except msgspec.DecodeError:
        return None


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Entry).decode
decode_header: Final = msgspec.msgpack.Decoder(Header).decode
decode_glance: Final = msgspec.msgpack.Decoder(Glance).decode
decode_partition: Final = msgspec.msgpack.Decoder(Partition).decode
encode_partition: Final = _encode
