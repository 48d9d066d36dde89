"""The label table, both verdicts, the cause of a late one, the intake clock and the next moment."""

from datetime import date

import pytest

from streams.core.calendar import Calendar
from streams.core.dating import due_moments, ranking_moments
from streams.core.dossier import Dossier
from streams.core.events import (
    Accepted,
    AnyBody,
    Done,
    Observed,
    PaymentReceived,
    PaymentRequested,
    Reappointed,
    Refused,
    Returned,
    Stopped,
    Submitted,
    SupplementReceived,
    SupplementRequested,
    Suspended,
    Transferred,
    WithdrawalRequested,
)
from streams.core.findings import Rule
from streams.core.judgement import Reason, Standing, judge
from streams.core.labels import Cause, Label, Verdict
from streams.core.moments import Moment, day_on, moment_on
from streams.core.rulebook import Policy, Rulebook
from streams.core.sessions import CalendarDocument, Hours
from tests.property.histories import HOUR, RULES, event, folded_in_order

FIELD_THAT_RUNS = Policy("p", payment_runs_in_fields=frozenset({"dat-dai"}))


def at(day: int, clock: str = "09:00") -> Moment:
    """Return a moment of March 2024: the 4th is a Monday, the 9th and 10th are a weekend."""
    hours, minutes = clock.split(":")
    return moment_on(day_on(date(2024, 3, 1)) + day - 1, int(hours) * HOUR + int(minutes) * 60)


def told(*days: tuple[int, AnyBody] | tuple[int, str, AnyBody], lag: int = 7) -> Dossier:
    return folded_in_order([event(one[-1], at=at(*map_clock(one)), lag=lag) for one in days])


def map_clock(one: tuple[int, AnyBody] | tuple[int, str, AnyBody]) -> tuple[int, str]:
    return (one[0], one[1]) if len(one) == 3 else (one[0], "09:00")


def standing(dossier: Dossier, now: Moment, rules: Rulebook = RULES) -> Standing:
    return judge(dossier, now=now, rules=rules)


SUBMITTED = Submitted("1.001612", "H18")
DUE = Accepted("1.001612", "H18", due_at=at(11), limit="5 working days")
LIMIT = Accepted("1.001612", "H18", limit="5 working days")
BARE = Accepted("1.001612", "H18")


@pytest.mark.parametrize(
    ("dossier", "now", "label", "reason"),
    [
        pytest.param(told((4, SUBMITTED), (5, Refused())), at(6), Label.REFUSED, Reason.REFUSED, id="1 refused"),
        pytest.param(told((4, DUE), (5, Stopped())), at(20), Label.STOPPED, Reason.STOPPED, id="1 stopped"),
        pytest.param(
            told((4, DUE), (8, Done())), at(20), Label.CLOSED_EARLY, Reason.ENDED_ON_AN_EARLIER_DAY, id="2 day before"
        ),
        pytest.param(
            told((4, DUE), (8, "18:00", Done())),
            at(20),
            Label.CLOSED_EARLY,
            Reason.ENDED_ON_AN_EARLIER_DAY,
            id="2 the evening before",
        ),
        pytest.param(
            told((4, DUE), (9, Done())), at(20), Label.CLOSED_ON_TIME, Reason.ENDED_BY_DUE, id="3 on the day off before"
        ),
        pytest.param(
            told((4, DUE), (11, Done())), at(20), Label.CLOSED_ON_TIME, Reason.ENDED_BY_DUE, id="3 to the second"
        ),
        pytest.param(
            told((4, DUE), (11, "09:01", Done())),
            at(20),
            Label.CLOSED_LATE,
            Reason.ENDED_PAST_DUE,
            id="4 a minute late",
        ),
        pytest.param(
            told((4, DUE), (11, Done()), (20, Returned())),
            at(25),
            Label.CLOSED_ON_TIME,
            Reason.ENDED_BY_DUE,
            id="3 returned later does not count",
        ),
        pytest.param(
            told((4, LIMIT), (11, "09:01", Done())), at(20), Label.CLOSED_LATE, Reason.ENDED_PAST_DUE, id="4 recomputed"
        ),
        pytest.param(
            told((4, BARE), (5, Done())), at(20), Label.UNCLASSIFIED, Reason.ENDED_WITHOUT_DUE, id="5 ended, no due"
        ),
        pytest.param(told(), at(4), Label.UNCLASSIFIED, Reason.STATE_UNKNOWN, id="5 nothing heard"),
        pytest.param(
            told((4, DUE), (5, Observed("77"))), at(6), Label.UNCLASSIFIED, Reason.STATE_UNKNOWN, id="5 unknown state"
        ),
        pytest.param(told((4, BARE)), at(5), Label.UNCLASSIFIED, Reason.WITHOUT_DUE, id="5 accepted without due"),
        pytest.param(
            told((4, Accepted("p", "H18", limit="soon"))),
            at(5),
            Label.UNCLASSIFIED,
            Reason.WITHOUT_DUE,
            id="5 a limit nobody can read",
        ),
        pytest.param(told((4, SUBMITTED)), at(4), Label.AWAITING_INTAKE, Reason.NOT_YET_ACCEPTED, id="6 submitted"),
        pytest.param(
            told((4, SUBMITTED), (5, SupplementRequested())),
            at(20),
            Label.AWAITING_INTAKE,
            Reason.NOT_YET_ACCEPTED,
            id="6 papers asked for before acceptance",
        ),
        pytest.param(
            told((4, SupplementRequested())), at(5), Label.UNCLASSIFIED, Reason.WITHOUT_DUE, id="5 nobody submitted it"
        ),
        pytest.param(
            told((4, SUBMITTED), (5, DUE)), at(6), Label.OPEN_IN_TIME, Reason.TIME_LEFT, id="10 submitted and accepted"
        ),
        pytest.param(told((4, DUE)), at(11), Label.OPEN_DUE_SOON, Reason.WITHIN_WARNING, id="9 up to the second"),
        pytest.param(told((4, DUE)), at(11, "09:01"), Label.OPEN_OVERDUE, Reason.PAST_DUE, id="7 a minute past"),
        pytest.param(
            told((4, DUE), (12, SupplementRequested())),
            at(20),
            Label.OPEN_OVERDUE,
            Reason.PAST_DUE_BEFORE_PAUSE,
            id="7 a pause does not undo it",
        ),
        pytest.param(
            told((4, DUE), (12, SupplementRequested()), (19, SupplementReceived())),
            at(20),
            Label.OPEN_OVERDUE,
            Reason.PAST_DUE,
            id="7 nor does its end",
        ),
        pytest.param(
            told((4, DUE), (8, SupplementRequested())),
            at(25),
            Label.PAUSED,
            Reason.CLOCK_STANDS,
            id="8 waits for papers",
        ),
        pytest.param(
            told((4, DUE), (8, SupplementRequested())),
            at(8),
            Label.PAUSED,
            Reason.CLOCK_STANDS,
            id="8 from the request on",
        ),
        pytest.param(
            told((4, DUE), (8, Suspended(at(20)))),
            at(19),
            Label.PAUSED,
            Reason.CLOCK_STANDS,
            id="8 suspended until then",
        ),
        pytest.param(
            told((4, DUE), (5, Suspended(at(20)))), at(20), Label.OPEN_IN_TIME, Reason.TIME_LEFT, id="10 and no longer"
        ),
        pytest.param(told((4, DUE)), at(7), Label.OPEN_DUE_SOON, Reason.WITHIN_WARNING, id="9 two working days before"),
        pytest.param(
            told((4, DUE)), at(7, "08:59"), Label.OPEN_IN_TIME, Reason.TIME_LEFT, id="10 a minute before that"
        ),
        pytest.param(
            told((4, DUE), (6, SupplementRequested()), (8, SupplementReceived())),
            at(8, "10:00"),
            Label.OPEN_IN_TIME,
            Reason.TIME_LEFT,
            id="10 the pause moved the due moment",
        ),
    ],
)
def test_the_first_line_of_the_table_that_holds_decides(
    dossier: Dossier, now: Moment, *, label: Label, reason: Reason
) -> None:
    stands = standing(dossier, now)
    assert (stands.label, stands.reason) == (label, reason)
    assert judge(dossier, now=now, rules=RULES, dues=due_moments(dossier, rules=RULES)) == stands


@pytest.mark.parametrize(
    ("dossier", "now", "board", "legal"),
    [
        pytest.param(told((4, SUBMITTED)), at(4), Verdict.NONE, Verdict.NONE, id="no due moment, no verdict"),
        pytest.param(told((4, DUE)), at(11), Verdict.IN_TIME, Verdict.IN_TIME, id="open to the second"),
        pytest.param(told((4, DUE)), at(11, "17:00"), Verdict.OVERDUE, Verdict.IN_TIME, id="within the due day"),
        pytest.param(told((4, DUE)), at(11, "17:01"), Verdict.OVERDUE, Verdict.OVERDUE, id="after the due day"),
        pytest.param(
            told((4, DUE), (11, "16:00", Done())), at(25), Verdict.OVERDUE, Verdict.IN_TIME, id="ended that day"
        ),
        pytest.param(told((4, DUE), (12, Stopped())), at(25), Verdict.OVERDUE, Verdict.OVERDUE, id="a stop is an end"),
        pytest.param(
            told((4, DUE), (8, SupplementRequested())),
            at(25),
            Verdict.IN_TIME,
            Verdict.IN_TIME,
            id="waiting for papers, judged at the request",
        ),
        pytest.param(
            told(
                (4, DUE),
                (5, SupplementRequested()),
                (6, SupplementReceived()),
                (7, SupplementRequested()),
            ),
            at(7),
            Verdict.OVERDUE,
            Verdict.IN_TIME,
            id="a second request counts as overdue",
        ),
    ],
)
def test_both_verdicts_are_given(dossier: Dossier, now: Moment, *, board: Verdict, legal: Verdict) -> None:
    stands = standing(dossier, now)
    assert (stands.board, stands.legal) == (board, legal)


ASKED_TWICE = (
    (5, SupplementRequested()),
    (6, SupplementReceived()),
    (7, SupplementRequested()),
    (8, SupplementReceived()),
)


@pytest.mark.parametrize(
    ("dossier", "cause"),
    [
        pytest.param(told((4, DUE), (8, Done())), Cause.NONE, id="not late"),
        pytest.param(told((4, DUE)), Cause.STAFF, id="nobody else"),
        pytest.param(
            told((4, DUE), (5, Transferred("X", other_body=True))), Cause.OTHER_BODY, id="another body holds it"
        ),
        pytest.param(
            told((4, DUE), (5, Transferred("X", other_body=True)), (8, Transferred("H18"))),
            Cause.STAFF,
            id="it came back",
        ),
        pytest.param(
            told((4, DUE), (5, Transferred("X", other_body=True)), (12, Transferred("H18"))),
            Cause.OTHER_BODY,
            id="it came back too late",
        ),
        pytest.param(
            told((4, DUE), (11, Transferred("X", other_body=True))), Cause.OTHER_BODY, id="handed over as it fell due"
        ),
        pytest.param(
            told((4, DUE), (5, Transferred("X", other_body=True)), (11, Transferred("H18"))),
            Cause.STAFF,
            id="it came back as it fell due",
        ),
        pytest.param(told((4, DUE), (5, WithdrawalRequested())), Cause.CITIZEN, id="the citizen asked for it back"),
        pytest.param(told((4, DUE), (11, WithdrawalRequested())), Cause.CITIZEN, id="asked for back as it fell due"),
        pytest.param(
            told((4, DUE), (5, SupplementRequested()), (6, SupplementReceived())),
            Cause.STAFF,
            id="the papers came in time",
        ),
        pytest.param(told((4, DUE), (12, WithdrawalRequested())), Cause.STAFF, id="the citizen asked when it was late"),
        pytest.param(
            told((4, BARE), (5, SupplementRequested()), (6, Observed("5", due_at=at(7))), (8, SupplementReceived())),
            Cause.CITIZEN,
            id="papers outstanding when it fell due",
        ),
        pytest.param(told((4, DUE), lag=7 * 24 * HOUR), Cause.STAFF, id="the due moment came to us as it passed"),
        pytest.param(
            told((4, DUE), (12, Done()), lag=24 * HOUR + 1), Cause.SYNC, id="the closing came a working day later"
        ),
        pytest.param(
            told((4, LIMIT), lag=8 * 24 * HOUR), Cause.SYNC, id="the acceptance came after the limit had ended"
        ),
        pytest.param(
            folded_in_order(
                [
                    event(DUE, at=at(4)),
                    event(Reappointed(at(12), "A"), at=at(5), lag=10 * 24 * HOUR),
                    event(Done(), at=at(13)),
                ]
            ),
            Cause.SYNC,
            id="the apology letter came to us after its due moment",
        ),
        pytest.param(told((4, DUE), lag=8 * 24 * HOUR), Cause.SYNC, id="the due moment came to us after it had passed"),
        pytest.param(told((4, DUE), (12, Done()), lag=3 * 24 * HOUR), Cause.SYNC, id="the closing came days later"),
        pytest.param(
            told((4, DUE), (12, Done()), lag=24 * HOUR), Cause.STAFF, id="the closing came within a working day"
        ),
        pytest.param(told((4, DUE), (12, Done()), lag=0), Cause.STAFF, id="the closing came at once"),
        pytest.param(told((4, BARE), *ASKED_TWICE), Cause.STAFF, id="asked twice, and no due moment"),
        pytest.param(told((4, DUE), *ASKED_TWICE, (8, "10:00", Done())), Cause.STAFF, id="asked twice, ended in time"),
        pytest.param(
            told((4, DUE), *ASKED_TWICE, (8, "10:00", Transferred("X", other_body=True)), (13, Done())),
            Cause.STAFF,
            id="asked twice, ended elsewhere to the second",
        ),
    ],
)
def test_a_late_verdict_has_its_cause(dossier: Dossier, cause: Cause) -> None:
    assert standing(dossier, at(25)).cause is cause


@pytest.mark.parametrize(
    ("dossier", "ranking", "recomputed"),
    [
        pytest.param(told((4, DUE)), at(11), at(11), id="both"),
        pytest.param(told((4, LIMIT)), at(11), at(11), id="the recomputed one where none was appointed"),
        pytest.param(told((4, Accepted("p", "H18", due_at=at(6)))), at(6), None, id="no limit, nothing to recompute"),
        pytest.param(
            told((4, DUE), (5, PaymentRequested()), (7, PaymentReceived())),
            at(13),
            at(13),
            id="moved by a pause of two days",
        ),
        pytest.param(
            told((4, DUE), (5, SupplementRequested()), (6, Reappointed(at(14), "A")), (7, SupplementReceived())),
            at(14),
            at(13),
            id="a pause before the letter is in the letter",
        ),
        pytest.param(
            told((4, DUE), (5, PaymentRequested()), (6, SupplementRequested()), (7, PaymentReceived())),
            at(11),
            at(11),
            id="an open pause has moved nothing yet",
        ),
        pytest.param(told((4, DUE), (5, Suspended(at(7)))), at(13), at(13), id="a dated suspension moves it at once"),
    ],
)
def test_ranking_goes_by_the_appointed_moment_and_the_pauses_after_it(
    dossier: Dossier, ranking: Moment, recomputed: Moment | None
) -> None:
    stands = standing(dossier, at(8))
    assert (stands.ranking_due_at, stands.recomputed_due_at) == (ranking, recomputed)


def test_an_awaited_payment_stops_the_clock_except_where_the_policy_says_otherwise() -> None:
    land = Accepted("p", "H18", field="dat-dai", due_at=at(11))
    dossier = told((4, land), (5, PaymentRequested()))
    running = Rulebook("r", FIELD_THAT_RUNS, Calendar.build([], reach=(2024, 2024)))
    assert standing(dossier, at(20)).label is Label.PAUSED
    assert standing(dossier, at(20), running).label is Label.OPEN_OVERDUE
    assert standing(dossier, at(20), running).cause is Cause.STAFF


WEEKENDS = Calendar.build(
    [CalendarDocument("hours.toml", "hours-v1", hours=(Hours(((27_000, 61_200),), (5, 6)),))], reach=(2024, 2024)
)


def test_the_due_moment_is_worked_out_by_the_calendar_of_the_unit_that_holds_the_dossier() -> None:
    rules = Rulebook("r", Policy("p"), Calendar.build([], reach=(2024, 2024)), by_unit={"H18": WEEKENDS})
    assert standing(told((4, LIMIT)), at(5), rules).recomputed_due_at == at(9)
    assert standing(told((4, Accepted("p", "H19", limit="5 working days"))), at(5), rules).recomputed_due_at == at(11)


def test_a_unit_may_have_a_calendar_of_its_own() -> None:
    own, usual = (Calendar.build([], reach=(2024, 2024)) for _ in range(2))
    rules = Rulebook("r", Policy("p"), usual, by_unit={"H18": own})
    assert (rules.calendar_for("H18"), rules.calendar_for("H19"), rules.calendar_for(None)) == (own, usual, usual)
    assert rules.version == "r"


@pytest.mark.parametrize(
    ("dossier", "now", "overdue"),
    [
        pytest.param(told((4, SUBMITTED)), at(5, "09:30"), False, id="eight working hours to the second"),
        pytest.param(told((4, SUBMITTED)), at(6), True, id="nobody accepted it"),
        pytest.param(told((4, SUBMITTED), (6, DUE)), at(20), True, id="accepted too late"),
        pytest.param(told((4, SUBMITTED), (4, "16:00", DUE)), at(20), False, id="accepted that day"),
        pytest.param(told((4, SUBMITTED), (4, "16:00", Refused())), at(20), False, id="refused that day"),
        pytest.param(told((4, DUE)), at(20), False, id="accepted at the counter"),
    ],
)
def test_the_intake_clock_runs_beside_the_main_one(dossier: Dossier, now: Moment, overdue: bool) -> None:
    assert standing(dossier, now).intake_overdue is overdue


@pytest.mark.parametrize(
    ("dossier", "now", "next_at"),
    [
        pytest.param(told((4, SUBMITTED)), at(4), at(5, "09:30") + 1, id="the intake clock runs out"),
        pytest.param(told((4, DUE)), at(4), at(7), id="the warning"),
        pytest.param(told((4, DUE)), at(7), at(11) + 1, id="the second after due"),
        pytest.param(told((4, DUE)), at(11, "09:01"), at(11, "17:00") + 1, id="the end of the due day"),
        pytest.param(told((4, DUE)), at(12), None, id="nothing any more"),
        pytest.param(told((4, DUE), (5, SupplementRequested())), at(6), None, id="the papers decide"),
        pytest.param(told((4, DUE), (5, Suspended(at(6)))), at(5), at(6), id="the suspension that begins now ends"),
        pytest.param(told((4, DUE), (5, Suspended(at(6)))), at(5, "10:00"), at(6), id="the suspension ends"),
        pytest.param(told((4, DUE), (5, Done())), at(5), None, id="closed"),
        pytest.param(told((4, BARE)), at(5), None, id="no due moment"),
    ],
)
def test_the_next_moment_is_when_something_changes_without_an_event(
    dossier: Dossier, now: Moment, next_at: Moment | None
) -> None:
    assert standing(dossier, now).next_at == next_at


def test_a_warning_never_begins_before_acceptance() -> None:
    hours = told((4, Accepted("p", "H18", limit="8 working hours")))
    assert standing(hours, at(4)).due_soon_at == at(4)
    waited = told((4, SUBMITTED), (6, Accepted("p", "H18", limit="8 working hours")))
    assert standing(waited, at(6)).due_soon_at == at(6)
    never = told((4, Transferred("H18")), (4, "10:00", Reappointed(at(5), "A")))
    assert standing(never, at(4)).due_soon_at == at(4)


@pytest.mark.parametrize(
    ("share", "body", "soon_at"),
    [
        pytest.param(0.2, LIMIT, at(8), id="the last fifth of five working days"),
        pytest.param(0.5, Accepted("p", "H18", limit="2 working days"), at(5), id="the second half of two"),
        pytest.param(0.0, LIMIT, at(7), id="no share: so many working days before"),
        pytest.param(0.2, Reappointed(at(12), "A"), at(8), id="never accepted: so many working days before"),
    ],
)
def test_the_warning_may_begin_in_the_last_share_of_the_limit(share: float, body: AnyBody, soon_at: Moment) -> None:
    rules = Rulebook("r", Policy("p", due_soon_share=share), Calendar.build([], reach=(2024, 2024)))
    assert standing(told((4, body)), at(4), rules).due_soon_at == soon_at


@pytest.mark.parametrize(
    "days",
    [
        pytest.param(((4, DUE), (5, SupplementRequested()), (6, SupplementReceived())), id="appointed, and paused"),
        pytest.param(((4, LIMIT),), id="a limit alone"),
        pytest.param(((4, SUBMITTED),), id="neither"),
        pytest.param(((4, Accepted("p", "H18", due_at=at(20), limit="soon")),), id="a limit nobody can read"),
    ],
)
def test_where_only_ranking_counts_nothing_else_is_recomputed(days: tuple[tuple[int, AnyBody], ...]) -> None:
    dossier = told(*days)
    whole, ranking = due_moments(dossier, rules=RULES), ranking_moments(dossier, rules=RULES)
    assert judge(dossier, now=at(8), rules=RULES, dues=ranking).label is judge(dossier, now=at(8), rules=RULES).label
    assert (ranking.ranking_due_at, ranking.legal_due_at) == (whole.ranking_due_at, whole.legal_due_at)
    assert ranking.due_soon_at == whole.due_soon_at
    assert ranking.intake_due_at == (whole.intake_due_at if dossier.accepted_at is None else None)
    assert (ranking.recomputed_due_at is None) == (dossier.appointed_due_at is not None or dossier.limit is None)


def test_nothing_is_early_where_no_due_moment_is_known() -> None:
    assert not due_moments(told((4, BARE), (5, Done())), rules=RULES).ended_early


def test_the_end_of_the_intake_s_eight_working_hours_is_told() -> None:
    assert standing(told((4, SUBMITTED)), at(4)).intake_due_at == at(5, "09:30")


def test_a_confirmed_year_makes_no_standing_provisional() -> None:
    year = CalendarDocument("2024.toml", "2024-v1", 2024, confirmed=True)
    rules = Rulebook("r", Policy("p"), Calendar.build([year], reach=(2024, 2025)))
    limits: list[AnyBody] = [DUE, LIMIT, SUBMITTED, BARE, Accepted("p", "H18", due_at=at(6))]
    assert [standing(told((4, body)), at(5), rules).provisional for body in limits] == 5 * [False]
    beyond = Accepted("p", "H18", due_at=moment_on(day_on(date(2025, 1, 2)), 9 * HOUR))
    assert standing(told((4, beyond)), at(5), rules).provisional


def test_a_year_nobody_confirmed_makes_the_standing_provisional() -> None:
    assert standing(told((4, LIMIT)), at(5)).provisional
    assert standing(told((4, SUBMITTED)), at(5)).provisional
    assert standing(told((4, Accepted("p", "H18", due_at=at(6)))), at(5)).provisional


FAR = Accepted("p", "H18", due_at=moment_on(day_on(date(9999, 1, 1))), limit="5 working days")


def test_what_lies_outside_the_calendar_is_judged_by_the_clock_and_named() -> None:
    stands = standing(told((4, FAR), (5, SupplementRequested()), (6, SupplementReceived())), at(7))
    assert stands.label in {Label.OPEN_IN_TIME, Label.OPEN_DUE_SOON}
    faults = due_moments(told((4, FAR)), rules=RULES).faults
    assert [rule for rule, _ in faults] == [Rule.OUT_OF_CALENDAR]
    assert "calendar" in faults[0][1]
    assert standing(told((4, FAR), (5, Done())), at(7)).label is Label.CLOSED_EARLY
    assert FAR.due_at is not None
    last = folded_in_order([event(FAR, at=at(4)), event(Done(), at=FAR.due_at)])
    assert standing(last, at(7)).label is Label.CLOSED_ON_TIME


def test_where_no_calendar_reaches_a_late_message_is_no_excuse() -> None:
    old = -2_500_000_000
    appointed = event(Accepted("p", "H18", due_at=old + 5), at=old, lag=0)
    dossier = folded_in_order([appointed, event(Done(), at=old + 10, lag=9 * 24 * HOUR)])
    assert standing(dossier, at(4)).cause is Cause.STAFF


def test_a_dossier_of_1890_is_judged_all_the_same() -> None:
    old = -2_500_000_000
    history = [event(SUBMITTED, at=old), event(LIMIT, at=old + 1), event(Done(), at=old + 2, lag=9)]
    stands = standing(folded_in_order(history), at(4))
    assert (stands.label, stands.recomputed_due_at, stands.intake_due_at) == (Label.UNCLASSIFIED, None, None)
    appointed = [event(FAR, at=old), event(SupplementRequested(), at=old + 1), event(SupplementReceived(), at=old + 2)]
    faults = due_moments(folded_in_order(appointed), rules=RULES).faults
    assert {rule for rule, _ in faults} == {Rule.OUT_OF_CALENDAR}
    assert all("calendar" in note for _, note in faults)
