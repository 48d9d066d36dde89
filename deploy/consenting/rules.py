"""When something proposed may be done: the whole law of consent; values in, values out.

A proposal and a consent are signed over plain text (`paper_of`), so that anybody can check them with OpenSSL. The text
names the topic, so that what was signed for one pipeline holds in no other.
"""

import enum
import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from deploy.consenting.people import People
from streams.core.moments import Moment, datetime_of
from streams.wire.acts import (
    Agreed,
    AnyAct,
    Consented,
    Proposed,
    RecordsSkipped,
    ReferenceApplied,
    ReportFrozen,
    ReportRestated,
    act_in,
)

Governed = ReportFrozen | ReportRestated | ReferenceApplied | RecordsSkipped
"""What can be proposed."""


class Stand(enum.StrEnum):
    """How a proposal stands."""

    WAITING = "waiting"
    CONSENTED = "consented"
    DONE = "done"
    EXPIRED = "expired"
    FORGED = "forged"


class Refusal(enum.StrEnum):
    """Why something is not signed, or not done."""

    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_PROPOSAL = "unknown_proposal"
    FORGED = "forged"
    DONE = "done_already"
    EXPIRED = "expired"
    CONSENTED = "consented_already"
    SAME_PERSON = "same_person"
    SAME_KEY = "same_key"
    NOT_PROPOSED = "not_proposed"
    NOT_CONSENTED = "not_consented"
    OTHER_CONTENT = "other_content"


class Refused(Exception):
    """It may not be; `reason` says why."""

    def __init__(self, reason: Refusal, told: str = "") -> None:
        """Keep the reason."""
        super().__init__(f"{reason}{': ' if told else ''}{told}")
        self.reason = reason


class Case(NamedTuple):
    """A proposal, what it proposes (None where that is forged), the consent that counts, and how it stands."""

    id: str
    proposal: Proposed
    act: Governed | None
    consent: Consented | None
    stand: Stand

    @property
    def agreed(self) -> Agreed | None:
        """What is written of it in the act; None without consent."""
        one, other = self.proposal, self.consent
        if other is None:
            return None
        return Agreed(self.id, one.sha256, one.who, one.key, other.who, other.key)


def paper_of(topic: str, signed: Proposed | Consented) -> bytes:
    """Return the text that is signed; its signature plays no part."""
    if isinstance(signed, Proposed):
        kind, about = "proposal", f"until {datetime_of(signed.until).isoformat()}"
    else:
        kind, about = "consent", f"to {signed.proposal}"
    said = (f"dunghan {kind} 1", topic, f"content {signed.sha256}", about, f"by {signed.who}", f"key {signed.key}",
            f"at {datetime_of(signed.at).isoformat()}", f"why {signed.why!r}")  # fmt: skip
    return "\n".join([*said, ""]).encode()


def id_of(topic: str, proposal: Proposed) -> str:
    """Return the id of a proposal: the beginning of the hash of its paper and signature."""
    return hashlib.sha256(paper_of(topic, proposal) + proposal.signature.encode()).hexdigest()[:16]


def hash_of(content: str) -> str:
    """Return the hash of what is proposed."""
    return hashlib.sha256(content.encode()).hexdigest()


def cases(acts: Sequence[AnyAct], people: People, *, topic: str, now: Moment) -> tuple[Case, ...]:
    """Return every proposal among the acts, and how it stands."""
    return tuple(_case(act, acts, people, topic=topic, now=now) for act in acts if isinstance(act, Proposed))


def case_named(name: str, acts: Sequence[AnyAct], people: People, *, topic: str, now: Moment) -> Case | None:
    """Return how the proposal of this id stands; None where the acts have none."""
    proposal = next((act for act in acts if isinstance(act, Proposed) and id_of(topic, act) == name), None)
    return None if proposal is None else _case(proposal, acts, people, topic=topic, now=now)


def _case(proposal: Proposed, acts: Iterable[AnyAct], people: People, *, topic: str, now: Moment) -> Case:
    name, done = id_of(topic, proposal), False
    act = _act(proposal) if _genuine(proposal, people, topic) and hash_of(proposal.content) == proposal.sha256 else None
    consent: Consented | None = None
    for one in acts:
        done |= one.agreed is not None and one.agreed.proposal == name
        if consent is None and isinstance(one, Consented) and one.proposal == name and _counts(one, proposal):
            consent = one if _genuine(one, people, topic) else None
    if act is None:
        stand = Stand.FORGED
    elif done:
        stand = Stand.DONE
    elif now >= proposal.until:
        stand = Stand.EXPIRED
    else:
        stand = Stand.WAITING if consent is None else Stand.CONSENTED
    return Case(name, proposal, act, consent, stand)


def _act(proposal: Proposed) -> Governed | None:
    try:
        act = act_in(proposal.content)
    except ValueError:
        return None
    return act if isinstance(act, Governed) and act.agreed is None else None


def _genuine(act: Proposed | Consented, people: People, topic: str) -> bool:
    return people.holds(act.who, act.key) and people.signed(act.key, paper_of(topic, act), act.signature)


def _counts(consent: Consented, proposal: Proposed) -> bool:
    other = consent.who != proposal.who and consent.key != proposal.key
    return other and consent.sha256 == proposal.sha256 and consent.at < proposal.until


def why_not_sign(case: Case, *, who: str, key: str) -> Refusal | None:
    """Return why this person may not consent with this key; None if it may be."""
    by_stand = {
        Stand.FORGED: Refusal.FORGED,
        Stand.DONE: Refusal.DONE,
        Stand.EXPIRED: Refusal.EXPIRED,
        Stand.CONSENTED: Refusal.CONSENTED,
    }
    if case.stand in by_stand:
        return by_stand[case.stand]
    if who == case.proposal.who:
        return Refusal.SAME_PERSON
    return Refusal.SAME_KEY if key == case.proposal.key else None


def consented(
    found: Iterable[Case], kind: type[AnyAct], fits: Callable[[AnyAct], bool], *, newest: bool = False
) -> Case:
    """Return the case by which an act of this kind that fits may be done now; raises Refused with the reason.

    `newest`: what was proposed last takes the place of what fits and was proposed before.
    """
    of_kind = [case for case in found if isinstance(case.act, kind)]
    fitting = [case for case in of_kind if case.act is not None and fits(case.act)]
    for case in fitting[-1:] if newest else fitting:
        if case.stand is Stand.CONSENTED:
            return case
    if not fitting:
        waits = any(case.stand in {Stand.WAITING, Stand.CONSENTED} for case in of_kind)
        raise Refused(Refusal.OTHER_CONTENT if waits else Refusal.NOT_PROPOSED)
    last = fitting[-1]
    reasons = {Stand.DONE: Refusal.DONE, Stand.EXPIRED: Refusal.EXPIRED}
    raise Refused(reasons.get(last.stand, Refusal.NOT_CONSENTED), f"proposal {last.id} of {last.proposal.who}")


def same(one: AnyAct, other: AnyAct) -> bool:
    """Return whether two acts do the same, whoever does it, when and why."""
    return _bare(one) == _bare(other)


def _bare(act: AnyAct) -> tuple[object, ...]:
    match act:
        case ReportFrozen() | ReportRestated():
            return (type(act), act.period, act.as_of, act.sha256)
        case ReferenceApplied():
            return (type(act), act.counts_from, act.sha256, act.documents, act.closed_since)
        case RecordsSkipped():
            return (type(act), frozenset(act.records))
        case _:
            return (act,)
