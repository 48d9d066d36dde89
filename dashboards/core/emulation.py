"""One ranking of one period, fit to be published: exempted days out, mergers followed, then ranked; all of it shown."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from dashboards.core.board import Board
from dashboards.core.exemptions import Exempted, Exemption, exempted
from dashboards.core.periods import Period
from dashboards.core.ranking import Ranking, Rules, rank
from dashboards.core.succession import Succeeded, Successor, succeeded
from streams.core.moments import Day


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a ranking rests on beside the dossiers: the rules, the signed exemptions, and who came after whom."""

    rules: Rules = field(default_factory=Rules)
    exemptions: tuple[Exemption, ...] = ()
    successors: tuple[Successor, ...] = ()


@dataclass(frozen=True, slots=True)
class Emulation:
    """The ranking, and everything that was done to the counts before it."""

    period: Period
    ranking: Ranking
    exempted: Exempted
    succeeded: Succeeded


def emulation_of(board: Board, period: Period, grounds: Grounds, *, on: Day) -> Emulation:
    """Return the period's ranking by what was signed by the day `on`, units as they stand at the period's last day.

    Exemptions name units as they were on the exempted days, so they are applied before mergers are followed.
    """
    remaining = exempted(board, period, grounds.exemptions, on=on)
    answering = succeeded(remaining.units, grounds.successors, on=min(on, period.last))
    ranking = rank(answering.units, grounds.rules, dissolved=_dissolved(answering.split, answering))
    return Emulation(period, ranking, remaining, answering)


def _dissolved(split: Iterable[str], answering: Succeeded) -> tuple[str, ...]:
    # A unit merged into one that was split later is split too, but stands under that one's name.
    return tuple(answering.merged.get(unit, unit) for unit in split)
