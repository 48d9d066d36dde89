"""The desk on which the last export lies while the next is compared with it: on disk, so that memory stays bounded."""

import sqlite3
from collections.abc import Iterator
from types import TracebackType
from typing import Final, NamedTuple, Self

CACHE_KIB: Final = 64 << 10
_TABLE: Final = "CREATE TABLE dossier (code TEXT PRIMARY KEY, snapshot BLOB, line INTEGER NOT NULL) WITHOUT ROWID"


class Known(NamedTuple):
    """What is known of a code: the line on which it stood before in this file (0: nowhere), and its last snapshot."""

    line: int
    snapshot: bytes | None


class Desk:
    """The snapshots by code, and on which line each code was met; a context manager, gone when it ends."""

    def __init__(self) -> None:
        # An empty name is a file of sqlite's own that nobody else sees and that is gone with the connection.
        self._base = sqlite3.connect("", isolation_level=None)
        self._base.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._base.execute("PRAGMA journal_mode = OFF")
        self._base.execute("PRAGMA synchronous = OFF")
        self._base.execute(_TABLE)
        self._base.execute("BEGIN")

    def __enter__(self) -> Self:
        """Return the desk."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the desk."""
        self._base.close()

    def lay(self, code: str, snapshot: bytes) -> None:
        """Lay down the last snapshot of a dossier; a later one replaces an earlier."""
        self._base.execute("INSERT OR REPLACE INTO dossier VALUES (?, ?, 0)", (code, snapshot))

    def meet(self, code: str, line: int) -> Known:
        """Note that the code stands on this line, and return what was known of it before."""
        found = self._base.execute("SELECT line, snapshot FROM dossier WHERE code = ?", (code,)).fetchone()
        if found is None:
            self._base.execute("INSERT INTO dossier VALUES (?, NULL, ?)", (code, line))
            return Known(0, None)
        if not found[0]:
            self._base.execute("UPDATE dossier SET line = ? WHERE code = ?", (line, code))
        return Known(*found)

    def unmet(self) -> Iterator[bytes]:
        """Yield the snapshots of the dossiers that stood on no line, by code."""
        for (snapshot,) in self._base.execute("SELECT snapshot FROM dossier WHERE line = 0 ORDER BY code"):
            yield snapshot
