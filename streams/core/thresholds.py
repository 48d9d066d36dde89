"""From where on something is worth an auditor's look: the table `[findings]` of the policy, one value a rule."""

import msgspec


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The thresholds of the findings; docs/findings.md says which rule reads which, and where the number is from.

    Shares are parts of one; clocks are hours of the day. `national_sources` are the sources, or their beginnings, that
    speak for the national system: with none named nothing is asked of it (R12). `codes_numbered_daily`: the number at
    the end of a code runs by unit and day, so that a gap in it can be seen (R20). `transfers_told`: the sources tell of
    every hand-over, so that silence is one that did not happen (R14).
    """

    supplement_last_share: float = 0.1
    stop_near_due_working_days: int = 1
    stop_share_over_peers: float = 3.0
    stop_least: int = 5
    keying_working_days: int = 1
    closings_in_one_second: int = 5
    closings_outside_hours: int = 10
    apology_days_before: int = 1
    national_sources: tuple[str, ...] = ()
    synchronised_within_hours: int = 24
    transfers_told: bool = False
    transfer_next_day_from: int = 15
    transfer_next_day_working_hours: int = 1
    due_differs_working_days: int = 1
    placeholder_codes: tuple[str, ...] = ("test", "demo", "chưa có", "không có", "n/a", "none", "null")
    hasty_seconds: int = 60
    codes_numbered_daily: bool = True
    flawless_least: int = 100
    overdue_share: float = 0.5
    overdue_least: int = 20
