"""One line of the register, and its bytes in `dossier.state`.

The bytes begin with what a restore needs (what is due next, what is counted, what has been told); the dossier itself
stays packed behind it until somebody touches it.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from streams.core.counting import Counted
from streams.core.dossier import Dossier
from streams.core.dossier import decode as decode_dossier
from streams.core.dossier import encode as encode_dossier
from streams.core.labels import Label
from streams.core.moments import Moment
from streams.core.stages import Told

VERSION: Final = 1
PARTITION_KEY: Final = b"@partition"
"""Beside the dossiers a partition keeps one record of itself; no subject begins with @."""


class Header(msgspec.Struct, frozen=True, array_like=True):
    """What a restore reads of an entry, and nothing behind it."""

    version: int
    next_at: Moment | None
    label: Label | None
    counted: Counted | None
    told: tuple[Told, ...]


class _Kept(Header, frozen=True, array_like=True):
    dossier: bytes


@dataclass(slots=True)
class Entry:
    """A dossier as the register knows it: its history, and how it stood when it was last judged and told of."""

    dossier: Dossier
    next_at: Moment | None = None
    label: Label | None = None
    counted: Counted | None = None
    told: tuple[Told, ...] = ()

    def packed(self) -> bytes:
        """Return the entry as `dossier.state` keeps it."""
        return _encoder.encode(
            _Kept(VERSION, self.next_at, self.label, self.counted, self.told, encode_dossier(self.dossier))
        )


def unpacked(packed: bytes) -> Entry:
    """Return the entry of `packed`; raises msgspec.DecodeError or ValueError."""
    kept = _decode_kept(packed)
    return Entry(decode_dossier(kept.dossier), kept.next_at, kept.label, kept.counted, kept.told)


class Partition(msgspec.Struct, frozen=True, array_like=True):
    """What a partition keeps of itself: the head of its trail, the lines behind it, the time it has come to."""

    version: int
    head: bytes
    length: int
    now: Moment


_encoder = msgspec.msgpack.Encoder()
_decode_kept = msgspec.msgpack.Decoder(_Kept).decode
decode_header = msgspec.msgpack.Decoder(Header).decode
decode_partition = msgspec.msgpack.Decoder(Partition).decode
encode_partition = _encoder.encode
