"""What every closed list of words of the office has in common."""

import enum


class Word(enum.StrEnum):
    """A word of a closed list: a text that is one of its members.

    It hashes as the text that it is: an enum's own hash is worked out in Python at each look-up, and words are looked
    up some thirty times for each event.
    """

    __hash__ = str.__hash__
