"""Mails that came back, as servers write them."""

import mailbox
from pathlib import Path

import pytest

from alerts.bounces import Returns, came

DIGEST = "0123456789abcdef0123456789abcdef"


def report(*, to: str = f"dunghan+{DIGEST}@x.vn", action: str = "failed", status: str = "5.1.1", id: str = "") -> bytes:
    returned = f"\n--b\nContent-Type: text/rfc822-headers\n\nSubject: x\nMessage-ID: {id}\n" if id else ""
    return f"""From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Nguyen Van A does not live here.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; anh@x.vn
Action: {action}
Status: {status} (unknown user)
{returned}
--b--
""".encode()


def test_a_mail_that_came_back_for_good_is_known_by_the_address_it_came_back_to() -> None:
    found = came("k", report())
    assert (found.digest, found.status, found.is_final) == (DIGEST, "5.1.1", True)


def test_or_by_the_message_id_in_what_was_returned() -> None:
    assert came("k", report(to="dunghan@x.vn", id=f"<{DIGEST}@x.vn>")).digest == DIGEST


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(report(action="delayed", status="4.4.1"), id="only late"),
        pytest.param(report(action="relayed", status="2.0.0"), id="delivered"),
        pytest.param(report(to="dunghan@x.vn"), id="of no mail of ours"),
        pytest.param(f"To: dunghan+{DIGEST}@x.vn\n\nI am on holiday".encode(), id="somebody's answer"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe\x00", id="no mail"),
    ],
)
def test_what_is_no_final_bounce_is_none(content: bytes) -> None:
    assert not came("k", content).is_final


def test_a_mail_is_read_until_it_is_filed(tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box")
    box.add(report())
    returns = Returns(tmp_path / "box")
    [found] = returns.new()
    assert [again.key for again in returns.new()] == [found.key]
    returns.file(found.key)
    assert list(Returns(tmp_path / "box").new()) == []
    assert len(list((tmp_path / "box" / "cur").iterdir())) == 1


def test_where_there_is_no_maildir_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no Maildir"):
        Returns(tmp_path / "nothing")
