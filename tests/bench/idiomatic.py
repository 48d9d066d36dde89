"""The same fold written as Faust's guide writes it: an agent for each event, a table of dossiers, `topic.send`."""

import sys
import tempfile

import faust

from deploy import clock
from deploy.rulebook import load_rulebook
from streams.core.dossier import after, decode, encode, new
from streams.core.judgement import judge
from streams.topics import EVENTS, TRAIL, prefixed
from streams.wire import cloudevents

RULES = load_rulebook()


def app(bootstrap: str, prefix: str) -> faust.App:
    it = faust.App(
        f"{prefix}-idiomatic",
        datadir=tempfile.mkdtemp(prefix="idiomatic-"),
        broker=f"kafka://{bootstrap}",
        store="memory://",
        web_enabled=False,
        topic_partitions=12,
        topic_replication_factor=1,
        broker_commit_interval=1.0,
        key_serializer="raw",
        value_serializer="raw",
    )
    events = it.topic(prefixed(prefix, EVENTS), key_type=bytes, value_type=bytes)
    out = it.topic(prefixed(prefix, TRAIL), key_type=bytes, value_type=bytes)
    dossiers = it.Table("dossiers", default=bytes, key_type=bytes, value_type=bytes)

    @it.agent(events)  # type: ignore[untyped-decorator]  # Faust has no types for it
    async def decide(stream: faust.Stream[bytes]) -> None:  # type: ignore[valid-type,unused-ignore]  # nor for this
        async for key, value in stream.items():
            stored = dossiers[key]
            dossier = after(decode(stored) if stored else new("dienbien.muongnhe"), cloudevents.decoded(value))
            dossiers[key] = encode(dossier)
            standing = judge(dossier, now=clock.now(), rules=RULES)
            await out.send(key=key, value=standing.label.encode())

    return it


if __name__ == "__main__":
    faust.Worker(app(sys.argv[1], sys.argv[2]), loglevel="ERROR", quiet=True).execute_from_commandline()
