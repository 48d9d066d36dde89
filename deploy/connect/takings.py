"""An import from beginning to end: the last export onto the desk, the new one against it, what happened published."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from deploy.connect.desk import Desk
from deploy.connect.exports import Export
from deploy.connect.importing import PIECE, Import, Piece, Tell
from deploy.connect.outbox import events_in
from deploy.connect.outcome import Missing, Outcome
from deploy.connect.rows import Problem
from deploy.connect.snapshot import state_shown, subject_of
from deploy.connect.snapshots import Written, read_snapshot, stored, transactional_id
from deploy.connect.sources import Source
from deploy.connect.vocabulary import Vocabulary
from deploy.reading import Log
from streams.cluster import Address
from streams.core.moments import Moment
from streams.engine.connection import Connection
from streams.engine.publisher import Publisher


class Where(NamedTuple):
    """The cluster: its address and the prefix before the topics' names."""

    bootstrap: Address
    prefix: str


class Asked(NamedTuple):
    """What is asked of an import: the file and how it is read, from the start, partial, without writing."""

    file: Path
    as_of: Moment | None = None
    sheet: str | None = None
    partial: bool = False
    from_start: bool = False
    dry: Callable[[Piece], None] | None = None
    """Hears every piece instead of the cluster."""


Watch = Callable[[Export], None]


def take(asked: Asked, source: Source, *, where: Where, tell: Tell, watch: Watch) -> Outcome:
    """Take the export in and return what came of it; `watch` sees it as it is opened.

    Raises BadExport for the file; LogUnreadable and NotPublished for the cluster, whose last piece then is not there.
    """
    with ExitStack() as stack:
        export = stack.enter_context(Export(asked.file, sheet=asked.sheet or source.sheet, encoding=source.encoding))
        watch(export)
        desk = stack.enter_context(Desk())
        publish = asked.dry
        if publish is None or not asked.from_start:
            # The others are shut out before the last export is read, so that nobody writes between reading and writing.
            publish = publish or _publisher(stack, source, where)
            log = stack.enter_context(Log(where.bootstrap, prefix=where.prefix))
            if not asked.from_start:
                for code, snapshot in stored(log, source):
                    desk.lay(code, snapshot)
        as_of = export.saved_at if asked.as_of is None else asked.as_of
        return Import(source, desk=desk, as_of=as_of, publish=publish, tell=tell).run(export, partial=asked.partial)


def take_outbox(asked: Asked, source: Source, *, where: Where, tell: Tell, now: Moment) -> Outcome:
    """Send the rows of an outbox and return what came of it; ids are the rows' own, and nothing is compared.

    Raises BadExport for the file; LogUnreadable and NotPublished for the cluster.
    """
    outcome, piece = Outcome(), Piece([], [])
    with ExitStack() as stack:
        export = stack.enter_context(Export(asked.file))
        publish = asked.dry or _publisher(stack, source, where)
        for said in events_in(export.file, source, now=now):
            outcome.rows += 1
            if isinstance(said, Problem):
                outcome.refuse(said)
                tell(said)
            elif said is None:
                outcome.unchanged += 1
            else:
                outcome.changed += 1
                outcome.events[said.type.split(".")[-2]] += 1
                piece.events.append(said)
            if len(piece.events) >= PIECE:
                export.check()
                publish(piece)
                piece = Piece([], [])
        export.check()
        if piece.events:
            publish(piece)
    return outcome


def _publisher(stack: ExitStack, source: Source, where: Where) -> Written:
    connection = Connection(where.bootstrap, where.prefix, group="", client_id="dunghan-import", transaction_ms=60_000)
    with Log(where.bootstrap, prefix=where.prefix) as log:  # says in one line what is not there
        publisher = stack.enter_context(Publisher(connection, transactional_id(source, where.prefix)))
        return Written(publisher, log, source)


def missing(source: Source, where: Where) -> list[Missing]:
    """Return the dossiers that were open and have been in no export since; raises LogUnreadable."""
    words = Vocabulary(source)
    last: dict[str, bytes] = {}
    with Log(where.bootstrap, prefix=where.prefix) as log:
        last.update(stored(log, source))
    found = [read_snapshot(value) for value in last.values()]
    return sorted(
        Missing(subject_of(source, one.row.code), one.missing_since, str(state_shown(one.row, words) or ""))
        for one in found
        if one.missing_since is not None
    )
