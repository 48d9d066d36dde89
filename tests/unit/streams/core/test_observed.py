"""A snapshot folds into the same state as the events that it implies."""

import msgspec
import pytest

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
from streams.core.findings import Rule
from streams.core.labels import State
from streams.core.lines import Lines
from tests.property.histories import DAY, HOUR, START, event, folded_in_order

SUBMITTED = Submitted("1.001612", "H18.32.05")
ACCEPTED = Accepted("1.001612", "H18.32.05", due_at=START + 5 * DAY, limit="5 working days")
WORK = Transferred("H18.32.05")


def seen(code: str, **more: object) -> Observed:
    fields = [more.get(name) for name in Observed.__struct_fields__[1:]]
    return msgspec.convert([18, code, *fields], Observed)


def dossier_of(*hours: AnyBody | tuple[AnyBody, ...]) -> Dossier:
    """Return the dossier after an hour for each argument; what stands together happened in one second."""
    events = []
    for hour, bodies in enumerate(hours):
        together = bodies if isinstance(bodies, tuple) else (bodies,)
        events += [event(body, at=START + hour * HOUR) for body in together]
    return folded_in_order(events)


def facts(dossier: Dossier) -> tuple[object, ...]:
    """Return the facts but for the snapshot's own memory, the names of events, and what was odd on the way."""
    pauses = tuple((pause.kind, pause.since, pause.until, pause.ended_at) for pause in dossier.pauses)
    bare = msgspec.structs.replace(dossier, pauses=(), snapshot_code=None, findings=(), lines=Lines())
    return (bare, pauses)


WITH_DUE = {"due_at": START + 5 * DAY, "limit": "5 working days", "procedure": "1.001612", "unit": "H18.32.05"}


@pytest.mark.parametrize(
    ("snapshots", "events"),
    [
        pytest.param((seen("1", procedure="1.001612", unit="H18.32.05"),), (SUBMITTED,), id="submitted"),
        pytest.param((SUBMITTED, seen("2", **WITH_DUE)), (SUBMITTED, ACCEPTED), id="accepted"),
        pytest.param((SUBMITTED, seen("3")), (SUBMITTED, Refused()), id="refused"),
        pytest.param((SUBMITTED, seen("4", **WITH_DUE)), (SUBMITTED, (ACCEPTED, WORK)), id="accepted and in work"),
        pytest.param((seen("4", **WITH_DUE),), ((ACCEPTED, WORK),), id="in work is the first thing heard"),
        pytest.param((ACCEPTED, seen("4")), (ACCEPTED, WORK), id="in work"),
        pytest.param(
            (ACCEPTED, seen("5", until=START + DAY)), (ACCEPTED, SupplementRequested(START + DAY)), id="papers"
        ),
        pytest.param(
            (ACCEPTED, seen("5"), seen("4")), (ACCEPTED, SupplementRequested(), SupplementReceived()), id="papers came"
        ),
        pytest.param(
            (ACCEPTED, seen("6", until=START + DAY)), (ACCEPTED, PaymentRequested(START + DAY)), id="a payment"
        ),
        pytest.param((ACCEPTED, seen("6"), seen("4")), (ACCEPTED, PaymentRequested(), PaymentReceived()), id="paid"),
        pytest.param((ACCEPTED, Suspended(), seen("4")), (ACCEPTED, Suspended(), Resumed()), id="resumed"),
        pytest.param(
            (ACCEPTED, seen("5"), seen("6")),
            (ACCEPTED, SupplementRequested(), (SupplementReceived(), PaymentRequested())),
            id="one state at a time",
        ),
        pytest.param((ACCEPTED, seen("7")), (ACCEPTED, WithdrawalRequested()), id="asked for back"),
        pytest.param((ACCEPTED, seen("7"), seen("4")), (ACCEPTED, WithdrawalRequested(), Resumed()), id="wish undone"),
        pytest.param((ACCEPTED, seen("8")), (ACCEPTED, Stopped()), id="stopped"),
        pytest.param((ACCEPTED, seen("9", result=False)), (ACCEPTED, Done(result=False)), id="done"),
        pytest.param((ACCEPTED, seen("9"), seen("10")), (ACCEPTED, Done(), Returned()), id="returned"),
        pytest.param((ACCEPTED, seen("9"), seen("4")), (ACCEPTED, Done(), Reopened()), id="reopened"),
        pytest.param(
            (ACCEPTED, seen("4", due_at=START + 9 * DAY, letter="A")),
            (ACCEPTED, (WORK, Reappointed(START + 9 * DAY, "A"))),
            id="reappointed",
        ),
        pytest.param(
            (ACCEPTED, seen("4", unit="H18.11", other_body=True)),
            (ACCEPTED, Transferred("H18.11", other_body=True)),
            id="with another body",
        ),
    ],
)
def test_a_snapshot_is_folded_as_the_events_that_it_implies(
    snapshots: tuple[AnyBody, ...], events: tuple[AnyBody | tuple[AnyBody, ...], ...]
) -> None:
    assert facts(dossier_of(*snapshots)) == facts(dossier_of(*events))


@pytest.mark.parametrize("code", [str(code) for code in range(13)])
def test_the_same_snapshot_again_changes_nothing(code: str) -> None:
    snapshot = seen(code, **WITH_DUE, letter="A")
    once, twice = dossier_of(ACCEPTED, snapshot), dossier_of(ACCEPTED, snapshot, snapshot)
    assert facts(once) == facts(twice)
    assert once.findings == twice.findings


def test_a_letter_that_stands_in_every_snapshot_is_one_letter() -> None:
    letter = seen("4", due_at=START + 9 * DAY, letter="A")
    dossier = dossier_of(ACCEPTED, letter, letter, seen("5", due_at=START + 9 * DAY, letter="A"))
    assert dossier.reappointments == 1
    assert dossier.findings == ()


def test_a_due_moment_that_moves_between_snapshots_without_a_letter_is_found() -> None:
    dossier = dossier_of(seen("4", **WITH_DUE), seen("4", due_at=START + 9 * DAY))
    assert [finding.rule for finding in dossier.findings] == [Rule.DUE_MOVED]


def test_an_unknown_code_is_kept_and_found_and_a_known_one_leads_out_again() -> None:
    unknown = dossier_of(ACCEPTED, seen("77"))
    assert unknown.state is State.UNKNOWN
    assert [(finding.rule, finding.note) for finding in unknown.findings] == [(Rule.UNKNOWN_CODE, "77")]
    assert dossier_of(ACCEPTED, seen("77"), seen("4")).state is State.PROCESSING
    assert dossier_of(ACCEPTED, seen("77"), WORK).state is State.PROCESSING
    assert dossier_of(SUBMITTED, seen("77"), WORK).state is State.UNKNOWN


def test_a_request_seen_on_both_sides_of_an_unknown_state_is_one_request() -> None:
    dossier = dossier_of(ACCEPTED, seen("5"), seen("77"), seen("5"))
    assert dossier.supplement_requests == 1
    assert [pause.since for pause in dossier.open_pauses] == [START + HOUR]


def test_the_same_snapshot_implies_anew_what_an_event_in_between_undid() -> None:
    assert dossier_of(ACCEPTED, seen("9"), Reopened(), seen("9")).closed_at == START + 3 * HOUR
    assert dossier_of(ACCEPTED, seen("4"), Done(), seen("4")).closed_at is None


def test_an_unknown_code_does_not_open_a_closed_dossier() -> None:
    assert dossier_of(ACCEPTED, Done(), seen("77")).state is State.DONE


def test_done_seen_after_returned_moves_nothing_and_is_found_once() -> None:
    dossier = dossier_of(ACCEPTED, Done(), Returned(), seen("9"), seen("9"))
    assert dossier.state is State.RETURNED
    assert [finding.rule for finding in dossier.findings] == [Rule.TRANSITION]


@pytest.mark.parametrize(
    ("before", "found"),
    [
        pytest.param((SUBMITTED, SupplementRequested()), [], id="papers were asked for before acceptance"),
        pytest.param((seen("5"),), [Rule.TRANSITION], id="it was first heard of as waiting for papers"),
        pytest.param((SUBMITTED, seen("3")), [Rule.REOPENED], id="it had been refused"),
        pytest.param((SUBMITTED, seen("7")), [Rule.TRANSITION, Rule.TRANSITION], id="it had been asked for back"),
    ],
)
def test_somebody_must_have_accepted_what_is_seen_in_work(before: tuple[AnyBody, ...], found: list[Rule]) -> None:
    dossier = dossier_of(*before, seen("4"))
    assert (dossier.state, dossier.accepted_at) == (State.PROCESSING, START + len(before) * HOUR)
    assert (dossier.open_pauses, dossier.withdrawal_requested_at) == ((), None)
    assert [finding.rule for finding in dossier.findings] == found


def test_accepted_seen_after_work_began_is_taken_and_found() -> None:
    dossier = dossier_of(ACCEPTED, WORK, seen("2"))
    assert dossier.state is State.ACCEPTED
    assert [finding.note for finding in dossier.findings] == ["PROCESSING>ACCEPTED"]


def test_an_end_without_a_result_is_found_in_a_snapshot_too() -> None:
    assert [finding.rule for finding in dossier_of(ACCEPTED, seen("9", result=False)).findings] == [Rule.NO_RESULT]
    assert dossier_of(ACCEPTED, seen("9", result=True)).findings == ()


@pytest.mark.parametrize("code", ["1", "2"])
def test_a_snapshot_that_names_neither_procedure_nor_unit_leaves_both_unknown(code: str) -> None:
    dossier = dossier_of(seen(code))
    assert (dossier.procedure, dossier.unit) == (None, None)


def test_submitted_seen_after_acceptance_is_taken_and_found() -> None:
    assert [finding.rule for finding in dossier_of(ACCEPTED, seen("1")).findings] == [Rule.TRANSITION]
