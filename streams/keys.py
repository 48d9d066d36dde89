"""Which partition a key belongs to: Kafka's own rule (murmur2), so that every client of every language agrees."""

from functools import lru_cache

from kafka.partitioner.default import murmur2


@lru_cache(maxsize=1 << 16)
def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition, 0 to partitions - 1, that Kafka's default partitioner gives the key."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)
