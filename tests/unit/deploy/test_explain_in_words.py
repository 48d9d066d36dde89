"""A dossier explained can be read in both languages, and by a program."""

import json
from enum import StrEnum
from typing import Any

import pytest

from alerts.core.ledger import Intent, Lapsed, LedgerLine, NotSent, Outcome, Reason, Restored, Returned, ToldOf
from alerts.core.retry import Ending
from alerts.core.routing import Via
from deploy import mails_in_words
from deploy import office_words as office
from deploy.explain_as_json import as_json
from deploy.explain_in_words import as_text
from streams.core import judgement
from streams.core.events import BODIES
from streams.core.facts import PauseKind
from streams.core.findings import Rule
from streams.core.labels import Cause, Label, State, Verdict
from streams.core.moments import Moment
from streams.core.stages import Ended, Stage
from streams.explained import Explained, Part, explained, heard
from streams.wire.records import Notice, Withdrawal
from tests.property.histories import RULES
from tests.sources import DOSSIER, at, sent, taken

NOW = at("2024-03-13 10:00")
HISTORY = [
    sent(
        "accepted",
        "2024-03-04 09:00",
        id="a",
        procedure="1.001612",
        unit="H18.32.05",
        due_at="2024-03-08 09:00",
        limit="3 working days",
    ),
    sent("supplement_requested", "2024-03-05 09:00", id="s"),
    sent("supplement_received", "2024-03-06 09:00", id="r"),
    sent("transferred", "2024-03-06 10:00", id="t", unit="H18.11", other_body=True),
]
NOTICE = Notice(
    id="n1",
    stage=Stage.OVERDUE,
    dossier=DOSSIER,
    unit="H18.11",
    officer="cb-017",
    state=State.PROCESSING,
    label=Label.OPEN_OVERDUE,
    stage_at=at("2024-03-11 09:00"),
    decided_at=at("2024-03-11 09:01"),
    delayed=True,
)
WITHDRAWAL = Withdrawal(
    id="n1", stage=Stage.OVERDUE, dossier=DOSSIER, unit="H18.11", decided_at=at("2024-03-12 09:00"), reason="paused"
)
TOLD_OF = ToldOf("n1", DOSSIER, Stage.OVERDUE, Reason.LISTED, Via.HEAD)
OTHER = ToldOf("n2", "dienbien/another", Stage.OVERDUE, Reason.LISTED, Via.HEAD)
MAILS: list[LedgerLine] = [
    Intent(
        digest="dg",
        recipient="cb-017",
        stage=Stage.OVERDUE,
        notices=(TOLD_OF, OTHER),
        sha256="",
        message_id="",
        subject="",
        at=NOW,
    ),
    Outcome(digest="dg", recipient="cb-017", ending=Ending.ACCEPTED, reply="250 OK", attempt=1, at=NOW),
    NotSent(recipient="cb-9", notice="n1", dossier=DOSSIER, stage=Stage.OVERDUE, reason=Reason.PASSED_ON, at=NOW),
    Lapsed(recipient="cb-017", notice="n1", dossier=DOSSIER, stage=Stage.OVERDUE, digest="dg", at=NOW),
]


def told(values: list[bytes] = HISTORY, now: Moment = NOW) -> Explained:
    found = explained(
        DOSSIER,
        heard(((one.offset, one.value) for one in taken(values)), until=now),
        at=now,
        rules=RULES,
        notices=(NOTICE, WITHDRAWAL),
    )
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (office.STATES, State),
        (office.STAGES, Stage),
        (office.LABELS, Label),
        (office.REASONS, judgement.Reason),
        (office.VERDICTS, Verdict),
        (office.CAUSES, Cause),
        (office.ENDED, Ended),
        (office.PAUSES, PauseKind),
        (office.PARTS, Part),
        (office.RULES, Rule),
        (mails_in_words.ENDINGS, Ending),
        (mails_in_words.REASONS, Reason),
        (mails_in_words.VIAS, Via),
    ],
)
def test_every_code_has_its_words_in_both_languages(words: dict[StrEnum, office.Both], codes: type[StrEnum]) -> None:
    assert set(words) == set(codes)
    assert all(vi and en for code, (vi, en) in words.items() if code is not Part.COUNTED)


def test_every_kind_of_event_and_every_field_has_its_words() -> None:
    assert set(office.KINDS) == {body.name for body in BODIES}
    assert set(office.FIELDS) == {field for body in BODIES for field in body.__struct_fields__}


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "vi",
            [
                "Kết luận: quá hạn [open_overdue], vì đang mở và đã qua hạn trả [past_due]",
                "Nguyên nhân chậm: cơ quan khác đang giữ (liên thông) [other_body]",
                "  05/03/2024 09:00  yêu cầu bổ sung [supplement_requested], bởi dienbien.muongnhe/motcua, sự kiện s",
                "      đơn vị H18.11; cơ quan khác có",
                "Hạn hẹn trả (nguồn báo): 08/03/2024 09:00",
                "  tạm dừng dời đến 11/03/2024 09:00, thêm 7:30:00 giờ làm việc",
                "  11/03/2024 09:01  quá hạn [overdue] → H18.11/cb-017 (hệ thống quyết định muộn)",
                "  12/03/2024 09:00  rút lại quá hạn [overdue]: đã tạm dừng",
            ],
        ),
        (
            "en",
            [
                "Label: overdue [open_overdue]: it is open past the due moment [past_due]",
                "Cause: another body held it [other_body]",
                "  moved by pauses to 11/03/2024 09:00, 7:30:00 of working time",
                "  12/03/2024 09:00  withdrawn overdue [overdue]: it was paused",
            ],
        ),
    ],
)
def test_the_text_tells_history_due_moments_verdicts_and_notices(lang: str, lines: list[str]) -> None:
    text = as_text(told(), MAILS, lang).splitlines()
    assert [line for line in lines if line not in text] == []


def test_a_mail_is_told_with_its_end_and_nothing_of_the_other_dossiers_in_it() -> None:
    text = as_text(told(), MAILS, "en")
    told_of = "overdue [overdue], in the mail [listed], as the head of the unit [head]"
    assert f"13/03/2024 10:00  cb-017  mail dg: {told_of}\n" in text
    assert "mail dg, attempt 1: the mail server took it [accepted]; the server said: 250 OK" in text
    assert "not told, overdue [overdue]: the next accountable person is told [passed_on]\n" in text
    assert "no longer holds: overdue [overdue], told in mail dg" in text
    assert "dienbien/another" not in text


def test_mails_are_told_in_vietnamese_too() -> None:
    lines: list[LedgerLine] = [*MAILS, Returned(recipient="cb-017", status="5.1.1", at=NOW, digest="dg")]
    text = as_text(told(), [*lines, Restored(recipient="cb-017", at=NOW)], "vi")
    assert "thư dg, lần gửi 1: máy chủ thư đã nhận [accepted]; máy chủ trả lời: 250 OK" in text
    assert "13/03/2024 10:00  cb-017  thư dg bị trả lại: 5.1.1" in text
    assert "13/03/2024 10:00  cb-017  lại được gửi thư" in text


def test_no_ledger_and_an_empty_ledger_are_told_apart() -> None:
    assert "the ledger was not asked" in as_text(told(), None, "en")
    assert "Mails, by the ledger (0):" in as_text(told(), [], "en")
    assert [as_json(told(), mails)["mails"] for mails in (None, ())] == [None, []]


def test_a_second_supplement_request_is_named_beside_the_boards_verdict() -> None:
    values = [*HISTORY[:3], sent("supplement_requested", "2024-03-07 08:00"), sent("done", "2024-03-07 09:00")]
    assert "Board (to the second): overdue (more than one supplement request)" in as_text(told(values), None, "en")


def test_what_is_missing_is_said() -> None:
    text = as_text(told([sent("submitted", "2024-03-04 09:00", procedure="p", unit="u")]), None, "en")
    assert "Due moment for ranking and notices: none" in text
    assert "Appointed due moment (by the source): none" in text
    assert "Recomputed due moment (from the limit and calendar): none" in text
    assert "To be accepted by: 05/03/2024 09:30 – it was not" in text


def test_what_arrived_after_the_moment_is_counted_but_not_told() -> None:
    text = as_text(told(now=at("2024-03-05 10:00")), None, "vi")
    assert "Đến sau thời điểm này, không xét: 2" in text
    assert "chuyển xử lý" not in text


def test_a_record_that_cannot_be_read_is_named() -> None:
    records = [*((one.offset, one.value) for one in taken(HISTORY)), (99, b"{")]
    found = explained(DOSSIER, heard(records, until=NOW), at=NOW, rules=RULES)
    assert found is not None
    assert "Record 99 cannot be read: not_json" in as_text(found, None, "en")


def test_a_long_limit_prints_some_intervals_and_how_many_more() -> None:
    value = sent("accepted", "2024-03-04 09:00", procedure="p", unit="u", due_at="2024-06-04 09:00")
    assert "intervals more (see --json)" in as_text(told([value]), None, "en")


def test_the_json_has_codes_iso_moments_and_seconds() -> None:
    found: dict[str, Any] = json.loads(json.dumps(as_json(told(), MAILS)))
    assert (found["label"], found["reason"], found["cause"]) == ("open_overdue", "past_due", "other_body")
    assert found["appointed"]["moved_to"] == "2024-03-11T09:00:00+07:00"
    assert found["recomputed"]["due_at"] == "2024-03-08T09:00:00+07:00"
    assert found["pauses"][0] | {"source": "", "until": ""} == {
        "kind": "supplement",
        "since": "2024-03-05T09:00:00+07:00",
        "until": "",
        "ended_at": "2024-03-06T09:00:00+07:00",
        "asked_by": "s",
        "source": "",
        "stops_the_clock": True,
        "seconds": 27_000,
    }
    assert found["history"][0]["says"]["due_at"] == "2024-03-08T09:00:00+07:00"
    assert [each["action"] for each in found["notices"]] == ["tell", "withdraw"]
    assert [each["line"] for each in found["mails"]] == ["intent", "outcome", "not_sent", "lapsed"]
    assert found["mails"][0]["at"] == "2024-03-13T10:00:00+07:00"
