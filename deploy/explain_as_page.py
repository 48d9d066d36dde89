"""A dossier explained as one HTML page, to be printed and filed: no script, and nothing beside it is needed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined

from alerts.core.ledger import LedgerLine
from deploy.explain_in_words import Teller, when
from streams.core.labels import Label
from streams.explained import Explained

TEMPLATE: Final = Path(__file__).parent / "explained.html"
LATE: Final = frozenset({Label.CLOSED_LATE, Label.OPEN_OVERDUE})


def as_page(told: Explained, mails: Sequence[LedgerLine] | None, lang: str) -> str:
    """Return the page in Vietnamese (`vi`) or English; the same explanation gives the same bytes.

    It says what the text says, and every working interval; without `mails` nobody asked the ledger.
    """
    teller = Teller(lang)
    title, about, conclusion, *standing = teller.head(told)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        lang=lang,
        title=title,
        about=about,
        conclusion=conclusion,
        late=told.standing.label in LATE,
        standing=standing,
        say=teller.say,
        history=[(when(line.event.at), *teller.line(line)) for line in told.history],
        beside=list(teller.beside(told)),
        dues=[((len(line) - len(line.lstrip())) // 2, line.strip()) for line in teller.dues(told, most=None)],
        findings=[(when(found.at), *teller.finding(found)) for found in told.findings],
        notices=list(map(teller.notice, told.notices)),
        mails=None if mails is None else [teller.mail(line, told.key) for line in mails],
        rules=told.rules,
    )
