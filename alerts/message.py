"""Words become the exact bytes of one mail; the same digest gives the same bytes, whoever sends it and when.

Put together here and not by `EmailMessage`: that one parses and folds every header of every mail anew, which took ten
times as long as all the rest, and between two encoded words it loses a space now and then (Python 3.11).
"""

import base64
import functools
import hashlib
from email.headerregistry import Address
from email.utils import format_datetime
from typing import Final

import msgspec

from alerts.core.digest import Digest
from alerts.render import Letter, plain
from alerts.wording import Language
from streams.core.moments import datetime_of, day_of

TRACED: Final = 20
"""Notices that a mail names in its header; the ledger has all of them, under the digest's id."""
WORD_BYTES: Final = 42
"""Bytes in one encoded word: with its frame it stays under the 75 characters of RFC 2047."""


class Letterhead(msgspec.Struct, frozen=True):
    """Who writes: the address in From and in the envelope, the name beside it, and the domain of our ids."""

    address: str
    name: str = "Đúng hạn"
    domain: str = "dunghan.invalid"
    language: Language = Language.VI


def envelope_sender(letterhead: Letterhead, digest: str) -> str:
    """Return the address that a bounce of this digest comes back to (VERP): `dunghan+DIGEST@x.vn`."""
    local, _, domain = letterhead.address.rpartition("@")
    return f"{local}+{digest}@{domain}"


class Mail(msgspec.Struct, frozen=True):
    """One mail as it is sent: `content` is the whole message with CRLF line ends, `sha256` its hash in hex."""

    message_id: str
    subject: str
    content: bytes
    sha256: str


def mail_of(digest: Digest, letter: Letter, letterhead: Letterhead) -> Mail:
    """Return the mail: headers from the digest and the letterhead, a text part and an HTML part of the same content."""
    message_id = f"<{digest.id}@{letterhead.domain}>"
    subject = plain(letter.subject)
    # A library would draw the boundary by lot, and two renderings would differ. No line of base64 holds "=_".
    boundary = f"=_{digest.id}"
    content = b"".join(
        (
            f"From: {_mailbox(letterhead.name, letterhead.address)}\r\n".encode(),
            f"To: {_mailbox(digest.recipient.name, digest.recipient.address)}\r\n".encode(),
            f"Subject: {_words(subject)}\r\n".encode(),
            f"Date: {format_datetime(datetime_of(digest.at))}\r\n".encode(),
            f"Message-ID: {message_id}\r\n".encode(),
            f"References: {_thread(digest, letterhead)}\r\n".encode(),
            _traces(digest),
            # RFC 3834: no out-of-office reply is wanted.
            b"Auto-Submitted: auto-generated\r\n",
            f"List-Id: <{digest.stage.replace('_', '-')}.{letterhead.domain}>\r\n".encode(),
            f"Content-Language: {letterhead.language}\r\nMIME-Version: 1.0\r\n".encode(),
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'.encode(),
            _part("plain", letter.text, boundary),
            _part("html", letter.html, boundary),
            f"--{boundary}--\r\n".encode(),
        )
    )
    return Mail(message_id=message_id, subject=subject, content=content, sha256=hashlib.sha256(content).hexdigest())


def _thread(digest: Digest, letterhead: Letterhead) -> str:
    """Return the id of a thread that no mail begins: that of the one dossier in it, or of the digest's day."""
    dossiers = {item.dossier for item in (*digest.items, *digest.counted)}
    about = min(dossiers) if len(dossiers) == 1 else str(day_of(digest.at))
    name = hashlib.sha256(f"{digest.recipient.id}\n{about}".encode()).hexdigest()[:32]
    return f"<thread-{name}@{letterhead.domain}>"


def _traces(digest: Digest) -> bytes:
    """Return the ids of the first notices in it: each stands in the trail behind the event that brought it about."""
    ids = "\r\n ".join(told.notice for told in digest.told()[:TRACED])
    return f"X-Dunghan-Notice: {ids}\r\n".encode()


@functools.lru_cache(maxsize=4096)
def _mailbox(name: str, address: str) -> str:
    shown = plain(name)
    return str(Address(display_name=shown, addr_spec=address)) if shown.isascii() else f"{_words(shown)} <{address}>"


def _words(text: str) -> str:
    """Return the text as RFC 2047 encoded words, one a line, or as it is where it needs none.

    Cut behind a space where there is one: some readers show a space between two encoded words, which must not be.
    """
    if text.isascii() and "=?" not in text:
        return text
    chunks = [""]
    for char in text:
        if len((chunks[-1] + char).encode()) > WORD_BYTES:
            before, space, begun = chunks[-1].rpartition(" ")
            chunks[-1:] = [before + space, begun] if space else [chunks[-1], ""]
        chunks[-1] += char
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(chunk.encode()).decode()}?=" for chunk in chunks)


def _part(subtype: str, text: str, boundary: str) -> bytes:
    # RFC 2046: within a mail the lines of a text end with CRLF.
    body = base64.encodebytes(text.replace("\n", "\r\n").encode()).replace(b"\n", b"\r\n")
    head = f'--{boundary}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return head.encode() + body
