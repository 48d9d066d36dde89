"""The mails against the notices: nothing was sent that nobody decided, and every notice came to one ending."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from alerts import ledger
from alerts.core.entries import Held, Open
from alerts.core.ledger import Intent, NotSent, Outcome, Reason, Returned
from alerts.core.outbox import Tell
from alerts.core.retry import Ending
from alerts.log import Follower, LogError
from deploy.reading import Log, LogUnreadable, Stored
from deploy.verify.differences import Difference, Kind
from streams.topics import BOOK, LEDGER, NOTICES, OUTBOX, Topic, prefixed
from streams.wire.records import Notice

ENDED = frozenset({Reason.WITHDRAWN, Reason.NEVER_HELD, Reason.NOBODY})


class Routed(NamedTuple):
    """How far the courier had come, by partition: in the notices, and in what is addressed to people."""

    notices: Mapping[int, int]
    outbox: Mapping[int, int]


def routed(bootstrap: str, *, prefix: str) -> Routed:
    """Return how far the courier has come; raises LogUnreadable."""
    app = prefix or "dunghan"
    positions = []
    for group, topic in ((f"{app}-route", NOTICES), (f"{app}-send", OUTBOX)):
        try:
            follower = Follower(bootstrap, group=group, topic=prefixed(prefix, topic))
            try:
                positions.append({place: one.offset for place, one in follower.positions().items()})
            finally:
                follower.close()
        except LogError as error:
            raise LogUnreadable(str(error)) from error
    return Routed(*positions)


class Mails:
    """All that was mailed, is held, or was given up; read before the notices, so that these are never behind."""

    def __init__(self, routed: Routed) -> None:
        """Begin with nothing read."""
        self._routed = routed
        self._intents: dict[str, tuple[Intent, tuple[int, int]]] = {}
        self._accepted: set[str] = set()
        self._returned: set[str] = set()
        self._ended: set[str] = set()
        self._wrong: list[Difference] = []
        self.endings = self.expected = 0

    def read(self, log: Log) -> None:
        """Read the ledger, the book and the outbox; raises LogUnreadable."""
        for partition in range(log.partitions(LEDGER)):
            self._read_ledger(partition, log.whole(LEDGER, partition))
            for record in log.whole(OUTBOX, partition):
                if record.offset >= self._routed.outbox.get(partition, 0):
                    with self._readable(OUTBOX, (partition, record.offset)):
                        self._waiting(record)
            self._read_book(partition, log.whole(BOOK, partition))

    def _read_ledger(self, partition: int, records: Iterable[Stored]) -> None:
        outcomes: list[tuple[str, int]] = []
        for record in records:
            with self._readable(LEDGER, (partition, record.offset)):
                match ledger.ledger_line(record.value):
                    case Intent(digest=digest) as intent:
                        self._intents[digest] = (intent, (partition, record.offset))
                    case Outcome(digest=digest) as outcome:
                        outcomes.append((digest, record.offset))
                        if outcome.ending is Ending.ACCEPTED:
                            self._accepted.add(digest)
                    case line:
                        self._enter(line)
        for digest, offset in outcomes:
            if digest not in self._intents:
                told = f"the mail {digest} was never intended"
                self._wrong.append(_at(Kind.OUTCOME_WITHOUT_INTENT, LEDGER, (partition, offset), told=told))

    def _enter(self, line: ledger.LedgerLine) -> None:
        if isinstance(line, NotSent) and line.reason in ENDED:
            self._ended.add(line.notice)
        elif isinstance(line, Returned):
            self._returned.add(line.digest)

    def _read_book(self, partition: int, records: Iterable[Stored]) -> None:
        last = {record.key: record for record in records}
        for record in last.values():
            if record.value is None:
                continue
            with self._readable(BOOK, (partition, record.offset)):
                match ledger.entry(record.value):
                    case Held(tell=tell):
                        self._ended.add(tell.notice.id)
                    case Open(notices=notices):
                        self._ended.update(notices)
                    case _:
                        continue

    @contextmanager
    def _readable(self, topic: Topic, place: tuple[int, int]) -> Iterator[None]:
        try:
            yield
        except ledger.Unreadable as error:
            self._wrong.append(_at(Kind.UNREADABLE, topic, place, told=str(error)))

    def _waiting(self, record: Stored) -> None:
        match ledger.outbox_record(record.value):
            case Tell(notice=notice):
                self._ended.add(notice.id)
            case _:
                return

    def judged(self, decided: Counter[str], notices: Iterable[tuple[int, int, Notice]]) -> Iterator[Difference]:
        """Yield what differs: `decided` counts how often each notice was, `notices` are those that are kept."""
        yield from self._wrong
        yield from self._sent(decided)
        sent = {told.notice for name in self._accepted if name in self._intents for told in self._told(name)}
        for partition, offset, notice in notices:
            if offset >= self._routed.notices.get(partition, 0):
                continue  # the courier has not come to it yet
            self.expected += 1
            if notice.id in sent or notice.id in self._ended:
                self.endings += 1
                continue
            told = f"{notice.stage} {notice.dossier} {notice.id}: neither sent, held, withdrawn nor given up"
            yield _at(Kind.NOTICE_WITHOUT_ENDING, NOTICES, (partition, offset), told=told)

    def _sent(self, decided: Counter[str]) -> Iterator[Difference]:
        times: defaultdict[str, int] = defaultdict(int)
        for name, (intent, place) in sorted(self._intents.items(), key=lambda item: item[1][1]):
            for told in intent.notices:
                if told.notice not in decided:
                    said = f"the mail {name} tells {told.stage} {told.dossier} {told.notice}, which nobody decided"
                    yield _at(Kind.MAIL_UNDECIDED, LEDGER, place, told=said)
                elif name in self._accepted and name not in self._returned:
                    times[told.notice] += 1
                    if times[told.notice] == decided[told.notice] + 1:
                        said = f"the mail {name} tells {told.stage} {told.dossier} {told.notice} once more"
                        yield _at(Kind.MAIL_REPEATED, LEDGER, place, told=said)

    def _told(self, digest: str) -> Iterable[ledger.ToldOf]:
        return self._intents[digest][0].notices


def _at(kind: Kind, topic: Topic, place: tuple[int, int], *, told: str) -> Difference:
    return Difference(kind, topic.name, place[0], str(place[1]), told)
