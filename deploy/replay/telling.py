"""What a replay says, as text in Vietnamese and English and as JSON values; moments in ISO 8601, Vietnamese time."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from deploy.replay.day import Twice
from deploy.replay.daybook import Decision, What
from deploy.replay.differing import Difference, How
from deploy.replay.file import Played
from streams.core.moments import Moment
from streams.core.working_time import named

WORDS: Final = {
    What.VERDICT: "xếp loại · verdict",
    What.NOTICE: "báo · notice",
    What.WITHDRAWAL: "rút báo · withdrawal",
    What.FINDING: "điều cần xem lại · finding",
    What.FINDING_WITHDRAWN: "thôi cần xem lại · finding withdrawn",
    How.ONLY_THEN: "chỉ khi đó · only then",
    How.ONLY_NOW: "chỉ bây giờ · only now",
    How.DIFFERENTLY: "khác đi · differently",
}


def file_as_json(played: Played) -> dict[str, object]:
    """Return what came of a file."""
    return {
        "events": played.events,
        "ticks": played.ticks,
        "came_to": _moment(played.came_to or None),
        "decided": [_decision(one) for one in played.decisions],
        "rejected": [{"line": one.line, "reason": one.reason, "detail": one.detail} for one in played.rejected],
    }


def file_as_text(played: Played, name: str) -> str:
    """Return the decisions in their order, then the lines that were rejected, then the counts."""
    lines = [
        *map(_line, played.decisions),
        *(f"{name}:{one.line}: {one.reason}: {one.detail}" for one in played.rejected),
    ]
    came_to = f"; đến · came to {named(played.came_to)}" if played.came_to else ""
    counted = f"{played.events:,} sự kiện · events, {played.ticks:,} nhịp · ticks{came_to}"
    return "\n".join([*lines, counted, _counts(played.decisions), f"{len(played.rejected):,} bị loại · rejected"])


def day_as_json(twice: Twice) -> dict[str, object]:
    """Return what would be decided on the day."""
    return {"taken": twice.taken, "decided": [_decision(one) for one in twice.now]}


def day_as_text(twice: Twice) -> str:
    """Return what would be decided on the day, partition by partition, and the counts."""
    return "\n".join([*map(_line, twice.now), f"{twice.taken:,} bản ghi · records", _counts(twice.now)])


def against_as_json(twice: Twice, found: Sequence[Difference]) -> dict[str, object]:
    """Return the differences, each with both decisions where there are two."""
    return {
        "taken": twice.taken,
        "then": len(twice.then),
        "now": len(twice.now),
        "counts": dict(sorted(Counter(f"{one.about.what}_{one.how}" for one in found).items())),
        "differences": [
            {
                "how": one.how,
                "what": one.about.what,
                "dossier": one.about.dossier,
                "name": one.about.name,
                "then": None if one.then is None else _decision(one.then),
                "now": None if one.now is None else _decision(one.now),
            }
            for one in found
        ],
    }


def against_as_text(twice: Twice, found: Sequence[Difference]) -> str:
    """Return each difference with the reason that each side gave, and the counts."""
    counts = Counter((one.about.what, one.how) for one in found)
    lines = [line for one in found for line in _difference(one)]
    lines += [f"{count:>8,}  {WORDS[what]}: {WORDS[how]}" for (what, how), count in sorted(counts.items())]
    lines.append(f"khi đó · then: {_counts(twice.then)}")
    lines.append(f"bây giờ · now: {_counts(twice.now)}")
    return "\n".join([*lines, "KHÁC · DIFFERS" if found else "như nhau · nothing differs"])


def _difference(one: Difference) -> Iterator[str]:
    about = one.about
    yield f"{about.dossier}  {about.name}  {WORDS[about.what]}: {WORDS[one.how]}"
    for side, decision in (("khi đó · then", one.then), ("bây giờ · now", one.now)):
        if decision is not None:
            yield f"    {side}: {named(decision.at)}{_told(decision)}"


def _line(one: Decision) -> str:
    return f"{named(one.at)}  {one.dossier}  {WORDS[one.what]}  {one.name}{_told(one)}"


def _told(one: Decision) -> str:
    due = "" if one.due_at is None else f"  hạn · due {named(one.due_at)}"
    return f"{due}  {one.reason}" if one.reason else due


def _counts(decisions: Sequence[Decision]) -> str:
    counts = Counter(one.what for one in decisions)
    return ", ".join(f"{counts[what]:,} {WORDS[what]}" for what in What)


def _decision(one: Decision) -> dict[str, object]:
    return {
        "what": one.what,
        "dossier": one.dossier,
        "name": one.name,
        "at": named(one.at),
        "decided_at": named(one.decided_at),
        "reason": one.reason,
        "due_at": _moment(one.due_at),
        "stage_at": _moment(one.stage_at),
        "id": one.id,
    }


def _moment(at: Moment | None) -> str | None:
    return None if at is None else named(at)
