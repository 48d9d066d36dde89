"""A dossier explained: what had arrived, what each event counts for, and what moved its due moments."""

import msgspec
import pytest

from streams.core.events import Event
from streams.core.facts import PauseKind
from streams.core.findings import Rule
from streams.core.labels import Label, State, Verdict
from streams.core.limits import LimitUnit
from streams.core.moments import Moment
from streams.core.rulebook import Policy, Rulebook
from streams.core.stages import Stage
from streams.explained import Explained, Heard, Part, explained, heard, noticed
from streams.wire.records import Mark, Notice, Withdrawal
from tests.property.histories import RULES
from tests.sources import DOSSIER, at, sent, taken

HOUR = 3600
ACCEPTED = {"procedure": "1.001612", "unit": "H18.32.05"}
HISTORY = [
    sent("accepted", "2024-03-04 09:00", id="a", due_at="2024-03-08 09:00", limit="3 working days", **ACCEPTED),
    sent("supplement_requested", "2024-03-05 09:00", id="s"),
    sent("supplement_received", "2024-03-06 09:00", id="r"),
    sent("done", "2024-03-12 10:00", id="d"),
]


def listened(values: list[bytes], *, until: str, arrived: str | None = None) -> Heard:
    records = taken(values, arrived=None if arrived is None else at(arrived))
    return heard(((record.offset, record.value) for record in records), until=at(until))


def told(values: list[bytes], now: str, rules: Rulebook = RULES) -> Explained:
    found = explained(DOSSIER, listened(values, until=now), at=at(now), rules=rules)
    assert found is not None
    return found


def test_only_what_had_arrived_by_the_moment_counts() -> None:
    early, late = told(HISTORY, "2024-03-05 10:00"), told(HISTORY, "2024-03-13 10:00")
    assert (early.standing.label, len(early.history), early.later) == (Label.PAUSED, 2, 2)
    assert (late.standing.label, len(late.history), late.later) == (Label.CLOSED_LATE, 4, 0)


def test_what_happened_before_the_moment_but_arrived_after_it_does_not_count() -> None:
    found = listened(HISTORY, until="2024-03-19 10:00", arrived="2024-03-20 08:00")
    assert (found.events, len(found.later)) == ((), 4)
    assert explained(DOSSIER, found, at=at("2024-03-19 10:00"), rules=RULES) is None


def test_a_pause_is_shown_with_who_asked_and_how_much_working_time_it_held() -> None:
    (stop,) = told(HISTORY, "2024-03-13 10:00").reckoned.stops
    assert (stop.pause.kind, stop.pause.asked_by, stop.counts) == (PauseKind.SUPPLEMENT, "s", True)
    assert stop.source == "dienbien.muongnhe/motcua"
    assert stop.seconds == int(7.5 * HOUR)


def test_an_open_pause_is_counted_to_the_moment_and_moves_no_due_moment_yet() -> None:
    found = told(HISTORY[:2], "2024-03-05 10:00")
    assert found.reckoned.stops[0].seconds == HOUR
    assert found.reckoned.appointed is not None
    assert found.reckoned.appointed.moved_to == at("2024-03-08 09:00")


def test_a_payment_stops_no_clock_in_a_field_where_the_policy_says_so() -> None:
    rules = Rulebook("p", Policy("p", payment_pauses=False), RULES.calendar_for(None))
    values = [HISTORY[0], sent("payment_requested", "2024-03-05 09:00"), sent("payment_received", "2024-03-06 09:00")]
    found = told(values, "2024-03-07 09:00", rules)
    assert not found.reckoned.stops[0].counts
    assert found.reckoned.appointed is not None
    assert found.reckoned.appointed.moved_by == 0


def test_both_due_moments_come_with_what_was_counted() -> None:
    found = told(HISTORY, "2024-03-13 10:00")
    appointed, recomputed = found.reckoned.appointed, found.reckoned.recomputed
    assert appointed is not None
    assert recomputed is not None
    assert (appointed.due_at, appointed.moved_to) == (at("2024-03-08 09:00"), at("2024-03-11 09:00"))
    assert sum(end - start for start, end in appointed.intervals) == 4 * int(7.5 * HOUR)
    assert (recomputed.limit.amount, recomputed.limit.unit) == (3, LimitUnit.WORKING_DAYS)
    assert recomputed.due.due_at == at("2024-03-08 09:00")
    assert [pause.asked_by for pause in recomputed.pauses] == ["s"]
    assert appointed.differs == int(7.5 * HOUR)
    assert (found.standing.board, found.standing.legal) == (Verdict.OVERDUE, Verdict.OVERDUE)


def test_a_limit_that_nobody_can_read_is_a_finding_and_no_explanation() -> None:
    value = sent("accepted", "2024-03-04 09:00", limit="as long as it takes", **ACCEPTED)
    found = told([value], "2024-03-05 09:00")
    assert (found.reckoned.recomputed, found.reckoned.appointed) == (None, None)
    assert {Rule.BAD_LIMIT, Rule.NO_APPOINTMENT} <= {finding.rule for finding in found.findings}


def test_a_repeat_is_one_line_with_its_copies() -> None:
    assert [line.copies for line in told([*HISTORY, HISTORY[1]], "2024-03-13 10:00").history] == [1, 2, 1, 1]


def test_a_voided_event_and_the_content_that_lost_stay_in_the_history_and_do_not_count() -> None:
    values = [
        HISTORY[0],
        sent("done", "2024-03-05 09:00", id="wrong"),
        sent("corrected", "2024-03-05 10:00", id="c", voids="wrong"),
        sent("transferred", "2024-03-06 09:00", id="t", unit="H18.11"),
        sent("transferred", "2024-03-06 09:00", id="t", unit="H18.12"),
    ]
    found = told(values, "2024-03-07 09:00")
    parts = [(line.event.id, line.part) for line in found.history]
    assert ("wrong", Part.VOIDED) in parts
    assert sorted(part for name, part in parts if name == "t") == [Part.COUNTED, Part.OTHER_CONTENT]


def test_another_voice_that_repeats_the_home_is_an_echo() -> None:
    other = msgspec.json.decode(HISTORY[3], type=dict[str, object]) | {"source": "vn/national", "id": "n"}
    found = told([*HISTORY, msgspec.json.encode(other)], "2024-03-13 10:00")
    assert [line.part for line in found.history if line.event.source == "vn/national"] == [Part.ECHO]


def test_a_record_under_the_key_that_is_no_event_is_named_not_hidden() -> None:
    found = heard([(7, b"{"), (8, None)], until=0)
    assert [each.offset for each in found.unreadable] == [7, 8]
    assert all(each.problem for each in found.unreadable)


def notice(dossier: str = DOSSIER, *, decided_at: Moment = 10) -> Notice:
    return Notice(
        id="n",
        stage=Stage.OVERDUE,
        dossier=dossier,
        unit="u",
        state=State.PROCESSING,
        label=Label.OPEN_OVERDUE,
        stage_at=5,
        decided_at=decided_at,
    )


def test_notices_are_those_of_the_dossier_decided_by_the_moment() -> None:
    withdrawal = Withdrawal(id="n", stage=Stage.OVERDUE, dossier=DOSSIER, unit="u", decided_at=20, reason="closed")
    records = [notice(), notice("dienbien/other"), withdrawal, Mark(now=30), notice(decided_at=41)]
    found = noticed(map(msgspec.json.encode, records), dossier=DOSSIER, until=40)
    assert found == (notice(), withdrawal)


def test_a_record_that_is_no_notice_is_an_error_not_a_gap() -> None:
    with pytest.raises(msgspec.DecodeError):
        noticed([None], dossier=DOSSIER, until=0)


def test_nothing_heard_is_nothing_to_explain() -> None:
    nobody: tuple[Event, ...] = ()
    assert explained(DOSSIER, Heard(nobody), at=0, rules=RULES) is None
