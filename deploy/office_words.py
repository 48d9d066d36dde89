"""The office's words for what the core names: each code in Vietnamese and English, in the order of `LANGUAGES`."""

from collections.abc import Mapping
from typing import Final

from alerts.wording import ENGLISH, VIETNAMESE
from dashboards.finding_words import INNOCENT as INNOCENCES
from dashboards.finding_words import NAMES
from dashboards.finding_words import SEVERITIES as WEIGHTS
from streams.core.facts import PauseKind
from streams.core.findings import Rule, Severity
from streams.core.judgement import Reason
from streams.core.labels import Cause, Label, State, Verdict
from streams.core.stages import Ended, Stage
from streams.explained import Part

Both = tuple[str, str]

STATES: Final[Mapping[State, Both]] = {
    state: (VIETNAMESE.states[state].lower(), ENGLISH.states[state]) for state in State
}
STAGES: Final[Mapping[Stage, Both]] = {stage: (VIETNAMESE.stages[stage], ENGLISH.stages[stage]) for stage in Stage}
LABELS: Final[Mapping[Label, Both]] = {
    Label.REFUSED: ("không được tiếp nhận", "refused"),
    Label.STOPPED: ("dừng xử lý", "stopped"),
    Label.CLOSED_EARLY: ("trước hạn", "closed early"),
    Label.CLOSED_ON_TIME: ("đúng hạn", "closed on time"),
    Label.CLOSED_LATE: ("trễ hạn", "closed late"),
    Label.UNCLASSIFIED: ("chưa phân loại được", "unclassified"),
    Label.AWAITING_INTAKE: ("chờ tiếp nhận", "awaiting intake"),
    Label.OPEN_OVERDUE: ("quá hạn", "overdue"),
    Label.PAUSED: ("tạm dừng", "paused"),
    Label.OPEN_DUE_SOON: ("sắp đến hạn", "due soon"),
    Label.OPEN_IN_TIME: ("chưa đến hạn", "not yet due"),
}
REASONS: Final[Mapping[Reason, Both]] = {
    Reason.REFUSED: ("không được tiếp nhận", "it was refused"),
    Reason.STOPPED: ("đã dừng xử lý", "it was stopped"),
    Reason.ENDED_ON_AN_EARLIER_DAY: (
        "xong vào ngày làm việc trước ngày hẹn trả",
        "it ended on a working day before the due one",
    ),
    Reason.ENDED_BY_DUE: ("xong không muộn hơn hạn trả", "it ended at or before the due moment"),
    Reason.ENDED_PAST_DUE: ("xong sau hạn trả", "it ended after the due moment"),
    Reason.ENDED_WITHOUT_DUE: ("đã xong, nhưng không có hạn trả", "it ended, and no due moment is known"),
    Reason.STATE_UNKNOWN: ("không rõ trạng thái", "its state is not known"),
    Reason.WITHOUT_DUE: ("đang mở, nhưng không có hạn trả", "it is open, and no due moment is known"),
    Reason.NOT_YET_ACCEPTED: ("đã nộp, chưa được tiếp nhận", "it was submitted, and nobody has accepted it"),
    Reason.PAST_DUE: ("đang mở và đã qua hạn trả", "it is open past the due moment"),
    Reason.PAST_DUE_BEFORE_PAUSE: ("đã qua hạn trả khi bắt đầu tạm dừng", "it was past due when its pause began"),
    Reason.CLOCK_STANDS: ("thời hạn đang được tạm dừng", "the clock stands"),
    Reason.WITHIN_WARNING: ("trong thời gian cảnh báo trước hạn", "it is within the warning"),
    Reason.TIME_LEFT: ("còn thời gian", "there is time left"),
}
VERDICTS: Final[Mapping[Verdict, Both]] = {
    Verdict.IN_TIME: ("đúng hạn", "in time"),
    Verdict.OVERDUE: ("quá hạn", "overdue"),
    Verdict.NONE: ("không xét được: không có hạn", "none: no due moment"),
}
CAUSES: Final[Mapping[Cause, Both]] = {
    Cause.NONE: ("không chậm", "not late"),
    Cause.STAFF: ("đơn vị xử lý", "the office"),
    Cause.SYNC: ("đồng bộ hoặc nhập muộn", "synchronised or keyed late"),
    Cause.CITIZEN: ("chờ công dân", "waiting for the citizen"),
    Cause.OTHER_BODY: ("cơ quan khác đang giữ (liên thông)", "another body held it"),
}
ENDED: Final[Mapping[Ended, Both]] = {
    Ended.CLOSED: ("hồ sơ đã đóng", "the dossier was closed"),
    Ended.ACCEPTED: ("đã tiếp nhận", "it was accepted"),
    Ended.PAUSED: ("đã tạm dừng", "it was paused"),
    Ended.REDATED: ("hạn trả đã thay đổi", "the due moment moved"),
    Ended.HANDED_ON: ("đã chuyển người hoặc đơn vị giữ", "it changed hands"),
    Ended.CORRECTED: ("sự kiện đã được sửa", "an event was corrected"),
    Ended.ANSWERED: ("đã bổ sung giấy tờ", "the papers have come"),
}
PAUSES: Final[Mapping[PauseKind, Both]] = {
    PauseKind.SUPPLEMENT: ("chờ bổ sung giấy tờ", "waiting for further papers"),
    PauseKind.PAYMENT: ("chờ nghĩa vụ tài chính", "waiting for a payment"),
    PauseKind.SUSPENSION: ("tạm dừng xử lý", "suspended"),
}
PARTS: Final[Mapping[Part, Both]] = {
    Part.COUNTED: ("", ""),
    Part.ECHO: ("nguồn khác nhắc lại: chỉ bổ sung chỗ trống", "another voice: fills gaps only"),
    Part.VOIDED: ("đã bị sửa: không tính", "voided by a correction: does not count"),
    Part.OTHER_CONTENT: ("trùng mã, khác nội dung: không tính", "same id, other content: does not count"),
}
RULES: Final[Mapping[Rule, Both]] = {rule: (NAMES[rule].vi, NAMES[rule].en) for rule in Rule}
INNOCENT: Final[Mapping[Rule, Both]] = {rule: (INNOCENCES[rule].vi, INNOCENCES[rule].en) for rule in Rule}
SEVERITIES: Final[Mapping[Severity, Both]] = {how: (WEIGHTS[how].vi, WEIGHTS[how].en) for how in Severity}
KINDS: Final[Mapping[str, Both]] = {
    "submitted": ("nộp hồ sơ", "submitted"),
    "accepted": ("tiếp nhận", "accepted"),
    "refused": ("không tiếp nhận", "refused"),
    "stopped": ("dừng xử lý", "stopped"),
    "withdrawal_requested": ("công dân xin rút", "withdrawal requested"),
    "transferred": ("chuyển xử lý", "transferred"),
    "supplement_requested": ("yêu cầu bổ sung", "further papers asked for"),
    "supplement_received": ("đã bổ sung", "papers received"),
    "payment_requested": ("yêu cầu nộp tiền", "payment asked for"),
    "payment_received": ("đã nộp tiền", "payment received"),
    "suspended": ("tạm dừng", "suspended"),
    "resumed": ("tiếp tục xử lý", "resumed"),
    "reappointed": ("xin lỗi và hẹn lại", "apology letter, due again"),
    "done": ("xử lý xong", "done"),
    "returned": ("trả kết quả", "result returned"),
    "reopened": ("mở lại", "reopened"),
    "corrected": ("sửa sự kiện đã báo", "corrects an event"),
    "observed": ("trạng thái ghi nhận", "state observed"),
}
FIELDS: Final[Mapping[str, Both]] = {
    "procedure": ("thủ tục", "procedure"),
    "unit": ("đơn vị", "unit"),
    "field": ("lĩnh vực", "field"),
    "channel": ("kênh", "channel"),
    "level": ("mức độ", "level"),
    "officer": ("cán bộ", "officer"),
    "national_code": ("mã quốc gia", "national code"),
    "due_at": ("hẹn trả", "due"),
    "limit": ("thời hạn", "limit"),
    "other_body": ("cơ quan khác", "other body"),
    "until": ("đến", "until"),
    "letter": ("phiếu xin lỗi", "letter"),
    "result": ("có kết quả", "result"),
    "voids": ("hủy sự kiện", "voids"),
    "state_code": ("mã trạng thái", "state code"),
}
SENTENCES: Final[Mapping[str, Both]] = {
    "dossier": ("Hồ sơ {key}, xét lúc {at}", "Dossier {key} at {at}"),
    "label": ("Kết luận: {label} [{code}], vì {reason} [{why}]", "Label: {label} [{code}]: {reason} [{why}]"),
    "state": ("Trạng thái: {state} [{code}]", "State: {state} [{code}]"),
    "board": ("Theo bảng quốc gia (đến từng giây): {verdict}", "Board (to the second): {verdict}"),
    "twice": (" (quá một lần yêu cầu bổ sung)", " (more than one supplement request)"),
    "yes": ("có", "yes"),
    "no": ("không", "no"),
    "legal": ("Theo luật (hết ngày làm việc đến hạn): {verdict}", "Legal (end of the due working day): {verdict}"),
    "cause": ("Nguyên nhân chậm: {cause} [{code}]", "Cause: {cause} [{code}]"),
    "ranking": ("Hạn để xếp hạng và nhắc việc: {at}", "Due moment for ranking and notices: {at}"),
    "no_due": ("không có", "none"),
    "provisional": (" (tạm tính: lịch chưa xác nhận)", " (provisional: the calendar is not confirmed)"),
    "intake": ("Hạn tiếp nhận: {at}{over}", "To be accepted by: {at}{over}"),
    "over": (" – đã quá", " – it was not"),
    "history": ("Diễn biến như các nguồn đã báo ({n}):", "History as the sources told it ({n}):"),
    "event": ("bởi {source}, sự kiện {id}", "by {source}, event {id}"),
    "arrived": ("đến hệ thống {at}", "arrived {at}"),
    "keyed": ("nhập {at}", "keyed {at}"),
    "copies": ("nhận {n} lần", "arrived {n} times"),
    "later": ("Đến sau thời điểm này, không xét: {n}", "Arrived after this moment, not counted: {n}"),
    "unreadable": ("Bản ghi {offset} không đọc được: {problem}", "Record {offset} cannot be read: {problem}"),
    "pauses": ("Tạm dừng ({n}):", "Pauses ({n}):"),
    "pause": ("{kind}: {since} – {end}, {length} giờ làm việc", "{kind}: {since} – {end}, {length} of working time"),
    "still": ("chưa kết thúc", "not ended"),
    "asked": ("do {source} yêu cầu, sự kiện {id}", "asked for by {source}, event {id}"),
    "runs": ("không dừng thời hạn (theo chính sách)", "does not stop the clock (policy)"),
    "appointed": ("Hạn hẹn trả (nguồn báo): {at}", "Appointed due moment (by the source): {at}"),
    "named": ("hẹn lúc {at}", "named at {at}"),
    "moved": ("tạm dừng dời đến {at}, thêm {length} giờ làm việc", "moved by pauses to {at}, {length} of working time"),
    "counted": ("đã tính {length} giờ làm việc", "counted: {length} of working time"),
    "more": ("… và {n} khoảng nữa (xem --json)", "… and {n} intervals more (see --json)"),
    "later_than": ("muộn hơn hạn tính lại {length} giờ làm việc", "later than recomputed by {length} of working time"),
    "sooner_than": ("sớm hơn hạn tính lại {length} giờ làm việc", "before the recomputed by {length} of working time"),
    "recomputed": ("Hạn tính lại (theo thời hạn và lịch):", "Recomputed due moment (from the limit and calendar):"),
    "due_moments": ("Tạm dừng và hạn trả", "Pauses and due moments"),
    "findings": ("Điều cần xem lại ({n}):", "Findings ({n}):"),
    "innocent": ("có thể vô tình: {why}", "may be innocent: {why}"),
    "notices": ("Quyết định nhắc việc ({n}):", "Notices decided ({n}):"),
    "notice": ("{at}  {stage} [{code}] → {who}", "{at}  {stage} [{code}] → {who}"),
    "withdrawn": ("{at}  rút lại {stage} [{code}]: {why}", "{at}  withdrawn {stage} [{code}]: {why}"),
    "delayed": ("hệ thống quyết định muộn", "decided late by our own fault"),
    "mails": ("Thư, theo sổ gửi thư ({n}):", "Mails, by the ledger ({n}):"),
    "not_asked": ("Thư: không tra sổ gửi thư", "Mails: the ledger was not asked"),
    "rules": ("Quy tắc đang dùng: {rules}", "Rules used: {rules}"),
}
"""The sentences of an explanation; names in braces are filled in."""
