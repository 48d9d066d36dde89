"""Laws of the checker: it answers for any bytes, and knows the line on which each event begins, whatever the layout."""

import json

from hypothesis import given
from hypothesis import strategies as st

from deploy.checking import checked
from streams.core.moments import Moment
from tests.sources import at, event

NOW: Moment = at("2024-03-05 09:00")
GOOD = event("done", "2024-03-04 09:00")
BLANKS = st.text(" \t\r\n", max_size=4)
MEMBERS = st.one_of(
    st.just(GOOD),
    st.just({**GOOD, "time": "2025-01-01T00:00:00+07:00"}),
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=5
    ),
)


@given(st.binary(max_size=400) | st.text('{}[]",:\\ne1 ', max_size=200).map(str.encode))
def test_law_any_bytes_have_an_answer(content: bytes) -> None:
    found = checked(content, now=NOW)
    lines = content.count(b"\n") + content.count(b"\r") + 1
    assert all(1 <= fault.line <= lines for fault in found.faults)
    assert len(found.faults) <= found.events


@given(st.lists(st.tuples(MEMBERS, BLANKS, BLANKS, st.sampled_from([None, 1])), max_size=6), BLANKS)
def test_law_each_member_of_an_array_is_known_by_the_line_on_which_it_begins(
    members: list[tuple[object, str, str, int | None]], before: str
) -> None:
    text, begins = before + "[", []
    for number, (member, left, right, indent) in enumerate(members):
        text += ("," if number else "") + left
        begins.append(text.count("\n") + 1)
        text += json.dumps(member, indent=indent) + right
    found = checked((text + "]").encode(), now=NOW)
    assert found.events == len(members)
    wrong = [line for line, (member, *_) in zip(begins, members, strict=True) if member != GOOD]
    assert [fault.line for fault in found.faults] == wrong
