"""Reads mails that came back: delivery status notifications (RFC 3464) in a Maildir.

Which mail came back is known by the address it came back to (VERP), else by the Message-ID in what was returned. A
notification says nothing we did not write ourselves but a status code; its words are not kept.
"""

import email
import email.policy
import mailbox
import re
from collections.abc import Iterator
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Final, NamedTuple

DIGEST: Final = re.compile(r"\+([0-9a-f]{32})@")
MESSAGE_ID: Final = re.compile(r"<([0-9a-f]{32})@")
STATUS: Final = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})")
ADDRESSED: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "To")


class Came(NamedTuple):
    """One mail of the Maildir: `digest` and `status` are empty where it does not say; `key` names it in the Maildir."""

    key: str
    digest: str
    status: str

    @property
    def is_final(self) -> bool:
        """Return whether a mail of ours came back for good."""
        return bool(self.digest) and self.status.startswith("5")


class Returns:
    """The Maildir that bounces are delivered to."""

    def __init__(self, folder: Path) -> None:
        """Open it; raises FileNotFoundError where there is none."""
        try:
            self._box = mailbox.Maildir(folder, create=False, factory=None)
        except mailbox.NoSuchMailboxError as error:
            raise FileNotFoundError(f"there is no Maildir {folder}") from error

    def new(self) -> Iterator[Came]:
        """Yield every mail that has not been filed yet, oldest name first."""
        for key in sorted(self._box.keys()):
            if self._box.get_message(key).get_subdir() == "new":
                yield came(key, self._box.get_bytes(key))

    def file(self, key: str) -> None:
        """Mark a mail as seen, so that it is not read again."""
        message = self._box.get_message(key)
        message.set_subdir("cur")
        message.add_flag("S")
        self._box[key] = message


def came(key: str, content: bytes) -> Came:
    """Return what a mail says of a mail of ours; never raises, whatever it is made of."""
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    return Came(key, _digest(message), _status(message))


def _status(message: Message) -> str:
    """Return the status of the first recipient for whom it failed, empty where the mail is no such report."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else ():
            if not isinstance(block, Message):
                continue
            found = STATUS.match(str(block.get("Status", "")))
            if found and str(block.get("Action", "")).strip().lower() == "failed":
                return found[1]
    return ""


def _digest(message: Message) -> str:
    for header in ADDRESSED:
        for value in message.get_all(header, ()):
            if found := DIGEST.search(str(value)):
                return found[1]
    for part in message.walk():
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            for text in _returned(part):
                if found := MESSAGE_ID.search(text):
                    return found[1]
    return ""


def _returned(part: Message) -> Iterator[str]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (str(inner.get("Message-ID", "")) for inner in payload if isinstance(inner, Message | EmailMessage))
    elif line := re.search(r"(?mi)^message-id:(.*)$", str(payload)):
        yield line[1]
