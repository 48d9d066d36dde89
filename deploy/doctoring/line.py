"""One line of the doctor's: what was looked at, how it is, and what to do."""

import enum

import msgspec


class Grade(enum.StrEnum):
    """How it is; `warning` can wait until tomorrow."""

    FINE = "fine"
    WARNING = "warning"
    WRONG = "wrong"


class Line(msgspec.Struct, frozen=True):
    """`what` is a closed name; `remedy` is empty where nothing is to be done."""

    what: str
    grade: Grade
    found: str
    remedy: str = ""
