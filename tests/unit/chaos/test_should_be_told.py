"""The judge of the storms over the courier finds each fault it is there for, and nothing where nothing is wrong."""

import dataclasses
import re
from collections.abc import Callable

import msgspec
import pytest

from alerts.core.digest import compose
from alerts.core.people import Person
from alerts.core.policy import Policy
from alerts.message import Letterhead, mail_of
from alerts.render import Renderer
from streams.core.stages import Stage
from tests.chaos.courier import Told, hurried
from tests.chaos.courier_scene import published
from tests.chaos.should_be_told import Verdict, addresses, expected, unrecorded, verdict
from tests.sources import sent
from tests.unit.alerts.published import documents
from tests.unit.alerts.samples import DIRECTORY, at, notice, tell

NOW = at("2020-07-10 08:00")
MORE = {"procedure": "1.001", "unit": "xa", "due_at": "2020-07-08 08:00"}
EVENTS = [
    sent("accepted", "2020-07-01 08:00", dossier="x/1", officer="cb0", **MORE),
    sent("accepted", "2020-07-01 08:00", dossier="x/2", officer="cb0", **MORE),
    sent("accepted", "2020-07-01 08:00", dossier="x/3", officer="cb1", **MORE),
    sent("accepted", "2020-07-01 08:00", dossier="x/4", officer="cb1", **MORE),
    sent("done", "2020-07-07 08:00", dossier="x/4"),
    sent("accepted", "2020-07-01 08:00", dossier="x/5", officer="cb1", **MORE | {"due_at": "2020-07-20 08:00"}),
]
EPOCHS = [msgspec.json.encode({"line": "epoch", "now": NOW})]
REFERENCE = [msgspec.json.encode(each) for each in documents(published(2, gap=2), counts_from=NOW - 1)]
Mails = list[tuple[str, bytes]]


def mail(officer: str, *dossiers: str, hour: str = "08:00") -> tuple[str, bytes]:
    person = Person(officer, officer, f"{officer}@x.example")
    tells = [tell(notice(f"{officer}-{name}", dossier=name, stage=Stage.OVERDUE), officer) for name in dossiers]
    digest = compose(person, tells, at=at(f"2020-07-10 {hour}"), policy=Policy())
    return person.address, mail_of(digest, Renderer(DIRECTORY).render(digest), Letterhead(address="d@x.vn")).content


def right() -> Mails:
    return [mail("cb0", "x/1", "x/2"), mail("cb1", "x/3")]


def wanted() -> set[tuple[str, str, str]]:
    return expected(EVENTS, EPOCHS, REFERENCE)


def test_what_should_be_told_follows_from_events_epochs_and_reference_alone() -> None:
    assert wanted() == {
        ("cb0@x.example", "x/1", "overdue"),
        ("cb0@x.example", "x/2", "overdue"),
        ("cb1@x.example", "x/3", "overdue"),
    }


def test_an_address_counts_from_its_moment() -> None:
    moved = {"officers.csv": published(2, gap=2)["officers.csv"].replace("cb0@", "cb0.moi@")}
    later = [msgspec.json.encode(each) for each in documents(moved, counts_from=NOW + 1)]
    assert addresses([*REFERENCE, *later], NOW)["cb0"] == "cb0@x.example"
    assert addresses([*REFERENCE, *later], NOW + 1)["cb0"] == "cb0.moi@x.example"


def test_the_judge_finds_nothing_where_nothing_is_wrong() -> None:
    assert verdict(wanted(), right()) == Verdict(facts=3, mails=2, lost=0, repeated=0, wrong=0)


def torn(mails: Mails) -> None:
    mails.append((mails[0][0], mails[0][1].replace(b"\r\nDate: ", b"\r\nDate:  ")))


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        pytest.param(lambda mails: mails.pop(), {"lost": 1}, id="a mail that never came"),
        pytest.param(lambda mails: mails.__setitem__(0, mail("cb0", "x/1")), {"lost": 1}, id="a line left out"),
        pytest.param(lambda mails: mails.append(mails[0]), {"repeated": 1}, id="the same mail again"),
        pytest.param(torn, {"repeated": 1, "wrong": 1}, id="one Message-ID with two contents"),
        pytest.param(
            lambda mails: mails.append(mail("cb1", "x/3", hour="09:00")), {"wrong": 1}, id="told by two mails"
        ),
        pytest.param(lambda mails: mails.append(mail("cb1", "x/4")), {"wrong": 1}, id="told of what is closed"),
        pytest.param(lambda mails: mails.append(mail("cb1", "x/5")), {"wrong": 1}, id="told of what is not due"),
        pytest.param(
            lambda mails: mails.__setitem__(1, mail("cb0", "x/3")), {"lost": 1, "wrong": 1}, id="told to somebody else"
        ),
    ],
)
def test_the_judge_finds(fault: Callable[[Mails], object], found: dict[str, int]) -> None:
    mails = right()
    fault(mails)
    judged = dataclasses.asdict(verdict(wanted(), mails))
    assert {name: judged[name] for name in ("lost", "repeated", "wrong")} == {
        "lost": 0,
        "repeated": 0,
        "wrong": 0,
    } | found
    assert not Told(verdict(wanted(), mails)).clean


def test_repeats_are_clean_up_to_one_a_connection_and_end_and_not_beyond() -> None:
    mails = [*right(), *right()]
    assert Told(verdict(wanted(), mails), allowed=2).clean
    assert not Told(verdict(wanted(), mails), allowed=1).clean


def test_mails_that_come_faster_than_agreed_are_counted() -> None:
    assert hurried([second / 20 for second in range(200)], 20.0) == 0
    assert hurried([second / 50 for second in range(200)], 20.0) > 0
    # All at once: what the bucket holds, and what was under way to a server that stood still.
    assert hurried([0.0] * 48, 20.0) > 0
    assert hurried([0.0] * 48, 20.0, under_way=8) == 0


def test_a_mail_of_which_no_intent_is_recorded_is_counted() -> None:
    contents = [content for _, content in right()]
    ids = [re.findall(rb"Message-ID: (\S+)", content)[0].decode() for content in contents]
    ledger = [msgspec.json.encode({"line": "intent", "message_id": id}) for id in ids]
    assert unrecorded(contents, ledger) == 0
    assert unrecorded(contents, ledger[:1]) == 1
