"""When people are told: one digest a working day, at the digest hour."""

from typing import Final

import msgspec

from streams.core.moments import Day, Moment, clock_of, day_of, moment_on

HOUR: Final = 3600
MONDAY_TO_FRIDAY: Final = frozenset(range(5))
LONGEST_CLOSURE: Final = 60
"""Days without a working day that a policy may hold back a digest for; more is a mistake in the policy."""


class Policy(msgspec.Struct, frozen=True):
    """The digest hour and the end of the office day, in seconds after local midnight, and the days without either.

    `weekdays` counts Monday as 0; `days_off` are holidays; `gap` is the least number of seconds between two digests of
    one person, where a notice came too late for the first. A stage that may not wait (`due_today`, `overdue`) goes with
    the next digest, and there is one each working day.
    """

    digest_clock: int = 8 * HOUR
    closing_clock: int = 17 * HOUR
    gap: int = HOUR
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    days_off: frozenset[Day] = frozenset()

    def is_working(self, day: Day) -> bool:
        """Return whether digests go out on this day."""
        # 1 January 1970 was a Thursday.
        return (day + 3) % 7 in self.weekdays and day not in self.days_off

    def next_digest_at(self, at: Moment) -> Moment:
        """Return the first digest moment at or after `at`; ValueError where the policy has no working day in sight."""
        first = day_of(at) + (clock_of(at) > self.digest_clock)
        for day in range(first, first + LONGEST_CLOSURE):
            if self.is_working(day):
                return moment_on(day, self.digest_clock)
        raise ValueError(f"the policy has no working day within {LONGEST_CLOSURE} days")

    def closing_at(self, at: Moment) -> Moment:
        """Return the end of the office day that `at` falls on."""
        return moment_on(day_of(at), self.closing_clock)
