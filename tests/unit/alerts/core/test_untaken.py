"""Of a mail that was never taken nobody has heard: what has ceased to hold meanwhile is not told, the rest is."""

import pytest

from alerts.core.book import Book
from alerts.core.composing import Gathered, gather, reserve
from alerts.core.entries import Lost, Open
from alerts.core.ledger import NotSent, Reason
from alerts.core.policy import Policy
from alerts.core.retry import Ending, Next
from alerts.core.taking import take
from alerts.core.untaken import Untaken
from tests.unit.alerts.samples import at, notice, recall, tell

MORNING, LATER = at("2020-07-10 08:00"), at("2020-07-10 09:00")
POLICY = Policy()
EARLIER = Lost(recipient="anh", notice="n0", dossier="m/0", at=at("2020-07-09 09:00"))


@pytest.fixture
def book() -> Book:
    book = Book()
    for id in ("n1", "n2"):
        take(book, tell(notice(id)), POLICY)
    book.put(EARLIER)
    return book


def drafted(book: Book, untaken: Untaken, *, now: int) -> tuple[Open, Gathered]:
    [gathered] = gather(book, now, merge=True)
    reserve(book, gathered, digest := f"mail at {now}")
    untaken.drafted(digest, gathered)
    names = tuple(entry.notice for entry in gathered.held)
    mail = Open(
        recipient="anh",
        digest=digest,
        stage=gathered.held[0].tell.notice.stage,
        notices=names,
        sha256="",
        message_id=f"<{now}@x>",
        at=now,
        place=0,
        first_at=now,
        next_at=now,
    )
    book.put(mail)
    return mail, gathered


@pytest.mark.parametrize("refused", [0, 2])
def test_what_ceased_to_hold_before_the_server_took_the_mail_is_not_told_and_the_rest_is(
    book: Book, refused: int
) -> None:
    mail, _ = drafted(book, untaken := Untaken(), now=MORNING)
    for _ in range(refused):
        untaken.answered(mail.digest, Ending.RETRY, Next.AGAIN)
    take(book, recall(notice("n1"), decided="2020-07-10 08:30"), POLICY)
    lines = untaken.given_back(book, mail)
    assert [(line.notice, line.reason) for line in lines if isinstance(line, NotSent)] == [
        ("n1", Reason.REDRAFTED),
        ("n2", Reason.REDRAFTED),
    ]
    assert book.open_mail("anh", mail.digest) is None
    again, gathered = drafted(book, untaken, now=LATER)
    assert again.notices == ("n2",)
    assert [(line.notice, line.reason) for line in gathered.dropped] == [("n1", Reason.WITHDRAWN)]
    assert gathered.lost == (EARLIER,), "what the first mail would have said of earlier mails is said by the second"


def test_a_mail_of_which_all_holds_goes_out_as_it_is(book: Book) -> None:
    mail, _ = drafted(book, untaken := Untaken(), now=MORNING)
    untaken.answered(mail.digest, Ending.RETRY, Next.AGAIN)
    assert untaken.given_back(book, mail) == ()
    assert book.open_mail("anh", mail.digest) == mail


@pytest.mark.parametrize(
    ("ending", "following"),
    [(Ending.AMBIGUOUS, Next.AGAIN), (Ending.ACCEPTED, Next.DONE), (Ending.RETRY, Next.NEXT_PERSON)],
)
def test_a_mail_that_may_have_been_taken_or_is_settled_keeps_its_bytes(
    book: Book, ending: Ending, following: Next
) -> None:
    mail, _ = drafted(book, untaken := Untaken(), now=MORNING)
    untaken.answered(mail.digest, ending, following)
    untaken.answered(mail.digest, Ending.RETRY, Next.AGAIN)
    take(book, recall(notice("n1"), decided="2020-07-10 08:30"), POLICY)
    assert untaken.given_back(book, mail) == ()


def test_who_took_over_does_not_know_and_sends_the_same_bytes(book: Book) -> None:
    mail, _ = drafted(book, Untaken(), now=MORNING)
    take(book, recall(notice("n1"), decided="2020-07-10 08:30"), POLICY)
    assert Untaken().given_back(book, mail) == ()
