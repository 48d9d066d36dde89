"""The check before a digest is composed: has everything been read that could add to it, or withdraw from it?

Both steps have to come as far as the ends that were read when something fell due: first the routing of the notices,
then the outbox. The ends are read once, so a steady flow of notices delays a digest by what was there, and no longer.

A transaction is seen to be committed in one topic before it is in another: the first step can be seen to have passed a
notice while what it wrote to the outbox is still hidden. So there everything counts that is written.
"""

import time

from alerts.log import Archive, Follower, Reader


class Recheck:
    """Asked again and again until it says yes; then the next question begins anew."""

    def __init__(self, routing: Follower, written: Archive, *, outbox: str) -> None:
        """`routing` follows the first step in `dossier.notices`; `written` sees all that it wrote to `outbox`."""
        self._routing = routing
        self._written = written
        self._topic = outbox
        self._notices: dict[int, int] | None = None
        self._outbox: dict[int, int] | None = None
        self._asked = 0.0
        self.holds_since = 0.0
        """Of which monotonic second the last yes speaks: what was written later is not in it."""

    def forget(self) -> None:
        """Begin anew: the partitions are others now."""
        self._notices = self._outbox = None

    def has_passed(self, reader: Reader) -> bool:
        """Return whether all that was there when it was first asked has been routed and read."""
        if self._notices is None:
            self._asked = time.monotonic()
            self._notices = self._routing.ends()
        if self._outbox is None:
            routed = self._routing.positions()
            if any(routed[partition].offset < end for partition, end in self._notices.items()):
                return False
            self._outbox = self._written.ends(self._topic)
        ours = reader.assignment()
        if any(reader.position(partition) < self._outbox.get(partition, 0) for partition in ours):
            return False
        self.forget()
        self.holds_since = self._asked
        return True
