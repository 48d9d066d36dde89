"""When people are told: at the digest hours of working days, little between them, nothing in the quiet hours."""

from collections.abc import Mapping
from typing import Final

import msgspec

from streams.core.moments import SECOND_OF_DAY, Day, Moment, clock_of, day_of, moment_on
from streams.core.stages import Stage
from streams.wire.records import Notice

HOUR: Final = 3600
MONDAY_TO_FRIDAY: Final = frozenset(range(5))
LONGEST_CLOSURE: Final = 60
"""Days without a working day that a policy may hold back a digest for; more is a mistake in the policy."""


class Policy(msgspec.Struct, frozen=True):
    """What the office chose. Clocks are seconds after local midnight; durations are seconds.

    `digest_clocks` in order; `quiet_from` to `quiet_to` (over midnight) nothing goes out but what breaks through;
    `break_through` names the stages that may, and need not wait for a digest hour. `gap` is the least time between two
    mails to one person, doubled with every further one of the day; after `most_a_day` what comes waits for the next
    digest. `window` is how long what may go at once waits for company. `weekdays` counts Monday as 0; `days_off` are
    holidays, `made_up` days worked all the same; `by_unit` gives both for units with a calendar of their own.
    """

    digest_clocks: tuple[int, ...] = (8 * HOUR,)
    closing_clock: int = 17 * HOUR
    quiet_from: int = 17 * HOUR + 1800
    quiet_to: int = 7 * HOUR
    break_through: frozenset[Stage] = frozenset()
    gap: int = HOUR
    window: int = 60
    most_a_day: int = 4
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    days_off: frozenset[Day] = frozenset()
    made_up: frozenset[Day] = frozenset()
    by_unit: Mapping[str, tuple[frozenset[Day], frozenset[Day]]] = {}

    def is_working(self, day: Day, unit: str = "") -> bool:
        """Return whether digests go out to this unit on this day."""
        days_off, made_up = self.by_unit.get(unit, (self.days_off, self.made_up))
        # 1 January 1970 was a Thursday.
        return day in made_up or ((day + 3) % 7 in self.weekdays and day not in days_off)

    def next_digest_at(self, at: Moment, unit: str = "") -> Moment:
        """Return the first digest moment at or after `at`; ValueError where the policy has no working day in sight."""
        first = day_of(at)
        for day in range(first, first + LONGEST_CLOSURE + 1):
            if self.is_working(day, unit):
                for clock in self.digest_clocks:
                    if (moment := moment_on(day, clock)) >= at:
                        return moment
        raise ValueError(f"the policy has no working day within {LONGEST_CLOSURE} days")

    def is_quiet(self, at: Moment, unit: str = "") -> bool:
        """Return whether `at` is in the quiet hours, or on a day that is not worked."""
        return self.is_night(clock_of(at)) or not self.is_working(day_of(at), unit)

    def is_night(self, clock: int) -> bool:
        """Return whether a clock is in the quiet hours of every day."""
        return clock >= self.quiet_from or clock < self.quiet_to

    def quiet_since(self, at: Moment, unit: str = "") -> Moment:
        """Return when the quiet hours that `at` lies in began: the evening of the last working day before it."""
        day = day_of(at) if clock_of(at) >= self.quiet_from else day_of(at) - 1
        first = day - LONGEST_CLOSURE
        while day > first and not self.is_working(day, unit):
            day -= 1
        return moment_on(day, self.quiet_from)

    def held_over(self, at: Moment, unit: str = "") -> Moment:
        """Return `at`, or where that is quiet the first digest of the next working morning."""
        return self.next_digest_at(at, unit) if self.is_quiet(at, unit) else at

    def breaks_through(self, notice: Notice) -> bool:
        """Return whether a notice may go out in the quiet hours: of its stage the first one."""
        return notice.stage in self.break_through and not notice.step

    def gap_after(self, mails: int) -> int:
        """Return how long after the day's last mail the next may follow, when there were so many: ever longer."""
        return min(self.gap << max(0, mails - 1), SECOND_OF_DAY)

    def closing_at(self, at: Moment, unit: str = "") -> Moment:
        """Return the end of the office day that `at` falls on; after it, or on a day off, of the next one."""
        first = day_of(at) + (clock_of(at) >= self.closing_clock)
        days = (day for day in range(first, first + LONGEST_CLOSURE) if self.is_working(day, unit))
        return moment_on(next(days, first), self.closing_clock)
