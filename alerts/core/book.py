"""The book of one partition of `mail.outbox`: what is held, told, open, for each person; a plain object, no I/O.

`Book` keeps the entries and remembers which of them changed, for the next transaction. What happens to them is decided
in `taking` (a record came), `composing` (a digest is due) and `settling` (the mail server answered).
"""

from collections.abc import Iterable, Iterator
from typing import assert_never

from alerts.core.digest import rank
from alerts.core.entries import AnyEntry, Bounced, Held, Lost, Open, Page, PassedOn, Progress, Standing, Told, key_of
from streams.core.moments import Moment


class Book:
    """Entries by what they are about; restored by putting what `mail.book` holds and calling `changes` once."""

    def __init__(self) -> None:
        """Begin with empty pages."""
        self._standing: dict[str, dict[str, Standing]] = {}
        self._open: dict[tuple[str, str], Open] = {}
        self._pages: dict[str, Page] = {}
        self._lost: dict[str, dict[str, Lost]] = {}
        self._bounced: dict[str, Bounced] = {}
        self._marks: dict[int, Moment] = {}
        # For each person the earliest moment at which one of their held notices is due; of the `_moved` it may not be.
        self._due_at: dict[str, Moment] = {}
        self._moved: set[str] = set()
        # When the mail server last said anything to anybody here; it is not kept.
        self.heard_at: Moment = 0
        self._changed: dict[str, AnyEntry | None] = {}

    def put(self, entry: AnyEntry) -> None:
        """Write an entry in the place of the one with the same key."""
        self._changed[key_of(entry)] = entry
        match entry:
            case Held() | Told() | PassedOn():
                self._standing.setdefault(entry.recipient, {})[entry.notice] = entry
                self._moved.add(entry.recipient)
            case Open():
                self._open[entry.recipient, entry.digest] = entry
            case Page():
                self._pages[entry.recipient] = entry
            case Lost():
                self._lost.setdefault(entry.recipient, {})[entry.notice] = entry
            case Bounced():
                self._bounced[entry.recipient] = entry
            case Progress():
                self._marks = dict(entry.marks)
            case _:
                assert_never(entry)

    def strike(self, entry: Standing | Open | Lost | Bounced) -> None:
        """Remove an entry."""
        self._changed[key_of(entry)] = None
        match entry:
            case Open():
                del self._open[entry.recipient, entry.digest]
            case Lost():
                del self._lost[entry.recipient][entry.notice]
            case Bounced():
                del self._bounced[entry.recipient]
            case _:
                del self._standing[entry.recipient][entry.notice]
                self._moved.add(entry.recipient)

    def changes(self) -> dict[str, AnyEntry | None]:
        """Return what has changed since the last call, by key; None stands for what is gone."""
        changed, self._changed = self._changed, {}
        return changed

    def standing(self, recipient: str, notice: str) -> Standing | None:
        """Return how a notice stands with a person, None where they never heard of it."""
        return self._standing.get(recipient, {}).get(notice)

    def held(self, recipient: str) -> list[Held]:
        """Return what waits for this person's next digest and is not in an open mail."""
        return [
            entry
            for entry in self._standing.get(recipient, {}).values()
            if isinstance(entry, Held) and not entry.digest
        ]

    def told_by(self, recipient: str, digest: str) -> list[Told]:
        """Return what this digest told this person, as far as it still holds."""
        entries = self._standing.get(recipient, {}).values()
        return [entry for entry in entries if isinstance(entry, Told) and entry.digest == digest]

    def lost(self, recipient: str) -> list[Lost]:
        """Return what this person was told and no longer holds, and has not heard of."""
        return list(self._lost.get(recipient, {}).values())

    def bounced(self, recipient: str) -> Bounced | None:
        """Return since when mails to this person come back, None where they do not."""
        return self._bounced.get(recipient)

    def page(self, recipient: str) -> Page | None:
        """Return what is known of this person's last digest."""
        return self._pages.get(recipient)

    def due(self, now: Moment) -> Iterator[tuple[str, Moment]]:
        """Yield each person for whom something is due at `now`, and since when: by the worst that waits, then by id."""
        waiting = [
            (min(rank(entry.tell.notice.stage) for entry in self.held(recipient)), recipient, at)
            for recipient, at in self._appointments().items()
            if at <= now
        ]
        yield from ((recipient, at) for _, recipient, at in sorted(waiting))

    def is_due(self, now: Moment) -> bool:
        """Return whether anything is due at `now`."""
        return any(at <= now for at in self._appointments().values())

    def unsent_for(self, now: Moment) -> int:
        """Return for how many seconds the oldest of what is due by `now` has waited; 0 where nothing waits."""
        due = [at for at in self._appointments().values() if at <= now]
        begun = [entry.first_at for entry in self._open.values()]
        return max(0, now - min((*due, *begun), default=now))

    def _appointments(self) -> dict[str, Moment]:
        for recipient in self._moved:
            self._due_at.pop(recipient, None)
            for entry in self.held(recipient):
                self._due_at[recipient] = min(entry.due_at, self._due_at.get(recipient, entry.due_at))
        self._moved.clear()
        return self._due_at

    def open_mail(self, recipient: str, digest: str) -> Open | None:
        """Return the open mail of this digest, None where it has been answered for good."""
        return self._open.get((recipient, digest))

    def open_mails(self, now: Moment | None = None) -> Iterable[Open]:
        """Return the mails without an outcome; with `now`, those that may be tried again by then."""
        return [entry for entry in self._open.values() if now is None or entry.next_at <= now]

    def mark(self, partition: int, now: Moment) -> None:
        """Note that a replay has passed `now` in this partition of the notices."""
        self._marks[partition] = now
        self.put(Progress(recipient="", marks=dict(self._marks)))

    def replayed_to(self, partitions: Iterable[int]) -> Moment | None:
        """Return the moment that all these partitions have passed, None while one of them has said nothing."""
        marks = [self._marks.get(partition) for partition in partitions]
        known = [mark for mark in marks if mark is not None]
        return min(known) if known and len(known) == len(marks) else None

    def settled_to(self, now: Moment) -> Moment | None:
        """Return `now` if everything due by then has been told and answered, else None."""
        waiting = bool(self._open) or self.is_due(now)
        return None if waiting else now
