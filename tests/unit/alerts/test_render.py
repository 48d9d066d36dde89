"""The words of a mail."""

import re
from html import unescape

import pytest

from alerts.core.digest import Besides, Digest, compose
from alerts.core.people import Person
from alerts.core.policy import Policy
from alerts.core.routing import Via
from alerts.links import Links
from alerts.message import Letterhead, mail_of
from alerts.render import Renderer, plain
from alerts.wording import WORDS, Language
from streams.core.labels import State
from streams.core.stages import Ended, Stage
from streams.wire.records import Notice
from tests.unit.alerts.samples import DIRECTORY, at, notice, tell

ANH = Person(id="anh", name="Lò Văn Ánh", address="anh@x.vn")
MORNING = at("2020-07-10 08:00")


def digest(*notices: Notice, via: Via = Via.OFFICER) -> Digest:
    return compose(ANH, [tell(each, via=via) for each in notices], at=MORNING, policy=Policy())


def many(count: int) -> Digest:
    return digest(
        *(
            notice(f"{n:032x}", stage=Stage.OVERDUE, dossier=f"dienbien.muongnhe/000.00.20.H18-200710-{n:04}")
            for n in range(count)
        )
    )


@pytest.mark.parametrize(
    ("first", "line"),
    [
        pytest.param(
            notice(stage=Stage.OVERDUE, due="2020-06-28 17:00"),
            "Việc làm trước tiên: giải quyết ngay hồ sơ dienbien.muongnhe/n1, quá hạn 12 ngày; "
            "xong trước 17:00 10/07/2020.",
            id="overdue",
        ),
        pytest.param(
            notice(stage=Stage.DUE_TODAY, due="2020-07-10 16:00"),
            "Việc làm trước tiên: hoàn thành hồ sơ dienbien.muongnhe/n1 trước 16:00 10/07/2020.",
            id="due today",
        ),
        pytest.param(
            notice(stage=Stage.INTAKE_OVERDUE, due=None),
            "Việc làm trước tiên: tiếp nhận hoặc từ chối hồ sơ dienbien.muongnhe/n1 trước 17:00 10/07/2020: "
            "đã chờ quá 8 giờ làm việc.",
            id="intake",
        ),
        pytest.param(
            notice(stage=Stage.DUE_SOON, due="2020-07-13 17:00"),
            "Việc làm trước tiên: hoàn thành hồ sơ dienbien.muongnhe/n1 trước 17:00 13/07/2020, còn 3 ngày.",
            id="due soon",
        ),
    ],
)
def test_the_first_line_says_what_to_do_and_by_when(first: Notice, line: str) -> None:
    letter = Renderer(DIRECTORY).render(digest(first))
    assert letter.text.splitlines()[0] == line
    assert line in letter.html


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("2020-07-09 17:00", "quá hạn 1 ngày"),
        ("2020-07-10 07:00", "quá hạn 1 giờ"),
        ("2020-07-10 07:45", "quá hạn 15 phút"),
        ("2020-07-10 08:30", "còn 30 phút"),
        ("2020-07-10 16:00", "còn 8 giờ"),
        ("2020-07-11 08:00", "còn 1 ngày"),
        (None, "chưa có hạn"),
    ],
)
def test_time_left_is_told_in_days_hours_or_minutes(due: str | None, said: str) -> None:
    assert f" – {said}, " in Renderer(DIRECTORY).render(digest(notice(due=due))).text


def test_the_subject_counts_by_urgency() -> None:
    letter = Renderer(DIRECTORY).render(digest(notice("a"), notice("b"), notice("c", stage=Stage.OVERDUE)))
    assert letter.subject == "1 hồ sơ quá hạn, 2 hồ sơ đến hạn hôm nay (10/07/2020)"


@pytest.mark.parametrize("language", Language)
def test_text_and_html_say_the_same(language: Language) -> None:
    every = [notice(stage.value, stage=stage) for stage in Stage]
    tells = [*(tell(each) for each in every), tell(notice("n8"), via=Via.LEADER), tell(notice("n9"), behalf="binh")]
    besides = Besides(lost=(("dienbien.muongnhe/gone", Ended.PAUSED),), delays={"n9": 7200})
    letter = Renderer(DIRECTORY, language=language, links=Links(otherwise="https://x.vn/d?id={dossier}")).render(
        compose(ANH, tells, at=MORNING, policy=Policy(), besides=besides)
    )
    body = letter.html[letter.html.index("<body") :]
    shown = unescape(re.sub(r"<[^>]+>", " ", re.sub(r'<a [^>]*href="([^"]*)"[^>]*>', r" \1 ", body)))
    words = re.compile(r"[^\W\d_]{2,}|\d\d+")
    assert sorted(words.findall(shown)) == sorted(words.findall(letter.text))
    assert "https://x.vn/d?id=dienbien.muongnhe/overdue" in letter.text
    for said in (
        "UBND xã Nậm Vì – 1 ",
        "Giàng Thị Bình",
        "dienbien.muongnhe/gone",
        "2 giờ" if language == "vi" else "2 hours",
    ):
        assert said in letter.text


@pytest.mark.parametrize("language", Language)
def test_every_word_of_the_office_has_its_translation(language: Language) -> None:
    words = WORDS[language]
    assert set(words.stages) == set(words.first) == set(Stage)
    assert set(words.states) == set(State)
    assert set(words.because) == set(Via)
    assert set(words.ended) == {*Ended, ""}


def test_the_hundred_riskiest_are_in_full_and_nobody_is_left_out() -> None:
    letter = Renderer(DIRECTORY).render(many(300))
    assert letter.text.count("Đang xử lý") == 100
    assert len(re.findall(r"-200710-\d{4} –", letter.text)) == 300
    assert len(re.findall(r"-200710-\d{4}", letter.html[letter.html.index("<h2") :])) == 300


def test_a_mail_of_300_dossiers_is_no_more_than_100_kb_and_html_of_500_neither() -> None:
    made = many(300)
    letter = Renderer(DIRECTORY).render(made)
    assert len(mail_of(made, letter, Letterhead(address="dunghan@x.vn")).content) <= 100 * 1024
    assert len(Renderer(DIRECTORY).render(many(500)).html.encode()) <= 100 * 1024


def test_what_a_source_sends_is_text_and_never_markup() -> None:
    letter = Renderer(DIRECTORY).render(digest(notice(procedure='<img src="x" onerror="y">')))
    assert "<img" not in letter.html
    assert "&lt;img" in letter.html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("UBND xã\tNậm  Vì\r\nBcc: x", "UBND xã Nậm Vì Bcc: x", id="line ends and tabs"),
        pytest.param("e\u0302\u0301", "ế", id="composed"),
        pytest.param("abc\u202egnp.exe\u200b", "abcgnp.exe", id="bidirectional and invisible"),
        pytest.param("a" * 121, "a" * 119 + "…", id="cut"),
    ],
)
def test_a_line_is_one_line_of_what_can_be_seen(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_who_leads_reads_one_line_a_unit_and_never_a_dossier() -> None:
    late = [notice(f"n{n}", stage=Stage.OVERDUE, due=f"2020-07-0{n} 17:00") for n in range(1, 6)]
    other = notice("m1", stage=Stage.OVERDUE, due="2020-07-01 16:00", unit="province")
    letter = Renderer(DIRECTORY).render(digest(*late, other, via=Via.LEADER))
    assert letter.text.splitlines()[0] == (
        "Việc làm trước tiên: đôn đốc UBND xã Nậm Vì: 5 hồ sơ quá hạn, hồ sơ lâu nhất quá hạn 9 ngày; "
        "trước 17:00 10/07/2020."
    )
    assert "1. UBND xã Nậm Vì – 5 hồ sơ, lâu nhất quá hạn 9 ngày\n2. UBND tỉnh Điện Biên – 1 hồ sơ" in letter.text
    assert "muongnhe/n" not in letter.text + letter.html
    assert letter.subject == "6 hồ sơ quá hạn (10/07/2020)"
