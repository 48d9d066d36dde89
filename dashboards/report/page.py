"""The report as one HTML page that needs nothing beside it: the one module of the reports that knows Jinja2."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from dashboards.core.counts import CLOSED_IN_TIME, LATE
from dashboards.core.rates import RateName
from dashboards.core.report import Report
from dashboards.core.restating import Restatement
from dashboards.finding_words import INNOCENT, NAMES, SEVERITIES
from dashboards.report.svg import label_bar, share_bar, trend
from dashboards.report.wording import words_in
from dashboards.words import COLOURS, LABELS, Language
from streams.core.labels import Label
from streams.core.moments import datetime_of

TEMPLATE = Path(__file__).parent / "template.html"


@dataclass(frozen=True, slots=True)
class Published:
    """A report, its JSON, the hash of that, whether it is frozen, and what came late beside it.

    The JSON of a frozen report is kept as it was written: a later version of ours would write it otherwise.
    """

    report: Report
    text: bytes
    sha256: str
    frozen: bool = False
    restatement: Restatement | None = None


def page_of(published: Published, language: Language) -> str:
    """Return the page."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["n"] = partial(whole_number, language=language)
    report = published.report
    labels = report.total.labels
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        r=report,
        w=words_in(language),
        language=language.value,
        as_of=f"{datetime_of(report.as_of):%d/%m/%Y %H:%M}"
        if language is Language.VI
        else str(datetime_of(report.as_of)),
        sha256=published.sha256,
        frozen=published.frozen,
        restatement=published.restatement,
        names={line.unit: line.name for line in report.units},
        labels={label.value: words.of(language) for label, words in LABELS.items()},
        colours={label.value: colour for label, colour in COLOURS.items()},
        rates=[name.value for name in RateName],
        rules={rule.value: words.of(language) for rule, words in NAMES.items()},
        innocent={rule.value: words.of(language) for rule, words in INNOCENT.items()},
        severities={severity.value: words.of(language) for severity, words in SEVERITIES.items()},
        hole=labels[Label.UNCLASSIFIED],
        in_time=sum(labels[label] for label in CLOSED_IN_TIME),
        late=sum(labels[label] for label in LATE),
        percent=partial(percent, language=language),
        bar=partial(label_bar, language=language),
        share_bar=share_bar,
        trend=trend,
    )


def whole_number(count: int, language: Language) -> str:
    """Return all its digits, in groups of three as the language has them."""
    grouped = f"{count:,}"
    return grouped.replace(",", ".") if language is Language.VI else grouped


def percent(part: int, whole: int, language: Language) -> str:
    """Return the share with one digit; what is not all is never shown as 100 %, and a dash is nothing to divide by."""
    if whole <= 0:
        return "–"
    tenths = (2000 * part + whole) // (2 * whole)
    if 0 < part < whole:
        tenths = min(max(tenths, 1), 999)
    text = f"{tenths / 10:.1f} %"
    return text.replace(".", ",") if language is Language.VI else text
