"""Tallies on a real Kafka come out as figures at a real /metrics."""

import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from threading import Event

import msgspec
import pytest
from kafka import KafkaProducer
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from dashboards.core.board import tally_key
from dashboards.core.counts import total, verdict_of
from dashboards.core.periods import ALL, UnknownPeriod
from dashboards.core.reckoning import Reckoning
from dashboards.reader import POLL_RECORDS, TalliesUnreachable, TallyReader
from dashboards.scoreboard import Scoreboard, read_board
from deploy.layout import Layout
from streams.core.counting import Cohort
from streams.core.labels import Cause, Label
from streams.sockets import direct
from streams.topics import TALLIES, prefixed
from streams.wire.records import Cell, Counted, Tally

Figures = dict[tuple[str, ...], float]
UNIT = "dienbien.muongnhe"
MUONG_NHE: dict[Label, int] = {
    Label.CLOSED_ON_TIME: 50,
    Label.OPEN_IN_TIME: 20,
    Label.CLOSED_LATE: 431,
    Label.OPEN_OVERDUE: 32,
    Label.STOPPED: 1,
    Label.UNCLASSIFIED: 10,
}
CLOSED = {Label.CLOSED_ON_TIME, Label.CLOSED_LATE, Label.STOPPED}


def cells(cohort: Cohort, labels: dict[Label, int]) -> tuple[Cell, ...]:
    return tuple(
        Cell(cohort, label, Cause.NONE, verdict_of(label), "", "", 0, count) for label, count in labels.items()
    )


def muong_nhe() -> list[Tally]:
    """Give the article's district, received in partition 1 on one day, due and closed on another."""
    due: dict[Label, int] = {label: count for label, count in MUONG_NHE.items() if label is not Label.UNCLASSIFIED}
    closed = {label: count for label, count in MUONG_NHE.items() if label in CLOSED}
    return [
        Tally(partition=1, unit=UNIT, day="2020-02-03", cells=cells(Cohort.RECEIVED, MUONG_NHE)),
        Tally(partition=1, unit=UNIT, day="2020-07-01", cells=cells(Cohort.DUE, due) + cells(Cohort.CLOSED, closed)),
    ]


class Decide:
    """Writes what the decide step of the pipeline writes, each call one transaction of one partition's writer."""

    def __init__(self, bootstrap: str, layout: Layout) -> None:
        self._bootstrap, self._layout = bootstrap, layout
        self.topic = prefixed(layout.prefix, TALLIES)

    @contextmanager
    def writer(self, partition: int) -> Iterator[KafkaProducer]:
        producer = KafkaProducer(**direct(self._bootstrap), transactional_id=f"{self._layout.prefix}-{partition}")
        try:
            producer.init_transactions()
            yield producer
        finally:
            producer.close()

    def send(self, producer: KafkaProducer, partition: int, *, key: str, value: object) -> None:
        packed = value if value is None or isinstance(value, bytes) else msgspec.json.encode(value)
        producer.send(self.topic, key=key.encode(), value=packed, partition=partition)

    def write(self, partition: int, *records: tuple[str, object]) -> None:
        with self.writer(partition) as producer:
            producer.begin_transaction()
            for key, value in records:
                self.send(producer, partition, key=key, value=value)
            producer.commit_transaction()

    def count(self, *partitions: int) -> None:
        for partition in partitions:
            self.write(partition, (f"counted/{partition}", Counted(partition=partition, now=1000)))


@pytest.fixture
def decide(kafka: str, topics: Layout) -> Decide:
    return Decide(kafka, topics)


@contextmanager
def running(bootstrap: str, layout: Layout, *periods: str) -> Iterator[Scoreboard]:
    board = Scoreboard(
        bootstrap=bootstrap, prefix=layout.prefix, periods=periods or ("all", "2020-01-01/2020-07-10"), clock=lambda: 0
    )
    board.start()
    try:
        yield board
    finally:
        board.stop()


def asked(board: Scoreboard, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", board.port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def figures(board: Scoreboard) -> Figures:
    with urllib.request.urlopen(f"http://127.0.0.1:{board.port}/metrics", timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
        text = answer.read().decode()
    return {
        (sample.name.removeprefix("dunghan_"), *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)  # type: ignore[no-untyped-call]  # the library has no types
        for sample in family.samples
    }


def awaited(board: Scoreboard, holds: Callable[[Figures], bool]) -> Figures:
    """Give the first figures of which it holds; a scoreboard that never comes to it fails the test."""
    tick = Event()
    found: Figures = {}
    for _ in range(300):
        found = figures(board)
        if holds(found):
            return found
        tick.wait(0.1)
    raise AssertionError(f"never came: {found}")


def complete(found: Figures) -> bool:
    return found["complete",] == 1


def test_the_founding_articles_district_comes_out_at_metrics(kafka: str, topics: Layout, decide: Decide) -> None:
    decide.write(1, *((tally_key(tally), tally) for tally in muong_nhe()))
    decide.count(*range(topics.partitions))
    with running(kafka, topics) as board:
        found = awaited(board, complete)
        assert asked(board, "/readyz") == (200, "complete\n")
        assert asked(board, "/healthz") == (200, "reading\n")
        assert total(board.board.counts(ALL)[UNIT].received) == 544
    for period in ("all", "2020-01-01/2020-07-10"):
        labels = {label: found["dossiers", label, period, UNIT] for label in Label}
        assert labels == dict.fromkeys(Label, 0) | MUONG_NHE
        assert found["received", period, UNIT] == 544
        rates = [found["rate_ratio", "all", period, name, UNIT] for name in ("resolved", "due", "handled", "board766")]
        assert [round(100 * rate, 1) for rate in rates] == [10.4, 9.7, 14.9, 12.9]
    assert found["conservation_violations",] == found["series_left_out",] == found["tallies_unreadable",] == 0


def test_a_restart_moves_no_figure(kafka: str, topics: Layout, decide: Decide) -> None:
    decide.write(1, *((tally_key(tally), tally) for tally in muong_nhe()))
    decide.count(*range(topics.partitions))
    with running(kafka, topics) as board:
        before = awaited(board, complete)
    with running(kafka, topics) as first, running(kafka, topics) as replica:
        assert awaited(first, complete) == awaited(replica, complete) == before


def test_more_units_than_fit_are_at_most_ten_thousand_series_the_same_on_two_replicas(
    kafka: str, topics: Layout, decide: Decide
) -> None:
    held = cells(Cohort.RECEIVED, MUONG_NHE) + cells(Cohort.DUE, MUONG_NHE) + cells(Cohort.CLOSED, MUONG_NHE)
    many = [Tally(partition=1, unit=f"donvi{n:03d}", day="2020-02-03", cells=held) for n in range(400)]
    decide.write(1, *((tally_key(tally), tally) for tally in many))
    decide.count(*range(topics.partitions))
    with running(kafka, topics) as first, running(kafka, topics) as replica:
        found = awaited(first, complete)
        assert 9_900 < len(found) <= 10_000
        shown = sum(name == "received" for name, *_ in found)
        assert found["series_left_out",] == 20 * (2 * len(many) - shown)
        assert awaited(replica, complete) == found


def test_it_is_incomplete_until_every_partition_is_counted(kafka: str, topics: Layout, decide: Decide) -> None:
    decide.write(1, *((tally_key(tally), tally) for tally in muong_nhe()))
    decide.count(*range(topics.partitions - 1))
    with running(kafka, topics) as board:
        found = awaited(board, lambda found: ("received", "all", UNIT) in found)
        assert (found["complete",], found["counted_partitions",]) == (0, topics.partitions - 1)
        assert asked(board, "/readyz") == (200, "incomplete: a partition is not counted yet\n")
        assert read_board(kafka, topics.prefix)[1] is False
        decide.count(topics.partitions - 1)
        awaited(board, complete)


def test_a_later_tally_replaces_and_a_null_removes(kafka: str, topics: Layout, decide: Decide) -> None:
    received = muong_nhe()[0]
    decide.write(1, (tally_key(received), received))
    decide.count(*range(topics.partitions))
    with running(kafka, topics) as board:
        awaited(board, complete)
        less = Tally(partition=1, unit=UNIT, day="2020-02-03", cells=cells(Cohort.RECEIVED, {Label.CLOSED_LATE: 7}))
        decide.write(1, (tally_key(less), less))
        awaited(board, lambda found: found.get(("received", "all", UNIT)) == 7)
        decide.write(1, (tally_key(less), None))
        awaited(board, lambda found: ("received", "all", UNIT) not in found)


def test_what_is_not_committed_is_never_shown(kafka: str, topics: Layout, decide: Decide) -> None:
    ours, later = muong_nhe()[0], Tally(partition=0, unit="other", day="2020-02-03")
    decide.count(*range(topics.partitions))
    with decide.writer(1) as producer:
        producer.begin_transaction()
        decide.send(producer, 1, key=tally_key(ours), value=ours)
        producer.flush()
        decide.write(0, (tally_key(later), later))
        with running(kafka, topics) as board:
            found = awaited(board, lambda found: ("received", "all", "other") in found)
            assert ("received", "all", UNIT) not in found
            assert read_board(kafka, topics.prefix)[0].units == ("other",)
            producer.abort_transaction()
            last = Tally(partition=0, unit="last", day="2020-02-03")
            decide.write(0, (tally_key(last), last))
            assert ("received", "all", UNIT) not in awaited(board, lambda found: ("received", "all", "last") in found)


def test_a_dossier_that_moves_between_units_is_never_counted_twice(kafka: str, topics: Layout, decide: Decide) -> None:
    """A transaction longer than a poll is committed in the middle of a pass: none of it is taken before the whole."""

    def tally(unit: str, count: int) -> Tally:
        held = cells(Cohort.RECEIVED, {Label.OPEN_IN_TIME: count})
        return Tally(partition=0, unit=unit, day="2020-02-03", cells=held)

    def move(producer: KafkaProducer, mine: int, *, between: int) -> None:
        """Write what the first unit has now, then so many others that a fetch ends among them, then the second's."""
        producer.begin_transaction()
        decide.send(producer, 0, key=tally_key(tally("a", 0)), value=tally("a", mine))
        for _ in range(between):
            decide.send(producer, 0, key=f"0/{'other' * 20}/2020-02-03", value=None)
        decide.send(producer, 0, key=tally_key(tally("b", 0)), value=tally("b", 1000 - mine))
        producer.commit_transaction()

    reader = TallyReader(bootstrap=kafka, prefix=topics.prefix)
    reckoning = Reckoning(reader.partitions)

    def seen(going: Callable[[], bool] = lambda: True) -> dict[str, int]:
        """Take the first pass that holds anything: a commit is answered before its markers can be read."""
        while not ((read := reader.read(going=going)) and read.records):
            pass
        reckoning.take(read.records, read.unreadable)
        return {unit: total(counts.received) for unit, counts in reckoning.board.counts(ALL).items()}

    with closing(reader), decide.writer(0) as producer:
        move(producer, 0, between=4 * POLL_RECORDS)
        later = [1]

        def going() -> bool:
            if later:
                move(producer, later.pop(), between=POLL_RECORDS)
            return True

        assert seen(going) == {"a": 0, "b": 1000}
        assert not later
        assert seen() == {"a": 1, "b": 999}


def test_a_record_that_cannot_be_read_is_counted_and_stops_nothing(kafka: str, topics: Layout, decide: Decide) -> None:
    ours = muong_nhe()[0]
    decide.write(1, ("1/broken/2020-02-03", b"{"), ("1/else/2020-02-03", ours), (tally_key(ours), ours))
    decide.count(*range(topics.partitions))
    with running(kafka, topics) as board:
        found = awaited(board, lambda found: ("received", "all", UNIT) in found)
        assert (found["received", "all", UNIT], found["tallies_unreadable",], found["complete",]) == (544, 2, 0)
        decide.write(1, ("1/broken/2020-02-03", None), ("1/else/2020-02-03", None))
        awaited(board, complete)


def test_a_scoreboard_that_starts_before_the_topic_waits_for_it(kafka: str, layout: Layout) -> None:
    with running(kafka, layout) as board:
        assert asked(board, "/readyz")[0] == 503
        assert figures(board)["complete",] == 0
        assert asked(board, "/healthz") == (200, "reading\n")
    with pytest.raises(TalliesUnreachable, match="there is no topic"):
        read_board(kafka, layout.prefix)


def test_without_a_broker_the_reader_says_so_and_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(TalliesUnreachable, match=address):
            TallyReader(bootstrap=address, prefix="", connect_ms=500)
    assert set(threading.enumerate()) <= before


def test_a_period_that_is_none_is_refused_before_anything_is_opened() -> None:
    with pytest.raises(UnknownPeriod):
        Scoreboard(bootstrap="127.0.0.1:9", prefix="", periods=("week",), clock=lambda: 0)
