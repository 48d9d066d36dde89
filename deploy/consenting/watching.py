"""Looks back: was every act that needs a second person's consent done by one?"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from deploy.consenting.people import People
from deploy.consenting.rules import Stand, cases, same
from streams.wire.acts import AnyAct, RecordsSkipped, ReferenceApplied, ReportFrozen, ReportRestated


class Without(NamedTuple):
    """An act that was done without the consent it needs: its number in `office.acts`, from 0, and why."""

    number: int
    told: str


def without_consent(
    acts: Sequence[AnyAct], people: People, *, topic: str, needed: Collection[str]
) -> Iterator[Without]:
    """Yield every act of the `needed` kinds that names no consent, and every act whose consent does not hold."""
    for number, act in enumerate(acts):
        said = f"{what_of(act) or 'act'} of {act.who}"
        if act.agreed is None:
            if what_of(act) in needed:
                yield Without(number, f"{said}: nobody consented")
            continue
        before = cases(acts[:number], people, topic=topic, now=act.at)
        case = next((case for case in before if case.id == act.agreed.proposal), None)
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
