"""Who is expected to speak and how often: `[silence]` of `policy.toml`, the units in force, the sources known."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from dashboards.core.silence import Expected
from dashboards.units import expected_in
from deploy.connect.documents import BadDocuments
from deploy.connect.sources import load_source
from deploy.rulebook import SHIPPED, ReferenceError, load_rulebook, reference_folder
from streams.core.law import BadLimit
from streams.core.limits import Limit, LimitUnit, parse_limit
from streams.core.moments import Moment, date_of, day_of
from streams.wire.records import Speaker

R = TypeVar("R")
POLICY: Final = "policy.toml"


class _Silence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[silence]`: the longest that a source, or a unit, may say nothing, as limits are written."""

    source: str = "2 working days"
    unit: str = "3 working days"


class _SilencePart(msgspec.Struct, frozen=True):
    silence: _Silence = _Silence()


def expected_of(folder: Path | None, *, now: Moment) -> Expected:
    """Return who is expected, by the reference folder as it stands; raises ReferenceError."""
    chosen = reference_folder(folder)
    path = chosen / POLICY
    silence = _read(path if path.exists() else SHIPPED / POLICY, _SilencePart).silence
    source, unit = _limit(silence.source, f"{POLICY}, silence.source"), _limit(silence.unit, f"{POLICY}, silence.unit")
    named = {(Speaker.UNIT, id): unit for id in expected_in(chosen, on=date_of(day_of(now)))}
    # Those that are shipped are examples: who keeps no sources of his own waits for nobody by name.
    return Expected(
        load_rulebook(folder).calendar_for(None),
        named | (dict(_sources(folder)) if folder is not None else {}),
        {Speaker.SOURCE: source, Speaker.UNIT: unit},
    )


def _sources(folder: Path) -> Iterator[tuple[tuple[Speaker, str], Limit]]:
    try:
        for file in sorted((folder / "sources").glob("*.toml")):
            found = load_source(file)
            yield (Speaker.SOURCE, found.reports_as), _hours(found.cadence.working_hours)
            yield from (((Speaker.UNIT, unit), _hours(hours)) for unit, hours in found.cadence.units.items())
    except BadDocuments as error:
        raise ReferenceError(str(error)) from error


def _hours(working: int) -> Limit:
    return Limit(working, LimitUnit.WORKING_HOURS)


def _limit(text: str, place: str) -> Limit:
    try:
        return parse_limit(text)
    except BadLimit as error:
        raise ReferenceError(f"{place}: {error}") from error


def _read(path: Path, shape: type[R]) -> R:
    try:
        return msgspec.toml.decode(path.read_text(encoding="utf-8"), type=shape)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReferenceError(f"{path.name}: {error}") from error
