"""Who is told."""

import pytest
from msgspec.structs import replace

from alerts.core.people import Absence, Directory, Officer, Unit
from alerts.core.routing import Concern, PassedOver, Via, Why, route
from streams.core.stages import Addressee
from tests.unit.alerts.samples import DIRECTORY


@pytest.mark.parametrize(
    ("officer", "refused", "recipient", "via"),
    [
        pytest.param("anh", (), "anh", Via.OFFICER, id="the officer"),
        pytest.param(None, (), "binh", Via.HEAD, id="no officer is named: the head of the unit"),
        pytest.param("nobody", (), "binh", Via.HEAD, id="an officer nobody knows: the head"),
        pytest.param("mute", (), "binh", Via.HEAD, id="an officer without an address: the head"),
        pytest.param("anh", ("anh",), "binh", Via.HEAD, id="an officer whose server refuses: the head"),
        pytest.param("anh", ("anh", "binh"), "nam_vi", Via.MAILBOX, id="the head refused too: the unit's mailbox"),
        pytest.param("anh", ("anh", "binh", "nam_vi"), "chi", Via.HEAD_ABOVE, id="the whole unit: the head above"),
        pytest.param(
            "anh", ("anh", "binh", "nam_vi", "chi"), "province", Via.MAILBOX_ABOVE, id="at last the mailbox above"
        ),
    ],
)
def test_the_first_accountable_person_who_can_be_told_is_told(
    officer: str | None, refused: tuple[str, ...], recipient: str, via: Via
) -> None:
    found = route(DIRECTORY, Concern("nam_vi", officer), refused=refused)
    assert (found.recipient, found.via) == (recipient, via)


def test_everybody_passed_over_is_named_with_the_reason() -> None:
    found = route(DIRECTORY, Concern("nam_vi", "mute"), refused=("binh",))
    assert found.passed_over == (
        PassedOver(Via.OFFICER, "mute", Why.NO_ADDRESS),
        PassedOver(Via.HEAD, "binh", Why.REFUSED),
    )


def test_where_nobody_can_be_told_the_route_says_so() -> None:
    found = route(DIRECTORY, Concern("elsewhere", None))
    assert (found.recipient, found.via) == ("", None)
    assert found.passed_over == (PassedOver(Via.OFFICER, "", Why.NOT_NAMED),)


def test_units_that_stand_above_each_other_are_asked_once() -> None:
    circle = Directory(units={"a": Unit(id="a", name="A", parent="b"), "b": Unit(id="b", name="B", parent="a")})
    assert route(circle, Concern("a", None)).via is None


def test_a_head_who_has_gone_is_passed_over() -> None:
    orphaned = replace(DIRECTORY, officers={"anh": Officer(id="anh", name="Ánh", unit="nam_vi")})
    assert route(orphaned, Concern("nam_vi", "anh")).recipient == "nam_vi"


def test_a_person_is_who_can_be_written_to() -> None:
    person = DIRECTORY.person("nam_vi")
    assert person is not None
    assert person.address == "namvi@x.vn"
    assert DIRECTORY.person("mute") is None
    assert DIRECTORY.person("nobody") is None
    assert DIRECTORY.unit_name("nam_vi") == "UBND xã Nậm Vì"
    assert DIRECTORY.unit_name("elsewhere") == "elsewhere"


def away(*people: tuple[str, str]) -> Directory:
    """The directory in which each of these is away from moment 10 to 20, and who stands in for them."""
    absent = {id: replace(DIRECTORY.officers[id], absences=(Absence(10, 20, deputy),)) for id, deputy in people}
    return replace(DIRECTORY, officers=DIRECTORY.officers | absent)


@pytest.mark.parametrize(
    ("people", "at", "recipient", "via", "behalf"),
    [
        pytest.param([("anh", "binh")], 15, "binh", Via.DEPUTY, "anh", id="absent: the deputy"),
        pytest.param([("anh", "binh")], 20, "anh", Via.OFFICER, "", id="back again: the officer"),
        pytest.param([("anh", "binh")], None, "anh", Via.OFFICER, "", id="whenever: the officer"),
        pytest.param([("anh", "binh"), ("binh", "chi")], 15, "chi", Via.DEPUTY, "anh", id="the deputy's deputy"),
        pytest.param([("anh", "binh"), ("binh", "anh")], 15, "nam_vi", Via.MAILBOX, "", id="a circle: the next one"),
        pytest.param([("anh", "")], 15, "binh", Via.HEAD, "", id="no deputy: the head"),
        pytest.param([("anh", "mute")], 15, "binh", Via.HEAD, "", id="a deputy without an address: the head"),
    ],
)
def test_who_is_away_is_stood_in_for(
    people: list[tuple[str, str]], at: int | None, recipient: str, via: Via, behalf: str
) -> None:
    found = route(away(*people), Concern("nam_vi", "anh", at=at))
    assert (found.recipient, found.via, found.behalf) == (recipient, via, behalf)


@pytest.mark.parametrize(
    ("to", "recipient", "via"),
    [
        (Addressee.OFFICER, "anh", Via.OFFICER),
        (Addressee.HEAD, "binh", Via.LEADER),
        (Addressee.LEADER, "chi", Via.LEADER),
    ],
)
def test_what_is_escalated_goes_to_the_head_then_to_the_leader(to: Addressee, recipient: str, via: Via) -> None:
    found = route(DIRECTORY, Concern("nam_vi", "anh", to))
    assert (found.recipient, found.via) == (recipient, via)


def test_for_a_unit_that_is_no_more_its_successor_answers() -> None:
    units = DIRECTORY.units | {
        "old": Unit(id="old", name="UBND huyện", parent="province", address="old@x.vn", successor="nam_vi", ended_at=10)
    }
    directory = replace(DIRECTORY, units=units)
    assert route(directory, Concern("old", None, at=9)).recipient == "old"
    assert route(directory, Concern("old", None, at=10)).recipient == "binh"
