"""`dunghan verify` over a change of the rules: clean where the reference is the one by which it was decided."""

import copy
import time
from collections.abc import Callable

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from deploy import clock
from deploy.layout import Layout
from deploy.reading import Log
from deploy.verify.differences import Kind
from deploy.verify.figures import BEAT, Figures
from deploy.verify.watching import Watch
from deploy.verify.whole import Source, Verification, verified
from streams.reference import Reference
from streams.topics import ACTS, EVENTS, REFERENCE, TRAIL, prefixed
from streams.wire.acts import line_of
from streams.wire.reference import Document, sha256_of
from streams.wire.trail import START
from tests.chaos import deciding
from tests.chaos.crew import Crew
from tests.chaos.storms import Source as Sending
from tests.integration.conftest import PARTITIONS
from tests.integration.verify.log import RULES, Written, decided, mailed
from tests.published import WARNED_LATER, applied, publish, release
from tests.sources import at

NOW = at("2020-03-23 08:00")
RELEASE = release(WARNED_LATER, counts_from=at("2020-03-04 08:00"))
TURNED = b'{"line":"reference"'


@pytest.fixture(scope="module")
def good() -> Written:
    """Give a log of six days; on the third other rules begin to count."""
    records = [(one.key, msgspec.json.encode(one)) for one in RELEASE]
    topics = decided(rules=Reference(RULES).learn_all(enumerate(value for _, value in records)))
    mailed(topics)
    topics[REFERENCE.name, 0] = list(records)
    topics[ACTS.name, 0] = [(None, line_of(START, applied(RELEASE)))]
    return Written(topics)


def seen(kafka: str, layout: Layout) -> dict[Kind, str]:
    found = verified(Source(kafka, layout.prefix, RULES), now=NOW).found
    return {one.kind: one.told for one in found}


def test_what_was_decided_by_one_rulebook_after_the_other_is_clean(kafka: str, topics: Layout, good: Written) -> None:
    assert sum(TURNED in (value or b"") for records in good.topics.values() for _, value in records) == PARTITIONS
    good.publish(kafka, topics.prefix)
    result = verified(Source(kafka, topics.prefix, RULES), now=NOW)
    assert [str(one) for one in result.found] == []
    assert result.ratio == 1
    assert result.reached > 500


def policy_changed(log: Written, spoil: Callable[[Document], Document]) -> None:
    """Put another document in the place of the policy."""
    records = log.topics[REFERENCE.name, 0]
    for place, (_, value) in enumerate(records):
        document = msgspec.json.decode(value or b"", type=Document)
        if document.file == "policy.toml":
            records[place] = (document.key, msgspec.json.encode(spoil(document)))


def record_removed(log: Written) -> None:
    del log.topics[REFERENCE.name, 0][0]


def all_removed(log: Written) -> None:
    del log.topics[REFERENCE.name, 0]


def text_changed(log: Written) -> None:
    policy_changed(log, lambda it: msgspec.structs.replace(it, text=it.text.replace("_days = 1", "_days = 3")))


def other_days(document: Document) -> Document:
    text = document.text.replace("due_soon_working_days = 1", "due_soon_working_days = 3")
    return msgspec.structs.replace(document, text=text, sha256=sha256_of(text))


def text_and_hash_changed(log: Written) -> None:
    policy_changed(log, other_days)


def counted_later(log: Written) -> None:
    records, later = log.topics[REFERENCE.name, 0], at("2020-03-11 08:00")
    for place, document in enumerate(RELEASE):
        records[place] = (document.key, msgspec.json.encode(msgspec.structs.replace(document, counts_from=later)))


def act_removed(log: Written) -> None:
    del log.topics[ACTS.name, 0]


def published_past_the_acts(log: Written) -> None:
    [one] = release({"units.csv": "id,name\nx,X\n"}, counts_from=at("2020-03-04 08:00"), name="b")
    log.topics[REFERENCE.name, 0].append((one.key, msgspec.json.encode(one)))


@pytest.mark.parametrize(
    ("spoil", "kind", "told"),
    [
        (record_removed, Kind.RULES_MISSING, "no record of reference ends at the position"),
        (all_removed, Kind.RULES_MISSING, "no record of reference ends at the position"),
        (text_changed, Kind.RULES_MISSING, "policy.toml: its text is not what its hash was taken of"),
        (text_and_hash_changed, Kind.LINE_DIFFERS, ""),
        (counted_later, Kind.LINE_DIFFERS, ""),
        (act_removed, Kind.RELEASE_WITHOUT_ACT, "says who published the release a: calendar/2018/"),
        (published_past_the_acts, Kind.RELEASE_WITHOUT_ACT, "says who published the release b: units/units/"),
    ],
    ids=lambda it: it.__name__ if callable(it) else "",
)
def test_another_reference_than_it_was_decided_by_is_found_and_named(
    kafka: str, topics: Layout, good: Written, spoil: Callable[[Written], None], kind: Kind, told: str
) -> None:
    bad = copy.deepcopy(good)
    spoil(bad)
    bad.publish(kafka, topics.prefix)
    found = seen(kafka, topics)
    assert told in found[kind]


def turned(kafka: str, layout: Layout) -> int:
    """Return in how many partitions other rules have begun to count."""
    with Log(kafka, prefix=layout.prefix) as log:
        return sum(
            any(one.value and one.value.startswith(TURNED) for one in log.whole(TRAIL, place))
            for place in range(layout.partitions)
        )


def test_the_watch_goes_on_while_workers_turn_to_what_is_published(kafka: str, topics: Layout, crew: Crew) -> None:
    source, registry = Source(kafka, topics.prefix, RULES), CollectorRegistry()
    watch = Watch(source, Figures(registry))
    sending = Sending(kafka, prefixed(topics.prefix, EVENTS), 40, deciding.numbered)
    sending.start()
    try:
        with Verification(source) as verification:
            while sum(deciding.taken_in(kafka, topics).values()) < 100:
                crew.supervise()
                time.sleep(0.5)
            before = watch.look(verification, now=clock.now())
            publish(kafka, topics, release(WARNED_LATER, counts_from=clock.now() + 2))
            while turned(kafka, topics) < topics.partitions:
                crew.supervise()
                during = watch.look(verification, now=clock.now())
                assert [str(one) for one in during.found] == []
            after = watch.look(verification, now=clock.now())
    finally:
        sending.stop()
    crew.stop()
    assert [str(one) for one in after.found] == []
    assert after.epochs > before.epochs
    assert registry.get_sample_value(BEAT) is not None
    assert [str(one) for one in verified(source, now=clock.now()).found] == []
