"""Looks at a cluster that answers: clock, replicas, disks, lag, open transactions, restore."""

from collections.abc import Iterator

from deploy.doctoring.brokers import Brokers, Unanswered
from deploy.doctoring.line import Grade, Line
from deploy.settings import Settings
from streams.core.moments import Moment
from streams.topics import EVENTS, INBOX, NOTICES, OUTBOX, STATE, TOPICS, prefixed

SKEW = (2, 30)
"""Seconds from which a clock that differs from the brokers' is a warning, and wrong: arrival is theirs."""
FULL = (0.25, 0.10)
"""Shares of a disk that are left, below which it is a warning, and wrong: Kafka ends when a disk is full."""
LAG = 10_000
"""Records: some 20 seconds of a nation's peak."""
HANGING = 60
"""Seconds after which an open transaction hangs: ours are given up by the broker after ten."""
RESTORE_PER_MILLION = 12.3
"""Seconds of processor for a million dossiers (docs/performance.md), shared by the workers."""


def looked_at(settings: Settings, *, now: Moment) -> Iterator[Line]:
    """Return a line for each look; one that the cluster does not answer, or that our rights forbid, is a warning."""
    kafka = settings.kafka
    looks = {
        "versions": _versions,
        "clock": _clock,
        "replicas": _replicas,
        "disk": _disks,
        "lag": _progress,
        "transactions": _open,
        "restore": _restore,
    }
    try:
        with Brokers(kafka.cluster) as brokers:
            for what, look in looks.items():
                try:
                    yield from look(brokers, kafka.prefix, now)
                except Unanswered as error:
                    yield Line(what, Grade.WARNING, str(error), "ask as the administrator (`dunghan acl`)")
    except Unanswered as error:
        yield Line("kafka", Grade.WRONG, str(error), "see the brokers' own log")


def _clock(brokers: Brokers, _prefix: str, now: Moment) -> Iterator[Line]:
    skew = now - brokers.clock_ms() / 1000
    grade = Grade.WRONG if abs(skew) >= SKEW[1] else Grade.WARNING if abs(skew) >= SKEW[0] else Grade.FINE
    remedy = "" if grade is Grade.FINE else "set both clocks by the same time server (chrony), the wrong one first"
    yield Line("clock", grade, f"{skew:+.0f} s beside the controller's", remedy)


def _versions(brokers: Brokers, _prefix: str, _now: Moment) -> Iterator[Line]:
    found = brokers.versions()
    by_release: dict[str, list[int]] = {}
    for broker, release in sorted(found.brokers.items()):
        by_release.setdefault(".".join(map(str, release)), []).append(broker)
    said = "; ".join(f"{release} at {', '.join(map(str, which))}" for release, which in sorted(by_release.items()))
    told = f"brokers answer like Kafka {said}; metadata.version {found.level or 'not said'}"
    if len(by_release) > 1:
        yield Line("versions", Grade.WARNING, told, "bring every broker to one release, one after the other")
    elif found.level < found.newest:
        remedy = "once nobody goes back to the release before: kafka-features.sh upgrade (docs/upgrade.md)"
        yield Line("versions", Grade.FINE, f"{told} of {found.newest}", remedy)
    else:
        yield Line("versions", Grade.FINE, told)


def _replicas(brokers: Brokers, prefix: str, _now: Moment) -> Iterator[Line]:
    missing = brokers.out_of_step([prefixed(prefix, topic) for topic in TOPICS])
    for broker, partitions in sorted(missing.items()):
        found = f"broker {broker} is behind, or gone, in {partitions} partitions: one broker less may be lost"
        yield Line("replicas", Grade.WRONG, found, "does it run, and is its disk full? (docs/runbook.md)")
    if not missing:
        yield Line("replicas", Grade.FINE, "every copy is in step")


def _disks(brokers: Brokers, _prefix: str, _now: Moment) -> Iterator[Line]:
    for disk in brokers.disks():
        where = f"broker {disk.broker}, {disk.folder}"
        if disk.failed:
            yield Line("disk", Grade.WRONG, f"{where}: given up by the broker", "replace it (docs/runbook.md)")
            continue
        if disk.total <= 0:
            yield Line("disk", Grade.WARNING, f"{where}: the broker does not say", "look on its machine")
            continue
        left = disk.free / disk.total
        grade = Grade.WRONG if left < FULL[1] else Grade.WARNING if left < FULL[0] else Grade.FINE
        remedy = "" if grade is Grade.FINE else "give it more room before it is full (docs/runbook.md)"
        yield Line("disk", grade, f"{where}: {left:.0%} of {disk.total / 1e9:.0f} GB left", remedy)


def _progress(brokers: Brokers, prefix: str, _now: Moment) -> Iterator[Line]:
    app = prefix or "dunghan"
    worker, route, send = (f"{app}-{group}" for group in ("worker", "route", "send"))
    for group, topic in ((worker, INBOX), (worker, EVENTS), (route, NOTICES), (send, OUTBOX)):
        behind, begun = brokers.progress(group, prefixed(prefix, topic))
        found = f"{group} in {topic.name}: {behind} records behind" + ("" if begun else ", has not begun")
        grade = Grade.WARNING if behind > LAG else Grade.FINE
        yield Line("lag", grade, found, "" if grade is Grade.FINE else "does it run? then more workers")


def _open(brokers: Brokers, prefix: str, now: Moment) -> Iterator[Line]:
    hanging = False
    for topic in (INBOX, EVENTS, NOTICES, OUTBOX):
        if brokers.has_open(prefixed(prefix, topic), before_ms=(now - HANGING) * 1000):
            hanging = True
            found = f"{topic.name}: open for more than {HANGING} s, whoever reads waits behind it"
            remedy = f"kafka-transactions.sh find-hanging --topic {prefixed(prefix, topic)}, then abort"
            yield Line("transactions", Grade.WRONG, found, remedy)
    if not hanging:
        yield Line("transactions", Grade.FINE, "none hangs")


def _restore(brokers: Brokers, prefix: str, _now: Moment) -> Iterator[Line]:
    records = brokers.held(prefixed(prefix, STATE))
    seconds = records / 1e6 * RESTORE_PER_MILLION
    found = f"{records:,} records of state: {seconds:.1f} s of processor, shared by the workers"
    yield Line("restore", Grade.FINE, found)
