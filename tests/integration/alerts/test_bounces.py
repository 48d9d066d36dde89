"""A mail comes back: who bounced is passed over, what the mail told goes to the next accountable person."""

import mailbox as maildirs
from pathlib import Path

import pytest
from click.testing import CliRunner

from alerts.core.ledger import Intent, Outcome, Restored, Returned
from deploy.cli import main
from deploy.layout import Layout
from deploy.local.mailbox import LocalMailbox
from tests.integration.alerts.office import options, publish, wait_for_lines, working
from tests.unit.alerts.samples import notice
from tests.unit.alerts.test_bounces import report

pytestmark = pytest.mark.usefixtures("topics")


def test_a_bounced_recipient_is_passed_over_until_restored(
    kafka: str, topics: Layout, mailbox: LocalMailbox, tmp_path: Path
) -> None:
    cluster = {"DUNGHAN_KAFKA__BOOTSTRAP": kafka, "DUNGHAN_KAFKA__PREFIX": topics.prefix}
    publish(kafka, topics.prefix, [notice("n1")])
    with working(options(kafka, topics.prefix, mailbox)):
        [sent] = mailbox.wait_for(1)
        wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Outcome))
        maildirs.Maildir(tmp_path / "returned").add(report(to=sent.sender))
        for _ in range(2):
            read = CliRunner().invoke(main, ["mail", "bounces", str(tmp_path / "returned")], env=cluster)
            assert read.exit_code == 0, read.output
        wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Returned))
        lines = wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Outcome), count=2)
        assert {line.recipient for line in lines} == {"anh", "binh"}
        restored = CliRunner().invoke(main, ["mail", "restore", "anh"], env=cluster)
        assert restored.exit_code == 0, restored.output
        wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Restored))
    intents = wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Intent), count=2)
    told = {line.recipient: line.notices[0].via for line in intents if isinstance(line, Intent)}
    assert told == {"anh": "officer", "binh": "head"}
    assert len(mailbox.mails()) == 2
