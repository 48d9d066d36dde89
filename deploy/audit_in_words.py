"""The findings of an audit, in the words of the office and as JSON values."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from dashboards.core.cases import UnitFinding
from dashboards.finding_words import INNOCENT, NAMES
from dashboards.words import Language, Said
from deploy.recount import Recounted
from streams.core.moments import Moment
from streams.core.working_time import named

_INNOCENT: Final = Said("có thể vô tình", "may be innocent")
_SUM: Final = Said(
    "{dossiers} hồ sơ; {single} điều về từng hồ sơ, {units} điều về đơn vị. Không điều nào là kết luận vi phạm.",
    "{dossiers} dossiers; {single} findings about dossiers, {units} about units. None of them proves a fault.",
)


def as_json(found: Recounted, units: Sequence[UnitFinding], *, at: Moment) -> dict[str, object]:
    """Return every finding with its evidence; moments in ISO 8601."""
    return {
        "as_of": named(at),
        "dossiers": len(found.cases),
        "unreadable": found.unreadable,
        "findings": [
            {"dossier": key} | msgspec.structs.asdict(one) | {"at": named(one.at), "severity": one.severity}
            for key, one in found.noted
        ],
        "units": [msgspec.structs.asdict(one) | {"severity": one.severity} for one in units],
    }


def as_text(found: Recounted, units: Sequence[UnitFinding], lang: str) -> str:
    """Return single dossiers counted by rule and unit (`explain` has each), and units with their evidence."""
    language = Language(lang)
    holders = {case.dossier: case.unit for case in found.cases}
    counts = Counter((one.rule, holders[key]) for key, one in found.noted)
    lines = [
        f"{count:>8,}  {rule:<5} {unit or '–'}  {NAMES[rule].of(language)}"
        for (rule, unit), count in sorted(counts.items())
    ]
    lines += [line for one in units for line in _unit(one, language)]
    rules = sorted({rule for rule, _ in counts} | {one.rule for one in units})
    lines += [f"{rule:<5} {_INNOCENT.of(language)}: {INNOCENT[rule].of(language)}" for rule in rules]
    said = _SUM.of(language)
    return "\n".join([*lines, said.format(dossiers=len(found.cases), single=len(found.noted), units=len(units))])


def _unit(one: UnitFinding, language: Language) -> Iterator[str]:
    where = f"{one.count:,}/{one.of:,}"
    yield f"{where:>8}  {one.rule:<5} {one.unit or '–'}  {NAMES[one.rule].of(language)}" + (
        one.note and f": {one.note}"
    )
    yield " " * 10 + ", ".join(one.dossiers) + (" …" if one.count > len(one.dossiers) else "")
