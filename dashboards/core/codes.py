"""Findings about codes: two dossiers under one, and gaps in the numbers of a day."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from dashboards.core.cases import EVIDENCE, Case, Found, UnitFinding, finding
from streams.core.audit_intake import placeholder
from streams.core.findings import Rule
from streams.core.thresholds import Thresholds

_NUMBERED: Final = re.compile(r"(?P<series>.*-\d{6})-(?P<number>\d{3,9})")
"""A code that ends in its day and the running number of that day: 000.00.00.H18-200710-0001."""


def duplicate_codes(cases: Sequence[Case], limits: Thresholds) -> Found:
    """R17: two dossiers carry one national code; what stands for none is another finding."""
    codes: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.code and not placeholder(case.code, limits.placeholder_codes):
            codes[case.code].append(case)
    return [
        finding(Rule.ODD_CODE, same[0].unit, same, of=len(cases), note=code)
        for code, same in sorted(codes.items())
        if len(same) > 1
    ]


def codes_missing(cases: Sequence[Case], limits: Thresholds) -> Found:
    """R20: numbers are missing in the sequence of a day, between the first and the last that are there."""
    if not limits.codes_numbered_daily:
        return []
    series: defaultdict[str, dict[int, Case]] = defaultdict(dict)
    for case in cases:
        if found := _NUMBERED.fullmatch(case.code or case.dossier.partition("/")[2]):
            series[found["series"]][int(found["number"])] = case
    return [gap for name, numbers in sorted(series.items()) for gap in _gaps(name, numbers)]


def _gaps(name: str, numbers: dict[int, Case]) -> Found:
    ordered = sorted(numbers)
    jumps = [(low, high) for low, high in pairwise(ordered) if high > low + 1]
    if not jumps:
        return []
    shown = {numbers[number].dossier for jump in jumps for number in jump}
    told = ", ".join(f"{low + 1}" if high == low + 2 else f"{low + 1}–{high - 1}" for low, high in jumps[:EVIDENCE])
    unit = Counter(case.unit for case in numbers.values()).most_common(1)[0][0]
    missing = sum(high - low - 1 for low, high in jumps)
    evidence = tuple(sorted(shown)[:EVIDENCE])
    return [UnitFinding(Rule.CODES_MISSING, unit, missing, missing + len(ordered), evidence, f"{name}: {told}")]
