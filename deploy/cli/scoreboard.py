"""Bảng số liệu ở /metrics, chạy mãi · The scoreboard: figures at /metrics, until it is stopped."""

import signal
from threading import Event
from typing import TYPE_CHECKING

import click

from deploy import clock
from deploy.cli import Failed, WrongSettings, check_door, settings_of

if TYPE_CHECKING:
    from dashboards.scoreboard import Scoreboard
    from deploy.settings import Settings


@click.command()
@click.pass_context
def command(ctx: click.Context) -> None:
    """Chạy bảng số liệu · Serve the figures of all units, read from the topic of tallies, at /metrics.

    /healthz: the reader is at work; /readyz: everything was read once. Any number may run beside each other.
    """
    from deploy import logs

    settings = settings_of(ctx)
    logs.set_up(settings.logs)
    check_door(settings)
    scoreboard = _scoreboard(settings)
    asked_to_stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked_to_stop.set())
    try:
        scoreboard.start()
    except OSError as taken:
        raise Failed(f"cannot listen on {settings.scoreboard.host}:{scoreboard.port}: {taken}") from taken
    click.echo(f"http://{settings.scoreboard.host}:{scoreboard.port}/metrics", err=True)
    try:
        while scoreboard.alive and not asked_to_stop.wait(1):
            pass
    finally:
        scoreboard.stop()
    if not asked_to_stop.is_set():
        raise Failed("the reader ended; the log says why")


def _scoreboard(settings: "Settings") -> "Scoreboard":
    # Kafka's client and prometheus-client take a while to import; `--help` must not.
    from dashboards.core.periods import PRESENT, UnknownPeriod
    from dashboards.scoreboard import Scoreboard
    from dashboards.units import names_in
    from deploy.expected import expected_of
    from deploy.rulebook import ReferenceError, reference_folder

    kafka, shown = settings.kafka, settings.scoreboard
    try:
        return Scoreboard(
            bootstrap=kafka.cluster,
            prefix=kafka.prefix,
            host=shown.host,
            port=shown.port,
            periods=shown.periods or PRESENT,
            names=names_in(reference_folder(settings.reference.folder)),
            expected=expected_of(settings.reference.folder, now=clock.now()),
            clock=clock.now,
        )
    except ReferenceError as wrong:
        raise WrongSettings(str(wrong)) from wrong
    except UnknownPeriod as wrong:
        raise WrongSettings(f"scoreboard.periods: {wrong}") from wrong
