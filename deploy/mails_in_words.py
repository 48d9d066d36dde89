"""The lines of the mail ledger in the words of the office; the ledger's own codes (docs/mails.md) stand in brackets."""

from collections.abc import Mapping
from typing import Final, assert_never

from alerts.core.ledger import Intent, Lapsed, LedgerLine, NotSent, Outcome, Reason, Restored, Returned, ToldOf
from alerts.core.retry import Ending
from alerts.core.routing import Via
from deploy.office_words import STAGES, Both
from streams.core.stages import Stage

ENDINGS: Final[Mapping[Ending, Both]] = {
    Ending.ACCEPTED: ("máy chủ thư đã nhận", "the mail server took it"),
    Ending.RETRY: ("máy chủ thư chưa nhận, sẽ gửi lại", "not taken, tried again"),
    Ending.AMBIGUOUS: (
        "không rõ máy chủ thư đã nhận chưa, gửi lại đúng thư ấy",
        "not known whether the server has it, the same mail again",
    ),
    Ending.PERMANENT: ("máy chủ thư từ chối hẳn", "refused for good"),
    Ending.HALT: ("ngừng gửi cho đến khi sửa xong cấu hình", "sending stopped until it is repaired"),
}
REASONS: Final[Mapping[Reason, Both]] = {
    Reason.LISTED: ("có trong thư", "in the mail"),
    Reason.MUTED: (
        "trong thư, dưới dòng gấp hơn của cùng hồ sơ",
        "in the mail, under a more urgent line of the dossier",
    ),
    Reason.COUNTED: ("tính vào dòng của đơn vị", "counted in the line of its unit"),
    Reason.WITHDRAWN: ("đã rút lại trước khi gửi", "withdrawn before it was sent"),
    Reason.ALREADY_HELD: ("đã chờ gửi", "held already"),
    Reason.ALREADY_TOLD: ("đã báo rồi", "told already"),
    Reason.PASSED_ON: ("báo cho người chịu trách nhiệm kế tiếp", "the next accountable person is told"),
    Reason.NEVER_HELD: ("rút lại điều người này chưa từng được báo", "a withdrawal of what was not for this person"),
    Reason.NOBODY: ("không có ai để báo", "nobody could be told"),
    Reason.BYTES_GONE: ("nội dung thư không còn lưu, soạn lại", "the exact mail is no longer kept, composed anew"),
    Reason.REDRAFTED: (
        "máy chủ thư chưa nhận thư này và có việc đã rút lại, soạn lại",
        "the mail was never taken and part of it was withdrawn, composed anew",
    ),
}
VIAS: Final[Mapping[Via, Both]] = {
    Via.OFFICER: ("người thụ lý", "as the officer"),
    Via.DEPUTY: ("người được ủy quyền", "as the deputy"),
    Via.HEAD: ("người đứng đầu đơn vị", "as the head of the unit"),
    Via.MAILBOX: ("hộp thư của đơn vị", "the unit's mailbox"),
    Via.HEAD_ABOVE: ("người đứng đầu đơn vị cấp trên", "as the head of the unit above"),
    Via.MAILBOX_ABOVE: ("hộp thư của đơn vị cấp trên", "the mailbox of the unit above"),
    Via.LEADER: ("lãnh đạo", "as the one who leads"),
}
SENTENCES: Final[Mapping[str, Both]] = {
    "intent": ("thư {digest}: {told}", "mail {digest}: {told}"),
    "outcome": (
        "thư {digest}, lần gửi {attempt}: {ending} [{code}]; máy chủ trả lời: {reply}",
        "mail {digest}, attempt {attempt}: {ending} [{code}]; the server said: {reply}",
    ),
    "not_sent": ("không báo {stage}: {why} [{code}] {detail}", "not told, {stage}: {why} [{code}] {detail}"),
    "lapsed": ("không còn đúng: {stage}, đã báo bằng thư {digest}", "no longer holds: {stage}, told in mail {digest}"),
    "bounce": ("thư {digest} bị trả lại: {status}", "mail {digest} came back: {status}"),
    "restored": ("lại được gửi thư", "written to again"),
}


def mail_told(line: LedgerLine, dossier: str, place: int) -> str:
    """Return what a line of the ledger says, of a mail what concerns this dossier; `place` as in `LANGUAGES`."""

    def say(sentence: str, **told: object) -> str:
        return SENTENCES[sentence][place].format(**told).rstrip()

    match line:
        case Intent():
            here = "; ".join(_told(told, place) for told in line.notices if told.dossier == dossier)
            return say("intent", digest=line.digest, told=here)
        case Outcome():
            ending = ENDINGS[line.ending][place]
            said = {"ending": ending, "code": line.ending, "reply": line.reply or "–"}
            return say("outcome", digest=line.digest, attempt=line.attempt, **said)
        case NotSent():
            why = REASONS[line.reason][place]
            return say("not_sent", stage=_stage(line.stage, place), why=why, code=line.reason, detail=line.detail)
        case Lapsed():
            return say("lapsed", stage=_stage(line.stage, place), digest=line.digest)
        case Returned():
            return say("bounce", digest=line.digest or "?", status=line.status)
        case Restored():
            return say("restored")
        case _:
            assert_never(line)


def _told(told: ToldOf, place: int) -> str:
    reason, via = REASONS[told.reason][place], VIAS[told.via][place]
    return f"{_stage(told.stage, place)}, {reason} [{told.reason}], {via} [{told.via}]"


def _stage(stage: Stage, place: int) -> str:
    return f"{STAGES[stage][place]} [{stage}]"
