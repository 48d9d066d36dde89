"""Who was told what, asked of the ledger."""

from alerts.core.ledger import Intent, LedgerLine, NotSent, Outcome, Reason, ToldOf, about
from alerts.core.retry import Ending
from alerts.core.routing import Via
from streams.core.stages import Stage

INTENT = Intent(
    digest="d1",
    recipient="anh",
    stage=Stage.OVERDUE,
    notices=(ToldOf("n1", "x/1", Stage.OVERDUE, Reason.LISTED, Via.OFFICER),),
    sha256="",
    message_id="",
    subject="",
    at=1,
)
OUTCOME = Outcome(digest="d1", recipient="anh", ending=Ending.ACCEPTED, reply="", attempt=1, at=2)
NOT_SENT = NotSent(recipient="binh", notice="n2", dossier="x/2", stage=Stage.OVERDUE, reason=Reason.WITHDRAWN, at=3)
LINES: list[LedgerLine] = [INTENT, OUTCOME, NOT_SENT]


def test_a_recipient_has_their_lines() -> None:
    assert list(about(LINES, recipient="anh")) == [INTENT, OUTCOME]


def test_a_dossier_has_what_was_told_of_it_and_how_that_mail_ended() -> None:
    assert list(about(LINES, dossier="x/1")) == [INTENT, OUTCOME]
    assert list(about(LINES, dossier="x/2")) == [NOT_SENT]
