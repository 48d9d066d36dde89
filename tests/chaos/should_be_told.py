"""Who should have been told of what, worked out from the events, the reference and the epoch lines alone.

It shares no code with the courier, nor with the rules of the register: a dossier here is a few dates, a working day a
weekday that is no holiday, a mail what its recipient can read in it.
"""

import base64
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

STAGES = {"Quá hạn": "overdue", "Đến hạn hôm nay": "due_today", "Sắp đến hạn": "due_soon"}
Fact = tuple[str, str, str]
"""Address, dossier, stage."""


@dataclass(frozen=True, slots=True)
class Officers:
    """The reference, as far as a storm needs it: who holds an address, and who heads the unit."""

    addresses: dict[str, str]


def expected(events: Iterable[bytes], epochs: Iterable[bytes], officers: Officers) -> set[Fact]:
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
    return {
        (officers.addresses[officer], dossier, "overdue")
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
    head, _, body = content.partition(b"\r\n\r\n")
    message_id = re.search(rb"(?mi)^Message-ID: (<[^>]+>)", head)
    assert message_id is not None
    text = base64.b64decode(body.partition(b"\r\n\r\n")[2].partition(b"\r\n--=_")[0]).decode()
    facts, stage = set(), ""
    for line in text.splitlines():
        if heading := re.match(r"(\D+): \d+ hồ sơ$", line):
            stage = STAGES.get(heading[1], "")
        elif entry := re.match(r"\d+\. (\S+) – ", line):
            facts.add((address, entry[1], stage))
    return Read(message_id[1].decode(), frozenset(facts))


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
