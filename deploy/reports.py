"""One period's report put together: figures now or as of a moment, what was frozen, what came late."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from dashboards.core.auditing import unit_findings
from dashboards.core.cases import UnitFinding
from dashboards.core.periods import Period
from dashboards.core.ranking import Rules
from dashboards.core.report import Report, decoded, encoded
from dashboards.core.reporting import Counted, Material, report_of
from dashboards.core.restating import Change, Restatement, restatement_of
from dashboards.grounds import given_in, grades_in, grounds_in, lines_in, procedures_in
from dashboards.report.page import Published, page_of
from dashboards.report.workbook import workbook_of
from dashboards.scoreboard import read_board
from dashboards.units import expected_in, names_in, standing_in
from dashboards.words import Language
from deploy.acts import read_acts
from deploy.reading import Log
from deploy.recount import recounted
from deploy.rulebook import load_rulebook, reference_folder
from deploy.settings import Settings
from streams.core.moments import Moment, date_of
from streams.wire.acts import ReportFrozen, ReportRestated

FOLDER: Final = Path("reports")


def report_now(settings: Settings, period: Period, rules: Rules, *, audit: bool = True) -> Report:
    """Return the report of the running tallies; TalliesUnreachable, BadGrounds.

    With `audit` the rules over units look at every dossier, for which all events are read; LogUnreadable.
    """
    board, complete = read_board(settings.kafka.cluster, settings.kafka.prefix)
    latest = max(board.counted.values(), default=0)
    odd = _audited(settings, period, latest) if audit else ()
    material = replace(_material(settings, period, rules), audited=odd)
    return report_of(board, period, material=material, counted=Counted(latest, complete, "tallies"))


def report_then(settings: Settings, period: Period, rules: Rules, *, as_of: Moment) -> Report:
    """Return the report recomputed from the events that had arrived; LogUnreadable, BadGrounds, ReferenceError."""
    law = load_rulebook(settings.reference.folder)
    with Log(settings.kafka.cluster, prefix=settings.kafka.prefix) as log:
        found = recounted(log, period, as_of=as_of, rules=law)
    odd = unit_findings(found.cases, period, law.policy.findings)
    material = replace(_material(settings, period, rules, used=found.used), audited=odd)
    counted = Counted(as_of, found.unreadable == 0, "events", law.version)
    return report_of(found.board, period, material=material, counted=counted)


def _audited(settings: Settings, period: Period, as_of: Moment) -> tuple[UnitFinding, ...]:
    law = load_rulebook(settings.reference.folder)
    with Log(settings.kafka.cluster, prefix=settings.kafka.prefix) as log:
        return unit_findings(recounted(log, period, as_of=as_of, rules=law).cases, period, law.policy.findings)


def _material(settings: Settings, period: Period, rules: Rules, *, used: frozenset[str] | None = None) -> Material:
    folder = reference_folder(settings.reference.folder)
    return Material(
        names=names_in(folder),
        grounds=grounds_in(folder, rules),
        given=given_in(folder),
        procedures=procedures_in(folder),
        lines=lines_in(folder),
        grades=grades_in(folder),
        standing=standing_in(folder, period),
        expected=expected_in(folder, on=date_of(period.last)),
        used=used,
    )


class Past(NamedTuple):
    """What `office.acts` says of a period: the act that froze it (the first, for ever), and what was restated last."""

    frozen: ReportFrozen | None
    restated: tuple[Change, ...] = ()


def past_of(settings: Settings, period: Period) -> Past:
    """Return what was done about the period. LogUnreadable, BrokenChain."""
    with Log(settings.kafka.cluster, prefix=settings.kafka.prefix) as log:
        acts, _ = read_acts(log)
    frozen = next((act for act in acts if isinstance(act, ReportFrozen) and act.period == str(period)), None)
    restated = [act for act in acts if isinstance(act, ReportRestated) and act.period == str(period)]
    last = msgspec.json.decode(restated[-1].restatement, type=Restatement).changes if restated else ()
    return Past(frozen, last)


def after(past: Past, act: ReportFrozen | ReportRestated) -> Past:
    """Return the past with this act in it, which was just done: who reads the log again may not see it yet."""
    return past._replace(frozen=act) if isinstance(act, ReportFrozen) else past


def published(report: Report, past: Past) -> Published:
    """Return what is to be shown: the frozen report as it was, what came late beside it, or the report itself."""
    if past.frozen is None:
        text = encoded(report)
        return Published(report, text, hashlib.sha256(text).hexdigest())
    text, sha256 = past.frozen.report.encode(), past.frozen.sha256
    kept = decoded(text)
    return Published(kept, text, sha256, frozen=True, restatement=restatement_of(kept, sha256, report))


def act_of(shown: Published, past: Past, *, at: Moment, who: str, why: str) -> ReportFrozen | ReportRestated | None:
    """Return the act that freezing is now: to freeze, to restate what was frozen, or none where nothing is new."""
    report = shown.report
    if shown.restatement is None:
        text = shown.text.decode()
        return ReportFrozen(
            at=at, who=who, why=why, period=report.period, as_of=report.as_of, sha256=shown.sha256, report=text
        )
    if shown.restatement.changes == past.restated:
        return None
    return _restated(shown.restatement, at=at, who=who, why=why)


def _restated(restatement: Restatement, *, at: Moment, who: str, why: str) -> ReportRestated:
    text = msgspec.json.encode(restatement, order="deterministic")
    return ReportRestated(
        at=at,
        who=who,
        why=why,
        period=restatement.period,
        as_of=restatement.as_of,
        frozen=restatement.frozen,
        sha256=hashlib.sha256(text).hexdigest(),
        restatement=text.decode(),
    )


def written(shown: Published, folder: Path) -> list[Path]:
    """Write HTML and XLSX in both languages and the JSON, which is what the hash is of; return the files. OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"report-{shown.report.first}-{shown.report.last}"
    files: dict[str, bytes] = {f"{name}.json": shown.text}
    if shown.restatement is not None and shown.restatement.changes:
        files[f"{name}.restated.json"] = msgspec.json.encode(shown.restatement, order="deterministic")
    for language in Language:
        files[f"{name}.{language}.html"] = page_of(shown, language).encode()
        files[f"{name}.{language}.xlsx"] = workbook_of(shown, language)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return [folder / file for file in files]
