"""Each judge of a storm finds the fault it is there for; and none where there is none."""

from collections import Counter
from collections.abc import Callable

import pytest

from streams.keys import partition_of
from tests.chaos import deciding
from tests.chaos.judge import Finding, Outputs, compared
from tests.chaos.storms import numbered

PARTITIONS = 4
EVENTS = 1_500
"""Three for each key."""
SENT = [numbered(number) for number in range(EVENTS)]
KEY = SENT[0][0]
PLACE = partition_of(KEY, PARTITIONS)
States = dict[bytes, int]


def right() -> tuple[Outputs, States]:
    """What comes out when nothing goes wrong."""
    outputs: Outputs = {partition: [] for partition in range(PARTITIONS)}
    states: Counter[bytes] = Counter()
    for key, value in SENT:
        states[key] += 1
        outputs[partition_of(key, PARTITIONS)].append((key, b"%d %b" % (states[key], value)))
    return outputs, dict(states)


def lose(outputs: Outputs, _: States) -> None:
    del outputs[PLACE][7]


def repeat(outputs: Outputs, _: States) -> None:
    outputs[PLACE].append(outputs[PLACE][7])


def number_anew(outputs: Outputs, _: States) -> None:
    """A state that went back: the second event of a key is its first once more."""
    outputs[PLACE][[key for key, _ in outputs[PLACE]].index(KEY, 1)] = (KEY, b"1 500")


def take_out_of_order(outputs: Outputs, _: States) -> None:
    """The first event of a key is taken after its second."""
    first, second = [place for place, (key, _) in enumerate(outputs[PLACE]) if key == KEY][:2]
    outputs[PLACE][first], outputs[PLACE][second] = (KEY, b"1 500"), (KEY, b"2 0")


def write_elsewhere(outputs: Outputs, _: States) -> None:
    outputs[(PLACE + 1) % PARTITIONS].append(outputs[PLACE].pop())


def invent(outputs: Outputs, _: States) -> None:
    outputs[PLACE].append((KEY, b"4 1500"))


def forget(_: Outputs, states: States) -> None:
    states[KEY] -= 1


def lose_state(_: Outputs, states: States) -> None:
    del states[KEY]


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        (lose, Finding(EVENTS, 1, 0, 0)),
        (repeat, Finding(EVENTS, 0, 1, 0)),
        (number_anew, Finding(EVENTS, 0, 0, 1)),
        (take_out_of_order, Finding(EVENTS, 0, 0, 2)),
        (write_elsewhere, Finding(EVENTS, 1, 0, 1)),
        (invent, Finding(EVENTS, 0, 0, 1)),
        (forget, Finding(EVENTS, 0, 0, 1)),
        (lose_state, Finding(EVENTS, 0, 0, 1)),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_the_judge_of_numbers_finds(fault: Callable[[Outputs, States], None], finding: Finding) -> None:
    outputs, states = right()
    fault(outputs, states)
    assert compared(SENT, outputs, states, partitions=PARTITIONS) == finding


def test_the_judge_of_numbers_finds_nothing_where_nothing_is_wrong() -> None:
    assert compared(SENT, *right(), partitions=PARTITIONS) == Finding(EVENTS, 0, 0, 0)


NAMES = ["00000000", "00000001", "00000002"]


@pytest.mark.parametrize(
    ("names", "finding"),
    [
        (NAMES, Finding(3, 0, 0, 0)),
        (NAMES[:2], Finding(3, 1, 0, 0)),
        ([*NAMES, NAMES[0]], Finding(3, 0, 1, 0)),
        ([*NAMES[:2], "00000009"], Finding(3, 1, 0, 1)),
    ],
    ids=["nothing", "lost", "repeated", "another in its place"],
)
def test_the_judge_of_the_trail_finds(names: list[str], finding: Finding) -> None:
    assert deciding.compared(3, Counter(names), 0) == finding


def test_what_the_second_pair_of_eyes_finds_counts_as_wrong() -> None:
    assert deciding.compared(3, Counter(NAMES), 2) == Finding(3, 0, 0, 2)
