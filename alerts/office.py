"""What all desks have in common, and the mails they write with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from alerts.core.composing import Gathered
from alerts.core.digest import Besides, Digest, compose
from alerts.core.entries import Held, Open
from alerts.core.ledger import Intent, LedgerLine, NotSent
from alerts.core.outbox import OutboxRecord, Tell
from alerts.core.people import Person
from alerts.core.policy import Policy
from alerts.daybook import Daybook
from alerts.links import Links
from alerts.message import Letterhead, Mail, mail_of
from alerts.metrics import Figures
from alerts.render import Renderer
from alerts.rules import Rules, Ruling
from streams.core.moments import Moment

LATE_BY: Final = 900
"""Seconds past a digest's hour after which it says that it comes late, and that this was our doing."""


@dataclass(frozen=True, slots=True)
class Office:
    """What all desks have in common; `replay` says that time is that of the log."""

    prefix: str
    ruling: Ruling
    letterhead: Letterhead
    links: Links
    figures: Figures
    replay: bool
    daybook: Daybook
    renderers: dict[str, Renderer] = field(default_factory=dict)

    def at(self, now: Moment) -> Rules:
        """Return the rules that count at a moment."""
        return self.ruling.at(now)

    def policy_for(self, record: OutboxRecord) -> Policy:
        """Return by which policy a record is held: as of its decision, so who reads it again later holds it alike."""
        return self.at(record.notice.decided_at if isinstance(record, Tell) else 0).policy

    def write(self, person: Person, gathered: Gathered) -> tuple[Digest, Mail]:
        """Return the digest of what was gathered (at least one notice), and its exact bytes."""
        rules = self.at(gathered.at)
        tells = [entry.tell for entry in gathered.held]
        besides = Besides(
            lost=tuple((entry.dossier, entry.why) for entry in gathered.lost),
            delays={entry.notice: delay for entry in gathered.held if (delay := _delay(entry, gathered.at))},
        )
        digest = compose(person, tells, at=gathered.at, policy=rules.policy, besides=besides)
        return digest, mail_of(digest, self._renderer(rules).render(digest), self.letterhead)

    def intent(self, digest: Digest, mail: Mail) -> Intent:
        """Return the ledger's line of a mail that is about to be sent."""
        rules = self.at(digest.at).version
        told = (replace(each, rules="") if each.rules == rules else each for each in digest.told())
        return Intent(
            digest=digest.id,
            recipient=digest.recipient.id,
            stage=digest.stage,
            notices=tuple(told),
            sha256=mail.sha256,
            message_id=mail.message_id,
            subject=mail.subject,
            at=digest.at,
            rules=rules,
        )

    def _renderer(self, rules: Rules) -> Renderer:
        if rules.version not in self.renderers:
            self.renderers[rules.version] = Renderer(
                rules.directory, language=self.letterhead.language, links=self.links
            )
        return self.renderers[rules.version]

    def entered(self, lines: Sequence[LedgerLine]) -> None:
        """Count and log lines of the ledger that are there for good."""
        self.daybook.committed(lines)
        for line in lines:
            if isinstance(line, NotSent):
                self.figures.not_sent(line.stage, line.reason)


def _delay(entry: Held, at: Moment) -> int:
    """Return by how many seconds we are late with a notice: it was decided late, or should have gone out before."""
    notice = entry.tell.notice
    decided_late = notice.decided_at - notice.stage_at if notice.delayed else 0
    sent_late = at - (entry.due_at if entry.late_since is None else entry.late_since)
    return decided_late + (sent_late if sent_late > LATE_BY else 0)


def opened(digest: Digest, mail: Mail, *, place: int, line: int, clock: Moment) -> Open:
    """Return the book's entry of a mail whose bytes are at `place`, and whose intent is at `line` of the ledger."""
    return Open(
        recipient=digest.recipient.id,
        digest=digest.id,
        stage=digest.stage,
        notices=tuple(told.notice for told in digest.told()),
        sha256=mail.sha256,
        message_id=mail.message_id,
        at=digest.at,
        place=place,
        line=line,
        first_at=clock,
        next_at=clock,
    )
