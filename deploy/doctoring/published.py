"""Looks at what counts by the topic `reference`: people and days off count from there, once anything was published."""

from collections.abc import Iterator, Mapping

import msgspec

from alerts.directory import DirectoryError
from alerts.rules import OFFICERS, UNITS, rules_of
from deploy.doctoring import people, years
from deploy.doctoring.line import Grade, Line
from deploy.published import known_in
from deploy.reading import Log, LogUnreadable
from deploy.rulebook import ReferenceError as Unusable
from deploy.rulebook import files_in, load_rulebook
from deploy.settings import Settings
from streams.core.moments import Moment, datetime_of
from streams.reference import Reference
from streams.wire.reference import BadReference

AGAIN = "mend it and publish it again: `dunghan reference plan`, then `apply`"


def looked_at(settings: Settings, *, now: Moment) -> Iterator[Line]:
    """Return what counts, and what is wrong with it; a topic that cannot be read is a warning."""
    kafka, folder = settings.kafka, settings.reference.folder
    try:
        files, first = files_in(folder), load_rulebook(folder)
        with Log(kafka.cluster, prefix=kafka.prefix) as log:
            reference = known_in(log, first, kind=Reference)
    except Unusable:
        return  # said where the folder is looked at
    except LogUnreadable as error:
        yield Line("reference", Grade.WARNING, str(error), "ask as the administrator (`dunghan acl`)")
        return
    yield from counting(reference, files, now=now)


def counting(reference: Reference, folder: Mapping[str, str], *, now: Moment) -> Iterator[Line]:
    """Return what counts at `now` by what was published, and where the folder (file → text) says otherwise."""
    for fault in reference.faults:
        yield Line("reference", Grade.WRONG, f"left out by everybody: {fault}", AGAIN)
    files = reference.files_at(now)
    if not files:
        yield Line("reference", Grade.FINE, "nothing that was published counts yet: the folder does")
        return
    since = max(each.counts_from for each in reference.documents if each.counts_from <= now)
    yield _compared(
        reference, folder, f"{len(files)} documents count, the last since {datetime_of(since):%Y-%m-%d %H:%M}"
    )
    calendar = reference.known.at(now).rules.calendar_for(None)
    yield from map(_in_force, years.looked_at(calendar, now=now))
    if UNITS in files and OFFICERS in files:
        try:
            directory = rules_of(files).directory
        except (BadReference, DirectoryError) as error:
            yield Line("people", Grade.WRONG, f"in force: {error}; whoever counted before goes on counting", AGAIN)
        else:
            yield from map(_in_force, people.looked_at(directory, now=now))


def _compared(reference: Reference, folder: Mapping[str, str], found: str) -> Line:
    # Against what was published last, whenever it counts: a change that is announced is no difference.
    last = reference.files_at(max(each.counts_from for each in reference.documents))
    others = sorted(name for name, text in last.items() if folder.get(name) != text)
    if not others:
        return Line("reference", Grade.FINE, found)
    told = f"{found}; the folder here has others: {', '.join(others)}"
    return Line("reference", Grade.FINE, told, "`dunghan reference plan` says what they would change")


def _in_force(line: Line) -> Line:
    return msgspec.structs.replace(line, found=f"in force: {line.found}")
