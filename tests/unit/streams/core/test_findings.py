"""The findings that need a calendar or the present moment to be seen (DOMAIN §6)."""

import pytest

from streams.core.audit import audited, findings_at
from streams.core.calendar import Calendar
from streams.core.dating import ranking_moments
from streams.core.dossier import Dossier
from streams.core.events import (
    Accepted,
    Done,
    Observed,
    Reappointed,
    Refused,
    Stopped,
    Submitted,
    SupplementRequested,
    WithdrawalRequested,
)
from streams.core.findings import Finding, Rule
from streams.core.moments import Moment
from streams.core.rulebook import Policy, Rulebook
from streams.core.sessions import CalendarDocument, Hours
from tests.property.histories import HOME, HOUR, RULES, event, folded_in_order
from tests.unit.streams.core.test_judgement import BARE, DUE, FAR, LIMIT, SUBMITTED, at, told

APART = Accepted("p", "H18", due_at=at(20), limit="5 working days")
NEAR = Accepted("p", "H18", due_at=at(12), limit="5 working days")


@pytest.mark.parametrize(
    ("dossier", "now", "found"),
    [
        pytest.param(told(), at(4), [], id="nothing heard"),
        pytest.param(told((4, DUE)), at(5), [], id="nothing odd"),
        pytest.param(told((4, APART)), at(5), ["R15"], id="the two due moments are days apart"),
        pytest.param(told((4, NEAR)), at(5), [], id="the two due moments are a working day apart"),
        pytest.param(told((4, NEAR), (5, Reappointed(at(20), "A"))), at(6), [], id="apart by a letter"),
        pytest.param(told((4, LIMIT)), at(5), ["R16"], id="accepted without a due moment"),
        pytest.param(told((4, BARE)), at(5), ["R16"], id="accepted without a due moment or a limit"),
        pytest.param(told((4, Accepted("p", "H18", limit="soon"))), at(5), ["bad_limit", "R16"], id="unreadable limit"),
        pytest.param(told((4, SUBMITTED)), at(5), [], id="intake in time"),
        pytest.param(told((4, SUBMITTED)), at(6), ["R13"], id="intake over eight working hours"),
        pytest.param(
            told((4, SUBMITTED), (4, "10:00", SupplementRequested())),
            at(5),
            [],
            id="papers asked for before acceptance",
        ),
        pytest.param(told((4, SUBMITTED), (6, DUE)), at(7), ["R13", "R15"], id="accepted after eight working hours"),
        pytest.param(told((4, SUBMITTED), (5, "09:30", NEAR)), at(8), [], id="accepted in the last second of them"),
        pytest.param(told((4, SUBMITTED), (5, Refused())), at(7), [], id="refused in time"),
        pytest.param(
            told((4, DUE), (5, WithdrawalRequested()), (6, Stopped())),
            at(7),
            [],
            id="stopped on request, days before due",
        ),
        pytest.param(
            told((4, DUE), (5, WithdrawalRequested()), (7, Stopped())),
            at(8),
            [],
            id="stopped two working days before due",
        ),
        pytest.param(
            told((4, DUE), (5, WithdrawalRequested()), (8, Stopped())),
            at(11),
            ["R3"],
            id="stopped a working day before due",
        ),
        pytest.param(
            told((4, DUE), (5, WithdrawalRequested()), (12, Stopped())),
            at(13),
            ["R8", "R3"],
            id="stopped a working day after due",
        ),
        pytest.param(told((4, FAR)), at(5), ["out_of_calendar", "R15"], id="a due moment beyond every calendar"),
    ],
)
def test_what_a_calendar_shows_becomes_a_finding(dossier: Dossier, now: Moment, found: list[str]) -> None:
    assert [finding.rule for finding in findings_at(dossier, now=now, rules=RULES)] == found
    kept = ranking_moments(dossier, rules=RULES)
    assert audited(dossier, now=now, rules=RULES, dues=kept) == audited(dossier, now=now, rules=RULES)


@pytest.mark.parametrize("old", [-2_500_000_000, 0], ids=["1890", "1970"])
def test_what_lies_before_every_calendar_is_found_where_the_dossier_began(old: Moment) -> None:
    appointed = Accepted("p", "H18", due_at=at(11))
    stopped = folded_in_order([event(appointed, at=old), event(Stopped(), at=old + 100)])
    submitted = folded_in_order([event(SUBMITTED, at=old)])
    for dossier, rules in ((stopped, ["R3", "out_of_calendar"]), (submitted, ["out_of_calendar"])):
        found = findings_at(dossier, now=at(5), rules=RULES)
        assert [finding.rule for finding in found] == rules
        assert (found[-1].events, found[-1].at) == ((), old)
        assert "calendar" in found[-1].note


def test_a_limit_nobody_can_read_is_found_at_acceptance_and_named() -> None:
    dossier = told((3, SUBMITTED), (4, Accepted("p", "H18", limit="soon")))
    bad = next(one for one in findings_at(dossier, now=at(5), rules=RULES) if one.rule is Rule.BAD_LIMIT)
    assert bad == Finding(Rule.BAD_LIMIT, (), at(4), bad.note)
    assert "'soon'" in bad.note


OWN = CalendarDocument("hours.toml", "hours-v1", hours=(Hours(((27_000, 61_200),), (5, 6)),))
WEEKENDS = Rulebook("r", Policy("p"), Calendar.build([]), by_unit={"H18": Calendar.build([OWN], reach=(2024, 2024))})


def test_working_days_are_those_of_the_unit_that_holds_the_dossier() -> None:
    tuesday = Accepted("p", "H18", due_at=at(12), limit="5 working days")
    assert findings_at(told((4, tuesday)), now=at(5), rules=RULES) == ()
    (finding,) = findings_at(told((4, tuesday)), now=at(5), rules=WEEKENDS)
    assert finding.rule is Rule.DUE_DIFFERS
    near = told((4, Accepted("p", "H18", due_at=at(11))), (5, WithdrawalRequested()), (8, Stopped()))
    assert [one.rule for one in findings_at(near, now=at(20), rules=RULES)] == ["R3"]
    assert findings_at(near, now=at(20), rules=WEEKENDS) == ()


@pytest.mark.parametrize(
    ("dossier", "finding"),
    [
        pytest.param(
            told((4, APART)), Finding(Rule.DUE_DIFFERS, (f"accepted-{at(4)}",), at(4)), id="two due moments days apart"
        ),
        pytest.param(
            told((4, SUBMITTED), (5, WithdrawalRequested()), (6, BARE)),
            Finding(Rule.INTAKE_SLOW, (f"submitted-{at(4)}", f"accepted-{at(6)}"), at(5, "09:30") + 1),
            id="slow intake, from the second after the eight hours",
        ),
        pytest.param(
            told((3, SUBMITTED), (4, LIMIT), (5, Observed("4"))),
            Finding(Rule.NO_APPOINTMENT, (f"accepted-{at(4)}",), at(4)),
            id="no appointment, nor in a later snapshot",
        ),
        pytest.param(
            told((3, SUBMITTED), (4, DUE), (5, WithdrawalRequested()), (8, Stopped())),
            Finding(Rule.STOPPED_UNASKED, (f"stopped-{at(8)}",), at(8), "near the due moment"),
            id="stopped near the due moment",
        ),
    ],
)
def test_a_finding_names_the_events_that_show_it_and_since_when(dossier: Dossier, finding: Finding) -> None:
    assert finding in findings_at(dossier, now=at(25), rules=RULES)


def test_voices_that_differ_are_found_only_once_a_day_has_passed() -> None:
    home = event(DUE, at=at(4), source=HOME)
    done, portal = event(Done(), at=at(8), source=HOME), event(Done(), at=at(5), source="dienbien/portal")
    dossier = folded_in_order([home, done, portal])
    assert findings_at(dossier, now=at(5) + 23 * HOUR, rules=RULES) == ()
    (finding,) = findings_at(dossier, now=at(6), rules=RULES)
    assert finding.rule is Rule.VOICES_DIFFER
    assert finding.note == "dienbien/portal says DONE"


def test_a_finding_that_stops_being_true_goes() -> None:
    before = told((4, SUBMITTED), (5, Stopped()))
    behind = told(
        (4, SUBMITTED), (4, "10:00", Submitted("p", "H18")), (4, "11:00", WithdrawalRequested()), (5, Stopped())
    )
    assert Rule.STOPPED_UNASKED in [one.rule for one in before.findings]
    assert Rule.STOPPED_UNASKED not in [one.rule for one in behind.findings]
