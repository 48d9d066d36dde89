"""What is done after the mail server has answered: one ending, one decision, one table."""

import enum
from typing import Final, assert_never

import msgspec

from streams.core.moments import Moment


class Ending(enum.StrEnum):
    """How one attempt to send ended; closed, every failure of the mail server is one of these."""

    ACCEPTED = "accepted"
    """The server took the message (250 after the final dot)."""
    RETRY = "retry"
    """Not now: 4xx, or the connection failed before the final dot. The server does not have the message."""
    AMBIGUOUS = "ambiguous"
    """The connection failed after the final dot. The server may have the message; it gets the same bytes again."""
    PERMANENT = "permanent"
    """Never to this person: 5xx, or an address no server takes."""
    HALT = "halt"
    """To nobody, until somebody repairs it: credentials refused, or no TLS where it is asked for."""


class Next(enum.StrEnum):
    """What follows."""

    DONE = "done"
    AGAIN = "again"
    NEXT_PERSON = "next_person"
    STOP = "stop"


class Step(msgspec.Struct, frozen=True):
    """What follows and, for AGAIN, not before when."""

    next: Next
    at: Moment = 0


PAUSES: Final = (60, 300, 900, 3600)
"""Seconds before the second, third, fourth and every later attempt, before jitter."""
LONGEST: Final = 86_400
"""Seconds after which a server that still says `later` has said no, having been asked more often than there are pauses.

Without that an outage of ours would be taken for an answer of theirs.
"""
JITTER: Final = 0.2


class Trial(msgspec.Struct, frozen=True):
    """What was tried of a digest: `attempts` from 1, the first at `first_at`.

    `heard` says that the mail server has said something since, to whomever: a server that is away refuses nobody.
    """

    digest: str
    attempts: int
    first_at: Moment
    heard: bool = True


def step_after(ending: Ending, trial: Trial, *, now: Moment) -> Step:
    """Return what follows the last attempt of a trial."""
    match ending:
        case Ending.ACCEPTED:
            return Step(Next.DONE)
        case Ending.PERMANENT:
            return Step(Next.NEXT_PERSON)
        case Ending.HALT:
            return Step(Next.STOP)
        case Ending.RETRY | Ending.AMBIGUOUS:
            if trial.heard and trial.attempts > len(PAUSES) and now - trial.first_at >= LONGEST:
                return Step(Next.NEXT_PERSON)
            pause = PAUSES[min(trial.attempts, len(PAUSES)) - 1]
            return Step(Next.AGAIN, at=now + int(pause * (1 + JITTER * _share(trial.digest))))
        case _:
            assert_never(ending)


def _share(digest: str) -> float:
    # The jitter comes from the digest's own id, a hash: spread over the recipients, and the same when it is run again.
    return int(digest[:8], 16) / 0xFFFFFFFF
