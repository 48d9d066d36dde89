"""The sources as data: what is shipped can be read, and every fault of a document is told at once."""

import pytest

from deploy.connect.documents import BadDocuments
from deploy.connect.sources import SHIPPED, Form, Source, load_sources, read_source
from deploy.connect.vocabulary import Vocabulary
from streams.core.events import Channel
from streams.core.labels import State

LEAST = """
version = "x-1"
valid_from = 2026-01-01
source = "ours"
form = "table"
reports_as = "dienbien/x"
home = "dienbien"
[columns]
code = ["Mã"]
"""


def shipped(name: str) -> Source:
    return next(one for one in load_sources() if one.name == name)


def test_every_shipped_source_can_be_read() -> None:
    names = {one.name: one.form for one in load_sources()}
    assert names == {
        "national": Form.PAYLOAD,
        "cloudevents": Form.CLOUDEVENTS,
        "xlsx-igate": Form.TABLE,
        "xlsx-ihcc": Form.TABLE,
        "debezium-outbox": Form.OUTBOX,
    }


@pytest.mark.parametrize("name", ["national", "cloudevents", "xlsx-igate", "xlsx-ihcc"])
@pytest.mark.parametrize(
    ("typed", "state"),
    [
        ("1", State.SUBMITTED),
        ("2", State.ACCEPTED),
        ("3", State.REFUSED),
        ("4", State.PROCESSING),
        ("5", State.AWAITING_SUPPLEMENT),
        ("6", State.AWAITING_PAYMENT),
        ("7", State.WITHDRAWAL_REQUESTED),
        ("8", State.STOPPED),
        ("9", State.DONE),
        ("10", State.RETURNED),
        ("Đã xử lý xong", State.DONE),
        ("DA  XU LY XONG ", State.DONE),
        ("Đa\u0303 tra\u0309 kê\u0301t qua\u0309", State.RETURNED),
        ("yeu cau thuc hien nghia vu tai chinh", State.AWAITING_PAYMENT),
    ],
)
def test_the_national_codes_and_names_are_known_with_and_without_diacritics(
    name: str, typed: str, state: State
) -> None:
    assert Vocabulary(shipped(name)).state(typed) is state


def test_an_unknown_code_stays_the_sources_own_and_is_never_taken_for_the_national_one() -> None:
    words = Vocabulary(read_source("x", LEAST + '[[states]]\ncode = "44"\nstate = "DONE"\n'))
    assert (words.state("9"), words.state_code("9"), words.state_code("44")) == (None, "x:9", "9")


def test_units_channels_and_levels_are_those_of_the_source() -> None:
    text = (
        LEAST + '[units]\n"UBND xã Mường Nhé" = "H18.32"\n[channels]\n"Trực tuyến" = "online"\n[levels]\n"Mức 4" = 4\n'
    )
    words = Vocabulary(read_source("x", text))
    assert (words.unit("ubnd xa muong nhe"), words.unit("another")) == ("H18.32", None)
    assert (words.channel("truc tuyen"), words.channel("?")) == (Channel.ONLINE, None)
    assert (words.level("MỨC 4"), words.level("5")) == (4, None)
    assert Vocabulary(read_source("x", LEAST)).unit("as it stands") == "as it stands"


def test_all_faults_of_a_document_are_told_at_once_with_their_lines() -> None:
    text = LEAST.replace('home = "dienbien"', 'home = "dien bien"\ncolour = 1').replace(
        'version = "x-1"', "version = 3"
    )
    text += '[channels]\n"Trực tiếp" = "pigeon"\n'
    text += '[[states]]\ncode = "1"\nstate = "DONE"\n[[states]]\nstate = "FINISHED"\n'
    with pytest.raises(BadDocuments) as told:
        read_source("x", text)
    lines = str(told.value).splitlines()
    fields = {fault.field for fault in told.value.faults}
    assert fields == {"version", "home", "colour", "channels.Trực tiếp", "states[1].code", "states[1].state"}
    assert "x.toml:2: version: Expected `str`, got `int`" in lines
    wrong = text.splitlines().index('state = "FINISHED"') + 1
    assert any(line.startswith(f"x.toml:{wrong}: states[1].state: ") for line in lines)


TWO_STATES = """
[[states]]
code = "1"
state = "DONE"
names = ["Đã xong"]
[[states]]
code = "da xong"
state = "RETURNED"
"""


@pytest.mark.parametrize(
    ("more", "told"),
    [("", None), (TWO_STATES, "two things"), ('[units]\n"Xã A" = "1"\n"xa a" = "2"', "two things")],
)
def test_what_contradicts_itself_is_told(more: str, told: str | None) -> None:
    if told is None:
        assert read_source("x", LEAST + more).home == "dienbien"
        return
    with pytest.raises(BadDocuments, match=told):
        read_source("x", LEAST + more)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('time_zone = "Mars/Base"', "no time zone"),
        ('link = "https://a.example/"', "has no {code}"),
        ('link = "javascript:alert(1)"', "link"),
    ],
)
def test_a_zone_that_is_none_and_a_link_that_leads_nowhere_are_told(line: str, told: str) -> None:
    with pytest.raises(BadDocuments, match=told):
        read_source("x", f"{line}\n{LEAST}")


def test_a_table_without_a_code_and_an_outbox_without_its_columns_are_told() -> None:
    with pytest.raises(BadDocuments, match="code"):
        read_source("x", LEAST.replace("code =", "state ="))
    with pytest.raises(BadDocuments) as told:
        read_source("x", LEAST.replace('"table"', '"outbox"'))
    assert len(told.value.faults) == 3


def test_a_payload_without_a_state_says_nothing() -> None:
    with pytest.raises(BadDocuments, match="`state`"):
        read_source("x", LEAST.replace('"table"', '"payload"'))


def test_what_is_no_toml_is_told() -> None:
    with pytest.raises(BadDocuments, match=r"x\.toml: document"):
        read_source("x", "not = = toml")


def test_the_shipped_documents_lie_with_the_reference() -> None:
    assert sorted(file.stem for file in SHIPPED.glob("*.toml")) == [one.name for one in load_sources()]
