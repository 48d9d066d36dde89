"""Freezing a report, once; with a second person's consent what is frozen is what was proposed, to the byte."""

from collections.abc import Sequence

import msgspec

from deploy.acts import record_act
from deploy.consenting.desk import Desk
from deploy.consenting.rules import Refusal, Refused
from deploy.settings import Settings
from streams.wire.acts import AnyAct, ReportFrozen, ReportRestated

Freezing = ReportFrozen | ReportRestated


def freeze(settings: Settings, act: Freezing) -> Freezing:
    """Write the act down and return it; where consent is needed, the one that was proposed last for the same period.

    Raises Refused also where somebody froze the period meanwhile, LogUnreadable, BrokenChain, and what Desk raises.
    """
    desk, agreed = Desk(settings), None
    if desk.needs("freeze"):
        # A report is proposed anew because the one before was wrong: that one's consent must not freeze it.
        case = desk.consented(type(act), lambda other: _period(other) == act.period, now=act.at, newest=True)
        assert isinstance(case.act, ReportFrozen | ReportRestated)  # noqa: S101 - it is of the act's own type
        act = msgspec.structs.replace(case.act, at=act.at, who=act.who, agreed=case.agreed)
        agreed = desk.provided(case, now=act.at)

    def provided(acts: Sequence[AnyAct]) -> None:
        if agreed is not None:
            agreed(acts)
        frozen = {one.period for one in acts if isinstance(one, ReportFrozen)}
        if isinstance(act, ReportFrozen) and act.period in frozen:
            raise Refused(Refusal.DONE, f"{act.period} is frozen; look at the report again")

    record_act(settings.kafka.cluster, act, prefix=settings.kafka.prefix, provided=provided)
    return act


def _period(act: object) -> str | None:
    return act.period if isinstance(act, ReportFrozen | ReportRestated) else None
