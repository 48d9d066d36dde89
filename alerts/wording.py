"""The words of the office, in Vietnamese and English: stages, states, how long is left, what to do first."""

import enum
import functools
from collections.abc import Mapping
from typing import Final

import msgspec

from alerts.core.digest import Item
from alerts.core.routing import Via
from streams.core.labels import State
from streams.core.moments import Moment, datetime_of, day_of
from streams.core.stages import Ended, Stage


class Language(enum.StrEnum):
    """The language a mail is written in."""

    VI = "vi"
    EN = "en"


class Unit(enum.Enum):
    """What a span of time is told in; the value is its length in seconds."""

    DAY = 86_400
    HOUR = 3600
    MINUTE = 60


Spans = Mapping[Unit, tuple[str, str]]
"""For each unit the words for one of it and for several."""


class Words(msgspec.Struct, frozen=True):
    """One language. Names in braces are filled in; `{n}` is a whole number."""

    stages: Mapping[Stage, str]
    states: Mapping[State, str]
    first: Mapping[Stage, str]
    because: Mapping[Via, str]
    late: Spans
    left: Spans
    ended: Mapping[str, str]
    waiting: str
    due: str
    no_due: str
    delayed: str
    behalf: str
    lead: str
    unit_line: str
    subject: str
    joined: str


VIETNAMESE: Final = Words(
    stages={
        Stage.OVERDUE: "quá hạn",
        Stage.DUE_TODAY: "đến hạn hôm nay",
        Stage.INTAKE_OVERDUE: "chậm tiếp nhận",
        Stage.DUE_SOON: "sắp đến hạn",
        Stage.SUPPLEMENT_OVERDUE: "quá hạn bổ sung giấy tờ",
    },
    states={
        State.SUBMITTED: "Mới đăng ký",
        State.ACCEPTED: "Được tiếp nhận",
        State.REFUSED: "Không được tiếp nhận",
        State.PROCESSING: "Đang xử lý",
        State.AWAITING_SUPPLEMENT: "Yêu cầu bổ sung giấy tờ",
        State.AWAITING_PAYMENT: "Yêu cầu thực hiện nghĩa vụ tài chính",
        State.SUSPENDED: "Tạm dừng xử lý",
        State.WITHDRAWAL_REQUESTED: "Công dân yêu cầu rút hồ sơ",
        State.STOPPED: "Dừng xử lý",
        State.DONE: "Đã xử lý xong",
        State.RETURNED: "Đã trả kết quả",
        State.UNKNOWN: "Chưa rõ trạng thái",
    },
    first={
        Stage.OVERDUE: "giải quyết ngay hồ sơ {dossier}, {standing}; xong trước {by}.",
        Stage.DUE_TODAY: "hoàn thành hồ sơ {dossier} trước {by}.",
        Stage.INTAKE_OVERDUE: "tiếp nhận hoặc từ chối hồ sơ {dossier} trước {by}: đã chờ quá 8 giờ làm việc.",
        Stage.DUE_SOON: "hoàn thành hồ sơ {dossier} trước {by}, {standing}.",
        Stage.SUPPLEMENT_OVERDUE: "nhắc người dân bổ sung giấy tờ hoặc dừng hồ sơ {dossier} trước {by}.",
    },
    because={
        Via.OFFICER: "hồ sơ được giao cho anh/chị",
        Via.DEPUTY: "anh/chị làm thay người được giao hồ sơ đang vắng mặt",
        Via.LEADER: "anh/chị lãnh đạo đơn vị có hồ sơ quá hạn lâu ngày",
        Via.HEAD: "anh/chị là lãnh đạo đơn vị giữ hồ sơ",
        Via.MAILBOX: "đây là hộp thư của đơn vị giữ hồ sơ",
        Via.HEAD_ABOVE: "anh/chị là lãnh đạo đơn vị cấp trên và không gửi được cho cấp dưới",
        Via.MAILBOX_ABOVE: "đây là hộp thư của đơn vị cấp trên và không gửi được cho cấp dưới",
    },
    late={
        Unit.DAY: ("quá hạn 1 ngày", "quá hạn {n} ngày"),
        Unit.HOUR: ("quá hạn 1 giờ", "quá hạn {n} giờ"),
        Unit.MINUTE: ("quá hạn 1 phút", "quá hạn {n} phút"),
    },
    left={
        Unit.DAY: ("còn 1 ngày", "còn {n} ngày"),
        Unit.HOUR: ("còn 1 giờ", "còn {n} giờ"),
        Unit.MINUTE: ("còn 1 phút", "còn {n} phút"),
    },
    ended={
        Ended.CLOSED: "đã kết thúc",
        Ended.ACCEPTED: "đã tiếp nhận",
        Ended.PAUSED: "đang tạm dừng",
        Ended.REDATED: "đã có hạn mới",
        Ended.HANDED_ON: "đã chuyển người khác",
        Ended.CORRECTED: "dữ liệu đã được sửa",
        Ended.ANSWERED: "đã bổ sung giấy tờ",
        "": "không còn phải làm",
    },
    waiting="chờ tiếp nhận quá 8 giờ làm việc",
    due="hạn {at}",
    no_due="chưa có hạn",
    delayed="hệ thống báo muộn {span}",
    behalf="làm thay {name}",
    lead="đôn đốc {unit}: {n} hồ sơ quá hạn, hồ sơ lâu nhất {standing}; trước {by}.",
    unit_line="{n} hồ sơ, lâu nhất {standing}",
    subject="{counts} ({day})",
    joined="{n} hồ sơ {stage}",
)

ENGLISH: Final = Words(
    stages={
        Stage.OVERDUE: "overdue",
        Stage.DUE_TODAY: "due today",
        Stage.INTAKE_OVERDUE: "not accepted in time",
        Stage.DUE_SOON: "due soon",
        Stage.SUPPLEMENT_OVERDUE: "papers overdue",
    },
    states={
        State.SUBMITTED: "submitted",
        State.ACCEPTED: "accepted",
        State.REFUSED: "refused",
        State.PROCESSING: "in work",
        State.AWAITING_SUPPLEMENT: "awaiting further papers",
        State.AWAITING_PAYMENT: "awaiting payment",
        State.SUSPENDED: "suspended",
        State.WITHDRAWAL_REQUESTED: "withdrawal requested",
        State.STOPPED: "stopped",
        State.DONE: "done",
        State.RETURNED: "result returned",
        State.UNKNOWN: "state not known",
    },
    first={
        Stage.OVERDUE: "settle dossier {dossier} at once, {standing}; finish before {by}.",
        Stage.DUE_TODAY: "finish dossier {dossier} before {by}.",
        Stage.INTAKE_OVERDUE: "accept or refuse dossier {dossier} before {by}: it has waited over 8 working hours.",
        Stage.DUE_SOON: "finish dossier {dossier} before {by}, {standing}.",
        Stage.SUPPLEMENT_OVERDUE: "ask again for the papers of dossier {dossier}, or stop it, before {by}.",
    },
    because={
        Via.OFFICER: "the dossier is yours",
        Via.DEPUTY: "you stand in for somebody who is away",
        Via.LEADER: "you lead a unit whose dossiers stay overdue",
        Via.HEAD: "you head the unit that holds the dossier",
        Via.MAILBOX: "this is the mailbox of the unit that holds the dossier",
        Via.HEAD_ABOVE: "you head the unit above, and nobody below could be reached",
        Via.MAILBOX_ABOVE: "this is the mailbox of the unit above, and nobody below could be reached",
    },
    late={
        Unit.DAY: ("1 day overdue", "{n} days overdue"),
        Unit.HOUR: ("1 hour overdue", "{n} hours overdue"),
        Unit.MINUTE: ("1 minute overdue", "{n} minutes overdue"),
    },
    left={
        Unit.DAY: ("1 day left", "{n} days left"),
        Unit.HOUR: ("1 hour left", "{n} hours left"),
        Unit.MINUTE: ("1 minute left", "{n} minutes left"),
    },
    ended={
        Ended.CLOSED: "closed",
        Ended.ACCEPTED: "accepted",
        Ended.PAUSED: "paused",
        Ended.REDATED: "has another due moment",
        Ended.HANDED_ON: "in other hands",
        Ended.CORRECTED: "corrected",
        Ended.ANSWERED: "the papers have come",
        "": "nothing to do any more",
    },
    waiting="waiting for more than 8 working hours",
    due="due {at}",
    no_due="no due moment yet",
    delayed="our system tells you late, by {span}",
    behalf="for {name}",
    lead="see to {unit}: {n} dossiers overdue, the oldest {standing}; before {by}.",
    unit_line="{n} dossiers, the oldest {standing}",
    subject="{counts} ({day})",
    joined="{n} {stage}",
)

WORDS: Final = {Language.VI: VIETNAMESE, Language.EN: ENGLISH}


def standing(words: Words, item: Item, at: Moment) -> str:
    """Return how the dossier stands at `at`: `quá hạn 12 ngày`; whole days, on the day itself hours or minutes."""
    if item.due_at is None:
        return words.waiting if item.stage is Stage.INTAKE_OVERDUE else words.no_due
    spans = words.late if item.due_at < at else words.left
    days, seconds = abs(day_of(item.due_at) - day_of(at)), abs(item.due_at - at)
    if days:
        return _counted(spans, Unit.DAY, days)
    unit = Unit.HOUR if seconds >= Unit.HOUR.value else Unit.MINUTE
    return _counted(spans, unit, seconds // unit.value)


def span(words: Words, seconds: int) -> str:
    """Return `2 ngày`, `3 giờ`: a span of time in its largest unit."""
    unit = next((unit for unit in Unit if seconds >= unit.value), Unit.MINUTE)
    return _counted(words.left, unit, max(1, seconds // unit.value)).removeprefix("còn ").removesuffix(" left")


def _counted(spans: Spans, unit: Unit, n: int) -> str:
    one, many = spans[unit]
    return one if n == 1 else many.format(n=n)


@functools.lru_cache(maxsize=4096)
def clock_text(at: Moment) -> str:
    """Return `17:00 10/07/2020`, Vietnamese time."""
    return datetime_of(at).strftime("%H:%M %d/%m/%Y")


@functools.lru_cache(maxsize=4096)
def day_text(at: Moment) -> str:
    """Return `10/07/2020`, Vietnamese time."""
    return datetime_of(at).strftime("%d/%m/%Y")
