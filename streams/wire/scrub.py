"""Keeps personal data out: what free text may carry past intake (Luật 91/2025/QH15, NĐ 356/2025).

A dossier's code, procedure, unit and moments are the office's. Names, identity numbers, telephone numbers and addresses
are the citizen's: their fields are dropped by not being in the contract, and free text is scanned for what has a form.
"""

import re
from typing import Final

MARK: Final = "[…]"
PATTERNS: Final = (
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    # Telephone numbers, with the spaces, dots and dashes people put into them.
    re.compile(r"(?<![\d.])(?:\+?84|0)(?:[ .-]?\d){9,10}(?!\d)"),
    # Identity cards: 12 digits (căn cước), 9 before that (chứng minh nhân dân).
    re.compile(r"(?<!\d)(?:\d[ .]?){11}\d(?!\d)"),
    re.compile(r"(?<!\d)(?:\d[ .]?){8}\d(?!\d)"),
)


HAS_A_FORM: Final = re.compile(r"[@0-9]")
"""What none of the patterns can do without; most texts hold neither, and are not scanned further."""
PROCEDURE_CODE: Final = re.compile(r"[1-9]\.\d{6}(?:\.\d{2,3}){0,3}(?:\.[A-Z]\d{2})?")
"""A code of the national list of procedures, `1.001612.000.00.00.H18`; some look like an identity number with dots."""


def scrubbed(text: str) -> tuple[str, int]:
    """Return the text with identity numbers, telephone numbers and e-mail addresses replaced, and how many.

    A text that is the code of a procedure and nothing else stays as it is.
    """
    found = 0
    if not HAS_A_FORM.search(text) or PROCEDURE_CODE.fullmatch(text):
        return text, 0
    for pattern in PATTERNS:
        text, times = pattern.subn(MARK, text)
        found += times
    return text, found
