"""What came of an import, for the clerk who ran it and for a program."""

import json
from collections.abc import Sequence
from typing import Any, Final

from deploy.connect.outcome import MOST_KEPT, Missing, Outcome
from streams.core.moments import datetime_of

LISTED: Final = 20
"""Unmapped words that the text lists."""


def as_object(outcome: Outcome, sample: Sequence[bytes] = ()) -> dict[str, Any]:
    """Return the outcome for JSON; problems beyond the first ten thousand are only counted."""
    headings = outcome.headings
    return {
        "rows": outcome.rows,
        "unchanged": outcome.unchanged,
        "changed": outcome.changed,
        "not_read": outcome.unread,
        "events": dict(sorted(outcome.events.items())),
        "problem_count": outcome.problem_count,
        "problems": [one._asdict() for one in outcome.problems[:MOST_KEPT]],
        "unmapped": [{"column": key[0], "word": key[1], "rows": rows} for key, rows in outcome.unmapped.most_common()],
        "closed_without_date": outcome.without_date,
        "missing": [_missing(one) for one in outcome.missing],
        "closed_and_gone": outcome.closed_and_gone,
        "columns_missing": [] if headings is None else list(headings.missing),
        "columns_not_read": [] if headings is None else list(headings.unread),
        "columns_twice": [] if headings is None else list(headings.twice),
        "sample": [json.loads(event) for event in sample],
    }


def as_text(outcome: Outcome, *, dry: bool) -> str:
    """Return the outcome in lines; the problems themselves have been told as they were found."""
    lines = [missing_as_text(outcome.missing)] if outcome.missing else []
    for (column, word), rows in outcome.unmapped.most_common(LISTED):
        lines.append(f"{column}: {word!r} không có trong bảng ánh xạ · nobody mapped it ({rows} dòng · rows)")
    headings = outcome.headings
    if headings is not None and headings.missing:
        lines.append(f"không có cột · columns that the file has not: {', '.join(headings.missing)}")
    if headings is not None and headings.twice:
        lines.append(f"cột trùng, lấy cột đầu · columns there twice, the first was read: {', '.join(headings.twice)}")
    if outcome.without_date:
        lines.append(f"{outcome.without_date:,} đã xong mà không có ngày, lấy lúc xuất · closed without a date")
    if outcome.closed_and_gone:
        lines.append(f"{outcome.closed_and_gone:,} đã xong và không còn trong tệp · closed, and no longer in the file")
    told = ", ".join(f"{kind} {count:,}" for kind, count in sorted(outcome.events.items()))
    lines.append(
        f"{outcome.rows:,} dòng · rows: {outcome.changed:,} thay đổi · changed, "
        f"{outcome.unchanged:,} như cũ · as before, "
        f"{outcome.unread:,} không đọc được · could not be read"
    )
    end = " (chưa gửi gì · nothing was sent)" if dry else ""
    lines.append(f"{outcome.events.total():,} sự kiện · events{f': {told}' if told else ''}{end}")
    return "\n".join(lines)


def missing_as_text(found: Sequence[Missing]) -> str:
    """Return the missing dossiers, a line each, and their number."""
    lines = [f"{one.dossier}  {one.state or '?'}  {datetime_of(one.since).isoformat()}" for one in found]
    return "\n".join((*lines, f"{len(found):,} hồ sơ chưa xong biến mất khỏi tệp xuất · open dossiers vanished"))


def missing_as_json(found: Sequence[Missing]) -> str:
    """Return the missing dossiers as JSON."""
    return json.dumps({"missing": [_missing(one) for one in found]}, ensure_ascii=False)


def _missing(one: Missing) -> dict[str, str]:
    return {"dossier": one.dossier, "state": one.state, "since": datetime_of(one.since).isoformat()}
