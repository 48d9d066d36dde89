"""What all desks have in common."""

from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from alerts.core.book import Book
from alerts.core.composing import Gathered, gather, hold_over
from alerts.core.entries import Held
from alerts.core.ledger import NotSent
from alerts.core.people import Person
from alerts.core.policy import Policy
from alerts.core.taking import take
from alerts.daybook import Daybook
from alerts.links import Links
from alerts.message import Letterhead
from alerts.metrics import Figures
from alerts.office import Office
from alerts.route import address
from alerts.rules import Rules, Ruling
from tests.unit.alerts.samples import DIRECTORY, RULING, at, notice, tell

MORNING = at("2020-07-10 08:00")


def office(registry: CollectorRegistry, ruling: Ruling = RULING) -> Office:
    return Office(
        prefix="",
        ruling=ruling,
        letterhead=Letterhead(address="dunghan@x.vn"),
        links=Links(),
        figures=Figures(registry),
        replay=False,
        daybook=Daybook(),
    )


def test_where_nobody_below_could_be_told_a_figure_says_so() -> None:
    registry = CollectorRegistry()
    [line] = address(notice(unit="elsewhere", officer=None), RULING)
    assert isinstance(line, NotSent)
    office(registry).entered([line])
    labels = {"stage": line.stage, "reason": "nobody_below_could_be_told"}
    assert registry.get_sample_value("dunghan_notices_not_sent_total", labels) == 1


def test_an_intent_names_its_rules_and_of_each_notice_those_it_was_routed_under_where_they_are_others() -> None:
    tells = [tell(notice("n1")), tell(notice("n2"))]
    routed = [replace(tells[0], rules="first"), tells[1]]
    held = tuple(Held(recipient="anh", tell=each, due_at=MORNING) for each in routed)
    gathered = Gathered(recipient="anh", at=MORNING, held=held, dropped=())
    desk = office(CollectorRegistry(), Ruling(Rules("second", DIRECTORY, Policy())))
    intent = desk.intent(*desk.write(Person("anh", "Ánh", "anh@x.vn"), gathered))
    assert intent.rules == "second"
    assert {told.notice: told.rules for told in intent.notices} == {"n1": "first", "n2": ""}
    same = office(CollectorRegistry())
    intent = same.intent(*same.write(Person("anh", "Ánh", "anh@x.vn"), gathered))
    assert (intent.rules, {told.rules for told in intent.notices}) == ("first", {""})


def test_what_an_outage_delayed_into_the_night_says_in_the_morning_how_late_it_is() -> None:
    book = Book()
    take(book, tell(notice("n1")), Policy())
    # It was due on Friday morning, and the courier was there on two nights only.
    for night in ("2020-07-10 22:00", "2020-07-13 22:00"):
        [gathered] = gather(book, at(night), merge=True)
        assert hold_over(book, gathered, Policy()).held == ()
    [gathered] = gather(book, at("2020-07-14 08:00"), merge=True)
    digest, _ = office(CollectorRegistry()).write(Person("anh", "Ánh", "anh@x.vn"), gathered)
    assert [item.delay for item in digest.items] == [4 * 86_400]


def test_how_old_the_check_before_a_mail_was_is_a_figure() -> None:
    registry = CollectorRegistry()
    Figures(registry).rechecked(0.3, mails=2)
    assert registry.get_sample_value("dunghan_mail_recheck_age_seconds_count") == 2
