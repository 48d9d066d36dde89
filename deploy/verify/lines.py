"""The lines of one epoch, as they stand in the trail and as they come of running it again."""

from collections.abc import Iterator, Sequence
from typing import Final

from deploy.verify.differences import Difference, Kind
from streams.topics import TRAIL

HASH: Final = 75
"""Bytes of a line that are its hash and the name before it."""


def unlike(found: Sequence[tuple[int, bytes]], wanted: Sequence[bytes], partition: int) -> Iterator[Difference]:
    """Yield the lines of an epoch that are not what comes of running it again; the hash is the walk's matter."""
    if len(found) == len(wanted):
        for (offset, value), like in zip(found, wanted, strict=True):
            if value[:-HASH] != like[:-HASH]:
                told = f"says {_text(value)}; the log gives {_text(like)}"
                yield Difference(Kind.LINE_DIFFERS, TRAIL.name, partition, str(offset), told)
        return
    there, should = {value[:-HASH] for _, value in found}, {value[:-HASH] for value in wanted}
    for offset, value in found:
        if value[:-HASH] not in should:
            told = f"says {_text(value)}, which does not follow from the log"
            yield Difference(Kind.LINE_UNEXPECTED, TRAIL.name, partition, str(offset), told)
    for value in wanted:
        if value[:-HASH] not in there:
            told = f"before this epoch's last line is missing: {_text(value)}"
            yield Difference(Kind.LINE_MISSING, TRAIL.name, partition, str(found[-1][0]), told)


def _text(value: bytes) -> str:
    return value[:-HASH].decode(errors="backslashreplace") + "}"
