"""What is published in `reference` reaches a courier at work, and the ledger names the rules of each mail."""

import contextlib
import email
import email.policy

import msgspec
import pytest

from alerts.core.ledger import Intent, LedgerLine, Outcome
from alerts.log import Writer
from alerts.rules import rules_of
from deploy.layout import Layout
from deploy.local.mailbox import LocalMailbox
from streams.core.moments import Moment
from streams.topics import REFERENCE, prefixed
from tests.integration.alerts.office import options, publish, wait_for_lines, wait_until, working
from tests.unit.alerts.published import FILES, OFFICERS, documents
from tests.unit.alerts.samples import at, notice

pytestmark = pytest.mark.usefixtures("topics")


def release(kafka: str, prefix: str, files: dict[str, str], *, counts_from: Moment) -> None:
    with contextlib.closing(Writer(kafka, name=f"{prefix}-reference")) as writer, writer.transaction():
        for document in documents(files, counts_from=counts_from):
            value = msgspec.json.encode(document)
            writer.write(prefixed(prefix, REFERENCE), document.key.decode(), value, partition=0)


def test_a_change_of_address_reaches_a_courier_at_work_and_its_mails_name_the_version(
    kafka: str, topics: Layout, mailbox: LocalMailbox
) -> None:
    def is_answered(line: LedgerLine) -> bool:
        return isinstance(line, Outcome)

    crowd = iter(range(300))
    table = OFFICERS + "".join(f"c{number},Cán bộ {number},xa,c{number}@x.vn\n" for number in range(300))
    before = FILES | {"officers.csv": table}
    after = before | {"officers.csv": table.replace("@x.vn", "@moi.vn")}
    release(kafka, topics.prefix, before, counts_from=at("2020-07-01 00:00"))
    with working(options(kafka, topics.prefix, mailbox)):
        publish(kafka, topics.prefix, [notice("n1", unit="xa")])
        wait_for_lines(kafka, topics.prefix, is_answered)
        release(kafka, topics.prefix, after, counts_from=at("2020-07-10 07:59"))

        def somebody_is_told_at_the_new_address() -> bool:
            who = f"c{next(crowd)}"
            publish(kafka, topics.prefix, [notice(who, unit="xa", officer=who)])
            return any(mail.recipients[0].endswith("@moi.vn") for mail in mailbox.mails())

        wait_until(somebody_is_told_at_the_new_address)
        lines = wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Intent), count=2)
    versions = {f"<{line.digest}@x.vn>": line.rules for line in lines if isinstance(line, Intent)}
    told = {mail.recipients[0]: versions.get(message_id(mail.content)) for mail in mailbox.mails()}
    assert told["anh@x.vn"] == rules_of(before).version
    assert rules_of(after).version in {version for who, version in told.items() if who.endswith("@moi.vn")}
    assert rules_of(before).version in {version for who, version in told.items() if who.endswith("@x.vn")}


def message_id(content: bytes) -> str:
    return str(email.message_from_bytes(content, policy=email.policy.SMTP)["Message-ID"])
