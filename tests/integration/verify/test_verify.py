"""`dunghan verify` on a real Kafka: clean where all follows from the log, and never where one thing does not."""

import copy
import hashlib
import json
from collections.abc import Callable

import msgspec
import pytest
from click.testing import CliRunner

from deploy.cli.verify import command
from deploy.layout import Layout
from deploy.verify.differences import Kind
from deploy.verify.whole import Source, Verified, verified
from streams.topics import EVENTS, LEDGER, NOTICES, STATE, TALLIES, TRAIL
from streams.wire import trail
from tests.integration.verify.log import RULES, Written, decided, mailed
from tests.sources import at

NOW = at("2020-03-23 08:00")


@pytest.fixture(scope="module")
def good() -> Written:
    topics = decided()
    mailed(topics)
    return Written(topics)


def seen(kafka: str, layout: Layout) -> Verified:
    return verified(Source(kafka, layout.prefix, RULES), now=NOW)


def test_what_follows_from_the_log_is_clean(
    kafka: str, topics: Layout, good: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    good.publish(kafka, topics.prefix)
    monkeypatch.setenv("DUNGHAN_KAFKA__BOOTSTRAP", kafka)
    monkeypatch.setenv("DUNGHAN_KAFKA__PREFIX", topics.prefix)
    done = CliRunner().invoke(command, ["--json"])
    told = json.loads(done.output)
    assert told["differences"] == []
    assert done.exit_code == 0
    assert told["ratio"] == 1
    assert told["expected"] > 500
    assert told["lines"] == sum(len(records) for (name, _), records in good.topics.items() if name == TRAIL.name)


def notice_removed(log: Written) -> None:
    place, offset = log.somewhere(NOTICES.name, lambda _, value: b'"action":"tell"' in value)
    del log.topics[place][offset]


def notice_repeated(log: Written) -> None:
    place, offset = log.somewhere(NOTICES.name, lambda _, value: b'"action":"tell"' in value)
    log.topics[place].insert(offset + 2, log.topics[place][offset])


def notice_invented(log: Written) -> None:
    place, offset = log.somewhere(NOTICES.name, lambda _, value: b'"action":"tell"' in value)
    key, value = log.topics[place][offset]
    log.topics[place].append((key, (value or b"").replace(b'"id":"', b'"id":"0')))


def last_tally(log: Written, spoil: Callable[[bytes], bytes | None]) -> None:
    place, offset = log.somewhere(
        TALLIES.name, lambda key, value: not key.startswith(b"counted") and b'"cells"' in value
    )
    key = log.topics[place][offset][0]
    for at_, (other, value) in enumerate(log.topics[place]):
        if other == key:
            log.topics[place][at_] = (key, spoil(value or b""))


def tally_off_by_one(log: Written) -> None:
    def more(value: bytes) -> bytes:
        tally = json.loads(value)
        for cell in tally.get("cells", ()):
            cell[-1] += 1
        return msgspec.json.encode(tally)

    last_tally(log, more)


def tally_missing(log: Written) -> None:
    last_tally(log, lambda _: None)


def state_byte_changed(log: Written) -> None:
    place, offset = log.somewhere(STATE.name, lambda key, _: key.startswith(b"muongnhe/5"))
    key, value = log.topics[place][offset]
    flipped = bytearray(value or b"")
    flipped[-1] ^= 1
    log.topics[place].append((key, bytes(flipped)))


def state_missing(log: Written) -> None:
    place, offset = log.somewhere(STATE.name, lambda key, _: key.startswith(b"muongnhe/"))
    key = log.topics[place][offset][0]
    log.topics[place] = [record for record in log.topics[place] if record[0] != key]


def event_missing(log: Written) -> None:
    place, offset = log.somewhere(EVENTS.name, lambda *_: True)
    del log.topics[place][offset]


def last_event_missing(log: Written) -> None:
    place, _ = log.somewhere(EVENTS.name, lambda *_: True)
    del log.topics[place][-1]


def event_changed(log: Written) -> None:
    place, offset = log.somewhere(EVENTS.name, lambda _, value: b'"unit":"m1"' in value)
    key, value = log.topics[place][offset]
    log.topics[place][offset] = (key, (value or b"").replace(b'"unit":"m1"', b'"unit":"m2"'))


def trail_line_changed(log: Written) -> None:
    place, offset = log.somewhere(TRAIL.name, lambda _, value: b'"line":"stage"' in value)
    key, value = log.topics[place][offset]
    log.topics[place][offset] = (key, (value or b"").replace(b'"stage":"', b'"stage":"x', 1))


def trail_line_missing(log: Written) -> None:
    place, offset = log.somewhere(TRAIL.name, lambda _, value: b'"line":"label"' in value)
    del log.topics[place][offset]


def epoch_line_missing(log: Written) -> None:
    place, offset = log.somewhere(
        TRAIL.name, lambda _, value: b'"line":"epoch"' in value and b'"next_offset":-1' not in value
    )
    del log.topics[place][offset]


def line_forged_at_the_end(log: Written) -> None:
    place, _ = log.somewhere(TRAIL.name, lambda _, value: b'"line":"label"' in value)
    key, last = log.topics[place][-1]
    body = (last or b"").rpartition(b',"hash":"')[0].replace(b'"line":"epoch"', b'"line":"skipped"')
    hash_ = hashlib.sha256(trail.hash_of(last or b"") + body + b"}").hexdigest().encode()
    log.topics[place].append((key, b'%b,"hash":"%b"}' % (body, hash_)))


def mail_undecided(log: Written) -> None:
    place, offset = log.somewhere(LEDGER.name, lambda _, value: b'"line":"intent"' in value)
    key, value = log.topics[place][offset]
    forged = json.loads(value or b"")
    forged["digest"], forged["notices"][0]["notice"] = "forged", "f" * 32
    log.topics[place].append((key, msgspec.json.encode(forged)))


def mail_repeated(log: Written) -> None:
    place, offset = log.somewhere(LEDGER.name, lambda _, value: b'"line":"intent"' in value)
    for key, value in log.topics[place][offset : offset + 2]:
        line = json.loads(value or b"")
        line["digest"] += "again"
        log.topics[place].append((key, msgspec.json.encode(line)))


def outcome_without_intent(log: Written) -> None:
    place, offset = log.somewhere(LEDGER.name, lambda _, value: b'"line":"intent"' in value)
    del log.topics[place][offset]


def notice_never_sent(log: Written) -> None:
    place, offset = log.somewhere(LEDGER.name, lambda _, value: b'"line":"intent"' in value)
    del log.topics[place][offset : offset + 2]


FAULTS: tuple[tuple[Callable[[Written], None], set[Kind]], ...] = (
    (notice_removed, {Kind.NOTICE_MISSING}),
    (notice_repeated, {Kind.NOTICE_REPEATED}),
    (notice_invented, {Kind.NOTICE_UNEXPECTED, Kind.NOTICE_WITHOUT_ENDING}),
    (tally_off_by_one, {Kind.TALLY_DIFFERS}),
    (tally_missing, {Kind.TALLY_MISSING}),
    (state_byte_changed, {Kind.STATE_DIFFERS}),
    (state_missing, {Kind.STATE_MISSING}),
    (last_event_missing, {Kind.EVENT_MISSING}),
    (trail_line_changed, {Kind.CHAIN_BROKEN, Kind.LINE_DIFFERS}),
    (trail_line_missing, {Kind.CHAIN_BROKEN, Kind.LINE_MISSING, Kind.TAIL_MISSING}),
    (epoch_line_missing, {Kind.CHAIN_BROKEN, Kind.LINE_UNEXPECTED, Kind.EPOCH_MISSING, Kind.TAIL_MISSING}),
    (line_forged_at_the_end, {Kind.LINE_UNEXPECTED}),
    (mail_undecided, {Kind.MAIL_UNDECIDED}),
    (mail_repeated, {Kind.MAIL_REPEATED}),
    (outcome_without_intent, {Kind.OUTCOME_WITHOUT_INTENT, Kind.NOTICE_WITHOUT_ENDING}),
    (notice_never_sent, {Kind.NOTICE_WITHOUT_ENDING}),
)


@pytest.mark.parametrize(("spoil", "kinds"), FAULTS, ids=lambda it: it.__name__ if callable(it) else "")
def test_one_thing_wrong_is_found_and_named(
    kafka: str, topics: Layout, good: Written, *, spoil: Callable[[Written], None], kinds: set[Kind]
) -> None:
    bad = copy.deepcopy(good)
    spoil(bad)
    bad.publish(kafka, topics.prefix)
    result = seen(kafka, topics)
    assert set(result.found.counts) == kinds, [str(one) for one in result.found]


@pytest.mark.parametrize("spoil", [event_missing, event_changed])
def test_an_event_that_is_gone_or_changed_is_found_at_the_line_that_took_it(
    kafka: str, topics: Layout, good: Written, *, spoil: Callable[[Written], None]
) -> None:
    bad = copy.deepcopy(good)
    spoil(bad)
    bad.publish(kafka, topics.prefix)
    assert seen(kafka, topics).found.counts.keys() & {Kind.LINE_DIFFERS, Kind.EVENT_MISSING, Kind.LINE_UNEXPECTED}
