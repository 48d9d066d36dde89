"""What is odd about a dossier: each finding is evidence for an auditor, none proves misconduct (DOMAIN §6)."""

import enum

import msgspec

from streams.core.moments import Moment


class Rule(enum.StrEnum):
    """Which rule a finding falls under; R1 to R24 are numbers of the audit catalogue, the rest of the fold."""

    SECOND_SUPPLEMENT = "R1"
    STOPPED_UNASKED = "R3"
    REOPENED = "R5"
    DUE_MOVED = "R7"
    NO_RESULT = "R9"
    BACKWARDS = "R10"
    VOICES_DIFFER = "R11"
    INTAKE_SLOW = "R13"
    DUE_DIFFERS = "R15"
    NO_APPOINTMENT = "R16"
    TRANSITION = "transition"
    UNKNOWN_CODE = "unknown_code"
    TWO_CONTENTS = "two_contents"
    CORRECTION = "correction"
    PAUSE_BACKWARDS = "pause_backwards"
    DUE_BEFORE_RECEIPT = "due_before_receipt"
    LONG_AGO = "long_ago"
    BAD_LIMIT = "bad_limit"
    OUT_OF_CALENDAR = "out_of_calendar"


class Finding(msgspec.Struct, frozen=True, array_like=True):
    """One odd thing, the ids of the events that show it, the moment from which it holds, and a word of detail.

    A finding is derived from the set of events, so it goes when the events no longer show it.
    """

    rule: Rule
    events: tuple[str, ...]
    at: Moment
    note: str = ""
