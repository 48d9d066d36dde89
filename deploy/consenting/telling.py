"""What stands proposed, in words of both languages and in JSON."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from deploy.consenting.rules import Case, Stand
from streams.core.moments import datetime_of
from streams.wire.acts import ReferenceApplied, ReportFrozen, ReportRestated

WORDS: Final = {
    Stand.WAITING: "chờ người thứ hai · waits for a second person",
    Stand.CONSENTED: "đã đồng ý, chưa làm · consented to, not done",
    Stand.DONE: "đã làm · done",
    Stand.EXPIRED: "hết hạn · expired",
    Stand.FORGED: "chữ ký sai · not signed by who it names",
}


def proposed_in_words(case: Case) -> str:
    """Return what was proposed and what is to come."""
    until = datetime_of(case.proposal.until).isoformat()
    return (
        f"đã đề nghị · proposed {case.id} ({case.proposal.sha256})\n"
        f"chờ người thứ hai · a second person consents before {until}: dunghan consent sign {case.id}"
    )


def line_of(case: Case) -> str:
    """Return one proposal as a line."""
    one, other = case.proposal, case.consent
    seconded = "" if other is None else f" + {other.who}"
    until = datetime_of(one.until).isoformat()
    return f"{case.id}  {about(case)}  {one.who}{seconded}  {until}  {WORDS[case.stand]}"


def about(case: Case) -> str:
    """Return what would be done, in a few words."""
    match case.act:
        case None:
            return "?"
        case ReportFrozen(period=period) | ReportRestated(period=period):
            return f"freeze {period}"
        case ReferenceApplied(counts_from=counts_from):
            return f"apply from {datetime_of(counts_from).isoformat()}"
        case skipped:
            return "skip " + " ".join(f"{one.partition}:{one.offset}" for one in skipped.records)


def shown(case: Case) -> Iterator[str]:
    """Yield all that the second person reads before signing."""
    yield line_of(case)
    yield f"vì · why: {case.proposal.why}"
    yield f"SHA-256 {case.proposal.sha256}; khóa · key {case.proposal.key}"
    if case.consent is not None:
        yield f"đồng ý · consented: {case.consent.who}: {case.consent.why}; khóa · key {case.consent.key}"
    yield case.proposal.content


def as_json(case: Case) -> dict[str, Any]:
    """Return a proposal as one object."""
    one = {"id": case.id, "about": about(case), "stand": case.stand.value}
    return one | {"proposal": msgspec.to_builtins(case.proposal), "consent": msgspec.to_builtins(case.consent)}
