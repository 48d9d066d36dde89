"""What people did stands in one chain: a line that is changed, left out or moved is found."""

import hashlib
from collections.abc import Callable

import pytest

from streams.wire import trail
from streams.wire.acts import AnyAct, BrokenChain, ReportFrozen, acts_in, line_of


def act(period: str) -> ReportFrozen:
    return ReportFrozen(at=1, who="an", why="kỳ I", period=period, as_of=0, sha256="00", report='{"a":1}')


def chained(*acts: AnyAct) -> list[bytes]:
    lines, head = [], trail.START
    for each in acts:
        lines.append(line_of(head, each))
        head = trail.hash_of(lines[-1])
    return lines


def test_acts_come_back_as_they_were_written() -> None:
    lines = chained(act("2020-Q1"), act("2020-Q2"))
    acts, head = acts_in(lines)
    assert acts == (act("2020-Q1"), act("2020-Q2"))
    assert head == trail.hash_of(lines[-1])
    assert acts_in([]) == ((), trail.START)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda lines: lines[1:], id="left out"),
        pytest.param(lambda lines: [lines[1], lines[0]], id="moved"),
        pytest.param(lambda lines: [lines[0].replace(b'"an"', b'"ba"'), lines[1]], id="changed"),
        pytest.param(lambda lines: [lines[0], b"{}"], id="no hash"),
    ],
)
def test_a_line_that_does_not_follow_is_found(broken: Callable[[list[bytes]], list[bytes]]) -> None:
    with pytest.raises(BrokenChain):
        acts_in(broken(chained(act("2020-Q1"), act("2020-Q2"))))


def test_an_act_of_a_kind_not_known_here_is_part_of_the_chain() -> None:
    unknown = chained(act("2020-Q1"))[0].replace(b"report_frozen", b"record_skipped")
    body = unknown.rpartition(b',"hash":"')[0] + b"}"
    line = b'%b,"hash":"%b"}' % (body[:-1], hashlib.sha256(trail.START + body).hexdigest().encode())
    assert acts_in([line]) == ((), trail.hash_of(line))
