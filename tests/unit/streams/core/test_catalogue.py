"""The rules of the audit over one dossier: a history that raises each, and the nearest one that does not.

March 2024: the 4th is a Monday. The limit of five working days from there ends on the 11th.
"""

import pytest

from streams.core.audit import audited, findings_at, signs_of
from streams.core.calendar import Calendar
from streams.core.dossier import Dossier
from streams.core.events import (
    Accepted,
    AnyBody,
    Corrected,
    Done,
    Observed,
    Reappointed,
    Reopened,
    Resumed,
    Returned,
    Stopped,
    Submitted,
    SupplementReceived,
    SupplementRequested,
    Suspended,
    Transferred,
    WithdrawalRequested,
)
from streams.core.findings import SEVERITIES, Finding, Rule
from streams.core.moments import Moment
from streams.core.rulebook import Policy, Rulebook
from streams.core.sessions import CalendarDocument, Hours
from streams.core.thresholds import Thresholds
from tests.property.histories import HOME, HOUR, RULES, event, folded_in_order
from tests.unit.streams.core.test_judgement import at, told

SUBMITTED = Submitted("p", "H18")
DUE = Accepted("p", "H18", due_at=at(11), limit="5 working days")
PORTAL = "dienbien/portal"
ASKED, CAME = SupplementRequested(), SupplementReceived()


def rules(*, days: int = 0, **thresholds: object) -> Rulebook:
    policy = Policy("test", supplement_working_days=days, findings=Thresholds(**thresholds))  # type: ignore[arg-type]  # each case states its own
    return Rulebook("test", policy, Calendar.build([]))


NATIONAL = rules(national_sources=("vn/",))
TELLING = rules(transfers_told=True)
PATIENT = rules(days=3)


def keyed(after: int) -> Dossier:
    return folded_in_order([event(DUE, at=at(4)), event(Transferred("H18"), at=at(5), keyed_at=at(5) + after)])


def code(national: str) -> Dossier:
    return told((4, Accepted("p", "H18", due_at=at(11), national_code=national)))


def heard_from(source: str, body: AnyBody, when: Moment, *home: tuple[Moment, AnyBody]) -> Dossier:
    own = [event(said, at=then, source=HOME) for then, said in home or ((at(4), DUE),)]
    return folded_in_order([*own, event(body, at=when, source=source)])


CASES: list[tuple[str, Dossier, Dossier, Moment, Rulebook]] = [
    (
        "R1",
        told((4, DUE), (5, ASKED), (6, CAME), (7, ASKED)),
        told((4, DUE), (5, ASKED), (6, CAME), (7, Suspended())),
        at(7, "10:00"),
        RULES,
    ),
    ("R2 near", told((4, DUE), (8, "14:46", ASKED)), told((4, DUE), (8, "14:45", ASKED)), at(10), RULES),
    ("R2 after", told((4, DUE), (11, "09:01", ASKED)), told((4, DUE), (6, ASKED)), at(12), RULES),
    (
        "R2 moved by an earlier pause",
        told((4, DUE), (5, ASKED), (6, CAME), (12, "08:31", ASKED)),
        told((4, DUE), (5, ASKED), (6, CAME), (11, ASKED)),
        at(12, "08:40"),
        RULES,
    ),
    (
        "R2 recomputed",
        told((4, Accepted("p", "H18", limit="5 working days")), (11, "08:40", ASKED)),
        told((4, Accepted("p", "H18")), (11, "08:40", ASKED)),
        at(11, "08:50"),
        RULES,
    ),
    (
        "R3 near",
        told((4, DUE), (5, WithdrawalRequested()), (8, Stopped())),
        told((4, DUE), (5, WithdrawalRequested()), (7, Stopped())),
        at(8),
        RULES,
    ),
    (
        "R3 unasked",
        told((4, DUE), (5, Stopped())),
        told((4, DUE), (4, "10:00", WithdrawalRequested()), (5, Stopped())),
        at(6),
        RULES,
    ),
    ("R5", told((4, DUE), (5, Done()), (6, Reopened())), told((4, DUE), (5, Done()), (6, Returned())), at(6), RULES),
    ("R6", keyed(24 * HOUR + 1), keyed(24 * HOUR), at(7), RULES),
    (
        "R7 no letter",
        told((4, DUE), (5, Accepted("p", "H18", due_at=at(12)))),
        told((4, DUE), (5, Reappointed(at(12), "PXL-1"))),
        at(6),
        RULES,
    ),
    (
        "R7 twice",
        told((4, DUE), (5, Reappointed(at(12), "PXL-1")), (6, Reappointed(at(13), "PXL-2"))),
        told((4, DUE), (5, Reappointed(at(12), "PXL-1"))),
        at(6),
        RULES,
    ),
    ("R8", told((4, DUE)), told((4, DUE), (10, Reappointed(at(12), "PXL-1"))), at(11, "09:01"), RULES),
    ("R8 closed late", told((4, DUE), (11, "09:01", Done())), told((4, DUE), (11, Done())), at(20), RULES),
    (
        "R8 letter on the last day",
        told((4, DUE), (11, "08:00", Reappointed(at(12), "PXL-1")), (11, "09:01", Done())),
        told((4, DUE), (11, "08:00", Reappointed(at(12), "PXL-1")), (11, Done())),
        at(20),
        RULES,
    ),
    (
        "R8 moved by a pause before the letter",
        told((4, DUE), (5, ASKED), (6, CAME), (12, "08:00", Reappointed(at(14), "PXL-1"))),
        told((4, DUE), (5, ASKED), (6, CAME), (11, "08:00", Reappointed(at(14), "PXL-1"))),
        at(12, "09:01"),
        RULES,
    ),
    ("R9", told((4, DUE), (5, Done(result=False))), told((4, DUE), (5, Done(result=True))), at(6), RULES),
    ("R10", told((4, DUE), (5, Returned())), told((4, DUE), (5, Done()), (5, "10:00", Returned())), at(6), RULES),
    (
        "R11",
        heard_from(PORTAL, Accepted("p", "H18", due_at=at(11)), at(5, "09:01")),
        heard_from(PORTAL, Accepted("p", "H18", due_at=at(11)), at(5)),
        at(7),
        RULES,
    ),
    (
        "R11 a snapshot of what no longer stands",
        heard_from(PORTAL, Observed("4"), at(7), (at(4), DUE), (at(5), Done())),
        heard_from(PORTAL, Observed("9"), at(7), (at(4), DUE), (at(5), Done())),
        at(9),
        RULES,
    ),
    (
        "R11 a snapshot of another state than the one that stands",
        heard_from(PORTAL, Observed("6"), at(7), (at(4), DUE), (at(5), ASKED)),
        heard_from(PORTAL, Observed("5"), at(7), (at(4), DUE), (at(5), ASKED)),
        at(9),
        RULES,
    ),
    (
        "R11 a snapshot of work is no other state than acceptance",
        heard_from(PORTAL, Observed("4"), at(7), (at(4), DUE), (at(5), ASKED)),
        heard_from(PORTAL, Observed("4"), at(7), (at(4), DUE)),
        at(9),
        RULES,
    ),
    (
        "R11 a closing that never reached the national system",
        heard_from("vn/national", Observed("2"), at(4, "10:00"), (at(4), DUE), (at(5), Done())),
        heard_from("vn/national", Observed("9"), at(5, "10:00"), (at(4), DUE), (at(5), Done())),
        at(6, "09:01"),
        NATIONAL,
    ),
    ("R12", heard_from(PORTAL, Observed("2"), at(5)), heard_from("vn/national", Observed("2"), at(5)), at(6), NATIONAL),
    ("R13", told((4, SUBMITTED), (5, "09:31", DUE)), told((4, SUBMITTED), (5, "09:30", DUE)), at(6), RULES),
    ("R13 waits", told((4, SUBMITTED)), told((4, SUBMITTED), (5, DUE)), at(5, "09:31"), RULES),
    ("R14", told((4, DUE), (5, Transferred("H18"))), told((4, DUE), (4, "16:00", Transferred("H18"))), at(6), RULES),
    (
        "R14 accepted after three",
        told((4, "15:00", DUE), (5, "08:31", Transferred("H18"))),
        told((4, "15:00", DUE), (5, "08:30", Transferred("H18"))),
        at(6),
        RULES,
    ),
    ("R14 a snapshot", told((4, DUE), (5, Observed("4"))), told((4, DUE), (5, Observed("2"))), at(6), RULES),
    ("R14 silence", told((4, DUE)), told((4, DUE), (4, "16:00", Suspended())), at(4, "17:01"), TELLING),
    (
        "R14 on a Saturday",
        told((9, DUE), (11, "08:31", Transferred("H18"))),
        told((9, DUE), (11, "08:30", Transferred("H18"))),
        at(12),
        RULES,
    ),
    (
        "R15",
        told((4, Accepted("p", "H18", due_at=at(12, "09:01"), limit="5 working days"))),
        told((4, Accepted("p", "H18", due_at=at(12), limit="5 working days"))),
        at(5),
        RULES,
    ),
    (
        "R15 named after a pause",
        told(
            (4, Accepted("p", "H18", limit="5 working days")), (5, ASKED), (7, CAME), (8, Observed("4", due_at=at(11)))
        ),
        told(
            (4, Accepted("p", "H18", limit="5 working days")), (5, ASKED), (7, CAME), (8, Observed("4", due_at=at(13)))
        ),
        at(8),
        RULES,
    ),
    ("R16", told((4, Accepted("p", "H18", limit="5 working days"))), told((4, DUE)), at(5), RULES),
    ("R17", code("000.00.00.H18-200710-0000"), code("000.00.00.H18-200710-0001"), at(5), RULES),
    ("R17 a word", code(" TEST "), code("TESTS-1"), at(5), RULES),
    ("R17 one sign", code("999-999"), code("999-998"), at(5), RULES),
    (
        "R19",
        folded_in_order([event(DUE, at=at(4)), event(Done(), at=at(4) + 60)]),
        folded_in_order([event(DUE, at=at(4)), event(Done(), at=at(4) + 61)]),
        at(5),
        RULES,
    ),
    (
        "R19 months",
        told((4, Accepted("p", "H18", limit="1 month")), (4, "09:01", Done())),
        told((4, Accepted("p", "H18", limit="8 working hours")), (4, "09:01", Done())),
        at(5),
        RULES,
    ),
    (
        "R19 no limit told",
        told((4, Accepted("p", "H18", due_at=at(6))), (4, "09:01", Done())),
        told((4, Accepted("p", "H18", due_at=at(5))), (4, "09:01", Done())),
        at(5),
        RULES,
    ),
    (
        "R22 the date in the request",
        told((4, DUE), (5, SupplementRequested(until=at(8)))),
        told((4, DUE), (5, SupplementRequested(until=at(8))), (8, CAME)),
        at(8, "09:01"),
        RULES,
    ),
    (
        "R22 the policy's days",
        told((4, DUE), (5, ASKED)),
        told((4, DUE), (5, ASKED), (8, CAME)),
        at(8, "09:01"),
        PATIENT,
    ),
    (
        "R22 answered too late",
        told((4, DUE), (5, ASKED), (11, CAME)),
        told((4, DUE), (5, Suspended())),
        at(12),
        PATIENT,
    ),
    (
        "R23",
        told((4, DUE), (12, Transferred("H19")), (13, Done())),
        told((4, DUE), (11, Transferred("H19")), (13, Done())),
        at(14),
        RULES,
    ),
    (
        "R23 another body",
        told((4, DUE), (5, Transferred("", other_body=True))),
        told((4, DUE), (5, Transferred("", other_body=True)), (6, Transferred(""))),
        at(12),
        RULES,
    ),
]


def found(dossier: Dossier, now: Moment, rulebook: Rulebook) -> list[Rule]:
    return [finding.rule for finding in findings_at(dossier, now=now, rules=rulebook)]


@pytest.mark.parametrize(("name", "dossier", "nearest", "now", "rulebook"), CASES, ids=[case[0] for case in CASES])
def test_a_history_raises_the_rule_and_the_nearest_does_not(
    name: str, dossier: Dossier, nearest: Dossier, now: Moment, rulebook: Rulebook
) -> None:
    rule = Rule(name.partition(" ")[0])
    assert rule in found(dossier, now, rulebook)
    assert rule not in found(nearest, now, rulebook)


def test_every_rule_over_one_dossier_has_its_case() -> None:
    of_units = {"R4", "R18", "R20", "R21", "R24"}
    assert {name.partition(" ")[0] for name, *_ in CASES} == {f"R{number}" for number in range(1, 25)} - of_units


@pytest.mark.parametrize(("name", "dossier", "nearest", "now", "rulebook"), CASES, ids=[case[0] for case in CASES])
def test_a_finding_names_events_that_are_there_and_a_moment_that_has_come(
    name: str, dossier: Dossier, nearest: Dossier, now: Moment, rulebook: Rulebook
) -> None:
    ids = {one.id for one in dossier.events}
    for finding in findings_at(dossier, now=now, rules=rulebook):
        assert finding.events
        assert set(finding.events) <= ids
        assert finding.at <= now
        assert finding.severity is SEVERITIES[finding.rule]


@pytest.mark.parametrize(
    ("dossier", "coming"),
    [
        pytest.param(told((4, DUE)), (at(11) + 1, "R8"), id="past due"),
        pytest.param(told((4, DUE), (5, ASKED)), None, id="the clock stands until the papers come"),
        pytest.param(
            told((4, DUE), (5, Suspended(until=at(6))), (5, "10:00", Resumed())),
            (at(11, "10:00") + 1, "R8"),
            id="a suspension that ended",
        ),
        pytest.param(told((4, SUBMITTED)), (at(5, "09:30") + 1, "R13"), id="intake"),
    ],
)
def test_what_time_alone_will_raise_is_known_before(dossier: Dossier, coming: tuple[Moment, str] | None) -> None:
    held, turn = audited(dossier, now=at(5, "09:20"), rules=RULES)
    assert held == ()
    if coming is None:
        assert turn is None
        return
    assert turn == coming[0]
    assert found(dossier, turn, RULES) == [coming[1]]
    assert audited(dossier, now=turn - 1, rules=RULES) == ((), turn)


def test_a_dossier_that_stands_while_it_falls_due_is_late_when_its_clock_runs_again() -> None:
    dossier = told((4, DUE), (8, Suspended(until=at(15))))
    (sign,) = signs_of(dossier, rules=RULES)
    assert (sign.rule, sign.at) == (Rule.NO_APOLOGY, at(18) + 1)


@pytest.mark.parametrize(
    ("source", "said", "now", "rulebook"),
    [
        pytest.param("vn/national", "2", at(6), NATIONAL, id="before the day is over"),
        pytest.param("vn/national", "2", at(9), RULES, id="where no source is named as the national one"),
        pytest.param(PORTAL, "2", at(9), NATIONAL, id="of another source nothing is asked"),
        pytest.param("vn/national", "99", at(9), NATIONAL, id="a state that nobody knows claims nothing"),
    ],
)
def test_a_closing_that_the_national_system_does_not_tell_of_is_no_finding(
    source: str, said: str, now: Moment, rulebook: Rulebook
) -> None:
    dossier = heard_from(source, Observed(said), at(4, "10:00"), (at(4), DUE), (at(5), Done()))
    assert Rule.VOICES_DIFFER not in found(dossier, now, rulebook)


def test_a_national_source_that_handed_a_dossier_in_is_not_asked_how_it_ends() -> None:
    handed_in = heard_from("vn/national", SUBMITTED, at(4), (at(4, "10:00"), DUE), (at(5), Done()))
    assert Rule.VOICES_DIFFER not in found(handed_in, at(9), NATIONAL)


def test_a_closing_that_reaches_the_national_system_late_withdraws_its_finding() -> None:
    accepted = event(Observed("2"), at=at(4, "10:00"), source="vn/national")
    events = [event(DUE, at=at(4)), event(Done(), at=at(5)), accepted]
    assert Rule.VOICES_DIFFER in found(folded_in_order(events), at(9), NATIONAL)
    late = event(Observed("9"), at=at(8), source="vn/national")
    assert Rule.VOICES_DIFFER not in found(folded_in_order([*events, late]), at(9), NATIONAL)


def test_thresholds_are_those_of_the_policy() -> None:
    late = told((4, Accepted("p", "H18", due_at=at(13), limit="5 working days")))
    assert found(late, at(5), RULES) == [Rule.DUE_DIFFERS]
    assert found(late, at(5), rules(due_differs_working_days=2)) == []


def test_papers_asked_for_before_acceptance_are_not_measured_by_the_limit() -> None:
    assert found(told((4, SUBMITTED), (4, "10:00", ASKED), (5, DUE)), at(5), RULES) == []


def test_an_unreadable_limit_is_named_even_where_a_due_moment_is_appointed() -> None:
    dossier = told((4, Accepted("p", "H18", due_at=at(11), limit="soon")))
    (finding,) = findings_at(dossier, now=at(5), rules=RULES)
    assert finding == Finding(Rule.BAD_LIMIT, (), at(4), finding.note)


def test_a_letter_in_a_snapshot_is_the_letter_and_one_without_a_date_before_it_is_none_that_was_late() -> None:
    snapshot = Observed("4", due_at=at(13), letter="PXL-3")
    assert Rule.NO_APOLOGY in found(told((4, DUE), (11, "10:00", snapshot)), at(12), RULES)
    first = told((4, Accepted("p", "H18")), (5, Reappointed(at(8), "PXL-1")), (12, Done()))
    assert Rule.NO_APOLOGY not in found(first, at(13), RULES)


def test_voided_events_show_nothing() -> None:
    moved = event(Transferred("H19"), at=at(12), id="m")
    dossier = folded_in_order([event(DUE, at=at(4)), moved, event(Corrected("m"), at=at(12, "10:00"))])
    assert Rule.HELD_ELSEWHERE not in found(dossier, at(13), RULES)


def test_a_dossier_sent_twice_to_another_body_is_held_by_the_one_that_had_it_when_it_fell_due() -> None:
    away = Transferred("", other_body=True)
    dossier = told((4, DUE), (5, away), (6, Transferred("")), (7, away), (12, Transferred("")))
    finding = next(one for one in findings_at(dossier, now=at(14), rules=RULES) if one.rule is Rule.HELD_ELSEWHERE)
    assert finding == Finding(Rule.HELD_ELSEWHERE, (f"transferred-{at(7)}",), at(11) + 1, "other body")


def test_a_transfer_within_the_unit_after_due_charges_nobody_else() -> None:
    dossier = told((4, DUE), (12, Transferred("H18")), (13, Transferred("H19")))
    finding = next(one for one in findings_at(dossier, now=at(14), rules=RULES) if one.rule is Rule.HELD_ELSEWHERE)
    assert finding == Finding(Rule.HELD_ELSEWHERE, (f"transferred-{at(13)}",), at(13), "H18>H19")


def test_what_is_accepted_after_the_office_has_closed_is_handed_on_the_next_working_day() -> None:
    saturdays = CalendarDocument("hours.toml", "hours-v1", hours=(Hours(((27_000, 41_400),), (5,)),))
    rulebook = Rulebook("r", Policy("p"), Calendar.build([saturdays], reach=(2024, 2024)))
    accepted = Accepted("p", "H18", due_at=at(15))
    for clock, rule in (("08:30", []), ("08:31", [Rule.TRANSFER_SLOW])):
        assert found(told((9, "12:00", accepted), (11, clock, Transferred("H18"))), at(12), rulebook) == rule


def test_an_echo_of_another_voice_hands_nothing_on() -> None:
    home = [event(DUE, at=at(4), source=HOME), event(Transferred("H18"), at=at(5), source=HOME)]
    echo = event(Transferred("H18"), at=at(4, "10:00"), source=PORTAL)
    assert Rule.TRANSFER_SLOW in found(folded_in_order([*home, echo]), at(6), RULES)


def test_a_letter_that_names_the_same_day_is_a_letter() -> None:
    letter = Reappointed(at(11), "PXL-1")
    assert Rule.NO_APOLOGY not in found(told((4, DUE), (8, letter)), at(12), RULES)
    assert Rule.NO_APOLOGY in found(told((4, DUE), (11, "08:00", letter)), at(12), RULES)


def test_a_letter_repeated_in_a_snapshot_is_no_second_one() -> None:
    again = Observed("4", due_at=at(14), letter="PXL-1")
    dossier = told((4, DUE), (8, Reappointed(at(14), "PXL-1")), (14, "08:00", again))
    assert Rule.NO_APOLOGY not in found(dossier, at(14, "08:30"), RULES)
    only = told((4, DUE), (5, Observed("4", due_at=at(11), letter="PXL-1")), (8, Reappointed(at(14), "PXL-1")))
    assert Rule.NO_APOLOGY not in found(only, at(12), RULES)
