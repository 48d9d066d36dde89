"""Who is told."""

import pytest
from msgspec.structs import replace

from alerts.core.people import Directory, Officer, Unit
from alerts.core.routing import PassedOver, Via, Why, route
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
    found = route(DIRECTORY, unit="nam_vi", officer=officer, refused=refused)
    assert (found.recipient, found.via) == (recipient, via)


def test_everybody_passed_over_is_named_with_the_reason() -> None:
    found = route(DIRECTORY, unit="nam_vi", officer="mute", refused=("binh",))
    assert found.passed_over == (
        PassedOver(Via.OFFICER, "mute", Why.NO_ADDRESS),
        PassedOver(Via.HEAD, "binh", Why.REFUSED),
    )


def test_where_nobody_can_be_told_the_route_says_so() -> None:
    found = route(DIRECTORY, unit="elsewhere", officer=None)
    assert (found.recipient, found.via) == ("", None)
    assert found.passed_over == (PassedOver(Via.OFFICER, "", Why.NOT_NAMED),)


def test_units_that_stand_above_each_other_are_asked_once() -> None:
    circle = Directory(units={"a": Unit(id="a", name="A", parent="b"), "b": Unit(id="b", name="B", parent="a")})
    assert route(circle, unit="a", officer=None).via is None


def test_a_head_who_has_gone_is_passed_over() -> None:
    orphaned = replace(DIRECTORY, officers={"anh": Officer(id="anh", name="Ánh", unit="nam_vi")})
    assert route(orphaned, unit="nam_vi", officer="anh").recipient == "nam_vi"


def test_a_person_is_who_can_be_written_to() -> None:
    person = DIRECTORY.person("nam_vi")
    assert person is not None
    assert person.address == "namvi@x.vn"
    assert DIRECTORY.person("mute") is None
    assert DIRECTORY.person("nobody") is None
    assert DIRECTORY.unit_name("nam_vi") == "UBND xã Nậm Vì"
    assert DIRECTORY.unit_name("elsewhere") == "elsewhere"
