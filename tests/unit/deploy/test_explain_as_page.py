"""The page of a dossier explained says what the text says, and needs nothing beside it."""

from collections.abc import Sequence
from html.parser import HTMLParser

import pytest

from alerts.core.ledger import LedgerLine
from deploy.explain_as_page import as_page
from deploy.explain_in_words import as_text
from streams.explained import explained, heard
from tests.property.histories import RULES
from tests.sources import DOSSIER, sent, taken
from tests.unit.deploy.test_explain_in_words import HISTORY, MAILS, NOW, told

VOID = {"meta", "br"}


class Reader(HTMLParser):
    """What a reader sees of a page, and what the page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("mails", [MAILS, [], None], ids=["mails", "no mails", "not asked"])
def test_the_page_says_every_line_of_the_text(lang: str, mails: Sequence[LedgerLine] | None) -> None:
    page = Reader(as_page(told(), mails, lang))
    parts = [part.strip() for line in as_text(told(), mails, lang).splitlines() for part in line.split("  ")]
    assert [part for part in parts if " ".join(part.removesuffix(":").split()) not in page.text] == []


def test_the_page_needs_nothing_beside_it_and_runs_nothing() -> None:
    page = Reader(as_page(told(), MAILS, "vi"))
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert page.attributes <= {"lang", "charset", "name", "content", "http-equiv", "class"}
    assert "default-src 'none'" in as_page(told(), MAILS, "vi")


def test_what_a_source_wrote_is_text_and_never_part_of_the_page() -> None:
    wrote = "<script>alert(1)</script>"
    value = sent("accepted", "2024-03-04 09:00", procedure=wrote, unit="<b>u", due_at="2024-03-08 09:00")
    page = Reader(as_page(told([value]), None, "en"))
    assert wrote in page.text
    assert not {"script", "b"} & set(page.tags)


def test_every_working_interval_of_a_long_limit_stands_on_the_page() -> None:
    value = sent("accepted", "2024-03-04 09:00", procedure="p", unit="u", due_at="2024-06-04 09:00")
    page = as_page(told([value]), None, "en")
    assert "intervals more" not in page
    assert "31/05/2024 13:30 – 31/05/2024 17:00" in page


@pytest.mark.parametrize(
    ("values", "late"), [(HISTORY, True), ([*HISTORY[:1], sent("done", "2024-03-05 09:00")], False)]
)
def test_a_late_dossier_is_seen_to_be_late(values: list[bytes], late: bool) -> None:
    assert ('class="conclusion late"' in as_page(told(values), None, "vi")) is late


def test_what_came_later_and_what_cannot_be_read_stand_on_the_page() -> None:
    records = [*((one.offset, one.value) for one in taken(HISTORY)), (99, b"{")]
    found = explained(DOSSIER, heard(records, until=NOW), at=NOW, rules=RULES)
    assert found is not None
    assert "Record 99 cannot be read" in as_page(found, None, "en")
