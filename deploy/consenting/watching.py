"""Looks back: was every act that needs a second person's consent done by one?"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from deploy.consenting.people import People
from deploy.consenting.rules import Stand, case_named, same
from streams.core.moments import Moment
from streams.wire.acts import AnyAct, RecordsSkipped, ReferenceApplied, ReportFrozen, ReportRestated


class Without(NamedTuple):
    """An act that was done without the consent it needs: its number in `office.acts`, from 0, and why."""

    number: int
    told: str


class Needed(NamedTuple):
    """For which kinds of act consent is needed, and since when."""

    kinds: Collection[str] = ()
    since: Moment = 0


def without_consent(
    acts: Sequence[AnyAct], people: People, *, topic: str, needed: Needed, first: int = 0
) -> Iterator[Without]:
    """Yield every act that names no consent and needs one, and every act whose consent does not hold.

    Those before the act of number `first` are not asked about. A moment before `needed.since` is believed only of acts
    that stand before all later ones: who writes past the commands writes any moment.
    """
    begun = next((number for number, act in enumerate(acts) if act.at >= needed.since), len(acts))
    for number, act in enumerate(acts[first:], first):
        said = f"{what_of(act) or 'act'} of {act.who}"
        if act.agreed is None:
            if number >= begun and what_of(act) in needed.kinds:
                yield Without(number, f"{said}: nobody consented")
            continue
        case = case_named(act.agreed.proposal, acts[:number], people, topic=topic, now=act.at)
        if case is None or case.stand is not Stand.CONSENTED or case.agreed != act.agreed:
            yield Without(number, f"{said}: the consent it names does not hold")
        elif case.act is None or not same(act, case.act):
            yield Without(number, f"{said}: something else was consented to")


def what_of(act: AnyAct) -> str | None:
    """Return the word of the setting for an act of this kind; None for one that never needs consent."""
    match act:
        case ReportFrozen() | ReportRestated():
            return "freeze"
        case ReferenceApplied():
            return "apply"
        case RecordsSkipped():
            return "skip"
        case _:
            return None
