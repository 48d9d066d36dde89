"""Who would have been told otherwise by the shadow policy, as text in Vietnamese and English and as JSON values."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from deploy.replay.daybook import Decision, What
from deploy.replay.differing import Difference
from deploy.replay.shadow import Change, Span, change_of
from streams.core.working_time import named

WORDS: Final = {
    Change.MORE: "báo thêm · more",
    Change.LESS: "bớt báo · less",
    Change.SOONER: "sớm hơn · sooner",
    Change.LATER: "muộn hơn · later",
    Change.OTHERWISE: "người khác · to others",
}


class Compared(NamedTuple):
    """The shadow's version, the span, what differs, and how many notices the policy told and the shadow would have."""

    shadow: str
    span: Span
    found: Sequence[Difference]
    told: int
    would_tell: int


def as_json(compared: Compared) -> dict[str, object]:
    """Return all of it as one object; units → officers → change → notices."""
    units: dict[str, dict[str, dict[str, int]]] = {}
    for (unit, officer, change), count in sorted(_by_whom(compared.found).items()):
        units.setdefault(unit, {}).setdefault(officer, {})[change.value] = count
    return {
        "shadow": compared.shadow,
        "since": named(compared.span.since),
        "until": named(compared.span.until),
        "told": compared.told,
        "would_tell": compared.would_tell,
        "counts": {f"{what}_{change}": count for (what, change), count in sorted(_counts(compared.found).items())},
        "units": units,
        "differences": [difference_as_json(one) for one in compared.found],
    }


def difference_as_json(one: Difference) -> dict[str, object]:
    """Return one notice or withdrawal; `counts` is what the policy that counts told, `shadow` what the shadow would."""
    about = one.now or one.about
    return {
        "change": change_of(one).value,
        "what": about.what.value,
        "dossier": about.dossier,
        "stage": about.name,
        "unit": about.unit,
        "officer": about.officer,
        "counts": _side(one.then),
        "shadow": _side(one.now),
    }


def as_text(compared: Compared, *, most: int) -> Iterator[str]:
    """Yield the totals, then by unit and officer, then the first `most` of what differs."""
    since, until = named(compared.span.since), named(compared.span.until)
    yield f"{compared.shadow}: {since} – {until}"
    yield f"{compared.told:>10,}  đã báo · told"
    yield f"{compared.would_tell:>10,}  quy tắc bóng sẽ báo · the shadow would tell"
    for (what, change), count in sorted(_counts(compared.found).items()):
        yield f"{count:>10,}  {'rút lại · withdrawn, ' if what is What.WITHDRAWAL else ''}{WORDS[change]}"
    whom = _by_whom(compared.found)
    for unit, officer in sorted({key[:2] for key in whom}):
        told = ", ".join(f"{whom[unit, officer, each]:,} {WORDS[each]}" for each in Change if whom[unit, officer, each])
        yield f"{unit or '?'}/{officer or '-'}: {told}"
    for one in compared.found[:most]:
        about = one.now or one.about
        when = " → ".join("–" if side is None else named(_when(side)) for side in (one.then, one.now))
        kind = "rút · withdraw " if about.what is What.WITHDRAWAL else ""
        yield f"{about.dossier}  {kind}{about.name}  {WORDS[change_of(one)]}: {when}  {about.unit}/{about.officer}"
    if len(compared.found) > most:
        yield f"… {len(compared.found) - most:,} nữa · more (see --json)"


def _counts(found: Sequence[Difference]) -> Counter[tuple[What, Change]]:
    return Counter((one.about.what, change_of(one)) for one in found)


def _by_whom(found: Sequence[Difference]) -> Counter[tuple[str, str, Change]]:
    notices = [(one, one.now or one.about) for one in found if one.about.what is What.NOTICE]
    return Counter((about.unit, about.officer, change_of(one)) for one, about in notices)


def _when(one: Decision) -> int:
    return one.at if one.stage_at is None else one.stage_at


def _side(one: Decision | None) -> dict[str, object] | None:
    if one is None:
        return None
    return {
        "at": named(_when(one)),
        "decided_at": named(one.decided_at),
        "reason": one.reason,
        "due_at": None if one.due_at is None else named(one.due_at),
        "unit": one.unit,
        "officer": one.officer,
    }
