"""The log as the courier reads and writes it; the one room that knows kafka-python.

The library's errors end here as LogError. Everything is read `read_committed`. Every write is in a transaction of one
writer, and a writer belongs to one partition of one step: making it fences whoever wrote for that partition before, so
a courier that lost it cannot write.
"""

from alerts.log.archive import Archive, Follower
from alerts.log.client import LogError, Position
from alerts.log.reader import Reader
from alerts.log.writer import Writer

__all__ = ["Archive", "Follower", "LogError", "Position", "Reader", "Writer"]
