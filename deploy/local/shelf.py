"""Where the local mailbox lays what it took: one file for each mail, and a line for its envelope."""

import json
import threading
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

ENVELOPES: Final = "envelopes.jsonl"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail taken: `file` holds the bytes as they came; sender and recipients are the envelope's."""

    ordinal: int
    sender: str
    recipients: tuple[str, ...]
    file: Path

    @property
    def content(self) -> bytes:
        """The message, byte for byte."""
        return self.file.read_bytes()


class Shelf:
    """The folder of mails; safe to ask from any thread."""

    def __init__(self, folder: Path) -> None:
        """Keep mails in `folder`."""
        self._folder = folder
        self._mails: list[Mail] = []
        self._knocks: Counter[str] = Counter()
        self._changed = threading.Condition()

    def take_stock(self) -> None:
        """Read what an earlier server left here, so that numbers go on and nothing is written over."""
        record = self._folder / ENVELOPES
        if record.exists():
            for line in record.read_text().splitlines():
                told = json.loads(line)
                self._mails.append(
                    Mail(told["ordinal"], told["sender"], tuple(told["recipients"]), self._folder / told["file"])
                )

    def knocks(self, address: str) -> int:
        """Count this attempt for the recipient, and return how many there were."""
        self._knocks[address] += 1
        return self._knocks[address]

    def keep(self, sender: str, recipients: tuple[str, ...], content: bytes) -> Mail:
        """Write the mail whole or not at all, then its envelope."""
        with self._changed:
            mail = Mail(len(self._mails) + 1, sender, recipients, self._folder / f"{len(self._mails) + 1:06}.eml")
            draft = mail.file.with_suffix(".draft")
            draft.write_bytes(content)
            draft.replace(mail.file)
            with (self._folder / ENVELOPES).open("a") as record:
                record.write(json.dumps(asdict(mail) | {"file": mail.file.name}) + "\n")
            self._mails.append(mail)
            self._changed.notify_all()
        return mail

    def mails(self) -> tuple[Mail, ...]:
        """Return what is on the shelf."""
        with self._changed:
            return tuple(self._mails)

    def wait_for(self, count: int, seconds: float) -> tuple[Mail, ...]:
        """Return the mails once there are `count`, else raise TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._mails) >= count, seconds):
                raise TimeoutError(f"{len(self._mails)} of {count} mails came in {seconds:g} s")
            return tuple(self._mails)
