"""The trail as a Parquet file, for questions nobody thought of; the one module that knows DuckDB (`dunghan[parquet]`).

One row for each line: `trail_partition` and `trail_offset` are its place, the other columns the members of the lines by
their names; what a line does not have is NULL. Moments are TIMESTAMP WITH TIME ZONE.
"""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from streams.wire.schemas import LINES

SQL: Final[dict[object, str]] = {
    str: "VARCHAR", bool: "BOOLEAN", int: "BIGINT", str | None: "VARCHAR", int | None: "BIGINT",
}  # fmt: skip
MOST: Final = 16 << 20
"""Bytes of a line at the most."""


class NoDuckDB(Exception):
    """The extra is not installed."""


def columns() -> dict[str, str]:
    """Return the members that any line has, with their types in SQL; what is neither text nor number is JSON."""
    found = {"trail_partition": "BIGINT", "trail_offset": "BIGINT", "line": "VARCHAR"}
    for kind in LINES:
        for member in msgspec.structs.fields(kind):
            found.setdefault(member.name, SQL.get(member.type, "JSON"))
    return found | {"hash": "VARCHAR"}


def placed(partition: int, offset: int, line: bytes) -> bytes:
    """Return a line with its place before its own members."""
    place = b'{"trail_partition":%d,"trail_offset":%d,' % (partition, offset)
    return place + (line[1:] if line.startswith(b'{"') else b'"line":"unreadable"}')


def write(lines: Iterable[bytes], file: Path) -> int:
    """Write lines that `placed` gave to a Parquet file, and return how many; raises NoDuckDB, OSError."""
    try:
        import duckdb  # noqa: PLC0415 - an extra that is not always there
    except ImportError as error:
        raise NoDuckDB("DuckDB is needed: install dunghan[parquet]") from error
    count = 0
    with tempfile.NamedTemporaryFile(suffix=".jsonl", dir=file.parent) as beside:
        for line in lines:
            beside.write(line + b"\n")
            count += 1
        beside.flush()
        try:
            with duckdb.connect() as base:
                base.execute(_copy(Path(beside.name), file))
        except duckdb.Error as error:
            raise OSError(f"{file}: {error}") from error
    return count


def _copy(source: Path, file: Path) -> str:
    kinds = ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in columns().items())
    chosen = ", ".join(_chosen(name, kind) for name, kind in columns().items())
    read = f"read_json({_text(source)}, format='newline_delimited', maximum_object_size={MOST}, columns={{{kinds}}})"
    return f"COPY (SELECT {chosen} FROM {read}) TO {_text(file)} (FORMAT parquet, COMPRESSION zstd)"  # noqa: S608 - quoted


def _chosen(name: str, kind: str) -> str:
    is_moment = kind == "BIGINT" and (name.endswith("_at") or name in {"now", "clock"})
    return f'to_timestamp("{name}") AS "{name}"' if is_moment else f'"{name}"'


def _text(said: object) -> str:
    return "'" + str(said).replace("'", "''") + "'"
