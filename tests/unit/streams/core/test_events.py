"""What can happen to a dossier is a closed set of kinds, stored under numbers that never change."""

import re

import msgspec
import pytest

from streams.core.events import (
    BODIES,
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

NUMBERS: list[tuple[AnyBody, int]] = [
    (Submitted("p", "u"), 1),
    (Accepted("p", "u"), 2),
    (Refused(), 3),
    (Stopped(), 4),
    (WithdrawalRequested(), 5),
    (Transferred("u"), 6),
    (SupplementRequested(), 7),
    (SupplementReceived(), 8),
    (PaymentRequested(), 9),
    (PaymentReceived(), 10),
    (Suspended(), 11),
    (Resumed(), 12),
    (Reappointed(1, "A"), 13),
    (Done(), 14),
    (Returned(), 15),
    (Reopened(), 16),
    (Corrected("x"), 17),
    (Observed("4"), 18),
]


def named(body: AnyBody) -> str:
    return body.name


def event(body: AnyBody, *, id: str = "e", at: int = 0, source: str = "home") -> Event:
    return Event(source, id, at, at, b"", body)


@pytest.mark.parametrize(("body", "number"), NUMBERS, ids=[body.name for body, _ in NUMBERS])
def test_each_kind_is_stored_under_its_number_for_ever(body: AnyBody, number: int) -> None:
    stored = msgspec.msgpack.encode(body)
    assert msgspec.msgpack.decode(stored)[0] == number
    assert msgspec.msgpack.decode(stored, type=AnyBody) == body


def test_every_kind_has_a_number_and_the_name_that_the_contract_gives_it() -> None:
    assert [type(body) for body, _ in NUMBERS] == list(BODIES)
    assert [kind.name for kind in BODIES] == [re.sub("(?<=.)([A-Z])", r"_\1", kind.__name__).lower() for kind in BODIES]


@pytest.mark.parametrize(
    ("stored", "body"),
    [
        pytest.param([1, "p", "u"], Submitted("p", "u"), id="submitted"),
        pytest.param([2, "p", "u", None, "online"], Accepted("p", "u", channel=Channel.ONLINE), id="accepted"),
        pytest.param([6, "u"], Transferred("u", None, other_body=False), id="transferred"),
        pytest.param([18, "4"], Observed("4"), id="observed"),
    ],
)
def test_what_was_stored_before_a_field_was_added_is_still_read(stored: list[object], body: AnyBody) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(stored), type=AnyBody) == body


def test_what_happens_in_one_second_happens_in_the_order_of_the_procedure() -> None:
    """The procedure's own order; a pause that ends ends before another begins, and corrections come last."""
    shuffled = sorted((event(body) for body, _ in NUMBERS), key=lambda one: one.body.name)
    assert [one.body.name for one in sorted(shuffled, key=lambda one: one.order)] == [
        *("submitted", "accepted"),
        *("supplement_received", "payment_received", "resumed"),
        *("transferred", "reappointed", "withdrawal_requested"),
        *("supplement_requested", "payment_requested", "suspended"),
        *("refused", "stopped", "done", "returned"),
        *("observed", "reopened", "corrected"),
    ]


def test_events_are_ordered_by_moment_then_kind_then_id_then_source() -> None:
    ordered = [
        event(Corrected("x"), at=1, id="z"),
        event(Submitted("p", "u"), at=2, id="b"),
        event(Done(), at=2, id="a", source="a"),
        event(Done(), at=2, id="a", source="b"),
        event(Done(), at=2, id="b", source="a"),
    ]
    assert sorted(ordered[1::2] + ordered[::2], key=lambda one: one.order) == ordered
