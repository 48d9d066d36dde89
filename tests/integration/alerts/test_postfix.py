"""The courier in front of a real Postfix (`apt-get install postfix`; it needs root)."""

import email
import email.policy
import shutil
import tempfile
from pathlib import Path

import pytest

from alerts.core.ledger import Intent, Outcome
from alerts.core.retry import Ending
from alerts.server import Server
from deploy.layout import Layout
from deploy.local.mailbox import LocalMailbox
from tests.integration.alerts.office import ledger_lines, options, publish, wait_for_lines, wait_until, working
from tests.integration.alerts.postfix import is_there, postfix
from tests.unit.alerts.samples import notice

pytestmark = [
    pytest.mark.usefixtures("topics"),
    pytest.mark.skipif(not is_there(), reason="NO POSTFIX HERE: apt-get install postfix, and run as root"),
]


def test_postfix_takes_the_mails_and_its_refusal_goes_to_the_next_person(
    kafka: str, topics: Layout, mailbox: LocalMailbox
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    publish(kafka, topics.prefix, [notice("n1"), notice("n2", officer="chi")])
    try:
        with postfix(folder, refused="anh@x.vn") as server:
            given = options(kafka, topics.prefix, mailbox) | {"smtp": Server(host="127.0.0.1", port=server.port)}
            with working(given):
                wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Outcome), count=3)
            wait_until(lambda: len(server.mails()) == 2)
            delivered = [email.message_from_bytes(mail, policy=email.policy.SMTP) for mail in server.mails()]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    lines = ledger_lines(kafka, topics.prefix)
    outcomes = {line.recipient: line for line in lines if isinstance(line, Outcome)}
    assert {who: line.ending for who, line in outcomes.items()} == {
        "anh": Ending.PERMANENT,
        "binh": Ending.ACCEPTED,
        "chi": Ending.ACCEPTED,
    }
    assert "queued as" in outcomes["chi"].reply
    accepted = {line.message_id: line.digest for line in lines if isinstance(line, Intent) and line.recipient != "anh"}
    assert {message["Message-ID"] for message in delivered} == set(accepted)
    for message in delivered:
        assert message["Return-Path"] == f"<dunghan+{accepted[message['Message-ID']]}@x.vn>"
        body = message.get_body(("plain",))
        assert body is not None
        assert body.get_content().startswith("Việc làm trước tiên: ")
