"""The register: what it decides, that it decides it once, and that nobody is told of what is settled."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from deploy.rulebook import load_rulebook
from streams.border import Epoch, Poisoned
from streams.core.moments import Moment
from streams.core.rulebook import Policy, Rulebook
from streams.metrics import RegisterMetrics
from streams.register.agenda import SLACK
from streams.register.passing import SLICE
from streams.register.register import Register
from streams.wire.trail import START, broken, hash_of
from tests.sources import DOSSIER, Record, at, sent, taken

RULES = load_rulebook()
UNIT = {"procedure": "1.001", "unit": "muongnhe", "officer": "muongnhe-cb1"}
ACCEPTED = sent("accepted", "2020-03-02 08:00", due_at="2020-03-09 08:00", **UNIT)
DONE = sent("done", "2020-03-05 09:00")


def register(*, replay: bool = False) -> Register:
    return Register(0, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()), replay=replay)


def values(epochs: Iterable[Epoch], topic: str) -> list[dict[str, Any]]:
    return [json.loads(value or b"") for epoch in epochs for _, value in epoch.outputs.get((topic, 0), [])]


def notices(*epochs: Epoch) -> list[tuple[str, str]]:
    return [(line["action"], line["stage"]) for line in values(epochs, "dossier.notices") if line["action"] != "mark"]


def labels(*epochs: Epoch) -> list[str]:
    return [line["label"] for line in values(epochs, "dossier.trail") if line["line"] == "label"]


def live(step: Register, *sends: bytes, now: Moment) -> Epoch:
    return step.take(taken(sends, arrived=now), now=now, behind=False)


def test_each_stage_is_told_once_at_its_moment() -> None:
    step = register()
    hours = ("2020-03-05 07:59", "2020-03-05 08:00", "2020-03-06 12:00", "2020-03-09 07:30", "2020-03-09 08:01")
    epochs = [live(step, ACCEPTED, now=at("2020-03-02 08:00")), *(step.tick(at(hour)) for hour in hours)]
    assert [notices(epoch) for epoch in epochs] == [
        [],
        [],
        [("tell", "due_soon")],
        [],
        [("tell", "due_today")],
        [("tell", "overdue")],
    ]
    assert step.next_at is None or step.next_at > at("2020-03-09 08:01")


def test_after_an_outage_every_missed_stage_is_told_in_order_and_marked_as_our_delay() -> None:
    step = register()
    live(step, ACCEPTED, now=at("2020-03-02 08:00"))
    late = step.tick(at("2020-03-12 10:00"))
    assert notices(late) == [("tell", "due_soon"), ("tell", "due_today"), ("tell", "overdue"), ("tell", "overdue")]
    assert all(line["delayed"] for line in values([late], "dossier.notices"))


def test_a_stage_that_was_past_before_we_could_know_of_it_is_not_our_delay() -> None:
    """The acceptance reaches us a week after the due moment: the source was late, not the pipeline."""
    step = register()
    epoch = live(step, ACCEPTED, now=at("2020-03-16 08:00"))
    assert notices(epoch) == [("tell", "due_soon"), ("tell", "due_today"), *[("tell", "overdue")] * 3]
    assert not any(line.get("delayed") for line in values([epoch], "dossier.notices"))


def test_nobody_is_told_of_what_the_backlog_settles() -> None:
    """The dossier was done on the 5th; the pipeline was down until the 12th and now reads both records."""
    step = register()
    records = [*taken([ACCEPTED], arrived=at("2020-03-02 08:00")), *taken([DONE], arrived=at("2020-03-05 07:00"))]
    epoch = step.take(records, now=at("2020-03-12 10:00"), behind=False)
    assert notices(epoch) == []
    assert labels(epoch) == ["open_in_time", "closed_early"]


def test_while_more_is_waiting_time_does_not_pass_the_last_arrival() -> None:
    step = register()
    epoch = step.take(taken([ACCEPTED], arrived=at("2020-03-02 08:00")), now=at("2020-03-12 10:00"), behind=True)
    assert notices(epoch) == []
    assert step.now == at("2020-03-02 08:00")


def test_what_fell_due_before_a_record_arrived_is_decided_without_it() -> None:
    step = register()
    records = [*taken([ACCEPTED], arrived=at("2020-03-02 08:00")), *taken([DONE], arrived=at("2020-03-10 08:00"))]
    epoch = step.take(records, now=at("2020-03-12 10:00"), behind=False)
    assert notices(epoch) == [
        ("tell", "due_soon"),
        ("tell", "due_today"),
        ("tell", "overdue"),
        ("withdraw", "due_soon"),
        ("withdraw", "due_today"),
        ("withdraw", "overdue"),
    ]


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        pytest.param(sent("done", "2020-03-06 09:00"), "closed", id="closed"),
        pytest.param(sent("supplement_requested", "2020-03-06 09:00"), "paused", id="paused"),
        pytest.param(
            sent("reappointed", "2020-03-06 09:00", due_at="2020-03-16 08:00", letter="01/PXL"),
            "redated",
            id="re-dated",
        ),
        pytest.param(sent("transferred", "2020-03-06 09:00", unit="sotuphap"), "handed_on", id="moved to another unit"),
        pytest.param(
            sent("corrected", "2020-03-06 09:00", voids=f"{DOSSIER}-accepted-2020-03-02 08:00"),
            "corrected",
            id="corrected",
        ),
    ],
)
def test_a_notice_that_no_longer_holds_is_withdrawn_with_its_reason(what: bytes, reason: str) -> None:
    step = register()
    live(step, ACCEPTED, now=at("2020-03-02 08:00"))
    told = values([step.tick(at("2020-03-05 09:00"))], "dossier.notices")[0]
    epoch = live(step, what, now=at("2020-03-06 09:00"))
    withdrawn = [line for line in values([epoch], "dossier.notices") if line["action"] == "withdraw"]
    assert [(line["id"], line["reason"], line["officer"]) for line in withdrawn] == [
        (told["id"], reason, "muongnhe-cb1")
    ]


def test_a_moved_due_moment_arms_the_stages_again() -> None:
    step = register()
    live(step, ACCEPTED, now=at("2020-03-02 08:00"))
    first = step.tick(at("2020-03-05 09:00"))
    live(
        step, sent("reappointed", "2020-03-06 09:00", due_at="2020-03-16 08:00", letter="1"), now=at("2020-03-06 09:00")
    )
    second = step.tick(at("2020-03-12 09:00"))
    assert notices(first) == notices(second) == [("tell", "due_soon")]
    assert values([first], "dossier.notices")[0]["id"] != values([second], "dossier.notices")[0]["id"]


def test_who_waits_to_be_accepted_is_told_after_eight_working_hours() -> None:
    step = register()
    live(step, sent("submitted", "2020-03-02 08:00", **UNIT), now=at("2020-03-02 08:00"))
    assert notices(step.tick(at("2020-03-03 08:30"))) == []
    assert notices(step.tick(at("2020-03-03 08:31"))) == [("tell", "intake_overdue")]
    accepted = sent("accepted", "2020-03-03 09:00", due_at="2020-03-19 08:00", **UNIT)
    told = values([live(step, accepted, now=at("2020-03-03 09:00"))], "dossier.notices")
    assert [(line["action"], line["reason"]) for line in told] == [("withdraw", "accepted")]


def test_a_repeat_by_the_source_changes_nothing_and_leaves_a_line() -> None:
    step = register()
    live(step, ACCEPTED, now=at("2020-03-02 08:00"))
    again = live(step, ACCEPTED, now=at("2020-03-02 09:00"))
    fates = [line["fate"] for line in values([again], "dossier.trail") if line["line"] == "event"]
    assert fates == ["repeat"]
    assert [key for key, _ in again.outputs["dossier.state", 0]] == [b"@partition"]


def test_an_earlier_arrival_of_a_known_event_is_a_repeat_too() -> None:
    step = register()
    live(step, ACCEPTED, now=at("2020-03-02 09:00"))
    again = live(step, ACCEPTED, now=at("2020-03-02 08:30"))
    assert [line["fate"] for line in values([again], "dossier.trail") if line["line"] == "event"] == ["repeat"]


def test_what_is_restored_goes_on_as_if_nothing_had_happened() -> None:
    whole, first = register(), register()
    epochs = [live(each, ACCEPTED, now=at("2020-03-02 08:00")) for each in (whole, first)]
    assert epochs[0].outputs == epochs[1].outputs
    second = register()
    second.restore([(key or b"", value) for key, value in epochs[1].outputs["dossier.state", 0]])
    for step in (whole, second):
        assert len(step) == 1
    later = [step.tick(at("2020-03-09 08:01")) for step in (whole, second)]
    assert later[0].outputs == later[1].outputs
    closed = [live(step, DONE, now=at("2020-03-09 09:00")) for step in (whole, second)]
    assert closed[0].outputs == closed[1].outputs


def test_of_two_states_of_one_dossier_the_later_is_restored_and_a_deleted_one_is_gone() -> None:
    step = register()
    epochs = [live(step, ACCEPTED, now=at("2020-03-02 08:00")), live(step, DONE, now=at("2020-03-05 09:00"))]
    records = [(key or b"", value) for epoch in epochs for key, value in epoch.outputs["dossier.state", 0]]
    again = register()
    again.restore(records)
    assert (entry := again.entry(DOSSIER.encode())) is not None
    assert entry.label == "closed_early"
    again.restore([(DOSSIER.encode(), None)])
    assert (len(again), again.entry(DOSSIER.encode())) == (0, None)


def test_a_state_that_cannot_be_read_is_built_again_from_the_events_and_nobody_is_told_twice() -> None:
    whole = register()
    log = taken([ACCEPTED], arrived=at("2020-03-02 08:00"))
    epochs = [whole.take(log, now=at("2020-03-02 08:00"), behind=False), whole.tick(at("2020-03-05 09:00"))]
    kept = {key: value for epoch in epochs for key, value in epoch.outputs["dossier.state", 0]}
    again = register()
    again.restore([(key or b"", b"\x96rubbish" if key == DOSSIER.encode() else value) for key, value in kept.items()])
    assert again.corrupt == {DOSSIER.encode()}
    again.rebuild(log)
    assert not again.corrupt
    assert again.entry(DOSSIER.encode()) == whole.entry(DOSSIER.encode())
    later = [step.tick(at("2020-03-09 08:01")) for step in (whole, again)]
    assert later[0].outputs == later[1].outputs


def test_a_state_whose_history_is_damaged_is_not_taken_up() -> None:
    """The facts before the history can be read, so a restore that read no further would stumble over it later."""
    whole = register()
    epoch = live(whole, ACCEPTED, now=at("2020-03-02 08:00"))
    kept = dict(epoch.outputs["dossier.state", 0])[DOSSIER.encode()] or b""
    again = register()
    again.restore([(DOSSIER.encode(), kept.replace(b"\xc4\x08", b"\xc1\x08"))])
    assert again.corrupt == {DOSSIER.encode()}


@pytest.mark.parametrize("record", [b"\x96rubbish", None], ids=["unreadable", "gone"])
def test_a_partition_that_lost_the_head_of_its_trail_goes_on_behind_its_last_line(record: bytes | None) -> None:
    whole = register()
    epochs = [live(whole, ACCEPTED, now=at("2020-03-02 08:00")), whole.tick(at("2020-03-05 09:00"))]
    kept = [(key or b"", value) for epoch in epochs for key, value in epoch.outputs["dossier.state", 0]]
    again = register()
    again.restore([*kept, (b"@partition", record)])
    assert again.headless
    again.follow(value or b"" for epoch in epochs for _, value in epoch.outputs["dossier.trail", 0])
    assert again.now == whole.now
    later = [step.tick(at("2020-03-09 08:01")) for step in (whole, again)]
    assert later[0].outputs == later[1].outputs


def test_a_partition_that_is_new_has_lost_nothing() -> None:
    assert not register().headless


def test_the_tallies_follow_the_dossier_and_never_count_it_twice() -> None:
    step = register()
    counts: dict[str, list[list[Any]]] = {}
    epochs = [live(step, ACCEPTED, now=at("2020-03-02 08:00")), live(step, DONE, now=at("2020-03-05 09:00"))]
    for epoch in epochs:
        for key, value in epoch.outputs["unit.tallies", 0]:
            counts[(key or b"").decode()] = json.loads(value or b"").get("cells", [])
    assert counts["0/muongnhe/2020-03-02"] == [
        ["accepted", "closed_early", "none", "in_time", "", "", 0, 1],
        ["received", "closed_early", "none", "in_time", "", "", 0, 1],
    ]
    assert [cell[0] for cell in counts["0/muongnhe/2020-03-05"]] == ["closed"]
    assert [cell[0] for cell in counts["0/muongnhe/2020-03-09"]] == ["due"]
    assert "counted/0" in counts


def test_a_dossier_that_changes_often_does_not_fill_the_memory_with_old_appointments() -> None:
    step = register()
    dossiers = [f"muongnhe/{n}" for n in range(50)]
    moves = [
        sent("accepted", "2020-03-02 09:00", dossier=dossier, id=str(n), due_at=f"2020-03-{10 + n:02d} 08:00", **UNIT)
        for n in range(20)
        for dossier in dossiers
    ]
    live(step, *moves, now=at("2020-03-02 09:00"))
    assert len(step._shelf._agenda) <= SLACK + 2 * len(dossiers)
    told = values([step.tick(at("2020-03-27 08:00"))], "dossier.notices")
    assert {line["dossier"] for line in told if line["stage"] == "due_soon"} == set(dossiers)


def test_a_dossier_that_moves_is_counted_where_it_is() -> None:
    step = register()
    first = live(step, ACCEPTED, now=at("2020-03-02 08:00"))
    moved = live(step, sent("transferred", "2020-03-03 08:00", unit="sotuphap"), now=at("2020-03-03 08:00"))
    cells = {key: json.loads(value or b"").get("cells", []) for key, value in moved.outputs["unit.tallies", 0] if key}
    assert cells[b"0/muongnhe/2020-03-02"] == []
    assert len(cells[b"0/sotuphap/2020-03-02"]) == 2
    assert first.outputs["unit.tallies", 0][0][0] == b"0/muongnhe/2020-03-02"


def test_the_trail_is_one_chain_over_all_epochs_and_restarts() -> None:
    step = register()
    epochs = [live(step, ACCEPTED, now=at("2020-03-02 08:00"))]
    after = register()
    after.restore([(key or b"", value) for key, value in epochs[0].outputs["dossier.state", 0]])
    epochs.append(live(after, DONE, now=at("2020-03-05 09:00")))
    before = START
    for epoch in epochs:
        for _, value in epoch.outputs["dossier.trail", 0]:
            assert broken(before, value or b"") is None
            before = hash_of(value or b"")


def test_the_same_epochs_give_the_same_bytes() -> None:
    def run() -> list[Epoch]:
        step = register()
        return [live(step, ACCEPTED, now=at("2020-03-02 08:00")), step.tick(at("2020-03-09 10:00"))]

    assert run() == run()


def test_a_record_that_is_no_evidence_is_said_and_counted_and_stops_nothing() -> None:
    registry = CollectorRegistry()
    step = Register(0, rules=RULES, metrics=RegisterMetrics(registry))
    epoch = step.take([Record(7, 0, b"k", b"{"), *taken([ACCEPTED])], now=at("2020-03-02 08:00"), behind=False)
    assert [line["offset"] for line in values([epoch], "dossier.trail") if line["line"] == "unreadable"] == [7]
    assert labels(epoch) == ["open_in_time"]
    assert registry.get_sample_value("dunghan_unreadable_records_total") == 1


def test_a_record_the_rules_cannot_take_is_named_by_its_offset() -> None:
    """No record is known that does this; a key that is no text stands for one."""
    step = register()
    good, bad = taken([ACCEPTED])[0], Record(8, 0, b"\xff/1", taken([ACCEPTED])[0].value)
    with pytest.raises(Poisoned) as stopped:
        step.take([good, bad], now=at("2020-03-02 08:00"), behind=False)
    assert stopped.value.offset == 8


def test_a_skipped_record_is_passed_over_and_the_trail_says_so() -> None:
    step = Register(0, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()), skipped={8})
    bad = Record(8, 0, b"\xff/1", taken([ACCEPTED])[0].value)
    epoch = step.take([*taken([ACCEPTED]), bad], now=at("2020-03-02 08:00"), behind=False)
    assert [line["offset"] for line in values([epoch], "dossier.trail") if line["line"] == "skipped"] == [8]
    assert (epoch.taken, labels(epoch)) == (2, ["open_in_time"])


def test_a_partition_says_that_it_counts_even_when_it_is_empty() -> None:
    step = register()
    first = step.tick(at("2020-03-02 08:00"))
    assert [key for key, _ in first.outputs["unit.tallies", 0]] == [b"counted/0"]
    assert step.next_at is None
    assert step.tick(at("2020-03-02 09:00")) == Epoch(0, {})


def test_a_storm_of_deadlines_is_decided_in_slices_and_none_is_decided_twice() -> None:
    step = register()
    many = [
        sent("accepted", "2020-03-02 08:00", dossier=f"muongnhe/{n}", due_at="2020-03-09 08:00", **UNIT)
        for n in range(SLICE + 10)
    ]
    live(step, *many, now=at("2020-03-02 08:00"))
    first = step.take(taken([DONE], arrived=at("2020-03-05 07:59")), now=at("2020-03-05 07:59"), behind=False)
    assert (first.taken, notices(first)) == (1, [])
    second = step.tick(at("2020-03-05 08:01"))
    third = step.tick(at("2020-03-05 08:01"))
    assert len(notices(first, second, third)) == SLICE + 10
    assert len({line["id"] for line in values([first, second, third], "dossier.notices")}) == SLICE + 10


def test_a_record_waits_while_what_fell_due_before_it_fills_an_epoch() -> None:
    step = register()
    many = [
        sent("accepted", "2020-03-02 08:00", dossier=f"muongnhe/{n}", due_at="2020-03-09 08:00", **UNIT)
        for n in range(SLICE + 10)
    ]
    live(step, *many, now=at("2020-03-02 08:00"))
    late = taken([DONE], arrived=at("2020-03-06 08:00"))
    first = step.take(late, now=at("2020-03-06 08:00"), behind=False)
    second = step.take(late, now=at("2020-03-06 08:00"), behind=False)
    assert (first.taken, second.taken) == (0, 1)
    assert len(notices(first, second)) == SLICE + 10


def test_in_a_replay_time_passes_by_the_ticks_in_the_log_alone() -> None:
    step = register(replay=True)
    tick = b'{"type":"vn.dunghan.tick.v1","time":"2020-03-05T09:00:00+07:00"}'
    first = step.take(taken([ACCEPTED]), now=at("2026-11-23 08:00"), behind=False)
    assert notices(first, step.tick(at("2026-11-23 08:00"))) == []
    ticked = step.take([Record(1, 0, b"@tick", tick)], now=at("2026-11-23 08:00"), behind=False)
    lines = values([ticked], "dossier.notices")
    assert [line["action"] for line in lines] == ["tell", "mark"]
    assert lines[0]["decided_at"] == lines[0]["stage_at"] == at("2020-03-05 08:00")
    assert not lines[0].get("delayed", False)
    assert lines[1]["now"] == at("2020-03-05 09:00")


def test_the_rules_come_from_the_folder_that_is_shipped() -> None:
    assert "2018..2026" in RULES.version
    assert (Path("deploy/reference") / "policy.toml").exists()


def test_what_stays_overdue_is_said_again_to_the_officer_then_the_head_then_the_leader() -> None:
    step = register()
    live(step, ACCEPTED, now=at("2020-03-02 08:00"))
    moments = ("2020-03-09 08:01", "2020-03-12 08:00", "2020-03-16 08:00", "2020-03-23 08:00", "2020-04-23 08:00")
    said = [values([step.tick(at(moment))], "dossier.notices") for moment in moments]
    assert [
        [(line["stage"], line.get("step", 0), line.get("to", "officer")) for line in each] for each in said[1:]
    ] == [
        [("overdue", 1, "officer")],
        [("overdue", 2, "head")],
        [("overdue", 3, "leader")],
        [],
    ]
    closed = live(step, sent("done", "2020-04-24 09:00"), now=at("2020-04-24 09:00"))
    gone = [(line["stage"], line.get("to", "officer")) for line in values([closed], "dossier.notices")]
    before = [("due_soon", "officer"), ("due_today", "officer")]
    assert gone == [*before, *(("overdue", to) for to in ("officer", "officer", "head", "leader"))]


def test_papers_that_did_not_come_by_their_date_are_told_until_they_come() -> None:
    step = register()
    asked = sent("supplement_requested", "2020-03-03 09:00", until="2020-03-05 17:00")
    live(step, ACCEPTED, asked, now=at("2020-03-03 09:00"))
    assert notices(step.tick(at("2020-03-05 17:00"))) == []
    assert notices(step.tick(at("2020-03-05 17:01"))) == [("tell", "supplement_overdue")]
    came = live(step, sent("supplement_received", "2020-03-06 08:00"), now=at("2020-03-06 08:00"))
    assert values([came], "dossier.notices")[0]["reason"] == "answered"


def test_the_warning_may_begin_in_the_last_part_of_the_limit() -> None:
    """Accepted Monday at eight for five working days of seven and a half hours; a fifth of them is one day."""
    policy = Policy("p", due_soon_share=0.2)
    rules = Rulebook("r", policy, RULES.calendar_for(None))
    step = Register(0, rules=rules, metrics=RegisterMetrics(CollectorRegistry()))
    live(step, ACCEPTED, now=at("2020-03-02 08:00"))
    assert notices(step.tick(at("2020-03-06 07:59"))) == []
    assert notices(step.tick(at("2020-03-06 08:00"))) == [("tell", "due_soon")]
