"""Báo cáo và xếp hạng một kỳ · One period's report: rates and ranking as HTML, XLSX, JSON; --freeze, --as-of."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deploy.cli import PROBLEMS, At, Failed, by_whom, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboards.core.periods import Period
    from dashboards.core.report import Report
    from dashboards.report.page import Published
    from deploy.consenting.freezing import Freezing
    from deploy.reports import Past
    from deploy.settings import Settings

RATES = ("resolved", "due", "handled", "board766")


@click.command("report")
@click.option("--period", required=True, help="2026, 2026-Q3, 2026-07, FROM/TO, month, quarter, year.")
@click.option("--as-of", "as_of", type=At(), help="Tính lại theo sự kiện đã đến lúc T · As known at T, ISO 8601.")
@click.option("--freeze", is_flag=True, help="Chốt kỳ vào office.acts · Freeze the period in office.acts.")
@click.option("--why", default="", help="Lý do chốt · Why it is frozen (with --freeze).")
@click.option("--who", default=None, help="Người chốt · Who freezes; default: the user of this machine.")
@click.option("--propose", is_flag=True, help="Đề nghị chốt · With --freeze: propose it to a second person.")
@click.option("--dry-run", is_flag=True, help="Không ghi gì · Change nothing, write no file.")
@click.option("--rate", type=click.Choice(RATES), default="handled", show_default=True, help="Xếp theo · Ranked by.")
@click.option("--order", type=click.Choice(("wilson", "rate")), default="wilson", show_default=True)
@click.option("--view", type=click.Choice(("all", "without_sync")), default="all", show_default=True)
@click.option("--minimum", type=click.IntRange(1), default=30, show_default=True, help="Ít nhất · Least dossiers.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("reports"), show_default=True)
@click.option("--findings/--no-findings", default=True, help="Xét từng đơn vị (đọc mọi sự kiện) · Audit the units too.")
@click.option("--json", "as_json", is_flag=True, help="In JSON, không ghi tệp · Print JSON, write no file.")
@click.pass_context
def command(ctx: click.Context, /, **asked: Any) -> None:
    """Báo cáo một kỳ · The report of a period. A frozen one never changes: what came late is shown beside it.

    Exit code 3 when the figures are incomplete or contradict themselves; such a report is not frozen.
    """
    # Kafka's client and Jinja2 take a while to import; `--help` must not.
    from deploy import clock, reports

    settings, period = settings_of(ctx), _period(asked["period"])
    if asked["freeze"] and not asked["why"].strip():
        raise click.UsageError("--freeze needs --why")
    if asked["propose"] and not asked["freeze"]:
        raise click.UsageError("--propose is for --freeze")
    with _failing():
        report = _report(settings, period, asked)
        past = reports.past_of(settings, period)
        shown = reports.published(report, past)
        sound = report.complete and not report.violations
        if asked["freeze"] and sound:
            act = reports.act_of(shown, past, at=clock.now(), who=by_whom(asked["who"]), why=asked["why"])
            if act is not None and not asked["dry_run"]:
                past = _do(settings, act, past, propose=asked["propose"])
                shown = reports.published(report, past)
        _tell(shown, asked)
    if not sound:
        click.echo("the figures are incomplete or contradict themselves", err=True)
        ctx.exit(PROBLEMS)


def _period(text: str) -> "Period":
    from dashboards.core.periods import UnknownPeriod, period_of
    from deploy import clock

    try:
        return period_of(text, now=clock.now())
    except UnknownPeriod as wrong:
        raise click.UsageError(str(wrong)) from wrong


def _report(settings: "Settings", period: "Period", asked: dict[str, Any]) -> "Report":
    from dashboards.core.ranking import Order, Rules
    from dashboards.core.rates import CauseView, RateName
    from deploy import reports

    rules = Rules(RateName(asked["rate"]), CauseView(asked["view"]), Order(asked["order"]), asked["minimum"])
    if asked["as_of"] is None:
        return reports.report_now(settings, period, rules, audit=asked["findings"])
    return reports.report_then(settings, period, rules, as_of=asked["as_of"])


def _do(settings: "Settings", act: "Freezing", past: "Past", *, propose: bool) -> "Past":
    """Freeze, or propose to; returns what is then past."""
    from deploy import reports
    from deploy.consenting.desk import Desk
    from deploy.consenting.freezing import freeze
    from deploy.consenting.telling import proposed_in_words

    if propose:
        click.echo(proposed_in_words(Desk(settings).propose(act, now=act.at)), err=True)
        return past
    return reports.after(past, freeze(settings, act))


def _tell(shown: "Published", asked: dict[str, Any]) -> None:
    from deploy import reports

    if asked["as_json"]:
        click.echo(shown.text.decode())
        return
    if not asked["dry_run"]:
        for file in reports.written(shown, asked["out"]):
            click.echo(str(file))
    changes = 0 if shown.restatement is None else len(shown.restatement.changes)
    stands = (
        f"đã chốt · frozen, {changes} số đổi sau đó · figures changed since"
        if shown.frozen
        else "chưa chốt · not frozen"
    )
    click.echo(f"SHA-256 {shown.sha256} · {stands}", err=True)


@contextlib.contextmanager
def _failing() -> "Iterator[None]":
    """Turn what the log, the tallies or a clerk's file cannot give into a failed command."""
    from dashboards.grounds import BadGrounds
    from dashboards.reader import TalliesUnreachable
    from deploy.consenting.desk import FAILURES
    from deploy.reading import LogUnreadable
    from deploy.rulebook import ReferenceError
    from streams.wire.acts import BrokenChain

    try:
        yield
    except (BadGrounds, TalliesUnreachable, LogUnreadable, ReferenceError, BrokenChain, OSError, *FAILURES) as error:
        raise Failed(str(error)) from error
