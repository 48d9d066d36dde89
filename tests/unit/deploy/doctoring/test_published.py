"""The doctor looks at what counts by the topic `reference`, not at the folder alone."""

import msgspec
import pytest

from deploy.doctoring.line import Grade, Line
from deploy.doctoring.published import counting
from deploy.rulebook import files_in, load_rulebook
from streams.core.moments import Moment
from streams.reference import Reference
from streams.wire.reference import Document, sha256_of
from tests.sources import at

NOW = at("2026-11-24 08:00")
SHIPPED = files_in()
PEOPLE = {
    "units.csv": "id,name,head,parent,address\nu,U,a,,\n",
    "officers.csv": "id,name,unit,address\na,A,u,\n",
}


def published(files: dict[str, str], *, counts_from: Moment = NOW - 60) -> Reference:
    reference = Reference(load_rulebook())
    for part, (file, text) in enumerate(files.items(), 1):
        document = Document(
            kind="k",
            id=file,
            revision="1",
            file=file,
            counts_from=counts_from,
            source="QĐ 1",
            sha256=sha256_of(text),
            text=text,
            release="r",
            part=part,
            parts=len(files),
        )
        reference.learn(part - 1, msgspec.json.encode(document))
    return reference


def told(reference: Reference, what: str) -> list[Line]:
    return [line for line in counting(reference, SHIPPED, now=NOW) if line.what == what]


@pytest.mark.parametrize("counts_from", [None, NOW + 60], ids=["nothing published", "not yet"])
def test_before_anything_published_counts_the_folder_does(counts_from: Moment | None) -> None:
    reference = Reference(load_rulebook()) if counts_from is None else published(SHIPPED, counts_from=counts_from)
    (line,) = counting(reference, SHIPPED, now=NOW)
    assert (line.what, line.grade, "folder" in line.found) == ("reference", Grade.FINE, True)


def test_people_and_days_off_in_force_are_looked_at_also_where_the_folder_has_others() -> None:
    reference = published({**SHIPPED, **PEOPLE})
    (line,) = told(reference, "reference")
    assert (line.grade, "officers.csv, units.csv" in line.found, bool(line.remedy)) == (Grade.FINE, True, True)
    (mute,) = told(reference, "people")
    assert (mute.grade, mute.found) == (Grade.WARNING, "in force: without an address: a")
    assert [line.found for line in told(reference, "calendar")] == [
        "in force: 2026 is decided",
        "in force: 2027 is provisional",
    ]


def test_a_folder_that_says_what_was_published_differs_in_nothing() -> None:
    (line,) = told(published(SHIPPED), "reference")
    assert (line.grade, line.remedy) == (Grade.FINE, "")


def test_people_in_force_that_cannot_be_read_are_wrong() -> None:
    (line,) = told(published({**SHIPPED, **PEOPLE, "officers.csv": "id\n"}), "people")
    assert (line.grade, "goes on counting" in line.found) == (Grade.WRONG, True)


def test_a_record_that_everybody_leaves_out_is_wrong() -> None:
    reference = published(SHIPPED)
    reference.learn(99, b"{")
    first, _ = told(reference, "reference")
    assert (first.grade, "offset 99" in first.found) == (Grade.WRONG, True)
