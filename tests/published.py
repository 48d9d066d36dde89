"""Reference documents as they are published: all of a release in one transaction."""

from collections.abc import Mapping, Sequence

import msgspec
from kafka import KafkaProducer

from deploy.layout import Layout
from deploy.rulebook import files_in
from streams.core.moments import Moment
from streams.sockets import direct
from streams.topics import REFERENCE, prefixed
from streams.wire.reference import Document, named, sha256_of

SHIPPED = files_in(None)
WARNED_LATER = SHIPPED | {
    "policy.toml": SHIPPED["policy.toml"]
    .replace('"policy-2"', '"policy-3"')
    .replace("due_soon_working_days = 2", "due_soon_working_days = 1")
}
MORE_OFF = SHIPPED | {
    "calendar/2020.toml": SHIPPED["calendar/2020.toml"]
    .replace('"2020-v1"', '"2020-v2"')
    .replace("days_off = [", 'days_off = [\n  { day = 2020-03-06, name = "nghỉ" },')
}


def release(files: Mapping[str, str], *, counts_from: Moment, name: str = "a") -> list[Document]:
    """Return the documents of a release."""
    told = [(file, text, named(file, text)) for file, text in sorted(files.items())]
    return [
        Document(kind=kind, id=id_, revision=revision, file=file, counts_from=counts_from, source=source,
                 sha256=sha256_of(text), text=text, release=name, part=part, parts=len(told))
        for part, (file, text, (kind, id_, revision, source)) in enumerate(told, 1)
    ]  # fmt: skip


def publish(bootstrap: str, layout: Layout, documents: Sequence[Document]) -> None:
    """Write the documents in one transaction."""
    producer = KafkaProducer(**direct(bootstrap), transactional_id=f"{layout.prefix}-reference")
    try:
        producer.init_transactions()
        producer.begin_transaction()
        for one in documents:
            producer.send(prefixed(layout.prefix, REFERENCE), key=one.key, value=msgspec.json.encode(one), partition=0)
        producer.commit_transaction()
    finally:
        producer.close()
