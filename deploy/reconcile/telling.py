"""A comparison of two lists for the clerk who asked, in Vietnamese or English, and for a program."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from dashboards.core.differences import Compared, Count, Difference, Found
from deploy import office_words as office
from deploy.explain_in_words import when
from deploy.law_in_words import LANGUAGES
from deploy.reconcile.reading import Sheet
from streams.core.labels import State
from streams.core.moments import Moment
from streams.core.working_time import named


class Side(NamedTuple):
    """One of the two lists: its file and what was read of it."""

    file: Path
    sheet: Sheet


WORDS: Final[dict[str, tuple[str, str]]] = {
    Count.LOCAL: ("trong danh sách địa phương", "in the local list"),
    Count.NATIONAL: ("trong danh sách quốc gia", "in the national list"),
    Count.BOTH: ("có ở cả hai", "in both"),
    Difference.NEVER_SYNCHRONISED: ("đã nhận, chưa bao giờ đồng bộ", "received locally, never synchronised"),
    Difference.UNKNOWN_LOCALLY: ("quốc gia có, địa phương không có", "synchronised, unknown locally"),
    Difference.STATE: ("trạng thái khác nhau quá 24 giờ", "states have differed for over 24 hours"),
    Difference.STATE_UNDATED: ("trạng thái khác nhau, không rõ từ bao giờ", "states differ, since when is not told"),
    Difference.KEYED_LATE: (
        "quốc gia ghi ngày muộn hơn một ngày làm việc",
        "dated over a working day later nationally",
    ),
    Difference.KEYED_LATE_LOCALLY: (
        "địa phương ghi ngày muộn hơn một ngày làm việc",
        "dated over a working day later locally",
    ),
    Count.OVERDUE: ("quá hạn theo danh sách quốc gia", "judged overdue by the national list"),
    Difference.OVERDUE_BY_SYNC: (
        "… chỉ vì đồng bộ: địa phương đúng hạn",
        "… for synchronisation alone: in time locally",
    ),
    Difference.OVERDUE_BY_DUE: ("… vì ngày hẹn trả khác nhau", "… for due moments on different days"),
    Count.TOO_NEW: ("chỉ ở một bên, còn quá mới", "in one list alone, too new to say"),
    Count.STATE_TOO_NEW: ("trạng thái khác nhau chưa quá 24 giờ", "states differ, 24 hours at most"),
}
"""Every count, in the order of the columns."""
SAID: Final = {
    "lists": ("Đối soát {local} và {national}", "{local} against {national}"),
    "list": ("{file} ({source}, lúc {at})", "{file} ({source}, at {at})"),
    "unread": ("{file}: {n} dòng không đọc được", "{file}: {n} rows could not be read"),
    "unmapped": ("{file}: {column} {word!r} không có trong bảng ánh xạ", "{file}: {column} {word!r} is not mapped"),
    "homes": (
        "Hai bảng ánh xạ ghi hai hệ thống gốc ({local}, {national}): trong luồng sự kiện đó là những hồ sơ khác nhau.",
        "The two mappings name two home systems ({local}, {national}): in the stream those are different dossiers.",
    ),
    "more": ("… và {n} hồ sơ nữa (xem --json)", "… and {n} more (see --json)"),
    "none": ("không có", "none"),
    "same": ("Hai danh sách khớp nhau.", "The two lists agree."),
    "no_unit": ("(không ghi đơn vị)", "(no unit told)"),
}


def as_json(compared: Compared, local: Side, national: Side) -> dict[str, object]:
    """Return everything that was found; moments in ISO 8601."""
    return {
        "local": _side(local),
        "national": _side(national),
        "counts": _counts(compared.total),
        "units": {unit: _counts(counts) for unit, counts in sorted(compared.counts.items())},
        "differences": [_found(one) for one in compared.found],
    }


def as_text(compared: Compared, local: Side, national: Side, *, lang: str, most: int) -> str:
    """Return the counts, the table by unit, and the first so many dossiers of each difference."""
    return "\n".join(_Teller(lang).lines(compared, (local, national), most))


class _Teller:
    """One language."""

    def __init__(self, lang: str) -> None:
        self.place = LANGUAGES.index(lang)

    def say(self, sentence: str, **told: object) -> str:
        return SAID[sentence][self.place].format(**told)

    def lines(self, compared: Compared, sides: Sequence[Side], most: int) -> Iterator[str]:
        local, national = (
            self.say("list", file=one.file.name, source=one.sheet.source.name, at=when(one.sheet.as_of))
            for one in sides
        )
        yield self.say("lists", local=local, national=national)
        yield from self.notes(*sides)
        total = compared.total
        yield from (
            f"{total[name]:>9,}  ({number}) {both[self.place]}" for number, (name, both) in enumerate(WORDS.items(), 1)
        )
        yield "\n" + "".join(f"{f'({number})':>8}" for number in range(1, len(WORDS) + 1))
        for unit, counts in sorted(compared.counts.items()):
            yield "".join(f"{counts[name]:>8,}" for name in WORDS) + f"  {unit or self.say('no_unit')}"
        for difference in Difference:
            yield from self.shown(difference, [one for one in compared.found if one.difference is difference], most)
        if not compared.found:
            yield "\n" + self.say("same")

    def notes(self, local: Side, national: Side) -> Iterator[str]:
        homes = local.sheet.source.home, national.sheet.source.home
        if homes[0] != homes[1]:
            yield self.say("homes", local=homes[0], national=homes[1])
        for file, sheet in (local, national):
            if sheet.unread:
                yield self.say("unread", file=file.name, n=f"{sheet.unread:,}")
            for column, word in sorted(sheet.unmapped):
                yield self.say("unmapped", file=file.name, column=column, word=word)

    def shown(self, difference: Difference, found: Sequence[Found], most: int) -> Iterator[str]:
        if found and most:
            yield f"\n{WORDS[difference][self.place]} ({len(found):,}):"
            yield from (f"  {self.line(one)}" for one in found[:most])
            if len(found) > most:
                yield "  " + self.say("more", n=f"{len(found) - most:,}")

    def line(self, one: Found) -> str:
        told = f"{self.what(one.what)}: {self.value(one.local)} | {self.value(one.national)}"
        return f"{one.code}  {told}  {when(one.since) if one.since is not None else ''}  {one.unit}".rstrip()

    def what(self, name: str) -> str:
        if name == "state":
            return ("trạng thái", "state")[self.place]
        return (office.FIELDS[name] if name in office.FIELDS else office.KINDS[name.removesuffix("_at")])[self.place]

    def value(self, value: str | Moment | None) -> str:
        if isinstance(value, int):
            return when(value)
        return self.say("none") if not value else office.STATES[State(value)][self.place] if value in _STATES else value


_STATES: Final = frozenset(map(str, State))


def _counts(counts: Counter[str]) -> dict[str, int]:
    return {str(name): counts[name] for name in WORDS}


def _side(side: Side) -> dict[str, object]:
    sheet = side.sheet
    return {
        "file": side.file.name,
        "source": sheet.source.name,
        "reports_as": sheet.source.reports_as,
        "home": sheet.source.home,
        "as_of": named(sheet.as_of),
        "unread": sheet.unread,
        "unmapped": [{"column": column, "word": word, "rows": n} for (column, word), n in sheet.unmapped.most_common()],
    }


def _found(one: Found) -> dict[str, object]:
    return {
        "difference": one.difference,
        "code": one.code,
        "unit": one.unit,
        "what": one.what,
        "local": _value(one.local),
        "national": _value(one.national),
        "since": _value(one.since),
    }


def _value(value: str | Moment | None) -> str | None:
    return named(value) if isinstance(value, int) else value
