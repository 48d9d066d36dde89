"""The set of events: order, repeats, two contents under one id, corrections, and who has the word."""

import msgspec
import pytest

from streams.core.dossier import after, encode
from streams.core.events import (
    Accepted,
    AnyBody,
    Corrected,
    Done,
    Event,
    Observed,
    Reappointed,
    Refused,
    Reopened,
    Submitted,
    SupplementReceived,
    SupplementRequested,
    Transferred,
)
from streams.core.findings import Finding, Rule
from streams.core.labels import State
from streams.core.voices import Family, claimed, family
from tests.property.histories import DAY, HOME, HOUR, START, event, folded_in_order

ACCEPTED = Accepted("1.001612", "H18.32.05")
PORTAL = "dienbien/portal"
NATIONAL = "vn/national"


def told(body: AnyBody, hour: int, id: str = "", *, source: str = HOME) -> Event:
    return event(body, at=START + hour * HOUR, id=id, source=source)


def found(events: list[Event]) -> list[tuple[Rule, tuple[str, ...]]]:
    return [(finding.rule, finding.events) for finding in folded_in_order(events).findings]


def test_what_happens_in_one_second_is_ordered_as_the_procedure_is() -> None:
    events = [told(Done(), 0), told(ACCEPTED, 0), told(Submitted("1.001612", "H18.32.05"), 0)]
    dossier = folded_in_order(events)
    assert [one.body.name for one in dossier.events] == ["submitted", "accepted", "done"]
    assert dossier.findings == ()


def test_a_repeat_that_arrived_later_changes_nothing() -> None:
    first = told(ACCEPTED, 0)
    dossier = folded_in_order([first])
    assert after(dossier, msgspec.structs.replace(first, arrived_at=first.arrived_at + DAY)) is dossier
    assert after(dossier, first) is dossier


def test_of_a_repeat_the_earliest_arrival_is_kept() -> None:
    first = told(ACCEPTED, 0)
    late = msgspec.structs.replace(first, arrived_at=first.arrived_at + DAY)
    assert folded_in_order([late, first]) == folded_in_order([first])


@pytest.mark.parametrize("minute", range(4))
def test_of_one_id_with_two_contents_the_lower_one_counts_and_both_are_found(minute: int) -> None:
    one, third = told(ACCEPTED, 0, "x"), told(Done(), 3, "y")
    other = event(Done(), at=START + HOUR + minute * 60, id="x", source=HOME)
    dossier = folded_in_order([one, third, other])
    lower = min(one, other, key=lambda each: each.content)
    assert dossier.events == (one, other, third)
    assert (dossier.accepted_at is not None) == (lower is one)
    assert [finding for finding in dossier.findings if finding.rule is Rule.TWO_CONTENTS] == [
        Finding(Rule.TWO_CONTENTS, ("x",), each.at, f"{HOME} {each.content.hex()}") for each in (one, other)
    ]
    assert encode(folded_in_order([other, one, third])) == encode(dossier)


def test_a_second_content_that_comes_last_of_all_is_found_too() -> None:
    dossier = folded_in_order([told(ACCEPTED, 0, "x"), told(Done(), 1, "x")])
    assert [finding.rule for finding in dossier.findings].count(Rule.TWO_CONTENTS) == 2


def test_one_id_of_two_sources_is_two_events() -> None:
    assert len(folded_in_order([told(ACCEPTED, 0, "x"), told(Done(), 1, "x", source=PORTAL)]).events) == 2


@pytest.mark.parametrize("first", [True, False], ids=["correction arrives first", "correction arrives last"])
def test_a_corrected_event_counts_as_never_sent_and_stays_in_the_set(first: bool) -> None:
    accepted, done, correction = told(ACCEPTED, 0), told(Done(), 1, "d"), told(Corrected("d"), 2)
    dossier = folded_in_order([correction, accepted, done] if first else [accepted, done, correction])
    assert dossier.state is State.ACCEPTED
    assert done in dossier.events
    assert dossier.findings == ()


def test_a_correction_may_be_corrected() -> None:
    events = [told(ACCEPTED, 0), told(Done(), 1, "d"), told(Corrected("d"), 2, "c"), told(Corrected("c"), 3)]
    assert folded_in_order(events).state is State.DONE


def test_a_correction_of_a_correction_may_be_corrected_too() -> None:
    events = [told(ACCEPTED, 0), told(Done(), 1, "d"), told(Corrected("d"), 2, "c"), told(Corrected("c"), 3, "b")]
    assert folded_in_order([*events, told(Corrected("b"), 4, "a")]).state is State.ACCEPTED


def test_a_correction_of_nothing_is_found_beside_whatever_else_is_odd() -> None:
    twice = [told(ACCEPTED, 0, "x"), told(Submitted("1.001612", "H18"), 0, "x")]
    findings = folded_in_order([*twice, told(Corrected("nothing"), 2, "c")]).findings
    assert [finding.rule for finding in findings].count(Rule.TWO_CONTENTS) == 2
    assert findings[-1] == Finding(Rule.CORRECTION, ("c", "nothing"), START + 2 * HOUR, "voids an unknown event")


def test_a_correction_of_another_source_voids_nothing_here() -> None:
    events = [told(ACCEPTED, 0), told(Done(), 1, "d"), told(Corrected("d"), 2, "c", source=PORTAL)]
    assert folded_in_order(events).state is State.DONE
    assert found(events) == [(Rule.CORRECTION, ("c", "d"))]


def test_corrections_in_a_ring_void_nothing() -> None:
    ring = [told(Corrected("b"), 2, "a"), told(Corrected("a"), 3, "b"), told(Corrected("d"), 4, "b2")]
    assert folded_in_order([told(ACCEPTED, 0), *ring[:2]]).state is State.ACCEPTED
    assert folded_in_order([told(ACCEPTED, 0), told(Done(), 1, "d"), *ring]).state is State.ACCEPTED


def test_where_the_home_is_silent_another_counts_and_the_dossier_says_so() -> None:
    events = [told(ACCEPTED, 0), told(Done(), 1, source=PORTAL)]
    dossier = folded_in_order(events)
    assert dossier.state is State.DONE
    assert dossier.secondhand
    assert dossier.findings == ()


def test_where_the_home_speaks_its_word_counts_and_the_difference_is_found_a_day_later() -> None:
    portal = told(Done(), 1, "p", source=PORTAL)
    dossier = folded_in_order([told(ACCEPTED, 0), told(Done(), 50), portal])
    assert dossier.ended_at == START + 50 * HOUR
    assert not dossier.secondhand
    assert dossier.findings == (Finding(Rule.VOICES_DIFFER, ("p",), START + HOUR + DAY, "dienbien/portal says DONE"),)


def test_a_state_that_only_an_echo_tells_of_is_a_difference() -> None:
    """The home told of the closing, of which a refusal would be a part; it told of no refusal."""
    events = [told(Submitted("1.001612", "H18"), 0), told(Done(), 1), told(Refused(), 2, "r", source=PORTAL)]
    assert (Rule.VOICES_DIFFER, ("r",)) in found(events)


def test_an_echo_within_a_day_is_no_difference() -> None:
    assert found([told(ACCEPTED, 0), told(Done(), 1), told(Done(), 20, source=PORTAL)]) == []
    assert found([told(ACCEPTED, 0), told(Done(), 1), told(Done(), 25, source=PORTAL)]) == []
    assert found([told(ACCEPTED, 0), told(Done(), 26), told(Done(), 2, source=PORTAL)]) == []


def test_one_request_told_by_two_others_is_one_request() -> None:
    asked = [told(SupplementRequested(), 1, source=PORTAL), told(SupplementRequested(), 2, source=NATIONAL)]
    assert folded_in_order([told(ACCEPTED, 0), *asked]).supplement_requests == 1


def test_an_echo_fills_what_nobody_else_said() -> None:
    echo = told(Accepted("9.999", "H18.99", "ho-tich", due_at=START + DAY), 1, source=PORTAL)
    dossier = folded_in_order([echo, told(ACCEPTED, 0)])
    assert (dossier.procedure, dossier.unit, dossier.field) == ("1.001612", "H18.32.05", "ho-tich")
    assert dossier.appointed_due_at == START + DAY
    assert dossier.secondhand


def test_an_echo_overrides_nothing() -> None:
    home = Accepted("1.001612", "H18.32.05", due_at=START + 5 * DAY)
    submitted = Submitted("1.001612", "H18.32.05")
    echoes = [
        told(Accepted("9.999", "H18.99", due_at=START + DAY), 1, source=PORTAL),
        told(submitted, 1, source=PORTAL),
    ]
    dossier = folded_in_order([told(submitted, 0), told(home, 0), *echoes])
    assert (dossier.unit, dossier.appointed_due_at, dossier.secondhand) == ("H18.32.05", START + 5 * DAY, False)


def test_an_unknown_state_told_by_others_counts_only_where_the_home_is_silent() -> None:
    odd = told(Observed("77"), 1, source=PORTAL)
    assert folded_in_order([odd, told(Observed("78"), 2, source=NATIONAL)]).snapshot_code == "77"
    assert folded_in_order([told(ACCEPTED, 0), odd]).state is State.ACCEPTED


@pytest.mark.parametrize(
    ("body", "told_of", "state"),
    [
        pytest.param(Transferred("H18"), Family.HOLDING, None, id="transferred"),
        pytest.param(Reappointed(START, "A"), Family.APPOINTMENT, None, id="reappointed"),
        pytest.param(SupplementReceived(), Family.PAUSES, State.PROCESSING, id="papers came"),
        pytest.param(Reopened(), Family.CLOSING, State.PROCESSING, id="reopened"),
        pytest.param(Observed("9"), Family.CLOSING, State.DONE, id="seen done"),
        pytest.param(Observed("0"), Family.OTHER, None, id="seen in an unknown state"),
    ],
)
def test_each_event_tells_of_one_family_of_facts(body: AnyBody, told_of: Family, state: State | None) -> None:
    assert (family(body), claimed(body)) == (told_of, state)
