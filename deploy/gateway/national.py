"""Dossiers as the national synchronisation sends them (DongBoHoSoMC), to events `observed`.

Which field says what, and what its codes mean, is data: the mapping `sources/national.toml`, or the one that a token
names (`mapping` in the file of tokens; a source of the form `payload`). Only those fields are read; names, numbers and
addresses of people end with the request. Times are `yyyyMMddHHmmss` without zone, in the mapping's.

A snapshot has no id and says no moment of its own. Every moment that it states becomes an event of its own, so that a
dossier first heard of when its result is given back was done when it was done; then follows the present state with
everything else. Its moment is the one that is stated for it; where there is none, or the dossier came back to it later,
it is the moment of arrival. Ids are made of the dossier, the state, the moment and a hash of what is said: the same
snapshot sent again is the same events, as far as its moments are stated.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from deploy.connect.sources import Column, Source
from deploy.connect.vocabulary import NATIONAL, Vocabulary
from deploy.gateway.incoming import Posted, json_in
from deploy.gateway.refusals import Fault, Refused, Why
from deploy.gateway.tokens import EVERY_HOME, Pass
from streams.core.labels import State
from streams.core.moments import Moment, datetime_of, moment_of
from streams.wire.malformed import Reason

TIME: Final = "%Y%m%d%H%M%S"
TIME_LENGTH: Final = 14
BEGINS: Final = {
    Column.SUBMITTED_AT: State.SUBMITTED,
    Column.ACCEPTED_AT: State.ACCEPTED,
    Column.SUPPLEMENT_REQUESTED_AT: State.AWAITING_SUPPLEMENT,
    Column.SUPPLEMENT_RECEIVED_AT: State.PROCESSING,
    Column.REFUSED_AT: State.REFUSED,
    Column.STOPPED_AT: State.STOPPED,
    Column.DONE_AT: State.DONE,
    Column.RETURNED_AT: State.RETURNED,
}
"""The state that begins at each moment a snapshot can state."""
WORDS: Final = (*(Column.NATIONAL_CODE, Column.PROCEDURE, Column.FIELD, Column.OFFICER, Column.LIMIT, Column.LETTER),)
Snapshot = dict[str, Any]
_one_or_more: Final = msgspec.json.Decoder(Snapshot | list[Snapshot])


def snapshots_in(body: bytes) -> list[Snapshot]:
    """Return the dossiers of a payload: a list, one, or either under `data`; raises Refused."""
    found = json_in(body, _one_or_more)
    if isinstance(found, dict) and isinstance(found.get("data"), list | dict):
        found = json_in(msgspec.json.encode(found["data"]), _one_or_more)
    return found if isinstance(found, list) else [found]


def home_of(allowed: Pass, asked: str | None) -> str:
    """Return the home of the dossiers in a payload, which does not say it: the query's, or the token's only one."""
    if asked is None and len(allowed.homes) == 1 and allowed.homes[0] != EVERY_HOME:
        return allowed.homes[0]
    if asked and "/" not in asked and asked == asked.strip():
        return asked
    raise Refused(
        Why.INVALID, "say whose dossiers they are: ?home=…", faults=[Fault(0, "home", Reason.BAD_SUBJECT, "")]
    )


class National:
    """Reads snapshots by one mapping."""

    def __init__(self, source: Source) -> None:
        """Read by the mapping `source`."""
        self._headings = source.columns
        self._words = Vocabulary(source)
        self._defaults = source.defaults
        self._zone = ZoneInfo(source.time_zone)

    def events(
        self, snapshots: Sequence[Snapshot], *, source: str, home: str, now: Moment
    ) -> tuple[list[Posted], list[int]]:
        """Return the events that the snapshots say, and for each of them the place of its snapshot; raises Refused."""
        events: list[Posted] = []
        places: list[int] = []
        faults: list[Fault] = []
        for place, snapshot in enumerate(snapshots):
            try:
                found = [Posted(b"", each) for each in self._said(snapshot, source=source, home=home, now=now)]
            except _Wrong as wrong:
                faults.append(Fault(place, wrong.field, wrong.reason, wrong.detail))
                continue
            events += found
            places += [place] * len(found)
        if faults:
            raise Refused(Why.INVALID, faults=faults)
        return events, places

    def _said(self, snapshot: Snapshot, *, source: str, home: str, now: Moment) -> list[bytes]:
        code, word = self._needed(snapshot, Column.CODE), self._needed(snapshot, Column.STATE)
        stated = {state: at for column, state in BEGINS.items() if (at := self._moment(snapshot, column)) is not None}
        present = self._words.state_code(word)
        at = _begun(self._words.state(word), stated, now)
        nothing: dict[str, object] = {}
        before = [(NATIONAL[state], moment, nothing) for state, moment in stated.items() if moment <= at]
        data = {"national_code": code, **self._data(snapshot)}
        said = [*(each for each in before if each[0] != present), (present, at, data)]
        return [
            _event(each[0], each[1], each[2], subject=f"{home}/{code}", source=source)
            for each in sorted(said, key=lambda each: each[1])
        ]

    def _data(self, snapshot: Snapshot) -> dict[str, object]:
        said: dict[str, object] = {column.value: self._text(snapshot, column) for column in WORDS}
        unit = self._text(snapshot, Column.UNIT)
        said["unit"] = self._words.unit(unit) or unit
        said["channel"] = self._words.channel(self._text(snapshot, Column.CHANNEL))
        said["level"] = self._words.level(self._text(snapshot, Column.LEVEL))
        due_at = self._moment(snapshot, Column.DUE_AT)
        said["due_at"] = None if due_at is None else datetime_of(due_at).isoformat()
        for name, value in self._defaults.items():
            said[name] = said.get(name) or value
        return {name: value for name, value in said.items() if value not in (None, "")}

    def _needed(self, snapshot: Snapshot, column: Column) -> str:
        if text := self._text(snapshot, column):
            return text
        raise _Wrong(self._headings[column][0], Reason.WRONG_SHAPE, "is missing")

    def _text(self, snapshot: Snapshot, column: Column) -> str:
        return self._found(snapshot, column)[1]

    def _found(self, snapshot: Snapshot, column: Column) -> tuple[str, str]:
        """Return the first field that says something of the column, and what it says; both empty where none does."""
        for heading in self._headings.get(column, ()):
            value = snapshot.get(heading)
            if isinstance(value, bool | float | list | dict):
                raise _Wrong(heading, Reason.BAD_DATA, "is neither text nor a whole number")
            text = "" if value is None else str(value).strip()
            if text:
                return heading, text
        return "", ""

    def _moment(self, snapshot: Snapshot, column: Column) -> Moment | None:
        heading, text = self._found(snapshot, column)
        if not text:
            return None
        wrong = _Wrong(heading, Reason.BAD_TIME, "is not yyyyMMddHHmmss")
        if len(text) != TIME_LENGTH or not (text.isascii() and text.isdigit()):
            raise wrong
        try:
            at = moment_of(datetime.strptime(text, TIME).replace(tzinfo=self._zone))
            # No event can say a moment beyond the years 1 to 9999 of our clock; 00010101000000 is no date to some.
            datetime_of(at)
        except (ValueError, OverflowError):
            raise wrong from None
        return at


class _Wrong(Exception):
    def __init__(self, field: str, reason: Reason, detail: str) -> None:
        super().__init__(field)
        self.field, self.reason, self.detail = field, reason, detail


def _begun(state: State | None, stated: Mapping[State, Moment], now: Moment) -> Moment:
    """Return when the present state began: as stated; for work in progress the last beginning; else on arrival."""
    latest = max(stated.values(), default=now)
    if state is State.PROCESSING:
        # Accepted is taken into work. After anything else nobody says when the work went on, unless the papers came.
        begins = [stated[each] for each in (State.ACCEPTED, State.PROCESSING) if each in stated]
        return latest if latest in begins and stated.get(State.AWAITING_SUPPLEMENT) != latest else now
    at = None if state is None else stated.get(state)
    return now if at is None else at


def _event(code: str, at: Moment, data: dict[str, object], *, subject: str, source: str) -> bytes:
    said = msgspec.json.encode({"state_code": code, **data})
    digest = hashlib.sha256(b"%b %d %b" % (subject.encode(), at, said)).hexdigest()[:16]
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            # Of two states in one second the one of the higher code is the later.
            "id": f"{at}-{code[:20]:0>2}-{digest}",
            "source": source,
            "type": "vn.dunghan.dossier.observed.v1",
            "subject": subject,
            "time": datetime_of(at).isoformat(),
            "data": msgspec.Raw(said),
        }
    )
