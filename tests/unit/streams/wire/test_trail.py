"""The trail is a chain: whoever changes, drops or moves a line breaks it there."""

import json
from hashlib import sha256

import pytest

from streams.wire.trail import START, Chain, Decided, EpochLine, Labelled, Line, broken, hash_of

LINES: tuple[Line, ...] = (
    Labelled("muongnhe/1", "", "open_in_time", "time_left", 100, 200),
    Decided("muongnhe/1", "due_soon", "f" * 32, 150, 151),
    EpochLine(7, 2, 151, 152, "policy-1"),
)


def written() -> list[bytes]:
    chain = Chain()
    return [chain.add(line) for line in LINES]


def faults(values: list[bytes]) -> list[int]:
    before, found = START, []
    for place, value in enumerate(values):
        if broken(before, value):
            found.append(place)
        before = hash_of(value)
    return found


def test_a_chain_holds() -> None:
    assert faults(written()) == []


def test_anybody_with_sha_256_can_follow_it() -> None:
    """By hand: no code of ours but the lines."""
    before = bytes(32)
    for value in written():
        body = value[: value.rindex(b',"hash"')] + b"}"
        assert json.loads(value)["hash"] == sha256(before + body).hexdigest()
        before = bytes.fromhex(json.loads(value)["hash"])


def test_a_flipped_byte_is_found_at_its_line() -> None:
    values = written()
    values[1] = values[1].replace(b"due_soon", b"due_sooo")
    assert faults(values) == [1]


def test_a_dropped_line_is_found_where_it_is_missing() -> None:
    values = written()
    del values[1]
    assert faults(values) == [1]


def test_lines_that_changed_places_are_found() -> None:
    first, second, third = written()
    assert faults([second, first, third])[0] == 0


def test_a_line_without_a_hash_says_so() -> None:
    assert broken(START, b'{"line":"epoch"}') == "the line has no hash"


def test_a_chain_goes_on_from_its_head() -> None:
    first = Chain()
    values = [first.add(LINES[0])]
    second = Chain(first.head, first.length)
    values += [second.add(line) for line in LINES[1:]]
    assert values == written()
    assert second.length == 3


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_one_json_object(line: Line) -> None:
    assert json.loads(Chain().add(line))["line"] in {"label", "stage", "epoch"}
