"""No mail, metric or line of the ledger carries what DOMAIN §7 forbids, whatever the sources write into free text."""

import email
import email.policy
from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from alerts import ledger
from alerts.bounces import came
from alerts.core.book import Book
from alerts.core.composing import gather
from alerts.core.ledger import NotSent, Returned
from alerts.core.outbox import Recall, Tell
from alerts.core.people import Person
from alerts.core.policy import Policy
from alerts.core.taking import take
from alerts.daybook import Daybook
from alerts.links import Links
from alerts.message import Letterhead
from alerts.metrics import Figures
from alerts.office import Office
from alerts.route import address
from streams.core.stages import Stage
from tests.unit.alerts.samples import RULING, at, notice, recall, tell
from tests.unit.alerts.test_bounces import report

ANH = Person(id="anh", name="Lò Văn Ánh", address="anh@x.vn")
SURNAMES = ("Nguyễn", "Lò", "Giàng", "Quàng", "Mùa", "Vàng")
given_names = st.sampled_from(("Thị", "Páo", "Dua"))
names = st.builds("{} {} {}".format, st.sampled_from(SURNAMES), given_names, given_names)
identities = st.from_regex(r"0[0-9]{11}", fullmatch=True)
phones = st.from_regex(r"09[0-9]{8}", fullmatch=True)
addresses = st.from_regex(r"[a-z]{8}@gmail\.com", fullmatch=True)
secrets = st.one_of(names, identities, phones, addresses)


def office() -> Office:
    return Office(
        prefix="",
        ruling=RULING,
        links=Links(),
        letterhead=Letterhead(address="dunghan@x.vn"),
        figures=Figures(CollectorRegistry()),
        replay=False,
        daybook=Daybook(),
    )


def everything_in(content: bytes) -> str:
    """Return a mail as it is read: every header and every part, decoded, and the bytes as they are."""
    message = email.message_from_bytes(content, policy=email.policy.SMTP)
    headers = [f"{name}: {value}" for name, value in message.items()]
    parts = [part.get_content() for part in message.iter_parts() if isinstance(part, EmailMessage)]
    return "\n".join((content.decode(), *headers, *parts))


@given(secrets, st.sampled_from(Stage))
def test_free_text_reaches_no_mail_and_no_ledger(secret: str, stage: Stage) -> None:
    told = notice(stage=stage, reason=f"theo đơn của {secret}")
    [routed] = address(told, RULING)
    assert isinstance(routed, Tell)
    book = Book()
    take(book, routed, Policy())
    kept = b"".join(ledger.encoded(entry) for entry in book.changes().values() if entry is not None)
    [gathered] = gather(book, at("2020-07-10 08:00"), merge=True)
    digest, mail = office().write(ANH, gathered)
    said = everything_in(mail.content)
    assert told.dossier in said
    recorded = kept + ledger.encoded(routed) + ledger.encoded(office().intent(digest, mail))
    assert secret not in said + recorded.decode()


@given(secrets)
def test_the_words_of_a_withdrawal_reach_no_ledger(secret: str) -> None:
    told = notice()
    withdrawal = recall(told, decided="2020-07-09 16:00", reason=f"{secret} xin rút").withdrawal
    [routed] = address(withdrawal, RULING)
    assert isinstance(routed, Recall)
    book = Book()
    take(book, tell(told), Policy())
    [line] = take(book, routed, Policy())
    assert isinstance(line, NotSent)
    assert secret not in ledger.encoded(routed).decode() + ledger.encoded(line).decode()


@given(secrets)
def test_where_nobody_can_be_told_the_line_has_no_free_text_either(secret: str) -> None:
    [line] = address(notice(unit="elsewhere", officer=None, reason=secret), RULING)
    assert isinstance(line, NotSent)
    assert secret not in ledger.encoded(line).decode()


@given(secrets)
def test_the_words_of_a_returned_mail_are_not_kept(secret: str) -> None:
    returned = report().replace(b"Nguyen Van A", secret.encode())
    found = came("k", returned)
    line = Returned(recipient="anh", status=found.status, at=1, digest=found.digest)
    assert secret not in ledger.encoded(line).decode()


@given(secrets)
def test_why_something_was_withdrawn_is_one_of_our_own_words_or_nothing(secret: str) -> None:
    told = notice()
    [routed] = address(recall(told, decided="2020-07-09 16:00", reason=secret).withdrawal, RULING)
    assert isinstance(routed, Recall)
    assert routed.why == ""
    [routed] = address(recall(told, decided="2020-07-09 16:00", reason="closed").withdrawal, RULING)
    assert isinstance(routed, Recall)
    assert routed.why == "closed"


def test_no_figure_names_a_dossier_an_officer_or_an_applicant() -> None:
    registry = CollectorRegistry()
    Figures(registry)
    labels = {name for family in registry.collect() for sample in family.samples for name in sample.labels} - {"le"}
    assert labels == {"stage", "outcome", "reason", "topic"}
