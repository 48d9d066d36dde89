"""What is odd about a dossier, or about a unit in a period: evidence for an auditor, none proves misconduct."""

from typing import Final

import msgspec

from streams.core.moments import Moment
from streams.core.words import Word


class Rule(Word):
    """Which rule a finding falls under; R1 to R24 are numbers of the audit catalogue (docs/findings.md)."""

    SECOND_SUPPLEMENT = "R1"
    SUPPLEMENT_LATE = "R2"
    STOPPED_UNASKED = "R3"
    STOPS_MANY = "R4"
    REOPENED = "R5"
    KEYED_LATE = "R6"
    DUE_MOVED = "R7"
    NO_APOLOGY = "R8"
    NO_RESULT = "R9"
    BACKWARDS = "R10"
    VOICES_DIFFER = "R11"
    NEVER_SYNCHRONISED = "R12"
    INTAKE_SLOW = "R13"
    TRANSFER_SLOW = "R14"
    DUE_DIFFERS = "R15"
    NO_APPOINTMENT = "R16"
    ODD_CODE = "R17"
    NOT_CONSERVED = "R18"
    HASTY = "R19"
    CODES_MISSING = "R20"
    FLAWLESS = "R21"
    PAUSE_TOO_LONG = "R22"
    HELD_ELSEWHERE = "R23"
    MOST_OVERDUE = "R24"
    TRANSITION = "transition"
    UNKNOWN_CODE = "unknown_code"
    TWO_CONTENTS = "two_contents"
    CORRECTION = "correction"
    PAUSE_BACKWARDS = "pause_backwards"
    DUE_BEFORE_RECEIPT = "due_before_receipt"
    LONG_AGO = "long_ago"
    BAD_LIMIT = "bad_limit"
    OUT_OF_CALENDAR = "out_of_calendar"


class Severity(Word):
    """How soon somebody should look; it says nothing of guilt."""

    NOTE = "note"
    LOOK = "look"
    GRAVE = "grave"


_GRAVE: Final = (
    *(Rule.STOPPED_UNASKED, Rule.DUE_MOVED, Rule.TWO_CONTENTS, Rule.HASTY),
    *(Rule.CODES_MISSING, Rule.NEVER_SYNCHRONISED),
)
_NOTE: Final = (
    *(Rule.NO_APPOINTMENT, Rule.TRANSFER_SLOW, Rule.HELD_ELSEWHERE, Rule.MOST_OVERDUE, Rule.TRANSITION),
    *(Rule.UNKNOWN_CODE, Rule.CORRECTION, Rule.PAUSE_BACKWARDS, Rule.LONG_AGO, Rule.BAD_LIMIT, Rule.OUT_OF_CALENDAR),
)
SEVERITIES: Final = (
    dict.fromkeys(Rule, Severity.LOOK) | dict.fromkeys(_GRAVE, Severity.GRAVE) | dict.fromkeys(_NOTE, Severity.NOTE)
)


class Finding(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One odd thing, the ids of the events that show it, the moment from which it holds, and a word of detail.

    A finding is derived from the set of events, so it goes when the events no longer show it.
    """

    rule: Rule
    events: tuple[str, ...]
    at: Moment
    note: str = ""

    @property
    def severity(self) -> Severity:
        """Return how soon somebody should look at it."""
        return SEVERITIES[self.rule]
