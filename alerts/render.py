"""A digest becomes words: subject, HTML and text, equal in content; the one module that knows Jinja2 and css-inline."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final

import css_inline
import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from alerts.core.digest import Digest, Item, UnitLine, rank
from alerts.core.people import Directory
from alerts.links import Links
from alerts.wording import WORDS, Language, clock_text, day_text, span, standing
from streams.core.stages import Stage

IN_FULL: Final = 100
"""How many dossiers, the riskiest, are shown in full; the others get a short line each."""
LONGEST: Final = 120


class Letter(msgspec.Struct, frozen=True):
    """The words of one mail."""

    subject: str
    html: str
    text: str


class Row(msgspec.Struct, frozen=True):
    """One dossier as the templates show it; `link` is empty where the home system has none."""

    number: int
    dossier: str
    link: str
    standing: str
    due: str
    about: str
    remark: str


class Line(msgspec.Struct, frozen=True):
    """What one who leads reads of a unit, or anybody of what was withdrawn: a name, and what to know of it."""

    name: str
    said: str


class Group(msgspec.Struct, frozen=True):
    """The dossiers of one stage: some in full, the others in a short line each."""

    title: str
    count: int
    full: tuple[Row, ...]
    short: tuple[Row, ...]


class Renderer:
    """Renders digests in one language; `links` says where a dossier is found in the system that keeps it."""

    def __init__(self, directory: Directory, *, language: Language = Language.VI, links: Links | None = None) -> None:
        """Load the templates."""
        self._directory = directory
        self._words = WORDS[language]
        self._links = links or Links()
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False)
        environment = Environment(
            loader=PackageLoader("alerts"),
            undefined=StrictUndefined,
            autoescape=select_autoescape(["html"]),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        suffix = "" if language is Language.VI else f".{language}"
        self._html = environment.get_template(f"digest{suffix}.html")
        self._text = environment.get_template(f"digest{suffix}.txt")

    def render(self, digest: Digest) -> Letter:
        """Return the mail's words; the same digest gives the same words."""
        shown = {
            "first": self._first(digest),
            "groups": self._groups(digest),
            "units": [self._unit(line, digest) for line in digest.units],
            "lost": [Line(plain(dossier), self._words.ended[why]) for dossier, why in digest.lost],
            "because": [
                self._words.because[via] for via in sorted({item.via for item in (*digest.items, *digest.counted)})
            ],
            "recipient": plain(digest.recipient.name),
            "day": day_text(digest.at),
        }
        return Letter(
            subject=self._subject(digest),
            html=self._inliner.inline(self._html.render(shown)),
            text=self._text.render(shown),
        )

    def _subject(self, digest: Digest) -> str:
        counts = Counter(item.stage for item in (*digest.items, *digest.counted))
        told = ", ".join(
            self._words.joined.format(n=counts[stage], stage=self._words.stages[stage])
            for stage in sorted(counts, key=rank)
        )
        return plain(self._words.subject.format(counts=told, day=day_text(digest.at)))

    def _first(self, digest: Digest) -> str:
        if not digest.items:
            return self._lead(digest.units[0], digest)
        first = digest.items[0]
        return self._words.first[first.stage].format(
            dossier=plain(first.dossier), standing=standing(self._words, first, digest.at), by=clock_text(digest.by)
        )

    def _lead(self, line: UnitLine, digest: Digest) -> str:
        return self._words.lead.format(
            unit=plain(self._directory.unit_name(line.unit)),
            n=line.count,
            standing=standing(self._words, line.oldest, digest.at),
            by=clock_text(digest.by),
        )

    def _unit(self, line: UnitLine, digest: Digest) -> Line:
        said = self._words.unit_line.format(n=line.count, standing=standing(self._words, line.oldest, digest.at))
        return Line(plain(self._directory.unit_name(line.unit)), said)

    def _remark(self, item: Item) -> str:
        said = []
        if item.behalf:
            said.append(self._words.behalf.format(name=plain(self._directory.name(item.behalf))))
        if item.delay:
            said.append(self._words.delayed.format(span=span(self._words, item.delay)))
        return "; ".join(said)

    def _groups(self, digest: Digest) -> list[Group]:
        rows = [(item.stage, self._row(number, item, digest)) for number, item in enumerate(digest.items, start=1)]
        stages = sorted({stage for stage, _ in rows}, key=rank)
        return [self._group(stage, [row for among, row in rows if among is stage]) for stage in stages]

    def _group(self, stage: Stage, rows: Sequence[Row]) -> Group:
        title = self._words.stages[stage]
        return Group(
            title=title[0].upper() + title[1:],
            count=len(rows),
            full=tuple(row for row in rows if row.number <= IN_FULL),
            short=tuple(row for row in rows if row.number > IN_FULL),
        )

    def _row(self, number: int, item: Item, digest: Digest) -> Row:
        dossier = plain(item.dossier)
        unit = self._directory.unit_name(item.unit)
        about = (item.procedure, item.field, unit, self._words.states[item.state])
        return Row(
            number=number,
            dossier=dossier,
            link=self._links.of(dossier),
            standing=standing(self._words, item, digest.at),
            due=self._words.due.format(at=clock_text(item.due_at)) if item.due_at is not None else self._words.no_due,
            about=" · ".join(plain(part) for part in about if part),
            remark=self._remark(item),
        )


def plain(text: str) -> str:
    """Return one line of at most 120 characters in NFC, without control, bidirectional or invisible characters."""
    line = unicodedata.normalize("NFC", text)
    if not line.isprintable():
        # Categories C*: control, format (the bidirectional marks are here), surrogate, private use, unassigned.
        spaced = "".join(" " if char.isspace() else char for char in line)
        line = "".join(char for char in spaced if unicodedata.category(char)[0] != "C")
    line = " ".join(line.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
