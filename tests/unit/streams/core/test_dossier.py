"""A dossier is folded from the set of its events: what each kind of event does, and what is odd about it."""

from collections.abc import Callable
from typing import cast

import msgspec
import pytest

from streams.core.dossier import VERSION, Dossier, after, decode, encode, new
from streams.core.events import (
    BODIES,
    Accepted,
    AnyBody,
    Channel,
    Done,
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
from streams.core.facts import Away, PauseKind
from streams.core.findings import Finding, Rule
from streams.core.labels import State
from streams.core.transitions import MOVES
from tests.property.histories import DAY, HOME, HOUR, START, event, folded_in_order

SUBMITTED = Submitted("1.001612", "H18.32.05", "ho-tich", Channel.ONLINE, 4, "cb-017", "000.00.00.H18-200710-0001")
ACCEPTED = Accepted("1.001612", "H18.32.05", due_at=START + 5 * DAY, limit="5 working days")


def dossier_of(*bodies: AnyBody) -> Dossier:
    """Return the dossier after these bodies, an hour apart, all told by its home."""
    return folded_in_order([event(body, at=START + hour * HOUR) for hour, body in enumerate(bodies)])


def rules(dossier: Dossier) -> list[Rule]:
    return [finding.rule for finding in dossier.findings]


WORK = (SUBMITTED, ACCEPTED, Transferred("H18.32.07"))


@pytest.mark.parametrize(
    ("bodies", "state"),
    [
        pytest.param((), State.UNKNOWN, id="nothing yet"),
        pytest.param((SUBMITTED,), State.SUBMITTED, id="submitted"),
        pytest.param((SUBMITTED, ACCEPTED), State.ACCEPTED, id="accepted"),
        pytest.param((ACCEPTED,), State.ACCEPTED, id="accepted at the counter, never submitted"),
        pytest.param((SUBMITTED, Refused()), State.REFUSED, id="refused"),
        pytest.param((SUBMITTED, SupplementRequested()), State.AWAITING_SUPPLEMENT, id="papers before acceptance"),
        pytest.param((SUBMITTED, SupplementRequested(), ACCEPTED), State.ACCEPTED, id="accepted once papers came"),
        pytest.param(
            (SUBMITTED, SupplementRequested(), SupplementReceived()), State.SUBMITTED, id="papers came, not accepted"
        ),
        pytest.param(WORK, State.PROCESSING, id="transferred, so in work"),
        pytest.param((*WORK, SupplementRequested()), State.AWAITING_SUPPLEMENT, id="waits for papers"),
        pytest.param((*WORK, SupplementRequested(), SupplementReceived()), State.PROCESSING, id="papers came"),
        pytest.param((*WORK, PaymentRequested()), State.AWAITING_PAYMENT, id="waits for a payment"),
        pytest.param((*WORK, PaymentRequested(), PaymentReceived()), State.PROCESSING, id="paid"),
        pytest.param((*WORK, Suspended()), State.SUSPENDED, id="suspended"),
        pytest.param((*WORK, Suspended(), Resumed()), State.PROCESSING, id="resumed"),
        pytest.param((*WORK, WithdrawalRequested()), State.WITHDRAWAL_REQUESTED, id="asked for back"),
        pytest.param((*WORK, WithdrawalRequested(), Stopped()), State.STOPPED, id="stopped on request"),
        pytest.param((*WORK, Done()), State.DONE, id="done"),
        pytest.param((*WORK, Done(), Returned()), State.RETURNED, id="returned"),
        pytest.param((*WORK, Transferred("H18.11", other_body=True)), State.PROCESSING, id="with another body"),
    ],
)
def test_each_move_of_the_procedure_leads_to_its_state_and_finds_nothing(
    bodies: tuple[AnyBody, ...], state: State
) -> None:
    dossier = dossier_of(*bodies)
    assert dossier.state is state
    assert rules(dossier) == []


@pytest.mark.parametrize(
    ("bodies", "state", "note"),
    [
        pytest.param((Done(),), State.DONE, ">DONE", id="done is the first thing heard"),
        pytest.param((Transferred("H18"),), State.UNKNOWN, ">transferred", id="transferred is the first thing heard"),
        pytest.param((ACCEPTED, Refused()), State.REFUSED, "ACCEPTED>REFUSED", id="refused after acceptance"),
        pytest.param((ACCEPTED, SUBMITTED), State.SUBMITTED, "ACCEPTED>SUBMITTED", id="submitted after acceptance"),
        pytest.param((ACCEPTED, Reopened()), State.ACCEPTED, "ACCEPTED>reopened", id="reopened while open"),
        pytest.param((ACCEPTED, PaymentReceived()), State.ACCEPTED, "ACCEPTED>payment_received", id="paid unasked"),
        pytest.param((ACCEPTED, Resumed()), State.ACCEPTED, "ACCEPTED>resumed", id="resumed, not suspended"),
        pytest.param(
            (ACCEPTED, SupplementRequested(), Done()), State.DONE, "AWAITING_SUPPLEMENT>DONE", id="papers out"
        ),
        pytest.param((ACCEPTED, Done(), Stopped()), State.DONE, "DONE>STOPPED", id="a stop cannot hide the end"),
        pytest.param(
            (ACCEPTED, Done(), SupplementRequested()), State.DONE, "DONE>AWAITING_SUPPLEMENT", id="pause late"
        ),
        pytest.param((ACCEPTED, Done(), Transferred("H18")), State.DONE, "DONE>transferred", id="moved once closed"),
        pytest.param((ACCEPTED, Done(), WithdrawalRequested()), State.DONE, "DONE>WITHDRAWAL_REQUESTED", id="too late"),
        pytest.param(
            (*WORK, WithdrawalRequested(), Resumed()),
            State.PROCESSING,
            "WITHDRAWAL_REQUESTED>resumed",
            id="wish undone",
        ),
        pytest.param(
            (SUBMITTED, WithdrawalRequested(), Resumed()),
            State.SUBMITTED,
            "SUBMITTED>WITHDRAWAL_REQUESTED",
            id="wish before acceptance undone",
        ),
    ],
)
def test_a_move_outside_the_table_is_taken_and_found(bodies: tuple[AnyBody, ...], state: State, note: str) -> None:
    dossier = dossier_of(*bodies)
    assert dossier.state is state
    assert (Rule.TRANSITION, note) in [(finding.rule, finding.note) for finding in dossier.findings]


def test_every_state_has_its_line_in_the_table_of_moves() -> None:
    assert set(MOVES) == set(State) - {State.UNKNOWN}


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.name)
def test_every_kind_of_event_may_be_the_first(body: type[AnyBody]) -> None:
    needed = {"procedure": "p", "unit": "u", "due_at": START, "letter": "l", "voids": "x", "state_code": "4"}
    said = cast("Callable[..., AnyBody]", body)(
        **{name: needed[name] for name in body.__struct_fields__ if name in needed}
    )
    dossier = dossier_of(said)
    assert len(dossier.events) == 1
    assert decode(encode(dossier)) == dossier


@pytest.mark.parametrize(
    ("bodies", "found"),
    [
        pytest.param((ACCEPTED, *(SupplementRequested(), SupplementReceived()) * 2), ["R1"], id="a second request"),
        pytest.param((ACCEPTED, *(SupplementRequested(), SupplementReceived()) * 3), ["R1"], id="a third adds nothing"),
        pytest.param((ACCEPTED, Stopped()), ["R3"], id="stopped though nobody asked"),
        pytest.param((ACCEPTED, Done(), Reopened()), ["R5"], id="closed, then reopened"),
        pytest.param((ACCEPTED, Accepted("p", "u", due_at=START + 9 * DAY)), ["transition", "R7"], id="moved silently"),
        pytest.param((ACCEPTED, Reappointed(START + 9 * DAY, "")), ["R7"], id="moved without a letter"),
        pytest.param((ACCEPTED, Reappointed(START + 9 * DAY, "A")), [], id="moved by a letter"),
        pytest.param(
            (ACCEPTED, Reappointed(START + 9 * DAY, "A"), Reappointed(START + 12 * DAY, "B")), ["R7"], id="moved twice"
        ),
        pytest.param((ACCEPTED, Done(result=False)), ["R9"], id="done without a result"),
        pytest.param((ACCEPTED, Done(result=True)), [], id="done with a result"),
        pytest.param((ACCEPTED, Returned()), ["R10"], id="returned before done"),
        pytest.param((Done(), ACCEPTED), ["transition", "R10"], id="closed before it was received"),
        pytest.param((Done(), SUBMITTED), ["transition", "R10"], id="closed before it was submitted"),
        pytest.param(
            (ACCEPTED, SupplementRequested(until=START)), ["pause_backwards"], id="pause ends before it begins"
        ),
        pytest.param((Accepted("p", "u", due_at=START - DAY),), ["due_before_receipt"], id="due before receipt"),
        pytest.param((Accepted("p", "u", due_at=START),), [], id="due at receipt"),
        pytest.param((ACCEPTED, Reappointed(START + 60, "A")), [], id="letter names the past, but no receipt"),
        pytest.param((ACCEPTED, Reappointed(START - DAY, "A")), ["due_before_receipt"], id="letter names the past"),
    ],
)
def test_what_is_odd_becomes_a_finding(bodies: tuple[AnyBody, ...], found: list[str]) -> None:
    assert rules(dossier_of(*bodies)) == found


@pytest.mark.parametrize(
    ("bodies", "rule", "note"),
    [
        pytest.param((ACCEPTED, Returned()), Rule.BACKWARDS, "returned before done", id="returned before done"),
        pytest.param((ACCEPTED, Done(result=False)), Rule.NO_RESULT, "", id="done without a result: nothing to add"),
        pytest.param((ACCEPTED, Stopped()), Rule.STOPPED_UNASKED, "no request", id="stopped unasked"),
        pytest.param((ACCEPTED, Done(), ACCEPTED), Rule.BACKWARDS, "accepted after DONE", id="accepted after the end"),
        pytest.param((ACCEPTED, Reappointed(START + 9 * DAY, "")), Rule.DUE_MOVED, "no letter", id="moved silently"),
        pytest.param(
            (ACCEPTED, Reappointed(START + 9 * DAY, "A"), Reappointed(START + 12 * DAY, "B")),
            Rule.DUE_MOVED,
            "more than once",
            id="moved twice",
        ),
    ],
)
def test_a_finding_says_in_a_word_what_was_seen_when_and_in_which_event(
    bodies: tuple[AnyBody, ...], rule: Rule, note: str
) -> None:
    last = START + (len(bodies) - 1) * HOUR
    assert dossier_of(*bodies).findings == (Finding(rule, (f"{bodies[-1].name}-{last}",), last, note),)


def test_an_event_of_1890_is_taken_and_found() -> None:
    old = event(ACCEPTED, at=-2_500_000_000, id="old", lag=4_000_000_000)
    assert folded_in_order([old]).findings == (Finding(Rule.LONG_AGO, ("old",), old.at),)


def test_an_event_is_of_long_ago_when_it_arrives_after_more_than_ten_years() -> None:
    decade = 10 * 366 * DAY
    assert rules(folded_in_order([event(ACCEPTED, at=START, lag=decade)])) == []
    assert rules(folded_in_order([event(ACCEPTED, at=START, lag=decade + 1)])) == [Rule.LONG_AGO]


def test_a_due_moment_is_known_from_the_arrival_of_the_event_that_gave_it() -> None:
    limit = event(Accepted("p", "u", limit="5 working days"), at=START, lag=DAY)
    letter = event(Reappointed(START + 9 * DAY, "A"), at=START + HOUR, lag=2 * DAY)
    assert folded_in_order([limit]).due_known_at == START + DAY
    assert folded_in_order([event(ACCEPTED, at=START, lag=DAY)]).due_known_at == START + DAY
    assert folded_in_order([limit, letter]).due_known_at == START + HOUR + 2 * DAY


def test_the_facts_of_the_dossier_are_what_its_events_say() -> None:
    dossier = dossier_of(SUBMITTED, ACCEPTED, Transferred("H18.32.07", "cb-023"))
    assert (dossier.procedure, dossier.field, dossier.channel, dossier.level) == ("1.001612", "ho-tich", "online", 4)
    assert (dossier.unit, dossier.officer) == ("H18.32.07", "cb-023")
    assert (dossier.submitted_at, dossier.accepted_at) == (START, START + HOUR)
    assert (dossier.appointed_due_at, dossier.appointed_at) == (START + 5 * DAY, START + HOUR)
    assert dossier.national_code == "000.00.00.H18-200710-0001"


@pytest.mark.parametrize(
    ("bodies", "received_at"),
    [
        pytest.param((), None, id="nothing yet"),
        pytest.param((SUBMITTED, ACCEPTED), START, id="submitted"),
        pytest.param((Transferred("H18"), ACCEPTED), START + HOUR, id="accepted"),
        pytest.param((Transferred("H18"), Done()), START, id="first heard of"),
    ],
)
def test_received_is_submitted_else_accepted_else_first_heard_of(
    bodies: tuple[AnyBody, ...], received_at: int | None
) -> None:
    assert dossier_of(*bodies).received_at == received_at


def test_a_second_acceptance_does_not_move_the_first() -> None:
    assert dossier_of(ACCEPTED, ACCEPTED).accepted_at == START
    assert dossier_of(SUBMITTED, SUBMITTED).submitted_at == START


def test_pauses_may_overlap_and_the_last_one_open_names_the_state() -> None:
    dossier = dossier_of(ACCEPTED, SupplementRequested(), PaymentRequested(), PaymentReceived())
    assert dossier.state is State.AWAITING_SUPPLEMENT
    assert [pause.kind for pause in dossier.open_pauses] == [PauseKind.SUPPLEMENT]
    assert dossier.pauses[1].ended_at == START + 3 * HOUR


def test_a_wish_to_withdraw_outlives_the_pause_before_it() -> None:
    dossier = dossier_of(ACCEPTED, SupplementRequested(), WithdrawalRequested(), SupplementReceived())
    assert dossier.state is State.WITHDRAWAL_REQUESTED


def test_a_closing_ends_every_open_pause() -> None:
    dossier = dossier_of(ACCEPTED, SupplementRequested(), Stopped())
    assert dossier.open_pauses == ()
    assert dossier.closed_at == START + 2 * HOUR
    assert dossier.ended_at is None


def test_what_comes_after_the_end_neither_stops_the_clock_nor_counts_as_a_request_or_a_wish() -> None:
    late = dossier_of(ACCEPTED, Done(), SupplementRequested(), WithdrawalRequested(), Stopped())
    assert (late.pauses, late.supplement_requests, late.withdrawal_requested_at) == ((), 0, None)
    assert (late.state, late.closed_at) == (State.DONE, START + HOUR)


def test_an_acceptance_ends_the_wait_for_papers() -> None:
    (pause,) = dossier_of(SUBMITTED, SupplementRequested(), ACCEPTED).pauses
    assert (pause.since, pause.ended_at) == (START + HOUR, START + 2 * HOUR)
    assert pause.asked_by == f"supplement_requested-{START + HOUR}"


def test_done_is_the_end_and_returned_does_not_move_it() -> None:
    dossier = dossier_of(ACCEPTED, Done(), Returned())
    assert dossier.ended_at == dossier.closed_at == START + HOUR


def test_a_reopened_dossier_has_no_end_until_it_is_closed_again() -> None:
    reopened = dossier_of(ACCEPTED, Done(), Reopened())
    assert (reopened.state, reopened.ended_at, reopened.closed_at) == (State.PROCESSING, None, None)
    assert dossier_of(ACCEPTED, Done(), Reopened(), Done()).ended_at == START + 3 * HOUR
    assert dossier_of(SUBMITTED, Refused(), Reopened()).state is State.SUBMITTED


def test_a_wish_to_withdraw_ends_with_a_reopening_or_with_work_resumed() -> None:
    assert dossier_of(*WORK, WithdrawalRequested()).withdrawal_requested_at == START + 3 * HOUR
    assert dossier_of(*WORK, WithdrawalRequested(), Stopped(), Reopened()).withdrawal_requested_at is None
    assert dossier_of(*WORK, WithdrawalRequested(), Resumed()).withdrawal_requested_at is None


def test_who_holds_the_dossier_is_known_for_every_moment() -> None:
    away = Transferred("H18.11", other_body=True)
    dossier = dossier_of(ACCEPTED, away, away, Transferred("H18.32.05"), away)
    assert dossier.away == (Away(START + HOUR, START + 3 * HOUR), Away(START + 4 * HOUR))
    assert dossier.other_body
    twice = dossier_of(ACCEPTED, away, Transferred("H18"), away, Transferred("H18"))
    assert twice.away == (Away(START + HOUR, START + 2 * HOUR), Away(START + 3 * HOUR, START + 4 * HOUR))
    assert not dossier_of(ACCEPTED, Transferred("")).other_body
    assert dossier_of(ACCEPTED, Transferred("")).unit == "H18.32.05"


@pytest.mark.parametrize(
    ("lag", "keyed", "known"),
    [
        pytest.param(7, None, HOUR + 7, id="arrival"),
        pytest.param(7, 2 * HOUR, 2 * HOUR, id="keyed after it arrived, says the source"),
        pytest.param(3 * HOUR, 2 * HOUR, 4 * HOUR, id="arrived after it was keyed"),
    ],
)
def test_a_closing_is_known_once_it_is_keyed_and_here(lag: int, keyed: int | None, known: int) -> None:
    keyed_at = None if keyed is None else START + keyed
    done = event(Done(), at=START + HOUR, lag=lag, keyed_at=keyed_at)
    assert folded_in_order([event(ACCEPTED, at=START), done]).closing_known_at == START + known


def test_a_dated_suspension_ends_by_itself_and_a_request_does_not() -> None:
    until = START + 9 * HOUR
    suspended, requested = dossier_of(ACCEPTED, Suspended(until)), dossier_of(ACCEPTED, SupplementRequested(until))
    assert suspended.pauses[0].end == until
    assert requested.pauses[0].end is None
    assert dossier_of(ACCEPTED, Suspended(until), Resumed()).pauses[0].end == START + 2 * HOUR
    assert dossier_of(ACCEPTED, Suspended(START + HOUR + 1), Resumed()).pauses[0].end == START + HOUR + 1
    assert dossier_of(ACCEPTED, Suspended(), Resumed()).pauses[0].end == START + 2 * HOUR


def test_a_suspension_that_ends_before_it_begins_has_no_length() -> None:
    backwards, empty = dossier_of(ACCEPTED, Suspended(START)), dossier_of(ACCEPTED, Suspended(START + HOUR))
    assert backwards.pauses[0].end == empty.pauses[0].end == START + HOUR
    assert (rules(backwards), rules(empty)) == ([Rule.PAUSE_BACKWARDS], [])


def test_a_dossier_of_the_home_is_firsthand() -> None:
    assert not dossier_of(SUBMITTED).secondhand
    assert after(new(HOME), event(SUBMITTED, at=START, source="dienbien/portal")).secondhand
    assert not after(new(HOME), event(SUBMITTED, at=START, source=HOME)).secondhand


def test_what_a_source_says_of_its_keying_is_kept_with_the_event() -> None:
    keyed = folded_in_order([event(ACCEPTED, at=START, keyed_at=START + HOUR), event(Done(), at=START + DAY)])
    assert decode(encode(keyed)) == keyed


def test_another_version_of_the_stored_form_is_refused() -> None:
    stored = msgspec.msgpack.decode(encode(dossier_of(SUBMITTED)))
    stored[0] = VERSION + 1
    with pytest.raises(ValueError, match="version 3"):
        decode(msgspec.msgpack.encode(stored))


def test_ten_common_events_are_stored_in_a_kilobyte() -> None:
    dossier = dossier_of(*WORK, *(SupplementRequested(), SupplementReceived()), Transferred("H18.11"), *[Done()] * 4)
    assert len(dossier.events) == 10
    assert len(encode(dossier)) <= 1024
