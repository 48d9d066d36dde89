"""Desks without a log: a writer and an archive that are plain lists."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

from prometheus_client import CollectorRegistry

from alerts import ledger
from alerts.core.people import Directory, Officer
from alerts.core.policy import Policy
from alerts.daybook import Daybook
from alerts.desk import Desk
from alerts.links import Links
from alerts.log import Archive, LogError, Position, Writer
from alerts.message import Letterhead
from alerts.metrics import Figures
from alerts.office import Office
from alerts.rules import Rules, Ruling
from streams.core.moments import Moment
from tests.unit.alerts.samples import at, notice, tell

MORNING = at("2020-07-10 08:00")


def people(count: int, *, name: str = "cb", domain: str = "x.vn") -> Directory:
    names = [f"{name}{n}" for n in range(count)]
    return Directory(officers={each: Officer(each, f"Cán bộ {each}", "xa", f"{each}@{domain}") for each in names})


PEOPLE = people(6)


class Noting(Writer):
    """A writer without a log: what is noted is durable at once, or, once it has `lost` the log, never."""

    def __init__(self) -> None:
        self.lost = False
        self.placed: list[bytes] = []
        self.notes: list[bytes] = []

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Self]:
        yield self

    def note(self, topic: str, record: tuple[str, bytes], *, partition: int, noted: Callable[[], None]) -> None:
        self.notes.append(record[1])
        if not self.lost:
            noted()

    def write(self, topic: str, key: str, value: bytes | None, *, partition: int | None = None) -> None:
        pass

    def write_and_place(self, records: Sequence[tuple[str, str, bytes]], *, partition: int) -> list[int]:
        before = len(self.placed)
        self.placed += [value for _, _, value in records]
        return list(range(before, len(self.placed)))

    def read_up_to(self, topic: str, position: Position, *, partition: int, membership: Any) -> None:
        pass


class Placed(Archive):
    """An archive of what this writer has written; it may be gone by now, or the log may be silent."""

    def __init__(self, writer: Noting) -> None:
        self._writer = writer
        self.is_gone = self.is_silent = False

    def one(self, topic: str, partition: int, offset: int, *, patience: float = 10.0) -> bytes | None:
        if self.is_silent:
            raise LogError("not read")
        return None if self.is_gone else self._writer.placed[offset]


def clock() -> Moment:
    return MORNING


def office(directory: Directory = PEOPLE) -> Office:
    return Office(
        prefix="",
        ruling=Ruling(Rules("first", directory, Policy())),
        links=Links(),
        letterhead=Letterhead(address="dunghan@x.vn"),
        figures=Figures(CollectorRegistry()),
        replay=False,
        daybook=Daybook(),
    )


def desk_with_notices(writer: Writer, directory: Directory = PEOPLE, *, partition: int = 0) -> Desk:
    desk = Desk(office(directory), partition, writer=writer, begun=0)
    told = [ledger.encoded(tell(notice(who, officer=who), who)) for who in directory.officers]
    desk.take(told, len(told))
    return desk


def desk_with_open_mails(writer: Writer, directory: Directory = PEOPLE) -> Desk:
    desk = desk_with_notices(writer, directory)
    list(desk.draft(MORNING))
    desk.commit(now=MORNING, clock=MORNING, membership=None)
    return desk
