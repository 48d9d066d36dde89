"""What the second pair of eyes can find, each with the place where it stands."""

import enum
from collections.abc import Collection, Iterable, Iterator

import msgspec


class Kind(enum.StrEnum):
    """What is wrong: of the trail as a proof, of the topics against the run again, of the mails against the notices."""

    CHAIN_BROKEN = "chain_broken"
    BEGINNING_GONE = "beginning_gone"
    TAIL_MISSING = "tail_missing"
    OTHER_HISTORY = "other_history"
    CHECKPOINT_FORGED = "checkpoint_forged"
    ACT_WITHOUT_CONSENT = "act_without_consent"
    RELEASE_WITHOUT_ACT = "release_without_act"
    LINE_DIFFERS = "line_differs"
    LINE_MISSING = "line_missing"
    LINE_UNEXPECTED = "line_unexpected"
    EVENT_MISSING = "event_missing"
    EPOCH_MISSING = "epoch_missing"
    RULES_MISSING = "rules_missing"
    CANNOT_RUN = "cannot_run"
    NOTICE_MISSING = "notice_missing"
    NOTICE_UNEXPECTED = "notice_unexpected"
    NOTICE_REPEATED = "notice_repeated"
    NOTICE_MOVED = "notice_moved"
    STATE_DIFFERS = "state_differs"
    STATE_MISSING = "state_missing"
    STATE_UNEXPECTED = "state_unexpected"
    TALLY_DIFFERS = "tally_differs"
    TALLY_MISSING = "tally_missing"
    TALLY_UNEXPECTED = "tally_unexpected"
    STAGE_UNTOLD = "stage_untold"
    STAGE_TOLD_TWICE = "stage_told_twice"
    MAIL_UNDECIDED = "mail_undecided"
    MAIL_REPEATED = "mail_repeated"
    OUTCOME_WITHOUT_INTENT = "outcome_without_intent"
    NOTICE_WITHOUT_ENDING = "notice_without_ending"
    UNREADABLE = "unreadable"


class Difference(msgspec.Struct, frozen=True):
    """One thing that is not as it should be: where (topic, partition, offset or key), and in words."""

    kind: Kind
    topic: str
    partition: int
    place: str
    told: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.topic}/{self.partition}/{self.place}: {self.kind}: {self.told}"


SHOWN = 20
"""Differences of one kind in one partition that are named; the others are counted."""


class Found:
    """The differences of one run, by kind and partition; the first of each are kept whole, all are counted."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: dict[tuple[Kind, int], list[Difference]] = {}
        self.counts: dict[Kind, int] = {}

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.counts)

    def __iter__(self) -> Iterator[Difference]:
        """Yield those that are named."""
        for some in self._kept.values():
            yield from some

    def __len__(self) -> int:
        """Return how many there are, named or not."""
        return sum(self.counts.values())

    def add(self, differences: Iterable[Difference]) -> None:
        """Add some."""
        for one in differences:
            self.counts[one.kind] = self.counts.get(one.kind, 0) + 1
            self._keep(one)

    def join(self, other: "Found", kinds: Collection[Kind]) -> None:
        """Add those of another run that are of these kinds, with those that it does not name."""
        for kind, count in other.counts.items():
            if kind in kinds:
                self.counts[kind] = self.counts.get(kind, 0) + count
        for one in other:
            if one.kind in kinds:
                self._keep(one)

    def _keep(self, one: Difference) -> None:
        kept = self._kept.setdefault((one.kind, one.partition), [])
        if len(kept) < SHOWN:
            kept.append(one)
