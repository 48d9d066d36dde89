"""`audit --watch` on a real Kafka: looks at what is new; its heart beats only while everything follows from the log."""

import contextlib
import signal
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from deploy.layout import Layout
from deploy.local.leash import Leashed
from deploy.local.ports import free_ports
from deploy.reading import LogUnreadable
from deploy.settings import without_settings
from deploy.signing import make_keys, private_key
from deploy.verify.checkpoints import kept
from deploy.verify.figures import BEAT, Figures
from deploy.verify.watching import Signing, Watch
from deploy.verify.whole import Source, Verification
from streams.topics import STATE, TRAIL
from streams.wire.trail import Chain, EpochLine, hash_of
from tests.integration.verify.log import RULES, Written, decided, mailed
from tests.sources import at

NOW = at("2020-03-23 08:00")
TALKING = 3


@pytest.fixture(scope="module")
def first() -> Written:
    topics = decided(TALKING)
    mailed(topics)
    return Written(topics)


@pytest.fixture(scope="module")
def rest() -> Written:
    before, after = decided(TALKING), decided()
    topics = {place: records[len(before.get(place, ())) :] for place, records in after.items()}
    mailed(topics)
    return Written(topics)


def source(kafka: str, layout: Layout) -> Source:
    return Source(kafka, layout.prefix, RULES)


def test_it_goes_on_where_it_stood_and_signs_what_it_saw(
    kafka: str, topics: Layout, first: Written, *, rest: Written, tmp_path: Path
) -> None:
    make_keys(tmp_path / "secret", tmp_path / "public")
    registry, key = CollectorRegistry(), private_key(tmp_path / "secret")
    watch = Watch(source(kafka, topics), Figures(registry), signing=Signing(key, tmp_path / "kept", 100))
    first.publish(kafka, topics.prefix)
    with Verification(source(kafka, topics)) as verification:
        assert registry.get_sample_value(BEAT) is None
        seen = watch.look(verification, now=NOW)
        assert [str(one) for one in seen.found] == []
        assert registry.get_sample_value(BEAT) == NOW
        rest.publish(kafka, topics.prefix)
        again = watch.look(verification, now=NOW + 60)
        assert [str(one) for one in again.found] == []
        assert again.lines > seen.lines
        assert watch.look(verification, now=NOW + 120).lines == again.lines
    assert registry.get_sample_value(BEAT) == NOW + 120
    assert registry.get_sample_value("dunghan_verify_complete_ratio") == 1
    signed, forged = kept(tmp_path / "kept", key.public)
    assert not forged
    assert [sum(head.count for head in one.heads) for one in signed] == [seen.lines, again.lines]


def test_while_something_differs_the_heart_does_not_beat(
    kafka: str, topics: Layout, first: Written, rest: Written
) -> None:
    registry = CollectorRegistry()
    watch = Watch(source(kafka, topics), Figures(registry))
    first.publish(kafka, topics.prefix)
    place, offset = first.somewhere(STATE.name, lambda key, _: key.startswith(b"muongnhe/2"))
    key, right = dict(enumerate(first.topics[place]))[offset]
    with Verification(source(kafka, topics)) as verification:
        watch.look(verification, now=NOW)
        Written({place: [(key, b"spoilt")]}).publish(kafka, topics.prefix)
        watch.look(verification, now=NOW + 60)
        assert registry.get_sample_value(BEAT) is None
        assert registry.get_sample_value("dunghan_verify_differences", {"kind": "state_differs"}) == 1
        last = [value for other, value in first.topics[place] if other == key][-1]
        Written({place: [(key, last)]}).publish(kafka, topics.prefix)
        watch.look(verification, now=NOW + 120)
        assert registry.get_sample_value(BEAT) == NOW + 120
        line = rest.topics[TRAIL.name, 0][0][1] or b""
        Written({(TRAIL.name, 0): [(None, line.replace(b"muongnhe", b"muongnh3"))]}).publish(kafka, topics.prefix)
        watch.look(verification, now=NOW + 180)
        watch.look(verification, now=NOW + 240)
        last = first.topics[TRAIL.name, 1][-1][1] or b""
        of_nothing = Chain(hash_of(last)).add(EpochLine(10**6, 99, NOW, NOW, RULES.version))
        Written({(TRAIL.name, 1): [(None, of_nothing)]}).publish(kafka, topics.prefix)
        for later in (300, 360):
            watch.look(verification, now=NOW + later)
            told = registry.get_sample_value("dunghan_verify_differences", {"kind": "event_missing"})
            assert told == 1, "found once, and there for good"
    assert registry.get_sample_value(BEAT) is None
    assert right is not None


def test_a_log_that_cannot_be_read_stops_the_heart_and_is_read_again(kafka: str, prefix: str) -> None:
    registry, turns = CollectorRegistry(), iter([True, False])
    figures = Figures(registry)
    nowhere = Source(kafka, prefix, RULES)
    Watch(nowhere, figures).run(lambda _: next(turns), lambda: NOW, seconds=0)
    assert registry.get_sample_value(BEAT) is None
    with pytest.raises(LogUnreadable), Verification(nowhere) as verification:
        verification.look(now=NOW)


def test_the_command_serves_its_heartbeat_and_ends_when_it_is_asked_to(
    kafka: str, topics: Layout, first: Written, tmp_path: Path
) -> None:
    first.publish(kafka, topics.prefix)
    port = free_ports(1)[0]
    environment = without_settings() | {
        "DUNGHAN_KAFKA__BOOTSTRAP": kafka,
        "DUNGHAN_KAFKA__PREFIX": topics.prefix,
        "DUNGHAN_AUDIT__METRICS_PORT": str(port),
        "DUNGHAN_AUDIT__INDEX": str(tmp_path / "index.sqlite"),
    }
    command = [sys.executable, "-m", "deploy", "audit", "--watch"]
    process = Leashed(command, log=tmp_path / "watch.log", environment=environment)
    try:
        deadline = time.monotonic() + 120
        while BEAT not in shown(port):
            assert process.returncode is None, (tmp_path / "watch.log").read_text()
            assert time.monotonic() < deadline, (tmp_path / "watch.log").read_text()
            time.sleep(0.5)
        assert "dunghan_verify_complete_ratio 1.0" in shown(port)
        process.signal(signal.SIGTERM)
        while process.returncode is None:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert process.returncode == 0
    finally:
        process.stop()
    assert (tmp_path / "index.sqlite").stat().st_size > 0


def shown(port: int) -> str:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return str(answer.read().decode())
    return ""
