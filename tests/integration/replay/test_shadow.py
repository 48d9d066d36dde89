"""The shadow policy on a real Kafka: it is decided by, who would have been told is named, and nobody is told."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from deploy.cli.policy import command
from deploy.layout import Layout
from deploy.publishing.release import Asked, Published, release_of
from deploy.reading import Log
from deploy.replay.composing import logs_of
from deploy.replay.shadow import Beside, Change, Span, change_of
from deploy.replay.shadow_telling import difference_as_json
from deploy.rulebook import files_in, load_rulebook
from deploy.sections import Kafka
from deploy.settings import Settings
from streams.border import Destination, KeyValue
from streams.reference import Reference
from streams.topics import LEDGER, NOTICES, OUTBOX, REFERENCE, STATE, TALLIES, TRAIL
from streams.wire.records import Notice, NoticeRecord
from tests.integration.verify.log import PARTITIONS, Written, decided, mailed
from tests.sources import at

FILES = files_in(None)
EARLY = FILES["policy.toml"].replace('version = "', 'version = "shadow-', 1)
EARLY = EARLY.replace("due_soon_working_days = 2", "due_soon_working_days = 1")
BEGINS, ENDS = at("2020-03-05 00:00"), "2020-03-21T00:00"
SPOKEN = (NOTICES, OUTBOX, LEDGER, TALLIES, STATE, TRAIL)
Told = tuple[str, str, int, str, str]


def published(files: Mapping[str, str]) -> list[bytes]:
    """Return the records of the shipped folder, and of this one from a later moment on."""
    known = Published(load_rulebook(), FILES)
    for folder, moment in ((FILES, 0), (files, BEGINS)):
        release = release_of(folder, known, Asked(BEGINS - 600, moment))
        new = tuple((known.end + n, msgspec.json.encode(one)) for n, one in enumerate(release.documents))
        known = known._replace(records=known.records + new, end=known.end + len(new))
    return [value or b"" for _, value in known.records]


def by(records: list[bytes]) -> dict[Destination, list[KeyValue]]:
    """Return what the workers write that know these records from the beginning."""
    return decided(rules=Reference(load_rulebook()).learn_all(enumerate(records)))


def told(topics: Mapping[Destination, list[KeyValue]]) -> set[Told]:
    decode = msgspec.json.Decoder(NoticeRecord).decode
    values = [value for place in range(PARTITIONS) for _, value in topics.get((NOTICES.name, place), [])]
    records = [decode(value or b"") for value in values]
    return {(one.dossier, one.stage, one.stage_at, one.unit, one.officer or "") for one in records
            if isinstance(one, Notice)}  # fmt: skip


def spoken(topics: Mapping[Destination, list[KeyValue]], name: str) -> list[list[KeyValue]]:
    return [topics.get((name, place), []) for place in range(PARTITIONS)]


@pytest.fixture(scope="module")
def written() -> Written:
    topics = by(records := published({**FILES, "shadow.toml": EARLY}))
    mailed(topics)
    topics[REFERENCE.name, 0] = [(None, value) for value in records]
    return Written(topics)


def asked(*options: str) -> Result:
    return CliRunner().invoke(command, [*options])


def ends(kafka: str, prefix: str) -> dict[str, list[int]]:
    with Log(kafka, prefix=prefix) as log:
        return {one.name: [log.bounds(one, place)[1] for place in range(PARTITIONS)] for one in SPOKEN}


def named(differences: list[dict[str, Any]], side: str) -> set[tuple[str, str]]:
    return {(one["dossier"], one["stage"]) for one in differences if one["what"] == "notice" and one[side]}


def test_workers_that_know_of_a_shadow_write_what_they_write_without_it(written: Written) -> None:
    without = by(published(FILES))
    for topic in (NOTICES, TALLIES):
        assert spoken(written.topics, topic.name) == spoken(without, topic.name)
    assert told(without)


def test_the_diff_names_who_would_have_been_told_had_the_shadow_counted_and_nobody_is_told(
    kafka: str, topics: Layout, on_broker: Written
) -> None:
    before = ends(kafka, topics.prefix)
    done = asked("diff", "--until", ENDS, "--json")
    assert done.exit_code == 0, done.output
    got = json.loads(done.output)
    counts = told(on_broker.topics)
    would = told(by(published({**FILES, "policy.toml": EARLY})))
    less = {one[:2] for one in counts - would}
    more = {one[:2] for one in would - counts}
    assert named(got["differences"], "counts") == less
    assert named(got["differences"], "shadow") == more
    assert {one["stage"] for one in got["differences"]} == {"due_soon"}
    assert {one["change"] for one in got["differences"] if one["what"] == "notice"} >= {Change.LATER}
    assert sum(sum(them.values()) for unit in got["units"].values() for them in unit.values()) == sum(
        one["what"] == "notice" for one in got["differences"]
    )
    assert set(got["units"]) <= {"m0", "m1", "m2"}
    assert got["shadow"].startswith("shadow-")
    assert ends(kafka, topics.prefix) == before, "nothing was written anywhere"
    text = asked("diff", "--until", ENDS, "--most", "1")
    assert "muộn hơn · later" in text.output
    assert "m1/cb" in text.output
    nothing = asked("diff", "--since", ENDS, "--until", ENDS)
    assert (nothing.exit_code, "nothing lies between" in nothing.output) == (2, True)


def test_followed_live_the_same_differs_as_looked_at_afterwards(kafka: str, topics: Layout, on_broker: Written) -> None:
    settings = Settings(kafka=Kafka(bootstrap=kafka, prefix=topics.prefix))
    with logs_of(settings) as logs:
        beside = Beside(logs, load_rulebook(), span=Span(BEGINS))
        live = list(beside.look())
        assert list(beside.look()) == []
    assert live
    assert {change_of(one) for one in live} <= set(Change)
    assert all(difference_as_json(one)["unit"] for one in live)


def test_without_a_shadow_the_diff_says_so(kafka: str, topics: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNGHAN_KAFKA__BOOTSTRAP", kafka)
    monkeypatch.setenv("DUNGHAN_KAFKA__PREFIX", topics.prefix)
    done = asked("diff")
    assert (done.exit_code, "no shadow policy counts" in done.output) == (1, True)
