"""How long a million open dossiers take to be judged again when other rules count; without Kafka."""

import time

import msgspec
from prometheus_client import CollectorRegistry

from streams.core.editions import Always, Edition, Timetable
from streams.core.rulebook import Rulebook
from streams.metrics import RegisterMetrics
from streams.register.register import Register
from tests.bench.register import RULES, _state

DOSSIERS = 15_000
GOAL = 60.0


def seconds_for_a_million(rules: Rulebook) -> float:
    """Return the processor time, worked out from fewer."""
    reference = Always(RULES)
    step = Register(0, rules=reference, metrics=RegisterMetrics(CollectorRegistry()))
    step.restore(_state(DOSSIERS))
    now = step.now + 1
    while step.tick(now).outputs.get(("dossier.notices", 0)):
        pass
    reference.known = Timetable((Edition(0, RULES), Edition(now + 1, rules)), position=1)
    began = time.process_time()
    while step.next_at is not None and step.next_at <= now + 1:
        step.tick(now + 1)
    return (time.process_time() - began) / DOSSIERS * 1e6


def figures() -> list[dict[str, object]]:
    """Return the rows: rules that change nothing, and rules by which everybody must be told at once."""
    calendar = RULES.calendar_for(None)
    earlier = msgspec.structs.replace(RULES.policy, version="earlier", due_soon_working_days=30)
    cases = {"none changes": Rulebook("same", RULES.policy, calendar), "each is told": Rulebook("e", earlier, calendar)}
    rows: list[dict[str, object]] = []
    for name, rules in cases.items():
        value = seconds_for_a_million(rules)
        told = f"redating: 1,000,000 dossiers judged again, {name}"
        rows.append(
            {"name": told, "value": round(value, 1), "unit": "s", "against": GOAL, "ratio": round(GOAL / value, 2)}
        )
    return rows
