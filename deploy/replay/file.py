"""A file of events and ticks through intake and a register in memory: what would be rejected, and what decided."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

import msgspec
from prometheus_client import CollectorRegistry

from deploy.checking import Fault
from deploy.reading import Stored
from deploy.replay.daybook import Daybook, Decision
from deploy.replay.once_more import OnceMore
from streams.border import KeyValue
from streams.core.editions import Known
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.intake.step import Intake
from streams.metrics import IntakeMetrics
from streams.topics import EVENTS, REJECTED
from streams.wire.records import Rejected
from streams.wire.ticks import is_tick

SLICE: Final = 2_000
"""Lines of the file that are read at a time."""
_decode: Final = msgspec.json.Decoder(Rejected).decode


class Played(NamedTuple):
    """What came of a file: how many events and ticks were taken, to which time they came, what was decided and not.

    A fault names the line of the file, from 1.
    """

    events: int
    ticks: int
    came_to: Moment
    decisions: list[Decision]
    rejected: list[Fault]


def played(lines: Iterable[bytes], *, rules: Rulebook | Known) -> Played:
    """Play the lines in their order, one CloudEvent or tick each, as a log in replay mode; raises CannotRun.

    An event arrives when it says so (`arrivedtime`), else when it happened.
    """
    intake = Intake(0, partitions=1, metrics=IntakeMetrics(CollectorRegistry()), replay=True)
    register = OnceMore(Daybook(), partition=0, rules=rules, replay=True)
    rejected: list[Fault] = []
    kept: list[Stored] = []  # as long as somebody may leave, and come back
    editions = (rules,) if isinstance(rules, Rulebook) else tuple(one.rules for one in rules.known.editions)
    leave = any(one.policy.leave_after_days for one in editions)
    register.earlier = lambda offsets: [kept[offset] for offset in offsets]
    ticks = 0
    records = (
        Stored(0, number, 0, None, line.strip(), ()) for number, line in enumerate(lines, start=1) if line.strip()
    )
    while batch := list(islice(records, SLICE)):
        outputs = intake.take(batch, now=0, behind=True).outputs
        rejected += (_fault(value) for _, value in outputs.get((REJECTED.name, 0), ()))
        events = list(_stored(outputs.get((EVENTS.name, 0), ()), register.taken))
        kept += events if leave else ()
        ticks += sum(is_tick(event.value or b"") for event in events)
        register.take(events, now=0, behind=True)
    daybook = register.daybook
    return Played(register.taken - ticks, ticks, daybook.now, daybook.decisions, rejected)


def _stored(records: Iterable[KeyValue], first: int) -> Iterator[Stored]:
    return (Stored(0, offset, 0, key, value, ()) for offset, (key, value) in enumerate(records, start=first))


def _fault(value: bytes | None) -> Fault:
    one = _decode(value or b"")
    return Fault(one.offset, one.reason, one.detail)
