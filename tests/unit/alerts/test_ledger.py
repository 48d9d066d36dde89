"""The courier's records, written and read."""

import msgspec
import pytest

from alerts import ledger
from alerts.core.entries import Progress
from alerts.core.ledger import Reason
from alerts.core.outbox import Reached
from alerts.route import address
from tests.unit.alerts.samples import RULING, notice, recall, tell


@pytest.mark.parametrize("value", [None, b"", b"{", b'{"action":"shout"}', b'{"action":"tell"}'])
def test_what_is_no_record_is_said_to_be_none(value: bytes | None) -> None:
    for read in (ledger.notice_record, ledger.outbox_record, ledger.ledger_line):
        with pytest.raises(ledger.Unreadable):
            read(value)


def test_what_a_later_release_wrote_stops_the_courier_instead_of_leaving_somebody_untold() -> None:
    later = msgspec.json.encode(msgspec.structs.replace(notice(), version=2))
    with pytest.raises(ledger.Newer, match="version 2: it needs a newer courier"):
        ledger.notice_record(later)


def test_what_is_written_is_read_back() -> None:
    for record in (tell(notice()), recall(notice(), decided="2020-07-10 08:00"), Reached(partition=3, now=7)):
        assert ledger.outbox_record(ledger.encoded(record)) == record
    entry = Progress(recipient="", marks={0: 7})
    assert ledger.entry(ledger.encoded(entry)) == entry


def test_a_field_that_a_later_version_adds_is_no_hindrance() -> None:
    later = b'{"action":"mark","partition":1,"now":2,"colour":"red"}'
    assert ledger.outbox_record(later) == Reached(partition=1, now=2)


def test_where_nobody_can_be_told_the_line_names_who_was_passed_over() -> None:
    [line] = address(notice(unit="elsewhere", officer="mute"), RULING)
    assert isinstance(line, ledger.NotSent)
    assert (line.recipient, line.reason, line.detail) == ("elsewhere", Reason.NOBODY, "officer mute: no_address")
