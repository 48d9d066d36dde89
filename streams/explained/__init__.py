"""One dossier explained: everything that decides how it stands at a moment, as one value; no I/O, no words.

Nothing here judges: the fold, the judgement and the findings are those of `core`; this room keeps beside them what
they read, so that a reader can follow each step. Only what had arrived by the moment counts, as for the pipeline then.
"""

from streams.explained.hearing import Heard, Unreadable, heard, noticed
from streams.explained.reckoning import Appointed, Reckoned, Stop
from streams.explained.whole import Explained, Line, Part, explained

__all__ = [
    "Appointed",
    "Explained",
    "Heard",
    "Line",
    "Part",
    "Reckoned",
    "Stop",
    "Unreadable",
    "explained",
    "heard",
    "noticed",
]
