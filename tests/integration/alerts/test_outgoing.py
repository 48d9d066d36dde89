"""What is on its way to a real mail server while the desks change their owners; the log is a fake."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping

import pytest

from alerts import ledger
from alerts.core.ledger import Outcome
from alerts.core.pace import Rates
from alerts.core.people import Directory
from alerts.core.retry import Ending
from alerts.core.settling import Answered, outcome_of
from alerts.desk import Desk
from alerts.log import LogError
from alerts.mailer import FAREWELL
from alerts.outgoing import Halted, Outgoing
from alerts.pool import Pool
from alerts.server import Server
from alerts.takeover import recover
from deploy.local.ports import free_ports
from tests.chaos.sink import Sink, Temper
from tests.unit.alerts.desks import MORNING, PEOPLE, Noting, Placed, clock, desk_with_open_mails, office, people
from tests.unit.alerts.samples import notice, recall


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink(Temper(delay=0.5)) as sink:
        yield sink


def at_port(port: int, *, username: str | None = None, rates: Rates | None = None) -> Server:
    return Server(host="127.0.0.1", port=port, connections=2, username=username, rates=rates or Rates())


@contextlib.contextmanager
def sending(server: Server, archive: Placed, directory: Directory = PEOPLE) -> Iterator[tuple[Outgoing, Pool]]:
    with Pool(server) as pool:
        yield Outgoing(office(directory), pool, archive, server=server, clock=clock), pool


@contextlib.contextmanager
def on_the_way(sink: Sink, writer: Noting) -> Iterator[tuple[Outgoing, Pool]]:
    """Give two connections to the sink; the bytes of mails are where this writer put them."""
    with sending(at_port(sink.port), Placed(writer)) as both:
        yield both


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def until_entered(outgoing: Outgoing, desks: Mapping[int, Desk]) -> None:
    def are_none_left() -> bool:
        outgoing.enter(desks, patience=0.05)
        return not len(outgoing)

    until(are_none_left, "answers were not entered")


def all_sent(outgoing: Outgoing, desk: Desk) -> None:
    def are() -> bool:
        outgoing.offer({0: desk}, MORNING)
        outgoing.enter({0: desk}, patience=0.05)
        return not list(desk.book.open_mails())

    until(are, "mails wait without end")


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
    recover(desk, [*said, *said], committed=set(said[:4]))
    assert list(desk.book.open_mails()) == []
    assert [ledger.ledger_line(line) for line in writer.notes] == said[4:]


def test_of_partitions_that_were_lost_nothing_more_is_begun(sink: Sink) -> None:
    writer = Noting()
    desk = desk_with_open_mails(writer)
    with on_the_way(sink, writer) as (outgoing, pool):
        outgoing.offer({0: desk}, MORNING)
        assert sink.wait_for(2, 10)
        # Nobody was asked to hand them over: they are others' already, who send the same mails.
        outgoing.withdraw()
        outgoing.let_go()
        until_entered(outgoing, {})
        assert pool.in_flight() == 0
    assert len(sink.accepted) == 2


def test_who_is_halted_by_a_mail_that_is_anothers_by_now_says_so_all_the_same(sink: Sink) -> None:
    writer = Noting()
    desk = desk_with_open_mails(writer)
    # The sink knows no login.
    with sending(at_port(sink.port, username="dunghan"), Placed(writer)) as (outgoing, _):
        outgoing.offer({0: desk}, MORNING)

        def is_answered() -> bool:
            outgoing.enter({}, patience=0.05)
            return False

        with pytest.raises(Halted):
            until(is_answered, "nothing is sent any more, and nobody says why")


def test_the_connections_end_whatever_they_are_in_the_middle_of() -> None:
    """A cancellation that comes with the answer is passed over by `asyncio.wait_for`: once in three of these turns."""
    with Sink() as sink:
        for _ in range(20):
            desk = desk_with_open_mails(writer := Noting())
            with sending(at_port(sink.port, username="dunghan"), Placed(writer)) as (outgoing, _):
                outgoing.offer({0: desk}, MORNING)
                with pytest.raises(Halted):
                    until_entered(outgoing, {0: desk})
                began = time.monotonic()
            assert time.monotonic() - began < FAREWELL


def test_an_answer_that_was_found_in_the_ledger_is_not_entered_once_more() -> None:
    writer = Noting()
    before, after = desk_with_open_mails(writer), desk_with_open_mails(Noting())
    # Nobody listens there.
    with sending(at_port(free_ports(1)[0]), Placed(writer)) as (outgoing, _):
        outgoing.offer({0: before}, MORNING)
        until(lambda: len(writer.notes) == len(PEOPLE.officers), "not all were answered")
        found = [line for line in map(ledger.ledger_line, writer.notes) if isinstance(line, Outcome)]
        recover(after, found, committed=())
        until_entered(outgoing, {0: after})
    assert {mail.attempts for mail in after.book.open_mails()} == {1}


@pytest.mark.parametrize("gone", [False, True], ids=["a silent log", "bytes that are gone"])
def test_the_same_is_told_in_another_mail_only_where_the_bytes_are_gone(sink: Sink, gone: bool) -> None:
    writer = Noting()
    desk, archive = desk_with_open_mails(writer), Placed(writer)
    first = {mail.message_id for mail in desk.book.open_mails() if desk.content(mail)}
    assert len(first) == len(PEOPLE.officers)
    archive.is_gone, archive.is_silent = gone, not gone
    with sending(at_port(sink.port), archive) as (outgoing, _), contextlib.ExitStack() as stack:
        if not gone:
            stack.enter_context(pytest.raises(LogError))
        outgoing.offer({0: desk}, MORNING)
    list(desk.draft(MORNING + 60))
    desk.commit(now=MORNING + 60, clock=MORNING + 60, membership=None)
    second = {mail.message_id for mail in desk.book.open_mails()}
    assert len(second) == len(PEOPLE.officers)
    assert first.isdisjoint(second) if gone else first == second
    assert sink.accepted == []


def test_while_the_server_refuses_a_mail_its_dossier_is_closed_and_it_is_never_sent(sink: Sink) -> None:
    writer = Noting()
    desk = desk_with_open_mails(writer)
    mail, *others = desk.book.open_mails()
    refused = outcome_of(mail, Answered(Ending.RETRY, "451 greylisted"), now=MORNING)
    desk.settle(mail, refused)
    closed = recall(
        notice(mail.recipient, officer=mail.recipient), decided="2020-07-10 08:00", recipient=mail.recipient
    )
    desk.take([ledger.encoded(closed)], 100)
    with sending(at_port(sink.port), Placed(writer)) as (outgoing, _):
        later = MORNING + 3600
        outgoing.offer({0: desk}, later)
        until(lambda: len(sink.accepted) == len(others), "the others were not sent")
        list(desk.draft(later))
        desk.commit(now=later, clock=later, membership=None)
        assert mail.digest not in {each.digest for each in desk.book.open_mails()}
        assert not desk.book.held(mail.recipient)


def test_a_domain_with_a_pace_of_its_own_takes_no_place_of_the_others(sink: Sink) -> None:
    writer = Noting()
    slow, quick = people(40, name="cham", domain="cham.vn"), people(4, name="nhanh")
    everybody = Directory(officers={**slow.officers, **quick.officers})
    desk = desk_with_open_mails(writer, everybody)
    paced = at_port(sink.port, rates=Rates(domains={"cham.vn": 0.01}))
    with sending(paced, Placed(writer), everybody) as (outgoing, _):
        assert outgoing.waiting(desk, MORNING) == len(quick.officers)

        def are_told() -> bool:
            outgoing.offer({0: desk}, MORNING)
            outgoing.enter({0: desk}, patience=0.05)
            return len({mail.address for mail in sink.accepted if mail.address.endswith("@x.vn")}) == 4

        until(are_told, "they wait for a slow domain")
