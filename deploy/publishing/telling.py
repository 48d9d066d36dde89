"""What a release is and changes, in words of both languages and in JSON."""

from collections.abc import Iterator
from typing import Any, Final

from deploy.publishing.comparing import Effect
from deploy.publishing.desk import Ahead
from deploy.publishing.release import Release
from streams.core.moments import datetime_of

NOTHING: Final = "không có gì thay đổi · nothing changes"
WORDS: Final = {
    "judged": "hồ sơ đang mở được xét lại · open dossiers are judged again",
    "later": "hồ sơ lùi hạn · open dossiers get a later due moment",
    "earlier": "hồ sơ sớm hạn · an earlier",
    "left_overdue": "thôi quá hạn · leave overdue",
    "entered_overdue": "thành quá hạn · enter it",
    "withdrawn": "thông báo bị rút · notices would be withdrawn",
    "told": "thông báo mới · new",
    "closed": "hồ sơ đã đóng xét khác · closed dossiers would be judged otherwise",
    "left": "hồ sơ đã đóng và đã rời sổ, không xét lại · closed dossiers that have left are not judged again",
}


def release_in_words(release: Release) -> Iterator[str]:
    """Yield when the documents count, and each of them."""
    if not release.documents:
        yield NOTHING
        return
    yield f"từ · from {datetime_of(release.counts_from).isoformat()}:"
    for one in release.documents:
        yield f"  {one.kind} {one.id} {one.revision}{' (bỏ · taken away)' if one.gone else ''}"


def ahead_in_words(ahead: Ahead) -> Iterator[str]:
    """Yield the totals, then a line for each unit."""
    for name, words in WORDS.items():
        yield f"{getattr(ahead.total, name):>10,}  {words}"
    if ahead.by_unit:
        yield "theo đơn vị · by unit: " + ", ".join(Effect._fields)
    for unit, effect in ahead.by_unit.items():
        yield "  ".join([f"{unit or '?':<20}", *(f"{count:>8,}" for count in effect)])
    yield from (f"không đọc được · unreadable: {one}" for one in ahead.unreadable)


def as_json(release: Release, ahead: Ahead | None = None) -> dict[str, Any]:
    """Return the same as one object."""
    told: dict[str, Any] = {
        "counts_from": datetime_of(release.counts_from).isoformat(),
        "sha256": release.sha256,
        "documents": [
            {"key": one.key.decode(), "file": one.file, "sha256": one.sha256, "source": one.source, "gone": one.gone}
            for one in release.documents
        ],
        "faults": [],
    }
    if ahead is not None:
        units = {unit: effect._asdict() for unit, effect in ahead.by_unit.items()}
        told |= {"total": ahead.total._asdict(), "units": units, "unreadable": ahead.unreadable}
    return told
