"""The same fold with quixstreams 3, as its guide writes it: a state for each key, exactly once; in a venv of its own.

It stays out of the lock: a client for Kafka in C and twenty-five packages would be audited and updated with the product
for the sake of one row. Run by `tests.bench.beside` as `python -m tests.bench.quix BOOTSTRAP PREFIX GUARANTEE`.
"""

import sys
import tempfile
from typing import Any

from quixstreams import Application  # type: ignore[import-not-found]  # not in our environment

from deploy import clock
from deploy.rulebook import load_rulebook
from streams.core.dossier import after, decode, encode, new
from streams.core.judgement import judge
from streams.topics import EVENTS, TRAIL, prefixed
from streams.wire import cloudevents

RULES = load_rulebook()


def fold(value: bytes, state: Any) -> bytes:
    stored = state.get_bytes("dossier")
    dossier = after(decode(stored) if stored else new("dienbien.muongnhe"), cloudevents.decoded(value))
    state.set_bytes("dossier", encode(dossier))
    standing = judge(dossier, now=clock.now(), rules=RULES)
    return standing.label.encode()


def main(bootstrap: str, prefix: str, guarantee: str) -> None:
    it = Application(
        broker_address=bootstrap,
        consumer_group=f"{prefix}-quix",
        auto_offset_reset="earliest",
        processing_guarantee=guarantee,
        commit_interval=0.25,
        state_dir=tempfile.mkdtemp(prefix="quix-"),
        loglevel="ERROR",
    )
    plain = {"key_deserializer": "bytes", "value_deserializer": "bytes"}
    events = it.topic(prefixed(prefix, EVENTS), **plain)
    out = it.topic(prefixed(prefix, TRAIL), key_serializer="bytes", value_serializer="bytes")
    it.dataframe(events).apply(fold, stateful=True).to_topic(out)
    it.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
