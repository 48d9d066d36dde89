"""Tính hạn trả, từng khoảng giờ làm việc đã tính · The due moment, and every working interval that was counted."""

import json
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from deploy.cli import PROBLEMS
from deploy.law_in_words import LANGUAGES, as_json, as_text
from streams.core.calendar import Calendar
from streams.core.explanation import explain
from streams.core.law import BadCalendar, LawError
from streams.core.limits import parse_limit
from streams.core.moments import VIETNAM, Moment, moment_of
from streams.core.pauses import Interval
from streams.wire.calendars import read_calendars

SHIPPED: Final = Path(__file__).parent.parent / "reference" / "calendar"


class BadDocuments(click.ClickException):
    """The calendar documents have problems; exit code 3."""

    exit_code = PROBLEMS


def moment_from(text: str) -> Moment:
    """Return the moment of an ISO 8601 text; without a zone it is Vietnamese time, without a clock midnight."""
    read = datetime.fromisoformat(text)
    return moment_of(read if read.tzinfo else read.replace(tzinfo=VIETNAM))


def _pause(text: str) -> Interval:
    start, slash, end = text.partition("/")
    if not slash or not end:
        raise ValueError(text)
    return Interval(moment_from(start), moment_from(end))


def _calendar(folder: Path, unit_group: str | None) -> Calendar:
    try:
        documents = read_calendars({file.name: file.read_text("utf-8") for file in sorted(folder.glob("*.toml"))})
        return Calendar.build(documents, unit_group)
    except BadCalendar as wrong:
        raise BadDocuments(str(wrong)) from wrong


@click.command("due")
@click.option("--limit", required=True, help="Thời hạn · The limit: '5 working days', '05 ngày làm việc', '2 tháng'.")
@click.option("--received", required=True, metavar="T", help="Lúc nhận · Receipt, ISO 8601; no zone: Vietnamese time.")
@click.option("--pause", "pauses", multiple=True, metavar="FROM/TO", help="Tạm dừng · A pause; may be repeated.")
@click.option("--unit-group", help="Nhóm đơn vị có giờ làm việc riêng · The group of units whose hours count.")
@click.option(
    "--calendar",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=SHIPPED,
    help="Thư mục lịch · Folder of calendar documents; by default the shipped ones.",
)
@click.option("--json", "in_json", is_flag=True, help="In JSON · Print JSON.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="vi", help="Ngôn ngữ · Language of the text.")
def due(
    *,
    limit: str,
    received: str,
    pauses: tuple[str, ...],
    unit_group: str | None,
    folder: Path,
    in_json: bool,
    lang: str,
) -> None:
    """Tính hạn trả và giải thích · Compute a due moment and explain it."""
    try:
        received_at = moment_from(received)
        stated = [_pause(each) for each in pauses]
    except ValueError as wrong:
        raise click.UsageError(f"not a time: {wrong}") from wrong
    try:
        told = explain(parse_limit(limit), received_at, calendar=_calendar(folder, unit_group), pauses=stated)
    except LawError as wrong:
        raise click.UsageError(str(wrong)) from wrong
    click.echo(json.dumps(as_json(told), ensure_ascii=False, indent=2) if in_json else as_text(told, lang))


command: Final = due
