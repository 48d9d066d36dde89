"""Laws of a replay: what workers wrote, run once more, differs in nothing; the days add up to the whole."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.reading import Stored
from deploy.replay.day import Day, led
from deploy.replay.daybook import ALWAYS, Daybook, Decision
from deploy.replay.differing import differing
from deploy.replay.once_more import OnceMore
from streams.border import Epoch
from streams.core.editions import Edition, Known
from streams.core.moments import SECOND_OF_DAY, day_of, moment_on
from streams.core.rulebook import Rulebook
from streams.topics import NOTICES, TRAIL
from tests.property import test_redating as redating
from tests.property.test_epochs_again import HOUR, RULES, START
from tests.property.test_run_again import outputs, runs
from tests.sources import Record

WHOLE = Day(0, ALWAYS)


def stored(values: Iterator[bytes]) -> list[Stored]:
    return [Stored(0, offset, 0, None, value, ()) for offset, value in enumerate(values)]


def twice(
    log: list[Record], epochs: list[Epoch], day: Day = WHOLE, *, rules: Rulebook | Known = RULES
) -> tuple[list[Decision], list[Decision]]:
    """What was decided then, and what is decided now, as long as there are lines."""
    then, again = Daybook(*day), OnceMore(Daybook(*day), partition=0, rules=rules, replay=False)
    again.events.refill(Stored(0, r.offset, r.timestamp, r.key, r.value, ()) for r in log)
    led(stored(value or b"" for epoch in epochs for _, value in outputs(epoch, TRAIL.name)), then, again)
    then.fill(value or b"" for epoch in epochs for _, value in outputs(epoch, NOTICES.name))
    return then.decisions, again.daybook.decisions


@settings(max_examples=30, deadline=None)
@given(runs())
def test_law_what_workers_decided_is_decided_again(run: tuple[list[Record], list[Epoch]]) -> None:
    then, now = twice(*run)
    assert list(differing(then, now)) == []
    assert [one.at for one in then] == [one.at for one in now]


@settings(max_examples=20, deadline=None)
@given(runs(), st.integers(0, 40))
def test_law_a_day_holds_what_the_whole_says_of_it(run: tuple[list[Record], list[Epoch]], later: int) -> None:
    start = moment_on(day_of(START) + later)
    day = Day(start, start + SECOND_OF_DAY)
    whole = [[one for one in side if day.start <= one.at < day.end] for side in twice(*run)]
    assert [list(side) for side in twice(*run, day)] == whole


@settings(max_examples=20, deadline=None)
@given(redating.arrivals(), st.data())
def test_law_so_is_what_was_decided_by_rules_that_changed(log: list[Record], data: st.DataObject) -> None:
    first = START + data.draw(st.integers(0, 200 * HOUR), label="change")
    reference = redating.Reference(Edition(0, redating.OLD), Edition(first, redating.NEW))
    run, now = redating.Run(log, reference, 10**6), START
    for _ in range(30):
        now += data.draw(st.integers(0, 10 * HOUR), label="clock")
        run.go(now, data.draw(st.integers(0, 4), label="batch"))
    run.finish(START + 600 * HOUR)
    assert list(differing(*twice(log, run.epochs, rules=reference))) == []
