"""Findings about the beginning: intake, hand-over to those who do the work, codes, what the national system knows."""

from functools import partial
from itertools import islice
from typing import Final

from streams.core.events import Accepted, Submitted
from streams.core.findings import Rule
from streams.core.history import standing
from streams.core.moments import Moment, clock_of, day_of
from streams.core.transitions import CLOSED
from streams.core.view import Sign, Signs, View
from streams.core.voices import claimed

HOUR: Final = 3600


def intake_slow(view: View) -> Signs:
    """R13: an online submission waits longer for its acceptance than the policy's working hours."""
    dossier, submitted_at = view.dossier, view.dossier.submitted_at
    if submitted_at is None:
        return ()
    taken_at = dossier.closed_at if dossier.accepted_at is None else dossier.accepted_at
    hours = view.policy.intake_working_hours
    if taken_at is not None and taken_at - submitted_at <= hours * HOUR:
        return ()  # in time by any calendar
    due_at = view.calendar.add(submitted_at, hours * HOUR)
    if taken_at is not None and taken_at <= due_at:
        return ()
    by = due_at if taken_at is None else taken_at
    return (Sign(Rule.INTAKE_SLOW, view.shown(Submitted, Accepted, by=by), due_at + 1),)


def no_appointment(view: View) -> Signs:
    """R16: accepted, and no source has named a due moment."""
    accepted_at = view.dossier.accepted_at
    if accepted_at is None or view.dossier.appointed_due_at is not None:
        return ()
    return (Sign(Rule.NO_APPOINTMENT, view.shown(Accepted, by=accepted_at), accepted_at),)


def transfer_slow(view: View) -> Signs:
    """R14: not handed on the same day; accepted late in the day, not at the start of the next (NĐ 61/2018).

    Unless the policy says that transfers are told, nothing is concluded from silence: then only one told late counts.
    """
    accepted_at = view.dossier.accepted_at
    if accepted_at is None:
        return ()
    begun_at = view.dossier.begun_at
    if (begun_at is None or begun_at != view.dossier.transferred_at) and not view.policy.findings.transfers_told:
        return ()
    if begun_at is not None and day_of(begun_at) == day_of(accepted_at):
        return ()
    by = _to_be_moved_by(view, accepted_at)
    if begun_at is not None and begun_at <= by:
        return ()
    return (Sign(Rule.TRANSFER_SLOW, view.shown(Accepted, by=accepted_at), by + 1),)


def _to_be_moved_by(view: View, accepted_at: Moment) -> Moment:
    calendar, limits, day = view.calendar, view.policy.findings, day_of(accepted_at)
    if calendar.working_day(day) and clock_of(accepted_at) < limits.transfer_next_day_from * HOUR:
        closing = calendar.closing(day)
        if accepted_at <= closing:
            return closing
    opening = calendar.opening(calendar.next_working_day(day))
    return calendar.add(opening, limits.transfer_next_day_working_hours * HOUR)


def never_synchronised(view: View) -> Signs:
    """R12: the home tells of it, and the national system has not after so many hours."""
    national, received_at = view.policy.findings.national_sources, view.dossier.received_at
    if not national or received_at is None or any(source.startswith(national) for source in view.dossier.lines.sources):
        return ()
    by = received_at + view.policy.findings.synchronised_within_hours * HOUR
    return (Sign(Rule.NEVER_SYNCHRONISED, view.shown(Submitted, Accepted, by=received_at), by + 1),)


def closing_unsynchronised(view: View) -> Signs:
    """R11: it was closed, and a national source says for so many hours by its last word that it is open.

    A source that told of the submission alone hands dossiers in; how they end is not its to say.
    """
    national, closed_at = view.policy.findings.national_sources, view.dossier.closed_at
    if not national or closed_at is None:
        return ()
    if not any(source.startswith(national) for source in view.dossier.lines.sources):
        return ()
    said = [one.body for one in standing(view.dossier.events)[0] if one.source.startswith(national)]
    claims = [claimed(body) for body in said if not isinstance(body, Submitted)]
    last = next((state for state in reversed(claims) if state is not None), None)
    if last is None or last in CLOSED:
        return ()
    by = closed_at + view.policy.findings.synchronised_within_hours * HOUR
    return (Sign(Rule.VOICES_DIFFER, view.at(closed_at), by + 1, f"{national[0]} still says {last}"),)


def odd_code(view: View) -> Signs:
    """R17: the national code is one that stands for none."""
    code = view.dossier.national_code
    if not code or not placeholder(code, view.policy.findings.placeholder_codes):
        return ()
    at = view.dossier.received_at or 0
    return (Sign(Rule.ODD_CODE, partial(_telling, view, code), at, code),)


def _telling(view: View, code: str) -> tuple[str, ...]:
    told = (event.id for event in view.dossier.events if getattr(event.body, "national_code", None) == code)
    return tuple(islice(told, 1))


def placeholder(code: str, listed: tuple[str, ...]) -> bool:
    """Say whether a code stands for none: one of the listed words, one sign repeated, or a running number of zeros."""
    plain = code.strip().casefold()
    signs = {sign for sign in plain if sign.isalnum()}
    return len(signs) <= 1 or plain in listed or not plain.rpartition("-")[2].strip("0")
