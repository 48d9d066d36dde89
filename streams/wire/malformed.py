"""Why a record is no event."""

import enum


class Reason(enum.StrEnum):
    """Why a record cannot be taken."""

    NULL_VALUE = "null_value"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    WRONG_SHAPE = "wrong_shape"
    NO_ZONE = "no_zone"
    BAD_TIME = "bad_time"
    TIME_AHEAD = "time_ahead"
    UNKNOWN_KIND = "unknown_kind"
    BAD_SUBJECT = "bad_subject"
    BAD_DATA = "bad_data"
    TICK = "tick"


class Malformed(Exception):
    """A record that is no event: the reason, and in words where in it."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
