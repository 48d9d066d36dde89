"""What the desk asks of whoever writes to the inbox."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from deploy.gateway.incoming import Posted


class Away(Exception):
    """The broker cannot be reached: nothing was written."""


class Full(Exception):
    """As much waits as may: nothing was written."""


class Unsure(Exception):
    """The broker did not say whether it has all of the records or none; it is never a part."""


class Writer(Protocol):
    """Writes to the inbox."""

    @property
    def up(self) -> bool:
        """Whether the broker took what it was last given."""

    @property
    def alive(self) -> bool:
        """Whether the writer is at work."""

    def post(self, records: Sequence[Posted]) -> "Future[None]":
        """Have the records written, all or none, and return what is answered then; raises Away or Full at once.

        The future ends with None, Away or Unsure. Cancelled before its turn, nothing of it is written.
        """
