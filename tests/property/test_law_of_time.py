"""The laws of the law of time, each a test; the oracle beside this file is the slow second opinion."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from streams.core.calendar import Calendar
from streams.core.due import Interval, due, extended
from streams.core.explanation import explain
from streams.core.law import BadLimit, OutOfReach
from streams.core.limits import Limit, LimitUnit, parse_limit
from streams.core.moments import VIETNAM, Moment, datetime_of, day_on, moment_of, moment_on
from streams.core.redating import due_many
from streams.core.sessions import CalendarDocument, DayOff, Hours, Swap
from streams.wire.calendars import read_calendars
from tests.property.oracle import DAY, Oracle, Rule, Year

SHIPPED = Path(__file__).parents[2] / "deploy" / "reference" / "calendar"
FIRST, LAST = date(2018, 1, 1), date(2027, 12, 31)
USUAL = Calendar.build([], reach=(2025, 2027))
WORKING_TIME = (LimitUnit.WORKING_HOURS, LimitUnit.WORKING_DAYS)


@dataclass(frozen=True)
class Pair:
    """One calendar twice: the one under test, and the oracle's."""

    calendar: Calendar
    oracle: Oracle


def documents_of(year: Year) -> list[CalendarDocument]:
    hours = tuple(
        Hours(
            tuple((start * 60, end * 60) for start, end in rule.sessions),
            tuple(sorted(rule.weekdays)),
            None if rule.first is None else day_on(rule.first),
            None if rule.last is None else day_on(rule.last),
        )
        for rule in year.hours
    )
    years = {day.year for day in year.days_off} | {off.year for off, _ in year.swaps}
    return [CalendarDocument("hours", "hours-v1", hours=hours)] + [
        CalendarDocument(
            f"{number}.toml",
            f"{number}-v1",
            number,
            days_off=tuple(DayOff(day_on(day), "nghỉ") for day in sorted(year.days_off) if day.year == number),
            swaps=tuple(Swap(day_on(off), day_on(made_up)) for off, made_up in year.swaps if off.year == number),
        )
        for number in years
    ]


@lru_cache(maxsize=1)
def shipped() -> Pair:
    documents = read_calendars({file.name: file.read_text("utf-8") for file in SHIPPED.glob("*.toml")})
    epoch = date(1970, 1, 1)
    off = {epoch + stated.day * DAY for document in documents for stated in document.days_off}
    swaps = [(epoch + swap.off * DAY, epoch + swap.made_up * DAY) for document in documents for swap in document.swaps]
    return Pair(Calendar.build(documents), Oracle(Year(frozenset(off), tuple(swaps))))


# One example plays in one year, so that its days off, swaps and seasons fall among its receipts.
year = st.shared(st.integers(FIRST.year, LAST.year), key="year")
dates = st.builds(lambda number, day: date(number, 1, 1) + day * DAY, year, st.integers(0, 364))
moments = st.builds(
    lambda number, minute: moment_on(day_on(date(number, 1, 1))) + minute * 60, year, st.integers(0, 365 * 1440 - 1)
)
to_the_second = st.builds(lambda at, second: at + second, moments, st.integers(0, 59))


@st.composite
def days_sessions(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    edges = sorted(draw(st.sets(st.integers(0, 1439), min_size=2, max_size=6)))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


rules = st.builds(
    Rule,
    days_sessions(),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.none() | dates,
    st.none() | dates,
).filter(lambda rule: rule.first is None or rule.last is None or rule.first <= rule.last)


@st.composite
def years(draw: st.DrawFn) -> Year:
    """Draw hours, days off in one stretch and alone, and swaps on weekdays made up within two weeks."""
    begins, length = draw(dates), draw(st.integers(0, 12))
    off = {begins + day * DAY for day in range(length)} | draw(st.sets(dates, max_size=6))
    swaps: dict[date, date] = {}
    for day in sorted(draw(st.sets(dates, max_size=4))):
        made_up = day + ((5 - day.weekday()) % 7) * DAY
        if day.weekday() < 5 and not {day, made_up} & (off | set(swaps) | set(swaps.values())):
            swaps[day] = made_up
    return Year(frozenset(off), tuple(swaps.items()), tuple(draw(st.lists(rules, max_size=3))))


def pair_of(number: int, stated: Year) -> Pair:
    return Pair(Calendar.build(documents_of(stated), reach=(number - 1, number + 3)), Oracle(stated))


pairs = st.one_of(st.builds(shipped), st.builds(pair_of, year, years()))
calendars = pairs.map(lambda pair: pair.calendar)
MOST = {
    LimitUnit.HOURS: 100,
    LimitUnit.WORKING_HOURS: 60,
    LimitUnit.DAYS: 45,
    LimitUnit.WORKING_DAYS: 15,
    LimitUnit.MONTHS: 3,
}


@st.composite
def limits(draw: st.DrawFn, *units: LimitUnit) -> Limit:
    unit = draw(st.sampled_from(units or tuple(LimitUnit)))
    half = unit not in (LimitUnit.DAYS, LimitUnit.MONTHS) and draw(st.booleans())
    return Limit(draw(st.integers(0 if half else 1, MOST[unit])), unit, half)


@st.composite
def pauses_near(draw: st.DrawFn, at: Moment) -> list[Interval]:
    """Draw pauses within two weeks of a moment: nested, touching, overlapping, empty."""
    starts = draw(st.lists(st.integers(-2 * 1440, 14 * 1440), max_size=4))
    return [Interval(at + s * 60, at + (s + draw(st.integers(0, 4 * 1440))) * 60) for s in starts]


def answer(limit: Limit, at: Moment, **more: Any) -> Moment:
    """Return the due moment; a calendar in which nobody works any more has none, which is no example of a law."""
    try:
        return due(limit, at, **more).due_at
    except OutOfReach:
        assume(False)
        raise


def added(calendar: Calendar, at: Moment, seconds: int) -> Moment:
    try:
        return calendar.add(at, seconds)
    except OutOfReach:
        assume(False)
        raise


amounts = st.integers(0, 400 * 3600)


@given(calendars, to_the_second, to_the_second, amounts)
def test_add_is_monotone_in_time(calendar: Calendar, a: Moment, b: Moment, amount: int) -> None:
    assert added(calendar, min(a, b), amount) <= added(calendar, max(a, b), amount)


@given(calendars, to_the_second, amounts, amounts)
def test_add_is_monotone_in_amount(calendar: Calendar, at: Moment, a: int, b: int) -> None:
    assert added(calendar, at, min(a, b)) <= added(calendar, at, max(a, b))


@given(calendars, to_the_second, amounts, amounts, st.sampled_from([1, -1]))
def test_adding_twice_is_adding_the_sum(calendar: Calendar, at: Moment, a: int, b: int, sign: int) -> None:
    assert added(calendar, at, sign * (a + b)) == added(calendar, added(calendar, at, sign * a), sign * b)


@given(calendars, to_the_second, amounts)
def test_what_was_added_lies_between(calendar: Calendar, at: Moment, amount: int) -> None:
    assert calendar.between(at, added(calendar, at, amount)) == amount


@given(calendars, to_the_second, amounts)
def test_what_was_taken_away_lies_between(calendar: Calendar, at: Moment, amount: int) -> None:
    assert calendar.between(added(calendar, at, -amount), at) == amount


@given(st.data(), calendars, to_the_second, limits(*WORKING_TIME))
def test_no_working_time_limit_is_due_outside_working_time(
    data: st.DataObject, calendar: Calendar, at: Moment, limit: Limit
) -> None:
    due_at = answer(limit, at, calendar=calendar, pauses=data.draw(pauses_near(at)))
    assert calendar.roll(due_at) == due_at


@given(calendars, to_the_second, limits(LimitUnit.DAYS, LimitUnit.MONTHS))
def test_no_limit_in_days_or_months_is_due_on_a_day_off(calendar: Calendar, at: Moment, limit: Limit) -> None:
    due_at = answer(limit, at, calendar=calendar)
    assert calendar.roll(due_at) == due_at


@given(st.data(), pairs, moments, limits())
def test_the_due_moment_is_the_oracle_s(data: st.DataObject, pair: Pair, at: Moment, limit: Limit) -> None:
    pauses = data.draw(pauses_near(at))
    due_at = answer(limit, at, calendar=pair.calendar, pauses=pauses)
    assume(due_at - at < 120 * 86_400)
    naive = [(clock(pause.start), clock(pause.end or 0)) for pause in pauses]
    walked = pair.oracle.due(limit.unit, 2 * limit.amount + limit.half, clock(at), pauses=naive)
    assert clock(due_at) == walked


@given(pairs, moments, st.integers(0, 20 * 1440))
def test_working_time_between_is_the_oracle_s(pair: Pair, at: Moment, minutes: int) -> None:
    end = at + minutes * 60
    assert pair.calendar.between(at, end) == 60 * pair.oracle.worked(clock(at), clock(end))


def clock(at: Moment) -> datetime:
    return datetime_of(at).replace(tzinfo=None)


@given(calendars, to_the_second, st.integers(0, 4 * 86_400), limits())
@example(USUAL, moment_of(datetime(2026, 2, 2, 16, tzinfo=VIETNAM)), 16 * 3600, Limit(5, LimitUnit.DAYS))
@example(USUAL, moment_of(datetime(2026, 1, 29, 16, tzinfo=VIETNAM)), 16 * 3600, Limit(1, LimitUnit.MONTHS))
def test_a_later_receipt_is_never_due_earlier(calendar: Calendar, at: Moment, later: int, limit: Limit) -> None:
    assert answer(limit, at, calendar=calendar) <= answer(limit, at + later, calendar=calendar)


@given(st.data(), calendars, to_the_second, st.integers(0, 4 * 86_400), limits())
def test_a_later_receipt_before_the_same_pauses_is_never_due_earlier(
    data: st.DataObject, calendar: Calendar, at: Moment, later: int, limit: Limit
) -> None:
    second = due_start(calendar, at + later)
    pauses = [pause for pause in data.draw(pauses_near(at + later)) if pause.start >= second]
    first = answer(limit, at, calendar=calendar, pauses=pauses)
    assert first <= answer(limit, at + later, calendar=calendar, pauses=pauses)


def due_start(calendar: Calendar, at: Moment) -> Moment:
    try:
        return calendar.roll(at)
    except OutOfReach:
        assume(False)
        raise


@given(st.data(), calendars, to_the_second, limits())
def test_a_pause_of_no_working_time_changes_nothing(
    data: st.DataObject, calendar: Calendar, at: Moment, limit: Limit
) -> None:
    pauses = data.draw(pauses_near(at))
    empty = [pause for pause in data.draw(pauses_near(at)) if not calendar.between(pause.start, pause.end or 0)]
    with_them = answer(limit, at, calendar=calendar, pauses=pauses + empty)
    assert with_them == answer(limit, at, calendar=calendar, pauses=pauses)


@given(st.data(), calendars, to_the_second, limits())
def test_pauses_count_as_the_set_of_seconds_they_cover(
    data: st.DataObject, calendar: Calendar, at: Moment, limit: Limit
) -> None:
    pauses = data.draw(pauses_near(at))
    cut = [data.draw(st.integers(pause.start, pause.end or 0)) for pause in pauses]
    halves = [
        part
        for pause, middle in zip(pauses, cut, strict=True)
        for part in (Interval(middle, pause.end), Interval(pause.start, middle))
    ]
    mixed = data.draw(st.permutations(halves + pauses))
    assert answer(limit, at, calendar=calendar, pauses=mixed) == answer(limit, at, calendar=calendar, pauses=pauses)


@given(st.data(), calendars, to_the_second, limits())
def test_unpaused_working_time_up_to_the_due_moment_does_not_depend_on_pauses(
    data: st.DataObject, calendar: Calendar, at: Moment, limit: Limit
) -> None:
    plain = answer(limit, at, calendar=calendar)
    pauses = data.draw(pauses_near(at))
    answer(limit, at, calendar=calendar, pauses=pauses)
    told = explain(limit, at, calendar=calendar, pauses=pauses)
    assert sum(counted.seconds for counted in told.intervals) == calendar.between(told.due.starts_at, plain)


@given(calendars, to_the_second, st.integers(0, 30 * 86_400), st.integers(0, 30 * 86_400), st.integers(0, 30 * 86_400))
def test_a_pause_that_begins_after_the_due_moment_or_before_the_appointment_moves_nothing(
    calendar: Calendar, since: Moment, length: int, gap: int, pause: int
) -> None:
    due_at = since + length
    outside = [Interval(due_at + gap, due_at + gap + pause), Interval(since - gap - 1, since + pause)]
    assert extended(due_at, since=since, pauses=outside, calendar=calendar) == due_at


@given(st.data(), calendars, to_the_second, limits(LimitUnit.WORKING_HOURS))
def test_the_intervals_of_a_limit_in_working_time_sum_to_the_limit(
    data: st.DataObject, calendar: Calendar, at: Moment, limit: Limit
) -> None:
    pauses = data.draw(pauses_near(at))
    due_at = answer(limit, at, calendar=calendar, pauses=pauses)
    told = explain(limit, at, calendar=calendar, pauses=pauses)
    assert told.due.due_at == due_at
    assert sum(counted.seconds for counted in told.intervals) == limit.amount * 3600 + limit.half * 1800
    assert all(counted.end - counted.start == counted.seconds > 0 for counted in told.intervals)


@given(st.data(), calendars, limits())
def test_many_due_moments_at_once_are_those_one_by_one(data: st.DataObject, calendar: Calendar, limit: Limit) -> None:
    at = data.draw(to_the_second)
    received = [at + seconds for seconds in data.draw(st.lists(st.integers(0, 5 * 86_400), min_size=24, max_size=60))]
    answer(limit, max(received), calendar=calendar)
    assert due_many(limit, received, calendar=calendar) == [
        due(limit, each, calendar=calendar).due_at for each in received
    ]


@given(limits())
def test_a_limit_reads_back_from_its_own_text(limit: Limit) -> None:
    assert parse_limit(str(limit)) == limit


@given(
    st.text()
    | st.builds("{} {}".format, st.integers() | st.floats(), st.sampled_from(["ngày", "days", "giờ", "tháng"]))
)
def test_any_text_is_a_limit_or_an_error_that_names_it(text: str) -> None:
    with suppress(BadLimit):
        assert str(parse_limit(text))
        return
    with pytest.raises(BadLimit, match=re.escape(repr(text))):
        parse_limit(text)


@given(st.integers(-(10**18), 10**18), limits())
def test_any_moment_has_a_due_moment_or_is_out_of_reach(at: Moment, limit: Limit) -> None:
    calendar = shipped().calendar
    with suppress(OutOfReach):
        assert due(limit, at, calendar=calendar).due_at > at


@pytest.mark.parametrize("days", [1, 30])
def test_the_shipped_calendars_agree_with_the_oracle_on_every_day(days: int) -> None:
    pair = shipped()
    limit = Limit(days, LimitUnit.WORKING_DAYS)
    for day in range((date(2027, 6, 1) - FIRST).days):
        at = datetime.combine(FIRST + timedelta(days=day), datetime.min.time()) + timedelta(hours=9)
        found = due(limit, moment_of(at.replace(tzinfo=VIETNAM)), calendar=pair.calendar).due_at
        assert clock(found) == pair.oracle.due(limit.unit, 2 * days, at)
