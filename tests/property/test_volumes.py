"""The laws of where a partition keeps its dossiers: volumes are a dictionary, the agenda a sorted list."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.moments import Moment
from streams.register.agenda import Agenda
from streams.register.volumes import LOOSE, SIZE, Volumes

keys = st.integers(0, 12).map(lambda number: b"muongnhe/%d" % number)
sizes = st.one_of(st.integers(0, 2000), st.integers(0, SIZE // 3), st.integers(SIZE - 20, SIZE + 20))
DAY = 86_400


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(keys, st.none() | sizes), max_size=60))
def test_law_volumes_answer_as_a_dictionary_and_hold_little_more_than_is_in_use(
    changes: list[tuple[bytes, int | None]],
) -> None:
    volumes, kept = Volumes(), dict[bytes, bytes]()
    for turn, (key, size) in enumerate(changes):
        if size is None:
            assert volumes.pop(key) == kept.pop(key, None)
        else:
            kept[key] = bytes([turn % 256]) * size
            volumes.put(key, kept[key])
        assert set(volumes) == set(kept)
        assert len(volumes) == len(kept)
    assert {key: volumes.get(key) for key in kept} == kept
    in_use = sum(8 + len(value) for value in kept.values())
    assert volumes.held <= in_use * (1 + 1 / LOOSE) + 3 * SIZE
    assert volumes.get(b"unknown") is None


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_law_volumes_answer_so_after_a_long_way_of_keys_that_come_and_go(seed: int) -> None:
    """A restore lets go of a key and keeps it anew for each older record: volumes are copied on all the while."""
    dice, volumes, kept = Random(seed), Volumes(), dict[bytes, bytes]()
    for turn in range(200):
        key = b"%d" % dice.randrange(40)
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
            st.tuples(keys, st.none() | st.integers(0, 5 * DAY)),
            st.tuples(st.just(b""), st.integers(0, 5 * DAY)),
        ),
        max_size=60,
    )
)
def test_law_the_agenda_gives_what_is_due_in_order_of_moment_and_key(
    changes: list[tuple[bytes, Moment | None]],
) -> None:
    """An empty key lets time pass to the moment; any other is appointed to it, or no longer."""
    appointed: dict[bytes, Moment | None] = {}
    agenda, now = Agenda(appointed.get), 0
    for key, at in changes:
        if key:
            appointed[key] = at if at is None else max(at, now)
            if at is not None:
                agenda.add(max(at, now), key)
            if len(agenda) > 10:
                agenda.anew(list(appointed))
            continue
        now = max(now, at or 0)
        due = sorted((when, one) for one, when in appointed.items() if when is not None and when <= now)
        soonest = min((when for when in appointed.values() if when is not None), default=None)
        if soonest is not None:
            assert agenda.next_at is not None
            assert agenda.next_at <= soonest
        found = []
        while (one := agenda.due(now)) is not None:
            when, whose = one
            if appointed.get(whose) == when:  # else it no longer holds
                found.append(one)
                appointed[whose] = None
        assert found == due
        assert agenda.next_at is None or agenda.next_at > now or agenda.due(now) is None
