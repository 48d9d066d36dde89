"""What happened between two exports: dates are events at their own time, the rest a snapshot at the export's."""

from typing import Any

import msgspec
import pytest

from deploy.connect.deriving import derived
from deploy.connect.rows import Row
from deploy.connect.snapshot import Sending, Snapshot
from deploy.connect.vocabulary import Vocabulary
from streams.core.dossier import Dossier, after, new
from streams.core.labels import State
from streams.core.moments import Moment, datetime_of, moment_of
from streams.wire import cloudevents
from tests.imported import shipped
from tests.sources import at

SOURCE = shipped("xlsx-igate")
WORDS = Vocabulary(SOURCE)
FIRST, SECOND, THIRD, FOURTH = (at(f"2026-07-{day:02} 17:30") for day in (10, 11, 12, 13))
SUBMITTED, ACCEPTED, DUE = at("2026-07-06 08:00"), at("2026-07-06 09:00"), at("2026-07-20 09:00")
BARE = Row("H18-1", "Đang xử lý", procedure="1.001", unit="m", submitted_at=SUBMITTED, accepted_at=ACCEPTED, due_at=DUE)


def row(**changes: Any) -> Row:
    return msgspec.structs.replace(BARE, **changes)


class Book:
    """The exports of one dossier, one after the other, and every event that they gave."""

    def __init__(self) -> None:
        self.before: Snapshot | None = None
        self.sent: list[Sending] = []

    def see(self, seen: Row, as_of: Moment) -> list[tuple[str, Moment]]:
        found = derived(self.before, seen, source=SOURCE, words=WORDS, as_of=as_of)
        if found is None:
            return []
        self.before = found.snapshot
        self.sent += found.events
        return [(one.type.split(".")[-2], moment_of(one.time)) for one in found.events]

    def dossier(self) -> Dossier:
        """Return the dossier as the fold has it."""
        dossier = new(SOURCE.home)
        for one in self.sent:
            sent = cloudevents.received(msgspec.json.encode(one))
            dossier = after(dossier, cloudevents.event_of(sent, FOURTH))
        return dossier


def test_the_first_export_gives_an_event_for_every_date() -> None:
    book = Book()
    done, returned = at("2026-07-08 10:00"), at("2026-07-09 10:00")
    seen = book.see(row(state="Đã trả kết quả", done_at=done, returned_at=returned), FIRST)
    assert seen == [("submitted", SUBMITTED), ("accepted", ACCEPTED), ("done", done), ("returned", returned)]
    accepted = book.sent[1]
    assert accepted.data == {"procedure": "1.001", "unit": "m", "due_at": datetime_of(DUE)}
    assert (accepted.subject, accepted.source) == ("dienbien/H18-1", "dienbien/igate")
    assert (book.dossier().state, book.dossier().ended_at) == (State.RETURNED, done)


def test_the_same_row_again_gives_nothing() -> None:
    book = Book()
    book.see(row(), FIRST)
    assert book.see(row(), SECOND) == []


def test_a_state_that_went_and_came_back_is_said_each_time_under_an_id_of_its_own() -> None:
    book = Book()
    waiting = row(state="Chờ thanh toán")
    seen = [
        book.see(each, as_of) for each, as_of in ((row(), FIRST), (waiting, SECOND), (row(), THIRD), (waiting, FOURTH))
    ]
    assert [len(each) for each in seen] == [2, 1, 1, 1]
    assert seen[1:] == [[("observed", SECOND)], [("observed", THIRD)], [("observed", FOURTH)]]
    assert len({one.id for one in book.sent}) == 5
    assert book.dossier().state is State.AWAITING_PAYMENT


def test_ids_are_the_same_whenever_the_same_exports_come_in() -> None:
    books = Book(), Book()
    for book in books:
        book.see(row(), FIRST)
        book.see(row(state="Chờ thanh toán"), SECOND)
    assert [one.id for one in books[0].sent] == [one.id for one in books[1].sent]


def test_a_new_date_is_told_at_its_own_time_and_needs_no_snapshot() -> None:
    book = Book()
    book.see(row(), FIRST)
    assert book.see(row(state="Đã xử lý xong", done_at=SECOND - 3600), SECOND) == [("done", SECOND - 3600)]
    assert book.dossier().state is State.DONE


def test_a_date_that_was_mended_voids_what_it_said_before() -> None:
    book = Book()
    book.see(row(state="Đã xử lý xong", done_at=FIRST - 7200), FIRST)
    assert book.see(row(state="Đã xử lý xong", done_at=FIRST - 3600), SECOND) == [
        ("corrected", SECOND),
        ("done", FIRST - 3600),
    ]
    assert book.dossier().ended_at == FIRST - 3600


def test_a_second_request_for_papers_is_a_second_request_and_not_a_correction() -> None:
    book = Book()
    asking = row(state="Yêu cầu bổ sung", supplement_requested_at=FIRST - 3600)
    book.see(asking, FIRST)
    book.see(row(supplement_requested_at=FIRST - 3600, supplement_received_at=SECOND - 3600), SECOND)
    again = msgspec.structs.replace(asking, supplement_requested_at=THIRD - 3600, supplement_received_at=SECOND - 3600)
    assert book.see(again, THIRD) == [("supplement_requested", THIRD - 3600)]
    assert (book.dossier().supplement_requests, book.dossier().state) == (2, State.AWAITING_SUPPLEMENT)


def test_a_closing_that_was_keyed_late_overtakes_the_snapshots_that_did_not_know_it() -> None:
    book = Book()
    book.see(row(), FIRST)
    book.see(row(state="Chờ thanh toán"), SECOND)
    book.see(row(state="Đã xử lý xong", done_at=FIRST + 3600), THIRD)
    dossier = book.dossier()
    assert (dossier.state, dossier.ended_at) == (State.DONE, FIRST + 3600)


def test_a_closed_dossier_that_is_open_again_was_reopened() -> None:
    book = Book()
    book.see(row(state="Đã xử lý xong", done_at=FIRST - 3600), FIRST)
    assert book.see(row(), SECOND) == [("observed", SECOND)]
    assert "R5" in {finding.rule for finding in book.dossier().findings}
    assert book.see(row(state="Đã xử lý xong", done_at=THIRD - 3600), THIRD) == [("done", THIRD - 3600)]
    assert book.dossier().ended_at == THIRD - 3600


@pytest.mark.parametrize(
    ("change", "told"),
    [({"unit": "n"}, "unit"), ({"officer": "cb-1"}, "officer"), ({"due_at": DUE + 3600}, "due_at")],
)
def test_what_has_no_date_of_its_own_is_a_snapshot_at_the_moment_of_the_export(
    change: dict[str, Any], told: str
) -> None:
    book = Book()
    book.see(row(), FIRST)
    assert book.see(row(**change), SECOND) == [("observed", SECOND)]
    assert (book.sent[-1].data["state_code"], told in book.sent[-1].data) == ("4", True)


def test_a_due_moment_that_moved_with_its_letter_is_an_appointment() -> None:
    book = Book()
    book.see(row(), FIRST)
    book.see(row(due_at=DUE + 86_400, letter="PXL-1"), SECOND)
    assert (book.dossier().reappointments, book.dossier().appointed_due_at) == (1, DUE + 86_400)


def test_a_dossier_without_any_date_is_a_snapshot() -> None:
    book = Book()
    assert book.see(Row("H18-1", "Đang xử lý", unit="m"), FIRST) == [("observed", FIRST)]
    assert (book.dossier().state, book.dossier().unit) == (State.PROCESSING, "m")


def test_a_submission_without_procedure_or_unit_is_a_snapshot_at_its_own_time() -> None:
    book = Book()
    seen = book.see(row(procedure=""), FIRST)
    assert seen == [("observed", SUBMITTED), ("observed", ACCEPTED)]
    dossier = book.dossier()
    assert (dossier.submitted_at, dossier.accepted_at, dossier.appointed_due_at) == (SUBMITTED, ACCEPTED, DUE)


def test_an_unknown_state_stays_unknown_under_the_sources_own_name() -> None:
    book = Book()
    book.see(row(state="Đang nghỉ"), FIRST)
    assert book.sent[-1].data["state_code"] == "xlsx-igate:Đang nghỉ"
    assert (book.dossier().state, "unknown_code" in {one.rule for one in book.dossier().findings}) == (
        State.UNKNOWN,
        True,
    )


def test_done_in_words_alone_is_done_at_the_moment_of_the_export() -> None:
    book = Book()
    book.see(row(state="Đã xử lý xong"), FIRST)
    assert (book.dossier().state, book.dossier().ended_at) == (State.DONE, FIRST)


def test_a_dossier_that_was_returned_and_shows_done_needs_no_more_words() -> None:
    book = Book()
    seen = book.see(row(state="Hoàn thành", done_at=FIRST - 7200, returned_at=FIRST - 3600), FIRST)
    assert [kind for kind, _ in seen] == ["submitted", "accepted", "done", "returned"]
