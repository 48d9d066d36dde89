"""`python -m tests.unit.written NAME`: keep what this release writes as `tests/data/written/NAME.jsonl`.

Done once for each release; a file that is there is never made anew, for the release that wrote it is out there.
"""

import base64
import json
import sys
from collections import defaultdict
from pathlib import Path

from alerts.core.entries import AnyEntry, Bounced, Held, Lost, Open, Page, PassedOn, Progress, Told, key_of
from alerts.core.outbox import Tell
from alerts.core.routing import Via
from alerts.ledger import encoded
from streams.border import KeyValue
from streams.core.stages import Stage
from streams.topics import BOOK, EVENTS, LEDGER, NOTICES, OUTBOX, STATE, TALLIES, TRAIL
from tests.integration.verify.log import decided, mailed
from tests.unit.alerts.samples import at, notice

FOLDER = Path(__file__).parents[2] / "data" / "written"
MOST = 60
"""Records of a topic; of the state, the tallies and the trail all of one partition, for they belong together."""


def book() -> list[AnyEntry]:
    """Return one entry of each kind."""
    tell, now = Tell(recipient="anh", notice=notice(), via=Via.OFFICER), at("2020-07-10 08:00")
    return [
        Held(recipient="anh", tell=tell, due_at=now),
        Told(recipient="anh", notice="n2", dossier="x/2", stage=Stage.OVERDUE, digest="d1", at=now, tell=tell),
        PassedOn(recipient="anh", notice="n3", to="binh"),
        Lost(recipient="anh", notice="n4", dossier="x/4", at=now, why="done"),
        Bounced(recipient="anh", at=now, status="5.1.1"),
        Page(recipient="anh", last_at=now, mails=2),
        Open(recipient="anh", digest="d2", stage=Stage.OVERDUE, notices=("n1",), sha256="0" * 64, message_id="<d2@x>",
             at=now, place=7, first_at=now, next_at=now, attempts=1, line=9),
        Progress(recipient="", marks={0: now}),
    ]  # fmt: skip


def main(name: str) -> None:
    written = decided(2)
    mailed(written)
    topics: dict[str, list[KeyValue]] = defaultdict(list)
    for (topic, partition), records in written.items():
        if topic in (EVENTS.name, STATE.name, TALLIES.name, TRAIL.name):
            topics[topic] += records if partition == 0 else []
        elif topic in (NOTICES.name, OUTBOX.name, LEDGER.name):
            topics[topic] += records[: MOST // 4]
    topics[BOOK.name] = [(key_of(one).encode(), encoded(one)) for one in book()]
    lines = []
    for topic, records in sorted(topics.items()):
        for key, value in records:
            told = [base64.b64encode(part).decode() if part is not None else None for part in (key, value)]
            lines.append(json.dumps([topic, *told]))
    with (FOLDER / f"{name}.jsonl").open("x", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
