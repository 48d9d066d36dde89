"""The laws of the fold and of the judgement."""

from collections import Counter

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from streams.core.audit import audited, findings_at
from streams.core.dating import due_moments
from streams.core.dossier import Dossier, after, decode, encode, new, refolded
from streams.core.events import (
    Accepted,
    AnyBody,
    Corrected,
    Done,
    Event,
    Observed,
    PaymentReceived,
    PaymentRequested,
    Resumed,
    Stopped,
    SupplementReceived,
    SupplementRequested,
    Suspended,
    Transferred,
    WithdrawalRequested,
)
from streams.core.judgement import Standing, judge
from streams.core.labels import Label
from streams.core.moments import Moment
from tests.property.histories import (
    DAY,
    HOME,
    HOUR,
    RULES,
    START,
    event,
    folded_in_order,
    histories,
    likely_moments,
    one_voice,
    wild,
    wild_moments,
)


@given(histories(), st.data())
def test_any_order_of_arrival_with_repeats_gives_the_same_bytes(history: list[Event], data: st.DataObject) -> None:
    late = [msgspec.structs.replace(one, arrived_at=one.arrived_at + HOUR) for one in history]
    repeated = history + data.draw(st.lists(st.sampled_from(history + late), max_size=6) if history else st.just([]))
    shuffled = data.draw(st.permutations(repeated))
    assert encode(folded_in_order(shuffled)) == encode(folded_in_order(history))


@given(histories())
def test_a_known_event_returns_the_dossier_itself(history: list[Event]) -> None:
    dossier = folded_in_order(history)
    assert all(after(dossier, one) is dossier for one in dossier.events)


@given(one_voice | histories())
def test_folding_onto_the_facts_agrees_with_folding_the_whole_history(history: list[Event]) -> None:
    dossier = new(HOME)
    for one in sorted(history, key=lambda one: one.order):
        dossier = after(dossier, one)
        assert dossier == refolded(HOME, dossier.events)


@given(wild)
def test_what_is_stored_is_read_back(history: list[Event]) -> None:
    dossier = folded_in_order(history)
    assert decode(encode(dossier)) == dossier


@given(wild, wild_moments | likely_moments)
def test_no_event_makes_the_fold_or_the_judgement_raise_and_every_dossier_has_a_label(
    history: list[Event], now: Moment
) -> None:
    dossier = folded_in_order(history)
    assert judge(dossier, now=now, rules=RULES).label in set(Label)
    findings_at(dossier, now=now, rules=RULES)


@given(histories(), likely_moments)
def test_due_moments_kept_from_before_give_the_same_standing(history: list[Event], now: Moment) -> None:
    dossier = folded_in_order(history)
    kept = due_moments(dossier, rules=RULES)
    assert judge(dossier, now=now, rules=RULES, dues=kept) == judge(dossier, now=now, rules=RULES)


def _all_that_may_change(dossier: Dossier, now: Moment) -> tuple[Standing, object]:
    standing = judge(dossier, now=now, rules=RULES)
    return msgspec.structs.replace(standing, next_at=None), findings_at(dossier, now=now, rules=RULES)


@given(histories(), likely_moments, st.integers(0, 100 * DAY))
def test_nothing_changes_before_the_next_moment(history: list[Event], now: Moment, later: int) -> None:
    dossier = folded_in_order(history)
    turns = (judge(dossier, now=now, rules=RULES).next_at, audited(dossier, now=now, rules=RULES)[1])
    next_at = min((turn for turn in turns if turn is not None), default=None)
    assert next_at is None or next_at > now
    for at in (now + later, (next_at or now + 200 * DAY) - 1):
        if next_at is None or at < next_at:
            assert _all_that_may_change(dossier, at) == _all_that_may_change(dossier, now)


@given(st.integers(1, 20), st.integers(0, 60 * 24), st.sampled_from(["5 working days", "15 days", "3 working hours"]))
def test_the_next_moment_of_an_accepted_dossier_is_a_change(due_in: int, hours: int, limit: str) -> None:
    accepted = event(Accepted("1.001612", "H18", due_at=START + due_in * DAY, limit=limit), at=START)
    dossier, now = folded_in_order([accepted]), START + hours * HOUR
    next_at = judge(dossier, now=now, rules=RULES).next_at
    if next_at is not None:
        assert _all_that_may_change(dossier, next_at) != _all_that_may_change(dossier, now)


@given(one_voice, likely_moments, st.integers(0, 50 * 24))
def test_a_pause_of_no_working_time_moves_no_due_moment(history: list[Event], at: Moment, hours: int) -> None:
    night = at - (at - START) % DAY + 14 * HOUR
    suspended = [
        event(Suspended(), at=night, source=f"{HOME}/portal", id="night"),
        event(Resumed(), at=night + 3 * HOUR, source=f"{HOME}/portal", id="morning"),
    ]
    plain = [
        one
        for one in history
        if not isinstance(one.body, Suspended | Resumed | Corrected | Observed) and not night <= one.at <= night + DAY
    ]
    without, with_pause = folded_in_order(plain), folded_in_order([*plain, *suspended])
    before, behind = due_moments(without, rules=RULES), due_moments(with_pause, rules=RULES)
    assert (before.ranking_due_at, before.recomputed_due_at) == (behind.ranking_due_at, behind.recomputed_due_at)


@given(st.integers(0, 30 * 24), st.integers(0, 30 * 24))
def test_a_longer_pause_never_gives_an_earlier_due_moment(first: int, second: int) -> None:
    def due_after(hours: int) -> Moment:
        history = [
            event(Accepted("1.001612", "H18", limit="10 working days"), at=START),
            event(SupplementRequested(), at=START + DAY),
            event(SupplementReceived(), at=START + DAY + hours * HOUR),
        ]
        due_at = due_moments(folded_in_order(history), rules=RULES).ranking_due_at
        assert due_at is not None
        return due_at

    shorter, longer = sorted((first, second))
    assert due_after(shorter) <= due_after(longer)


@given(st.lists(histories(most=5), max_size=3), likely_moments)
def test_the_labels_partition_what_was_received(received: list[list[Event]], now: Moment) -> None:
    labels = Counter(judge(folded_in_order(history), now=now, rules=RULES).label for history in received)
    assert sum(labels[label] for label in Label) == len(received)


CODES: dict[str, tuple[AnyBody, ...]] = {
    "4": (Transferred("H18"),),
    "5": (SupplementRequested(),),
    "6": (PaymentRequested(),),
    "7": (WithdrawalRequested(),),
    "8": (Stopped(),),
    "9": (Done(),),
}
ENDS: dict[str, AnyBody] = {"5": SupplementReceived(), "6": PaymentReceived(), "7": Resumed()}


@given(st.lists(st.sampled_from(["5", "6", "7"]), max_size=5), st.sampled_from(["4", "8", "9"]))
def test_snapshots_fold_into_the_standing_of_the_events_that_they_imply(stops: list[str], end: str) -> None:
    accepted = event(Accepted("1.001612", "H18", limit="5 working days"), at=START)
    seen, told = [accepted], [accepted]
    for day, code in enumerate([each for stop in stops for each in (stop, "4")] + [end], 1):
        at = START + day * DAY // 2
        seen.append(event(Observed(code), at=at))
        ended = day % 2 == 0 and code == "4" and day <= 2 * len(stops)
        told += [event(body, at=at) for body in ((ENDS[stops[day // 2 - 1]],) if ended else CODES[code])]
    now = START + 60 * DAY
    assert judge(folded_in_order(seen), now=now, rules=RULES) == judge(folded_in_order(told), now=now, rules=RULES)
