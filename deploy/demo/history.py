"""One dossier's messages, made to come to what was planned for it; every moment lies in working time."""

import random
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from deploy.demo import article
from deploy.demo.offices import Office
from streams.core.calendar import Calendar
from streams.core.due import due
from streams.core.limits import parse_limit
from streams.core.moments import Day, Moment, datetime_of, day_of, day_on
from streams.core.pauses import Interval, extended

AS_OF_DAY: Final = day_on(article.LAST)
PROVINCE_AS_OF_DAY: Final = day_on(article.PROVINCE_LAST)
FIRST_DAY: Final = day_on(article.FIRST)
LIMITS: Final = (3, 5, 7, 10, 15)
UNKNOWN_CODE: Final = "99"
SEEN_IN_TIME, SUPPLEMENTED, TARDY, RETURNED = 0.96, 0.08, 0.4, 0.85
"""Invented shares: seen by the counter within a day, asked for a supplement, known late, result handed over."""


@dataclass(frozen=True, slots=True)
class Message:
    """One record for the inbox: when it arrives, its key (the dossier), and its bytes."""

    arrives_at: Moment
    key: bytes
    value: bytes


@dataclass(slots=True)
class History:
    """Invents one dossier of one office; each public method is an ending, and leaves its messages in `messages`."""

    office: Office
    number: int
    dice: random.Random
    calendar: Calendar
    messages: list[Message] = field(default_factory=list)

    def early(self) -> None:
        """Settled on an earlier working day than the due one, by 7 July."""
        accepted, _, days = self._accepted(due_by=PROVINCE_AS_OF_DAY)
        self._maybe_supplement(accepted, days)
        done = self._later(accepted, self.dice.randint(1, days - 1))
        self._closed("done", done)

    def on_time(self) -> None:
        """Settled on the due day, before its moment, by 7 July."""
        _, due_at, _ = self._accepted(due_by=PROVINCE_AS_OF_DAY)
        self._closed("done", self.calendar.add(self.calendar.opening(day_of(due_at)), 1))

    def late(self) -> None:
        """Settled after the due moment, however far a supplement moved it."""
        accepted, due_at, days = self._accepted(due_by=AS_OF_DAY - 10)
        pause = self._maybe_supplement(accepted, days)
        if pause is not None:
            due_at = extended(due_at, since=accepted, pauses=[pause], calendar=self.calendar)
        room = self._working_days_between(due_at, AS_OF_DAY) - 1
        self._closed("done", self._later(due_at, self.dice.randint(1, max(1, min(30, room)))))

    def overdue(self) -> None:
        """Still open past its due moment."""
        self._accepted(due_by=AS_OF_DAY - 1)

    def not_due(self) -> None:
        """Still open, its due moment after the day the article speaks of."""
        self._accept(*self._received(self._day_between(PROVINCE_AS_OF_DAY - 8, PROVINCE_AS_OF_DAY)), days=20)

    def stopped(self) -> None:
        """The citizen asked for it back, and it was stopped."""
        accepted, _, _ = self._accepted(due_by=PROVINCE_AS_OF_DAY)
        asked = self._later(accepted, 1)
        self._send("withdrawal_requested", asked)
        self._send("stopped", self.calendar.add(asked, 1800))

    def refused(self) -> None:
        """Not taken by the office."""
        submitted, seen = self._received(self._day_between(FIRST_DAY, PROVINCE_AS_OF_DAY - 3))
        self._submit(submitted)
        self._send("refused", seen)

    def no_due(self) -> None:
        """Accepted, and nobody said when it is due."""
        submitted, accepted = self._received(self._day_between(FIRST_DAY, PROVINCE_AS_OF_DAY - 1))
        self._submit(submitted)
        self._send("accepted", accepted, procedure=self._procedure, unit=self.office.id)

    def unknown(self) -> None:
        """Last seen in a state that no table of codes has."""
        accepted, _, _ = self._accepted(due_by=PROVINCE_AS_OF_DAY)
        self._send("observed", self._later(accepted, 1), state_code=UNKNOWN_CODE)

    def ended_no_due(self) -> None:
        """Settled, and nobody ever said when it was due."""
        self.no_due()
        self._send("done", self._later(self.messages[-1].arrives_at, 2))

    @property
    def _field(self) -> str:
        return self.office.fields[self.number % len(self.office.fields)]

    @property
    def _procedure(self) -> str:
        return f"1.{self.office.fields.index(self._field) + 1:03d}{len(self.office.id):03d}"

    @property
    def _officer(self) -> str:
        return self.office.officers[self.number % len(self.office.officers)]

    def _accepted(self, *, due_by: Day) -> tuple[Moment, Moment, int]:
        """Hand in and accept, due on `due_by` or before; returns acceptance, due moment, working days."""
        days = self.dice.choice(LIMITS)
        last = self.calendar.next_working_day(due_by, -days - 2)
        return self._accept(*self._received(self._day_between(FIRST_DAY, last)), days=days)

    def _accept(self, submitted: Moment, accepted: Moment, *, days: int) -> tuple[Moment, Moment, int]:
        limit = f"{days} working days"
        due_at = due(parse_limit(limit), accepted, calendar=self.calendar).due_at
        self._submit(submitted)
        self._send(
            "accepted",
            accepted,
            procedure=self._procedure,
            unit=self.office.id,
            officer=self._officer,
            due_at=datetime_of(due_at),
            limit=limit,
        )
        return accepted, due_at, days

    def _received(self, day: Day) -> tuple[Moment, Moment]:
        """Return when it was submitted on that working day, and when somebody at the counter looked at it."""
        opening = self.calendar.opening(day)
        submitted = self.calendar.add(opening, self.dice.randint(60, 25_000))
        waited = self.dice.randint(300, 20_000) if self._happens(SEEN_IN_TIME) else self.dice.randint(30_000, 50_000)
        return submitted, self.calendar.add(submitted, waited)

    def _submit(self, at: Moment) -> None:
        level = 4 if self.number % 4 == 0 else 3
        self._send(
            "submitted",
            at,
            procedure=self._procedure,
            unit=self.office.id,
            field=self._field,
            channel="online",
            level=level,
            officer=self._officer,
        )

    def _maybe_supplement(self, accepted: Moment, days: int) -> Interval | None:
        if days < LIMITS[1] or not self._happens(SUPPLEMENTED):
            return None
        asked = self._later(accepted, 1)
        came = self._later(asked, self.dice.randint(1, 2))
        self._send("supplement_requested", asked, reason="Thiếu bản sao giấy tờ")
        self._send("supplement_received", came)
        return Interval(asked, came)

    def _closed(self, kind: str, at: Moment) -> None:
        # The cause the article names: the district's system is not connected, so what is settled is known days later.
        tardy = self.office.id == article.DISTRICT and self._happens(TARDY)
        arrives = self._later(at, self.dice.randint(1, 2)) if tardy and day_of(at) < AS_OF_DAY - 4 else at
        self._send(kind, at, arrives_at=arrives, result=True)
        if self._happens(RETURNED) and day_of(arrives) < PROVINCE_AS_OF_DAY - 2:
            self._send("returned", self._later(arrives, 1))

    def _happens(self, share: float) -> bool:
        return self.dice.random() < share

    def _later(self, at: Moment, days: int) -> Moment:
        """Return a moment in working time, so many working days after `at`."""
        day = self.calendar.next_working_day(day_of(at), days)
        return self.calendar.add(self.calendar.opening(day), self.dice.randint(60, 27_000))

    def _day_between(self, first: Day, last: Day) -> Day:
        return self.calendar.next_working_day(self.dice.randint(first, last), 0)

    def _working_days_between(self, at: Moment, day: Day) -> int:
        return sum(self.calendar.working_day(each) for each in range(day_of(at) + 1, day + 1))

    def _send(self, kind: str, at: Moment, *, arrives_at: Moment | None = None, **data: Any) -> None:
        subject = f"{self.office.home}/{self.number:06d}"
        event = {
            "specversion": "1.0",
            "id": f"{self.number:06d}-{len(self.messages) + 1}",
            "source": f"{self.office.home}/motcua",
            "type": f"vn.dunghan.dossier.{kind}.v1",
            "subject": subject,
            "time": datetime_of(at),
            "arrivedtime": datetime_of(arrives_at or at),
            "data": data,
        }
        self.messages.append(Message(arrives_at or at, subject.encode(), msgspec.json.encode(event)))
