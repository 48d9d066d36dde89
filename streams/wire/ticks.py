"""Ticks: records that say that time has passed; believed in a replay, and nowhere else."""

from typing import Final

import msgspec

from streams.core.moments import Moment, moment_of
from streams.wire.contract import TICK, Time
from streams.wire.malformed import Malformed, Reason

_MARK: Final = TICK.encode()


class Tick(msgspec.Struct):
    """Time passing: nothing arrives before `time`."""

    type: str
    time: Time


_ticks = msgspec.json.Decoder(Tick)


def is_tick(value: bytes) -> bool:
    """Return whether the bytes claim to be a tick; cheap, for the hot path."""
    return _MARK in value


def tick_again(value: bytes) -> bytes:
    """Return a tick as `dossier.events` keeps it; raises Malformed."""
    return msgspec.json.encode(_tick(value))


def tick_time(value: bytes) -> Moment:
    """Return the moment of a tick; raises Malformed."""
    return moment_of(_tick(value).time)


def _tick(value: bytes) -> Tick:
    try:
        return _ticks.decode(value)
    except msgspec.DecodeError as error:
        raise Malformed(Reason.TICK, str(error)) from None
