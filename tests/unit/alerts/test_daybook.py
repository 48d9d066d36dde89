"""What a courier leaves in its log: by ids of notices and mails, never by who is told."""

import pytest
from structlog.testing import capture_logs

from alerts.core.ledger import Intent, Lapsed, LedgerLine, NotSent, Outcome, Reason, Restored, Returned, ToldOf
from alerts.core.retry import Ending
from alerts.core.routing import Via
from alerts.daybook import Daybook
from streams.core.stages import Stage

WHO, ABOUT = "muongnhe-cb1", "dienbien.muongnhe/000123"
TOLD = ToldOf("n1", ABOUT, Stage.OVERDUE, Reason.LISTED, Via.OFFICER)
LINES: tuple[LedgerLine, ...] = (
    Intent(
        digest="d1",
        recipient=WHO,
        stage=Stage.OVERDUE,
        notices=(TOLD,),
        sha256="",
        message_id="<d1@x.vn>",
        subject="Quá hạn",
        at=1,
    ),
    Outcome(
        digest="d1", recipient=WHO, ending=next(iter(Ending)), reply=f"550 <{WHO}@x.vn> no such user", attempt=1, at=2
    ),
    NotSent(recipient=WHO, notice="n2", dossier=ABOUT, stage=Stage.OVERDUE, reason=Reason.NOBODY, at=3, detail=WHO),
    Lapsed(recipient=WHO, notice="n1", dossier=ABOUT, stage=Stage.OVERDUE, digest="d1", at=4),
    Returned(recipient=WHO, status="5.1.1", at=5, digest="d1"),
    Restored(recipient=WHO, at=6),
)


@pytest.mark.parametrize("line", LINES, ids=lambda line: type(line).__name__)
def test_a_line_of_the_ledger_is_told_without_its_recipient_and_without_the_servers_words(line: LedgerLine) -> None:
    with capture_logs() as lines:
        Daybook(detailed=True).committed([line])
    assert [each["event"] for each in lines] == ["mail"]
    assert WHO not in repr(lines)


def test_mails_are_told_as_sums() -> None:
    book = Daybook()
    with capture_logs() as lines:
        book.committed(LINES)
        book.routed([line for line in LINES if isinstance(line, NotSent)])
        book.turn()
    sums = {
        line["step"]: {name: line[name] for name in line if name not in {"event", "log_level", "step"}}
        for line in lines
    }
    assert sums["route"] == {"not_sent": 1}
    assert sums["send"] == dict.fromkeys(("intent", "outcome", "not_sent", "lapsed", "bounce", "restored"), 1)
