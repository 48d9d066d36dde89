"""Bản ghi bị từ chối: xem, gửi lại · What was rejected and why: list it, show it, send it again."""

import contextlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from deploy.cli import PROBLEMS, Failed, settings_of

if TYPE_CHECKING:
    from deploy.reading import Log, Stored
    from streams.rejections import Planned
    from streams.wire.records import Rejected


class NotThere(click.ClickException):
    """There is no such rejected record; exit code 3."""

    exit_code = PROBLEMS


@click.group()
def command() -> None:
    """Bản ghi bị từ chối · The records that could not be taken, kept 90 days without personal data."""


@command.command("list")
@click.option("--last", default=20, show_default=True, type=click.IntRange(0), help="Số bản ghi mới nhất · The newest.")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def list_(ctx: click.Context, *, last: int, as_json: bool) -> None:
    """Liệt kê · Count them by reason and source, and show the newest; PLACE is the record's PARTITION:OFFSET."""
    from streams.rejections import place_of, source_of, tallied  # noqa: PLC0415

    with _log(ctx) as log:
        records = _rejected(log)
    newest = records[max(len(records) - last, 0) :]
    shown = [_fields(one) for one in newest]
    counts = [{"reason": one.reason, "source": one.source, "count": one.count} for one in tallied(records)]
    if as_json:
        click.echo(json.dumps({"rejected": len(records), "counts": counts, "last": shown}, ensure_ascii=False))
        return
    for count in counts:
        click.echo(f"{count['count']:>8,}  {count['reason']:<14}{count['source'] or '?'}")
    click.echo(f"{len(records):>8,}  bản ghi bị từ chối · rejected")
    for one, fields in zip(newest, shown, strict=True):
        click.echo(f"{fields['arrived_at']}  {place_of(one):<10}{one.reason}  {source_of(one) or '?'}  {one.detail}")


@command.command()
@click.argument("place", metavar="PARTITION:OFFSET")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def show(ctx: click.Context, *, place: str, as_json: bool) -> None:
    """Xem · Show one: why, when, and what of it may be kept; exit code 3 when there is none at that place."""
    partition, offset = _place(place)
    with _log(ctx) as log:
        found = [one for one in _rejected(log, [partition]) if one.offset == offset]
        kept = bool(found) and bool(_originals(log, found))
    if not found:
        raise NotThere(f"no rejected record of the inbox's place {place}")
    fields = _fields(found[-1]) | {"original": "in the inbox" if kept else "gone"}
    if as_json:
        click.echo(json.dumps(fields, ensure_ascii=False))
        return
    for name, value in fields.items():
        click.echo(f"{name:<12}{value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)}")


@command.command()
@click.option("--reason", required=True, help="Lý do từ chối · The reason they were rejected for, as `list` shows it.")
@click.option("--dry-run", is_flag=True, help="Chỉ cho biết · Only say what would be done.")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def replay(ctx: click.Context, *, reason: str, dry_run: bool, as_json: bool) -> None:
    """Gửi lại · Send the originals to the inbox again, unchanged; exit code 3 when some could not be.

    What is no longer kept, or would be rejected again, is named. Sending twice does no harm: the id is the original's.
    """
    from deploy import clock  # noqa: PLC0415
    from deploy.reading import send_again  # noqa: PLC0415
    from streams.rejections import Fate, planned  # noqa: PLC0415
    from streams.topics import INBOX  # noqa: PLC0415

    kafka = settings_of(ctx).kafka
    with _log(ctx) as log:
        wanted = [one for one in _rejected(log) if one.reason == reason]
        if not wanted:
            raise NotThere(f"no rejected record of the reason {reason!r}; see `dunghan rejected list`")
        plan = planned(wanted, _originals(log, wanted), now=clock.now())
        if not dry_run:
            again = [one.original for one in plan if one.original is not None]
            send_again(kafka.bootstrap, again, prefix=kafka.prefix, topic=INBOX)
    _tell(plan, as_json=as_json, dry_run=dry_run)
    if any(one.fate not in {Fate.AGAIN, Fate.TWICE} for one in plan):
        ctx.exit(PROBLEMS)


@contextlib.contextmanager
def _log(ctx: click.Context) -> "Iterator[Log]":
    # Kafka's client takes a while to import; `--help` must not.
    from deploy.reading import Log, LogUnreadable  # noqa: PLC0415

    kafka = settings_of(ctx).kafka
    try:
        with Log(kafka.bootstrap, prefix=kafka.prefix) as log:
            yield log
    except LogUnreadable as error:
        raise Failed(f"the log: {error}") from error


def _rejected(log: "Log", partitions: Iterable[int] | None = None) -> "list[Rejected]":
    """Return the rejected records of these partitions, or of all, by their arrival."""
    import msgspec  # noqa: PLC0415

    from streams.rejections import read  # noqa: PLC0415
    from streams.topics import REJECTED  # noqa: PLC0415

    there = range(log.partitions(REJECTED))
    wanted = there if partitions is None else [one for one in partitions if one in there]
    try:
        records = [read(one.value) for partition in wanted for one in log.whole(REJECTED, partition)]
    except msgspec.DecodeError as error:
        raise Failed(f"a record of {REJECTED.name}: {error}") from error
    return sorted(records, key=lambda one: (one.arrived_at, one.partition, one.offset))


def _originals(log: "Log", wanted: "Iterable[Rejected]") -> "dict[tuple[int, int], Stored]":
    from streams.topics import INBOX  # noqa: PLC0415

    offsets: dict[int, set[int]] = {}
    for one in wanted:
        offsets.setdefault(one.partition, set()).add(one.offset)
    return {
        (partition, record.offset): record
        for partition, places in offsets.items()
        for record in log.some(INBOX, partition, places)
    }


def _place(text: str) -> tuple[int, int]:
    partition, colon, offset = text.partition(":")
    if not (colon and partition.isdecimal() and offset.isdecimal()):
        raise click.UsageError(f"{text!r} is not PARTITION:OFFSET")
    return int(partition), int(offset)


def _fields(rejected: "Rejected") -> dict[str, object]:
    from streams.core.working_time import named  # noqa: PLC0415
    from streams.rejections import place_of, source_of  # noqa: PLC0415

    return {
        "place": place_of(rejected),
        "arrived_at": named(rejected.arrived_at),
        "reason": rejected.reason,
        "detail": rejected.detail,
        "source": source_of(rejected),
        "size": rejected.size,
        "sha256": rejected.sha256,
        "kept": json.loads(rejected.value or b"null"),
    }


def _tell(plan: "Iterable[Planned[Stored]]", *, as_json: bool, dry_run: bool) -> None:
    from streams.rejections import place_of  # noqa: PLC0415

    rows = [{"place": place_of(one.rejected), "fate": one.fate, "detail": one.detail} for one in plan]
    fates = Counter(str(row["fate"]) for row in rows)
    if as_json:
        click.echo(json.dumps({"dry_run": dry_run, "fates": fates, "records": rows}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['place']:<12}{row['fate']}  {row['detail']}".rstrip())
    told = ", ".join(f"{fate} {count}" for fate, count in fates.items())
    click.echo(told + (" (chưa gửi gì · nothing was sent)" if dry_run else ""))
