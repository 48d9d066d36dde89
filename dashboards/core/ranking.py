"""The ranking: who keeps their word, so that 1 of 1 does not beat 997 of 1,000 and nobody is left out unseen.

Ranked units share a place where they are equal (1, 2, 2, 4). Units below the minimum volume, and those with nothing to
judge, stand apart with the reason, never at the bottom. All arithmetic is exact: two machines give the same places.
"""

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Final

from dashboards.core.counts import Counts, total
from dashboards.core.rates import CauseView, Rate, RateName, rate_of

SCALE: Final = 10**12


class Order(enum.StrEnum):
    """What places a unit: its bare rate, or what the rate is at least, given how few dossiers it rests on."""

    RATE = "rate"
    WILSON = "wilson"


class Apart(enum.StrEnum):
    """Why a unit has no place."""

    NOTHING_TO_JUDGE = "nothing_to_judge"
    BELOW_VOLUME = "below_volume"
    TOO_MUCH_UNCLASSIFIED = "too_much_unclassified"
    DISSOLVED = "dissolved"


@dataclass(frozen=True, slots=True)
class Rules:
    """How to rank; configuration. `z` is the normal quantile of the bound: 1.96 for 95 % two-sided.

    `minimum` is the least denominator that earns a place; `most_left_out` the greatest share of unclassified dossiers
    (of those judged and those not), so that losing track of dossiers does not pay.
    """

    rate: RateName = RateName.HANDLED
    view: CauseView = CauseView.ALL
    order: Order = Order.WILSON
    minimum: int = 30
    z: Fraction = Fraction(196, 100)
    most_left_out: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Placed:
    """A unit with a place: its rate with the raw counts, what decided, and how many dossiers were carried over."""

    place: int
    unit: str
    rate: Rate
    score: Fraction
    carried: int


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A unit without a place, and why."""

    unit: str
    reason: Apart
    rate: Rate
    carried: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """Everybody, each exactly once: the placed, best first and equal ones by name, and those apart, by name."""

    rules: Rules
    placed: tuple[Placed, ...]
    apart: tuple[Unplaced, ...]


def wilson_lower(numerator: int, denominator: int, z: Fraction = Fraction(196, 100)) -> Fraction:
    """Return the lower bound of Wilson's score interval, to 12 digits, rounded down and the same on every machine.

    Source: E. B. Wilson, JASA 22 (1927) 209-212. A denominator of 0 or less raises ValueError.
    """
    if denominator <= 0:
        raise ValueError("a rate of nothing has no bound")
    n, k = Fraction(denominator), Fraction(numerator)
    under_root = k * (n - k) / n + z * z / 4
    # isqrt rounds down and the root is subtracted, so one is added: the bound is never above the true one.
    root = Fraction(isqrt(int(under_root * SCALE * SCALE)) + 1, SCALE)
    bound = (k + z * z / 2 - z * root) / (n + z * z)
    return max(Fraction(0), Fraction(int(bound * SCALE), SCALE))


def apart_for(rate: Rate, rules: Rules) -> Apart | None:
    """Return why a unit with this rate has no place; None when it has one."""
    if rate.denominator <= 0:
        return Apart.NOTHING_TO_JUDGE
    if rate.denominator < rules.minimum:
        return Apart.BELOW_VOLUME
    outside = 0 if rate.name in (RateName.HANDLED, RateName.BOARD766) else rate.left_out
    if Fraction(rate.left_out, rate.denominator + outside) > rules.most_left_out:
        return Apart.TOO_MUCH_UNCLASSIFIED
    return None


def score_of(rate: Rate, rules: Rules) -> Fraction:
    """Return what decides the place of a rate with a denominator above 0."""
    if rules.order is Order.WILSON:
        return wilson_lower(rate.numerator, rate.denominator, rules.z)
    return Fraction(rate.numerator, rate.denominator)


def rank(units: Mapping[str, Counts], rules: Rules, *, dissolved: Collection[str] = ()) -> Ranking:
    """Return the ranking of the units by the rules; `dissolved` ones have no single successor and stand apart."""
    scored: list[tuple[Fraction, str, Rate]] = []
    apart: list[Unplaced] = []
    for unit in sorted(units):
        rate = rate_of(units[unit], rules.rate, rules.view)
        reason = Apart.DISSOLVED if unit in dissolved else apart_for(rate, rules)
        if reason is None:
            scored.append((score_of(rate, rules), unit, rate))
        else:
            apart.append(Unplaced(unit, reason, rate, total(units[unit].carried)))
    scored.sort(key=lambda line: (-line[0], line[1]))
    scores = [score for score, _, _ in scored]
    placed = (
        Placed(scores.index(score) + 1, unit, rate, score, total(units[unit].carried)) for score, unit, rate in scored
    )
    return Ranking(rules, tuple(placed), tuple(apart))
