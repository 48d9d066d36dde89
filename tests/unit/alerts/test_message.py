"""The bytes of a mail."""

import base64
import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.core.digest import compose
from alerts.core.people import Person
from alerts.core.policy import Policy
from alerts.message import Letterhead, envelope_sender, mail_of
from alerts.render import Letter, Renderer, plain
from tests.unit.alerts.samples import DIRECTORY, at, notice, tell

ANH = Person(id="anh", name="Lò Văn Ánh", address="anh@x.vn")
DIGEST = compose(ANH, [tell(notice())], at=at("2020-07-10 08:00"), policy=Policy())
HEAD = Letterhead(address="dunghan@x.vn", domain="x.vn")


def read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.SMTP)


def test_the_headers_say_who_when_and_that_no_person_wrote_it() -> None:
    mail = mail_of(DIGEST, Renderer(DIRECTORY).render(DIGEST), HEAD)
    message = read(mail.content)
    assert message["From"] == "Đúng hạn <dunghan@x.vn>"
    assert message["To"] == "Lò Văn Ánh <anh@x.vn>"
    assert message["Subject"] == "1 hồ sơ đến hạn hôm nay (10/07/2020)"
    assert message["Date"] == "Fri, 10 Jul 2020 08:00:00 +0700"
    assert message["Message-ID"] == mail.message_id == f"<{DIGEST.id}@x.vn>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<due-today.x.vn>"


def test_both_parts_come_back_as_they_were_written() -> None:
    letter = Renderer(DIRECTORY).render(DIGEST)
    message = read(mail_of(DIGEST, letter, HEAD).content)
    assert [part["Content-Transfer-Encoding"] for part in message.iter_parts()] == ["base64", "base64"]
    for kind, written in (("plain", letter.text), ("html", letter.html)):
        body = message.get_body((kind,))
        assert body is not None
        assert body.get_content().replace("\r\n", "\n") == written
    assert not any(part.defects for part in message.walk())


def test_the_same_digest_is_the_same_bytes() -> None:
    first, second = (mail_of(DIGEST, Renderer(DIRECTORY).render(DIGEST), HEAD) for _ in range(2))
    assert first == second


def test_every_line_fits_the_line_limit_of_smtp() -> None:
    content = mail_of(DIGEST, Letter(subject="ế" * 200, html="<p>" + "ế" * 5000, text="x" * 5000), HEAD).content
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")


@given(st.text())
def test_whatever_a_subject_is_made_of_it_is_read_back_and_makes_no_other_header(subject: str) -> None:
    message = read(mail_of(DIGEST, Letter(subject=subject, html="", text=""), HEAD).content)
    assert message["Subject"] == plain(subject)
    assert len(message.keys()) == 12


@pytest.mark.parametrize("name", ["Nguyen Van A", 'O"Neil, A.', "=?utf-8?q?x?=", "Lò, Văn <Ánh>"])
def test_whatever_a_name_is_the_address_is_the_recipients(name: str) -> None:
    digest = compose(Person(id="a", name=name, address="a@x.vn"), [tell(notice())], at=DIGEST.at, policy=Policy())
    message = read(mail_of(digest, Letter(subject="", html="", text=""), HEAD).content)
    [address] = message["To"].addresses
    assert address.addr_spec == "a@x.vn"


def test_a_long_name_is_not_cut_within_a_word_for_readers_that_show_the_cut() -> None:
    chief = Person(id="ld", name="Lãnh đạo UBND thành phố Điện Biên Phủ", address="ld@x.vn")
    digest = compose(chief, [tell(notice())], at=at("2020-07-10 08:00"), policy=Policy())
    content = mail_of(digest, Renderer(DIRECTORY).render(digest), Letterhead(address="dunghan@x.vn")).content
    lines = content.split(b"To: ")[1].split(b" <ld@x.vn>")[0].split(b"\r\n ")
    shown = [base64.b64decode(line.removeprefix(b"=?utf-8?b?").removesuffix(b"?=")).decode() for line in lines]
    assert shown == ["Lãnh đạo UBND thành phố Điện ", "Biên Phủ"]


def test_a_bounce_comes_back_to_an_address_of_the_digest_s_own() -> None:
    assert envelope_sender(HEAD, DIGEST.id) == f"dunghan+{DIGEST.id}@x.vn"


def test_mails_about_one_dossier_are_one_thread_and_mails_about_several_are_one_a_day() -> None:
    def thread(*ids: str, moment: str = "2020-07-10 08:00") -> str:
        tells = [tell(notice(f"{id}{moment}", dossier=id)) for id in ids]
        digest = compose(ANH, tells, at=at(moment), policy=Policy())
        return str(read(mail_of(digest, Renderer(DIRECTORY).render(digest), HEAD).content)["References"])

    assert thread("x/1") == thread("x/1", moment="2020-07-13 08:00")
    assert thread("x/1") != thread("x/2")
    assert thread("x/1", "x/2") == thread("x/3", "x/4")
    assert thread("x/1", "x/2") != thread("x/1", "x/2", moment="2020-07-13 08:00")
