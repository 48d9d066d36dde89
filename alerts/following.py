"""Keeps a step's rules up with the topic `reference`."""

import time
from typing import Final, Self

from alerts.log import Archive
from alerts.rules import Ruling
from streams.cluster import Address
from streams.topics import REFERENCE, prefixed

EVERY: Final = 2.0
"""Seconds between two readings: less than documents are published before they count."""


class Following:
    """One reader of the reference, outside any group; a context manager, used by one thread."""

    def __init__(self, bootstrap: Address, *, prefix: str, ruling: Ruling) -> None:
        """Connect; what is read `ruling` learns."""
        self._archive = Archive(bootstrap)
        self._topic = prefixed(prefix, REFERENCE)
        self._ruling = ruling
        self._read_to, self._read_at = 0, float("-inf")

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go."""
        self._archive.close()

    def catch_up(self) -> None:
        """Learn all that is published, unless that was done just now; LogError."""
        now = time.monotonic()
        if now - self._read_at < EVERY:
            return
        found, self._read_to = self._archive.news(self._topic, self._read_to)
        for offset, value in found:
            self._ruling.learn(offset, value)
        self._read_at = now
