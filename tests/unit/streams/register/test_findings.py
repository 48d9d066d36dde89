"""The register tells the trail of each finding once, takes it back when it stops being true, and counts it."""

import json
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry

from deploy.rulebook import load_rulebook
from streams.border import Epoch
from streams.core.counting import Counted
from streams.core.findings import Rule
from streams.metrics import RegisterMetrics
from streams.register.entries import unpacked
from streams.register.register import Register
from tests.sources import DOSSIER, at, sent, taken

RULES = load_rulebook()
UNIT = {"procedure": "1.001", "unit": "muongnhe", "officer": "muongnhe-cb1"}
ACCEPTED = sent("accepted", "2020-03-02 08:00", due_at="2020-03-09 08:00", **UNIT)
STOPPED = sent("stopped", "2020-03-04 09:00", id="s")
VOID = sent("corrected", "2020-03-04 10:00", voids="s")


def register() -> Register:
    return Register(0, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()))


def values(epoch: Epoch, topic: str) -> list[dict[str, Any]]:
    return [json.loads(value or b"") for _, value in epoch.outputs.get((topic, 0), [])]


def said(epoch: Epoch) -> list[tuple[str, str]]:
    lines = [line for line in values(epoch, "dossier.trail") if line["line"].startswith("finding")]
    return [(line["line"], line["rule"]) for line in lines]


def counted(epoch: Epoch) -> dict[str, int]:
    tallies = [line for line in values(epoch, "unit.tallies") if "day" in line]
    assert {(line["unit"], line["day"]) for line in tallies if line.get("findings")} <= {("muongnhe", "2020-03-02")}
    return {rule: count for line in tallies for rule, count in line.get("findings", [])}


def test_a_finding_is_raised_once_and_withdrawn_when_the_event_that_showed_it_is_void() -> None:
    step = register()
    clean = step.take(taken([ACCEPTED], arrived=at("2020-03-02 08:00")), now=at("2020-03-02 08:00"))
    assert (said(clean), counted(clean)) == ([], {})
    odd = step.take(taken([STOPPED], arrived=at("2020-03-04 09:00")), now=at("2020-03-04 09:00"))
    assert (said(odd), counted(odd)) == ([("finding", "R3")], {"R3": 1})
    line = next(one for one in values(odd, "dossier.trail") if one["line"] == "finding")
    assert (line["events"], line["at"], line["severity"]) == (["s"], at("2020-03-04 09:00"), "grave")
    again = step.take(taken([STOPPED], arrived=at("2020-03-04 09:30")), now=at("2020-03-04 09:30"))
    assert said(again) == []
    gone = step.take(taken([VOID], arrived=at("2020-03-04 10:00")), now=at("2020-03-04 10:00"))
    assert (said(gone), counted(gone)) == ([("finding_withdrawn", "R3")], {})


def test_time_alone_raises_what_it_makes_true_at_its_moment() -> None:
    step = register()
    step.take(taken([ACCEPTED], arrived=at("2020-03-02 08:00")), now=at("2020-03-02 08:00"))
    assert said(step.tick(at("2020-03-09 08:00"))) == []
    late = step.tick(at("2020-03-09 08:00") + 1)
    assert (said(late), counted(late)) == ([("finding", "R8")], {"R8": 1})


def test_a_restored_partition_neither_repeats_a_finding_nor_counts_it_twice() -> None:
    step = register()
    first = step.take(taken([ACCEPTED, STOPPED], arrived=at("2020-03-04 09:00")), now=at("2020-03-04 09:00"))
    other = register()
    other.restore((key or b"", value) for key, value in first.outputs["dossier.state", 0])
    again = other.take(taken([STOPPED], arrived=at("2020-03-04 08:59")), now=at("2020-03-04 09:30"))
    assert (said(again), counted(again)) == ([], {})
    gone = other.take(taken([VOID], arrived=at("2020-03-04 10:00")), now=at("2020-03-04 10:00"))
    assert (said(gone), counted(gone)) == ([("finding_withdrawn", "R3")], {})


def test_a_state_rebuilt_from_events_has_its_findings_without_telling_them_again() -> None:
    step = register()
    step.tick(at("2020-03-05 08:00"))
    step.rebuild(taken([ACCEPTED, STOPPED], arrived=at("2020-03-04 09:00")))
    entry = step.entry(DOSSIER.encode())
    assert entry is not None
    assert [finding.rule for finding in entry.found] == [Rule.STOPPED_UNASKED]
    assert entry.counted is not None
    assert entry.counted.rules == (Rule.STOPPED_UNASKED,)


def test_what_was_stored_before_findings_were_kept_is_still_read() -> None:
    step = register()
    epoch = step.take(taken([ACCEPTED], arrived=at("2020-03-02 08:00")), now=at("2020-03-02 08:00"))
    kept = msgspec.msgpack.decode(next(value for key, value in epoch.outputs["dossier.state", 0] if key and value))
    kept[3] = kept[3][: len(Counted.__struct_fields__) - 1]
    entry = unpacked(msgspec.msgpack.encode(kept[:6]))
    assert entry.found == ()
    assert entry.counted is not None
    assert entry.counted.rules == ()
