"""Where in the log a dossier's records stand: an index on disk, so that one dossier is found and not searched for.

It holds hashes of names and offsets, nothing else, and follows from the log: it may be deleted at any time, and is
built again by whoever needs it next. The one module that knows SQLite.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS reached (
  topic TEXT, partition INTEGER, last INTEGER, mark INTEGER, PRIMARY KEY (topic, partition)
);
CREATE TABLE IF NOT EXISTS place (
  topic TEXT, name INTEGER, partition INTEGER, at INTEGER, PRIMARY KEY (topic, name, partition, at)
) WITHOUT ROWID;
"""
AT_ONCE: Final = 20_000
"""Rows of one transaction."""
PATIENCE: Final = 30.0
"""Seconds that another process may keep the file to itself."""


class IndexUnusable(Exception):
    """The file cannot be read or written; the message says why."""


class Place(NamedTuple):
    """A partition and an offset."""

    partition: int
    offset: int


class Read(NamedTuple):
    """A record that was read, its bytes, and the names under which it is to be found."""

    offset: int
    value: bytes
    names: tuple[bytes, ...]


class Places:
    """The index in one file, for any number of topics; a context manager. Raises IndexUnusable."""

    def __init__(self, file: Path) -> None:
        """Open the file, or make it."""
        self._file = file
        with self._ours():
            file.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None)
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=NORMAL")
            self._base.executescript(SCHEMA)

    def __enter__(self) -> Self:
        """Return the index."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._base.close()

    def find(self, topic: str, name: bytes) -> list[Place]:
        """Return where records of this name stand; a few of another name may be among them."""
        with self._ours():
            rows = self._base.execute(
                "SELECT partition, at FROM place WHERE topic = ? AND name = ? ORDER BY partition, at",
                (topic, _hash(name)),
            ).fetchall()
        return [Place(*row) for row in rows]

    def forget(self, topic: str) -> None:
        """Let go of a topic, whose records are not where they were."""
        with self._ours(), self._transaction():
            self._base.execute("DELETE FROM place WHERE topic = ?", (topic,))
            self._base.execute("DELETE FROM reached WHERE topic = ?", (topic,))

    def follow(self, topic: str, partition: int, since: Callable[[int], Iterable[Read]]) -> None:
        """Take up what `since` an offset is new; what was taken up stays, whatever happens after.

        The last record that was taken up must still be there, and the same: else the topic is not the one that it was,
        and all of it is taken up anew.
        """
        last, mark = self._last(topic, partition)
        records = iter(since(max(last, 0)))
        if last >= 0 and ((first := next(records, None)) is None or (first.offset, _hash(first.value)) != (last, mark)):
            self.forget(topic)
            records = iter(since(0))
        rows: list[tuple[str, int, int, int]] = []
        newest: Read | None = None
        for newest in records:
            rows += [(topic, _hash(name), partition, newest.offset) for name in newest.names]
            if len(rows) >= AT_ONCE:
                self._add(rows, topic, (partition, newest))
                rows.clear()
        if newest is not None:
            self._add(rows, topic, (partition, newest))

    def _last(self, topic: str, partition: int) -> tuple[int, int]:
        sql = "SELECT last, mark FROM reached WHERE topic = ? AND partition = ?"
        with self._ours():
            row = self._base.execute(sql, (topic, partition)).fetchone()
        return (int(row[0]), int(row[1])) if row else (-1, 0)

    def _add(self, rows: list[tuple[str, int, int, int]], topic: str, newest: tuple[int, Read]) -> None:
        partition, record = newest
        with self._ours(), self._transaction():
            self._base.executemany("INSERT OR IGNORE INTO place VALUES (?, ?, ?, ?)", rows)
            reached = (topic, partition, record.offset, _hash(record.value))
            self._base.execute("INSERT OR REPLACE INTO reached VALUES (?, ?, ?, ?)", reached)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    @contextmanager
    def _ours(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise IndexUnusable(f"{self._file}: {error}") from error


def _hash(name: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big", signed=True)
