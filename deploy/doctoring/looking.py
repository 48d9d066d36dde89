"""The looks themselves: each reads, changes nothing, and answers with one line or with one for each fault."""

import time
from collections.abc import Iterator

from alerts.directory import DirectoryError, parse
from deploy.admin import AdminError, TopicAdmin
from deploy.admission import Another, NotAdmitted, identity
from deploy.doctoring import cluster, files, mailserver, people, published, years
from deploy.doctoring.line import Grade, Line
from deploy.layout import Fault, Layout
from deploy.rulebook import ReferenceError, load_rulebook, reference_folder
from deploy.settings import Settings
from streams.core.moments import Moment


def examined(settings: Settings, *, now: Moment, patience: float = 5.0) -> tuple[Line, ...]:
    """Return every line, in the order in which to read them; `patience` seconds for a cluster that does not answer."""
    return (
        *_kafka(settings, patience, now),
        *_calendar(settings, now),
        *_people(settings, now),
        *files.looked_at(settings, now=now),
        *mailserver.looked_at(settings, now=now),
    )


def _kafka(settings: Settings, patience: float, now: Moment) -> Iterator[Line]:
    began = time.monotonic()
    kafka = settings.kafka
    layout = Layout(kafka.prefix, kafka.partitions, kafka.replication)
    try:
        known = identity(kafka.cluster, patience)
        found = TopicAdmin(kafka.cluster, layout, patience=patience).plan()
    except Another as error:
        yield Line("kafka", Grade.WRONG, str(error), "set DUNGHAN_KAFKA__BOOTSTRAP, or DUNGHAN_KAFKA__CLUSTER_ID")
        return
    except (AdminError, NotAdmitted) as error:
        yield Line("kafka", Grade.WRONG, str(error), "start the cluster, or set DUNGHAN_KAFKA__BOOTSTRAP")
        return
    remedy = (
        "" if kafka.cluster_id else f"set DUNGHAN_KAFKA__CLUSTER_ID={known}: no process then enters another by mistake"
    )
    yield Line("kafka", Grade.FINE, f"answers at {kafka.cluster}, cluster {known}", remedy)
    for each in found:
        grade = Grade.WARNING if each.fault is Fault.COPIES else Grade.WRONG
        what = f"{each.topic}: {each.fault} {each.setting}".strip()
        yield Line("topics", grade, f"{what}: {each.found} instead of {each.wanted}", each.remedy)
    if not found:
        yield Line("topics", Grade.FINE, "every topic is as the design says")
    if not any(each.fault is Fault.MISSING for each in found):
        yield from cluster.looked_at(settings, now=now + round(time.monotonic() - began))
        yield from published.looked_at(settings, now=now)


def _calendar(settings: Settings, now: Moment) -> Iterator[Line]:
    try:
        calendar = load_rulebook(settings.reference.folder).calendar_for(None)
    except ReferenceError as error:
        yield Line("calendar", Grade.WRONG, str(error), "mend the document in the reference folder")
        return
    yield from years.looked_at(calendar, now=now)


def _people(settings: Settings, now: Moment) -> Iterator[Line]:
    folder = reference_folder(settings.reference.folder)
    try:
        units, officers = ((folder / name).read_text(encoding="utf-8") for name in ("units.csv", "officers.csv"))
        absences = folder / "absences.csv"
        directory = parse(units, officers, absences.read_text(encoding="utf-8") if absences.exists() else "")
    except FileNotFoundError as error:
        found, remedy = f"there is no {error.filename}", "put units.csv and officers.csv into the reference folder"
        yield Line("people", Grade.WARNING, found, remedy)
    except (OSError, UnicodeDecodeError, DirectoryError) as error:
        yield Line("people", Grade.WRONG, str(error), "mend the file in the reference folder")
    else:
        yield from people.looked_at(directory, now=now)
