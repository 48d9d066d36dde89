"""`dunghan replay --day` on a real Kafka: a day against itself, and against another policy."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from deploy.cli.replay import command
from deploy.layout import Layout
from deploy.rulebook import SHIPPED, load_rulebook
from streams.border import Destination, KeyValue
from streams.core.moments import Moment
from streams.topics import EVENTS, NOTICES, TRAIL
from streams.wire.records import Notice, NoticeRecord
from tests.integration.verify.log import PARTITIONS, Written, decided, mailed
from tests.sources import at

DAY = "2020-03-10"
Told = tuple[str, str, Moment]


@pytest.fixture(scope="module")
def written() -> Written:
    topics = decided()
    mailed(topics)
    return Written(topics)


@pytest.fixture
def later_warning(tmp_path: Path) -> Path:
    """Give a reference folder that warns one working day before the due moment instead of two."""
    text = (SHIPPED / "policy.toml").read_text("utf-8")
    assert "due_soon_working_days = 2" in text
    (tmp_path / "policy.toml").write_text(
        text.replace("due_soon_working_days = 2", "due_soon_working_days = 1"), "utf-8"
    )
    return tmp_path


def replayed(*options: str, code: int) -> dict[str, Any]:
    done = CliRunner().invoke(command, ["--day", DAY, *options, "--json"])
    assert done.exit_code == code, done.output
    told: dict[str, Any] = json.loads(done.output)
    return told


def told_on_the_day(topics: Mapping[Destination, list[KeyValue]]) -> set[Told]:
    """Return who was told of what, and when it was reached, straight from the notices.

    What was reached before the dossier was accepted, or had been reached when the worker last looked, came of an event
    of the day; what was reached since then, in the nights that no worker saw, belongs to its own day.
    """
    decode = msgspec.json.Decoder(NoticeRecord).decode
    values = [value for place in range(PARTITIONS) for _, value in topics.get((NOTICES.name, place), [])]
    records = [decode(value or b"") for value in values]
    start, end, looked = at(f"{DAY} 00:00"), at("2020-03-11 00:00"), at("2020-03-05 17:00")
    told = set[Told]()
    for one in records:
        if isinstance(one, Notice):
            reached = max(one.stage_at, one.started_at or 0)
            if start <= reached < end or (reached <= looked and start <= one.decided_at < end):
                told.add((one.dossier, one.stage, one.stage_at))
    return told


def test_a_day_differs_in_nothing_from_what_was_decided_on_it(on_broker: Written) -> None:
    got = replayed("--against", code=0)
    assert got["differences"] == []
    assert got["then"] == got["now"] > 100
    assert got["taken"] < sum(len(them) for (name, _), them in on_broker.topics.items() if name == EVENTS.name)


def test_without_against_the_days_decisions_are_named(on_broker: Written) -> None:
    got = replayed(code=0)
    named = {(one["dossier"], one["name"]) for one in got["decided"] if one["what"] == "notice"}
    assert named == {told[:2] for told in told_on_the_day(on_broker.topics)}


def test_another_warning_names_exactly_the_notices_that_differ(on_broker: Written, later_warning: Path) -> None:
    got = replayed("--against", "--folder", str(later_warning), code=3)
    then = told_on_the_day(on_broker.topics)
    now = told_on_the_day(decided(rules=load_rulebook(later_warning)))
    named = {
        how: {
            (one["dossier"], one["name"]) for one in got["differences"] if one["what"] == "notice" and one["how"] == how
        }
        for how in ("only_then", "only_now", "differently")
    }
    less, more = {told[:2] for told in then - now}, {told[:2] for told in now - then}
    assert named == {"only_then": less - more, "only_now": more - less, "differently": less & more}
    assert all(named.values())
    assert {stage for both in named.values() for _, stage in both} == {"due_soon"}
    reasons = {one["then"]["reason"] for one in got["differences"] if one["what"] == "notice" and one["then"]}
    assert reasons == {"within_warning"}


def test_a_stage_that_the_trail_of_the_day_does_not_hold_is_named(
    kafka: str, topics: Layout, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUNGHAN_KAFKA__BOOTSTRAP", kafka)
    monkeypatch.setenv("DUNGHAN_KAFKA__PREFIX", topics.prefix)
    less = copy.deepcopy(written)
    reached = f'"stage_at":{at(f"{DAY} 07:30")}'.encode()
    place, offset = less.somewhere(TRAIL.name, lambda _, value: b'"line":"stage"' in value and reached in value)
    gone = json.loads(less.topics[place].pop(offset)[1] or b"")
    less.publish(kafka, topics.prefix)
    (difference,) = replayed("--against", code=3)["differences"]
    assert (difference["how"], difference["what"]) == ("only_now", "notice")
    assert (difference["dossier"], difference["name"]) == (gone["dossier"], gone["stage"])
    assert difference["now"]["id"] == gone["id"]


def test_a_record_that_is_gone_fails_and_sends_to_verify(
    kafka: str, topics: Layout, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUNGHAN_KAFKA__BOOTSTRAP", kafka)
    monkeypatch.setenv("DUNGHAN_KAFKA__PREFIX", topics.prefix)
    less = copy.deepcopy(written)
    place, _ = less.somewhere(EVENTS.name, lambda *_: True)
    del less.topics[place][1:]
    less.publish(kafka, topics.prefix)
    done = CliRunner().invoke(command, ["--day", DAY, "--against"])
    assert done.exit_code == 1
    assert f"partition {place[1]}" in done.output
    assert "dunghan verify" in done.output
