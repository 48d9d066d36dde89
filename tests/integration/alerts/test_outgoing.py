"""What is on its way to a real mail server while the desks change their owners; the log is a fake."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

import pytest
from prometheus_client import CollectorRegistry

from alerts import ledger
from alerts.core.people import Directory, Officer
from alerts.core.policy import Policy
from alerts.core.retry import Ending
from alerts.core.settling import Answered, outcome_of
from alerts.daybook import Daybook
from alerts.desk import Desk
from alerts.links import Links
from alerts.log import Archive, Position, Writer
from alerts.message import Letterhead
from alerts.metrics import Figures
from alerts.office import Office
from alerts.outgoing import Outgoing
from alerts.pool import Pool
from alerts.rules import Rules, Ruling
from alerts.server import Server
from streams.core.moments import Moment
from tests.chaos.sink import Sink, Temper
from tests.unit.alerts.samples import at, notice, tell

MORNING = at("2020-07-10 08:00")
PEOPLE = Directory(officers={f"cb{n}": Officer(f"cb{n}", f"Cán bộ {n}", "xa", f"cb{n}@x.vn") for n in range(6)})


class Noting(Writer):
    """A writer without a log: what is noted is durable at once, or, once it has `lost` the log, never."""

    def __init__(self) -> None:
        self.lost = False
        self.placed: list[bytes] = []
        self.notes: list[bytes] = []

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Self]:
        yield self

    def note(self, topic: str, record: tuple[str, bytes], *, partition: int, noted: Callable[[], None]) -> None:
        self.notes.append(record[1])
        if not self.lost:
            noted()

    def write(self, topic: str, key: str, value: bytes | None, *, partition: int | None = None) -> None:
        pass

    def write_and_place(self, records: Sequence[tuple[str, str, bytes]], *, partition: int) -> list[int]:
        before = len(self.placed)
        self.placed += [value for _, _, value in records]
        return list(range(before, len(self.placed)))

    def read_up_to(self, topic: str, position: Position, *, partition: int, membership: Any) -> None:
        pass


class Placed(Archive):
    """An archive of what this writer has written."""

    def __init__(self, writer: Noting) -> None:
        self._writer = writer

    def one(self, topic: str, partition: int, offset: int, *, patience: float = 10.0) -> bytes | None:
        return self._writer.placed[offset]


def clock() -> Moment:
    return MORNING


def office() -> Office:
    return Office(
        prefix="",
        ruling=Ruling(Rules("first", PEOPLE, Policy())),
        links=Links(),
        letterhead=Letterhead(address="dunghan@x.vn"),
        figures=Figures(CollectorRegistry()),
        replay=False,
        daybook=Daybook(),
    )


def desk_with_open_mails(writer: Writer) -> Desk:
    desk = Desk(office(), 0, writer=writer, begun=0)
    desk.take([ledger.encoded(tell(notice(who, officer=who), who)) for who in PEOPLE.officers], 6)
    list(desk.draft(MORNING))
    desk.commit(now=MORNING, clock=MORNING, membership=None)
    return desk


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink(Temper(delay=0.5)) as sink:
        yield sink


@contextlib.contextmanager
def on_the_way(sink: Sink, writer: Noting) -> Iterator[tuple[Outgoing, Pool]]:
    """Give two connections to the sink; the bytes of mails are where this writer put them."""
    with Pool(Server(host="127.0.0.1", port=sink.port, connections=2)) as pool:
        yield Outgoing(office(), pool, Placed(writer), connections=2, clock=clock), pool


def all_sent(outgoing: Outgoing, desk: Desk) -> None:
    deadline = time.monotonic() + 10
    while list(desk.book.open_mails()):
        assert time.monotonic() < deadline, f"{len(list(desk.book.open_mails()))} mails wait without end"
        outgoing.offer({0: desk}, MORNING)
        outgoing.enter({0: desk}, patience=0.05)


def test_what_was_handed_over_and_not_begun_when_the_partitions_moved_is_sent_all_the_same(sink: Sink) -> None:
    writer = Noting()
    desk = desk_with_open_mails(writer)
    with on_the_way(sink, writer) as (outgoing, pool):
        outgoing.offer({0: desk}, MORNING)
        assert sink.wait_for(2, 10)
        # Nobody answers as long as whoever leaves can wait.
        list(outgoing.stopping({0: desk}, patience=0.05))
        assert pool.in_flight() == 2
        all_sent(outgoing, desk)
    assert sorted(mail.address for mail in sink.accepted) == sorted(one.address for one in PEOPLE.officers.values())


def test_no_connection_waits_for_a_note_that_the_log_never_took(sink: Sink) -> None:
    lost, writer = Noting(), Noting()
    before, desk = desk_with_open_mails(lost), desk_with_open_mails(writer)
    lost.lost = True
    with on_the_way(sink, writer) as (outgoing, pool):
        outgoing.offer({0: before}, MORNING)
        assert sink.wait_for(2, 10)
        list(outgoing.stopping({0: before}, patience=5))
        assert pool.in_flight() == 0
        # The desk is closed, and then the partition is ours again.
        outgoing.let_go()
        all_sent(outgoing, desk)
    assert len(sink.accepted) == 8
    assert len({mail.content for mail in sink.accepted}) == 6


def test_an_answer_is_noted_while_its_desk_is_busy_with_something_else(sink: Sink) -> None:
    writer = Noting()
    desk = desk_with_open_mails(writer)
    with on_the_way(sink, writer) as (outgoing, _):
        outgoing.offer({0: desk}, MORNING)
        # Nobody enters an answer: were it noted only then, the third mail would wait for ever.
        assert sink.wait_for(len(PEOPLE.officers), 10)
        assert len(list(desk.book.open_mails())) == len(PEOPLE.officers)


def test_what_the_last_owner_noted_is_entered_and_noted_again_only_where_it_was_not_committed() -> None:
    writer = Noting()
    desk = desk_with_open_mails(writer)
    said = [outcome_of(mail, Answered(Ending.ACCEPTED, "250 taken"), now=MORNING) for mail in desk.book.open_mails()]
    # What was committed is read both times, what was aborted once; a line may have been written more than once.
    desk.recover([*said, *said], committed=set(said[:4]))
    assert list(desk.book.open_mails()) == []
    assert [ledger.ledger_line(line) for line in writer.notes] == said[4:]
