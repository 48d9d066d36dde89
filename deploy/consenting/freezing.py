"""Freezing a report under a second person's consent: what is frozen is the report that was proposed, to the byte."""

import msgspec

from deploy.acts import record_act
from deploy.consenting.desk import Desk
from deploy.settings import Settings
from streams.wire.acts import ReportFrozen, ReportRestated

Freezing = ReportFrozen | ReportRestated


def freeze(settings: Settings, act: Freezing) -> None:
    """Write the act down; where consent is needed the one that was consented to, for the same period.

    Raises LogUnreadable, BrokenChain, and what Desk raises.
    """
    desk, provided = Desk(settings), None
    if desk.needs("freeze"):
        case = desk.consented(type(act), lambda other: _period(other) == act.period, now=act.at)
        assert isinstance(case.act, ReportFrozen | ReportRestated)  # noqa: S101 - it is of the act's own type
        act = msgspec.structs.replace(case.act, at=act.at, who=act.who, agreed=case.agreed)
        provided = desk.provided(case, now=act.at)
    record_act(settings.kafka.cluster, act, prefix=settings.kafka.prefix, provided=provided)


def _period(act: object) -> str | None:
    return act.period if isinstance(act, ReportFrozen | ReportRestated) else None
