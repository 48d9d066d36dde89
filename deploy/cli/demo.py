"""Chạy thử toàn bộ trên máy này · The whole pipeline on this machine, with the founding article's figures."""

import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

import click

from deploy.cli import FAILED, Failed

if TYPE_CHECKING:
    from deploy.demo.show import Outcome, Progress
    from streams.core.moments import Moment

FOLDER = Path("build/demo")
MAIL_SERVER: Final = "aiosmtpd"
"""Of the extra `local` the one library without which the demo cannot even be imported."""


@click.command()
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 8), help="Số tiến trình · Stream workers."
)
@click.option("--exit", "leave", is_flag=True, help="Kết thúc sau khi in số liệu · End after the figures.")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print one JSON object.")
def command(workers: int, *, leave: bool, as_json: bool) -> None:
    """Chạy thử · Replay the founding article on real servers; exit code 1 if a figure differs."""
    try:
        from deploy.demo.show import Incomplete, show
        from deploy.demo.stage import ProcessEnded
        from deploy.local.kafka import LocalKafkaError
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != MAIL_SERVER:
            raise
        raise Failed("no mail server here: install dunghan with the extra `local` (dunghan[local])") from error

    signal.signal(signal.SIGTERM, _interrupted)

    def stay(outcome: "Outcome") -> None:
        click.echo(json.dumps(outcome.as_dict(), ensure_ascii=False) if as_json else _told(outcome))
        sys.stdout.flush()
        if not leave:
            click.echo("Ctrl-C: kết thúc · ends it", err=True)
            signal.pause()

    try:
        outcome = show(FOLDER, workers=workers, progress=_progress(), stay=stay)
    except (LocalKafkaError, ProcessEnded, Incomplete) as error:
        raise Failed(str(error)) from error
    except KeyboardInterrupt:
        click.echo("đã dừng · stopped", err=True)
        return
    if not outcome.equal:
        sys.exit(FAILED)


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _progress() -> "Progress":
    from deploy.demo.show import Progress
    from streams.core.moments import datetime_of

    line = "\r{:<78}" if sys.stderr.isatty() else "{}\n"
    said: set[str] = set()

    def say(text: str, *, step: str) -> None:
        # On a terminal one line that changes; in a log a line for each step.
        if sys.stderr.isatty() or step not in said:
            said.add(step)
            click.echo(line.format(text), nl=False, err=True)

    def day(moment: "Moment | None") -> str:
        return "…" if moment is None else f"{datetime_of(moment):%d/%m/%Y}"

    return Progress(
        sent=lambda count: say(f"đã gửi {count:,} sự kiện · events sent", step=str(count // 50_000)),
        settled=lambda moment, mails: say(
            f"đã xét đến {day(moment)} · {mails:,} thư · settled up to, mails", step=day(moment)[3:]
        ),
    )


def _told(outcome: "Outcome") -> str:
    lines = [""]
    for table in outcome.tables:
        lines += ["", f"{table.name:<28}{'đã đăng · published':>22}{'tính được · computed':>24}"]
        for name, published in table.published.items():
            computed = table.computed[name]
            lines.append(
                f"  {name:<26}{published:>22,}{computed:>24,}  {'=' if computed == published else 'KHÁC · DIFFERS'}"
            )
    lines += [
        "",
        f"{outcome.mails:,} thư cho {outcome.recipients} người · mails to people; e.g. {outcome.example}",
        f"{outcome.metrics}",
        f"{outcome.seconds:.1f} s",
    ]
    return "\n".join(lines)
