"""Laws of a state that is built again: whoever was spoilt comes out as he stood, whatever rules have come since."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.core.editions import Edition
from streams.core.rulebook import Policy, Rulebook
from tests.property.test_redating import HOUR, NEW, OLD, START, Reference, Run, arrivals, state_of
from tests.sources import Record, sent, taken

LAST = Rulebook("last", Policy("last", due_soon_working_days=3), NEW.calendar_for(None))
CLOSED = taken(
    sent(kind, time, dossier=f"muongnhe/closed{days}", **data)
    for days in (1, 2, 3, 5)
    for kind, time, data in (
        ("accepted", "2020-03-02 07:00", {"procedure": "1", "unit": "m", "limit": f"{days} working days"}),
        ("done", f"2020-03-0{days + 2} 07:30", {"result": True}),
    )
)


@st.composite
def logs(draw: st.DrawFn) -> list[Record]:
    """A log in which some are closed near their due moment for certain."""
    return numbered([*draw(arrivals()), *CLOSED])


def numbered(records: list[Record]) -> list[Record]:
    """Return the records in the order of their arrival, as a log has them."""
    ordered = sorted(records, key=lambda record: record.timestamp)
    return [record._replace(offset=place) for place, record in enumerate(ordered)]


def written(run: Run) -> dict[bytes, bytes]:
    """Return the tallies as they were written last."""
    last = {key: value for epoch in run.epochs for key, value in epoch.outputs.get(("unit.tallies", 0), []) if key}
    return {key: value for key, value in last.items() if value}


since = st.none() | st.just(START)


@example(first=150, then=1, closed_since=(None, None), size=5, log=numbered(CLOSED))
@example(first=80, then=60, closed_since=(None, START), size=1, log=numbered(CLOSED))
@settings(max_examples=12, deadline=None)
@given(
    first=st.sampled_from((150, 80, 54, 1)),
    then=st.sampled_from((1, 20, 60)),
    closed_since=st.tuples(since, since),
    size=st.integers(1, 5),
    log=logs(),
)
def test_law_what_is_built_again_is_counted_as_before_over_changes_of_the_rules(
    first: int, then: int, closed_since: tuple[int | None, int | None], size: int, log: list[Record]
) -> None:
    at = START + first * HOUR
    editions = Edition(at, NEW, closed_since[0]), Edition(at + then * HOUR, LAST, closed_since[1])
    run = Run(log, Reference(Edition(0, OLD), *editions), size)
    run.finish(max(log[-1].timestamp // 1000, START + 300 * HOUR))
    before, tallies = state_of(run.epochs), written(run)
    run.restart()
    run.step.restore([(key, b"rubbish") for key in before])
    assert run.step.corrupt == set(before)
    run.step.rebuild(run.log)
    assert run.step.compare(tallies) == []
    again = {key: run.step.entry(key) for key in before}
    assert {key: entry and (entry.counted, entry.next_at) for key, entry in again.items()} == {
        key: (header.counted, header.next_at) for key, header in before.items()
    }
