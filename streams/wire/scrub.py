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


def scrubbed(text: str) -> tuple[str, int]:
    """Return the text with identity numbers, telephone numbers and e-mail addresses replaced, and how many."""
    found = 0
    for pattern in PATTERNS:
        text, times = pattern.subn(MARK, text)
        found += times
    return text, found
