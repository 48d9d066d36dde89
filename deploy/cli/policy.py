"""Quy tắc bóng: ai sẽ được báo khác đi · The shadow policy: who would have been told otherwise; nobody is."""

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from deploy.cli import At, Failed, settings_of

if TYPE_CHECKING:
    from deploy.replay.shadow import Beside, Span
    from deploy.settings import Settings
    from streams.core.moments import Moment


@click.group()
def command() -> None:
    """Quy tắc bóng (shadow.toml) · A policy that is decided by on the live log, and by which nobody is told."""


@command.command()
@click.option("--since", type=At(), help="Từ lúc nào, mặc định: từ khi có · From when; default: since it counts.")
@click.option("--until", type=At(), help="Đến lúc nào, mặc định: bây giờ · Until when; default: now.")
@click.option("--most", type=click.IntRange(0), default=20, show_default=True, help="Số dòng · Differences printed.")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON, every difference.")
@click.pass_context
def diff(ctx: click.Context, /, *, since: "Moment | None", until: "Moment | None", most: int, as_json: bool) -> None:
    """So sánh · Who would have been told by the shadow: more, less, sooner, later; by unit and officer."""
    from deploy import clock
    from deploy.replay import shadow_telling
    from deploy.replay.shadow import Span
    from streams.core.working_time import named

    now = clock.now()
    end = now if until is None else min(now, until)
    settings = settings_of(ctx)
    with _failing():
        begins, version = _shadow(settings, end)
        span = Span(begins if since is None else max(since, begins), end)
        if span.since >= span.until:
            raise click.UsageError(f"nothing lies between {named(span.since)} and {named(span.until)}")
        with _beside(settings, span) as beside:
            compared = shadow_telling.Compared(version, span, *beside.whole())
    if as_json:
        click.echo(json.dumps(shadow_telling.as_json(compared), ensure_ascii=False))
    else:
        click.echo("\n".join(shadow_telling.as_text(compared, most=most)))


@command.command()
@click.option("--seconds", type=click.FloatRange(0.1, 3600), default=15.0, show_default=True, help="Nhịp · How often.")
@click.pass_context
def watch(ctx: click.Context, *, seconds: float) -> None:
    """Theo dõi · Decide by the shadow beside the workers, print each difference as a line of JSON, until stopped."""
    import signal
    from threading import Event

    from deploy import clock
    from deploy.replay.shadow import Span
    from deploy.replay.shadow_telling import difference_as_json

    asked_to_stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked_to_stop.set())
    settings = settings_of(ctx)
    with _failing():
        begins, _ = _shadow(settings, clock.now())
        with _beside(settings, Span(begins)) as beside:
            while True:
                for one in beside.look():
                    click.echo(json.dumps(difference_as_json(one), ensure_ascii=False))
                if asked_to_stop.wait(seconds):
                    return


def _shadow(settings: "Settings", now: "Moment") -> "tuple[Moment, str]":
    from deploy.reading import Log
    from deploy.replay.shadow import shadow_of
    from deploy.rulebook import load_rulebook

    kafka = settings.kafka
    with Log(kafka.cluster, prefix=kafka.prefix) as log:
        found = shadow_of(log, load_rulebook(settings.reference.folder), now=now)
    if found is None:
        raise Failed("no shadow policy counts: publish a folder with shadow.toml (docs/reference.md)")
    return found


@contextlib.contextmanager
def _beside(settings: "Settings", span: "Span") -> "Iterator[Beside]":
    from deploy.replay.composing import logs_of
    from deploy.replay.shadow import Beside
    from deploy.rulebook import load_rulebook

    with logs_of(settings) as logs:
        first = load_rulebook(settings.reference.folder)
        yield Beside(logs, first, span=span, replay=settings.worker.replay)


@contextlib.contextmanager
def _failing() -> "Iterator[None]":
    from deploy.reading import LogUnreadable
    from deploy.rulebook import ReferenceError
    from deploy.verify.rerun import CannotRun

    try:
        yield
    except (CannotRun, LogUnreadable, ReferenceError) as error:
        raise Failed(str(error)) from error
