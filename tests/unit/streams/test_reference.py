"""What the topic `reference` says, record by record."""

import msgspec
import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from deploy.rulebook import files_in, load_rulebook
from streams.core.moments import Moment
from streams.metrics import RegisterMetrics
from streams.reference import Reference, Shown
from streams.wire.reference import BadReference, documents_of, named

FILES = files_in(None)
RULES = load_rulebook()
POLICY = FILES["policy.toml"].replace('"policy-2"', '"policy-3"')


def published(reference: Reference, files: dict[str, str], *, counts_from: Moment, release: str, left: int = 0) -> None:
    """Let the reference learn all documents of a release but the last `left`."""
    documents = documents_of(dict(sorted(files.items())), release=release, counts_from=counts_from)
    values = map(msgspec.json.encode, documents[: len(files) - left])
    reference.learn_all(enumerate(values, max(reference.known.position, 0)))


def test_before_anything_is_published_the_first_rules_count() -> None:
    known = Reference(RULES).known
    assert (known.position, known.at(10**9).rules) == (-1, RULES)


def test_a_release_counts_from_its_moment_and_no_earlier() -> None:
    reference = Reference(RULES)
    published(reference, FILES | {"policy.toml": POLICY}, counts_from=1_000, release="a")
    known = reference.known
    assert known.at(999).rules is RULES
    assert known.at(1_000).rules.policy.version == "policy-3"
    assert known.position == len(FILES)


def test_a_release_of_which_a_part_is_missing_does_not_count() -> None:
    reference = Reference(RULES)
    published(reference, FILES | {"policy.toml": POLICY}, counts_from=1_000, release="a", left=1)
    assert reference.known.at(2_000).rules is RULES
    assert reference.known.position == len(FILES) - 1


def test_the_same_rules_published_are_no_change() -> None:
    reference = Reference(RULES)
    published(reference, FILES, counts_from=1_000, release="a")
    assert reference.known.next_after(0) is None


def test_what_is_published_last_takes_back_what_was_to_count_later() -> None:
    reference = Reference(RULES)
    published(reference, FILES | {"policy.toml": POLICY}, counts_from=5_000, release="a")
    published(reference, FILES, counts_from=2_000, release="b")
    assert reference.known.at(6_000).rules.version == RULES.version


def test_what_a_later_release_takes_back_while_it_counts_can_still_be_named_by_who_works_by_it() -> None:
    reference = Reference(RULES)
    published(reference, FILES | {"policy.toml": POLICY}, counts_from=5_000, release="a")
    counting = reference.known.at(6_000)
    published(reference, FILES, counts_from=5_000, release="b")
    assert reference.known.at(6_000).rules.version == RULES.version
    assert reference.known.named(counting.rules.version, 6_000) == counting


@pytest.mark.parametrize("value", [None, b"{", b'{"kind":"policy"}'], ids=["nothing", "no JSON", "half"])
def test_a_record_that_is_no_document_is_left_out_and_named(value: bytes | None) -> None:
    reference = Reference(RULES)
    reference.learn(0, value)
    assert (reference.known.position, len(reference.faults)) == (1, 1)
    assert reference.known.at(0).rules is RULES


def test_a_release_that_makes_no_rulebook_is_left_out_whole() -> None:
    reference = Reference(RULES)
    published(
        reference,
        FILES | {"policy.toml": 'version = "p"\nintake_working_hours = "eight"'},
        counts_from=1_000,
        release="a",
    )
    assert reference.known.at(2_000).rules is RULES
    assert len(reference.faults) == 1


def test_a_document_whose_text_was_changed_is_left_out_and_its_release_with_it() -> None:
    reference = Reference(RULES)
    [document] = documents_of({"policy.toml": FILES["policy.toml"]}, release="a", counts_from=0)
    document = msgspec.structs.replace(document, text=POLICY)
    reference.learn(0, msgspec.json.encode(document))
    assert reference.known.at(1).rules is RULES
    assert "policy.toml: its text is not what its hash was taken of" in reference.faults[0]


def test_a_worker_logs_and_counts_what_is_left_out_until_documents_that_can_be_used_are_published() -> None:
    registry = CollectorRegistry()
    reference = Shown(RULES, RegisterMetrics(registry))
    assert registry.get_sample_value("dunghan_reference_left_out") == 0
    with capture_logs() as logs:
        reference.learn(0, b"{")
    assert [(line["event"], line["log_level"]) for line in logs] == [("reference_left_out", "error")]
    assert "offset 0" in logs[0]["reason"]
    assert registry.get_sample_value("dunghan_reference_left_out") == 1
    published(reference, FILES, counts_from=1_000, release="a", left=1)
    assert registry.get_sample_value("dunghan_reference_left_out") == 1
    published(reference, FILES, counts_from=1_000, release="b")
    assert registry.get_sample_value("dunghan_reference_left_out") == 0


@pytest.mark.parametrize("file", ["notes.txt", "people.csv", "calendar/2026.csv", "other/2026.toml"])
def test_a_document_that_nobody_reads_is_refused(file: str) -> None:
    with pytest.raises(BadReference, match="nobody reads"):
        named(file, "")


def test_a_document_is_known_by_kind_id_and_version() -> None:
    assert named("calendar/2026.toml", FILES["calendar/2026.toml"])[:3] == ("calendar", "2026", "2026-v1")
    assert named("units.csv", "id,name")[:2] == ("units", "units")
