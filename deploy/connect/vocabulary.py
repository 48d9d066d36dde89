"""A source's words in ours: its states, units, channels and levels, however they are typed."""

from typing import Final

from deploy.connect.sources import Source
from deploy.connect.words import plain
from streams.core.events import Channel
from streams.core.labels import State
from streams.core.observed import CODES

NATIONAL: Final = {state: code for code, state in CODES.items()}
"""The national code of each state that has one."""


class Vocabulary:
    """The words of one source; what it does not know it says, and never guesses."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._states = {plain(word): State(one.state) for one in source.states for word in (one.code, *one.names)}
        self._units = {plain(word): unit for word, unit in source.units.items()}
        self._channels = {plain(word): channel for word, channel in source.channels.items()}
        self._levels = {plain(word): level for word, level in source.levels.items()}

    def state(self, text: str) -> State | None:
        """Return the national state that the source's code or name means; None for one that nobody mapped."""
        return self._states.get(plain(text))

    def state_code(self, text: str) -> str:
        """Return what an `observed` event says: the national code, or the source's own word marked as such.

        A code that the mapping does not know must not be taken for the national code of the same number.
        """
        state = self.state(text)
        return f"{self._source.name}:{text}" if state is None else NATIONAL[state]

    def unit(self, text: str) -> str | None:
        """Return the unit's id; without a table of units the text is the id; None for one the table does not know."""
        return self._units.get(plain(text)) if self._units else text

    def channel(self, text: str) -> Channel | None:
        """Return the channel; None for a word that nobody mapped."""
        return self._channels.get(plain(text))

    def level(self, text: str) -> int | None:
        """Return the level of the online service, 1 to 4; None for a word that nobody mapped."""
        return self._levels.get(plain(text))
