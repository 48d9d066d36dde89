"""The units of Điện Biên that are shipped: three levels until 30 June 2025, two since."""

from collections import Counter
from collections.abc import Iterable

from alerts.directory import parse
from dashboards.core.periods import period_of
from dashboards.units import names_in, standing_in
from deploy.rulebook import reference_folder
from tests.sources import at

FOLDER = reference_folder(None) / "dienbien"
UNITS = parse((FOLDER / "units.csv").read_text(encoding="utf-8"), "id,name,unit,address\n").units
DISTRICT_LEVEL = ("thành phố", "thị xã", "huyện")
COMMUNE_LEVEL = ("thị trấn", "phường", "xã")


def _kinds(units: Iterable[str]) -> Counter[str]:
    names = names_in(FOLDER)
    kinds = ("tỉnh", *DISTRICT_LEVEL, *COMMUNE_LEVEL)
    return Counter(next(kind for kind in kinds if names[id].startswith(f"UBND {kind} ")) for id in units)


def test_as_many_stood_and_stand_as_the_ministry_counted() -> None:
    """115 communes, 9 wards, 5 towns became 42 communes and 3 wards (the Government's plan of 9 May 2025)."""
    before = standing_in(FOLDER, period_of("2025-Q2", now=at("2026-01-01 08:00")))
    since = standing_in(FOLDER, period_of("2025-Q3", now=at("2026-01-01 08:00")))
    assert _kinds(before) == {
        "tỉnh": 1, "thành phố": 1, "thị xã": 1, "huyện": 8, "xã": 115, "phường": 9, "thị trấn": 5,
    }  # fmt: skip
    assert _kinds(since) == {"tỉnh": 1, "xã": 42, "phường": 3}


def test_what_each_abolished_unit_held_has_somebody_who_answers_for_it() -> None:
    for unit in UNITS.values():
        if unit.ended_at is not None:
            heir = UNITS[unit.successor]
            assert unit.ended_at == at("2025-07-01 00:00")
            assert heir.ended_at is None
            assert (heir.parent == "dienbien") == (_kinds([unit.id]).keys() <= set(COMMUNE_LEVEL))


def test_every_new_commune_and_ward_came_of_at_least_two() -> None:
    came_of = Counter(unit.successor for unit in UNITS.values() if unit.successor not in {"", "dienbien"})
    assert len(came_of) == 45
    assert min(came_of.values()) >= 2
    assert came_of["xa-muongnhe"] == 3
    assert UNITS["muongnhe.xa-namvi"].successor == "xa-muongnhe"
