"""Every record that is taken comes out exactly once: as evidence, or put aside with its reason."""

import json

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from streams.border import Epoch
from streams.intake.step import Intake
from streams.keys import partition_of
from streams.metrics import IntakeMetrics
from streams.wire import cloudevents
from streams.wire.records import Rejected
from tests.sources import DOSSIER, Record, at, sent

PARTITIONS = 4
ARRIVED = at("2020-03-02 09:30")
TICK = b'{"type":"vn.dunghan.tick.v1","time":"2020-03-03T08:00:00+07:00"}'


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def intake(registry: CollectorRegistry, *, replay: bool = False) -> Intake:
    return Intake(2, partitions=PARTITIONS, metrics=IntakeMetrics(registry), replay=replay)


def took(step: Intake, *values: bytes | None) -> Epoch:
    batch = [Record(offset, ARRIVED * 1000 + 250, b"any key", value) for offset, value in enumerate(values)]
    return step.take(batch, now=ARRIVED, behind=False)


def test_an_event_becomes_evidence_on_the_partition_of_its_dossier(registry: CollectorRegistry) -> None:
    epoch = took(intake(registry), sent("submitted", "2020-03-02 08:00", procedure="1", unit="m"))
    [(key, value)] = epoch.outputs["dossier.events", partition_of(DOSSIER.encode(), PARTITIONS)]
    assert key == DOSSIER.encode()
    assert cloudevents.decoded(value or b"").arrived_at == ARRIVED
    assert epoch.taken == 1
    assert registry.get_sample_value("dunghan_events_total", {"outcome": "accepted"}) == 1


def test_what_is_malformed_is_put_aside_with_its_place_and_reason_and_stops_nothing(
    registry: CollectorRegistry,
) -> None:
    good = sent("submitted", "2020-03-02 08:00", procedure="1", unit="m")
    epoch = took(intake(registry), None, b"{", b'"a@b.vn"', good, sent("eaten", "2020-03-02 08:00", unit="m"))
    lines = [msgspec.json.decode(value or b"", type=Rejected) for _, value in epoch.outputs["dossier.rejected", 2]]
    assert [(line.offset, line.reason) for line in lines] == [
        (0, "null_value"),
        (1, "not_json"),
        (2, "wrong_shape"),
        (4, "unknown_kind"),
    ]
    assert all(line.topic == "dossier.inbox" and line.partition == 2 and line.arrived_at == ARRIVED for line in lines)
    assert json.loads(lines[3].value)["data"] == {"unit": "m"}
    assert epoch.taken == 5
    assert registry.get_sample_value("dunghan_rejected_total", {"reason": "not_json"}) == 1
    assert registry.get_sample_value("dunghan_events_total", {"outcome": "rejected"}) == 4


def test_bytes_that_are_no_text_stop_nothing_wherever_they_stand(registry: CollectorRegistry) -> None:
    good = sent("accepted", "2020-03-02 08:00", procedure="1", unit="m", due_at="2020-03-09 08:00")
    spoiled = [good[:place] + b"\x80" + good[place + 1 :] for place in range(len(good))]
    epoch = took(intake(registry), *spoiled)
    assert epoch.taken == len(good)
    # What the contract does not name is dropped unread; spoiled, `due_at` is such a name.
    assert len(epoch.outputs["dossier.rejected", 2]) == len(good) - len("due_at")


def test_a_record_too_large_leaves_its_size_and_hash_alone(registry: CollectorRegistry) -> None:
    epoch = took(intake(registry), b"x" * 5_000_000)
    [(_, value)] = epoch.outputs["dossier.rejected", 2]
    line = msgspec.json.decode(value or b"", type=Rejected)
    assert (line.reason, line.size, line.value, len(line.sha256)) == ("too_large", 5_000_000, b"", 64)


def test_thirty_years_ahead_is_put_aside(registry: CollectorRegistry) -> None:
    epoch = took(intake(registry), sent("done", "2050-03-02 08:00"))
    assert [topic for topic, _ in epoch.outputs] == ["dossier.rejected"]


def test_outside_a_replay_a_tick_and_a_claimed_arrival_are_not_believed(registry: CollectorRegistry) -> None:
    claimed = msgspec.json.encode(
        {**json.loads(sent("done", "2020-03-02 08:00")), "arrivedtime": "2019-01-01T00:00:00+07:00"}
    )
    epoch = took(intake(registry), TICK, claimed)
    [(_, value)] = epoch.outputs["dossier.events", partition_of(DOSSIER.encode(), PARTITIONS)]
    assert cloudevents.decoded(value or b"").arrived_at == ARRIVED
    assert msgspec.json.decode(epoch.outputs["dossier.rejected", 2][0][1] or b"", type=Rejected).reason == "tick"


def test_in_a_replay_a_tick_keeps_its_partition_and_the_log_tells_the_arrival(registry: CollectorRegistry) -> None:
    claimed = {**json.loads(sent("done", "2020-03-02 08:00")), "arrivedtime": "2020-03-05T08:00:00+07:00"}
    step = intake(registry, replay=True)
    ticked = took(step, TICK)
    assert ticked.outputs["dossier.events", 2][0][0] == b"@tick"
    told = took(step, msgspec.json.encode(claimed), sent("done", "2020-03-02 08:00"))
    arrivals = [
        cloudevents.decoded(value or b"").arrived_at
        for _, value in told.outputs["dossier.events", partition_of(DOSSIER.encode(), PARTITIONS)]
    ]
    assert arrivals == [at("2020-03-05 08:00"), at("2020-03-02 08:00")]


def test_personal_data_in_free_text_is_replaced_and_counted(registry: CollectorRegistry) -> None:
    epoch = took(intake(registry), sent("refused", "2020-03-02 08:00", reason="gọi 0912345678"))
    assert b"0912345678" not in b"".join(value or b"" for records in epoch.outputs.values() for _, value in records)
    assert registry.get_sample_value("dunghan_scrubbed_places_total") == 1


def test_time_alone_does_nothing_here(registry: CollectorRegistry) -> None:
    step = intake(registry)
    step.restore([(b"k", b"v")])
    assert step.next_at is None
    assert step.tick(ARRIVED) == Epoch(0, {})


def test_the_last_arrival_of_each_source_is_shown(registry: CollectorRegistry) -> None:
    took(intake(registry), sent("submitted", "2020-03-02 08:00", procedure="1", unit="m"))
    source = {"source": "dienbien.muongnhe/motcua"}
    assert registry.get_sample_value("dunghan_source_last_event_timestamp_seconds", source) == ARRIVED
