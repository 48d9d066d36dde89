"""The doctor looks at who is who: everybody can be written to, and deputies lead somewhere."""

from alerts.core.people import Absence, Directory, Officer, Unit
from deploy.doctoring.line import Grade
from deploy.doctoring.people import looked_at

NOW = 1_000


def officer(id: str, *, address: str = "x@y.vn", deputy: str | None = None) -> Officer:
    absences = () if deputy is None else (Absence(since=0, until=2_000, deputy=deputy),)
    return Officer(id=id, name=id, unit="u", address=address, absences=absences)


def directory(*officers: Officer, head: str = "a") -> Directory:
    return Directory(officers={each.id: each for each in officers}, units={"u": Unit(id="u", name="U", head=head)})


def test_where_everybody_can_be_written_to_all_is_well() -> None:
    (line,) = looked_at(directory(officer("a"), officer("b", deputy="a")), now=NOW)
    assert line.grade is Grade.FINE


def test_an_officer_without_an_address_is_named() -> None:
    (line,) = looked_at(directory(officer("a"), officer("b", address="")), now=NOW)
    assert (line.grade, "b" in line.found, "officers.csv" in line.remedy) == (Grade.WARNING, True, True)


def test_a_unit_that_nobody_answers_for_is_named() -> None:
    (line,) = looked_at(directory(officer("a"), head=""), now=NOW)
    assert (line.grade, line.found.startswith("u has neither")) == (Grade.WARNING, True)


def test_a_unit_that_is_no_more_needs_nobody() -> None:
    gone = Unit(id="u", name="U", ended_at=NOW)
    (line,) = looked_at(Directory(officers={"a": officer("a")}, units={"u": gone}), now=NOW)
    assert line.grade is Grade.FINE


def test_deputies_in_a_circle_are_named_once() -> None:
    people = (officer("a", deputy="b"), officer("b", deputy="c"), officer("c", deputy="b"), officer("d", deputy="d"))
    lines = list(looked_at(directory(*people), now=NOW))
    assert [each.grade for each in lines] == [Grade.WRONG, Grade.WRONG]
    assert [each.found.partition(": ")[2] for each in lines] == ["b, c", "d"]


def test_a_circle_of_people_who_are_back_is_none() -> None:
    people = (officer("a", deputy="b"), officer("b", deputy="a"))
    (line,) = looked_at(directory(*people), now=3_000)
    assert line.grade is Grade.FINE
