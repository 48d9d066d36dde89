"""Laws of leaving: whoever leaves, and whenever, everything comes out as in a register that lets nobody go."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from deploy.reading import Stored
from deploy.replay.daybook import Daybook
from deploy.replay.once_more import OnceMore
from deploy.rulebook import load_rulebook
from deploy.verify.lines import unlike
from deploy.verify.rerun import Rerun
from deploy.verify.ruling import Ruling
from streams.border import Epoch
from streams.core.calendar import Calendar
from streams.core.editions import Edition, Known, Timetable
from streams.core.moments import SECOND_OF_DAY, Moment, datetime_of
from streams.core.rulebook import Policy, Rulebook
from streams.metrics import RegisterMetrics
from streams.register.entries import Entry
from streams.register.register import Register
from streams.topics import NOTICES, STATE, TALLIES, TRAIL
from streams.wire.trail import EpochLine
from tests.property.test_redating import MORE_OFF
from tests.sources import SOURCE, Record, at, event, taken

HOUR = 3600
START = at("2020-03-02 08:00")
DOSSIERS = 3
SHIPPED = load_rulebook().calendar_for(None)
OF_LEAVING = {"left", "came_back", "epoch"}
decode_epoch = msgspec.json.Decoder(EpochLine).decode


def rules(days: int, *, version: str = "one", calendar: Calendar = SHIPPED) -> Rulebook:
    return Rulebook(version, Policy(version, leave_after_days=days), calendar)


class Fixed:
    """A reference in which nothing more is published."""

    def __init__(self, *editions: Edition) -> None:
        self.known = Timetable(editions, position=len(editions))


@st.composite
def arrivals(draw: st.DrawFn) -> list[Record]:
    """A log of a few dossiers, most of them closed soon, with long silences, late words, and repeats of all kinds."""
    values: list[dict[str, Any]] = []
    arrived = START
    for number in range(draw(st.integers(4, 25))):
        arrived += draw(st.sampled_from([0, HOUR, 9 * HOUR, 3 * SECOND_OF_DAY, 8 * SECOND_OF_DAY]))
        if values and draw(st.integers(0, 4)) == 0:
            again = dict(draw(st.sampled_from(values)))
            again["arrivedtime"] = text(arrived - draw(st.sampled_from([0, 0, 10 * SECOND_OF_DAY])))
            values.append(again)
            continue
        kinds = ["accepted", "done", "done", "returned", "reopened", "transferred", "supplement_requested", "corrected"]
        kind = draw(st.sampled_from(kinds))
        data: dict[str, dict[str, Any]] = {"accepted": {"procedure": "1", "unit": "m", "limit": "2 working days"}}
        data |= {"transferred": {"unit": draw(st.sampled_from("mn"))}}
        data |= {"corrected": {"voids": str(draw(st.integers(0, number)))}}
        dossier = f"dienbien.muongnhe/{draw(st.integers(1, DOSSIERS))}"
        it = event(kind, "2020-03-02 08:00", dossier=dossier, id=str(number), **data.get(kind, {}))
        it["source"] = draw(st.sampled_from([SOURCE, SOURCE, SOURCE, "vn/portal"]))
        it["time"] = text(arrived - draw(st.sampled_from([0, 0, HOUR, 4 * SECOND_OF_DAY])))
        it["arrivedtime"] = text(arrived)
        values.append(it)
    return records_of(values)


def records_of(values: Sequence[dict[str, Any]], first: int = 0) -> list[Record]:
    """Return the records, each in the log when the last of them so far had arrived."""
    records, stamp = list[Record](), 0
    for offset, value in enumerate(values, start=first):
        arrived = int(datetime_text(value["arrivedtime"]))
        stamp = max(stamp, arrived)
        record = taken([json.dumps(value).encode()], arrived=arrived)[0]
        records.append(record._replace(offset=offset, timestamp=stamp * 1000))
    return records


def text(moment: Moment) -> str:
    return datetime_of(moment).isoformat()


def datetime_text(value: str) -> float:
    return datetime.fromisoformat(value).timestamp()


class Run:
    """A partition taken through a log, as an engine does it; restarted where it is told to be."""

    def __init__(self, log: list[Record], reference: Rulebook | Known) -> None:
        self.log, self.reference = log, reference
        self.step = self.begun()
        self.position = 0
        self.epochs: list[Epoch] = []

    def begun(self) -> Register:
        return Register(0, rules=self.reference, metrics=RegisterMetrics(CollectorRegistry()), redated=1)

    def go(self, now: Moment, most: int) -> None:
        """Take so many of the records that are there, in as many epochs as that needs, or let time pass."""
        there = [record for record in self.log[self.position :] if record.timestamp // 1000 <= now]
        end = self.position + len(there[:most])
        behind = len(there) > most
        if not there[:most]:
            if not behind:
                self.enter(self.step.tick(now))
            return
        while self.position < end:
            batch = self.log[self.position : end]
            if offsets := self.step.needs(batch):
                self.step.give_back([self.log[offset] for offset in offsets])
            self.enter(self.step.take(batch, now=now, behind=behind))

    def enter(self, epoch: Epoch) -> None:
        self.position += epoch.taken
        if epoch.outputs:
            self.epochs.append(epoch)

    def restart(self) -> None:
        self.step = self.begun()
        records = [record for epoch in self.epochs for record in epoch.outputs[STATE.name, 0]]
        self.step.restore([(key, value) for key, value in records if key is not None])

    def finish(self, now: Moment) -> None:
        while self.position < len(self.log):
            self.go(now, 50)
        while (due := self.step.next_at) is not None and due <= now:
            self.go(now, 50)

    def entries(self) -> dict[bytes, Entry | None]:
        return {key: self.step.entry(key) for key in {record.key or b"" for record in self.log}}


def told(run: Run, topic: str) -> list[Any]:
    return [json.loads(value or b"") for epoch in run.epochs for _, value in epoch.outputs.get((topic, 0), [])]


def said(run: Run) -> list[dict[str, Any]]:
    """The lines of the trail that say what happened to dossiers, but for leaving."""
    return [line | {"hash": ""} for line in told(run, TRAIL.name) if line["line"] not in OF_LEAVING]


def figures(run: Run) -> dict[bytes, Any]:
    last = {key or b"": value for epoch in run.epochs for key, value in epoch.outputs.get((TALLIES.name, 0), [])}
    return {key: json.loads(value or b"{}") for key, value in last.items() if not key.startswith(b"counted/")}


def kept(entry: Entry | None) -> tuple[Any, ...]:
    assert entry is not None
    stands = (entry.counted, entry.told, entry.found, entry.edition, entry.offsets)
    return (msgspec.msgpack.encode(entry.dossier), None if entry.leaving else entry.next_at, *stands)


def late_words(log: list[Record], now: Moment) -> list[Record]:
    """A word more for every dossier, long after everything."""
    subjects = sorted({(record.key or b"").decode() for record in log})
    late = [event("transferred", "2020-03-02 08:00", dossier=one, id="late", unit="z") for one in subjects]
    stamp = {"time": text(now), "arrivedtime": text(now)}
    return records_of([one | stamp for one in late], first=len(log))


def driven(run: Run, steps: Sequence[tuple[int, int, bool]]) -> Run:
    now = START
    for hours, most, restart in steps:
        now += hours * HOUR
        run.go(now, most)
        if restart:
            run.restart()
    run.finish(START + 400 * SECOND_OF_DAY)
    return run


steps = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 6), st.integers(0, 4).map(lambda one: one == 0)), max_size=30
)


def never(plan: Sequence[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    """The same clock, without a restart: that says more than time alone, where nobody has gone."""
    return [(hours, most, False) for hours, most, _ in plan]


@settings(max_examples=60, deadline=None)
@given(arrivals(), st.integers(1, 6), steps)
def test_law_whoever_leaves_everything_comes_out_as_if_nobody_ever_did(
    log: list[Record], days: int, plan: list[tuple[int, int, bool]]
) -> None:
    whole, left = driven(Run(log, rules(0)), never(plan)), driven(Run(log, rules(days)), plan)
    assert said(left) == said(whole)
    assert told(left, NOTICES.name) == told(whole, NOTICES.name)
    assert figures(left) == figures(whole)
    for run in (whole, left):
        run.log = run.log + late_words(log, START + 401 * SECOND_OF_DAY)
        run.finish(START + 401 * SECOND_OF_DAY)
    assert said(left) == said(whole)
    assert {key: kept(entry) for key, entry in left.entries().items()} == {
        key: kept(entry) for key, entry in whole.entries().items()
    }


@settings(max_examples=30, deadline=None)
@given(arrivals(), st.integers(1, 6), st.integers(0, 40), steps)
def test_law_letting_go_from_a_release_on_keeps_every_verdict_that_was_given(
    log: list[Record], days: int, after: int, plan: list[tuple[int, int, bool]]
) -> None:
    """The release brings other days off too: open dossiers are judged by them, those that closed before are not."""
    other = Calendar.build([MORE_OFF])

    def reference(days_: int) -> Fixed:
        turn = START + after * SECOND_OF_DAY
        return Fixed(Edition(0, rules(0)), Edition(turn, rules(days_, version="two", calendar=other)))

    whole, left = driven(Run(log, reference(0)), never(plan)), driven(Run(log, reference(days)), never(plan))
    assert told(left, NOTICES.name) == told(whole, NOTICES.name)
    assert figures(left) == figures(whole)
    closed = [key for key, entry in whole.entries().items() if entry and entry.counted and entry.counted.closed_on]
    assert all(left.step.entry(key) is None for key in closed)


@settings(max_examples=40, deadline=None)
@given(arrivals(), st.integers(1, 6), steps)
def test_law_the_same_epoch_lines_give_the_same_bytes_whoever_leaves_and_comes_back(
    log: list[Record], days: int, plan: list[tuple[int, int, bool]]
) -> None:
    run = driven(Run(log, rules(days)), plan)
    stored = [Stored(0, one.offset, one.timestamp, one.key, one.value, ()) for one in log]
    rerun, offset = Rerun(0, ruling=Ruling(rules(days))), 0
    rerun.events.refill(iter(stored))
    rerun.earlier = lambda offsets: [stored[place] for place in offsets]
    again = OnceMore(Daybook(), partition=0, rules=rules(days), replay=False)
    again.events.refill(iter(stored))
    again.earlier = rerun.earlier
    for epoch in run.epochs:
        lines = [(offset + place, value or b"") for place, (_, value) in enumerate(epoch.outputs[TRAIL.name, 0])]
        offset += len(lines)
        line = decode_epoch(lines[-1][1])
        repeated = rerun.run(line, ())
        assert not list(unlike(lines, [value or b"" for _, value in repeated.outputs[TRAIL.name, 0]], 0))
        assert repeated.outputs.get((STATE.name, 0)) == epoch.outputs.get((STATE.name, 0))
        again.run(line, ())
    assert again.taken == len(log)


@settings(max_examples=20, deadline=None)
@given(arrivals(), st.integers(1, 6), steps)
def test_law_a_recount_of_those_who_stayed_and_left_is_what_was_counted(
    log: list[Record], days: int, plan: list[tuple[int, int, bool]]
) -> None:
    run = driven(Run(log, rules(days)), plan)
    written = defaultdict(bytes)
    for epoch in run.epochs:
        for key, value in epoch.outputs.get((TALLIES.name, 0), []):
            written[key or b""] = value or b""
    before = run.step.kept
    run.restart()
    assert run.step.compare({key: value for key, value in written.items() if value}) == []
    assert run.step.kept == before
