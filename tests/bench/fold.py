"""How fast a dossier is folded and judged, and how large it is stored."""

from collections.abc import Callable
from time import process_time
from timeit import repeat
from typing import TypedDict

from streams.core.dating import due_moments
from streams.core.dossier import after, decode, encode, refolded
from streams.core.events import (
    Accepted,
    AnyBody,
    Channel,
    Done,
    Event,
    PaymentReceived,
    PaymentRequested,
    Reappointed,
    Submitted,
    SupplementReceived,
    SupplementRequested,
    Transferred,
)
from streams.core.judgement import judge
from tests.property.histories import DAY, HOME, HOUR, RULES, START, event, folded_in_order

TIMES = 100
ROUNDS = 200
RICH: tuple[AnyBody, ...] = (
    Submitted("1.001612", "H18.32.05", "ho-tich", Channel.ONLINE, 3, None, "000.00.00.H18-200710-0001"),
    Accepted(
        "1.001612", "H18.32.05", "ho-tich", Channel.ONLINE, 3, "cb-017", "000.00.00.H18-200710-0001",
        due_at=START + 5 * DAY, limit="5 working days",
    ),
    Transferred("H18.32.07", "cb-023"),
    SupplementRequested(START + 9 * DAY),
    SupplementReceived(),
    Transferred("H18.11", "cb-100", other_body=True),
    Transferred("H18.32.07", "cb-023"),
    PaymentRequested(),
    PaymentReceived(),
    Reappointed(START + 9 * DAY, "PXL-12/2024"),
)  # fmt: skip
PLAIN: tuple[AnyBody, ...] = (
    Submitted("1.001612", "H18.32.05", "ho-tich", Channel.ONLINE, 3),
    Accepted("1.001612", "H18.32.05", due_at=START + 5 * DAY, limit="5 working days"),
    Transferred("H18.32.07"),
    *(SupplementRequested(), SupplementReceived(), PaymentRequested(), PaymentReceived()),
    *(Transferred("H18.32.05"), Transferred("H18.32.07"), Transferred("H18.32.05")),
)


class Figure(TypedDict):
    """One line of the table of figures; `ratio` is `against` over `value`: more than 1 keeps the promise."""

    name: str
    value: float
    unit: str
    against: float
    ratio: float


def figures() -> list[dict[str, str | float]]:
    """Return the figures: microseconds of processor time at best, bytes, and what each is measured against."""
    events = _events(RICH)
    dossier = folded_in_order(events)
    stored, done = encode(dossier), event(Done(result=True), at=START + 10 * DAY, id="000123-11")
    echo = event(Done(result=True), at=START + 10 * DAY, id="000123-11", source="vn/national")
    echoed = encode(after(dossier, echo))
    now, kept = START + 6 * DAY, due_moments(dossier, rules=RULES)
    plain = folded_in_order(_events(PLAIN))
    rows = [
        _row(
            "fold one event into ten, bytes to bytes",
            _best(lambda: encode(after(decode(stored), done))),
            "µs",
            against=25,
        ),
        _row("the same with a second voice", _best(lambda: encode(after(decode(echoed), done))), "µs", against=100),
        _row("fold ten events from nothing", _best(lambda: refolded(HOME, dossier.events)), "µs", against=100),
        _row(
            "judge, due moments known", _best(lambda: judge(dossier, now=now, rules=RULES, dues=kept)), "µs", against=5
        ),
        _row("judge, due moments worked out", _best(lambda: judge(dossier, now=now, rules=RULES)), "µs", against=40),
        _row("judge an accepted dossier from nothing", _judged(PLAIN[:2]), "µs", against=25),
        _row("ten rich events stored", len(stored), "bytes", against=850),
        _row("ten plain events stored", len(encode(plain)), "bytes", against=700),
    ]
    return [dict(row) for row in rows]  # type: ignore[arg-type]  # a TypedDict's values are typed one by one


def _judged(bodies: tuple[AnyBody, ...]) -> float:
    dossier = folded_in_order(_events(bodies))
    return _best(lambda: judge(dossier, now=START + 2 * DAY, rules=RULES))


def _events(bodies: tuple[AnyBody, ...]) -> list[Event]:
    return [event(body, at=START + at * 9 * HOUR, id=f"000123-{at:02}") for at, body in enumerate(bodies, 1)]


def _best(work: Callable[[], object]) -> float:
    return min(repeat(work, number=TIMES, repeat=ROUNDS, timer=process_time)) / TIMES * 1e6


def _row(name: str, value: float, unit: str, *, against: float) -> Figure:
    return Figure(name=name, value=round(value, 2), unit=unit, against=against, ratio=round(against / value, 2))
