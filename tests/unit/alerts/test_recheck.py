"""Nothing is composed before all that could withdraw a notice has been read."""

from alerts.log import Archive, Follower, Position, Reader
from alerts.recheck import Recheck


class Routed(Follower):
    """How far the first step has come, and where the notices end."""

    def __init__(self) -> None:
        self.at, self.notices = 0, 10

    def positions(self) -> dict[int, Position]:
        return {0: Position(self.at)}

    def ends(self) -> dict[int, int]:
        return {0: self.notices}


class Written(Archive):
    """Where the outbox ends."""

    def __init__(self) -> None:
        self.end = 4

    def ends(self, topic: str) -> dict[int, int]:
        return {0: self.end}


class Read(Reader):
    """How far the second step has read."""

    def __init__(self) -> None:
        self.at = 0

    def assignment(self) -> list[int]:
        return [0]

    def position(self, partition: int) -> int:
        return self.at


def test_a_digest_waits_until_what_was_there_is_routed_and_then_read() -> None:
    routed, written, read = Routed(), Written(), Read()
    check = Recheck(routed, written, outbox="mail.outbox")
    read.at = 4
    assert not check.has_passed(read)
    # The withdrawal is routed, and stands behind what has been read.
    routed.at, written.end = 10, 5
    assert not check.has_passed(read)
    read.at = 5
    assert check.has_passed(read)


def test_a_steady_flow_delays_a_digest_by_what_was_there_and_no_longer() -> None:
    routed, read = Routed(), Read()
    check = Recheck(routed, Written(), outbox="mail.outbox")
    assert not check.has_passed(read)
    for _ in range(3):
        routed.notices += 10
        routed.at += 10
    routed.at, read.at = 10, 4
    assert check.has_passed(read)
    # Asked again, it asks anew.
    assert not check.has_passed(read)


def test_the_yes_speaks_of_when_it_was_first_asked() -> None:
    routed, read = Routed(), Read()
    check = Recheck(routed, Written(), outbox="mail.outbox")
    before = check.holds_since
    assert not check.has_passed(read)
    routed.at, read.at = 10, 4
    assert check.holds_since == before
    assert check.has_passed(read)
    assert check.holds_since > before
