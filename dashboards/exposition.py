"""The sheet as OpenMetrics text: the one module of the scoreboard that knows prometheus-client.

Every figure is a gauge read from durable state, so there is no counter, and no `_created` line, that a restart moves.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from dashboards.core.sheet import Sheet
from dashboards.core.silence import Voice
from streams.wire.records import Speaker

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
VOICE_SERIES: Final = 3
"""Series that one source or unit takes at the most: its last event, the next, whether it was ever heard."""


class _OneSheet(Collector):
    def __init__(self, sheet: Sheet, voices: Sequence[Voice]) -> None:
        self._sheet = sheet
        self._voices = voices

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from _figures(self._sheet)
        yield from _about(self._sheet)
        yield from _units(self._sheet)
        for speaker in Speaker:
            yield from _voices(speaker, [voice for voice in self._voices if voice.speaker is speaker])


def _figures(sheet: Sheet) -> Iterator[GaugeMetricFamily]:
    dossiers = GaugeMetricFamily(
        "dunghan_dossiers",
        "Dossiers received in the period by how they stand now; the labels sum to dunghan_received.",
        labels=("unit", "label", "period"),
    )
    received = GaugeMetricFamily("dunghan_received", "Dossiers received in the period.", labels=("unit", "period"))
    rates = GaugeMetricFamily(
        "dunghan_rate_ratio",
        "A rate of the period under its own name (docs/rates.md); absent where there is nothing to divide by.",
        labels=("unit", "rate", "period", "cause"),
    )
    for block in sheet.blocks:
        received.add_metric((block.unit, block.period), block.received)
        for label, count in block.labels.items():
            dossiers.add_metric((block.unit, label.value, block.period), count)
        for rate in block.rates:
            # Divided as the last thing, in one rounding: the nearest float to the exact ratio.
            ratio = rate.numerator / rate.denominator
            rates.add_metric((block.unit, rate.name.value, block.period, rate.view.value), ratio)
    yield from (dossiers, received, rates)


def _about(sheet: Sheet) -> Iterator[GaugeMetricFamily]:
    figures = (
        ("dunghan_complete", "1 when every partition was read to its end and stands counted, else 0.", sheet.complete),
        ("dunghan_counted_partitions", "Decide partitions whose tallies are counted.", sheet.counted),
        (
            "dunghan_conservation_violations",
            "Tallies whose labels cannot sum to what was received; other than 0 is a fault of ours.",
            sheet.violations,
        ),
        ("dunghan_series_left_out", "Series over the limit of one scrape, not shown.", sheet.left_out),
        ("dunghan_tallies_unreadable", "Tally records that could not be read and are missing here.", sheet.unreadable),
        (
            "dunghan_unreceived_dossiers",
            "Dossiers, at the least, that are counted on some day but on none of receipt: no label holds them.",
            sheet.unreceived,
        ),
    )
    for name, meaning, value in figures:
        yield GaugeMetricFamily(name, meaning, value=value)
    as_of = GaugeMetricFamily("dunghan_as_of_timestamp_seconds", "The latest moment that is counted here.")
    if sheet.as_of is not None:
        as_of.add_metric((), sheet.as_of)
    yield as_of


def _units(sheet: Sheet) -> Iterator[GaugeMetricFamily]:
    findings = GaugeMetricFamily(
        "dunghan_findings",
        "Dossiers of which a finding of the audit holds now (docs/findings.md); absent where there is none.",
        labels=("unit", "rule"),
    )
    for (unit, rule), count in sheet.findings.items():
        findings.add_metric((unit, rule.value), count)
    units = GaugeMetricFamily("dunghan_unit_info", "What people call a unit; always 1.", labels=("unit", "name"))
    for unit, name in sheet.names.items():
        units.add_metric((unit, name), 1)
    yield from (findings, units)


def _voices(speaker: Speaker, voices: Sequence[Voice]) -> Iterator[GaugeMetricFamily]:
    def family(name: str, meaning: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"dunghan_{speaker}_{name}", meaning, labels=(speaker.value,))

    last = family("last_event_timestamp_seconds", f"Arrival of the last event of a {speaker}, to the minute.")
    by = family("expected_timestamp_seconds", f"By when the next event of a {speaker} is expected, by its cadence.")
    never = family("never_heard", f"1 for a {speaker} that is expected and has never sent anything, else 0.")
    for voice in voices:
        never.add_metric((voice.name,), voice.last is None)
        if voice.last is not None:
            last.add_metric((voice.name,), voice.last)
        if voice.by is not None:
            by.add_metric((voice.name,), voice.by)
    yield from (last, by, never)


def openmetrics(sheet: Sheet, voices: Sequence[Voice] = ()) -> bytes:
    """Return the sheet, and who was heard of when, as OpenMetrics 1.0 text (CONTENT_TYPE)."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_OneSheet(sheet, voices))
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]  # the library has no types here
    return text
