"""Law: what workers wrote that started again at any time, unreadable and skipped records among it, is found again."""

from collections import defaultdict

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from deploy.reading import Stored
from deploy.verify.lines import unlike
from deploy.verify.outcomes import Outcomes
from deploy.verify.rerun import Rerun
from deploy.verify.ruling import Ruling
from streams.border import Epoch, KeyValue
from streams.metrics import RegisterMetrics
from streams.register.register import Register
from streams.topics import NOTICES, STATE, TALLIES, TRAIL
from streams.wire.trail import EpochLine, Skipped
from tests.property.test_epochs_again import HOUR, RULES, START, arrivals
from tests.sources import Record

SKIP = 3
lines_of = msgspec.json.Decoder(EpochLine | Skipped).decode


def register() -> Register:
    return Register(0, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()), skipped={SKIP})


def outputs(epoch: Epoch, topic: str) -> list[KeyValue]:
    return epoch.outputs.get((topic, 0), [])


def last(epochs: list[Epoch], topic: str) -> dict[bytes | None, bytes]:
    values = {key: value for epoch in epochs for key, value in outputs(epoch, topic)}
    return {key: value for key, value in values.items() if value is not None}


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[Record], list[Epoch]]:
    """A log with a record that is none, and the epochs of workers over it that start again now and then."""
    log = draw(arrivals())
    broken = draw(st.sampled_from([None, *range(len(log))]))
    log = [record._replace(value=b"{}") if place == broken else record for place, record in enumerate(log)]
    step, position, now, epochs = register(), 0, START, list[Epoch]()
    for _ in range(40):
        if draw(st.integers(0, 4)) == 0:
            step = register()
            step.restore([(key or b"", value) for epoch in epochs for key, value in outputs(epoch, STATE.name)])
        now += draw(st.integers(0, 20 * HOUR))
        there = [record for record in log[position:] if record.timestamp // 1000 <= now]
        batch = there[: draw(st.integers(0, 8))]
        epoch = step.take(batch, now=now, behind=len(batch) < len(there)) if batch else step.tick(now)
        position += epoch.taken
        if epoch.outputs:
            epochs.append(epoch)
    return log, epochs


@settings(max_examples=60)
@given(runs())
def test_law_what_was_written_is_found_again(run: tuple[list[Record], list[Epoch]]) -> None:
    log, epochs = run
    rerun, outcomes = Rerun(0, ruling=Ruling(RULES)), Outcomes(0)
    rerun.events.refill(Stored(0, r.offset, r.timestamp, r.key, r.value, ()) for r in log)
    again, offset = list[Epoch](), 0
    for epoch in epochs:
        lines = [(offset + place, value or b"") for place, (_, value) in enumerate(outputs(epoch, TRAIL.name))]
        offset += len(lines)
        kinds = defaultdict(list)
        for _, value in lines:
            if value.startswith((b'{"line":"epoch"', b'{"line":"skipped"')):
                line = lines_of(value)
                kinds[type(line)].append(line)
        skipped = [line.offset for line in kinds[Skipped]]
        again.append(rerun.run(kinds[EpochLine][0], skipped))
        assert not list(unlike(lines, [value or b"" for _, value in outputs(again[-1], TRAIL.name)], 0))
        assert outputs(again[-1], NOTICES.name) == outputs(epoch, NOTICES.name)
        outcomes.enter(outputs(epoch, NOTICES.name))
    for topic in (STATE, TALLIES):
        assert last(again, topic.name) == last(epochs, topic.name)
    keys = [key or b"" for key in last(epochs, STATE.name)]
    assert not epochs or not list(outcomes.judged(rerun, keys, rules=RULES))
    assert outcomes.answered == outcomes.reached
