"""What each process may do on the cluster, and no more: the least rights with which it works.

A name on the cluster stands for a part that somebody plays, not for a person. Whoever reads a topic need not be able to
write it; the one who writes `dossier.events` is the worker, and nobody else but whoever owns the cluster.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from streams import topics
from streams.topics import TOPICS, Topic, prefixed


class Kind(enum.StrEnum):
    """What a right is for, in Kafka's words."""

    TOPIC = "topic"
    GROUP = "group"
    TRANSACTION = "transactionalId"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class Right:
    """Some operations on one resource, or, with `begins`, on all whose names begin so."""

    kind: Kind
    name: str
    operations: tuple[str, ...]
    begins: bool = False


READS: Final = ("Read", "Describe")
WRITES: Final = ("Write", "Describe")
LOOKS: Final = ("Describe", "DescribeConfigs")
THE_CLUSTER: Final = "kafka-cluster"


@dataclass(frozen=True, slots=True)
class Part:
    """Who reads and writes which topics, and by which groups and transactional ids (without their beginning).

    `sees` names groups whose progress is only looked at; `looks` says that the topics' settings are compared.
    """

    reads: tuple[Topic, ...] = ()
    writes: tuple[Topic, ...] = ()
    joins: tuple[str, ...] = ()
    sees: tuple[str, ...] = ()
    transactions: tuple[str, ...] = ()
    looks: bool = False


ALL_BUT_INBOX: Final = tuple(topic for topic in TOPICS if topic is not topics.INBOX)
PARTS: Final = {
    "worker": Part(
        reads=(
            *(topics.INBOX, topics.EVENTS, topics.STATE, topics.TALLIES, topics.TRAIL, topics.REFERENCE),
            topics.ACTS,
        ),
        writes=(
            *(topics.EVENTS, topics.REJECTED, topics.HEARD, topics.STATE, topics.TRAIL),
            *(topics.NOTICES, topics.TALLIES, topics.ACTS),
        ),
        joins=("worker",),
        transactions=("worker-", "acts"),
        looks=True,
    ),
    "courier": Part(
        reads=(topics.NOTICES, topics.OUTBOX, topics.BOOK, topics.BYTES, topics.LEDGER, topics.REFERENCE),
        writes=(topics.OUTBOX, topics.BOOK, topics.BYTES, topics.LEDGER),
        joins=("route", "send"),
        transactions=("route-", "send-"),
    ),
    "scoreboard": Part(reads=(topics.TALLIES, topics.HEARD)),
    "gateway": Part(writes=(topics.INBOX,), transactions=("dossier.inbox-gateway-",)),
    "auditor": Part(reads=ALL_BUT_INBOX, sees=("route", "send")),
    "archivist": Part(reads=TOPICS, sees=("worker", "route", "send")),
    "importer": Part(reads=(topics.SNAPSHOTS,), writes=(topics.INBOX, topics.SNAPSHOTS), transactions=("import-",)),
    "office": Part(
        reads=TOPICS,
        writes=(topics.REFERENCE, topics.ACTS, topics.INBOX, topics.OUTBOX),
        sees=("route", "send"),
        transactions=("acts", "bounces"),
    ),
}
"""`worker`: `office.acts` for what `--skip` passes over. `archivist`: backup.
`auditor`: verify, audit, explain, report, trail. `office`: the clerk's acts, what was rejected, bounces."""

ADMINISTRATOR: Final = "administrator"
"""`topics apply` and `doctor`: makes and looks at topics, reads the reference, and reads and writes no dossier."""


def rights_of(part: str, prefix: str) -> tuple[Right, ...]:
    """Return the rights of a part under a topic prefix; a KeyError for one that is not played."""
    return tuple(_administering(prefix) if part == ADMINISTRATOR else _of(PARTS[part], prefix))


def parts() -> tuple[str, ...]:
    """Return the names of all parts."""
    return (*PARTS, ADMINISTRATOR)


def _of(part: Part, prefix: str) -> Iterator[Right]:
    for topic in TOPICS:
        operations = {
            *(READS if topic in part.reads else ()),
            *(WRITES if topic in part.writes else ()),
            *(LOOKS if part.looks else ()),
        }
        if operations:
            yield Right(Kind.TOPIC, prefixed(prefix, topic), tuple(sorted(operations)))
    yield from (Right(Kind.GROUP, _group(prefix, name), READS) for name in part.joins)
    yield from (Right(Kind.GROUP, _group(prefix, name), ("Describe",)) for name in part.sees)
    for name in part.transactions:
        yield Right(Kind.TRANSACTION, _transaction(prefix, name), WRITES, begins=name.endswith("-"))


def _administering(prefix: str) -> Iterator[Right]:
    for topic in TOPICS:
        reads = ("Read",) if topic is topics.REFERENCE else ()
        yield Right(Kind.TOPIC, prefixed(prefix, topic), ("AlterConfigs", "Create", *LOOKS, *reads))
    yield Right(Kind.CLUSTER, THE_CLUSTER, LOOKS)
    yield from (Right(Kind.GROUP, _group(prefix, name), ("Describe",)) for name in ("worker", "route", "send"))
    yield Right(Kind.TRANSACTION, prefix or "dunghan", ("Describe",), begins=True)


def _group(prefix: str, name: str) -> str:
    return f"{prefix or 'dunghan'}-{name}"


def _transaction(prefix: str, name: str) -> str:
    # The gateway's id begins with its topic's name, those of all others with the name of the pipeline.
    if name.startswith("dossier."):
        return f"{prefix}.{name}" if prefix else name
    return f"{prefix or 'dunghan'}-{name}"


def as_commands(part: str, prefix: str, *, bootstrap: str) -> Iterator[str]:
    """Yield the lines of kafka-acls.sh that give a part its rights, once the name of the part is a user."""
    for right in rights_of(part, prefix):
        resource = "--cluster" if right.kind is Kind.CLUSTER else f"--{_OPTIONS[right.kind]} '{right.name}'"
        pattern = " --resource-pattern-type prefixed" if right.begins else ""
        operations = "".join(f" --operation {each}" for each in right.operations)
        yield (
            f"kafka-acls.sh --bootstrap-server {bootstrap} --command-config owner.properties --add "
            f"--allow-principal 'User:{part}'{operations} {resource}{pattern}"
        )


_OPTIONS: Final = {Kind.TOPIC: "topic", Kind.GROUP: "group", Kind.TRANSACTION: "transactional-id"}


def as_user(part: str, prefix: str, *, cluster: str) -> dict[str, object]:
    """Return the KafkaUser (Strimzi) of a part, as it stands in YAML: SCRAM-SHA-512, and its rights."""
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaUser",
        "metadata": {"name": part, "labels": {"strimzi.io/cluster": cluster}},
        "spec": {
            "authentication": {"type": "scram-sha-512"},
            "authorization": {"type": "simple", "acls": [_acl(right) for right in rights_of(part, prefix)]},
        },
    }


def _acl(right: Right) -> dict[str, object]:
    resource: dict[str, object] = {"type": str(right.kind)}
    if right.kind is not Kind.CLUSTER:
        resource |= {"name": right.name, "patternType": "prefix" if right.begins else "literal"}
    return {"resource": resource, "operations": list(right.operations), "host": "*"}
