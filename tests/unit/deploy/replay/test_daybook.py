"""A decision belongs to the moment to which the register had come, whichever worker came to it, and when."""

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from deploy.reading import Stored
from deploy.replay.day import Day, led
from deploy.replay.daybook import Daybook, What
from deploy.replay.differing import How, differing
from deploy.replay.once_more import OnceMore
from deploy.rulebook import load_rulebook
from deploy.verify.rerun import EpochMissing, EventMissing
from streams.border import Epoch
from streams.core.rulebook import Rulebook
from streams.metrics import RegisterMetrics
from streams.register.register import Register
from streams.topics import TRAIL
from tests.sources import Record, at, sent, taken

RULES = load_rulebook()
FIFTH = Day(at("2020-03-05 00:00"), at("2020-03-06 00:00"))
ACCEPTED = sent("accepted", "2020-03-02 08:00", procedure="1", unit="m1", due_at="2020-03-05 16:00")
RETURNED = sent("done", "2020-03-06 09:00", result=True)


def register() -> Register:
    return Register(0, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()))


def trail(*epochs: Epoch) -> list[Stored]:
    lines = [value for epoch in epochs for _, value in epoch.outputs[TRAIL.name, 0]]
    return [Stored(0, offset, 0, None, value, ()) for offset, value in enumerate(lines)]


def once_more(log: list[Record], day: Day = FIFTH, rules: Rulebook = RULES) -> OnceMore:
    again = OnceMore(Daybook(*day), partition=0, rules=rules, replay=False)
    again.events.refill(Stored(0, one.offset, one.timestamp, one.key, one.value, ()) for one in log)
    return again


def test_a_stage_that_a_worker_came_to_a_day_late_belongs_to_the_day_on_which_it_was_reached() -> None:
    log = taken([ACCEPTED, RETURNED])
    step = register()
    lines = trail(
        step.take(log[:1], now=at("2020-03-02 08:00")),
        step.tick(at("2020-03-04 17:00")),
        step.take(log[1:], now=at("2020-03-06 09:00")),
    )
    then, again = Daybook(*FIFTH), once_more(log)
    led(lines, then, again)
    told = [(one.what, one.name, one.at) for one in then.decisions]
    assert told == [
        (What.NOTICE, "due_today", at("2020-03-05 07:30")),
        (What.VERDICT, "open_overdue", at("2020-03-05 16:00") + 1),
        (What.FINDING, "R8", at("2020-03-05 16:00") + 1),
        (What.NOTICE, "overdue", at("2020-03-05 16:00") + 1),
    ]
    assert list(differing(then.decisions, again.daybook.decisions)) == []
    assert then.over


def test_a_stage_that_had_passed_before_the_dossier_was_known_belongs_to_the_arrival_that_made_it_known() -> None:
    log = taken([ACCEPTED], arrived=at("2020-03-05 17:00"))
    then, again = Daybook(*FIFTH), once_more(log)
    led(trail(register().take(log, now=at("2020-03-05 17:00"))), then, again)
    assert {one.at for one in then.decisions} == {at("2020-03-05 17:00")}
    assert [one.name for one in then.decisions if one.what is What.NOTICE] == ["due_soon", "due_today", "overdue"]


def test_after_the_last_line_time_passes_to_the_end_of_the_day_and_what_nobody_decided_is_only_now() -> None:
    log = taken([ACCEPTED])
    then, again = Daybook(*FIFTH), once_more(log)
    led(trail(register().take(log, now=at("2020-03-02 08:00"))), then, again)
    again.pass_to(FIFTH.end - 1)
    found = list(differing(then.decisions, again.daybook.decisions))
    assert {one.how for one in found} == {How.ONLY_NOW}
    assert [one.about.name for one in found if one.about.what is What.NOTICE] == ["due_today", "overdue"]


def test_other_rules_decide_between_the_lines_at_their_own_moments() -> None:
    policy = msgspec.structs.replace(RULES.policy, version="other", due_soon_working_days=1)
    other = Rulebook("other", policy, RULES.calendar_for(None))
    log = taken([ACCEPTED, RETURNED])
    step = register()
    epochs = [step.take(log[:1], now=at("2020-03-02 08:00"))]
    epochs += [step.tick(at(f"2020-03-0{day} 23:00")) for day in (3, 5)]
    lines = trail(*epochs, step.take(log[1:], now=at("2020-03-06 09:00")))
    days = {day: Day(at(f"2020-03-0{day} 00:00"), at(f"2020-03-0{day + 1} 00:00")) for day in (3, 4, 5)}
    found = {}
    for number, day in days.items():
        then, again = Daybook(*day), once_more(log, day, other)
        led(lines, then, again)
        both = differing(then.decisions, again.daybook.decisions)
        found[number] = [(one.how, one.about.name) for one in both if one.about.what is What.NOTICE]
    assert found == {3: [(How.ONLY_THEN, "due_soon")], 4: [(How.ONLY_NOW, "due_soon")], 5: []}


def test_a_notice_says_its_reason_and_due_moment_on_both_sides_as_long_as_it_is_kept() -> None:
    log = taken([ACCEPTED])
    step = register()
    epochs = [step.take(log, now=at("2020-03-02 08:00")), step.tick(at("2020-03-05 23:00"))]
    then, again = Daybook(*FIFTH), once_more(log)
    led(trail(*epochs), then, again)
    assert {one.due_at for one in then.decisions if one.what is What.NOTICE} == {None}
    then.fill(value or b"" for epoch in epochs for _, value in epoch.outputs.get(("dossier.notices", 0), ()))
    assert then.decisions == again.daybook.decisions
    assert {one.due_at for one in then.decisions if one.what is not What.FINDING} == {at("2020-03-05 16:00")}


@pytest.mark.parametrize(
    ("records", "epochs", "why"),
    [
        pytest.param([1], [0, 1], EventMissing, id="the first record"),
        pytest.param([0], [0, 1], EventMissing, id="the last record"),
        pytest.param([0, 1], [1], EpochMissing, id="the line that took the first"),
    ],
)
def test_what_is_gone_stops_the_replay(records: list[int], epochs: list[int], why: type[Exception]) -> None:
    log = taken([ACCEPTED, RETURNED])
    step = register()
    written = [step.take([one], now=one.timestamp // 1000) for one in log]
    again = once_more([log[place] for place in records], Day(0, FIFTH.end))
    with pytest.raises(why):
        led(trail(*(written[place] for place in epochs)), Daybook(), again)


def test_a_finding_that_another_threshold_does_not_raise_is_a_difference_of_its_day() -> None:
    limits = msgspec.structs.replace(RULES.policy.findings, due_differs_working_days=4)
    policy = msgspec.structs.replace(RULES.policy, findings=limits)
    other = Rulebook(RULES.version, policy, RULES.calendar_for(None))
    values = sent("accepted", "2020-03-02 08:00", procedure="1", unit="m1", limit="2 working days",
                  due_at="2020-03-06 16:00")  # fmt: skip
    log, day = taken([values]), Day(at("2020-03-02 00:00"), at("2020-03-03 00:00"))
    lines = trail(register().take(log, now=at("2020-03-02 08:00")))
    then, again = Daybook(*day), once_more(log, day, other)
    led(lines, then, again)
    (found,) = differing(then.decisions, again.daybook.decisions)
    assert (found.how, found.about.what, found.about.name) == (How.ONLY_THEN, What.FINDING, "R15")
    assert found.about.stage_at == at("2020-03-02 08:00")
    assert found.about.id
