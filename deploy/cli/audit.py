"""Soát xét hồ sơ và đơn vị · The findings of the audit, from the events alone: evidence, none proves a fault."""

import json
from typing import TYPE_CHECKING

import click

from deploy.cli import PROBLEMS, At, Failed, settings_of
from deploy.law_in_words import LANGUAGES

if TYPE_CHECKING:
    from dashboards.core.periods import Period
    from streams.core.moments import Moment


@click.command("audit")
@click.option(
    "--period", default="all", show_default=True, help="2026, 2026-Q3, 2026-07, FROM/TO, month, quarter, year."
)
@click.option("--as-of", "as_of", type=At(), help="Theo sự kiện đã đến lúc T · As known at T, ISO 8601.")
@click.option("--json", "as_json", is_flag=True, help="In JSON, đủ chứng cứ · Print JSON, with all evidence.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="vi", help="Ngôn ngữ · Language of the text.")
@click.option("--watch", is_flag=True, help="Đối chiếu nhật ký mãi · Verify the log without end (docs/audit.md).")
@click.pass_context
def command(ctx: click.Context, *, period: str, as_of: "Moment | None", as_json: bool, lang: str, watch: bool) -> None:
    """Soát xét một lần · One run of every rule over dossiers and units (docs/findings.md).

    Units are compared over the period; single dossiers are all looked at. Exit code 3: there are findings.
    With --watch, and nothing else: what is new is verified against the log again and again, as `dunghan verify` does
    once; a heartbeat at /metrics stays away while anything differs.
    """
    if watch:
        _watch(ctx)
        return
    # Kafka's client takes a while to import; `--help` must not.
    from dashboards.core.auditing import unit_findings
    from deploy import audit_in_words as words
    from deploy.reading import Log, LogUnreadable
    from deploy.recount import recounted
    from deploy.rulebook import ReferenceError, load_rulebook

    days, at = _asked(period, as_of)
    settings = settings_of(ctx)
    try:
        rules = load_rulebook(settings.reference.folder)
        with Log(settings.kafka.cluster, prefix=settings.kafka.prefix) as log:
            found = recounted(log, days, as_of=at, rules=rules)
    except (LogUnreadable, ReferenceError) as error:
        raise Failed(str(error)) from error
    units = unit_findings(found.cases, days, rules.policy.findings)
    if as_json:
        click.echo(json.dumps(words.as_json(found, units, at=at), ensure_ascii=False, indent=2))
    else:
        click.echo(words.as_text(found, units, lang))
    if found.noted or units:
        ctx.exit(PROBLEMS)


def _watch(ctx: click.Context) -> None:
    from deploy import clock, logs
    from deploy.consenting.people import PeopleUnusable
    from deploy.rulebook import ReferenceError
    from deploy.signing import KeyUnusable
    from deploy.verify.composing import ForgedCheckpoints
    from deploy.verify.running import watch

    settings = settings_of(ctx)
    logs.set_up(settings.logs)
    try:
        watch(settings, clock.now)
    except (ForgedCheckpoints, KeyUnusable, OSError, PeopleUnusable, ReferenceError) as error:
        raise Failed(str(error)) from error


def _asked(period: str, as_of: "Moment | None") -> "tuple[Period, Moment]":
    from dashboards.core.periods import UnknownPeriod, period_of
    from deploy import clock

    at = clock.now() if as_of is None else as_of
    try:
        return period_of(period, now=at), at
    except UnknownPeriod as wrong:
        raise click.UsageError(str(wrong)) from wrong
