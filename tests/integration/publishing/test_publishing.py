"""The reference as a clerk edits and publishes it, on a real Kafka: what the plan says is what then happens."""

import copy
import json
import shutil
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from prometheus_client import CollectorRegistry

from deploy.acts import read_acts
from deploy.cli import main
from deploy.layout import Layout
from deploy.publishing.comparing import Effect
from deploy.publishing.desk import Ahead, act_of, looked_ahead, publish, published
from deploy.publishing.folder import documents_in
from deploy.publishing.release import Asked, release_of
from deploy.reading import Log, LogUnreadable
from deploy.rulebook import SHIPPED, load_rulebook
from streams.core.judgement import judge
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.engine.memory import MemoryEngine, Topics
from streams.engine.plan import StepPlan
from streams.keys import partition_of
from streams.metrics import RegisterMetrics
from streams.reference import Reference
from streams.register.entries import PARTITION_KEY, unpacked
from streams.register.register import Register
from streams.topics import EVENTS, NOTICES, REFERENCE, STATE
from streams.wire.acts import ReferenceApplied
from tests.integration.verify.log import Written
from tests.sources import at, sent, taken

PARTITIONS = 4
NOON, ONE, TWO = (at(f"2020-03-10 12:{minute}") for minute in ("05", "15", "25"))
OFF = "days_off = [\n  { day = 2020-03-06, name = 'nghỉ' }, { day = 2020-03-11, name = 'nghỉ' },"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a clerk's copy of the shipped reference."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "reference"))


def edit(folder: Path, *, year: int, version: str, off: bool) -> None:
    """Give the calendar of a year another version, with or without days off that are new."""
    shipped = (SHIPPED / "calendar" / f"{year}.toml").read_text("utf-8").replace(f"{year}-v1", version)
    new = shipped.replace("days_off = [", OFF.replace("2020", str(year))) if off else shipped
    (folder / "calendar" / f"{year}.toml").write_text(new, "utf-8")


class Office:
    """A worker over topics in memory, whose state and reference lie on a real Kafka."""

    def __init__(self, kafka: str, layout: Layout) -> None:
        self.kafka, self.layout = kafka, layout
        self.reference = Reference(load_rulebook())
        self.topics = Topics()
        self._read, self._shown = 0, Counter[tuple[str, int]]()
        self.engine = self._worker(self.topics)

    def _worker(self, topics: Topics) -> MemoryEngine:
        build = partial(Register, rules=self.reference, metrics=RegisterMetrics(CollectorRegistry()))
        return MemoryEngine(topics, (StepPlan(EVENTS.name, STATE.name, build),), partitions=PARTITIONS)

    def receives(self) -> None:
        """Take dossiers of six days, with limits of one to eight working days; some are done, some not accepted."""
        for day in range(2, 8):
            values = [
                sent("accepted", f"2020-03-0{day} {8 + n:02}:00", dossier=f"muongnhe/{day}{n}", procedure="1",
                     unit=f"m{n % 3}", limit=f"{1 + n} working days")
                for n in range(8)
            ]  # fmt: skip
            values.append(
                sent("submitted", f"2020-03-0{day} 16:30", dossier=f"muongnhe/{day}9", unit="m1", procedure="1")
            )
            values.append(sent("done", f"2020-03-0{day} 16:30", dossier=f"muongnhe/{day}7", result=True))
            self.hears(values)
        self.goes_on(NOON)

    def hears(self, values: list[bytes]) -> None:
        for record in taken(values):
            place = partition_of(record.key or b"", PARTITIONS)
            self.topics.append((EVENTS.name, place), [(record.key, record.value)], now=record.timestamp // 1000)

    def goes_on(self, until: Moment) -> None:
        """Hear the reference, let time pass, and put on the broker what came of it."""
        with Log(self.kafka, prefix=self.layout.prefix) as log:
            for record in log.since(REFERENCE, 0, self._read):
                self.reference.learn(record.offset, record.value)
                self._read = record.offset + 1
        self.engine.run(until)
        written = Written()
        for place, records in self.topics.records.items():
            written.topics[place] = [(one.key, one.value) for one in records[self._shown[place] :]]
            self._shown[place] = len(records)
        written.publish(self.kafka, self.layout.prefix)

    def without_change(self, until: Moment) -> Topics:
        """Return the topics as they would be then by the rules known now."""
        topics = copy.deepcopy(self.topics)
        self._worker(topics).run(until)
        return topics

    def plans(self, folder: Path, *, now: Moment, begins: Moment, closed_since: Moment | None = None) -> Ahead:
        """Return what the folder would change, then publish it."""
        with Log(self.kafka, prefix=self.layout.prefix) as log:
            known = published(log, None)
            release = release_of(documents_in(folder, now=now), known, Asked(now, begins, closed_since))
            ahead = looked_ahead(log, release)
        act = act_of(release, at=now, who="lan", why="văn thư")
        publish(self.kafka, self.layout.prefix, release=release, published=known, act=act)
        return ahead


def told(topics: Topics, action: str) -> Counter[str]:
    """Return how often each notice was told, or withdrawn."""
    values = (
        record.value for (name, _), records in topics.records.items() if name == NOTICES.name for record in records
    )
    lines = [json.loads(value or b"") for value in values]
    return Counter(line["id"] for line in lines if line["action"] == action)


def standing(topics: Topics, now: Moment, rules: Rulebook) -> dict[bytes, tuple[str, int, bool]]:
    """Return unit, due day (while it waits to be accepted: moment) and whether overdue, for each open dossier."""
    found = {}
    for partition in range(PARTITIONS):
        for key, value in topics.last(STATE.name, partition).items():
            if key == PARTITION_KEY or (counted := (entry := unpacked(value)).counted) is None or counted.closed_on:
                continue
            due = counted.due_on or judge(entry.dossier, now=now, rules=rules).intake_due_at or 0
            found[key] = (counted.unit, due, counted.alike.label == "open_overdue")
    return found


def came_true(office: Office, before: Topics, rules: Rulebook, *, at: Moment) -> dict[str, Effect]:
    """Return by unit how many dossiers moved, counted from the states, notices apart."""
    was, now = standing(before, at, rules), standing(office.topics, at, office.reference.known.at(at).rules)
    by_unit: dict[str, Effect] = {}
    for key, (unit, due, overdue) in was.items():
        _, then, late = now[key]
        one = Effect(1, int(then > due), int(then < due), int(overdue and not late), int(late and not overdue))
        by_unit[unit] = by_unit.get(unit, Effect()).plus(one)
    return by_unit


def holds(office: Office, folder: Path, *, now: Moment, begins: Moment) -> Effect:
    """Plan and publish the folder, and compare with what happens at that moment; return the total."""
    ahead = office.plans(folder, now=now, begins=begins)
    rules = office.reference.known.at(begins).rules
    without, had = office.without_change(begins), copy.deepcopy(office.topics)
    office.goes_on(begins)
    happened = came_true(office, without, rules, at=begins)
    assert {unit: one._replace(withdrawn=0, told=0) for unit, one in ahead.by_unit.items()} == happened
    withdrawn = told(office.topics, "withdraw") - told(had, "withdraw")
    assert ahead.total.withdrawn == withdrawn.total()
    assert ahead.total.told == (told(office.topics, "tell") - told(without, "tell")).total()
    assert ahead.unreadable == ()
    return ahead.total


def test_the_plan_says_what_then_comes_true_for_a_new_holiday_and_for_its_correction(
    kafka: str, topics: Layout, folder: Path
) -> None:
    office = Office(kafka, topics)
    office.receives()
    edit(folder, year=2020, version="2020-v2", off=True)
    wrong = holds(office, folder, now=NOON, begins=ONE)
    assert min(wrong.later, wrong.left_overdue, wrong.withdrawn) > 0
    edit(folder, year=2020, version="2020-v3", off=False)
    mended = holds(office, folder, now=ONE, begins=TWO)
    assert (mended.earlier, mended.entered_overdue) == (wrong.later, wrong.left_overdue)
    assert mended.told > 0


def test_what_was_closed_is_judged_again_only_since_the_moment_that_is_said(
    kafka: str, topics: Layout, folder: Path
) -> None:
    office = Office(kafka, topics)
    office.receives()
    # Both a working day late; the second is on time once the sixth is a day off.
    office.hears([sent("done", f"2020-03-{day} 16:30", dossier=dossier, result=True)
                  for day, dossier in (("04", "muongnhe/30"), ("06", "muongnhe/50"))])  # fmt: skip
    office.goes_on(NOON + 1)
    edit(folder, year=2020, version="2020-v2", off=True)
    begins = NOON + 600
    with Log(kafka, prefix=topics.prefix) as log:
        known = published(log, None)
        files = documents_in(folder, now=NOON)
        without = looked_ahead(log, release_of(files, known, Asked(NOON, begins)))
    ahead = office.plans(folder, now=NOON, begins=begins, closed_since=at("2020-03-05 00:00"))
    assert (without.total.closed, ahead.total.closed) == (0, 1)
    labels = [_label(office, "muongnhe/50")]
    office.goes_on(begins)
    assert [*labels, _label(office, "muongnhe/50")] == ["closed_late", "closed_on_time"]
    with Log(kafka, prefix=topics.prefix) as log:
        [act] = read_acts(log)[0]
    assert isinstance(act, ReferenceApplied)
    assert act.closed_since == at("2020-03-05 00:00")


def _label(office: Office, dossier: str) -> str:
    place = partition_of(dossier.encode(), PARTITIONS)
    counted = unpacked(office.topics.last(STATE.name, place)[dossier.encode()]).counted
    assert counted is not None
    return str(counted.alike.label)


def test_a_release_is_refused_whole_when_somebody_published_meanwhile(kafka: str, topics: Layout, folder: Path) -> None:
    office = Office(kafka, topics)
    with Log(kafka, prefix=topics.prefix) as log:
        known = published(log, None)
        release = release_of(documents_in(folder, now=NOON), known, Asked(NOON, ONE))
        office.plans(folder, now=NOON, begins=ONE)
        act = act_of(release, at=NOON, who="an", why="kỳ I")
        with pytest.raises(LogUnreadable, match="has grown meanwhile"):
            publish(kafka, topics.prefix, release=release, published=known, act=act)
        assert len(read_acts(log)[0]) == 1
        assert len(published(log, None).records) == len(release.documents)


@pytest.fixture
def clerk(kafka: str, topics: Layout, folder: Path, monkeypatch: pytest.MonkeyPatch) -> "Clerk":
    monkeypatch.chdir(folder.parent)
    monkeypatch.setenv("DUNGHAN_KAFKA__BOOTSTRAP", kafka)
    monkeypatch.setenv("DUNGHAN_KAFKA__PREFIX", topics.prefix)
    return Clerk(kafka, topics, folder)


class Clerk:
    """Somebody at the command line."""

    def __init__(self, kafka: str, layout: Layout, folder: Path) -> None:
        self.kafka, self.layout, self.folder = kafka, layout, folder

    def asks(self, command: str, *more: str) -> Result:
        return CliRunner().invoke(main, ["reference", command, str(self.folder), *more])

    def applies(self, *more: str) -> Result:
        return self.asks("apply", "--who", "lan", "--why", "công văn 1", *more)

    def records(self) -> int:
        with Log(self.kafka, prefix=self.layout.prefix) as log:
            return len(list(log.whole(REFERENCE, 0)))

    def acts(self) -> list[ReferenceApplied]:
        with Log(self.kafka, prefix=self.layout.prefix) as log:
            return [act for act in read_acts(log)[0] if isinstance(act, ReferenceApplied)]


def test_applied_again_nothing_is_published_and_the_act_says_who_why_and_what(clerk: Clerk) -> None:
    first = clerk.applies("--json")
    assert first.exit_code == 0, first.output
    said = json.loads(first.output)
    assert clerk.records() == len(said["documents"])
    assert [(act.who, act.why, act.sha256) for act in clerk.acts()] == [("lan", "công văn 1", said["sha256"])]
    assert set(clerk.acts()[0].documents) == {each["key"] for each in said["documents"]}
    again = clerk.applies()
    assert (again.exit_code, "nothing changes" in again.output) == (0, True)
    assert (clerk.records(), len(clerk.acts())) == (len(said["documents"]), 1)


def test_a_dry_run_and_a_plan_publish_nothing(clerk: Clerk) -> None:
    dry = clerk.asks("apply", "--dry-run")
    assert (dry.exit_code, "nothing was published" in dry.output) == (0, True)
    edit(clerk.folder, year=2026, version="2026-v2", off=True)
    plan = clerk.asks("plan")
    assert plan.exit_code == 0, plan.output
    assert "calendar 2026 2026-v2" in plan.output
    assert clerk.records() == 0


def test_a_plan_names_the_state_that_it_cannot_read_and_ends_with_3(clerk: Clerk) -> None:
    written = Written()
    written.topics[STATE.name, 0] = [(b"muongnhe/1", b"no state")]
    written.publish(clerk.kafka, clerk.layout.prefix)
    edit(clerk.folder, year=2026, version="2026-v2", off=True)
    for plan in (clerk.asks("plan"), clerk.asks("plan", "--json")):
        assert (plan.exit_code, "muongnhe/1: " in plan.output) == (3, True), plan.output


def test_a_version_used_twice_is_refused_by_name_and_so_is_a_moment_that_is_too_early(clerk: Clerk) -> None:
    assert clerk.applies().exit_code == 0
    stood = clerk.records()
    edit(clerk.folder, year=2026, version="2026-v1", off=True)
    for result in (clerk.applies("--from", "2026-01-01T00:00"), clerk.asks("plan", "--from", "2026-01-01T00:00")):
        assert result.exit_code == 3
        assert "calendar/2026.toml: version 2026-v1 has other content already" in result.output
        assert "too early" in result.output
    assert clerk.records() == stood
