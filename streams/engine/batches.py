"""Records as the batches that the client sends whole: what an epoch, an import and a restore write.

The client's own way, record by record, would wait for each in turn and choose the batches itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

BATCH_BYTES: Final = 900_000
"""Below what a broker takes by default (1,048,588 bytes), so that only a single large record can exceed it."""
REQUEST_BYTES: Final = 8 << 20

Fields = tuple[int | None, bytes | None, bytes | None, Sequence[tuple[str, Any]]]
"""Time in milliseconds since 1970 (None: that of the sending), key, value, headers."""


def batches(producer: Any, records: Iterable[Fields]) -> Iterator[Any]:
    """Yield the records, at least one, as batches of an aiokafka producer, in order."""
    batch = producer.create_batch()
    for timestamp, key, value, headers in records:
        fields = {"timestamp": timestamp, "key": key, "value": value, "headers": list(headers)}
        if batch.append(**fields) is None:
            yield batch
            batch = producer.create_batch()
            # The first record of a batch may be of any size; what the broker thinks of it, it will say.
            batch.append(**fields)
    yield batch
