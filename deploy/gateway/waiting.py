"""What waits to be written: bounded, in order, handed out in groups; the loop puts in, the writer takes out."""

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final

import msgspec

from deploy.gateway.incoming import Posted
from deploy.gateway.writing import Away, Full

GROUP_EVENTS: Final = 2_000
GROUP_BYTES: Final = 8 << 20
"""What one group holds at the most; a posting alone may be larger."""


class Posting(msgspec.Struct):
    """Records that are written together, and what is answered then."""

    records: Sequence[Posted]
    size: int
    written: "Future[None]"


class Waiting:
    """The queue. Closed, it takes nothing; it is closed until the broker is there, and again while it is away."""

    def __init__(self, *, most_bytes: int) -> None:
        """Let so many bytes wait or be under way at once; a single posting may be larger."""
        self._most_bytes = most_bytes
        self._queue: deque[Posting] = deque()
        self._changed = threading.Condition()
        self._events = self._bytes = 0
        self._open = self._stopping = False

    @property
    def events(self) -> int:
        """How many events wait or are under way."""
        return self._events

    @property
    def is_open(self) -> bool:
        """Whether postings are taken."""
        return self._open and not self._stopping

    @property
    def stopping(self) -> bool:
        """Whether the end has been asked for."""
        return self._stopping

    def put(self, records: Sequence[Posted]) -> "Future[None]":
        """Queue the records; raises Away while closed and Full where there is no room."""
        posting = Posting(records, sum(len(each.value) for each in records), Future())
        with self._changed:
            if not self.is_open:
                raise Away
            if self._bytes and self._bytes + posting.size > self._most_bytes:
                raise Full
            self._queue.append(posting)
            self._events += len(records)
            self._bytes += posting.size
            self._changed.notify_all()
        return posting.written

    def group(self) -> list[Posting]:
        """Wait for postings and return those of the next group; none when the end was asked for and nothing waits."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._stopping)
            group: list[Posting] = []
            events = size = 0
            while self._queue and (not group or self._fits(events, size)):
                posting = self._queue.popleft()
                if posting.written.set_running_or_notify_cancel():
                    group.append(posting)
                    events, size = events + len(posting.records), size + posting.size
                else:
                    self._forget(posting)
            return group

    def end(self, group: Sequence[Posting], error: Exception | None) -> None:
        """Answer the postings of a group: written where `error` is None."""
        with self._changed:
            for posting in group:
                self._forget(posting)
        for posting in group:
            if error is None:
                posting.written.set_result(None)
            else:
                posting.written.set_exception(error)

    def open(self) -> None:
        """Take postings from now on."""
        with self._changed:
            self._open = True

    def close(self) -> None:
        """Take nothing more, and answer all that waits with Away."""
        with self._changed:
            self._open = False
            while self._queue:
                posting = self._queue.popleft()
                self._forget(posting)
                if posting.written.set_running_or_notify_cancel():
                    posting.written.set_exception(Away())

    def stop(self) -> None:
        """Ask for the end: nothing more is taken, what waits is still handed out."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def pause(self, seconds: float) -> None:
        """Return after so many seconds, or as soon as the end is asked for."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, seconds)

    def _fits(self, events: int, size: int) -> bool:
        following = self._queue[0]
        return events + len(following.records) <= GROUP_EVENTS and size + following.size <= GROUP_BYTES

    def _forget(self, posting: Posting) -> None:
        self._events -= len(posting.records)
        self._bytes -= posting.size
