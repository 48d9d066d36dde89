"""Which rules count when: the editions of the rulebook, in the order of the moments from which they count."""

from collections.abc import Iterable
from typing import Protocol

import msgspec

from streams.core.moments import Day, Moment, day_of
from streams.core.rulebook import Rulebook


def is_judged_again(closed_on: Day, closed_since: Moment | None) -> bool:
    """Return whether rules that are put right for what was closed since a moment (None: nothing) judge this day."""
    return closed_since is not None and closed_on >= day_of(closed_since)


class Edition(msgspec.Struct, frozen=True):
    """A rulebook and the moment from which it counts.

    Open dossiers are judged again when an edition begins to count; of the closed ones only those that were closed at or
    after `closed_since`, for a rulebook that puts an earlier one right.
    """

    counts_from: Moment
    rules: Rulebook
    closed_since: Moment | None = None

    def judges(self, closed_on: Day) -> bool:
        """Return whether a dossier that was closed on this day is judged again when the edition begins to count."""
        return is_judged_again(closed_on, self.closed_since)


class Timetable:
    """All editions that were known at one `position` of the reference, -1 where there was none; immutable.

    The first edition counts before its moment too: something always counts. `former` are those that were known `before`
    and no longer count at any moment: a partition may still be at work by one of them.
    """

    __slots__ = ("editions", "former", "position")

    def __init__(self, editions: Iterable[Edition], *, position: int = -1, before: "Timetable | None" = None) -> None:
        """Keep the editions in order; at least one. An edition of the rulebook that counts already is no change."""
        self.position = position
        kept: list[Edition] = []
        for edition in sorted(editions, key=lambda each: each.counts_from):
            if not kept or kept[-1].rules.version != edition.rules.version:
                kept.append(edition)
        self.editions = tuple(kept)
        known: tuple[Edition, ...] = () if before is None else (*before.former, *before.editions)
        self.former: tuple[Edition, ...] = tuple(edition for edition in known if edition not in kept)

    def at(self, now: Moment) -> Edition:
        """Return the edition that counts at a moment."""
        counting = [edition for edition in self.editions if edition.counts_from <= now]
        return counting[-1] if counting else self.editions[0]

    def next_after(self, now: Moment) -> Edition | None:
        """Return the first edition that begins to count after a moment."""
        return next((edition for edition in self.editions[1:] if edition.counts_from > now), None)

    def known_at(self, position: int) -> "Timetable":
        """Return the same timetable, known at another position."""
        return Timetable(self.editions, position=position, before=self)

    def named(self, version: str, at: Moment) -> Edition | None:
        """Return the edition of the rulebook of this version that counted at a moment, taken back since or not.

        A version says the same rules for ever, but may come again, and then says of other dossiers that they are judged
        by it. None where nobody knows it.
        """
        known = [edition for edition in (*self.former, *self.editions) if edition.rules.version == version]
        counting = [edition for edition in known if edition.counts_from <= at]
        return counting[-1] if counting else known[0] if known else None


class Known(Protocol):
    """Whoever follows the reference: `known` is what there is to know at this moment."""

    @property
    def known(self) -> Timetable:
        """The timetable at the position that was read last."""


class Always:
    """A reference that never changes: one rulebook."""

    def __init__(self, rules: Rulebook) -> None:
        """Keep the rulebook."""
        self.known = Timetable((Edition(0, rules),))
