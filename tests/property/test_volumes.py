"""The laws of where a partition keeps its dossiers: roll and volumes are dictionaries, the agenda a sorted list."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.moments import Moment
from streams.register.agenda import Agenda
from streams.register.roll import Roll
from streams.register.volumes import LOOSE, SIZE, Volumes

numbers = st.integers(1, 13)
homes = st.sampled_from([b"", b"muongnhe", b"muong"])
keys = st.builds(b"".join, st.tuples(homes, st.sampled_from([b"", b"/", b"//"]), st.binary(max_size=2)))
sizes = st.one_of(st.integers(0, 2000), st.integers(0, SIZE // 3), st.integers(SIZE - 20, SIZE + 20))
DAY = 86_400


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(keys, st.booleans()), max_size=60), st.sampled_from([0, 0, 1500]))
def test_law_the_roll_gives_each_key_one_number_and_each_number_its_key(
    asked: list[tuple[bytes, bool]], others: int
) -> None:
    """Looked for or wanted, in any order, also across the moments at which the table is written anew."""
    roll, known = Roll(), dict[bytes, int]()
    for key, wanted in [*asked, *((b"dienbien/%d" % each, True) for each in range(others)), *asked]:
        if wanted:
            known.setdefault(key, len(known) + 1)
            assert roll.number(key) == known[key]
        assert roll.find(key) == known.get(key, 0)
    assert len(roll) == len(known)
    assert all(roll.key(number) == key and roll.find(key) == number for key, number in known.items())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, st.none() | sizes), max_size=60))
def test_law_volumes_answer_as_a_dictionary_and_hold_little_more_than_is_in_use(
    changes: list[tuple[int, int | None]],
) -> None:
    volumes, kept = Volumes(), dict[int, bytes]()
    for turn, (key, size) in enumerate(changes):
        if size is None:
            assert volumes.pop(key) == kept.pop(key, None)
        else:
            kept[key] = bytes([turn % 256]) * size
            volumes.put(key, kept[key])
        assert list(volumes) == sorted(kept)
        assert len(volumes) == len(kept)
    assert {key: volumes.get(key) for key in kept} == kept
    in_use = sum(8 + len(value) for value in kept.values())
    assert volumes.held <= in_use * (1 + 1 / LOOSE) + 3 * SIZE
    assert volumes.get(14) is None


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_law_volumes_answer_so_after_a_long_way_of_keys_that_come_and_go(seed: int) -> None:
    """A restore lets go of a key and keeps it anew for each older record: volumes are copied on all the while."""
    dice, volumes, kept = Random(seed), Volumes(), dict[int, bytes]()
    for turn in range(200):
        key = dice.randrange(1, 41)
        if dice.random() < 0.35:
            assert volumes.pop(key) == kept.pop(key, None)
        else:
            kept[key] = bytes([turn]) * dice.choice([dice.randrange(2000), dice.randrange(SIZE // 3), SIZE // 4])
            volumes.put(key, kept[key])
        in_use = sum(8 + len(value) for value in kept.values())
        assert volumes.held <= in_use * (1 + 1 / LOOSE) + 3 * SIZE
    assert {key: volumes.get(key) for key in kept} == kept


@settings(max_examples=200)
@given(
    st.lists(
        st.one_of(
            st.tuples(numbers, st.none() | st.integers(0, 5 * DAY)),
            st.tuples(st.just(0), st.integers(0, 5 * DAY)),
        ),
        max_size=60,
    )
)
def test_law_the_agenda_gives_what_is_due_in_order_of_moment_and_key(
    changes: list[tuple[int, Moment | None]],
) -> None:
    """The number 0 lets time pass to the moment; any other is appointed to it, or no longer."""
    appointed: dict[int, Moment | None] = {}
    agenda, now = Agenda(appointed.get, lambda number: b"%d" % -number), 0
    for number, at in changes:
        if number:
            appointed[number] = at if at is None else max(at, now)
            if at is not None:
                agenda.add(max(at, now), number)
            if len(agenda) > 10:
                agenda.anew(list(appointed))
            continue
        now = max(now, at or 0)
        due = sorted((when, b"%d" % -one) for one, when in appointed.items() if when is not None and when <= now)
        soonest = min((when for when in appointed.values() if when is not None), default=None)
        if soonest is not None:
            assert agenda.next_at is not None
            assert agenda.next_at <= soonest
        found = []
        while (one := agenda.due(now)) is not None:
            when, whose = one
            if appointed.get(-int(whose)) == when:  # else it no longer holds
                found.append(one)
                appointed[-int(whose)] = None
        assert found == due
        assert agenda.next_at is None or agenda.next_at > now or agenda.due(now) is None
