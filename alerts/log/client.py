"""What every client of the log has in common."""

import contextlib
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from kafka import KafkaConsumer
from kafka.errors import KafkaError

from streams.cluster import Address
from streams.sockets import direct

SESSION_MS: Final = 10_000
AT_ONCE: Final = 2_000
LARGEST: Final = 8 * 1024 * 1024


class LogError(Exception):
    """The log cannot be read or written, or somebody else writes for us: begin again from what is committed."""


class Position(NamedTuple):
    """How far a group has come in a partition, and a note it left there."""

    offset: int
    note: str = ""


@contextlib.contextmanager
def ours() -> Iterator[None]:
    """Turn the library's errors into ours."""
    try:
        yield
    except (KafkaError, OSError, AssertionError) as error:
        raise LogError(f"{type(error).__name__}: {error}") from error


def consumer_of(bootstrap: Address, **settings: object) -> Any:
    """Return a client that reads what is committed unless `settings` say otherwise, and commits nothing by itself."""
    return KafkaConsumer(
        **direct(bootstrap),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=AT_ONCE,
        max_partition_fetch_bytes=LARGEST,
        allow_auto_create_topics=False,
        metrics_enabled=False,
        **({"isolation_level": "read_committed"} | settings),
    )
