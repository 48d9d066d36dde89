"""The courier on a real Kafka and a real SMTP server: a notice comes in, a mail comes out, and the ledger proves it."""

import email
import email.policy
import hashlib
import json
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from kafka.partitioner.default import murmur2

from alerts.core.ledger import Intent, LedgerLine, NotSent, Outcome, Reason
from alerts.core.people import Officer
from alerts.core.retry import Ending
from alerts.courier import settled_to
from alerts.send import Halted
from alerts.server import Server
from deploy.cli import main
from deploy.layout import Layout
from deploy.local.mailbox import LocalMailbox, Manners
from streams.core.stages import Stage
from streams.wire.records import Mark
from tests.integration.alerts.office import (
    MORNING,
    in_a_process,
    ledger_lines,
    options,
    publish,
    rules_with,
    wait_for_lines,
    wait_until,
    working,
)
from tests.integration.conftest import PARTITIONS
from tests.unit.alerts.samples import DIRECTORY, at, notice, recall

pytestmark = pytest.mark.usefixtures("topics")


def read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.SMTP)


def test_a_notice_becomes_a_mail_in_vietnamese(
    kafka: str, topics: Layout, mailbox: LocalMailbox, tmp_path: Path
) -> None:
    publish(kafka, topics.prefix, [notice()])
    with working(options(kafka, topics.prefix, mailbox)):
        [mail] = mailbox.wait_for(1)
        wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Outcome))
    message = read(mail.content)
    assert mail.recipients == ("anh@x.vn",)
    assert message["Subject"] == "1 hồ sơ đến hạn hôm nay (10/07/2020)"
    intent, outcome = ledger_lines(kafka, topics.prefix)
    assert isinstance(intent, Intent)
    assert isinstance(outcome, Outcome)
    assert (intent.message_id, intent.sha256) == (message["Message-ID"], hashlib.sha256(mail.content).hexdigest())
    assert (outcome.digest, outcome.ending, outcome.recipient) == (intent.digest, Ending.ACCEPTED, "anh")

    cluster = {"DUNGHAN_KAFKA__BOOTSTRAP": kafka, "DUNGHAN_KAFKA__PREFIX": topics.prefix}
    listed = CliRunner().invoke(main, ["mail", "list", "--dossier", "dienbien.muongnhe/n1", "--json"], env=cluster)
    assert listed.exit_code == 0, listed.output
    assert [json.loads(line)["line"] for line in listed.output.splitlines()] == ["intent", "outcome"]

    seen = CliRunner().invoke(main, ["mail", "preview", str(tmp_path), "--recipient", "anh"], env=cluster)
    assert seen.exit_code == 0, seen.output
    assert {file.suffix for file in tmp_path.iterdir()} >= {".eml", ".html", ".txt"}
    assert (tmp_path / f"{intent.digest}.eml").read_bytes() == mail.content


def test_three_hundred_notices_for_one_officer_are_one_mail(kafka: str, topics: Layout, mailbox: LocalMailbox) -> None:
    for partition in range(PARTITIONS):
        several = [notice(f"{n:032x}", stage=Stage.OVERDUE) for n in range(partition * 75, partition * 75 + 75)]
        publish(kafka, topics.prefix, several, partition=partition)
    with working(options(kafka, topics.prefix, mailbox)):
        wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Outcome))
        [mail] = mailbox.wait_for(1)
    assert len(mail.content) <= 100 * 1024
    [intent] = [line for line in ledger_lines(kafka, topics.prefix) if isinstance(line, Intent)]
    assert len(intent.notices) == 300


def test_what_is_withdrawn_before_the_digest_is_not_sent_and_the_ledger_says_why(
    kafka: str, topics: Layout, mailbox: LocalMailbox
) -> None:
    closed = notice("closed")
    withdrawal = recall(closed, decided="2020-07-09 16:00").withdrawal
    publish(kafka, topics.prefix, [closed, withdrawal])
    with working(options(kafka, topics.prefix, mailbox)):
        [line] = wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, NotSent))
    assert isinstance(line, NotSent)
    assert (line.notice, line.reason) == ("closed", Reason.WITHDRAWN)
    assert mailbox.mails() == ()


def test_a_refused_recipients_notice_goes_to_the_next_accountable_person(
    kafka: str, topics: Layout, tmp_path: Path
) -> None:
    publish(kafka, topics.prefix, [notice()])
    manners = Manners(refused=frozenset({"anh@x.vn"}))
    with LocalMailbox(tmp_path, manners) as mailbox, working(options(kafka, topics.prefix, mailbox)):
        [mail] = mailbox.wait_for(1)
        wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Outcome), count=2)
    assert mail.recipients == ("binh@x.vn",)
    outcomes = [line for line in ledger_lines(kafka, topics.prefix) if isinstance(line, Outcome)]
    assert {(line.recipient, line.ending) for line in outcomes} == {
        ("anh", Ending.PERMANENT),
        ("binh", Ending.ACCEPTED),
    }
    assert not any("@" in line.reply for line in outcomes)


def test_where_nobody_below_could_be_told_the_ledger_says_so(kafka: str, topics: Layout, mailbox: LocalMailbox) -> None:
    publish(kafka, topics.prefix, [notice("orphan", unit="elsewhere", officer=None)])
    with working(options(kafka, topics.prefix, mailbox)):
        [line] = wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, NotSent))
    assert isinstance(line, NotSent)
    assert (line.recipient, line.reason) == ("elsewhere", Reason.NOBODY)


def test_killed_before_the_answer_the_next_courier_sends_the_same_bytes(
    kafka: str, topics: Layout, tmp_path: Path
) -> None:
    publish(kafka, topics.prefix, [notice("n1"), notice("n2", officer="binh")])
    with (
        LocalMailbox(tmp_path / "slow", Manners(delay=600)) as slow,
        in_a_process(options(kafka, topics.prefix, slow)) as process,
    ):
        first = slow.wait_for(2, 60)
        process.kill()
        process.join()
    assert not any(isinstance(line, Outcome) for line in ledger_lines(kafka, topics.prefix))
    with LocalMailbox(tmp_path / "quick") as quick, working(options(kafka, topics.prefix, quick)):
        second = quick.wait_for(2, 60)
        wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Outcome), count=2)
    assert {mail.content for mail in second} == {mail.content for mail in first}
    assert {read(mail.content)["Message-ID"] for mail in second} == {
        line.message_id for line in ledger_lines(kafka, topics.prefix) if isinstance(line, Intent)
    }


def test_a_lost_answer_is_asked_for_again_with_the_same_bytes(kafka: str, topics: Layout, tmp_path: Path) -> None:
    publish(kafka, topics.prefix, [notice()])
    times = [MORNING]
    manners = Manners(lost_answers=1)
    with (
        LocalMailbox(tmp_path, manners) as mailbox,
        working(options(kafka, topics.prefix, mailbox) | {"clock": lambda: times[-1]}),
    ):
        wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Outcome))
        times.append(MORNING + 120)
        first, second = mailbox.wait_for(2)
        wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Outcome), count=2)
    assert first.content == second.content
    outcomes = [line for line in ledger_lines(kafka, topics.prefix) if isinstance(line, Outcome)]
    assert [(line.attempt, line.ending) for line in outcomes] == [(1, Ending.AMBIGUOUS), (2, Ending.ACCEPTED)]


def test_stopped_and_started_again_nobody_is_told_twice(kafka: str, topics: Layout, mailbox: LocalMailbox) -> None:
    publish(kafka, topics.prefix, [notice("n1"), notice("later", decided="2020-07-10 08:30")])
    for _ in range(2):
        with working(options(kafka, topics.prefix, mailbox)):
            wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Outcome))
    with working(options(kafka, topics.prefix, mailbox) | {"clock": lambda: at("2020-07-13 08:00")}):
        wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Outcome), count=2)
    intents = [line for line in ledger_lines(kafka, topics.prefix) if isinstance(line, Intent)]
    assert [[told.notice for told in line.notices] for line in intents] == [["n1"], ["later"]]
    assert len(mailbox.mails()) == 2


def test_wrong_credentials_halt_the_courier_and_nothing_is_lost(kafka: str, topics: Layout, tmp_path: Path) -> None:
    publish(kafka, topics.prefix, [notice()])
    with LocalMailbox(tmp_path, Manners(login=("dunghan", "right"))) as mailbox:
        given = options(kafka, topics.prefix, mailbox)
        wrong = Server(host=mailbox.host, port=mailbox.port, username="dunghan", password="wrong")  # noqa: S106 - of a mailbox that lives for this test
        with pytest.raises(Halted), working(given | {"smtp": wrong}):
            wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Outcome))
        right = Server(host=mailbox.host, port=mailbox.port, username="dunghan", password="right")  # noqa: S106 - of the same mailbox
        with working(given | {"smtp": right}):
            mailbox.wait_for(1)
            wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Outcome), count=2)
    outcomes = [line for line in ledger_lines(kafka, topics.prefix) if isinstance(line, Outcome)]
    assert [line.ending for line in outcomes] == [Ending.HALT, Ending.ACCEPTED]


def test_a_replay_brings_the_mails_of_the_real_days_and_says_when_it_is_finished(
    kafka: str, topics: Layout, mailbox: LocalMailbox
) -> None:
    days = ["2020-07-08", "2020-07-09", "2020-07-10"]
    told = [notice(day, decided=f"{day} 07:30", due=f"{day} 16:00") for day in days]
    end = at("2020-07-11 00:00")
    for partition in range(PARTITIONS):
        publish(kafka, topics.prefix, [*(told if partition == 0 else ()), Mark(now=end)], partition=partition)
    with working(options(kafka, topics.prefix, mailbox) | {"replay": True}):
        wait_until(lambda: settled_to(kafka, topics.prefix) == end)
    assert sorted(read(mail.content)["Date"] for mail in mailbox.mails()) == [
        "Fri, 10 Jul 2020 08:00:00 +0700",
        "Thu, 09 Jul 2020 08:00:00 +0700",
        "Wed, 08 Jul 2020 08:00:00 +0700",
    ]


def test_two_couriers_share_the_work_and_nobody_is_told_twice(
    kafka: str, topics: Layout, mailbox: LocalMailbox
) -> None:
    given = options(kafka, topics.prefix, mailbox)
    with working(given), working(given):
        people = ("anh", "binh", "chi")
        publish(kafka, topics.prefix, [notice(who, officer=who) for who in people])
        wait_for_lines(kafka, topics.prefix, lambda line: isinstance(line, Outcome), count=3)
    assert sorted(mail.recipients[0] for mail in mailbox.mails()) == ["anh@x.vn", "binh@x.vn", "chi@x.vn"]


def test_an_outcome_is_committed_in_time_however_busy_the_other_partitions_are(
    kafka: str, topics: Layout, tmp_path: Path
) -> None:
    crowd = [f"officer{n}" for n in range(60)]
    officers = {who: Officer(id=who, name=who, unit="nam_vi", address=f"{who}@x.vn") for who in crowd}
    people = msgspec.structs.replace(DIRECTORY, officers={**DIRECTORY.officers, **officers})
    others = iter([who for who in crowd if partition_of(who) != partition_of("anh")])
    publish(kafka, topics.prefix, [notice("first", officer="anh")])

    def is_out(line: LedgerLine) -> bool:
        return isinstance(line, Outcome) and line.recipient == "anh"

    # Before its mail is answered the next one is on its way: the courier is never idle.
    with (
        LocalMailbox(tmp_path / "mails", Manners(delay=1.0)) as slow,
        working(options(kafka, topics.prefix, slow) | {"rules": rules_with(people)}),
    ):
        slow.wait_for(1)
        while not any(is_out(line) for line in ledger_lines(kafka, topics.prefix)):
            who = next(others, None)
            assert who is not None, "the outcome was not committed as long as others had mails to open"
            publish(kafka, topics.prefix, [notice(who, officer=who)])


def partition_of(recipient: str) -> int:
    """Return the partition of the outbox that a person's notices meet in."""
    return int((murmur2(recipient.encode()) & 0x7FFFFFFF) % PARTITIONS)
