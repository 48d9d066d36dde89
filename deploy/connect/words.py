"""Words as people type them: with or without diacritics, in any case, with any space between."""

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=1 << 14)
def plain(text: str) -> str:
    """Return the text by which words are compared: no diacritics, small letters, single spaces, `đ` as `d`."""
    bare = "".join(sign for sign in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(sign))
    return " ".join(bare.replace("đ", "d").replace("\N{NO-BREAK SPACE}", " ").strip(" *:.").split())
