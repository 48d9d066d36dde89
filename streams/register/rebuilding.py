"""Brings an entry that was built again from its events to how it stood, without a word to anybody."""

from streams.core.editions import Timetable
from streams.core.moments import Moment
from streams.register.clerk import Clerk
from streams.register.entries import Entry


def recalled(key: str, entry: Entry, *, clerk: Clerk, known: Timetable, now: Moment) -> None:
    """Bring a new entry to how its dossier stood at `now`, every stage before it told; nothing is written.

    An open one is judged by the clerk's rules. Who is closed keeps the verdict that he had: by the rules at the arrival
    of his last word, at what turned by time alone since, and by those that say that he is to be judged again.
    """
    rules, at = clerk.rules, _judged_first(entry, now)
    while at is not None:
        clerk.rules = rules if at == now else known.at(at).rules
        clerk.recall(key, entry, at)
        at = _judged_next(entry, at, known=known, now=now)
    clerk.rules = rules
    if entry.leaving or entry.next_at is None:
        # When he leaves is for the rules that count now to say.
        entry.next_at = None
        clerk.appoint_leaving(entry, now)


def _judged_first(entry: Entry, now: Moment) -> Moment | None:
    if entry.dossier.closed_at is None:
        return now
    return min(now, max(event.arrived_at for event in entry.dossier.events))


def _judged_next(entry: Entry, at: Moment, *, known: Timetable, now: Moment) -> Moment | None:
    """Return when an entry was judged next after a moment, by time or by other rules; None if not until `now`."""
    closed_on = None if entry.counted is None else entry.counted.closed_on
    turns = [] if entry.next_at is None or entry.leaving else [entry.next_at]
    if closed_on is not None:
        turns += [one.counts_from for one in known.editions if one.judges(closed_on)]
    return min((turn for turn in turns if at < turn <= now), default=None)
