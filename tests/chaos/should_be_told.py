"""Who should have been told of what, worked out from the events, the reference and the epoch lines alone.

It shares no code with the courier, nor with the rules of the register: a dossier here is a few dates, a working day a
weekday that is no holiday, a mail what its recipient can read in it.
"""

import base64
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

STAGES = {"Quá hạn": "overdue", "Đến hạn hôm nay": "due_today", "Sắp đến hạn": "due_soon"}
Fact = tuple[str, str, str]
"""Address, dossier, stage."""


def addresses(reference: Iterable[bytes], now: int) -> dict[str, str]:
    """Return each officer's address by the last table of officers that counts at a moment."""
    documents = [json.loads(value) for value in reference]
    tables = [each["text"] for each in documents if each["file"] == "officers.csv" and each["counts_from"] <= now]
    return {row["id"]: row["address"] for row in csv.DictReader(io.StringIO(tables[-1]))}


def expected(events: Iterable[bytes], epochs: Iterable[bytes], reference: Iterable[bytes]) -> set[Fact]:
    """Return what each address should have been told: the last stage of every dossier that is open at the last epoch.

    The storms give every dossier one officer and a due moment that is past, so that the stage is `overdue` or nothing.
    """
    lines = [json.loads(line) for line in epochs]
    now = max(line["now"] for line in lines if line["line"] == "epoch")
    due: dict[str, tuple[str, int]] = {}
    closed: set[str] = set()
    for value in events:
        event = json.loads(value)
        kind, data = event["type"].split(".")[3], event["data"]
        if kind == "accepted":
            due[event["subject"]] = (data["officer"], int(datetime.fromisoformat(data["due_at"]).timestamp()))
        elif kind == "done":
            closed.add(event["subject"])
    written_to = addresses(reference, now)
    return {
        (written_to[officer], dossier, "overdue")
        for dossier, (officer, due_at) in due.items()
        if dossier not in closed and due_at < now
    }


@dataclass(frozen=True, slots=True)
class Read:
    """What a recipient reads in one mail."""

    message_id: str
    facts: frozenset[Fact]


def read(address: str, content: bytes) -> Read:
    """Read the text part of a mail, as a person would: headings, and under them one dossier a line."""
    body = content.partition(b"\r\n\r\n")[2]
    text = base64.b64decode(body.partition(b"\r\n\r\n")[2].partition(b"\r\n--=_")[0]).decode()
    facts, stage = set(), ""
    for line in text.splitlines():
        if heading := re.match(r"(\D+): \d+ hồ sơ$", line):
            stage = STAGES.get(heading[1], "")
        elif entry := re.match(r"\d+\. (\S+) – ", line):
            facts.add((address, entry[1], stage))
    return Read(message_id_of(content), frozenset(facts))


def message_id_of(content: bytes) -> str:
    """Return the id in a mail's head."""
    found = re.search(rb"(?mi)^Message-ID: (<[^>]+>)", content.partition(b"\r\n\r\n")[0])
    assert found is not None
    return found[1].decode()


def unrecorded(accepted: Iterable[bytes], ledger: Iterable[bytes]) -> int:
    """Return how many mails were accepted of which no intent stands in the ledger."""
    lines = [json.loads(line) for line in ledger]
    intents = {line["message_id"] for line in lines if line["line"] == "intent"}
    return sum(message_id_of(content) not in intents for content in accepted)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How what was accepted differs from what should have been told.

    `repeated` are mails accepted again with the same Message-ID and the same bytes; `wrong` is all that should not be:
    a fact told by two mails, a fact nobody asked for, one Message-ID with two contents.
    """

    facts: int
    mails: int
    lost: int
    repeated: int
    wrong: int


def verdict(wanted: set[Fact], accepted: Iterable[tuple[str, bytes]]) -> Verdict:
    """Compare."""
    contents: dict[str, set[bytes]] = {}
    times: Counter[str] = Counter()
    told: Counter[Fact] = Counter()
    for address, content in accepted:
        mail = read(address, content)
        times[mail.message_id] += 1
        if times[mail.message_id] == 1:
            told.update(mail.facts)
        contents.setdefault(mail.message_id, set()).add(content)
    twice = sum(count - 1 for count in told.values())
    torn = sum(len(each) - 1 for each in contents.values())
    return Verdict(
        facts=len(wanted),
        mails=sum(times.values()),
        lost=len(wanted - set(told)),
        repeated=sum(count - 1 for count in times.values()),
        wrong=twice + torn + len(set(told) - wanted),
    )
