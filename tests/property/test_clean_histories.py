"""Who keeps the rules is never pointed at: of clean histories no rule of the audit says anything, at any moment."""

from hypothesis import given
from hypothesis import strategies as st

from streams.core.audit import audited, findings_at, signs_of
from streams.core.calendar import Calendar
from streams.core.due import unpaused
from streams.core.events import (
    Accepted,
    AnyBody,
    Channel,
    Done,
    Event,
    Reappointed,
    Returned,
    Submitted,
    SupplementReceived,
    SupplementRequested,
    Transferred,
)
from streams.core.judgement import judge
from streams.core.labels import Label
from streams.core.limits import parse_limit
from streams.core.moments import Moment, day_of, moment_on
from streams.core.rulebook import Policy, Rulebook
from streams.core.thresholds import Thresholds
from tests.property.histories import HOME, HOUR, START, event, folded_in_order, histories, likely_moments

CALENDAR = Calendar.build([])
STRICT = Thresholds(transfers_told=True, national_sources=("vn/",))
RULES = Rulebook("strict", Policy("strict", supplement_working_days=3, findings=STRICT), CALENDAR)
LIMITS = ("5 working days", "10 working days", "15 days", "2 months")


@st.composite
def clean(draw: st.DrawFn) -> list[Event]:
    """Return a dossier handled as the law wants: nothing late, nothing left out, everybody told."""
    submitted_at = CALENDAR.roll(START + draw(st.integers(0, 2000)) * HOUR)
    accepted_at = CALENDAR.add(submitted_at, draw(st.integers(1, 8 * HOUR)))
    limit = draw(st.sampled_from(LIMITS))
    due_at = unpaused(parse_limit(limit), CALENDAR.roll(accepted_at), CALENDAR)
    told = ("1.001612", "H18.32.05", "ho-tich", Channel.ONLINE, 4, "cb-017", "000.00.00.H18-240304-0017")
    closing = CALENDAR.closing(day_of(accepted_at))
    history: list[tuple[AnyBody, Moment]] = [
        (Submitted(*told), submitted_at),
        (Accepted(*told, due_at, limit), accepted_at),
        (Transferred("H18.32.05", "cb-018"), draw(st.integers(accepted_at + 1, max(closing, accepted_at + 1)))),
    ]
    at = history[-1][1]
    if draw(st.booleans()):
        asked_at = CALENDAR.add(accepted_at, draw(st.integers(8 * HOUR, 20 * HOUR)))
        at = CALENDAR.add(asked_at, draw(st.integers(1, 20 * HOUR)))
        history += [(SupplementRequested(), asked_at), (SupplementReceived(), at)]
        due_at = CALENDAR.add(due_at, CALENDAR.between(asked_at, at))
    if draw(st.booleans()) and day_of(at) + 1 < day_of(due_at):
        at = draw(st.integers(at + 1, moment_on(day_of(due_at) - 1)))
        due_at = CALENDAR.add(due_at, 40 * HOUR)
        history.append((Reappointed(due_at, "PXL-1"), at))
    ended_at = draw(st.integers(max(at, accepted_at + 61) + 1, due_at))
    history += [(Done(result=True), ended_at), (Returned(), ended_at + draw(st.integers(1, 100 * HOUR)))]
    lag = draw(st.sampled_from([0, 7, HOUR]))
    keying = draw(st.sampled_from([0, HOUR, 20 * HOUR]))
    told_by_home = [event(body, at=at, lag=lag, keyed_at=at + keying) for body, at in history]
    return [*told_by_home, event(history[0][0], at=submitted_at, source="vn/national", lag=HOUR, id="n")]


@given(clean())
def test_of_a_clean_history_nothing_is_found_at_any_moment_of_it(history: list[Event]) -> None:
    for count in range(1, len(history) + 1):
        so_far = [*history[:count], history[-1]]
        dossier = folded_in_order(so_far)
        assert findings_at(dossier, now=max(one.at for one in so_far), rules=RULES) == ()
    assert signs_of(folded_in_order(history), rules=RULES) == []


@given(histories(), likely_moments, likely_moments)
def test_whatever_was_told_what_holds_later_is_what_was_foreseen(
    history: list[Event], now: Moment, later: Moment
) -> None:
    now, later = sorted((now, later))
    dossier = folded_in_order(history, HOME)
    found, turn = audited(dossier, now=now, rules=RULES)
    assert findings_at(dossier, now=now, rules=RULES) == found
    assert turn is None or turn > now
    if turn is None or later < turn:
        assert findings_at(dossier, now=later, rules=RULES) == found


@given(histories(), likely_moments)
def test_a_dossier_without_a_letter_is_overdue_just_when_an_apology_is_missing(
    history: list[Event], now: Moment
) -> None:
    dossier = folded_in_order(history)
    if dossier.reappointments or dossier.closed_at is not None:
        return
    overdue = judge(dossier, now=now, rules=RULES).label is Label.OPEN_OVERDUE
    missing = "R8" in [finding.rule for finding in findings_at(dossier, now=now, rules=RULES)]
    assert missing or not overdue
