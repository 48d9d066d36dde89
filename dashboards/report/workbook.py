"""The report as XLSX, its rates formulas over their counts: the one module that knows XlsxWriter."""

import io
from typing import Any

import xlsxwriter

from dashboards.core.rates import RateName
from dashboards.core.report import UnitLine
from dashboards.finding_words import INNOCENT, NAMES, SEVERITIES
from dashboards.report.page import Published
from dashboards.report.wording import words_in
from dashboards.words import LABELS, Language
from streams.core.moments import datetime_of


def workbook_of(published: Published, language: Language) -> bytes:
    """Return the workbook: what it is of, ranking, labels, rates, months, index, findings."""
    target = io.BytesIO()
    # A fixed creation date: the same report gives the same bytes.
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties({"created": datetime_of(published.report.as_of).replace(tzinfo=None)})
    sheets = _Sheets(book, published, language)
    first = (sheets.about, sheets.ranking, sheets.labels, sheets.rates)
    for write in (*first, sheets.months, sheets.index, sheets.findings):
        write()
    book.close()
    return target.getvalue()


class _Sheets:
    def __init__(self, book: Any, published: Published, language: Language) -> None:
        self._book, self._published, self._report = book, published, published.report
        self._words, self._language = words_in(language), language
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self._share = book.add_format({"num_format": "0.0%"})
        self._count = book.add_format({"num_format": "#,##0"})
        self._names = {line.unit: line.name for line in self._report.units}

    def about(self) -> None:
        report, words = self._report, self._words
        sheet = self._sheet("title", [])
        rows = [
            (words["title"], ""),
            (words["period"], f"{report.first} – {report.last}"),
            (words["as_of"], str(datetime_of(report.as_of))),
            (words["source"], words[report.source]),
            (words["hash"], self._published.sha256),
            (words["rules"], self._report.rules or "–"),
            (words["frozen"], "✓" if self._published.frozen else "–"),
            (words["incomplete"] if not report.complete else "", ""),
            (words["hole"], sum(c for label, c in report.total.labels.items() if label == "unclassified")),
            (words["sync"], report.total.sync),
            (words["never_unit"], ", ".join(report.units_never)),
        ]
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        sheet.set_column(0, 1, 60)

    def ranking(self) -> None:
        keys = ("place", "unit", "counts", "received", "rate", "score", "left_out", "carried")
        sheet = self._sheet("ranking", [self._words[key] for key in keys])
        for at, line in enumerate(self._report.ranking, 1):
            name = self._names.get(line.unit, line.unit)
            place = line.place or self._words[line.reason]
            sheet.write_row(at, 0, [place, name, line.share.part, line.share.whole])
            sheet.write_formula(at, 4, f'=IF(D{at + 1}>0,C{at + 1}/D{at + 1},"–")', self._share, _value(line.share))
            sheet.write_row(at, 5, [float(line.score) if line.score else "", line.share.left_out, line.carried])

    def labels(self) -> None:
        heads = [self._words[key] for key in ("unit", "received", "carried")]
        sheet = self._sheet("units", heads + [words.of(self._language) for words in LABELS.values()])
        for at, line in enumerate(self._lines(), 1):
            counts = [line.labels[label] for label in LABELS]
            sheet.write_row(
                at, 0, [line.name or self._words["figures"], line.received, line.carried, *counts], self._count
            )

    def rates(self) -> None:
        names = [f"{rate}{view}" for rate in RateName for view in ("", "/without_sync")]
        sheet = self._sheet("rates", [self._words["unit"], *(part for name in names for part in (name, "n", "N"))])
        for at, line in enumerate(self._lines(), 1):
            sheet.write(at, 0, line.name or self._words["figures"])
            for place, name in enumerate(names):
                share, column = line.rates[name], 1 + 3 * place
                part, whole = (xlsxwriter.utility.xl_rowcol_to_cell(at, column + step) for step in (1, 2))
                sheet.write_formula(at, column, f'=IF({whole}>0,{part}/{whole},"–")', self._share, _value(share))
                sheet.write_row(at, column + 1, [share.part, share.whole], self._count)

    def months(self) -> None:
        sheet = self._sheet("trend", [self._words[key] for key in ("period", "received", "in_time", "late")])
        for at, month in enumerate(self._report.months, 1):
            sheet.write_row(at, 0, [month.month, month.received, month.in_time, month.late], self._count)

    def index(self) -> None:
        keys = ("line", "points", "maximum", "counts", "received", "origin", "unconfirmed")
        sheet = self._sheet("index", [self._words[key] for key in keys])
        for at, line in enumerate(self._report.index, 1):
            name, origin = self._words.get(line.line, line.line), self._words[line.origin]
            numbers = [float(each) if each else "" for each in (line.points, line.maximum)]
            counts = ["" if each is None else each for each in (line.part, line.whole)]
            sheet.write_row(
                at, 0, [name, *numbers, *counts, f"{origin}: {line.citation}", "" if line.confirmed else "*"]
            )

    def findings(self) -> None:
        keys = ("finding", "severity", "unit", "dossiers", "received", "evidence", "innocent")
        sheet = self._sheet("findings", [self._words[key] for key in keys])
        for at, line in enumerate(self._report.findings, 1):
            named = f"{line.rule} {NAMES[line.rule].of(self._language)}"
            shown = ": ".join(part for part in (line.note, ", ".join(line.dossiers)) if part)
            row = [named, SEVERITIES[line.severity].of(self._language), self._names.get(line.unit, line.unit)]
            sheet.write_row(at, 0, [*row, line.count, line.of or "", shown, INNOCENT[line.rule].of(self._language)])

    def _lines(self) -> tuple[UnitLine, ...]:
        return (self._report.total, *self._report.units)

    def _sheet(self, key: str, heads: list[str]) -> Any:
        sheet = self._book.add_worksheet("".join(" " if c in "[]:*?/\\" else c for c in self._words[key])[:31])
        sheet.write_row(0, 0, heads, self._head)
        sheet.freeze_panes(1 if heads else 0, 0)
        sheet.set_column(0, 1, 28)
        return sheet


def _value(share: Any) -> float | str:
    return share.part / share.whole if share.whole > 0 else "–"
