"""The control: the same counting written as Faust's own guide writes it, with an agent, a table and `topic.send`."""

import sys
import tempfile

import faust

from streams.topics import EVENTS, NOTICES, prefixed


def app(bootstrap: str, prefix: str) -> faust.App:
    it = faust.App(
        f"{prefix}-idiomatic",
        datadir=tempfile.mkdtemp(prefix="idiomatic-"),
        broker=f"kafka://{bootstrap}",
        store="memory://",
        web_enabled=False,
        topic_partitions=12,
        topic_replication_factor=1,
        broker_session_timeout=6.0,
        broker_heartbeat_interval=1.5,
        broker_commit_interval=1.0,
        value_serializer="raw",
        key_serializer="raw",
    )
    events = it.topic(prefixed(prefix, EVENTS), key_type=bytes, value_type=bytes)
    out = it.topic(prefixed(prefix, NOTICES), key_type=bytes, value_type=bytes)
    seen = it.Table("seen", key_type=bytes, value_type=bytes, default=bytes)

    @it.agent(events)  # type: ignore[untyped-decorator]  # Faust has no types for it
    async def count(stream: faust.Stream[bytes]) -> None:  # type: ignore[valid-type,unused-ignore]  # nor for this
        async for key, value in stream.items():
            number = int(seen[key] or b"0") + 1
            seen[key] = b"%d" % number
            await out.send(key=key, value=b"%d %b" % (number, value))

    return it


if __name__ == "__main__":
    faust.Worker(app(sys.argv[1], sys.argv[2]), loglevel="ERROR", quiet=True).execute_from_commandline()
