"""What the courier leaves in the log of its process: a sum every ten seconds and, where it is asked for, each decision.

Told when it is committed, by ids of notices and mails: who is behind them stands in `mail.ledger`, for those who may
read it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

import structlog

from alerts.core.ledger import Intent, Lapsed, LedgerLine, NotSent, Outcome, Restored, Returned
from alerts.core.outbox import Recall, Tell
from streams.summing import Summing

log = structlog.get_logger(__name__)


class Daybook:
    """Hears what both steps of a courier committed; used by any of its threads."""

    def __init__(self, *, detailed: bool = False) -> None:
        """Prepare; `detailed` tells each decision too."""
        self._detailed = detailed
        self._sums = Summing(_tell)

    def routed(self, passed_on: Iterable[Tell | Recall | NotSent]) -> None:
        """Take into account to whom notices went."""
        for one in passed_on:
            what = "not_sent" if isinstance(one, NotSent) else "told" if isinstance(one, Tell) else "recalled"
            self._sums.add("route", **{what: 1})
            if self._detailed:
                log.debug("routed", what=what, **_of_route(one))

    def committed(self, lines: Iterable[LedgerLine]) -> None:
        """Take lines of the ledger into account."""
        for line in lines:
            tag = str(line.__struct_config__.tag)
            self._sums.add("send", **{tag: 1})
            if self._detailed:
                for said in _of_line(line):
                    log.debug("mail", line=tag, **said)

    def turn(self) -> None:
        """Tell what is due; to be called every second or so."""
        self._sums.tell_if_due()

    def close(self) -> None:
        """Tell the rest."""
        self._sums.rest()


def _tell(step: str, counts: Mapping[str, int]) -> None:
    log.info("mails", step=step, **counts)


def _of_route(one: Tell | Recall | NotSent) -> dict[str, str]:
    match one:
        case Tell():
            return {"notice": one.notice.id, "stage": one.notice.stage, "via": one.via}
        case Recall():
            return {"notice": one.withdrawal.id, "stage": one.withdrawal.stage, "why": one.why}
        case NotSent():
            return {"notice": one.notice, "stage": one.stage, "why": one.reason}
        case _:
            assert_never(one)


def _of_line(line: LedgerLine) -> Iterator[dict[str, str | int]]:
    match line:
        case Intent():
            for told in line.notices:
                yield {"digest": line.digest, "notice": told.notice, "stage": told.stage, "why": told.reason}
        case Outcome():
            yield {"digest": line.digest, "ending": line.ending, "attempt": line.attempt}
        case NotSent():
            yield {"notice": line.notice, "stage": line.stage, "why": line.reason}
        case Lapsed():
            yield {"digest": line.digest, "notice": line.notice, "stage": line.stage}
        case Returned():
            yield {"digest": line.digest, "status": line.status}
        case Restored():
            yield {}
        case _:
            assert_never(line)
