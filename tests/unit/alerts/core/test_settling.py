"""What follows the mail server's answer, in the book and in the ledger."""

import pytest
from msgspec.structs import replace

from alerts.core.book import Book
from alerts.core.composing import gather, reserve
from alerts.core.entries import Held, Open, PassedOn, Told
from alerts.core.ledger import Lapsed, NotSent, Outcome, Reason
from alerts.core.outbox import Tell
from alerts.core.people import Directory
from alerts.core.policy import Policy
from alerts.core.retry import LONGEST, PAUSES, Ending, Next
from alerts.core.settling import Answered, Settled, pass_on, release, settle
from alerts.core.taking import take
from tests.unit.alerts.samples import DIRECTORY, at, notice, recall, tell

MORNING = at("2020-07-10 08:00")
POLICY = Policy()


@pytest.fixture
def book() -> Book:
    book = Book()
    for id in ("n1", "n2"):
        take(book, tell(notice(id)), POLICY)
    return book


@pytest.fixture
def mail(book: Book) -> Open:
    [gathered] = gather(book, MORNING, merge=True)
    reserve(book, gathered, "00ff00ff")
    opened = Open(
        recipient="anh",
        digest="00ff00ff",
        stage=gathered.held[0].tell.notice.stage,
        notices=("n1", "n2"),
        sha256="",
        message_id="<00ff00ff@x>",
        at=MORNING,
        place=0,
        first_at=MORNING,
        next_at=MORNING,
    )
    book.put(opened)
    return opened


def answer(
    book: Book,
    mail: Open,
    ending: Ending,
    *,
    now: int = MORNING,
    said: str = "451 said",
    directory: Directory = DIRECTORY,
) -> Settled:
    return settle(book, mail, Answered(ending, said), now=now, directory=directory)


def test_accepted_is_told_and_the_mail_is_closed(book: Book, mail: Open) -> None:
    settled = answer(book, mail, Ending.ACCEPTED)
    assert settled.next is Next.DONE
    assert [type(line) for line in settled.lines] == [Outcome]
    assert isinstance(book.standing("anh", "n1"), Told)
    assert not book.open_mails()


def test_what_was_withdrawn_on_the_way_has_lapsed_as_soon_as_it_is_told(book: Book, mail: Open) -> None:
    take(book, recall(notice("n1"), decided="2020-07-10 08:00"), POLICY)
    settled = answer(book, mail, Ending.ACCEPTED)
    assert [line.notice for line in settled.lines if isinstance(line, Lapsed)] == ["n1"]
    assert book.standing("anh", "n1") is None


@pytest.mark.parametrize("ending", [Ending.RETRY, Ending.AMBIGUOUS])
def test_later_keeps_the_mail_open_and_names_the_time(book: Book, mail: Open, ending: Ending) -> None:
    assert answer(book, mail, ending).next is Next.AGAIN
    [again] = book.open_mails()
    assert (again.attempts, again.digest, again.message_id) == (1, mail.digest, mail.message_id)
    assert MORNING + 60 <= again.next_at <= MORNING + 72


def test_a_halt_keeps_the_mail_open_for_when_it_is_repaired(book: Book, mail: Open) -> None:
    assert answer(book, mail, Ending.HALT).next is Next.STOP
    [kept] = book.open_mails()
    assert kept.next_at == MORNING


@pytest.mark.parametrize(
    ("ending", "now"), [(Ending.PERMANENT, MORNING), (Ending.RETRY, MORNING + LONGEST)], ids=["refused", "a day later"]
)
def test_refused_is_told_to_the_next_accountable_person(book: Book, mail: Open, ending: Ending, now: int) -> None:
    settled = answer(book, replace(mail, attempts=len(PAUSES)), ending, now=now)
    assert settled.next is Next.NEXT_PERSON
    assert [(onward.recipient, onward.notice.id, onward.refused) for onward in settled.onward] == [
        ("binh", "n1", ("anh",)),
        ("binh", "n2", ("anh",)),
    ]
    assert isinstance(book.standing("anh", "n1"), PassedOn)
    assert not book.open_mails()


def test_while_the_mail_server_is_away_nobodys_notices_go_to_somebody_else(book: Book, mail: Open) -> None:
    often, later = replace(mail, attempts=60), MORNING + 3 * LONGEST
    assert answer(book, often, Ending.RETRY, now=later, said="ConnectionRefusedError: refused").next is Next.AGAIN
    # It is back, and has said something to somebody.
    assert answer(book, mail, Ending.RETRY, now=later + 1).next is Next.AGAIN
    assert answer(book, often, Ending.RETRY, now=later + 2, said="TimeoutError: late").next is Next.NEXT_PERSON


def test_what_was_withdrawn_is_not_passed_on(book: Book, mail: Open) -> None:
    take(book, recall(notice("n1"), decided="2020-07-10 08:00"), POLICY)
    settled = answer(book, mail, Ending.PERMANENT)
    assert [onward.notice.id for onward in settled.onward] == ["n2"]
    assert [(line.notice, line.reason) for line in settled.lines if isinstance(line, NotSent)] == [
        ("n1", Reason.WITHDRAWN)
    ]


def test_where_nobody_is_left_the_ledger_says_so(book: Book, mail: Open) -> None:
    alone = Directory(officers={"anh": DIRECTORY.officers["anh"]})
    settled = answer(book, mail, Ending.PERMANENT, directory=alone)
    assert {line.reason for line in settled.lines if isinstance(line, NotSent)} == {Reason.NOBODY}
    assert book.standing("anh", "n1") is None


def test_everybody_who_refused_is_passed_over(book: Book) -> None:
    take(book, tell(notice("n3"), "binh", refused=("anh",)), POLICY)
    entry = book.standing("binh", "n3")
    assert isinstance(entry, Held)
    onward = pass_on(book, entry, at=MORNING, directory=DIRECTORY)
    assert isinstance(onward, Tell)
    assert (onward.recipient, onward.refused) == ("nam_vi", ("anh", "binh"))


def test_a_mail_whose_bytes_are_gone_gives_its_notices_back(book: Book, mail: Open) -> None:
    lines = release(book, mail, Reason.BYTES_GONE)
    assert [line.reason for line in lines if isinstance(line, NotSent)] == [Reason.BYTES_GONE] * 2
    assert [entry.notice for entry in book.held("anh")] == ["n1", "n2"]
    assert not book.open_mails()
