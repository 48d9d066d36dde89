"""What the audit of units reads of each dossier, and whose late papers the ledger of mails shows a reminder for."""

from alerts.core.ledger import Intent, Outcome
from alerts.core.retry import Ending
from alerts.ledger import Unreadable, ledger_line
from dashboards.core.cases import Case
from deploy.reading import Log, LogUnreadable
from streams.core.dossier import Dossier
from streams.core.findings import Finding
from streams.core.labels import Label
from streams.core.law import LawError
from streams.core.moments import Moment, day_of
from streams.core.rulebook import Rulebook
from streams.core.stages import Stage
from streams.topics import LEDGER


def case_of(
    key: str, dossier: Dossier, *, label: Label, found: tuple[Finding, ...], rules: Rulebook, reminded: bool
) -> Case:
    """Return what the audit of its unit reads of a dossier."""
    received_at, closed_at = dossier.received_at, dossier.closed_at
    return Case(
        key,
        dossier.unit or "",
        label,
        received_on=None if received_at is None else day_of(received_at),
        closed_at=closed_at,
        in_hours=closed_at is None or _in_hours(closed_at, dossier.unit, rules),
        supplements=dossier.supplement_requests,
        code=dossier.national_code or "",
        rules=tuple(sorted({finding.rule for finding in found})),
        reminded=reminded,
    )


def _in_hours(at: Moment, unit: str | None, rules: Rulebook) -> bool:
    try:
        return rules.calendar_for(unit).roll(at) == at
    except LawError:
        return True  # beyond every calendar; the dossier has a finding that says so


def reminded(log: Log, *, until: Moment) -> frozenset[str]:
    """Return the dossiers of whose late papers a mail was taken by the mail server; LogUnreadable."""
    opened: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for partition in range(log.partitions(LEDGER)):
        for record in log.whole(LEDGER, partition):
            try:
                line = ledger_line(record.value)
            except Unreadable as error:
                raise LogUnreadable(f"a line of the ledger: {error}") from error
            if isinstance(line, Intent):
                opened[line.digest] = tuple(
                    told.dossier for told in line.notices if told.stage is Stage.SUPPLEMENT_OVERDUE
                )
            elif isinstance(line, Outcome) and line.ending is Ending.ACCEPTED and line.at <= until:
                taken.add(line.digest)
    return frozenset(dossier for digest in taken for dossier in opened.get(digest, ()))
