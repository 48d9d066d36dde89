"""A due moment explained: as JSON, and in the words of the office, in Vietnamese and English."""

from typing import Final

import msgspec

from streams.core.explanation import Counted, DayMark, DayNote, Explanation, Paused, Rule
from streams.core.limits import Limit, LimitUnit
from streams.core.moments import Moment, date_of, datetime_of

LANGUAGES: Final = ("vi", "en")
UNITS: Final = {
    LimitUnit.HOURS: "giờ",
    LimitUnit.WORKING_HOURS: "giờ làm việc",
    LimitUnit.DAYS: "ngày",
    LimitUnit.WORKING_DAYS: "ngày làm việc",
    LimitUnit.MONTHS: "tháng",
}
RULES: Final = {
    Rule.NEXT_SESSION: (
        "Nhận ngoài giờ: tính từ đầu buổi kế tiếp",
        "Received outside the sessions: counts from the next",
    ),
    Rule.WORKING_TIME: ("Chỉ tính giờ làm việc", "Only working time is counted"),
    Rule.WALL_CLOCK: ("Tính theo giờ đồng hồ, từ lúc bắt đầu", "Runs by the wall clock, from its start"),
    Rule.FIRST_DAY: ("Ngày đầu tiên không tính", "The first day is not counted"),
    Rule.HALF_DAY: ("Nửa ngày là một buổi làm việc", "Half a day is one session"),
    Rule.MONTH_END: (
        "Hết tháng vào ngày cùng số, hoặc ngày cuối tháng",
        "A month ends on the same number or its last day",
    ),
    Rule.ROLLED: (
        "Ngày cuối là ngày nghỉ: sang ngày làm việc kế tiếp",
        "Ends on a day off: rolls to the next working day",
    ),
    Rule.SHARED_DAY: (
        "Cùng ngày hạn với hồ sơ nhận trước: đến hết giờ",
        "Due on the day of earlier receipts: until closing",
    ),
    Rule.CLOCK_KEPT: ("Giữ giờ tiếp nhận", "Keeps the receipt's clock time"),
    Rule.INTO_SESSION: (
        "Giờ hạn được đưa vào giờ làm việc của ngày đó",
        "The clock time is moved into a session of the day",
    ),
    Rule.PAUSES: ("Trừ thời gian tạm dừng", "Pauses are subtracted"),
    Rule.PROVISIONAL: ("Tạm tính: lịch chưa được xác nhận", "Provisional: the calendar there is not confirmed"),
}
WORDS: Final = {
    "limit": ("Thời hạn", "Limit"),
    "received": ("Nhận lúc", "Received"),
    "starts": ("Bắt đầu tính", "Counts from"),
    "due": ("Hạn trả", "Due"),
    "calendar": ("Lịch", "Calendar"),
    "counted": ("Đã tính", "Counted"),
    "paused": ("Tạm dừng", "Paused"),
    "days": ("Ngày", "Days"),
    "rules": ("Quy tắc", "Rules"),
    "provisional": ("tạm tính", "provisional"),
    "weekend": ("không phải ngày làm việc", "not a working day"),
}
MARKS: Final = {
    DayMark.FIRST: ("không tính", "not counted"),
    DayMark.COUNTED: ("tính", "counted"),
    DayMark.MONTH: ("hết tháng", "a month ends"),
    DayMark.OFF: ("nghỉ", "off"),
}


def shown(at: Moment) -> str:
    """Return the moment in ISO 8601, in Vietnamese time."""
    return datetime_of(at).isoformat()


def as_json(told: Explanation) -> dict[str, object]:
    """Return the explanation as JSON values; moments in ISO 8601, lengths in seconds."""
    return {
        "due_at": shown(told.due.due_at),
        "provisional": told.due.provisional,
        "intervals": [_span(counted) for counted in told.intervals],
        "calendar": told.calendar,
        "limit": str(told.limit),
        "received_at": shown(told.received_at),
        "starts_at": shown(told.due.starts_at),
        "pauses": [_span(pause) | {"asked_by": pause.asked_by} for pause in told.pauses],
        "paused_seconds": told.paused_seconds,
        "days": [msgspec.structs.asdict(note) | {"day": date_of(note.day).isoformat()} for note in told.days],
        "rules": [{"rule": rule, "source": source} for rule, source in told.rules],
    }


def as_text(told: Explanation, lang: str) -> str:
    """Return the explanation as lines in Vietnamese (`vi`) or English (`en`)."""
    place = LANGUAGES.index(lang)
    word = {key: both[place] for key, both in WORDS.items()}
    lines = [
        f"{word['due']}: {_when(told.due.due_at)}" + (f" ({word['provisional']})" if told.due.provisional else ""),
        f"{word['limit']}: {(_vietnamese(told.limit), told.limit)[place]}",
        f"{word['received']}: {_when(told.received_at)}",
        f"{word['starts']}: {_when(told.due.starts_at)}",
        f"{word['calendar']}: {told.calendar}",
        f"{word['counted']}: {_length(sum(each.seconds for each in told.intervals))}",
        *(f"  {_line(each)}" for each in told.intervals),
    ]
    if told.pauses:
        lines += [f"{word['paused']}: {_length(told.paused_seconds)}", *(f"  {_line(each)}" for each in told.pauses)]
    lines += [f"{word['days']}:", *(f"  {_note(note, place)}" for note in told.days)]
    lines += [f"{word['rules']}:", *(f"  {RULES[rule][place]} ({source})" for rule, source in told.rules)]
    return "\n".join(lines)


def _line(span: Counted | Paused) -> str:
    return f"{_when(span.start)} – {_when(span.end)}  {_length(span.seconds)}"


def _span(span: Counted | Paused) -> dict[str, object]:
    return {"start": shown(span.start), "end": shown(span.end), "seconds": span.seconds}


def _when(at: Moment) -> str:
    read = datetime_of(at)
    return f"{read:%d/%m/%Y %H:%M:%S}".removesuffix(":00")


def _length(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _vietnamese(limit: Limit) -> str:
    return f"{limit.amount}{',5' if limit.half else ''} {UNITS[limit.unit]}"


def _note(note: DayNote, place: int) -> str:
    reason = note.reason or (WORDS["weekend"][place] if note.mark is DayMark.OFF else "")
    source = f" [{note.citation}]" if note.citation else ""
    return f"{date_of(note.day):%d/%m/%Y}  {MARKS[note.mark][place]}" + (f": {reason}{source}" if reason else "")
