"""Người thứ hai đồng ý · A second person's consent to what another proposed: list, show, sign."""

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from deploy.cli import Failed, settings_of

if TYPE_CHECKING:
    from deploy.consenting.desk import Desk


@click.group()
def command() -> None:
    """Bốn mắt · Four eyes: what one person proposes with --propose, another consents to; then it can be done."""


@command.command("list")
@click.option("--all", "every", is_flag=True, help="Cả việc đã xong, hết hạn · Also what is done, expired or forged.")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def list_(ctx: click.Context, *, every: bool, as_json: bool) -> None:
    """Việc đang chờ · What is proposed, and how it stands."""
    from deploy import clock
    from deploy.consenting import telling
    from deploy.consenting.rules import Stand

    with _desk(ctx) as desk:
        found = desk.cases(now=clock.now())
    found = tuple(case for case in found if every or case.stand in {Stand.WAITING, Stand.CONSENTED})
    if as_json:
        click.echo(json.dumps([telling.as_json(case) for case in found], ensure_ascii=False))
    elif found:
        click.echo("\n".join(telling.line_of(case) for case in found))
    else:
        click.echo("không có đề nghị nào · nothing is proposed")


@command.command()
@click.argument("proposal")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def show(ctx: click.Context, *, proposal: str, as_json: bool) -> None:
    """Xem · What PROPOSAL would do, whole, before it is signed."""
    from deploy import clock
    from deploy.consenting import telling

    with _desk(ctx) as desk:
        case = desk.named(proposal, now=clock.now())
    click.echo(json.dumps(telling.as_json(case), ensure_ascii=False) if as_json else "\n".join(telling.shown(case)))


@command.command()
@click.argument("proposal")
@click.option("--why", required=True, help="Vì sao đồng ý · Why, for office.acts.")
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra · Only say whether it may be signed.")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def sign(ctx: click.Context, *, proposal: str, why: str, dry_run: bool, as_json: bool) -> None:
    """Đồng ý · Sign PROPOSAL with consent.key_file; not by who proposed it, nor with the same key (exit code 1)."""
    from deploy import clock
    from deploy.consenting import telling

    with _desk(ctx) as desk:
        case = desk.consent(proposal, why=why, now=clock.now(), dry_run=dry_run)
    if as_json:
        click.echo(json.dumps(telling.as_json(case) | {"dry_run": dry_run}, ensure_ascii=False))
    else:
        click.echo(f"{telling.line_of(case)}{'; chưa ký · not signed' if dry_run else ''}")


@contextlib.contextmanager
def _desk(ctx: click.Context) -> "Iterator[Desk]":
    # Kafka's client and cryptography take a while to import; `--help` must not.
    from deploy.consenting.desk import FAILURES, Desk
    from deploy.reading import LogUnreadable
    from streams.wire.acts import BrokenChain

    try:
        yield Desk(settings_of(ctx))
    except FAILURES as error:
        raise Failed(str(error)) from error
    except (LogUnreadable, BrokenChain) as error:
        raise Failed(f"the log: {error}") from error
