"""Step one of the courier: `dossier.notices`, by dossier, becomes `mail.outbox`, by the person who is told.

One transaction for each batch of one partition: what goes out and how far was read move together or not at all.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import structlog
from msgspec.structs import replace

from alerts import ledger
from alerts.core.ledger import NotSent, Reason
from alerts.core.outbox import Reached, Recall, Tell
from alerts.core.routing import route
from alerts.core.settling import concern_of
from alerts.daybook import Daybook
from alerts.following import Following
from alerts.log import Position, Reader, Writer
from alerts.metrics import Figures
from alerts.rules import Rules, Ruling
from streams.cluster import Address
from streams.core.stages import Ended
from streams.topics import LEDGER, NOTICES, OUTBOX, prefixed
from streams.wire.records import Mark, Notice, NoticeRecord, Withdrawal

ENDINGS: Final = frozenset(Ended)
"""The reasons that may go on to people: a closed set of words, none of them somebody's own."""

log = structlog.get_logger(__name__)


class Router:
    """The member of the group `<app>-route`; `run` is its life."""

    def __init__(self, bootstrap: Address, *, prefix: str, ruling: Ruling, figures: Figures, daybook: Daybook) -> None:
        """Prepare; nothing connects before `run`."""
        self._bootstrap = bootstrap
        self._app = prefix or "dunghan"
        self._prefix = prefix
        self._ruling = ruling
        self._figures = figures
        self._daybook = daybook
        self._notices, self._outbox, self._ledger = (prefixed(prefix, topic) for topic in (NOTICES, OUTBOX, LEDGER))
        self._writers: dict[int, Writer] = {}
        self._addressees: list[int] = []
        self._read_to: dict[int, int] = {}

    def run(self, may_go_on: Callable[[], bool]) -> None:
        """Route until `may_go_on` says no; LogError when the log, or our place in it, is lost."""
        with (
            Reader(self._bootstrap, group=f"{self._app}-route", topic=self._notices) as reader,
            Following(self._bootstrap, prefix=self._prefix, ruling=self._ruling) as following,
        ):
            try:
                self._addressees = reader.partitions(self._outbox)
                while may_go_on():
                    batch = reader.poll(0.25)
                    following.catch_up()
                    if batch is None:
                        self._take_over(reader)
                        continue
                    for partition, values in batch.items():
                        self._pass_on(reader, partition, values)
                    if not reader.is_moving():
                        self._pass_markers(reader)
            finally:
                self._let_go()

    def _take_over(self, reader: Reader) -> None:
        self._let_go()
        for partition in reader.assignment():
            self._writers[partition] = Writer(self._bootstrap, name=f"{self._app}-route-{partition}")
        self._read_to = reader.rewind()

    def _pass_markers(self, reader: Reader) -> None:
        # The end of a transaction takes an offset and is no record: with it read and committed, others can see that
        # everything has been routed; not only when nothing comes, for elsewhere something always may.
        for partition, read_to in self._read_to.items():
            if reader.position(partition) > read_to:
                self._pass_on(reader, partition, ())

    def _let_go(self) -> None:
        while self._writers:
            self._writers.popitem()[1].close()

    def _pass_on(self, reader: Reader, partition: int, values: Sequence[bytes]) -> None:
        passed_on: list[Tell | Recall | NotSent] = []
        with self._writers[partition].transaction() as writer:
            for record in self._read(partition, values):
                match record:
                    case Mark():
                        reached = ledger.encoded(Reached(partition=partition, now=record.now))
                        for addressee in self._addressees:
                            writer.write(self._outbox, "/mark", reached, partition=addressee)
                    case Notice() | Withdrawal():
                        for routed in address(record, self._ruling):
                            passed_on.append(routed)
                            topic = self._ledger if isinstance(routed, NotSent) else self._outbox
                            writer.write(topic, routed.recipient, ledger.encoded(routed))
            position = Position(reader.position(partition))
            self._read_to[partition] = position.offset
            writer.read_up_to(self._notices, position, partition=partition, membership=reader.membership())
        self._daybook.routed(passed_on)
        for one in passed_on:
            if isinstance(one, NotSent):
                self._figures.not_sent(one.stage, one.reason)

    def _read(self, partition: int, values: Sequence[bytes]) -> Iterator[NoticeRecord]:
        for value in values:
            try:
                yield ledger.notice_record(value)
            except ledger.Newer:
                raise
            except ledger.Unreadable as error:
                self._figures.unreadable(NOTICES.name)
                log.error("notice_unreadable", partition=partition, reason=str(error))


def address(record: Notice | Withdrawal, ruling: Ruling) -> list[Tell | Recall | NotSent]:
    """Return the record as it goes out: a notice to one person, by the rules that counted when it was decided.

    Its withdrawal goes where it went: it has the same fields, but the rules may be others by then, so it goes to
    whomever any of them would have told. Where nobody can be told, a line says so, and who was passed over and why.
    """
    if isinstance(record, Notice):
        return [_addressed(record, ruling.at(record.decided_at))]
    routed = [_addressed(record, rules) for rules in ruling.until(record.decided_at)]
    last = {each.recipient: each for each in routed}
    sent = [each for each in last.values() if not isinstance(each, NotSent)]
    return list(sent or last.values())


def _addressed(record: Notice | Withdrawal, rules: Rules) -> Tell | Recall | NotSent:
    found = route(rules.directory, concern_of(record, at=None))
    if found.via is None:
        return NotSent(
            recipient=record.unit,
            notice=record.id,
            dossier=record.dossier,
            stage=record.stage,
            reason=Reason.NOBODY,
            at=record.decided_at,
            detail=", ".join(f"{passed.via} {passed.id or '-'}: {passed.why}" for passed in found.passed_over),
            rules=rules.version,
        )
    # What people wrote ends here: a reason is free text, and nothing after this line has a place for it.
    if isinstance(record, Notice):
        return Tell(recipient=found.recipient, notice=replace(record, reason=""), via=found.via, rules=rules.version)
    why = record.reason if record.reason in ENDINGS else ""
    return Recall(recipient=found.recipient, withdrawal=replace(record, reason=""), why=why)
