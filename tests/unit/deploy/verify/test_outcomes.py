"""A dossier past a stage without exactly one notice is found, whoever forgot it."""

import msgspec

from deploy.reading import Stored
from deploy.verify.differences import Kind
from deploy.verify.outcomes import Outcomes
from deploy.verify.rerun import CannotRun, EpochMissing, EventMissing, Rerun, RulesMissing
from deploy.verify.ruling import Ruling
from streams.border import KeyValue
from streams.topics import NOTICES
from streams.wire.trail import EpochLine
from tests.property.test_epochs_again import RULES
from tests.sources import at, sent, taken

NOW = at("2020-03-20 08:00")
KEY = b"muongnhe/1"
OVERDUE = sent("accepted", "2020-03-02 08:00", dossier="muongnhe/1", procedure="1", unit="m", due_at="2020-03-09 08:00")


def line(**changed: int) -> EpochLine:
    whole = {"next_offset": 1, "taken": 1} | changed
    return EpochLine(whole["next_offset"], whole["taken"], NOW, NOW, RULES.version)


def rerun(values: int = 1) -> Rerun:
    it = Rerun(0, ruling=Ruling(RULES))
    records = taken([OVERDUE] * values, arrived=at("2020-03-02 08:00"))
    it.events.refill(Stored(0, r.offset, r.timestamp, r.key, r.value, ()) for r in records)
    return it


def judged(times: int) -> tuple[list[Kind], Outcomes]:
    """Return what is found where every notice was written so many times."""
    it, outcomes = rerun(), Outcomes(0)
    notices: list[KeyValue] = it.run(line(), ()).outputs[NOTICES.name, 0]
    for _ in range(times):
        outcomes.enter(notices)
    return [one.kind for one in outcomes.judged(it, [KEY], rules=RULES)], outcomes


def test_one_notice_for_each_stage_is_right() -> None:
    found, outcomes = judged(1)
    assert found == []
    assert outcomes.answered == outcomes.reached > 0


def test_a_stage_that_nobody_was_told_of_is_found() -> None:
    found, outcomes = judged(0)
    assert set(found) == {Kind.STAGE_UNTOLD}
    assert (outcomes.answered, outcomes.reached) == (0, len(found))


def test_a_stage_that_was_told_of_twice_is_found_and_again_at_the_next_look() -> None:
    it, outcomes = rerun(), Outcomes(0)
    notices = it.run(line(), ()).outputs[NOTICES.name, 0]
    outcomes.enter([*notices, *notices])
    for keys in ([KEY], []):
        assert {one.kind for one in outcomes.judged(it, keys, rules=RULES)} == {Kind.STAGE_TOLD_TWICE}


def cannot(it: Rerun, told: EpochLine) -> type[CannotRun] | None:
    try:
        it.run(told, ())
    except CannotRun as error:
        return type(error)
    return None


def test_what_cannot_be_run_again_says_why() -> None:
    assert cannot(rerun(), line()) is None
    assert cannot(rerun(0), line()) is EventMissing
    assert cannot(rerun(2), line(next_offset=1, taken=2)) is EventMissing
    assert cannot(rerun(2), line(next_offset=2, taken=1)) is EpochMissing
    other = EpochLine(1, 1, NOW, NOW, "other rules")
    assert cannot(rerun(), other) is RulesMissing
    assert cannot(rerun(), msgspec.structs.replace(line(), position=3)) is RulesMissing
