"""Upgrade and roll-back: what each release wrote is read by this one, and what this one writes is read by each of them.

A reader passes over members that it does not know and fills those that are missing. So the rule for a writer is: a
member may be added, none may go or mean something else. The files in `tests/data/written` are what a release wrote.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from alerts import ledger
from dashboards.reader import heard_of, record_of
from deploy.backup.manifest import Manifest, opened, sealed
from deploy.backup.pieces import Damaged
from deploy.rulebook import load_rulebook
from deploy.verify.checkpoints import Head
from streams.border import KeyValue
from streams.metrics import RegisterMetrics
from streams.register.entries import PARTITION_KEY
from streams.register.register import Register
from streams.topics import BOOK, EVENTS, LEDGER, NOTICES, OUTBOX, STATE, TALLIES, TRAIL
from streams.wire import cloudevents
from streams.wire.trail import START, broken, hash_of
from tests.sources import at, sent, taken

FILES = sorted((Path(__file__).parents[2] / "data" / "written").glob("*.jsonl"))
releases = pytest.mark.parametrize("file", FILES, ids=[f"release {file.stem}" for file in FILES])
READERS: dict[str, Callable[[KeyValue], Any]] = {
    NOTICES.name: lambda record: ledger.notice_record(record[1]),
    OUTBOX.name: lambda record: ledger.outbox_record(record[1]),
    LEDGER.name: lambda record: ledger.ledger_line(record[1]),
    BOOK.name: lambda record: ledger.entry(record[1] or b""),
    TALLIES.name: lambda record: record_of((record[0] or b"").decode(), record[1]),
}
RULES = load_rulebook()


def records(file: Path, topic: str) -> list[KeyValue]:
    found = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [(_bytes(key), _bytes(value)) for name, key, value in found if name == topic]


def _bytes(told: str | None) -> bytes | None:
    return None if told is None else base64.b64decode(told)


def restored(state: list[KeyValue]) -> Register:
    register = Register(0, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()))
    register.restore((key or b"", value) for key, value in state)
    return register


def kept(old: Any, new: Any) -> bool:
    """Tell whether everything that the old value says is said by the new one too."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(name in new and kept(old[name], new[name]) for name in old)
    if isinstance(old, list):
        return isinstance(new, list) and len(new) >= len(old) and all(map(kept, old, new))
    return bool(old == new)


def test_some_release_is_kept() -> None:
    assert FILES


@releases
@pytest.mark.parametrize("topic", READERS)
def test_what_a_release_wrote_is_read_and_what_is_written_of_it_now_says_all_of_it(file: Path, topic: str) -> None:
    there = [record for record in records(file, topic) if record[1] is not None]
    assert there
    for record in there:
        again = msgspec.to_builtins(READERS[topic](record))
        assert kept(json.loads(record[1] or b""), json.loads(json.dumps(again))), record


@releases
@pytest.mark.parametrize("topic", READERS)
def test_a_member_that_a_later_release_adds_is_passed_over(file: Path, topic: str) -> None:
    for key, value in records(file, topic):
        if value is not None:
            more = json.dumps(json.loads(value) | {"added_later": {"x": [1]}}).encode()
            assert READERS[topic]((key, more)) == READERS[topic]((key, value))


@releases
def test_a_worker_takes_up_the_state_of_a_release_and_goes_on_with_its_chain(file: Path) -> None:
    register = restored(records(file, STATE.name))
    assert (register.corrupt, register.headless) == (set(), False)
    tallies = {key: value for key, value in records(file, TALLIES.name) if key is not None and value is not None}
    assert register.compare(tallies) == []
    head = START
    lines = [value or b"" for _, value in records(file, TRAIL.name)]
    for line in lines:
        assert broken(head, line) is None
        head = hash_of(line)
    event = sent("accepted", "2020-03-30 08:00", dossier="muongnhe/later", procedure="1", unit="m1")
    epoch = register.take(taken([event], arrived=at("2020-03-30 08:01")), now=at("2020-03-30 08:01"))
    first = epoch.outputs[TRAIL.name, 0][0][1] or b""
    assert broken(head, first) is None


@releases
def test_a_state_of_a_later_release_is_read_where_it_only_says_more(file: Path) -> None:
    state = records(file, STATE.name)
    before = restored(state)

    def longer(key: bytes, value: bytes) -> bytes:
        """Return the record with all that this release says, and one member more."""
        entry = before.entry(key)
        return msgspec.msgpack.encode([*msgspec.msgpack.decode(entry.packed() if entry else value), "more"])

    register = restored([(key, value and longer(key or b"", value)) for key, value in state])
    assert (register.corrupt, register.headless, len(register)) == (set(), False, len(before))
    assert all(register.entry(key or b"") == before.entry(key or b"") for key, _ in state if key != PARTITION_KEY)


@releases
def test_a_state_in_a_version_that_is_not_known_is_named_and_built_again_from_its_events(file: Path) -> None:
    state, events = records(file, STATE.name), records(file, EVENTS.name)
    key = next(key for key, value in reversed(state) if value is not None and key != PARTITION_KEY)
    last = dict(state)[key] or b""
    register = restored([*state, (key, msgspec.msgpack.encode([999, *msgspec.msgpack.decode(last)[1:]]))])
    assert register.corrupt == {key}
    values = [value or b"" for name, value in events if name == key]
    register.rebuild(
        record._replace(key=key, value=value)
        for record, value in zip(
            taken([sent("done", "2020-03-02 08:00", result=True)] * len(values)), values, strict=True
        )
    )
    before = restored(state).entry(key or b"")
    again = register.entry(key or b"")
    assert before is not None
    assert again is not None
    assert again.dossier == before.dossier
    assert again.told == before.told


@releases
def test_events_of_a_release_are_read(file: Path) -> None:
    values = [value or b"" for _, value in records(file, EVENTS.name)]
    assert values
    for value in values:
        more = json.dumps(json.loads(value) | {"addedlater": "x"}).encode()
        assert cloudevents.decoded(more) == cloudevents.decoded(value)


@releases
def test_a_version_that_is_not_known_is_told_not_counted(file: Path) -> None:
    key, value = next((key, value) for key, value in records(file, TALLIES.name) if value is not None)
    later = json.dumps(json.loads(value) | {"version": 99}).encode()
    with pytest.raises(ValueError, match="version 99"):
        record_of((key or b"").decode(), later)
    heard = {"partition": 0, "speaker": "source", "name": "x", "at": 1, "version": 99}
    with pytest.raises(ValueError, match="version 99"):
        heard_of("0/source/x", json.dumps(heard).encode())
    manifest = Manifest(1, "x", "", 1, (), (), (), Head(0, -1, 0, ""), version=99)
    with pytest.raises(Damaged, match="version 99"):
        opened(sealed(manifest))
