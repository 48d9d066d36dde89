"""Random histories of dossiers: likely ones, wild ones, and what several voices make of one dossier."""

import hashlib
from collections.abc import Sequence
from datetime import date

from hypothesis import strategies as st

from streams.core.calendar import Calendar
from streams.core.dossier import Dossier, after, new
from streams.core.events import (
    Accepted,
    AnyBody,
    Channel,
    Corrected,
    Done,
    Event,
    Observed,
    PaymentReceived,
    PaymentRequested,
    Reappointed,
    Refused,
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
from streams.core.moments import Moment, day_on, moment_on
from streams.core.rulebook import Policy, Rulebook

HOME = "dienbien.muongnhe"
RULES = Rulebook("test", Policy("test"), Calendar.build([]))
HOUR = 3600
DAY = 24 * HOUR
START = moment_on(day_on(date(2024, 3, 4)), 8 * HOUR)
WILDEST = (moment_on(day_on(date(1890, 1, 1))), moment_on(day_on(date(9999, 12, 31))))
SOURCES = (f"{HOME}/portal", f"{HOME}/registry", "dienbien/portal", "vn/national")
UNITS = ("H18.32.05", "H18.32.07", "H18.11")
LIMITS = ("5 working days", "8 working hours", "15 days", "2 months", "24 hours", "0 days", "as long as it takes", "")

likely_moments = st.integers(0, 40 * 24).map(lambda hours: START + hours * HOUR)
wild_moments = st.integers(*WILDEST)


def event(body: AnyBody, *, at: Moment, **more: str | int | None) -> Event:
    """Return an event as it would have been taken: its content is the hash of what it says."""
    source, lag, keyed_at = more.get("source", SOURCES[0]), more.get("lag", 7), more.get("keyed_at")
    assert isinstance(source, str)
    assert isinstance(lag, int)
    assert keyed_at is None or isinstance(keyed_at, int)
    content = hashlib.sha256(repr((at, body, keyed_at)).encode()).digest()[:8]
    name = str(more.get("id") or f"{body.name}-{at}")
    return Event(source, name, at, at + lag, content, body, keyed_at)


def folded_in_order(events: Sequence[Event], home: str = HOME) -> Dossier:
    """Return the dossier after these events, taken in the order given."""
    dossier = new(home)
    for one in events:
        dossier = after(dossier, one)
    return dossier


def bodies(moments: st.SearchStrategy[Moment], ids: st.SearchStrategy[str]) -> st.SearchStrategy[AnyBody]:
    """Return bodies of every kind, with moments in them from `moments` and corrections of `ids`."""
    untils = st.none() | moments
    told = (
        st.sampled_from(["1.001612", ""]),
        st.sampled_from(UNITS),
        st.none() | st.just("ho-tich"),
        st.none() | st.sampled_from(Channel),
        st.none() | st.integers(3, 4),
        st.none() | st.just("cb-017"),
        st.none() | st.just("000.00.00.H18-200710-0001"),
    )
    codes = st.integers(0, 12).map(str) | st.just("DANG_XU_LY")
    limits = st.none() | st.sampled_from(LIMITS)
    return st.one_of(
        st.builds(Submitted, *told),
        st.builds(Accepted, *told, untils, limits),
        st.builds(Transferred, st.sampled_from(UNITS), st.none(), st.booleans()),
        st.builds(SupplementRequested, untils),
        st.builds(PaymentRequested, untils),
        st.builds(Suspended, untils),
        st.sampled_from([SupplementReceived(), PaymentReceived(), Resumed(), SupplementReceived()]),
        st.sampled_from([Refused(), Stopped(), WithdrawalRequested(), Returned(), Reopened()]),
        st.builds(Reappointed, moments, st.sampled_from(["PXL-1", "PXL-2", ""])),
        st.builds(Done, st.none() | st.booleans()),
        st.builds(Corrected, ids),
        st.builds(
            Observed,
            codes,
            *(st.none() | each for each in told),
            untils,
            limits,
            untils,
            st.none() | st.booleans(),
            st.none() | st.just("PXL-3"),
            st.none() | st.booleans(),
        ),
    )


def histories(
    *, sources: Sequence[str] = SOURCES, moments: st.SearchStrategy[Moment] = likely_moments, most: int = 10
) -> st.SearchStrategy[list[Event]]:
    """Return up to `most` events of one dossier; ids collide now and then, so repeats and two contents occur."""
    ids = st.sampled_from([f"e{number}" for number in range(15)])
    lags = st.sampled_from([0, 7, HOUR, 3 * DAY, 4000 * DAY])
    drawn = st.tuples(st.sampled_from(sources), ids, moments, bodies(moments, ids), lags)
    return st.lists(drawn.map(_told), max_size=most)


def _told(drawn: tuple[str, str, Moment, AnyBody, int]) -> Event:
    source, name, at, body, lag = drawn
    return event(body, at=at, source=source, id=name, lag=lag)


one_voice = histories(sources=SOURCES[:1])
wild = histories(moments=wild_moments | likely_moments)
