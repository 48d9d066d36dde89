"""The words of boards and reports, in Vietnamese and English; every text is said in both or not at all."""

import enum
from dataclasses import dataclass
from typing import Final

from dashboards.core.rates import CauseView, RateName
from streams.core.labels import Label


class Language(enum.StrEnum):
    """The two languages."""

    VI = "vi"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Said:
    """One text in both languages."""

    vi: str
    en: str

    def of(self, language: Language) -> str:
        """Return it in the language."""
        return self.vi if language is Language.VI else self.en


LABELS: Final[dict[Label, Said]] = {
    Label.CLOSED_EARLY: Said("Xong trước hạn", "Settled early"),
    Label.CLOSED_ON_TIME: Said("Xong đúng hạn", "Settled on time"),
    Label.CLOSED_LATE: Said("Xong trễ hạn", "Settled late"),
    Label.OPEN_IN_TIME: Said("Chưa đến hạn", "Not yet due"),
    Label.OPEN_DUE_SOON: Said("Sắp đến hạn", "Due soon"),
    Label.PAUSED: Said("Tạm dừng", "Paused"),
    Label.OPEN_OVERDUE: Said("Quá hạn, còn mở", "Overdue, open"),
    Label.AWAITING_INTAKE: Said("Chờ tiếp nhận", "Awaiting intake"),
    Label.STOPPED: Said("Dừng xử lý", "Stopped"),
    Label.REFUSED: Said("Không tiếp nhận", "Refused"),
    Label.UNCLASSIFIED: Said("Không rõ", "Unaccounted"),
}
"""Every label, in the order in which it is shown: what is well, what is open, what is late, what is neither."""

COLOURS: Final[dict[Label, str]] = {
    Label.CLOSED_EARLY: "#1b7f4b",
    Label.CLOSED_ON_TIME: "#4caf7a",
    Label.CLOSED_LATE: "#c4472b",
    Label.OPEN_IN_TIME: "#2f6fb5",
    Label.OPEN_DUE_SOON: "#e0a526",
    Label.PAUSED: "#8aa9cc",
    Label.OPEN_OVERDUE: "#8b1a1a",
    Label.AWAITING_INTAKE: "#6c7a89",
    Label.STOPPED: "#a9a9a9",
    Label.REFUSED: "#c8c8c8",
    Label.UNCLASSIFIED: "#8e44ad",
}

RATES: Final[dict[RateName, Said]] = {
    RateName.RESOLVED: Said("Đúng hạn trên số đã xong", "On time, of those settled"),
    RateName.DUE: Said("Đúng hạn trên số đến hạn", "On time, of those due"),
    RateName.HANDLED: Said("Không trễ trên số phải giải quyết", "Not late, of those in hand"),
    RateName.BOARD766: Said("Theo Bộ chỉ số 766", "By the 766 index"),
}

VIEWS: Final[dict[CauseView, Said]] = {
    CauseView.ALL: Said("mọi hồ sơ", "all dossiers"),
    CauseView.WITHOUT_SYNC: Said("trừ lỗi đồng bộ", "without synchronisation faults"),
}
