"""A courier at work on a real log and a real mail server, as its tests see it."""

import contextlib
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.process import BaseProcess

import msgspec

from alerts import ledger
from alerts.core.ledger import LedgerLine
from alerts.core.people import Directory
from alerts.core.policy import Policy
from alerts.courier import Courier, Options, deliver
from alerts.log import Archive, Writer
from alerts.message import Letterhead
from alerts.rules import Rules
from alerts.server import Server
from deploy.local.mailbox import LocalMailbox
from streams.core.moments import Moment
from streams.topics import LEDGER, NOTICES, prefixed
from streams.wire.records import NoticeRecord
from tests.unit.alerts.samples import DIRECTORY, at

MORNING = at("2020-07-10 08:00")
PATIENCE = 60.0


def morning() -> Moment:
    """Return the time that the couriers of these tests are told it is."""
    return MORNING


def options(kafka: str, prefix: str, mailbox: LocalMailbox) -> Options:
    """Return what a courier of these tests needs to know."""
    return Options(
        bootstrap=kafka,
        prefix=prefix,
        rules=rules_with(DIRECTORY),
        smtp=Server(host=mailbox.host, port=mailbox.port),
        letterhead=Letterhead(address="dunghan@x.vn", domain="x.vn"),
        clock=morning,
    )


def rules_with(directory: Directory) -> Rules:
    """Return rules with these people, and the usual times."""
    return Rules("first", directory, Policy())


def publish(kafka: str, prefix: str, records: Sequence[NoticeRecord], *, partition: int = 0) -> None:
    """Write records to the notices, as a worker does."""
    with contextlib.closing(Writer(kafka, name=f"{prefix}-test-{partition}")) as writer, writer.transaction():
        for record in records:
            key = getattr(record, "dossier", "/mark")
            writer.write(prefixed(prefix, NOTICES), key, msgspec.json.encode(record), partition=partition)


def ledger_lines(kafka: str, prefix: str) -> list[LedgerLine]:
    """Return the whole ledger."""
    with contextlib.closing(Archive(kafka)) as archive:
        whole = archive.whole(prefixed(prefix, LEDGER))
        return [ledger.ledger_line(value) for _, _, value in whole]


def wait_for_lines(
    kafka: str, prefix: str, wanted: Callable[[LedgerLine], bool], *, count: int = 1
) -> list[LedgerLine]:
    """Return the lines that are wanted as soon as there are so many."""
    found: list[LedgerLine] = []

    def are_there() -> bool:
        found[:] = [line for line in ledger_lines(kafka, prefix) if wanted(line)]
        return len(found) >= count

    wait_until(are_there)
    return found


def wait_until(holds: Callable[[], bool]) -> None:
    """Return as soon as it holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"not within {PATIENCE} s"
        time.sleep(0.2)


@contextlib.contextmanager
def working(given: Options) -> Iterator[Courier]:
    """Run a courier beside the test; what it raises, the test raises."""
    courier = Courier(**given)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            courier.run()
        except Exception as failure:  # noqa: BLE001 - raised again below
            failures.append(failure)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield courier
    finally:
        courier.stop()
        thread.join(PATIENCE)
    assert not thread.is_alive(), "the courier did not stop"
    if failures:
        raise failures[0]


@contextlib.contextmanager
def in_a_process(given: Options) -> Iterator[BaseProcess]:
    """Run a courier in a process of its own, to be killed."""
    process = multiprocessing.get_context("spawn").Process(target=deliver, kwargs=dict(given), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()
