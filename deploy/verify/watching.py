"""The second pair of eyes, always open: looks at what is new, shows what it saw, and signs how far the trail came."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from deploy.reading import Log, LogUnreadable
from deploy.signing import PrivateKey
from deploy.verify.checkpoints import Checkpoint
from deploy.verify.differences import Difference, Found, Kind
from deploy.verify.figures import Figures
from deploy.verify.looking_up import Finder, follow_all
from deploy.verify.places import IndexUnusable, Places
from deploy.verify.proof import keep, sign
from deploy.verify.whole import Source, Verification, Verified
from streams.core.moments import Moment

HEALING: Final = frozenset(
    {
        Kind.TAIL_MISSING,
        *(Kind.STATE_DIFFERS, Kind.STATE_MISSING, Kind.STATE_UNEXPECTED),
        *(Kind.TALLY_DIFFERS, Kind.TALLY_MISSING, Kind.TALLY_UNEXPECTED),
        *(Kind.STAGE_UNTOLD, Kind.STAGE_TOLD_TWICE, Kind.NOTICE_WITHOUT_ENDING),
    }
)
"""What is judged anew at each look, and can come right."""
LASTING: Final = frozenset(Kind) - HEALING
"""What is in the log for good, and is found once."""

log = structlog.get_logger(__name__)


class Signing(NamedTuple):
    """With what checkpoints are signed, where they are kept, and after how many lines."""

    key: PrivateKey
    folder: Path
    lines: int


class Watch:
    """One watch over one log; after a failure to read it begins anew."""

    def __init__(
        self, source: Source, figures: Figures, *, kept: Sequence[Checkpoint] = (), signing: Signing | None = None
    ) -> None:
        """Prepare; `kept` are the checkpoints there are."""
        self._source, self._figures, self._signing = source, figures, signing
        self._checkpoints = list(kept)
        self._lasting = Found()
        self._signed = 0
        self.index: Path | None = None
        """The file of the index that is brought up to date after each look."""

    def run(self, may_go_on: Callable[[float], bool], clock: Callable[[], Moment], *, seconds: float) -> None:
        """Look every so many seconds until `may_go_on`, which waits, says no. Raises OSError when it cannot sign."""
        while True:
            try:
                with Verification(self._source, self._checkpoints) as verification:
                    while True:
                        self.look(verification, now=clock())
                        self._follow(verification.log)
                        if not may_go_on(seconds):
                            return
            except LogUnreadable as error:
                log.error("log_unreadable", reason=str(error))
                self._figures.cannot_see()
                self._lasting = Found()
                if not may_go_on(seconds):
                    return

    def look(self, verification: Verification, *, now: Moment) -> Verified:
        """Look once, show and tell what was seen, and sign when it is time."""
        seen = verification.look(now=now)
        self._lasting.join(seen.found, LASTING)
        found = Found()
        found.join(self._lasting, LASTING)
        found.join(seen.found, HEALING)
        whole = seen._replace(found=found)
        self._figures.show(whole, at=now)
        for one in seen.found:
            _tell(one)
        if self._signing is not None and not found and seen.lines - self._signed >= self._signing.lines:
            value, checkpoint = sign(seen.heads, prefix=self._source.prefix, at=now, key=self._signing.key)
            log.info("checkpoint_signed", file=str(keep(value, checkpoint, self._signing.folder)), lines=seen.lines)
            self._checkpoints.append(checkpoint)
            self._signed = seen.lines
        return whole

    def _follow(self, outputs: Log) -> None:
        if self.index is None:
            return
        try:
            with Places(self.index) as places:
                follow_all(Finder(outputs, places, prefix=self._source.prefix), outputs)
        except IndexUnusable as error:
            log.error("index_unusable", reason=str(error))


def _tell(one: Difference) -> None:
    log.error("differs", kind=one.kind.value, topic=one.topic, partition=one.partition, place=one.place, told=one.told)
