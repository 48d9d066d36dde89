"""The local mailbox is a real SMTP server: it keeps what it took, exactly, and can be as difficult as real ones."""

import gc
import smtplib
import socket
import threading
from pathlib import Path

import pytest

from deploy.local.mailbox import LocalMailbox, Manners

MESSAGE = b"Subject: =?utf-8?b?xJDDum5nIGjhuqFu?=\r\nTo: a@example.vn\r\n\r\n.dots and \xc4\x91\r\n"


def client(box: LocalMailbox) -> smtplib.SMTP:
    return smtplib.SMTP(box.host, box.port, timeout=10)


def test_it_keeps_the_mail_byte_for_byte_with_its_envelope(mailbox: LocalMailbox) -> None:
    with client(mailbox) as smtp:
        smtp.sendmail("from@example.vn", ["a@example.vn", "b@example.vn"], MESSAGE)
    (mail,) = mailbox.wait_for(1)
    assert mail.content == MESSAGE
    assert (mail.sender, mail.recipients) == ("from@example.vn", ("a@example.vn", "b@example.vn"))
    assert mail.file.name == "000001.eml"


def test_a_second_server_in_the_same_folder_goes_on_counting(tmp_path: Path) -> None:
    for _ in range(2):
        with LocalMailbox(tmp_path) as box, client(box) as smtp:
            smtp.sendmail("f@example.vn", ["a@example.vn"], MESSAGE)
    assert sorted(each.name for each in tmp_path.glob("*.eml")) == ["000001.eml", "000002.eml"]


def test_an_unknown_recipient_is_refused_for_good(tmp_path: Path) -> None:
    with LocalMailbox(tmp_path, Manners(refused=frozenset({"gone@example.vn"}))) as box, client(box) as smtp:
        refused = smtp.sendmail("f@example.vn", ["gone@example.vn", "here@example.vn"], MESSAGE)
        assert refused["gone@example.vn"][0] == 550
        assert box.wait_for(1)[0].recipients == ("here@example.vn",)


def test_a_greylisted_recipient_is_taken_when_the_sender_comes_again(tmp_path: Path) -> None:
    with LocalMailbox(tmp_path, Manners(greylisted=1)) as box, client(box) as smtp:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
            smtp.sendmail("f@example.vn", ["a@example.vn"], MESSAGE)
        assert refusal.value.recipients["a@example.vn"][0] == 451
        smtp.sendmail("f@example.vn", ["a@example.vn"], MESSAGE)
        assert len(box.wait_for(1)) == 1


def test_an_answer_that_is_lost_leaves_the_mail_taken(tmp_path: Path) -> None:
    with LocalMailbox(tmp_path, Manners(lost_answers=1)) as box:
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client(box).sendmail("f@example.vn", ["a@example.vn"], MESSAGE)
        with client(box) as again:
            again.sendmail("f@example.vn", ["a@example.vn"], MESSAGE)
        first, second = box.wait_for(2)
        assert first.content == second.content


def test_a_slow_answer_comes_after_its_delay(tmp_path: Path) -> None:
    with LocalMailbox(tmp_path, Manners(delay=5.0)) as box:
        with (
            pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"),
            smtplib.SMTP(box.host, box.port, timeout=0.3) as smtp,
        ):
            smtp.sendmail("f@example.vn", ["a@example.vn"], MESSAGE)
        assert len(box.mails()) == 1


def test_without_the_right_password_nothing_is_taken(tmp_path: Path) -> None:
    with LocalMailbox(tmp_path, Manners(login=("clerk", "right"))) as box:
        with client(box) as smtp, pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login("clerk", "wrong")
        with client(box) as smtp, pytest.raises(smtplib.SMTPSenderRefused):
            smtp.sendmail("f@example.vn", ["a@example.vn"], MESSAGE)
        with client(box) as smtp:
            smtp.login("clerk", "right")
            smtp.sendmail("f@example.vn", ["a@example.vn"], MESSAGE)
        assert len(box.wait_for(1)) == 1


def test_waiting_for_mail_that_does_not_come_says_how_many_came(mailbox: LocalMailbox) -> None:
    with pytest.raises(TimeoutError, match="0 of 1 mails"):
        mailbox.wait_for(1, seconds=0.05)


def test_whoever_does_not_read_holds_up_no_stop_and_leaves_no_socket(tmp_path: Path) -> None:
    box = LocalMailbox(tmp_path)
    box.start()
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        deaf.settimeout(1.0)
        deaf.connect((box.host, box.port))
        with pytest.raises(TimeoutError):
            deaf.sendall(b"EHLO x\r\n" + b"HELP\r\n" * 10_000_000)
        box.stop()
    gc.collect()  # a socket that is forgotten is named now, and fails this test


def test_a_server_that_cannot_listen_leaves_no_thread_and_no_loop(mailbox: LocalMailbox, tmp_path: Path) -> None:
    threads = set(threading.enumerate())
    with pytest.raises(OSError, match="in use"):
        LocalMailbox(tmp_path / "other", port=mailbox.port).start()
    assert set(threading.enumerate()) <= threads
    gc.collect()
