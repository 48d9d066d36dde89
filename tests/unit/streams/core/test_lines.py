"""The packed history of a dossier: what is proved of it without its events."""

import msgspec
import pytest

from streams.core.events import Done, Submitted
from streams.core.lines import Lines, lines_of
from tests.property.histories import START, event

WHOLE = lines_of([event(Submitted("1.001", "muongnhe"), at=START, id="1"), event(Done(), at=START + 1, id="2")])


@pytest.mark.parametrize("lines", [Lines(), WHOLE], ids=["no event", "two events"])
def test_a_history_that_was_written_here_is_proved(lines: Lines) -> None:
    lines.prove()
    assert len(lines.events()) == lines.count


def test_a_line_of_a_source_that_is_not_named_is_none() -> None:
    nameless = msgspec.structs.replace(WHOLE, sources=())
    with pytest.raises(IndexError, match="names source 0 of 0"):
        nameless.prove()
    with pytest.raises(IndexError):
        nameless.events()


@pytest.mark.parametrize("change", [{"count": 3}, {"count": 1}, {"packed": b"\xc0"}], ids=["more", "less", "no line"])
def test_a_history_that_was_not_written_here_is_not_proved(change: dict[str, int | bytes]) -> None:
    with pytest.raises(msgspec.DecodeError):
        msgspec.structs.replace(WHOLE, **change).prove()
