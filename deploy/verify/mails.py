"""The mails against the notices: nothing was sent that nobody decided, and every notice came to one ending."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from alerts import ledger
from alerts.core.entries import Held, Open
from alerts.core.ledger import Intent, NotSent, Outcome, Reason, Returned
from alerts.core.outbox import Tell
from alerts.core.retry import Ending
from deploy.reading import Log
from deploy.verify.differences import Difference, Kind
from streams.core.stages import Stage
from streams.topics import BOOK, LEDGER, NOTICES, OUTBOX, Topic

ENDED = frozenset({Reason.WITHDRAWN, Reason.NEVER_HELD, Reason.NOBODY})


class Routed(NamedTuple):
    """How far the courier had come, by partition: in the notices, and in what is addressed to people."""

    notices: Mapping[int, int]
    outbox: Mapping[int, int]


class Awaited(NamedTuple):
    """A notice, and where it stands in its topic."""

    partition: int
    offset: int
    id: str
    stage: Stage
    dossier: str


class Mails:
    """All that was mailed, is held, or was given up; read before the notices, so that these are never behind."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.settled = 0
        self.answered = 0
        self._next: Counter[tuple[str, int]] = Counter()
        self._routed = Routed({}, {})
        self._intents: dict[str, tuple[str, ...]] = {}
        self._fresh: list[tuple[Intent, tuple[int, int]]] = []
        self._accepted: list[tuple[str, tuple[int, int]]] = []
        self._times: Counter[str] = Counter()
        self._ended: set[str] = set()
        self._held: dict[bytes, tuple[str, ...]] = {}
        self._addressed: dict[int, deque[tuple[int, str]]] = {}
        self._awaited: list[Awaited] = []
        self._wrong: list[Difference] = []

    @property
    def expected(self) -> int:
        """How many notices the courier has come to."""
        return self.settled + sum(not self._ahead(one) for one in self._awaited)

    def read(self, log: Log, routed: Routed) -> None:
        """Read what is new in ledger, outbox and book; raises LogUnreadable. `routed` was asked for before."""
        self._routed = routed
        for partition in range(log.partitions(LEDGER)):
            for topic, enter in ((LEDGER, self._line), (OUTBOX, self._address), (BOOK, self._hold)):
                for record in log.since(topic, partition, self._next[topic.name, partition]):
                    self._next[topic.name, partition] = record.offset + 1
                    with self._readable(topic, (partition, record.offset)):
                        enter(record.key or b"", record.value, (partition, record.offset))

    def _line(self, _key: bytes, value: bytes | None, place: tuple[int, int]) -> None:
        match ledger.ledger_line(value):
            case Intent() as intent:
                self._intents[intent.digest] = tuple(told.notice for told in intent.notices)
                self._fresh.append((intent, place))
            case Outcome(digest=digest) if digest not in self._intents:
                told = f"the mail {digest} was never intended"
                self._wrong.append(_at(Kind.OUTCOME_WITHOUT_INTENT, LEDGER, place, told=told))
            case Outcome(digest=digest, ending=Ending.ACCEPTED):
                self._accepted.append((digest, place))
            case NotSent(notice=notice, reason=reason) if reason in ENDED:
                self._ended.add(notice)
            case Returned(digest=digest):
                # It has reached nobody, and is told once more.
                self._times.subtract(self._intents.get(digest, ()))

    def _address(self, _key: bytes, value: bytes | None, place: tuple[int, int]) -> None:
        record = ledger.outbox_record(value)
        if isinstance(record, Tell):
            self._addressed.setdefault(place[0], deque()).append((place[1], record.notice.id))

    def _hold(self, key: bytes, value: bytes | None, _place: tuple[int, int]) -> None:
        self._held.pop(key, None)
        match None if value is None else ledger.entry(value):
            case Held(tell=tell):
                self._held[key] = (tell.notice.id,)
            case Open(notices=notices):
                self._held[key] = notices

    @contextmanager
    def _readable(self, topic: Topic, place: tuple[int, int]) -> Iterator[None]:
        try:
            yield
        except ledger.Unreadable as error:
            self._wrong.append(_at(Kind.UNREADABLE, topic, place, told=str(error)))

    def judged(self, decided: Callable[[str], int], notices: Iterable[Awaited]) -> Iterator[Difference]:
        """Yield what differs: `decided` says how often a notice was, `notices` are those that were read since."""
        wrong, self._wrong = self._wrong, []
        yield from wrong
        yield from self._sent(decided)
        self._awaited += notices
        held = {name for names in self._held.values() for name in names} | self._under_way()
        still: list[Awaited] = []
        without: list[Awaited] = []
        for one in self._awaited:
            if self._times[one.id] > 0 or one.id in self._ended:
                self.settled += 1
                continue
            still.append(one)
            if not self._ahead(one) and one.id not in held:
                without.append(one)
        self._awaited = still
        self.answered = self.expected - len(without)
        for one in without:
            told = f"{one.stage} {one.dossier} {one.id}: neither sent, held, withdrawn nor given up"
            yield _at(Kind.NOTICE_WITHOUT_ENDING, NOTICES, (one.partition, one.offset), told=told)

    def _sent(self, decided: Callable[[str], int]) -> Iterator[Difference]:
        for intent, place in self._fresh:
            for told in intent.notices:
                if not decided(told.notice):
                    said = f"the mail {intent.digest} tells {told.stage} {told.dossier} {told.notice}, never decided"
                    yield _at(Kind.MAIL_UNDECIDED, LEDGER, place, told=said)
        for digest, place in self._accepted:
            for name in self._intents[digest]:
                self._times[name] += 1
                if 0 < decided(name) < self._times[name]:
                    said = f"the mail {digest} tells {name} once more"
                    yield _at(Kind.MAIL_REPEATED, LEDGER, place, told=said)
        self._fresh, self._accepted = [], []

    def _ahead(self, one: Awaited) -> bool:
        """Return whether the courier has not come to this notice yet."""
        return one.offset >= self._routed.notices.get(one.partition, 0)

    def _under_way(self) -> set[str]:
        for partition, waiting in self._addressed.items():
            taken = self._routed.outbox.get(partition, 0)
            while waiting and waiting[0][0] < taken:
                waiting.popleft()
        return {name for waiting in self._addressed.values() for _, name in waiting}


def _at(kind: Kind, topic: Topic, place: tuple[int, int], *, told: str) -> Difference:
    return Difference(kind, topic.name, place[0], str(place[1]), told)
