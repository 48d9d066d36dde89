"""Partitions have become ours: what their last owner left, as it stands in the log, and nobody else writing there."""

import contextlib
from collections.abc import Container, Iterable, Mapping
from concurrent.futures import Executor

import structlog

from alerts import ledger
from alerts.core.ledger import Outcome
from alerts.desk import Desk
from alerts.log import Archive, LogError, Reader, Writer
from alerts.office import Office
from streams.cluster import Address
from streams.topics import BOOK, LEDGER, prefixed

log = structlog.get_logger(__name__)


def taken_over(
    office: Office, *, bootstrap: Address, reader: Reader, archive: Archive, threads: Executor
) -> dict[int, Desk]:
    """Return the desks of the partitions that `reader` has now, by partition; LogError when one cannot be had."""
    # In this order: fence the last owner, read how far they came, read their book, read what they noted.
    partitions = reader.assignment()
    names = [f"{office.prefix or 'dunghan'}-send-{partition}" for partition in partitions]
    writers = list(threads.map(lambda name: Writer(bootstrap, name=name), names))
    begun = reader.rewind()
    desks = {
        partition: Desk(office, partition, writer=writer, begun=begun[partition])
        for partition, writer in zip(partitions, writers, strict=True)
    }
    entries: dict[int, dict[str, bytes]] = {partition: {} for partition in partitions}
    for partition, key, value in archive.whole(prefixed(office.prefix, BOOK), partitions):
        if value is None:
            entries[partition].pop(key, None)
        else:
            entries[partition][key] = value
    for partition, desk in desks.items():
        try:
            desk.restore(entries[partition])
        except ledger.Unreadable as error:
            raise LogError(f"{BOOK.name}, partition {partition}: {error}") from error
    _recover(desks, office, bootstrap)
    return desks


def _recover(desks: Mapping[int, Desk], office: Office, bootstrap: Address) -> None:
    unsure = {partition: desk.unsure_since() for partition, desk in desks.items()}
    begin = {partition: line for partition, line in unsure.items() if line is not None}
    if not begin:
        return
    noted, committed = (_outcomes(office, bootstrap, begin, also_aborted=aborted) for aborted in (True, False))
    for partition in begin:
        recover(desks[partition], noted[partition], committed=set(committed[partition]))


def recover(desk: Desk, outcomes: Iterable[Outcome], *, committed: Container[Outcome]) -> None:
    """Enter what the last owner noted of its open mails and its book does not know; some of it is `committed`."""
    for said in outcomes:
        mail = desk.book.open_mail(said.recipient, said.digest)
        if mail is not None and said.attempt > mail.attempts:
            if said not in committed:
                # Again, in a transaction of ours: the one it stands in was aborted.
                desk.note(said)
            desk.settle(mail, said)


def _outcomes(
    office: Office, bootstrap: Address, begin: Mapping[int, int], *, also_aborted: bool
) -> dict[int, list[Outcome]]:
    found: dict[int, list[Outcome]] = {partition: [] for partition in begin}
    with contextlib.closing(Archive(bootstrap, also_aborted=also_aborted)) as archive:
        for partition, _, value in archive.since(prefixed(office.prefix, LEDGER), begin):
            try:
                line = ledger.ledger_line(value)
            except ledger.Newer:
                raise
            except ledger.Unreadable as error:
                office.figures.unreadable(LEDGER.name)
                log.error("record_unreadable", topic=LEDGER.name, partition=partition, reason=str(error))
                continue
            if isinstance(line, Outcome):
                found[partition].append(line)
    return found
