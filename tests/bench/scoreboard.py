"""One scrape of a full-size province: as many series as are allowed, rendered once a change, asked many times."""

from datetime import date, timedelta
from http.client import HTTPConnection
from time import perf_counter, process_time
from typing import Final

from dashboards.core.board import tally_key
from dashboards.core.counts import verdict_of
from dashboards.core.periods import period_of
from dashboards.core.reckoning import Reckoning
from dashboards.core.sheet import Sheet
from dashboards.exposition import CONTENT_TYPE, openmetrics
from dashboards.web import Page, Web
from streams.core.counting import Cohort
from streams.core.labels import Cause, Label
from streams.core.moments import day_on, moment_on
from streams.wire.records import Cell, Counted, Tally

UNITS: Final = 170
"""Before July 2025 Điện Biên had 129 communes, 10 districts and some 20 departments."""
DAYS: Final = 90
SCRAPES: Final = 200
LIMIT_MS: Final = 50
FIRST: Final = date(2026, 7, 1)
PERIODS: Final = ("2026", "2026-Q3", "2026-08")


def province() -> Sheet:
    """Return the sheet of a province whose units all have every label in three periods."""
    reckoning = Reckoning(frozenset({0}))
    cells = tuple(
        Cell(cohort, label, Cause.NONE, verdict_of(label), "", "online", 4, 3)
        for cohort in (Cohort.RECEIVED, Cohort.DUE, Cohort.CLOSED)
        for label in Label
    )
    tallies = [
        Tally(partition=0, unit=f"donvi{unit:03d}", day=str(FIRST + timedelta(day)), cells=cells)
        for unit in range(UNITS)
        for day in range(0, DAYS, 10)
    ]
    reckoning.take({tally_key(each): each for each in tallies} | {"counted/0": Counted(partition=0, now=1)}, {})
    now = moment_on(day_on(FIRST + timedelta(DAYS)))
    return reckoning.sheet([(name, period_of(name, now=now)) for name in PERIODS])


def figures() -> list[dict[str, str | float]]:
    """Return milliseconds of CPU and on the clock for one scrape, against what is promised; and of rendering once."""
    sheet = province()
    began = process_time()
    page = Page(openmetrics(sheet), content_type=CONTENT_TYPE)
    rendered = 1000 * (process_time() - began)
    series = sum(not line.startswith("#") for line in page.body.decode().splitlines())
    worst, cpu = _scraped(page)
    what = f"of {series:,} series, {len(page.body):,} bytes"
    return [
        _row(f"one scrape {what}: CPU of both ends, mean of {SCRAPES}", cpu, LIMIT_MS),
        _row(f"one scrape {what}: on the clock, the worst of {SCRAPES}", worst, LIMIT_MS),
        _row(f"rendering {what}, once for each change: CPU", rendered, 1000),
    ]


def _scraped(page: Page) -> tuple[float, float]:
    """Return the worst time of a scrape and the mean of its CPU, in milliseconds."""
    web = Web(host="127.0.0.1", port=0, pages={"/metrics": lambda: page})
    worst, began = 0.0, process_time()
    try:
        for _ in range(SCRAPES):
            asked = perf_counter()
            connection = HTTPConnection("127.0.0.1", web.port, timeout=10)
            connection.request("GET", "/metrics")
            assert len(connection.getresponse().read()) == len(page.body)
            connection.close()
            worst = max(worst, 1000 * (perf_counter() - asked))
        return worst, 1000 * (process_time() - began) / SCRAPES
    finally:
        web.close()


def _row(name: str, value: float, against: int) -> dict[str, str | float]:
    return {
        "name": name,
        "value": round(value, 2),
        "unit": "ms",
        "against": against,
        "ratio": round(value / against, 3),
    }
