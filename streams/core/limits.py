"""Limits: how long a procedure may take, as values, and read from the text that sources send."""

import enum
import re
import unicodedata
from typing import Final

import msgspec

from streams.core.law import BadLimit


class LimitUnit(enum.StrEnum):
    """What a limit is counted in."""

    HOURS = "hours"
    WORKING_HOURS = "working_hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


MOST: Final = {
    LimitUnit.HOURS: 87_840,
    LimitUnit.WORKING_HOURS: 29_280,
    LimitUnit.DAYS: 3_660,
    LimitUnit.WORKING_DAYS: 2_620,
    LimitUnit.MONTHS: 120,
}
"""Ten years: no procedure may take longer, so what is longer is a slip of the keyboard."""

_SPELLINGS: Final = {
    LimitUnit.HOURS: ("h", "hr", "hrs", "hour", "hours", "gio", "tieng", "gio dong ho"),
    LimitUnit.WORKING_HOURS: (
        *("working hour", "working hours", "work hours", "business hour", "business hours", "office hours"),
        *("gio lam viec", "gio hanh chinh"),
    ),
    LimitUnit.DAYS: ("d", "day", "days", "calendar day", "calendar days", "ngay", "ngay lich", "ngay duong lich"),
    LimitUnit.WORKING_DAYS: (
        *("working day", "working days", "work day", "work days", "workday", "workdays", "business day"),
        *("business days", "ngay lam viec"),
    ),
    LimitUnit.MONTHS: ("month", "months", "calendar month", "calendar months", "thang"),
}
_UNITS: Final = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}
_SESSIONS: Final = frozenset({"buoi", "buoi lam viec", "session", "sessions", "working session", "working sessions"})
_WORDS: Final = {
    word: number
    for words in (
        ("mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi"),
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        ("a",),
    )
    for number, word in enumerate(words, 1)
}
_HALVES: Final = frozenset({"nua", "half", "half a", "1/2"})
_WHOLE_ONLY: Final = frozenset({LimitUnit.DAYS, LimitUnit.MONTHS})
_FORM: Final = re.compile(
    r"(?:khong qua |toi da |trong |within )?(half a|-?\d+/\d+|-?\d+(?:[.,]\d+)?|[a-z]+(?= )) ?([a-z][a-z ]*)"
)


class Limit(msgspec.Struct, frozen=True):
    """A limit of `amount` units, and half a unit more where `half`; half a working day is a session, not four hours."""

    amount: int
    unit: LimitUnit
    half: bool = False

    def __str__(self) -> str:
        """Return the canonical text, which `parse_limit` reads back: `5 working days`, `0.5 working days`."""
        name = self.unit.value.replace("_", " ")
        alone = self.amount == 1 and not self.half
        return f"{self.amount}{'.5' if self.half else ''} {name.removesuffix('s') if alone else name}"


def parse_limit(text: str) -> Limit:
    """Return the limit that a text names, in Vietnamese or English, with or without diacritics; raise BadLimit.

    `5 working days`, `05 ngày làm việc`, `05 (năm) ngày`, `8 giờ làm việc`, `2 tháng`, `nửa ngày`, `0.5 working days`.
    """
    found = _FORM.fullmatch(_plain(text))
    if found is None:
        raise BadLimit(text, "is not an amount and a unit, such as '5 working days' or '2 tháng'")
    amount, half = _amount(text, found[1])
    name = found[2].strip()
    if name in _SESSIONS:
        if half:
            raise BadLimit(text, "half a session is no limit")
        return _within(text, Limit(amount // 2, LimitUnit.WORKING_DAYS, half=amount % 2 == 1))
    if name not in _UNITS:
        raise BadLimit(text, f"does not know the unit {name!r}")
    unit = _UNITS[name]
    if unit is LimitUnit.DAYS and half and amount == 0:
        unit = LimitUnit.WORKING_DAYS
    return _within(text, Limit(amount, unit, half))


def _plain(text: str) -> str:
    """Return the text in small letters without diacritics, remarks in brackets and doubled spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d")).replace("\u2044", "/")
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.sub(r"\([^()]*\)", " ", bare).split())


def _amount(text: str, word: str) -> tuple[int, bool]:
    if word in _HALVES:
        return 0, True
    if word in _WORDS:
        return _WORDS[word], False
    whole, _, fraction = word.replace(",", ".").partition(".")
    if not whole.removeprefix("-").isdecimal() or fraction.strip("0") not in ("", "5") or len(whole) > len("87840") + 6:
        raise BadLimit(text, f"the amount {word!r} is neither a whole nor a half number")
    return int(whole), fraction.strip("0") == "5"


def _within(text: str, limit: Limit) -> Limit:
    if limit.amount < 0 or (limit.amount == 0 and not limit.half):
        raise BadLimit(text, "a limit is more than nothing")
    if limit.half and limit.unit in _WHOLE_ONLY:
        raise BadLimit(text, "halves are counted in working days or hours only")
    if limit.amount > MOST[limit.unit]:
        raise BadLimit(text, f"no procedure takes more than {MOST[limit.unit]} {limit.unit.value.replace('_', ' ')}")
    return limit
