"""What the founding article says (Báo Điện Biên Phủ, 10 July 2020), as the demo checks it.

The district's parts add up to 534 of 544: the ten nobody could account for are `unclassified`. "Late" is read as
settled late and "overdue" as still open. Of the province the article says 80.84 % on time without saying of what; it is
read as 30,348 of the 37,541 received.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from streams.core.labels import Label

FIRST: Final = date(2020, 1, 1)
LAST: Final = date(2020, 7, 10)
PROVINCE_LAST: Final = date(2020, 7, 7)

DISTRICT: Final = "muongnhe"


@dataclass(frozen=True, slots=True)
class Published:
    """One table of the article: the cohort it is about, and its lines, each the sum of some labels."""

    name: str
    units: tuple[str, ...] | None
    """None: the whole province."""
    first: date
    last: date
    figures: dict[str, int]


LINES: Final[dict[str, tuple[Label, ...]]] = {
    "on_time": (Label.CLOSED_EARLY, Label.CLOSED_ON_TIME),
    "not_yet_due": (Label.OPEN_IN_TIME, Label.OPEN_DUE_SOON, Label.PAUSED),
    "closed_late": (Label.CLOSED_LATE,),
    "open_overdue": (Label.OPEN_OVERDUE,),
    "stopped": (Label.STOPPED,),
    "unclassified": (Label.UNCLASSIFIED,),
}
"""What each line of the article adds up."""

TABLES: Final = (
    Published(
        name="Huyện Mường Nhé",
        units=(DISTRICT,),
        first=FIRST,
        last=LAST,
        figures={
            "received": 544,
            "on_time": 50,
            "not_yet_due": 20,
            "closed_late": 431,
            "open_overdue": 32,
            "stopped": 1,
            "unclassified": 10,
        },
    ),
    Published(
        name="Tỉnh Điện Biên",
        units=None,
        first=FIRST,
        last=PROVINCE_LAST,
        figures={"received": 37_541, "on_time": 30_348},
    ),
)
