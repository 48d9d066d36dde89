"""Bản ghi bị từ chối: xem, gửi lại · What was rejected and why: list it, show it, send it again."""

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from deploy.cli import PROBLEMS, Failed, by_whom, settings_of

if TYPE_CHECKING:
    from deploy.reading import Log, Stored
    from streams.rejections import Planned
    from streams.wire.acts import RejectedReplayed


class NotThere(click.ClickException):
    """There is no such rejected record; exit code 3."""

    exit_code = PROBLEMS


def _choosing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that choose records: by reason and by source, several of each."""
    by_reason = "Chỉ lý do này · Only of this reason, as `list` shows it; may be given again."
    by_source = "Chỉ nguồn này · Only of this source; may be given again."
    for name, told in (("source", by_source), ("reason", by_reason)):
        command = click.option(f"--{name}", f"{name}s", multiple=True, help=told)(command)
    return command


@click.group()
def command() -> None:
    """Bản ghi bị từ chối · The records that could not be taken, kept 90 days without personal data."""


@command.command("list")
@_choosing
@click.option("--last", default=20, show_default=True, type=click.IntRange(0), help="Số bản ghi mới nhất · The newest.")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def list_(ctx: click.Context, *, reasons: tuple[str, ...], sources: tuple[str, ...], last: int, as_json: bool) -> None:
    """Liệt kê · Count them by reason and source, and show the newest; PLACE is the record's PARTITION:OFFSET."""
    from deploy.put_aside import fields_of, rejected_in
    from streams.rejections import chosen, place_of, tallied
    from streams.wire.rejected import source_of

    with _log(ctx) as log:
        records = chosen(rejected_in(log), reasons=reasons, sources=sources)
    newest = records[max(len(records) - last, 0) :]
    shown = [fields_of(one) for one in newest]
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
    from deploy.put_aside import fields_of, originals_of, rejected_in

    partition, offset = _place(place)
    with _log(ctx) as log:
        found = [one for one in rejected_in(log, [partition]) if one.offset == offset]
        kept = bool(found) and bool(originals_of(log, found))
    if not found:
        raise NotThere(f"no rejected record of the inbox's place {place}")
    fields = fields_of(found[-1]) | {"original": "in the inbox" if kept else "gone"}
    if as_json:
        click.echo(json.dumps(fields, ensure_ascii=False))
        return
    for name, value in fields.items():
        click.echo(f"{name:<12}{value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)}")


@command.command()
@_choosing
@click.option("--why", default="", help="Vì sao gửi lại được · What was mended, for office.acts; needed to send.")
@click.option("--who", default=None, help="Ai gửi lại · Who sends them; default: the user of this machine.")
@click.option("--dry-run", is_flag=True, help="Chỉ cho biết · Only say what would be done.")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def replay(ctx: click.Context, /, **asked: Any) -> None:
    """Gửi lại · Send the originals to the inbox again, unchanged; exit code 3 when some could not be.

    What is no longer kept, or would be rejected again, is named. Sending twice does no harm: the id is the original's.
    Who did it and why stands in office.acts.
    """
    from deploy import clock
    from deploy.put_aside import originals_of, rejected_in
    from streams.rejections import Fate, act_of, chosen, planned

    if not asked["dry_run"] and not asked["why"].strip():
        raise click.UsageError("--why is needed: what was mended?")
    with _log(ctx) as log:
        wanted = chosen(rejected_in(log), reasons=asked["reasons"], sources=asked["sources"])
        if not wanted:
            raise NotThere("no such rejected record; see `dunghan rejected list`")
        now = clock.now()
        plan = planned(wanted, originals_of(log, wanted), now=now)
        act = act_of(plan, at=now, who=by_whom(asked["who"]), why=asked["why"])
        if act is not None and not asked["dry_run"]:
            _send(ctx, plan, act)
    _tell(plan, as_json=asked["as_json"], dry_run=asked["dry_run"])
    if any(one.fate not in {Fate.AGAIN, Fate.TWICE} for one in plan):
        ctx.exit(PROBLEMS)


def _send(ctx: click.Context, plan: "Iterable[Planned[Stored]]", act: "RejectedReplayed") -> None:
    """Send what the plan sends, then write who did it; were the second to fail, doing both again does no harm."""
    from deploy.acts import record_act
    from deploy.reading import send_again
    from streams.topics import INBOX
    from streams.wire.acts import BrokenChain

    kafka = settings_of(ctx).kafka
    again = [one.original for one in plan if one.original is not None]
    send_again(kafka.cluster, again, prefix=kafka.prefix, topic=INBOX)
    try:
        record_act(kafka.cluster, act, prefix=kafka.prefix)
    except BrokenChain as error:
        raise Failed(f"sent, but not written down: {error}") from error


@contextlib.contextmanager
def _log(ctx: click.Context) -> "Iterator[Log]":
    # Kafka's client takes a while to import; `--help` must not.
    from deploy.reading import Log, LogUnreadable

    kafka = settings_of(ctx).kafka
    try:
        with Log(kafka.cluster, prefix=kafka.prefix) as log:
            yield log
    except LogUnreadable as error:
        raise Failed(f"the log: {error}") from error


def _place(text: str) -> tuple[int, int]:
    partition, colon, offset = text.partition(":")
    if not (colon and partition.isdecimal() and offset.isdecimal()):
        raise click.UsageError(f"{text!r} is not PARTITION:OFFSET")
    return int(partition), int(offset)


def _tell(plan: "Iterable[Planned[Stored]]", *, as_json: bool, dry_run: bool) -> None:
    from streams.rejections import place_of

    rows = [{"place": place_of(one.rejected), "fate": one.fate, "detail": one.detail} for one in plan]
    fates = Counter(str(row["fate"]) for row in rows)
    if as_json:
        click.echo(json.dumps({"dry_run": dry_run, "fates": fates, "records": rows}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['place']:<12}{row['fate']}  {row['detail']}".rstrip())
    told = ", ".join(f"{fate} {count}" for fate, count in fates.items())
    click.echo(told + (" (chưa gửi gì · nothing was sent)" if dry_run else ""))
